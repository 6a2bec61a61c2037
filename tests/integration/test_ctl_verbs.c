/* SPDX-License-Identifier: MIT */
/* vmmctl: what is asked and shown: status, events, explain, plugins, flags, reload, metrics, version, help. */
#include <stdio.h>
#include <string.h>

#include "ctl_rig.h"

TestSuite(ctl_verbs, .init = ctl_rig_open, .fini = ctl_rig_close, .timeout = 60);

/* ---- status ---- */

#define ROW_DOWN                                                                                   \
    "{\"last_seen_at\":\"2026-11-20T08:00:00.000Z\",\"id\":\"gate-7\",\"site_id\":\"north\","      \
    "\"nvr_id\":null,\"name\":\"\xe5\xa4\xa7\xe9\x96\x80\",\"provider\":\"vivotek\","              \
    "\"health\":\"DOWN\",\"severity\":\"critical\",\"reason\":\"timeout\","                        \
    "\"since\":\"2020-01-01T00:00:00.000Z\",\"latency_ms\":41,\"inner\":1}"
#define ROW_DOWN_OUT                                                                               \
    "{\"id\":\"gate-7\",\"site_id\":\"north\",\"nvr_id\":null,"                                    \
    "\"name\":\"\xe5\xa4\xa7\xe9\x96\x80\",\"provider\":\"vivotek\",\"effective_provider\":null,"  \
    "\"health\":\"DOWN\","                                                                         \
    "\"severity\":\"critical\",\"reason\":\"timeout\",\"since\":\"2020-01-01T00:00:00.000Z\","     \
    "\"latency_ms\":41,\"last_seen_at\":\"2026-11-20T08:00:00.000Z\"}"
#define SUMMARY                                                                                    \
    "{\"cameras\":3,\"OK\":1,\"DEGRADED\":0,\"DOWN\":1,\"BLACKFRAME\":0,\"UNKNOWN\":0,"            \
    "\"DISABLED\":1"

static const struct answer status_script[] = {
    {"status", "[" ROW_DOWN "]", "{\"summary\":" SUMMARY "},\"cursor\":\"north/gate-7\"}", NULL},
    {"status.sites", "[{\"site_id\":\"north\",\"name\":\"North\",\"cameras\":3,\"OK\":1}]", NULL,
     NULL},
    {0},
};

Test(ctl_verbs, status_json_is_the_contract)
{
    it.script = status_script;
    ctl_rig_listen();
    RUN("status", "--json", "--site", "north", "--limit", "1");
    cr_expect_eq(it.code, 0, "%s", ERR);
    cr_expect_str_eq(OUT, "{\"cameras\":[" ROW_DOWN_OUT "],"
                          "\"summary\":" SUMMARY ",\"next_cursor\":\"north/gate-7\"}}\n");
    ctl_rig_asked(0, "s status {\"all\":false,\"site\":\"north\",\"limit\":1}");
    RUN("status", "--jsonl", "--all", "--health", "DOWN", "--cursor", "x");
    cr_expect_str_eq(OUT, ROW_DOWN_OUT "\n");
    ctl_rig_asked(1, "s status {\"all\":true,\"health\":\"DOWN\",\"cursor\":\"x\"}");
}

Test(ctl_verbs, status_for_people_is_a_summary_and_a_table)
{
    it.script = status_script;
    ctl_rig_listen();
    RUN("status");
    cr_expect_eq(it.code, 0);
    cr_expect_not_null(strstr(OUT, "3 cameras:  OK 1  DEGRADED 0  DOWN 1"), "%s", OUT);
    cr_expect_not_null(strstr(OUT, "SITE   CAMERA         PROVIDER  HEALTH  SEVERITY  REASON"),
                       "%s", OUT);
    cr_expect_not_null(strstr(OUT, "north  gate-7 (\xe5\xa4\xa7\xe9\x96\x80)  vivotek   DOWN    "
                                   "critical  timeout"),
                       "%s", OUT);
    cr_expect_not_null(strstr(OUT, "41 ms"));
    cr_expect_not_null(strstr(OUT, "--cursor north/gate-7"));
    cr_expect_null(strchr(OUT, '\x1b'), "no colours where there is no terminal");
}

Test(ctl_verbs, status_check_exits_with_1_when_something_is_not_ok)
{
    SCRIPT({"status", NULL, "{\"summary\":{\"cameras\":2,\"OK\":1,\"DOWN\":1},\"cursor\":null}"},
           {"status", NULL, "{\"summary\":{\"cameras\":2,\"OK\":1,\"DISABLED\":1}}"},
           {"status.sites", NULL, NULL});
    RUN("status", "--check", "--json");
    cr_expect_eq(it.code, 1);
    RUN("status", "--check");
    cr_expect_eq(it.code, 0);
    cr_expect_not_null(strstr(OUT, "everything is OK"));
}

Test(ctl_verbs, a_wrong_command_line_is_told_before_anything_is_asked)
{
    static char *const wrong[][6] = {
        {"status", "--limit", "0"},
        {"status", "--health", "BAD"},
        {"status", "gate-7"},
        {"events", "--since", "soon"},
        {"events", "--follow", "--json"},
        {"explain"},
        {"explain", "a", "b"},
        {"probe"},
        {"probe", "gate-7", "gate-8"},
        {"probe", "gate-7", "--user", "u"},
        {"probe", "rtsp://u:p@h/", "--provider", "rtsp"},
        {"watch"},
        {"watch", "10.0.0.7:0"},
        {"watch", "10.0.0.7", "--id", "../x"},
        {"camera", "add"},
        {"camera", "add", "x", "host"},
        {"camera", "paint", "x"},
        {"credential", "add", "x"},
        {"credential", "set", "x", "--keep-password"},
        {"credential", "add", "x", "secret"},
        {"fleet", "load"},
        {"status", "--json", "--jsonl"},
        {"nothing"},
    };
    SCRIPT({0});
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        RUN(wrong[i][0], wrong[i][1], wrong[i][2], wrong[i][3], wrong[i][4]);
        cr_expect_eq(it.code, 2, "%s %s", wrong[i][0], wrong[i][1]);
        cr_expect_str_eq(OUT, "");
        cr_expect_not_null(strstr(ERR, "see: vmmctl help"), "%s", ERR);
    }
    cr_expect_eq(it.asked, 0);
}

Test(ctl_verbs, exit_codes_follow_the_errors)
{
    static const struct {
        const char *code;
        int exit;
    } codes[] = {
        {CTL_NOT_FOUND, 1}, {CTL_INVALID, 2}, {CTL_UNKNOWN_VERB, 2}, {CTL_DENIED, 4},
        {CTL_REFUSED, 4},   {CTL_BUSY, 4},    {CTL_INTERNAL, 4},     {CTL_TIMEOUT, 5},
    };
    struct answer script[] = {{"explain", NULL, NULL, NULL}, {0}};
    it.script = script;
    ctl_rig_listen();
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        script[0].error = codes[i].code;
        RUN("explain", "gate-7");
        cr_expect_eq(it.code, codes[i].exit, "%s", codes[i].code);
        cr_expect_str_eq(ERR, "vmmctl: it is \\x1b[31mso\nvmmctl: do this\n");
    }
}

Test(ctl_verbs, without_vmmd_it_says_so_and_exits_with_3)
{
    RUN("status");
    cr_expect_eq(it.code, 3);
    cr_expect_not_null(strstr(ERR, "no vmmd listens at /tmp/vmm-ctl-"), "%s", ERR);
    RUN("reload");
    cr_expect_eq(it.code, 3);
    RUN("version", "--json");
    cr_expect_eq(it.code, 0);
    cr_expect_not_null(strstr(OUT, ",\"vmmd\":null}"), "%s", OUT);
}

/* ---- events, explain, plugins, flags, reload, metrics, version ---- */

#define EVENT_OUT                                                                                  \
    "{\"id\":\"e1\",\"ts\":\"2026-11-21T08:00:00.000Z\",\"site_id\":\"north\","                    \
    "\"camera_id\":\"gate-7\",\"type\":\"camera.down\",\"from\":\"OK\",\"to\":\"DOWN\","           \
    "\"severity\":\"critical\",\"reason\":\"timeout\",\"dedup_key\":\"k\"}"

Test(ctl_verbs, events_jsonl_is_the_contract)
{
    SCRIPT({"events",
            "[{\"node_id\":\"n\",\"dedup_key\":\"k\",\"id\":\"e1\",\"ts\":\"2026-11-21T08:00:00."
            "000Z\",\"site_id\":\"north\",\"camera_id\":\"gate-7\",\"type\":\"camera.down\","
            "\"from\":\"OK\",\"to\":\"DOWN\",\"severity\":\"critical\",\"reason\":\"timeout\"}]",
            NULL});
    RUN("events", "--jsonl", "--camera", "gate-7", "--since", "2026-11-21T09:00:00+01:00");
    cr_expect_eq(it.code, 0);
    cr_expect_str_eq(OUT, EVENT_OUT "\n");
    ctl_rig_asked(0, "s events {\"camera\":\"gate-7\",\"since\":\"2026-11-21T08:00:00.000Z\","
                     "\"limit\":100,\"follow\":false}");
    RUN("events", "--json", "--limit", "0", "--type", "camera.down");
    cr_expect_str_eq(OUT, "{\"events\":[" EVENT_OUT "]}\n");
    RUN("events");
    cr_expect_not_null(strstr(OUT, "OK > DOWN"), "%s", OUT);
    RUN("events", "--follow");
    cr_expect_not_null(strstr(OUT, "north  gate-7  camera.down  OK > DOWN"), "%s", OUT);
}

#define EXPLAIN_RESULT                                                                             \
    "{\"camera\":{\"id\":\"gate-7\",\"site_id\":\"north\",\"name\":\"Gate\",\"provider\":"         \
    "\"vivotek\",\"host\":\"10.0.0.7\",\"port\":80,\"enabled\":true},\"verdict\":{\"health\":"     \
    "\"DEGRADED\",\"severity\":\"suspect\",\"reason\":\"auth\",\"rung\":\"authenticate\","         \
    "\"since\":\"2020-01-01T00:00:00Z\",\"seen\":\"the device refuses the credential\",\"do\":"    \
    "\"correct the credential\",\"failures\":2,\"reasons\":[{\"reason\":\"auth\",\"health\":"      \
    "\"DEGRADED\",\"severity\":\"suspect\",\"seen\":\"refused\"}]},\"look\":{\"at\":"              \
    "\"2026-11-21T08:00:00Z\",\"scope\":\"full\",\"outcome\":\"auth\",\"rung\":\"authenticate\","  \
    "\"detail\":\"401 "                                                                            \
    "twice\",\"total_ms\":90,\"slowest_ms\":60,\"requests\":2,\"connections\":1,\"bytes\":0,"      \
    "\"login\":"                                                                                   \
    "\"refused\"},\"ledger\":{\"endpoint\":\"north/10.0.0.7\",\"account\":\"main\","               \
    "\"generation\":3,\"state\":\"refused\",\"retry_at\":\"2099-01-01T00:00:00Z\"},\"breaker\":"   \
    "{\"state\":\"closed\",\"failure_count\":0,\"opened_at\":null},\"next\":{\"at\":"              \
    "\"2099-01-01T00:00:00Z\",\"scope\":\"full\",\"why\":\"suspect\"}}"

Test(ctl_verbs, explain_shows_everything_there_is)
{
    SCRIPT({"explain",
            "[{\"step\":{\"asked\":\"GET /cgi\",\"came\":\"401 \\u001b]0;x\",\"start_ms\":1,"
            "\"took_ms\":12.5}},{\"fact\":{\"subject\":\"channel\",\"index\":2,\"fact\":"
            "\"signal\",\"value\":false,\"unit\":\"\",\"standing\":\"fault\",\"reason\":"
            "\"video_loss\"}},{\"event\":{\"id\":\"e1\",\"ts\":\"2026-11-21T07:00:00Z\",\"type\":"
            "\"camera.degraded\",\"from\":\"OK\",\"to\":\"DEGRADED\",\"reason\":\"auth\","
            "\"sinks\":[{\"sink\":\"jsonl\",\"state\":\"delivered\",\"why\":null},{\"sink\":"
            "\"gchat\",\"state\":\"retry\",\"why\":\"429\"}]}}]",
            EXPLAIN_RESULT});
    static const char *const expected[] = {
        "gate-7  Gate",
        "vivotek at 10.0.0.7:80",
        "DEGRADED, suspect",
        "auth at rung authenticate",
        "correct the credential",
        "2 in a row",
        "401 twice",
        "; 2 requests, 1 connection, 0 bytes\n",
        "12.5 ms  401 \\x1b]0;x  GET /cgi",
        "channel 2  signal  no     fault     video_loss",
        "main at north/10.0.0.7: refused (generation 3), next login in ",
        "closed, 0 failures",
        "suspect",
        "jsonl delivered, gchat retry (429)",
    };
    RUN("explain", "gate-7");
    cr_expect_eq(it.code, 0, "%s", ERR);
    ctl_rig_asked(0, "s explain {\"camera\":\"gate-7\"}");
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        cr_expect_not_null(strstr(OUT, expected[i]), "\"%s\" is not in\n%s", expected[i], OUT);
    }
    cr_expect_null(strchr(OUT, '\x1b'));
    RUN("explain", "gate-7", "--json");
    json_t *all = json_loads(OUT, 0, NULL);
    cr_assert_not_null(all);
    cr_expect_eq(json_array_size(json_object_get(all, "steps")), 1);
    cr_expect_eq(json_array_size(json_object_get(all, "facts")), 1);
    cr_expect_eq(json_array_size(json_object_get(all, "events")), 1);
    cr_expect_not_null(json_object_get(all, "ledger"));
    json_decref(all);
}

Test(ctl_verbs, explain_of_a_camera_never_looked_at)
{
    SCRIPT({"explain", NULL,
            "{\"camera\":{\"id\":\"a\"},\"verdict\":{\"health\":\"UNKNOWN\",\"severity\":"
            "\"normal\",\"reason\":\"never_looked\"},\"look\":null,\"ledger\":null,\"breaker\":"
            "{\"state\":\"closed\"},\"next\":null}"});
    RUN("explain", "a");
    cr_expect_eq(it.code, 0);
    cr_expect_not_null(strstr(OUT, "none yet"), "%s", OUT);
    cr_expect_not_null(strstr(OUT, "no credential"));
}

#define NEXT(at, scope, why) "{\"next\":{\"at\":" at ",\"scope\":" scope ",\"why\":" why "}}"

Test(ctl_verbs, explain_tells_what_the_next_look_is)
{
    SCRIPT({"explain", NULL, NEXT("null", "\"full\"", "\"a look is under way\"")},
           {"explain", NULL, NEXT("null", "null", "null")},
           {"explain", NULL, NEXT("\"2099-01-01T00:00:00Z\"", "\"trial\"", "null")});
    RUN("explain", "a");
    cr_expect_not_null(strstr(OUT, "Next look   a look is under way (full)\n"), "%s", OUT);
    RUN("explain", "a");
    cr_expect_not_null(strstr(OUT, "Next look   none is due\n"), "%s", OUT);
    RUN("explain", "a");
    cr_expect_not_null(strstr(OUT, " (trial)\n"), "%s", OUT);
}

Test(ctl_verbs, plugins_json_is_the_contract)
{
    SCRIPT({"plugins",
            "[{\"hosts\":[{\"pid\":7,\"state\":\"ready\"}],\"name\":\"rtsp\",\"kind\":\"probe\","
            "\"version\":\"0.1.0\",\"abi\":\"0.1\",\"path\":\"/p/rtsp.so\",\"flag\":"
            "\"FEATURE_VMS_RTSP_PROBE\",\"state\":\"ready\",\"pid\":7,\"generation\":1,"
            "\"restarts\":0,\"reason\":null}]",
            NULL});
    RUN("plugins", "--json");
    cr_expect_str_eq(OUT,
                     "{\"plugins\":[{\"name\":\"rtsp\",\"kind\":\"probe\",\"version\":\"0.1.0\","
                     "\"abi\":\"0.1\",\"path\":\"/p/rtsp.so\",\"flag\":\"FEATURE_VMS_RTSP_PROBE\","
                     "\"state\":\"ready\",\"pid\":7,\"generation\":1,\"restarts\":0,"
                     "\"reason\":null,\"hosts\":[{\"pid\":7,\"state\":\"ready\"}]}]}\n");
    RUN("plugins");
    cr_expect_not_null(strstr(OUT, "rtsp    probe  0.1.0    ready"), "%s", OUT);
}

Test(ctl_verbs, flags_say_what_the_environment_forces)
{
    SCRIPT({"flags",
            "[{\"name\":\"FEATURE_A\",\"on\":true,\"sites\":[\"n\",\"s\"],\"origin\":"
            "\"/etc/x.json\",\"forced\":false,\"owner\":null},{\"name\":\"FEATURE_B\",\"on\":"
            "false,\"sites\":null,\"origin\":\"environment\",\"forced\":true,\"owner\":\"rtsp\"}]",
            NULL});
    RUN("flags");
    cr_expect_not_null(strstr(OUT, "FEATURE_A  on     n, s   /etc/x.json"), "%s", OUT);
    cr_expect_not_null(strstr(OUT, "FEATURE_B  off    -      environment (until vmmd ends)"));
}

Test(ctl_verbs, reload_prints_what_changed_or_why_not)
{
    SCRIPT({"reload", NULL, "{\"changed\":[\"plugin rtsp: new file\"]}"},
           {"reload", NULL, "{\"changed\":[]}"},
           {"reload", "[{\"name\":\"vmmd.json\",\"why\":\"line 3: unknown key\"}]", NULL,
            CTL_REFUSED});
    RUN("reload");
    cr_expect_eq(it.code, 0);
    cr_expect_str_eq(OUT, "plugin rtsp: new file\n");
    ctl_rig_asked(0, "c reload {}");
    RUN("reload");
    cr_expect_str_eq(OUT, "nothing has changed\n");
    RUN("reload");
    cr_expect_eq(it.code, 4);
    cr_expect_str_eq(OUT, "");
    cr_expect_not_null(strstr(ERR, "vmmd.json: line 3: unknown key"));
    RUN("reload", "--json");
    cr_expect_str_eq(OUT,
                     "{\"refused\":[{\"name\":\"vmmd.json\",\"why\":\"line 3: unknown key\"}]}\n");
}

Test(ctl_verbs, metrics_are_put_together_from_their_pieces)
{
    SCRIPT({"metrics", "[{\"text\":\"a 1\\nb 2\\n\"},{\"text\":\"c 3\\n\"}]", NULL});
    RUN("metrics");
    cr_expect_str_eq(OUT, "a 1\nb 2\nc 3\n");
    RUN("metrics", "--json");
    cr_expect_str_eq(OUT, "{\"metrics\":\"a 1\\nb 2\\nc 3\\n\"}\n");
}

Test(ctl_verbs, version_tells_both)
{
    SCRIPT({"version", NULL,
            "{\"version\":\"9.9\",\"build_git_hash\":\"abc\",\"pid\":5,\"uptime_s\":61}"});
    RUN("version");
    cr_expect_not_null(strstr(OUT, "vmmd   9.9 (abc), pid 5, up 1 min 1 s\n"), "%s", OUT);
    RUN("version", "--json");
    cr_expect_not_null(strstr(OUT, "\"vmmd\":{\"version\":\"9.9\""), "%s", OUT);
}

Test(ctl_verbs, incidents_never_says_that_all_is_well_where_nobody_is_told)
{
    SCRIPT({"incident.list", NULL, "{\"kept\":true,\"not_ok\":null}"},
           {"incident.list", NULL, "{\"kept\":false,\"not_ok\":7}"},
           {"incident.list", "[{\"incident\":\"s/a/1\",\"held_by\":\"policy: no sink\"}]",
            "{\"kept\":false,\"not_ok\":1}"});
    RUN("incidents");
    cr_expect_str_eq(OUT, "nothing is wrong\n");
    RUN("incidents");
    cr_expect_null(strstr(OUT, "nothing is wrong"), "%s", OUT);
    cr_expect_not_null(strstr(OUT, "only where a sink for people is on"), "%s", OUT);
    cr_expect_not_null(strstr(OUT, "7 cameras are not OK: vmmctl status\n"), "%s", OUT);
    RUN("incidents", "--json");
    cr_expect_not_null(strstr(OUT, "\"kept\":false,\"not_ok\":1"), "%s", OUT);
}

/* ---- help ---- */

Test(ctl_verbs, help_completion_and_man_page_name_every_verb)
{
    static const char *const verbs[] = {
        "camera", "completion", "credential", "events",  "explain", "flags",
        "fleet",  "help",       "metrics",    "nvr",     "plugins", "probe",
        "reload", "site",       "status",     "version", "watch",
    };
    char words[3][65536];
    RUN("help");
    cr_expect_eq(it.code, 0);
    snprintf(words[0], sizeof(words[0]), "%s", OUT);
    RUN("completion", "bash");
    snprintf(words[1], sizeof(words[1]), "%s", OUT);
    RUN("help", "--man");
    snprintf(words[2], sizeof(words[2]), "%s", OUT);
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        char line[64];
        snprintf(line, sizeof(line), "\n  %-12s ", verbs[i]);
        cr_expect_not_null(strstr(words[0], line), "help: %s", verbs[i]);
        snprintf(line, sizeof(line), "    %s) words=", verbs[i]);
        cr_expect_not_null(strstr(words[1], line), "completion: %s", verbs[i]);
        snprintf(line, sizeof(line), "\n.SS %s\n", verbs[i]);
        cr_expect_not_null(strstr(words[2], line), "man page: %s", verbs[i]);
        RUN("help", (char *)verbs[i]);
        cr_expect_eq(it.code, 0);
        RUN((char *)verbs[i], "--help");
        cr_expect_eq(it.code, 0);
    }
}
