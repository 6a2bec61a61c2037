/* SPDX-License-Identifier: MIT */
/* The provider rtsp in a real host, against each RTSP camera that vmm-farm can play. */
#include <criterion/criterion.h>

#include <glob.h>
#include <stdio.h>
#include <string.h>

#include <vmm/probe.h>

#include "farm/test_farm_rig.h"
#include "integration/host_client.h"

static const struct row {
    const char *personality; /* without "rtsp-" */
    uint32_t outcome;
    uint32_t reason;
    const char *finding; /* a part of one that is told; NULL: none is */
} rows[] = {
    {"camera", VMM_OUTCOME_OK, 0, NULL},
    {"open", VMM_OUTCOME_OK, 0, NULL},
    /* logins */
    {"basic", VMM_OUTCOME_OK, 0, NULL},
    {"both", VMM_OUTCOME_OK, 0, NULL},
    {"md5-first", VMM_OUTCOME_OK, 0, NULL},
    {"no-qop", VMM_OUTCOME_OK, 0, NULL},
    {"options-auth", VMM_OUTCOME_OK, 0, NULL},
    {"sha256", VMM_OUTCOME_OK, 0, NULL},
    {"user-agent", VMM_OUTCOME_OK, 0, NULL},
    /* refusals */
    {"bad-request", VMM_OUTCOME_BAD_REPLY, VMM_REASON_ERROR_STATUS, NULL},
    {"busy-453", VMM_OUTCOME_LIMIT, VMM_REASON_BUSY, NULL},
    {"busy-503", VMM_OUTCOME_LIMIT, VMM_REASON_BUSY, NULL},
    {"not-found", VMM_OUTCOME_PARTIAL, VMM_REASON_WRONG_PATH, NULL},
    {"redirect-away", VMM_OUTCOME_BAD_REPLY, VMM_REASON_ERROR_STATUS, "127.255.255.254"},
    {"sdp-audio-only", VMM_OUTCOME_OK, VMM_REASON_NO_VIDEO, NULL},
    /* connections */
    {"close-after-401", VMM_OUTCOME_OK, 0, "closes the connection"},
    {"describe-once", VMM_OUTCOME_OK, 0, NULL},
    {"redirect", VMM_OUTCOME_OK, 0, "redirects to another path"},
    {"tight-limit", VMM_OUTCOME_OK, 0, NULL},
    /* messages */
    {"junk-before", VMM_OUTCOME_OK, 0, "media data that was not asked for"},
    {"lower-case", VMM_OUTCOME_OK, 0, NULL},
    {"no-cseq", VMM_OUTCOME_OK, 0, "wrong CSeq"},
    {"no-length", VMM_OUTCOME_OK, 0, "without Content-Length"},
    {"no-type", VMM_OUTCOME_OK, 0, "content type"},
    {"trailing-spaces", VMM_OUTCOME_OK, 0, NULL},
    {"upper-case", VMM_OUTCOME_OK, 0, NULL},
    {"wrong-cseq", VMM_OUTCOME_OK, 0, "wrong CSeq"},
    /* descriptions */
    {"base-bare-ipv6", VMM_OUTCOME_OK, 0, "malformed"},
    {"base-double", VMM_OUTCOME_OK, 0, "malformed"},
    {"base-internal", VMM_OUTCOME_OK, 0, "10.0.0.1"},
    {"base-no-scheme", VMM_OUTCOME_OK, 0, "malformed"},
    {"base-none", VMM_OUTCOME_OK, 0, NULL},
    {"sdp-broken-c", VMM_OUTCOME_OK, 0, "malformed c="},
    {"sdp-lf", VMM_OUTCOME_OK, 0, "10.0.0.1"},
    {"sdp-no-origin", VMM_OUTCOME_OK, 0, "without o="},
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static struct host_client client;
static struct host_result result;
static struct rig farm;

/* All of them in one farm, a device each, in the order of the rows. */
static void start_farm(void)
{
    json_t *groups = json_array();
    for (size_t i = 0; i < ROW_COUNT; i++) {
        char address[32];
        char personality[64];
        snprintf(address, sizeof(address), "127.78.0.%zu", i + 1);
        snprintf(personality, sizeof(personality), "rtsp-%s", rows[i].personality);
        json_array_append_new(groups,
                              json_pack("{s:s, s:s, s:s}", "prefix", rows[i].personality,
                                        "base_address", address, "personality", personality));
    }
    json_t *scenario = json_pack("{s:{s:i}, s:[{s:s, s:s}], s:o}", "ports", "rtsp", 0, "users",
                                 "name", "admin", "password", "right", "groups", groups);
    char *text = json_dumps(scenario, 0);
    rig_start(&farm, text);
    free(text);
    json_decref(scenario);
}

static void begin(void)
{
    start_farm();
    host_client_ready(&client, "../plugins/rtsp", "{}");
}

static void end(void)
{
    host_client_end(&client);
}

TestSuite(host_quirks, .init = begin, .fini = end, .timeout = 110);

static void look_at(const json_t *place, bool basic)
{
    static uint64_t id;
    uint16_t port = (uint16_t)json_integer_value(json_object_get(place, "port"));
    struct job_message job =
        host_client_order(port, "{\"path\":\"/live.sdp\",\"answer_timeout\":8000}");
    job.host = json_string_value(json_object_get(place, "address"));
    job.auth = basic ? AUTH_BASIC : AUTH_DIGEST;
    host_client_job(&client, ++id, &job);
    host_client_result(&client, id, &result);
}

/* Whether a finding has this part; with NULL, whether there is one at all. */
static bool has_finding(const char *part)
{
    bool found = false;
    for (uint32_t i = 0; i < result.message.fact_count; i++) {
        const struct result_fact *fact = &result.facts[i];
        bool matches = part == NULL || strstr(fact->text, part) != NULL;
        found = found || (fact->fact == VMM_FACT_FINDING && matches);
    }
    return found;
}

static void assert_row(const struct row *row)
{
    const struct result_message *seen = &result.message;
    cr_expect_eq(seen->outcome, row->outcome, "%s: outcome %u, %s", row->personality, seen->outcome,
                 seen->detail);
    cr_expect_eq(seen->reason, row->reason, "%s: reason %u, %s", row->personality, seen->reason,
                 seen->detail);
    cr_expect_eq(has_finding(row->finding), row->finding != NULL, "%s: %s", row->personality,
                 row->finding != NULL ? "the finding is missing" : "a finding");
}

static long total(const json_t *report, const char *name)
{
    return (long)json_integer_value(json_object_get(json_object_get(report, "totals"), name));
}

/* What the farm has seen of us: no harm done, nothing asked for twice at once. */
static void assert_report(void)
{
    json_t *report = rig_stop(&farm);
    cr_expect_eq(total(report, "looks"), ROW_COUNT);
    cr_expect_eq(total(report, "connections_max"), 1);
    cr_expect_eq(total(report, "logins_bad"), 0);
    cr_expect_eq(total(report, "logins_unasked"), 0);
    cr_expect_eq(total(report, "malformed"), 0);
    cr_expect_eq(total(report, "writes"), 0);
    cr_expect_eq(total(report, "open"), 0);
    json_decref(report);
}

Test(host_quirks, each_camera_is_told_apart)
{
    const json_t *places = json_object_get(farm.places, "devices");
    cr_assert_eq(json_array_size(places), ROW_COUNT);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        look_at(json_array_get(places, i), strcmp(rows[i].personality, "basic") == 0);
        assert_row(&rows[i]);
    }
    assert_report();
}

/* A personality that is added has to be added here. */
Test(host_quirks, no_camera_is_left_out, .init = NULL, .fini = NULL)
{
    glob_t found;
    cr_assert_eq(glob(FARM_PERSONALITIES "/rtsp-*.json", 0, NULL, &found), 0);
    cr_expect_eq(found.gl_pathc, ROW_COUNT);
    globfree(&found);
}
