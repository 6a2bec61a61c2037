/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "cause/incident.h"

static const struct incident_place of_the_site = {.cause = "site", .start_wall = 1700000000000000};

static const struct incident_change lost = {
    .subject = "camera:cam-01", .reason = "timeout", .from = "OK", .to = "DOWN", .number = 7};

Test(incident, the_id_names_site_cause_and_start)
{
    char id[INCIDENT_ID_MAX];
    cr_expect_str_eq(incident_id("taichung", &of_the_site, id), "taichung/site/1700000000000000");
}

Test(incident, the_id_stays_when_a_group_grows_into_the_site)
{
    char id[INCIDENT_ID_MAX];
    struct incident_place grown = of_the_site;
    grown.opened_as = "group";
    cr_expect_str_eq(incident_id("taichung", &grown, id), "taichung/group/1700000000000000");
}

Test(incident, a_consequence_names_its_cause_in_the_key)
{
    char key[INCIDENT_KEY_MAX];
    cr_expect_str_eq(incident_key("north", &of_the_site, &lost, key),
                     "north/camera:cam-01/1700000000000000/site/timeout/OK>DOWN/7");
    struct incident_place own = {.cause = "camera:cam-01", .start_wall = 1700000000000000};
    cr_expect_str_eq(incident_key("north", &own, &lost, key),
                     "north/camera:cam-01/1700000000000000/timeout/OK>DOWN/7");
}

Test(incident, the_key_changes_with_each_of_the_things_it_is_made_of_and_with_no_other)
{
    char first[INCIDENT_KEY_MAX];
    char key[INCIDENT_KEY_MAX];
    incident_key("north", &of_the_site, &lost, first);
#define DIFFERS(site, field_place, field_change)                                                   \
    do {                                                                                           \
        struct incident_place place = of_the_site;                                                 \
        struct incident_change change = lost;                                                      \
        (void)(field_place), (void)(field_change);                                                 \
        cr_expect_str_neq(incident_key(site, &place, &change, key), first);                        \
    } while (0)
    DIFFERS("south", 0, 0);
    DIFFERS("north", place.cause = "group", 0);
    DIFFERS("north", place.start_wall++, 0);
    DIFFERS("north", 0, change.subject = "camera:cam-02");
    DIFFERS("north", 0, change.reason = "unreachable");
    DIFFERS("north", 0, change.from = "UNKNOWN");
    DIFFERS("north", 0, change.to = "OK");
    DIFFERS("north", 0, change.number++);
    struct incident_place place = of_the_site;
    place.role = INCIDENT_CONSEQUENCE;
    place.step = INCIDENT_CLOSED;
    place.counted = true;
    place.lost.cameras = 12;
    cr_expect_str_eq(incident_key("north", &place, &lost, key), first);
}

Test(incident, the_longest_ids_fit)
{
    char id[65];
    char cause[INCIDENT_CAUSE_MAX];
    char out[INCIDENT_ID_MAX];
    char key[INCIDENT_KEY_MAX];
    memset(id, 'x', 64);
    id[64] = '\0';
    snprintf(cause, sizeof(cause), "camera:%s", id);
    struct incident_place place = {.cause = cause, .start_wall = INT64_MIN};
    struct incident_change change = {.subject = "site",
                                     .reason = "direct_unreachable",
                                     .from = "BLACKFRAME",
                                     .to = "BLACKFRAME",
                                     .number = UINT32_MAX};
    incident_id(id, &place, out);
    cr_expect_str_eq(out + strlen(out) - 20, "-9223372036854775808");
    incident_key(id, &place, &change, key);
    cr_expect_str_eq(key + strlen(key) - 10, "4294967295");
}

Test(incident, has_words)
{
    cr_expect_str_eq(incident_role_word(INCIDENT_CAUSE), "cause");
    cr_expect_str_eq(incident_role_word(INCIDENT_CONSEQUENCE), "consequence");
    cr_expect_str_eq(incident_step_word(INCIDENT_OPENED), "opened");
    cr_expect_str_eq(incident_step_word(INCIDENT_GOES_ON), "goes_on");
    cr_expect_str_eq(incident_step_word(INCIDENT_CLOSED), "closed");
    cr_expect_str_eq(incident_step_word(9), "?");
}
