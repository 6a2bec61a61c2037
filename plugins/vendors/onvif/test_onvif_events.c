/* SPDX-License-Identifier: MIT */
/* Looks in the mock host at devices that tell things late, in parts, or refuse in words of their own. */
#include <vmm/http.h>

#include "test_onvif.h"

#define PULL "/onvif/pull?id=7"

#define LACKS_EVENTS  4
#define LACKS_SEARCH  8
#define LACKS_SUMMARY 64

TestSuite(onvif_events, .init = begin, .fini = done);

/* ---- Signals ---- */

/* An answer that tells these signals, "src1=false src2=true"; true is a loss. */
static void answer_signals(const char *told)
{
    static char bodies[4][4096];
    static size_t place;
    char *body = bodies[place++ % 4];
    int used = snprintf(body, sizeof(bodies[0]),
                        "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
                        "xmlns:t=\"http://www.onvif.org/ver10/schema\" "
                        "xmlns:n=\"http://docs.oasis-open.org/wsn/b-2\"><s:Body>"
                        "<PullMessagesResponse xmlns=\"http://www.onvif.org/ver10/events/wsdl\">");
    char source[16];
    char state[16];
    int taken = 0;
    for (; sscanf(told, " %15[^=]=%15s%n", source, state, &taken) == 2; told += taken) {
        used += snprintf(body + used, sizeof(bodies[0]) - (size_t)used,
                         "<n:NotificationMessage><n:Topic>tns1:VideoSource/SignalLoss</n:Topic>"
                         "<n:Message><t:Message PropertyOperation=\"Initialized\"><t:Source>"
                         "<t:SimpleItem Name=\"Source\" Value=\"%s\"/></t:Source><t:Data>"
                         "<t:SimpleItem Name=\"State\" Value=\"%s\"/></t:Data></t:Message>"
                         "</n:Message></n:NotificationMessage>",
                         source, state);
    }
    snprintf(body + used, sizeof(bodies[0]) - (size_t)used,
             "</PullMessagesResponse></s:Body></s:Envelope>");
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = PULL, .body = body});
}

static void play_beginning(void)
{
    answer(DEVICE, "clock.xml");
    answer(DEVICE, "identity.xml");
    answer(DEVICE, "services.xml");
    answer("/onvif/media", "profiles.xml"); /* with two sources */
}

static const struct vmm_mock_result *look_at_events(void)
{
    return look_with(2, LACKS_SEARCH, 1);
}

/* ---- Topics ---- */

static const struct vmm_mock_result *look_at_topics(const char *fixture)
{
    answer(DEVICE, "clock.xml");
    answer(DEVICE, "identity.xml");
    answer(DEVICE, "services.xml");
    answer("/onvif/media", "profiles-one.xml");
    answer(DEVICE, "ntp.xml");
    answer(DEVICE, "hostname.xml");
    answer(DEVICE, "interfaces.xml");
    answer("/onvif/media", "stream.xml");
    answer("/onvif/media", "snapshot.xml");
    answer("/onvif/events", fixture);
    answer("/onvif/events", "subscription.xml");
    answer_signals("");
    answer(PULL, "unsubscribed.xml");
    return look_with(2, LACKS_SEARCH | LACKS_SUMMARY, 12);
}

Test(onvif_events, the_topics_that_are_offered_are_told)
{
    const struct vmm_mock_result *seen = look_at_topics("topics.xml");
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    vmm_expect_vendor(seen, "event_topics=VideoSource/SignalLoss HardwareFailure/StorageFailure "
                            "OperatingTime/LastReboot");
    vmm_expect_absent(seen, VMM_FACT_FINDING, 0);
    vmm_expect_unjudged(seen, VMM_FACT_SIGNAL, 1);
    cr_expect_not_null(strstr(body_of(9), "EventPortType/GetEventPropertiesRequest"));
}

Test(onvif_events, a_device_without_an_event_of_a_lost_signal_says_so)
{
    const struct vmm_mock_result *seen = look_at_topics("topics-no-signal.xml");
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    vmm_expect_vendor(seen, "event_topics=none");
    vmm_expect_text(seen, VMM_FACT_FINDING, 0,
                    "the device offers no event of a lost signal: whether its inputs have one is "
                    "not known");
    vmm_expect_unjudged(seen, VMM_FACT_SIGNAL, 1);
}

Test(onvif_events, a_device_that_refuses_to_tell_its_topics_is_listened_to)
{
    const struct vmm_mock_result *seen = look_at_topics("not-supported.xml");
    vmm_expect_absent(seen, VMM_FACT_FINDING, 0);
    cr_expect_not_null(strstr(body_of(11), "PullMessages"));
    cr_expect_eq(seen->note[2], LACKS_SEARCH | LACKS_SUMMARY, "and is asked again");
}

Test(onvif_events, signals_may_come_in_several_answers)
{
    play_beginning();
    answer("/onvif/events", "subscription.xml");
    answer_signals("src1=false");
    answer_signals("src2=true");
    answer(PULL, "unsubscribed.xml");
    const struct vmm_mock_result *seen = look_at_events();
    vmm_expect_number(seen, VMM_FACT_SIGNAL, 1, 1);
    vmm_expect_fault(seen, VMM_FACT_SIGNAL, 2, VMM_REASON_VIDEO_LOSS);
    cr_expect_not_null(strstr(body_of(7), "Unsubscribe"));
}

Test(onvif_events, what_a_device_does_not_tell_is_not_waited_for)
{
    play_beginning();
    answer("/onvif/events", "subscription.xml");
    answer_signals("src1=false");
    answer_signals("");
    answer(PULL, "unsubscribed.xml");
    const struct vmm_mock_result *seen = look_at_events();
    vmm_expect_number(seen, VMM_FACT_SIGNAL, 1, 1);
    vmm_expect_unjudged(seen, VMM_FACT_SIGNAL, 2);
    cr_expect_not_null(strstr(body_of(7), "Unsubscribe"));
}

Test(onvif_events, a_device_that_always_has_something_to_say_is_asked_eight_times)
{
    play_beginning();
    answer("/onvif/events", "subscription.xml");
    for (int i = 0; i < 8; i++) {
        answer_signals("src1=false");
    }
    answer(PULL, "unsubscribed.xml");
    vmm_expect_number(look_at_events(), VMM_FACT_SIGNAL, 1, 1);
    cr_expect_not_null(strstr(body_of(13), "Unsubscribe"));
}

Test(onvif_events, of_a_source_the_last_word_counts)
{
    play_beginning();
    answer("/onvif/events", "subscription.xml");
    answer_signals("src1=true src2=false src1=false");
    answer(PULL, "unsubscribed.xml");
    const struct vmm_mock_result *seen = look_at_events();
    vmm_expect_number(seen, VMM_FACT_SIGNAL, 1, 1);
    vmm_expect_number(seen, VMM_FACT_SIGNAL, 2, 1);
    size_t told = 0;
    for (size_t i = 0; i < seen->observation_count; i++) {
        told += seen->observations[i].fact == VMM_FACT_SIGNAL;
    }
    cr_expect_eq(told, 2);
}

/* Of the other source it is not known whether its loss is over. */
Test(onvif_events, a_device_that_says_half_of_it_ends_no_alarm)
{
    static const char *const first[] = {"src1=false", "src1=true", "src1=false"};
    for (size_t i = 0; i < 3; i++) {
        done();
        begin();
        play_beginning();
        answer("/onvif/events", "subscription.xml");
        answer_signals(first[i]);
        vmm_mock_answer(mock, i == 2 ? &(struct vmm_mock_answer){.target = PULL, .body = "<html>"}
                                     : &(struct vmm_mock_answer){.target = PULL,
                                                                 .outcome = VMM_OUTCOME_TIMEOUT,
                                                                 .rung = VMM_RUNG_ANSWER});
        answer(i == 2 ? PULL : "/never", "unsubscribed.xml");
        const struct vmm_mock_result *seen = look_at_events();
        cr_expect_eq(seen->outcome, VMM_OUTCOME_PARTIAL);
        if (i != 1) {
            vmm_expect_unjudged(seen, VMM_FACT_SIGNAL, 1);
        } else {
            vmm_expect_fault(seen, VMM_FACT_SIGNAL, 1, VMM_REASON_VIDEO_LOSS);
        }
    }
}

/* ---- Refusals ---- */

Test(onvif_events, what_is_refused_for_now_is_asked_for_again)
{
    play_beginning();
    answer_status("/onvif/events", "refused-for-now.xml", 500, NULL);
    const struct vmm_mock_result *seen = look_at_events();
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
    vmm_expect_detail(seen, "SubscribeCreationFailed");
    cr_expect_eq(seen->note[2] & LACKS_EVENTS, 0);
    done();
    begin();
    play_beginning();
    answer_status("/onvif/events", "not-supported.xml", 500, NULL);
    seen = look_at_events();
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    cr_expect_eq(seen->note[2] & LACKS_EVENTS, LACKS_EVENTS);
}

Test(onvif_events, a_clock_that_is_refused_to_strangers_is_asked_for_with_the_login)
{
    answer_status(DEVICE, "not-authorized.xml", 400, NULL);
    answer(DEVICE, "identity.xml");
    answer(DEVICE, "clock.xml");
    answer(DEVICE, "not-supported.xml");
    answer(DEVICE, "not-supported.xml");
    const struct vmm_mock_result *seen = look_with(3, 0, 1);
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    int64_t offset = vmm_expect_fact(seen, VMM_FACT_CLOCK_OFFSET, 0, VMM_STANDING_OK)->number;
    cr_expect(offset > 299000 && offset <= 300000, "%lld", (long long)offset);
    cr_expect_null(strstr(body_of(0), "UsernameToken"));
    cr_expect_not_null(strstr(body_of(2), "GetSystemDateAndTime"));
    cr_expect_not_null(strstr(body_of(2), "UsernameToken"));
}

Test(onvif_events, half_of_a_refusal_is_a_bad_reply)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){
                              .status = 400, .flags = VMM_HTTP_SHORT, .body = "<s:Envelope xm"});
    vmm_expect_end(look_with(3, 0, 1), VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.status = 400, .body = "no"});
    vmm_expect_end(look_with(3, 0, 1), VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
}

Test(onvif_events, a_clock_that_is_not_offered_is_asked_for_once)
{
    answer_status(DEVICE, "not-supported.xml", 500, NULL);
    answer(DEVICE, "identity.xml");
    answer(DEVICE, "not-supported.xml");
    answer(DEVICE, "not-supported.xml");
    vmm_expect_absent(look_with(3, 0, 1), VMM_FACT_CLOCK_OFFSET, 0);
    cr_expect_not_null(strstr(body_of(2), "GetServices"));
}

Test(onvif_events, a_challenge_of_basic_beside_a_fault_means_a_token)
{
    static const struct {
        const char *headers;
        uint8_t login;
    } cases[] = {
        {"WWW-Authenticate: Basic realm=\"web\"\r\n", 3},
        {"WWW-Authenticate: Basic realm=\"w\"\r\nWWW-Authenticate: Digest realm=\"w\", "
         "nonce=\"n\"\r\n",
         2},
        {"WWW-Authenticate: Basic realm=\"w\", Digest realm=\"w\", nonce=\"n\"\r\n", 2},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        done();
        begin();
        answer(DEVICE, "clock.xml");
        answer_status(DEVICE, "not-authorized.xml", 401, cases[i].headers);
        answer(DEVICE, "identity.xml");
        answer(DEVICE, "not-supported.xml");
        answer(DEVICE, "not-supported.xml");
        cr_expect_eq(look_with(0, 0, 1)->note[1], cases[i].login, "%s", cases[i].headers);
    }
}

Test(onvif_events, a_refusal_without_a_code_shows_by_its_text)
{
    answer(DEVICE, "clock.xml");
    answer_status(DEVICE, "time-check-failed.xml", 400, NULL);
    const struct vmm_mock_result *seen = look_with(3, 0, 1);
    vmm_expect_end(seen, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0);
    vmm_expect_detail(seen, "Wsse authorized time check failed");
}
