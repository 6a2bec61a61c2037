/* SPDX-License-Identifier: MIT */
/* What the tests of this plugin share: a mock host, a recorder and a camera. */
#ifndef TEST_HANWHA_H
#define TEST_HANWHA_H

#include <mock/mock_expect.h>

#define SYSTEM(menu) "/stw-cgi/system.cgi?msubmenu=" menu "&action=view"
#define MEDIA(menu)  "/stw-cgi/media.cgi?msubmenu=" menu "&action=view"
#define IDENTITY     SYSTEM("deviceinfo")
#define DATE         SYSTEM("date")
#define STORAGE      SYSTEM("storageinfo")
#define REGISTER     MEDIA("cameraregister")
#define SOURCES      MEDIA("videosource")
#define EVENTS       "/stw-cgi/eventstatus.cgi?msubmenu=eventstatus&action=check"
#define RECORDING    "/stw-cgi/recording.cgi?msubmenu=storage&action=view"
#define TIMELINE     "/stw-cgi/recording.cgi?msubmenu=timeline&action=view&ChannelIDList="
#define CALENDAR     "/stw-cgi/recording.cgi?msubmenu=calendarsearch&action=view&Month="
#define MODES        "/stw-cgi/recording.cgi?msubmenu=general&action=view"
#define SCHEDULE     "/stw-cgi/recording.cgi?msubmenu=recordingschedule&action=view"
#define ALIVE        "/init-cgi/pw_init.cgi?msubmenu=statuscheck&action=view"
#define NEW_YEAR_US  INT64_C(1704067200000000) /* 2024-01-01 00:00:00 UTC */

/* The mock of the test that runs. */
extern struct vmm_mock *mock;

/* Targets and fixtures of a first look. */
extern const char *const recorder[6][2];
extern const char *const camera[6][2];

const char *fixture(const char *name);

/* The next request is this one, and is answered so. */
void expect_body(const char *target, const char *body);

const struct vmm_mock_result *look_with(const char *options);

/* A device with one part other than in order. */
const struct vmm_mock_result *look_at(const char *const parts[6][2], const char *target,
                                      const char *body, const char *options);

#endif
