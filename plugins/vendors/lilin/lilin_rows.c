/* SPDX-License-Identifier: MIT */
/* What is asked, in which order, and what becomes of the answers. */
#include "lilin_look.h"

#include <kit/charset.h>

#define ANSWER_MAX 262144u
#define ALARM_MAX  8192u
#define ALARM_MS   3000u

/* ---- What is asked ---- */

static enum lilin_family family_of(const void *state)
{
    return ((const struct lilin_look *)state)->device.family;
}

static bool is_recorder(const void *state)
{
    return family_of(state) == LILIN_RECORDER;
}

static bool is_navigator(const void *state)
{
    return family_of(state) == LILIN_NAVIGATOR;
}

static bool wants_camera_alarm(const void *state)
{
    return family_of(state) == LILIN_CAMERA && ((const struct lilin_look *)state)->alarms;
}

static bool wants_navigator_alarm(const void *state)
{
    return is_navigator(state) && ((const struct lilin_look *)state)->alarms;
}

/* ---- What is answered ---- */

static struct vmm_text body_of(const struct vmm_http_answer *answer)
{
    return vmm_text_bytes(answer->body, answer->body_size);
}

static uint32_t charset_of(const struct vmm_http_answer *answer)
{
    return vmm_charset_of(vmm_text_bytes(answer->headers, answer->headers_size), body_of(answer));
}

static void say_foreign(const struct vmm_http_answer *answer, const char *what,
                        struct vmm_part *part)
{
    vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0,
                 answer->body_size == 0                  ? "the answer is empty"
                 : (answer->flags & VMM_HTTP_SHORT) != 0 ? "the answer broke off"
                                                         : what);
}

static void say_rc(int rc, const struct vmm_http_answer *answer, const char *what,
                   struct vmm_part *part)
{
    if (rc == VMM_E_NOMEM) {
        vmm_part_set(part, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0, "out of memory");
    } else if (rc != 0) {
        say_foreign(answer, what, part);
    }
}

static void read_server(void *state, const struct vmm_request_row *row,
                        const struct vmm_http_answer *answer, const struct vmm_observer *to,
                        struct vmm_part *part)
{
    struct lilin_look *look = state;
    (void)row;
    lilin_read_server(body_of(answer), &look->device, to);
    if (look->device.family == LILIN_FOREIGN) {
        say_foreign(answer, "the answer is none of a LILIN device", part);
    }
}

/* A recorder's months may count from 0: the reading nearer to the truth counts. */
static void read_clock(void *state, const struct vmm_request_row *row,
                       const struct vmm_http_answer *answer, const struct vmm_observer *to,
                       struct vmm_part *part)
{
    struct lilin_look *look = state;
    (void)row;
    if (lilin_read_clock(body_of(answer), &look->device, to) != 0) {
        say_foreign(answer, "there is no time in it", part);
        return;
    }
    int64_t zone_ms = (int64_t)look->zone.minutes * 60000;
    struct vmm_datetime time =
        lilin_clock_near(&look->device.time, answer->received_wall_us / 1000 + zone_ms);
    vmm_wallclock_observe(to, &time, &look->zone, answer);
}

static void read_cameras(void *state, const struct vmm_request_row *row,
                         const struct vmm_http_answer *answer, const struct vmm_observer *to,
                         struct vmm_part *part)
{
    (void)state;
    (void)row;
    say_rc(lilin_read_cameras(body_of(answer), charset_of(answer), to), answer,
           "the answer is no list of channels", part);
    part->rung = part->outcome == VMM_OUTCOME_OK ? VMM_RUNG_SIGNAL : part->rung;
}

static void read_system(void *state, const struct vmm_request_row *row,
                        const struct vmm_http_answer *answer, const struct vmm_observer *to,
                        struct vmm_part *part)
{
    const struct lilin_look *look = state;
    (void)row;
    say_rc(lilin_read_system(body_of(answer), charset_of(answer), look->expect_disk, to), answer,
           "the answer is no list of disks", part);
}

static void read_status(void *state, const struct vmm_request_row *row,
                        const struct vmm_http_answer *answer, const struct vmm_observer *to,
                        struct vmm_part *part)
{
    const struct lilin_look *look = state;
    (void)row;
    say_rc(lilin_read_status(body_of(answer), charset_of(answer), &look->device, to), answer,
           "the answer is no status of a recorder", part);
}

static void read_camera_alarm(void *state, const struct vmm_request_row *row,
                              const struct vmm_http_answer *answer, const struct vmm_observer *to,
                              struct vmm_part *part)
{
    const struct lilin_look *look = state;
    struct vmm_datetime time = {0};
    (void)row;
    if (lilin_read_alarm(body_of(answer), &time, to)) {
        vmm_wallclock_observe(to, &time, &look->zone, answer);
    } else {
        say_foreign(answer, "there is no time in it", part);
    }
}

static void read_intervals(void *state, const struct vmm_request_row *row,
                           const struct vmm_http_answer *answer, const struct vmm_observer *to,
                           struct vmm_part *part)
{
    struct lilin_look *look = state;
    (void)row;
    say_rc(lilin_read_intervals(body_of(answer), charset_of(answer), &look->device, to), answer,
           "the answer is no list of recordings", part);
}

static void read_navigator_alarm(void *state, const struct vmm_request_row *row,
                                 const struct vmm_http_answer *answer,
                                 const struct vmm_observer *to, struct vmm_part *part)
{
    struct lilin_look *look = state;
    (void)row;
    if (!lilin_read_alarms(body_of(answer), &look->device, to)) {
        say_foreign(answer, "there is no state of alarms in it", part);
    }
}

const struct vmm_request_row lilin_rows[] = {
    {
        .name = "alive",
        .target = "/server",
        .scopes = VMM_SCOPE_TRIAL,
        .flags = VMM_ROW_ALIVE,
        .http_flags = VMM_HTTP_NO_LOGIN,
        .max_bytes = ANSWER_MAX,
    },
    {
        .name = "server",
        .target = "/server",
        .scopes = VMM_SCOPE_FULL,
        .max_bytes = ANSWER_MAX,
        .read = read_server,
    },
    {
        .name = "clock",
        .target = "/getclock",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL,
        .max_bytes = ANSWER_MAX,
        .wanted = is_recorder,
        .read = read_clock,
    },
    {
        .name = "channels",
        .target = "/status?CMD=getcamerastatus",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL,
        .max_bytes = ANSWER_MAX,
        .wanted = is_recorder,
        .read = read_cameras,
    },
    {
        .name = "system",
        .target = "/status?CMD=getsystemstatus",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL,
        .max_bytes = ANSWER_MAX,
        .wanted = is_recorder,
        .read = read_system,
    },
    {
        .name = "recording",
        .target = "/status",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL,
        .max_bytes = ANSWER_MAX,
        .wanted = is_recorder,
        .read = read_status,
    },
    {
        .name = "alarm",
        .target = "/getalarmmotion",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL,
        .http_flags = VMM_HTTP_FIRST_PART | VMM_HTTP_ENDLESS,
        .timeout_ms = ALARM_MS,
        .max_bytes = ALARM_MAX,
        .wanted = wants_camera_alarm,
        .read = read_camera_alarm,
    },
    {
        .name = "recording",
        .target = "/tiba=TimeInterval?RecordCheck=1",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL,
        .max_bytes = ANSWER_MAX,
        .wanted = is_navigator,
        .read = read_intervals,
    },
    {
        .name = "alarms",
        .target = "/getcmxalarmmotion",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL,
        .http_flags = VMM_HTTP_ENDLESS,
        .timeout_ms = ALARM_MS,
        .max_bytes = ALARM_MAX,
        .wanted = wants_navigator_alarm,
        .read = read_navigator_alarm,
    },
};

const size_t lilin_row_count = sizeof(lilin_rows) / sizeof(lilin_rows[0]);
