/* SPDX-License-Identifier: MIT */
/* This machine's own isolation: what is evidence, and what follows from it. */
#include <criterion/criterion.h>
#include <net/if.h>
#include <string.h>

#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "cause/isolation.h"
#include "cause/references.h"
#include "cause/netview.h"

#define SECOND   INT64_C(1000000)
#define LOWER_UP (1u << 16)

/* ---- what the kernel says ---- */

struct message {
    struct nlmsghdr head;
    union {
        struct ifinfomsg link;
        struct ifaddrmsg address;
        struct {
            struct rtmsg body;
            struct rtattr attribute;
            uint32_t index;
        } route;
    };
};

static void take(struct netview *view, struct message *message, uint16_t type, size_t body)
{
    message->head.nlmsg_type = type;
    message->head.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + body);
    netview_take(view, message, message->head.nlmsg_len);
}

static void add_link(struct netview *view, int index, unsigned flags)
{
    struct message message = {.link = {.ifi_index = index, .ifi_flags = flags}};
    take(view, &message, RTM_NEWLINK, sizeof(message.link));
}

static void add_address(struct netview *view, uint32_t index, uint8_t scope)
{
    struct message message = {.address = {.ifa_index = index, .ifa_scope = scope}};
    take(view, &message, RTM_NEWADDR, sizeof(message.address));
}

static void add_route(struct netview *view, uint32_t index, uint8_t prefix)
{
    struct message message = {
        .route = {
            .body = {.rtm_dst_len = prefix, .rtm_type = RTN_UNICAST, .rtm_table = RT_TABLE_MAIN},
            .attribute = {.rta_len = sizeof(struct rtattr) + sizeof(uint32_t), .rta_type = RTA_OIF},
            .index = index}};
    take(view, &message, RTM_NEWROUTE, sizeof(message.route));
}

/* Loopback, and interface 2 with these flags, so many addresses and a default route or none. */
static uint32_t judge(struct netview_past *past, unsigned flags, unsigned addresses, bool route)
{
    struct netview view = {0};
    add_link(&view, 1, IFF_UP | LOWER_UP | IFF_LOOPBACK);
    add_link(&view, 2, flags);
    add_address(&view, 1, RT_SCOPE_HOST);
    for (unsigned i = 0; i < addresses; i++) {
        add_address(&view, 2, RT_SCOPE_UNIVERSE);
    }
    add_address(&view, 2, RT_SCOPE_LINK); /* every interface has one of these */
    add_route(&view, 2, 24);
    if (route) {
        add_route(&view, 2, 0);
    }
    return netview_judge(&view, past);
}

#define WORKS (IFF_UP | LOWER_UP)

Test(netview, what_is_lost_of_the_way_out_is_evidence)
{
    struct netview_past past = {0};
    cr_expect_eq(judge(&past, WORKS, 1, true), ISOLATION_NONE);
    cr_expect(past.route && past.link);
    cr_expect_eq(judge(&past, IFF_UP, 1, true), ISOLATION_CARRIER);
    cr_expect_eq(judge(&past, LOWER_UP, 1, true), ISOLATION_CARRIER, "switched off");
    cr_expect_eq(judge(&past, WORKS, 0, true), ISOLATION_ADDRESS);
    cr_expect_eq(judge(&past, WORKS, 1, false), ISOLATION_ROUTE);
    cr_expect_eq(judge(&past, IFF_UP, 1, false), ISOLATION_CARRIER);
    cr_expect_eq(judge(&past, WORKS, 1, true), ISOLATION_NONE);
}

Test(netview, what_never_was_is_not_missed)
{
    struct netview_past past = {0};
    cr_expect_eq(judge(&past, IFF_UP, 0, false), ISOLATION_NONE, "a machine without a network");
    cr_expect_eq(judge(&past, WORKS, 1, false), ISOLATION_NONE, "a network without a way out");
    cr_expect_eq(judge(&past, IFF_UP, 1, false), ISOLATION_CARRIER, "that is lost");
}

Test(netview, a_second_way_out_is_enough)
{
    struct netview_past past = {.route = true, .link = true};
    struct netview view = {0};
    add_link(&view, 2, IFF_UP);
    add_link(&view, 3, WORKS);
    add_address(&view, 3, RT_SCOPE_UNIVERSE);
    add_route(&view, 2, 0);
    add_route(&view, 3, 0);
    cr_expect_eq(netview_judge(&view, &past), ISOLATION_NONE);
}

Test(netview, a_message_that_is_cut_short_says_nothing)
{
    struct netview view = {0};
    struct message message = {.link = {.ifi_index = 2, .ifi_flags = WORKS}};
    message.head.nlmsg_type = RTM_NEWLINK;
    message.head.nlmsg_len = sizeof(message.head) + sizeof(message.link);
    for (size_t size = 0; size < message.head.nlmsg_len; size++) {
        netview_take(&view, &message, size);
    }
    cr_expect_eq(view.link_count, 0);
    message.route.body = (struct rtmsg){.rtm_type = RTN_UNICAST, .rtm_table = RT_TABLE_MAIN};
    message.route.attribute = (struct rtattr){.rta_len = 200, .rta_type = RTA_OIF};
    take(&view, &message, RTM_NEWROUTE, sizeof(message.route));
    message.route.attribute.rta_len = 0;
    take(&view, &message, RTM_NEWROUTE, sizeof(message.route));
    cr_expect_eq(view.route_count, 0);
}

Test(netview, more_than_there_is_room_for_is_passed_over)
{
    struct netview view = {0};
    for (int i = 0; i < 200; i++) {
        add_link(&view, i + 2, WORKS);
        add_route(&view, (uint32_t)i + 2, 0);
    }
    cr_expect_eq(view.link_count, NETVIEW_LINKS_MAX);
    cr_expect_eq(view.route_count, NETVIEW_ROUTES_MAX);
}

/* ---- what follows ---- */

static struct cause_time at(int64_t seconds)
{
    return (struct cause_time){.wall_us = 1700000000 * SECOND + seconds * SECOND,
                               .mono_us = 100 * SECOND + seconds * SECOND};
}

static int64_t heard(int64_t seconds)
{
    return at(seconds).mono_us;
}

Test(isolation, holds_judgement_at_once_and_is_told_when_nothing_answers)
{
    struct isolation isolation = {0};
    cr_expect_eq(isolation_step(&isolation, 0, heard(-1), at(0)), 0);
    cr_expect_eq(isolation_step(&isolation, ISOLATION_CARRIER, heard(-1), at(0)),
                 ISOLATION_DID_BEGIN);
    cr_expect_eq(isolation.phase, ISOLATION_HOLDING);
    cr_expect_eq(isolation_step(&isolation, ISOLATION_CARRIER, heard(-1), at(4)), 0);
    cr_expect_eq(isolation_step(&isolation, ISOLATION_CARRIER, heard(-1), at(5)),
                 ISOLATION_DID_TELL);
    cr_expect_eq(isolation_step(&isolation, ISOLATION_ROUTE, heard(-1), at(6)), 0);
    cr_expect_str_eq(isolation_word(isolation.why), "carrier", "why it began");
    cr_expect_eq(isolation_step(&isolation, 0, heard(-1), at(60)),
                 ISOLATION_DID_END | ISOLATION_DID_OK);
    cr_expect_eq(isolation.since.mono_us, at(0).mono_us,
                 "the incident that is over is named by it");
    cr_expect_eq(isolation.phase, ISOLATION_CONNECTED);
}

Test(isolation, ends_in_judged_verdicts_after_ten_minutes)
{
    struct isolation isolation = {0};
    isolation_step(&isolation, ISOLATION_ROUTE, 0, at(0));
    isolation_step(&isolation, ISOLATION_ROUTE, 0, at(10));
    cr_expect_eq(isolation_step(&isolation, ISOLATION_ROUTE, 0, at(599)), 0);
    cr_expect_eq(isolation_step(&isolation, ISOLATION_ROUTE, 0, at(600)), ISOLATION_DID_END);
    cr_expect_eq(isolation_step(&isolation, ISOLATION_ROUTE, 0, at(9000)), 0, "and not again");
    cr_expect_eq(isolation_step(&isolation, 0, 0, at(9001)), ISOLATION_DID_OK);
}

Test(isolation, a_device_that_answers_proves_it_wrong)
{
    struct isolation isolation = {0};
    isolation_step(&isolation, ISOLATION_ROUTE, heard(-1), at(0));
    cr_expect_eq(isolation_step(&isolation, ISOLATION_ROUTE, heard(2), at(3)), ISOLATION_DID_END);
    cr_expect_eq(isolation.phase, ISOLATION_CUT);
    cr_expect_eq(isolation_step(&isolation, ISOLATION_ROUTE, heard(2), at(30)), 0, "never told");
    cr_expect_eq(isolation_step(&isolation, 0, heard(2), at(31)), 0);
}

Test(isolation, is_not_proved_wrong_by_an_answer_that_was_on_its_way)
{
    struct isolation isolation = {0};
    isolation_step(&isolation, ISOLATION_ROUTE, heard(-1), at(0));
    cr_expect_eq(isolation_step(&isolation, ISOLATION_ROUTE, heard(0) + SECOND / 10, at(1)), 0);
    cr_expect_eq(isolation.phase, ISOLATION_HOLDING);
    cr_expect_eq(isolation_step(&isolation, ISOLATION_ROUTE, heard(2), at(3)), ISOLATION_DID_END);
}

Test(isolation, that_was_told_before_a_start_goes_on_until_something_answers)
{
    struct isolation isolation = {0};
    isolation_restore(&isolation, at(-50).wall_us, false, at(0));
    cr_expect_eq(isolation_step(&isolation, 0, 0, at(1)), 0, "what is lost is not seen any more");
    cr_expect_eq(isolation.phase, ISOLATION_HOLDING);
    cr_expect_eq(isolation_step(&isolation, 0, heard(20), at(20)),
                 ISOLATION_DID_END | ISOLATION_DID_OK);
    cr_expect_eq(isolation.since.wall_us, at(-50).wall_us, "it ends the incident that it opened");
    isolation_restore(&isolation, at(-50).wall_us, false, at(0));
    cr_expect_eq(isolation_step(&isolation, 0, 0, at(600)), ISOLATION_DID_END,
                 "it holds no longer");
    cr_expect_eq(isolation_step(&isolation, 0, heard(700), at(700)), ISOLATION_DID_OK);
    cr_expect_eq(isolation_step(&isolation, 0, heard(701), at(701)), 0);
}

static bool is_excused(const struct isolation *isolation)
{
    struct health_input input = {.kind = HEALTH_INPUT_LOOK, .outcome = VMM_OUTCOME_TIMEOUT};
    isolation_excuse(isolation, &input);
    return input.outcome == VMM_OUTCOME_CANCELLED;
}

/* What the wall clock says of how long it was away counts for nothing: it may have been set meanwhile. */
Test(isolation, begins_its_ten_minutes_anew_with_a_start)
{
    struct isolation isolation = {0};
    isolation_restore(&isolation, at(-7200).wall_us, false, at(0));
    cr_expect(is_excused(&isolation));
    cr_expect_eq(isolation_step(&isolation, 0, 0, at(599)), 0);
    cr_expect_eq(isolation_step(&isolation, 0, 0, at(600)), ISOLATION_DID_END);
}

Test(isolation, that_judged_before_a_start_judges_after_it)
{
    struct isolation isolation = {0};
    isolation_restore(&isolation, at(-7200).wall_us, true, at(0));
    cr_expect_not(is_excused(&isolation));
    cr_expect_eq(isolation_step(&isolation, 0, 0, at(1)), 0, "it is not told again");
    cr_expect_eq(isolation_step(&isolation, ISOLATION_CARRIER, 0, at(2)), 0,
                 "nothing has answered: it is still the same");
    cr_expect_not(is_excused(&isolation));
    cr_expect_eq(isolation_step(&isolation, 0, heard(3), at(4)), ISOLATION_DID_OK);
    cr_expect_eq(isolation.since.wall_us, at(-7200).wall_us, "it ends the incident that it opened");
}

Test(isolation, excuses_failed_looks_while_it_holds)
{
    struct isolation isolation = {0};
    struct health_input input = {.kind = HEALTH_INPUT_LOOK, .outcome = VMM_OUTCOME_TIMEOUT};
    isolation_excuse(&isolation, &input);
    cr_expect_eq(input.outcome, VMM_OUTCOME_TIMEOUT, "the machine is connected");
    isolation_step(&isolation, ISOLATION_CARRIER, heard(-1), at(0));
    isolation_excuse(&isolation, &input);
    cr_expect_eq(input.outcome, VMM_OUTCOME_CANCELLED);
    cr_expect_eq(input.reason, VMM_REASON_NODE);
    input = (struct health_input){.kind = HEALTH_INPUT_LOOK, .outcome = VMM_OUTCOME_OK};
    isolation_excuse(&isolation, &input);
    cr_expect_eq(input.outcome, VMM_OUTCOME_OK);
}

Test(isolation, has_words)
{
    cr_expect_str_eq(isolation_word(ISOLATION_NONE), "");
    cr_expect_str_eq(isolation_word(ISOLATION_ADDRESS), "address");
    cr_expect_str_eq(isolation_word(ISOLATION_ROUTE), "route");
    cr_expect_str_eq(isolation_word(77), "");
}

/* ---- references ---- */

Test(references, all_that_ever_answered_have_to_be_silent_twice)
{
    struct references references = {0};
    references_told(&references, 0, true);
    references_told(&references, 1, true);
    references_told(&references, 2, false); /* it never was there */
    references_told(&references, 2, false);
    cr_expect_eq(references_judge(&references), ISOLATION_NONE);
    for (int i = 0; i < 2; i++) {
        references_told(&references, 0, false);
        cr_expect_eq(references_judge(&references), ISOLATION_NONE);
    }
    references_told(&references, 1, false);
    cr_expect_eq(references_judge(&references), ISOLATION_NONE, "once may be a lost packet");
    references_told(&references, 1, false);
    cr_expect_eq(references_judge(&references), ISOLATION_REFERENCES);
    cr_expect_str_eq(isolation_word(ISOLATION_REFERENCES), "references");
    references_told(&references, 0, true);
    cr_expect_eq(references_judge(&references), ISOLATION_NONE);
}

Test(references, that_never_answered_prove_nothing)
{
    struct references references = {0};
    for (int i = 0; i < 300; i++) {
        references_told(&references, 0, false);
        references_told(&references, REFERENCES_MAX, false);
    }
    cr_expect_eq(references_judge(&references), ISOLATION_NONE);
}
