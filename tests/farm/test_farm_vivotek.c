/* SPDX-License-Identifier: MIT */
/* VIVOTEK's getparam.cgi: levels, errors with 200, quotes and line ends, clock, encoder signal. */
#include "farm/test_farm_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define INVALID "ERROR: Invalid command!\n"

static struct rig rig;

static struct rig_look ask(const char *user, const char *path)
{
    char options[64];
    snprintf(options, sizeof options, "--anyauth -u %s", user);
    return rig_curl(&rig, "d1", path, options);
}

static void expect_body(const char *user, const char *path, const char *want)
{
    struct rig_look look = ask(user, path);
    cr_expect_eq(look.status, 200, "%s: %d", path, look.status);
    cr_expect_str_eq(look.body, want, "%s: got %s", path, look.body);
}

Test(farm_vivotek, quotes_and_ends_lines_as_the_cameras_do)
{
    rig_start_one(&rig, "vivotek-camera", "");
    expect_body("admin:right", "/cgi-bin/viewer/getparam.cgi?system_info_modelname&status_daynight",
                "system_info_modelname='IB9368-HT'\r\nstatus_daynight='day'\r\n");
    rig_end(&rig);
}

Test(farm_vivotek, an_unknown_name_is_an_error_line_on_newer_firmware)
{
    rig_start_one(&rig, "vivotek-camera", "");
    expect_body("admin:right", "/cgi-bin/admin/getparam.cgi?nothing&system_ntp",
                INVALID "system_ntp='pool.ntp.org'\r\n");
    rig_end(&rig);
}

Test(farm_vivotek, an_unknown_name_spoils_all_on_old_firmware)
{
    rig_start_one(&rig, "vivotek-camera-old", "");
    expect_body("admin:right", "/cgi-bin/admin/getparam.cgi?system_ntp&nothing", INVALID);
    expect_body("admin:right", "/cgi-bin/admin/getparam.cgi?system", INVALID);
    expect_body("admin:right", "/cgi-bin/admin/getparam.cgi?system_ntp",
                "system_ntp='pool.ntp.org'\r\n");
    rig_end(&rig);
}

Test(farm_vivotek, levels_of_path_account_and_parameter)
{
    rig_start_one(&rig, "vivotek-camera", "");
    expect_body("admin:right", "/cgi-bin/viewer/getparam.cgi?system_ntp", INVALID);
    expect_body("view:low", "/cgi-bin/admin/getparam.cgi?system_ntp", INVALID);
    expect_body("view:low", "/cgi-bin/viewer/getparam.cgi?status_daynight",
                "status_daynight='day'\r\n");
    expect_body("view:low", "/cgi-bin/admin/lsctrl.cgi?cmd=queryStatus", INVALID);
    cr_expect_eq(rig_curl(&rig, "d1", "/cgi-bin/viewer/getparam.cgi?status_daynight", "").status,
                 401);
    struct rig_look look =
        rig_curl(&rig, "d1", "/cgi-bin/anonymous/getparam.cgi?system_info_firmwareversion", "");
    cr_expect_str_eq(look.body, "system_info_firmwareversion='IB9368-VVTK-0105a'\r\n");
    rig_end(&rig);
}

Test(farm_vivotek, groups_on_newer_firmware)
{
    rig_start_one(&rig, "vivotek-camera", "");
    struct rig_look look = ask("admin:right", "/cgi-bin/admin/getparam.cgi?recording_i0");
    cr_expect_str_eq(look.body, "recording_i0_begintime='00:00'\r\nrecording_i0_cyclic='1'\r\n"
                                "recording_i0_enable='1'\r\nrecording_i0_endtime='24:00'\r\n"
                                "recording_i0_name='continuous'\r\nrecording_i0_weekday='127'\r\n");
    rig_end(&rig);
}

Test(farm_vivotek, the_clock_has_an_offset_and_a_zone)
{
    rig_start_one(&rig, "vivotek-camera", ", \"clock\": {\"offset_s\": -7200, \"zone_min\": 480}");
    struct rig_look look = ask(
        "admin:right", "/cgi-bin/admin/getparam.cgi?system_date&system_time&system_timezoneindex");
    struct tm parts = {0};
    int zone = 0;
    cr_assert_eq(sscanf(look.body,
                        "system_date='%d/%d/%d'\r\nsystem_time='%d:%d:%d'\r\n"
                        "system_timezoneindex='%d'",
                        &parts.tm_year, &parts.tm_mon, &parts.tm_mday, &parts.tm_hour,
                        &parts.tm_min, &parts.tm_sec, &zone),
                 7, "%s", look.body);
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    double ahead = difftime(timegm(&parts), time(NULL));
    cr_expect_eq(zone, 320);
    cr_expect(ahead > 28800 - 7200 - 5 && ahead <= 28800 - 7200 + 1, "%g", ahead);
    rig_end(&rig);
}

Test(farm_vivotek, an_encoder_loses_a_signal)
{
    rig_start_one(&rig, "vivotek-encoder", "");
    const char *path = "/cgi-bin/viewer/getparam.cgi?status_c2_signal_detect";
    expect_body("view:low", path, "status_c2_signal_detect='1'\r\n");
    rig_do(&rig, "{\"do\":\"var\",\"device\":\"d1\",\"name\":\"signal_2\",\"value\":\"0\"}");
    expect_body("view:low", path, "status_c2_signal_detect='0'\r\n");
    rig_end(&rig);
}

Test(farm_vivotek, storage_as_lines_and_as_xml)
{
    rig_start_one(&rig, "vivotek-sd-error", "");
    struct rig_look look =
        ask("admin:right", "/cgi-bin/admin/lsctrl.cgi?cmd=queryStatus&retType=javascript");
    cr_expect_not_null(strstr(look.body, "disk_i0_cond='error'\r\n"), "%s", look.body);
    look = ask("admin:right", "/cgi-bin/admin/lsctrl.cgi?cmd=queryStatus");
    cr_expect_not_null(strstr(look.body, "<status>error</status>"), "%s", look.body);
    rig_end(&rig);
}

Test(farm_vivotek, the_401_page_is_latin_1)
{
    rig_start_one(&rig, "vivotek-camera", "");
    struct rig_look look = rig_curl(&rig, "d1", "/cgi-bin/viewer/getparam.cgi?x", "-i");
    cr_expect_eq(look.status, 401);
    cr_expect_not_null(strstr(look.body, "Content-Type: text/html; charset=ISO-8859-1\r\n"));
    cr_expect_not_null(strstr(look.body, "Connection: close\r\n"));
    cr_expect_not_null(strstr(look.body, "Acc\xe8s"));
    rig_end(&rig);
}

Test(farm_vivotek, writing_is_seen)
{
    rig_start_one(&rig, "vivotek-camera", "");
    rig_curl(&rig, "d1", "/cgi-bin/admin/setparam.cgi", "-d system_ntp=x --digest -u admin:right");
    cr_expect_gt(rig_count(&rig, "d1", "writes"), 0);
    rig_end(&rig);
}
