/* SPDX-License-Identifier: MIT */
/* vmmctl: cameras by one command, probes, and fleets from a file. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl_rig.h"

TestSuite(ctl_fleet, .init = ctl_rig_open, .fini = ctl_rig_close, .timeout = 60);

/* ---- watch and probe ---- */

#define LOOK(outcome)                                                                              \
    "\"look\":{\"at\":\"2026-11-21T08:00:00Z\",\"scope\":\"full\",\"outcome\":\"" outcome          \
    "\",\"rung\":\"signal\",\"total_ms\":12,\"login\":\"accepted\"}"
#define VERDICT(health)                                                                            \
    "\"verdict\":{\"health\":\"" health "\",\"severity\":\"normal\",\"reason\":\"none\","          \
    "\"rung\":\"signal\"}"

#define UNSEEN                                                                                     \
    "\"verdict\":{\"health\":\"UNKNOWN\",\"severity\":\"normal\",\"reason\":\"never_looked\","     \
    "\"rung\":\"none\",\"do\":\"wait for the first verdict\"}"
#define BY(provider, handover)                                                                     \
    "\"camera\":{\"id\":\"c\",\"provider\":\"" provider "\",\"handover\":" handover "}"
#define NOBODY_ELSE                                                                                \
    {"camera.list", NULL, NULL},                                                                   \
    {                                                                                              \
        "nvr.list", NULL, NULL                                                                     \
    }

Test(ctl_fleet, watch_adds_site_credential_and_camera_and_shows_the_verdict)
{
    SCRIPT(NOBODY_ELSE, {"site.add", NULL, "{}"}, {"credential.add", NULL, "{}"},
           {"camera.add", NULL, "{}"}, {"probe", NULL, "{}"},
           {"explain", "[{\"step\":{\"asked\":\"DESCRIBE /live\",\"came\":\"200\"}}]",
            "{" LOOK("ok") "," VERDICT("OK") "," BY("rtsp", "null") "}"});
    RUN_INPUT("c4n4ry\n", "watch", "rtsp://admin@10.0.0.7:8554/live", "--password-stdin");
    cr_expect_eq(it.code, 0, "%s", ERR);
    cr_assert_eq(it.asked, 7);
    ctl_rig_asked(2, "c site.add {\"id\":\"default\",\"set\":[]}");
    ctl_rig_asked(3, "c credential.add {\"id\":\"cam-10.0.0.7-8554\",\"user\":\"admin\","
                     "\"password\":\"c4n4ry\",\"site_id\":\"default\"}");
    ctl_rig_asked(4, "c camera.add {\"id\":\"cam-10.0.0.7-8554\",\"set\":[\"site=default\","
                     "\"provider=rtsp\",\"host=10.0.0.7\",\"port=8554\",\"options.path=/live\","
                     "\"credential=cam-10.0.0.7-8554\"]}");
    ctl_rig_asked(5, "c probe {\"camera\":\"cam-10.0.0.7-8554\",\"deadline_ms\":28000}");
    ctl_rig_asked(6, "s explain {\"camera\":\"cam-10.0.0.7-8554\"}");
    cr_expect_not_null(strstr(OUT, "DESCRIBE /live"), "%s", OUT);
    cr_expect_not_null(strstr(OUT, "  OK, normal"));
    cr_expect_not_null(strstr(OUT, "vmmctl explain cam-10.0.0.7-8554"));
    ctl_rig_nowhere("c4n4ry");
}

Test(ctl_fleet, watch_waits_for_the_second_look_at_a_fault)
{
    SCRIPT(NOBODY_ELSE, {"site.add", NULL, NULL, CTL_EXISTS}, {"camera.add", NULL, "{}"},
           {"probe", NULL, "{}"},
           {"explain", NULL, "{" LOOK("ok") "," UNSEEN "," BY("identify", "null") "}"},
           {"explain", NULL,
            "{" LOOK("ok") "," VERDICT("DOWN") "," BY(
                "identify", "{\"to\":\"vivotek\",\"state\":\"done\",\"place\":null}") "}"});
    RUN("watch", "10.0.0.7");
    cr_expect_eq(it.code, 1);
    cr_expect_eq(it.asked, 7, "one look is asked for, not several");
    cr_expect_not_null(strstr(OUT, "DOWN, normal"), "%s", OUT);
    cr_expect_not_null(strstr(OUT, "handed over to vivotek"), "%s", OUT);
    cr_expect_null(strstr(OUT, "wait for the first verdict"), "%s", OUT);
}

Test(ctl_fleet, watch_asks_again_while_the_provider_is_starting)
{
    SCRIPT(NOBODY_ELSE, {"site.add", NULL, NULL, CTL_EXISTS}, {"camera.add", NULL, "{}"},
           {"probe", NULL, NULL, CTL_BUSY}, {"probe", NULL, "{}"},
           {"explain", NULL,
            "{" LOOK("unsupported") "," VERDICT("UNKNOWN") "," BY("identify", "null") "}"},
           {"explain", NULL, "{" LOOK("ok") "," VERDICT("OK") "," BY("identify", "null") "}"});
    RUN("watch", "10.0.0.7");
    cr_expect_eq(it.code, 0, "%s", OUT);
    cr_expect_str_eq(ERR, "");
    cr_expect_eq(it.asked, 8);
}

Test(ctl_fleet, watch_of_an_unknown_make_says_how_to_name_it)
{
    SCRIPT(NOBODY_ELSE, {"site.add", NULL, NULL, CTL_EXISTS}, {"camera.add", NULL, "{}"},
           {"probe", NULL, "{}"},
           {"explain", NULL,
            "{" LOOK("unsupported") "," VERDICT("UNKNOWN") "," BY("identify", "null") "}"});
    RUN("watch", "10.0.0.7");
    cr_expect_eq(it.code, 1);
    cr_expect_not_null(strstr(OUT, "--provider NAME"), "%s", OUT);
    cr_expect_not_null(strstr(OUT, "vmmctl plugins"), "%s", OUT);
}

Test(ctl_fleet, watch_waits_no_longer_than_it_may)
{
    SCRIPT(NOBODY_ELSE, {"site.add", NULL, NULL, CTL_EXISTS}, {"camera.add", NULL, "{}"},
           {"probe", NULL, "{}"},
           {"explain", NULL, "{" LOOK("timeout") "," UNSEEN "," BY("rtsp", "null") "}"});
    RUN("watch", "rtsp://10.0.0.7/", "--timeout", "1");
    cr_expect_eq(it.code, 1, "%s", ERR);
    cr_expect_not_null(strstr(OUT, "There is no verdict yet"), "%s", OUT);
}

Test(ctl_fleet, watch_takes_fields_as_probe_does)
{
    SCRIPT(NOBODY_ELSE, {"site.add", NULL, NULL, CTL_EXISTS}, {"camera.add", NULL, "{}"},
           {"probe", NULL, "{}"},
           {"explain", NULL, "{" LOOK("ok") "," VERDICT("OK") "," BY("generic", "null") "}"});
    RUN("watch", "https://10.0.0.7", "--provider", "generic", "options.requests=[{\"path\":\"/\"}]",
        "tls=off");
    cr_expect_eq(it.code, 0, "%s", ERR);
    ctl_rig_asked(3, "c camera.add {\"id\":\"cam-10.0.0.7\",\"set\":[\"site=default\","
                     "\"provider=generic\",\"host=10.0.0.7\","
                     "\"options.requests=[{\\\"path\\\":\\\"/\\\"}]\",\"tls=off\"]}");
    size_t asked = it.asked;
    RUN("watch", "10.0.0.7", "site=north");
    cr_expect_eq(it.code, 2);
    RUN("watch", "10.0.0.7", "--user", "u", "credential=main");
    cr_expect_eq(it.code, 2);
    cr_expect_eq(it.asked, asked);
}

Test(ctl_fleet, watch_refuses_an_address_that_the_fleet_has)
{
    SCRIPT(
        {"camera.list",
         "[{\"id\":\"a\",\"site\":\"s\",\"host\":\"10.0.0.7\",\"port\":81},"
         "{\"id\":\"gate\",\"site\":\"s\",\"host\":\"10.0.0.7\",\"port\":0,\"provider\":\"axis\","
         "\"tls\":\"none\"}]",
         NULL},
        {"nvr.list", "[{\"id\":\"rec\",\"site\":\"s\",\"host\":\"NVR.example\",\"port\":8000}]",
         NULL});
    RUN("watch", "10.0.0.7", "--user", "u", "--site", "t");
    cr_expect_eq(it.code, 4);
    cr_expect_not_null(strstr(ERR, "camera gate at site s"), "%s", ERR);
    cr_expect_not_null(strstr(ERR, "vmmctl camera set gate"), "%s", ERR);
    cr_expect_eq(it.asked, 2, "no password is asked for, and nothing is added");
    RUN("watch", "10.0.0.7:80");
    cr_expect_eq(it.code, 4, "80 is the port of one that names none");
    RUN("watch", "nvr.example:8000");
    cr_expect_eq(it.code, 4);
    cr_expect_not_null(strstr(ERR, "vmmctl nvr set rec"), "%s", ERR);
}

Test(ctl_fleet, watch_that_is_refused_leaves_nothing_behind)
{
    SCRIPT(NOBODY_ELSE, {"site.add", NULL, "{}"}, {"credential.add", NULL, "{}"},
           {"camera.add", NULL, NULL, CTL_INVALID}, {"credential.rm", NULL, "{}"},
           {"site.rm", NULL, "{}"});
    RUN_INPUT("c4n4ry\n", "watch", "10.0.0.7", "--user", "u", "--provider", "nosuch",
              "--password-stdin");
    cr_expect_eq(it.code, 2, "%d", it.code);
    cr_assert_eq(it.asked, 7);
    ctl_rig_asked(5, "c credential.rm {\"id\":\"cam-10.0.0.7\"}");
    ctl_rig_asked(6, "c site.rm {\"id\":\"default\"}");
}

Test(ctl_fleet, watch_takes_away_nothing_that_was_there)
{
    SCRIPT(NOBODY_ELSE, {"site.add", NULL, NULL, CTL_EXISTS},
           {"credential.add", NULL, NULL, CTL_EXISTS}, {"credential.set", NULL, "{}"},
           {"camera.add", NULL, NULL, CTL_INVALID});
    RUN_INPUT("c4n4ry\n", "watch", "10.0.0.7", "--user", "u", "--provider", "nosuch",
              "--password-stdin");
    cr_expect_neq(it.code, 0);
    cr_expect_eq(it.asked, 6);
}

Test(ctl_fleet, watch_without_a_password_changes_nothing)
{
    SCRIPT(NOBODY_ELSE, {"site.add", NULL, "{}"});
    RUN("watch", "10.0.0.7", "--user", "u", "--password-stdin");
    cr_expect_eq(it.code, 2);
    cr_expect_eq(it.asked, 2);
}

Test(ctl_fleet, watch_again_sets_what_is_there_and_tells_what_is_wrong)
{
    SCRIPT({"camera.list",
            "[{\"id\":\"other\",\"host\":\"10.0.0.7\",\"port\":80},"
            "{\"id\":\"gate\",\"host\":\"10.0.0.7\",\"port\":80}]",
            NULL},
           {"nvr.list", NULL, NULL}, {"site.add", NULL, NULL, CTL_EXISTS},
           {"camera.add", NULL, NULL, CTL_EXISTS}, {"camera.set", NULL, "{}"},
           {"probe", NULL, "{}"},
           {"explain", NULL,
            "{" LOOK("unreachable") "," VERDICT("UNKNOWN") "," BY("vivotek", "null") "}"});
    RUN("watch", "10.0.0.7", "--provider", "vivotek", "--site", "s", "--id", "gate", "--json");
    cr_expect_eq(it.code, 1);
    cr_expect_str_eq(ERR, "");
    cr_assert_eq(it.asked, 7);
    ctl_rig_asked(4, "c camera.set {\"id\":\"gate\",\"set\":[\"site=s\",\"provider=vivotek\","
                     "\"host=10.0.0.7\"]}");
    cr_expect_not_null(strstr(OUT, "\"id\":\"gate\""), "%s", OUT);
    cr_expect_not_null(strstr(OUT, "\"provider\":\"vivotek\""), "%s", OUT);
}

Test(ctl_fleet, probe_asks_for_a_camera_or_an_address)
{
    SCRIPT({"probe", NULL, "{" LOOK("ok") "," VERDICT("OK") "}"},
           {"probe", NULL, "{" LOOK("timeout") ",\"verdict\":null}"},
           {"probe", NULL, "{" LOOK("ok") ",\"verdict\":null}"});
    RUN("probe", "gate-7", "--deadline", "5");
    cr_expect_eq(it.code, 0);
    ctl_rig_asked(0, "c probe {\"camera\":\"gate-7\",\"deadline_ms\":5000}");
    RUN_INPUT("c4n4ry\n", "probe", "10.0.0.7:81/x", "--provider", "generic", "--user", "u",
              "--password-stdin", "tls=off");
    cr_expect_eq(it.code, 1);
    ctl_rig_asked(1, "c probe {\"set\":[\"provider=generic\",\"host=10.0.0.7\",\"port=81\","
                     "\"tls=off\",\"options.path=/x\"],\"deadline_ms\":30000,\"user\":\"u\","
                     "\"password\":\"c4n4ry\"}");
    ctl_rig_nowhere("c4n4ry");
    RUN("probe", "10.0.0.7", "--provider", "generic", "--credential", "farm", "site=north");
    cr_expect_eq(it.code, 0);
    ctl_rig_asked(2, "c probe {\"set\":[\"provider=generic\",\"host=10.0.0.7\",\"site=north\","
                     "\"credential=farm\"],\"deadline_ms\":30000}");
}

/* ---- fleet ---- */

static const char *write_file(const char *name, const char *text)
{
    static char path[128];
    snprintf(path, sizeof(path), "%s/%s", it.folder, name);
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
    return path;
}

Test(ctl_fleet, fleet_load_sends_everything_with_the_passwords_in_place)
{
    char secret[128];
    char text[1024];
    snprintf(secret, sizeof(secret), "%s", write_file("secret", "c4n4ry\n"));
    snprintf(text, sizeof(text),
             "{\"sites\":[{\"id\":\"n\"}],\"credentials\":[{\"id\":\"main\",\"user\":\"u\","
             "\"site\":\"n\",\"password_file\":\"%s\"},{\"id\":\"old\",\"user\":\"v\"}],"
             "\"cameras\":[{\"id\":\"a\",\"port\":1}]}",
             secret);
    const char *path = write_file("fleet.json", text);
    SCRIPT({"fleet.load",
            "[{\"change\":{\"kind\":\"credential\",\"id\":\"main\",\"field\":null,\"from\":null,"
            "\"to\":\"new\"}},{\"change\":{\"kind\":\"camera\",\"id\":\"a\"}}]",
            "{\"added\":2,\"changed\":0,\"same\":2}"});
    RUN("fleet", "load", (char *)path);
    unlink(path);
    unlink(secret);
    cr_expect_eq(it.code, 0, "%s", ERR);
    cr_assert_eq(it.asked, 1);
    ctl_rig_asked(0, "c fleet.load {\"sites\":[{\"id\":\"n\"}],\"credentials\":[{\"id\":\"main\","
                     "\"user\":\"u\",\"site_id\":\"n\",\"password\":\"c4n4ry\"},{\"id\":\"old\","
                     "\"user\":\"v\"}],\"cameras\":[{\"id\":\"a\",\"port\":1}]}");
    cr_expect_str_eq(OUT, "new      credential main\nnew      camera a\n"
                          "2 new, 0 changed, 2 the same\n");
    cr_expect_str_eq(ERR, "");
    ctl_rig_nowhere("c4n4ry");
}

Test(ctl_fleet, fleet_load_cuts_a_long_file_into_requests_that_fit)
{
    struct buf text;
    buf_init(&text);
    buf_text(&text, "{\"cameras\":[");
    for (int i = 0; i < 3000; i++) {
        buf_printf(&text, "%s{\"id\":\"camera-%04d\",\"host\":\"10.0.0.1\",\"name\":\"%060d\"}",
                   i > 0 ? "," : "", i, i);
    }
    buf_text(&text, "]}");
    const char *path = write_file("fleet.json", buf_cstr(&text));
    buf_finish(&text);
    SCRIPT({"fleet.load", NULL, "{\"staged\":1}"});
    RUN("fleet", "load", (char *)path, "--dry-run");
    unlink(path);
    cr_expect_eq(it.code, 0, "%s", ERR);
    size_t cameras = 0;
    cr_expect_gt(it.asked, 4);
    for (size_t i = 0; i < it.asked; i++) {
        json_t *args = json_loads(it.requests[i] + strlen("c fleet.load "), 0, NULL);
        cr_assert_not_null(args);
        cameras += json_array_size(json_object_get(args, "cameras"));
        cr_expect(json_is_true(json_object_get(args, "dry_run")));
        cr_expect_eq(json_is_true(json_object_get(args, "more")), i + 1 < it.asked);
        json_decref(args);
    }
    cr_expect_eq(cameras, 3000);
}

Test(ctl_fleet, fleet_load_names_each_problem)
{
    const char *path = write_file("fleet.json", "{\"cameras\":[{\"id\":\"a\"}]}");
    SCRIPT({"fleet.load",
            "[{\"problem\":{\"kind\":\"camera\",\"index\":0,\"id\":\"a\",\"field\":\"port\","
            "\"problem\":\"70000 is no port\",\"remedy\":\"write 1 to 65535\"}}]",
            NULL, CTL_INVALID});
    RUN("fleet", "load", (char *)path);
    unlink(path);
    cr_expect_eq(it.code, 2);
    cr_expect_not_null(strstr(ERR, "camera[0] a: port: 70000 is no port; write 1 to 65535"), "%s",
                       ERR);
}

Test(ctl_fleet, a_file_that_is_no_fleet_is_refused_before_anything_is_sent)
{
    static const char *const wrong[] = {
        "{",
        "[]",
        "{\"camera\":[]}",
        "{\"cameras\":{}}",
        "{\"credentials\":[{\"id\":\"x\",\"password\":\"c4n4ry\"}]}",
        "{\"credentials\":[{\"id\":\"x\",\"password_env\":\"NOT_SET_ANYWHERE\"}]}",
        "{\"credentials\":[{\"id\":\"x\",\"password_file\":\"/nonexistent\"}]}",
    };
    SCRIPT({"fleet.load", NULL, "{}"});
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        const char *path = write_file("fleet.json", wrong[i]);
        size_t before = it.asked;
        RUN("fleet", "load", (char *)path);
        unlink(path);
        cr_expect_eq(it.code, 2, "%s", wrong[i]);
        cr_expect_not_null(strstr(ERR, "vmmctl: "), "%s", wrong[i]);
        cr_expect_null(strstr(ERR, "c4n4ry"));
        cr_expect_eq(it.asked, before);
    }
}

Test(ctl_fleet, fleet_export_makes_a_file_that_can_be_loaded)
{
    SCRIPT({"fleet.export",
            "[{\"credential\":{\"id\":\"main\",\"user\":\"u\"}},{\"site\":{\"id\":\"n\"}},"
            "{\"camera\":{\"id\":\"a\"}}]",
            NULL});
    RUN("fleet", "export", "--json");
    cr_expect_str_eq(OUT, "{\"sites\":[{\"id\":\"n\"}],\"credentials\":[{\"id\":\"main\",\"user\":"
                          "\"u\"}],\"nvrs\":[],\"cameras\":[{\"id\":\"a\"}]}\n");
}
