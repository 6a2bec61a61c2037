/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <vmm/errors.h>

#include "fleet/handover.h"
#include "fleet_help.h"

/* What usually is: the operator's provider does not speak the language, and names one that is on. */
static struct handover_case usual(void)
{
    return (struct handover_case){
        .provider = "sampo", .effective = "", .named = "uniview", .installed = true, .on = true};
}

Test(handover, goes_to_the_one_that_is_named)
{
    struct handover_case given = usual();
    cr_expect_eq(handover_decide(&given), HANDOVER_GO);
    given.named = NULL;
    cr_expect_eq(handover_decide(&given), HANDOVER_NONE);
}

Test(handover, does_not_go_to_one_that_is_off_or_not_there)
{
    struct handover_case given = usual();
    given.on = false;
    cr_expect_eq(handover_decide(&given), HANDOVER_OFF);
    given.installed = false;
    cr_expect_eq(handover_decide(&given), HANDOVER_MISSING);
}

Test(handover, to_one_at_a_port_of_its_own_needs_no_port_that_is_set)
{
    struct handover_case given = usual();
    given.own_port = true;
    cr_expect_eq(handover_decide(&given), HANDOVER_GO);
    given.port_set = true;
    cr_expect_eq(handover_decide(&given), HANDOVER_PORT);
    given.own_port = false;
    cr_expect_eq(handover_decide(&given), HANDOVER_GO, "both speak at the same");
}

Test(handover, to_one_at_a_port_of_its_own_goes_where_it_was_found_to_be_spoken)
{
    struct handover_case given = usual();
    given.own_port = true;
    given.port_set = true;
    given.place = "rtsp:8554";
    cr_expect_eq(handover_decide(&given), HANDOVER_GO);
    cr_expect(handover_takes_place(&given));
    given.place = "https:443";
    cr_expect_eq(handover_decide(&given), HANDOVER_PORT, "its pages are not where it is spoken");
    given.own_port = false;
    cr_expect_eq(handover_decide(&given), HANDOVER_GO);
    cr_expect(handover_takes_place(&given));
    given.place = "rtsp:8554";
    cr_expect_not(handover_takes_place(&given), "another protocol is not its pages");
}

Test(handover, a_place_is_a_protocol_and_a_port)
{
    static const struct {
        const char *text;
        struct handover_place place;
    } places[] = {{"http:8899", {8899, true, false}},
                  {"https:443", {443, true, true}},
                  {"rtsp:65535", {65535, false, false}},
                  {"dvrip:1", {1, false, false}}};
    static const char *const wrong[] = {
        "",         "http:",      "http:0",   "https:65536",     "ftp:21",
        "http:80 ", "http:80/x",  "HTTP:80",  "http:-1",         "https://10.0.0.1:443",
        "rtsp",     "http:00000", "http:+80", "http:99999999999"};
    struct handover_place place;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        cr_expect(handover_place_read(places[i].text, &place), "%s", places[i].text);
        cr_expect_eq(place.port, places[i].place.port);
        cr_expect_eq(place.is_page, places[i].place.is_page);
        cr_expect_eq(place.is_tls, places[i].place.is_tls);
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_expect_not(handover_place_read(wrong[i], &place), "%s", wrong[i]);
    }
}

Test(handover, happens_once_whoever_is_named_then)
{
    static const char *const names[] = {"sampo", "uniview", "dahua"};
    struct handover_case given = usual();
    given.effective = "uniview";
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        given.named = names[i];
        cr_expect_eq(handover_decide(&given), HANDOVER_NONE, "%s", names[i]);
    }
}

Test(handover, a_provider_that_names_itself_or_no_name_names_nobody)
{
    static const char *const names[] = {"sampo", "", "uni view", "../uniview", "uniview\n"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct handover_case given = usual();
        given.named = names[i];
        cr_expect_eq(handover_decide(&given), HANDOVER_NONE, "%s", names[i]);
    }
}

/* ---- What undoes it ---- */

static struct fleet *handed_over(void)
{
    struct fleet *fleet = fleet_create();
    const struct fleet_learnt learnt = {.effective_provider = "generic",
                                        .effective_place = "https:443"};
    help_load(
        fleet,
        "{\"sites\": [{\"id\": \"tpe1\"}], \"cameras\": [{\"id\": \"cam1\", \"site\": \"tpe1\","
        "\"provider\": \"vivotek\", \"host\": \"10.0.0.1\"}]}");
    cr_assert_eq(fleet_learn(fleet, fleet_find_device(fleet, "cam1")->handle, &learnt), 1);
    return fleet;
}

static const char *speaker(const struct fleet *fleet)
{
    return fleet_speaker(&fleet_find_device(fleet, "cam1")->record);
}

/* Who speaks to the camera after this change, and whether there was anything to write. */
static void expect_speaker(unsigned verb, const char *arguments, const char *wanted, bool written)
{
    static struct fleet_errors errors;
    struct fleet *fleet = handed_over();
    struct fleet_plan *plan = NULL;
    json_t *values = help_values(arguments);
    struct fleet_request request = {.verb = verb,
                                    .kind = FLEET_CAMERA,
                                    .id = "cam1",
                                    .values = values,
                                    .from_text = true,
                                    .index = -1};
    cr_expect_str_eq(speaker(fleet), "generic");
    cr_assert_eq(fleet_plan(fleet, &help_checks, &request, 1, &plan, &errors), 0, "%s", arguments);
    cr_expect_eq(plan->write_count > 0, written, "%s", arguments);
    cr_expect_eq(plan->changed, written ? 1 : 0, "%s", arguments);
    cr_assert_eq(fleet_apply(fleet, plan), 0);
    cr_expect_str_eq(speaker(fleet), wanted, "%s: it is %s", arguments, speaker(fleet));
    const struct device_record *record = &fleet_find_device(fleet, "cam1")->record;
    bool stays = record->effective_provider[0] != '\0';
    cr_expect_str_eq(record->effective_place, stays ? "https:443" : "", "%s", arguments);
    fleet_plan_destroy(plan);
    json_decref(values);
    fleet_destroy(fleet);
}

Test(handover, is_undone_by_naming_a_provider)
{
    expect_speaker(FLEET_SET, "provider=generic", "generic", true);
    expect_speaker(FLEET_SET, "provider=vivotek", "vivotek", true);
    expect_speaker(FLEET_PUT, "provider=generic", "generic", true);
}

Test(handover, is_undone_by_another_address)
{
    expect_speaker(FLEET_SET, "host=10.0.0.2", "vivotek", true);
    expect_speaker(FLEET_SET, "port=8080", "vivotek", true);
}

Test(handover, outlives_any_other_change_and_a_file_that_is_loaded_again)
{
    expect_speaker(FLEET_SET, "link=sw1", "generic", true);
    expect_speaker(FLEET_SET, "link=", "generic", false);
    expect_speaker(FLEET_PUT, "provider=vivotek", "generic", false);
}
