/* SPDX-License-Identifier: MIT */
/* Events to a receiver that fails in each way there is, while vmmd and its hosts are killed: nothing lost, and for a
 * receiver that honours the id nothing twice, in the journal's order. */
#include <criterion/criterion.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/rng.h"
#include "chat/chat_rig.h"
#include "procs.h"
#include "rig.h"

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define TOKEN  "hook-token-0123456789"
#define FLEET  12

static const char fleet[] =
    "{\"ports\":{\"http\":0},"
    "\"users\":[{\"name\":\"admin\",\"password\":\"secret\",\"level\":\"admin\"}],\"groups\":["
    "{\"prefix\":\"cam-\",\"count\":12,\"first\":1,\"digits\":2,\"site\":\"north\","
    "\"base_address\":\"127.47.0.1\",\"personality\":\"vivotek-camera\","
    "\"clock\":{\"zone_min\":480}}]}";

static struct rig rig;
static struct chat_rig chat;

static void write_secret(const char *name, const char *text, char path[256])
{
    snprintf(path, 256, "%s/%s", rig.folder, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file, "%s", path);
    fputs(text, file);
    fchmod(fileno(file), 0600);
    fclose(file);
}

static void configure(void)
{
    char url[128];
    char url_file[256];
    char secret_file[256];
    char config[2048];
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/hook/erp?token=" TOKEN, chat.port);
    write_secret("hook-url", url, url_file);
    write_secret("hook-secret", SECRET, secret_file);
    snprintf(
        config, sizeof(config),
        "{\"flags\":{\"FEATURE_VMM_SINK_WEBHOOK\":true},\"plugins\":{\"webhook\":{\"config\":{"
        "\"secret_url\":{\"file\":\"%s\"},\"secrets\":[{\"secret\":{\"file\":\"%s\"}}],"
        "\"timeout\":\"1s\"}}},\"watch\":{\"interval\":\"300ms\",\"suspect_interval\":\"200ms\","
        "\"trial_interval\":\"200ms\",\"full_after\":\"20ms\",\"confirm_step\":\"10ms\","
        "\"sustain_time\":\"100ms\",\"spread\":\"200ms\",\"connect_timeout\":\"300ms\","
        "\"deadline\":\"600ms\",\"confirm_deadline\":\"300ms\"}}",
        url_file, secret_file);
    rig_config(&rig, config);
}

static void begin(void)
{
    chat_rig_start(&chat, 0, 0);
    rig_open(&rig, fleet);
    configure();
    rig_start(&rig);
    rig_load_farm(&rig, "vivotek", "{\"level\":\"admin\"}");
    rig_wait_all(&rig, "OK");
}

static void end(void)
{
    rig_close(&rig);
    chat_rig_stop(&chat);
}

TestSuite(daemon_webhook, .init = begin, .fini = end);

/* Some cameras break, some are well again, and the receiver has its moods. */
static void stir(struct rng *rng)
{
    static const char *const moods[] = {"500 ok 429:1 ok*3", "drop ok*2 close ok*3",
                                        "lost ok*2 503:1 ok*3", "drop drop ok*4 hang ok"};
    for (int i = 0; i < 4; i++) {
        uint64_t drawn = rng_next(rng);
        int camera = (int)(drawn % FLEET) + 1;
        json_t *answer =
            (drawn >> 16) % 2 == 0
                ? rig_farm(&rig, "{\"do\":\"set\",\"device\":\"cam-%02d\",\"fault\":\"down\"}",
                           camera)
                : rig_farm(&rig, "{\"do\":\"clear\",\"device\":\"cam-%02d\"}", camera);
        json_decref(answer);
    }
    chat_rig_faults(&chat, moods[rng_next(rng) % 4]);
}

/* The receiver has this much of the journal. */
static bool has_all(struct rig *one, const void *events)
{
    (void)one;
    return chat_rig_count(&chat, "erp", "messages") >= (long)json_array_size(events);
}

static const char *text_of(const json_t *list, size_t index, const char *name)
{
    return json_string_value(json_object_get(json_array_get(list, index), name));
}

/* What it gets is the journal, once and in its order; something may be added to both meanwhile. Returns how often
 * something came again. */
static long check_all(void)
{
    long repeats = 0;
    json_t *events = rig_events(&rig);
    rig_until(&rig, RIG_WAIT_MS, "the receiver to have all events", has_all, events);
    json_t *room = chat_rig_room(&chat, "erp");
    const json_t *messages = json_object_get(room, "messages");
    for (size_t i = 0; i < json_array_size(events); i++) {
        const json_t *message = json_array_get(messages, i);
        cr_assert_str_eq(text_of(messages, i, "request_id"), text_of(events, i, "id"));
        const json_t *body = json_object_get(message, "body");
        cr_assert_str_eq(json_string_value(json_object_get(body, "dedup_key")),
                         text_of(events, i, "dedup_key"));
        repeats += (long)json_integer_value(json_object_get(message, "repeats"));
    }
    cr_assert_eq(json_integer_value(json_object_get(room, "refused")), 0);
    json_decref(room);
    json_decref(events);
    return repeats;
}

Test(daemon_webhook, killed_at_any_instant_it_delivers_each_event_once)
{
    struct rng rng;
    size_t rounds = rig_soak(
        8, 200, "kills of vmmd before a webhook that answers 429 and 500, hangs and closes");
    rng_init(&rng, 7);
    for (size_t round = 0; round < rounds; round++) {
        struct procs hosts;
        stir(&rng);
        /* Not a wait for anything: the instant of the kill. */
        poll(NULL, 0, (int)(rng_next(&rng) % 900));
        procs_children(rig.vmmd, &hosts);
        rig_kill(&rig);
        procs_wait_ended(&hosts, "a vmm-host has outlived its vmmd");
        rig_start(&rig);
    }
    /* An answer is lost for certain, so that something comes again. */
    json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"*\",\"fault\":\"down\"}"));
    chat_rig_faults(&chat, "drop");
    rig_wait_all(&rig, "DOWN");
    chat_rig_faults(&chat, "");
    cr_assert_gt(check_all(), 0, "something came again");
    cr_assert_eq(rig_log_count(&rig, SECRET), 0);
    cr_assert_eq(rig_log_count(&rig, TOKEN), 0);
}

static bool is_gone(struct rig *one, const void *arg)
{
    (void)arg;
    return rig_metric(one, "vmm_webhook_gone") == 1;
}

/* Every event so far is settled: dropped, or delivered before. */
static bool is_settled(struct rig *one, const void *arg)
{
    (void)arg;
    json_t *events = rig_events(one);
    double all = rig_metric(one, "vmm_webhook_dropped_total") +
                 rig_metric(one, "vmm_webhook_delivered_total");
    bool settled = all >= (double)json_array_size(events);
    json_decref(events);
    return settled;
}

Test(daemon_webhook, a_receiver_that_is_gone_is_told_nothing_more)
{
    chat_rig_faults(&chat, "410 ok*");
    json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"*\",\"fault\":\"down\"}"));
    rig_wait_all(&rig, "DOWN");
    rig_until(&rig, RIG_WAIT_MS, "the destination to be gone", is_gone, NULL);
    long before = chat_rig_count(&chat, "erp", "requests");
    json_decref(rig_farm(&rig, "{\"do\":\"clear\",\"device\":\"*\"}"));
    rig_wait_all(&rig, "OK");
    rig_until(&rig, RIG_WAIT_MS, "every event to be settled", is_settled, NULL);
    cr_assert_eq(chat_rig_count(&chat, "erp", "requests"), before);
    cr_assert_eq(rig_log_count(&rig, "the address answers 410"), 1);
}
