/* SPDX-License-Identifier: MIT */
/* The machine that vmmd runs on loses its own network: in a namespace of its own, so that it is only pretended. */
#include <criterion/criterion.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rig.h"

static const char fleet[] =
    "{\"ports\":{\"http\":0},\"users\":[{\"name\":\"admin\",\"password\":\"secret\",\"level\":"
    "\"admin\"}],\"groups\":[{\"prefix\":\"cam-\",\"count\":6,\"first\":1,\"digits\":2,\"site\":"
    "\"north\",\"base_address\":\"127.33.0.1\",\"personality\":\"vivotek-camera\",\"clock\":{"
    "\"zone_min\":480}}]}";

static const char brisk[] =
    "{\"watch\":{\"confirm_deadline\":\"1s\",\"connect_timeout\":\"1s\",\"deadline\":\"2s\"}}";

/* A network with one interface, an address and a default route over it. False where none may be made here: that
 * takes root, or a process without threads. */
static bool enter_network(void)
{
    if (unshare(geteuid() == 0 ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET) != 0) {
        return false;
    }
    return system(
               "ip link set lo up && ip link add out0 type veth peer name in0 &&"
               " ip link set in0 up && ip link set out0 up && ip addr add 10.9.0.1/24 dev out0 &&"
               " ip route add default via 10.9.0.2") == 0;
}

static size_t count_type(struct rig *rig, const char *type)
{
    size_t count = 0;
    size_t i;
    json_t *event;
    json_t *events = rig_events(rig);
    json_array_foreach(events, i, event)
    {
        count += strcmp(json_string_value(json_object_get(event, "type")), type) == 0;
    }
    json_decref(events);
    return count;
}

static bool is_told(struct rig *rig, const void *type)
{
    return count_type(rig, type) > 0;
}

Test(node, that_is_cut_off_says_so_and_judges_nobody)
{
    struct rig rig;
    if (!enter_network()) {
        cr_skip_test("no network namespace can be made here");
    }
    rig_open(&rig, fleet);
    rig_config(&rig, brisk);
    rig_start(&rig);
    rig_load_farm(&rig, "vivotek", "{\"level\":\"admin\"}");
    rig_wait_all(&rig, "OK");
    /* The cameras stand on loopback: they are silenced, and the cable is pulled. */
    cr_assert_eq(system("ip link set in0 down"), 0);
    json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"*\",\"fault\":\"blackhole\"}"));
    json_decref(rig_farm(&rig, "{\"do\":\"reset-counts\",\"device\":\"*\"}"));
    rig_until(&rig, 15000, "the node to say that it is cut off", is_told, "node.isolated");
    rig_wait_count(&rig, "cam-03", "connections", 8); /* more than would make it DOWN */
    cr_expect_eq(count_type(&rig, "camera.down"), 0);
    cr_expect_eq(count_type(&rig, "site.unreachable"), 0);
    cr_assert_eq(system("ip link set in0 up"), 0);
    rig_until(&rig, 15000, "the node to be back", is_told, "node.ok");
    rig_until(&rig, 20000, "the silence to be judged", is_told, "site.unreachable");
    json_decref(rig_farm(&rig, "{\"do\":\"clear\",\"device\":\"*\"}"));
    rig_wait_all(&rig, "OK");
    cr_expect_eq(count_type(&rig, "node.isolated"), 1);
    rig_close(&rig);
}

Test(node, whose_devices_answer_all_the_same_is_not_cut_off)
{
    struct rig rig;
    if (!enter_network()) {
        cr_skip_test("no network namespace can be made here");
    }
    rig_open(&rig, fleet);
    rig_config(&rig, brisk);
    rig_start(&rig);
    rig_load_farm(&rig, "vivotek", "{\"level\":\"admin\"}");
    rig_wait_all(&rig, "OK");
    cr_assert_eq(system("ip route del default"), 0);
    json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"cam-02\",\"fault\":\"down\"}"));
    rig_wait_health(&rig, "cam-02", "DOWN unreachable");
    cr_expect_eq(count_type(&rig, "node.isolated"), 0);
    rig_close(&rig);
}

static const char silence_reference[] =
    "ip addr del 10.8.0.5/32 dev lo && ip route add blackhole 10.8.0.5/32";
static const char wake_reference[] =
    "ip route del blackhole 10.8.0.5/32 && ip addr add 10.8.0.5/32 dev lo";

/* The cable is in, and the router beyond it is silent: until that is told. */
static void lose_reference(struct rig *rig)
{
    if (!enter_network() || system("ip addr add 10.8.0.5/32 dev lo") != 0) {
        cr_skip_test("no network namespace can be made here");
    }
    rig_open(rig, fleet);
    rig_config(rig, "{\"references\":[\"10.8.0.5:9\",\"10.8.0.6:9\"],\"watch\":{"
                    "\"confirm_deadline\":\"1s\",\"connect_timeout\":\"1s\",\"deadline\":\"2s\"}}");
    rig_start(rig);
    rig_load_farm(rig, "vivotek", "{\"level\":\"admin\"}");
    rig_wait_all(rig, "OK");
    cr_assert_eq(system(silence_reference), 0);
    json_decref(rig_farm(rig, "{\"do\":\"set\",\"device\":\"*\",\"fault\":\"blackhole\"}"));
    rig_until(rig, 60000, "the node to say that it is cut off", is_told, "node.isolated");
}

Test(node, whose_references_are_silent_is_cut_off)
{
    struct rig rig;
    lose_reference(&rig);
    cr_expect_eq(rig_log_count(&rig, "cut off (references)"), 1);
    cr_assert_eq(system(wake_reference), 0);
    rig_until(&rig, 30000, "the node to be back", is_told, "node.ok");
    rig_close(&rig);
}

/* After a start a reference is heard, and no device: they are dead, and no longer held for unseen. */
Test(node, that_hears_a_reference_after_a_start_is_back)
{
    struct rig rig;
    lose_reference(&rig);
    rig_kill(&rig);
    cr_assert_eq(system(wake_reference), 0);
    rig_start(&rig);
    rig_until(&rig, 60000, "the node to be back", is_told, "node.ok");
    rig_until(&rig, 60000, "the silence to be judged", is_told, "site.unreachable");
    rig_close(&rig);
}

/* What was told before a start is not forgotten: the incident ends, once, when something answers. */
Test(node, that_was_cut_off_before_a_start_says_when_it_is_back)
{
    struct rig rig;
    if (!enter_network()) {
        cr_skip_test("no network namespace can be made here");
    }
    rig_open(&rig, fleet);
    rig_config(&rig, brisk);
    rig_start(&rig);
    rig_load_farm(&rig, "vivotek", "{\"level\":\"admin\"}");
    rig_wait_all(&rig, "OK");
    cr_assert_eq(system("ip link set in0 down"), 0);
    json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"*\",\"fault\":\"blackhole\"}"));
    rig_until(&rig, 15000, "the node to say that it is cut off", is_told, "node.isolated");
    rig_kill(&rig);
    rig_start(&rig);
    json_decref(rig_farm(&rig, "{\"do\":\"reset-counts\",\"device\":\"*\"}"));
    rig_wait_count(&rig, "cam-03", "connections", 1);
    cr_expect_eq(count_type(&rig, "site.unreachable"), 0);
    cr_expect_eq(count_type(&rig, "node.ok"), 0);
    cr_assert_eq(system("ip link set in0 up"), 0);
    json_decref(rig_farm(&rig, "{\"do\":\"clear\",\"device\":\"*\"}"));
    rig_until(&rig, 60000, "the node to be back", is_told, "node.ok");
    rig_wait_all(&rig, "OK");
    cr_expect_eq(count_type(&rig, "node.isolated"), 1);
    cr_expect_eq(count_type(&rig, "node.ok"), 1);
    rig_close(&rig);
}
