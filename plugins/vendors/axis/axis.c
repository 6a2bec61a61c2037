/* SPDX-License-Identifier: MIT */
/*
 * Axis: what is asked, in which order. What the answers mean stands in axis_parse.c.
 *
 * Firmware without the JSON services is asked for its parameters instead, and that is kept in the
 * note, with which optional services it has not.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include <kit/charset.h>
#include <kit/identify.h>
#include <kit/requests.h>

#include "axis_parse.h"

#define ANSWER_MAX     131072u
#define RECORDINGS_MAX 262144u
#define NOTE_SIZE      3u
#define NOTE_KIND      1u
#define LOOKS_KEPT     200u /* looks for which it is remembered what a firmware has not: half a day */
#define JSON           "Content-Type: application/json\r\n"

/* What a firmware may not have. Bits of the note. */
#define LACKS_READY    1u
#define LACKS_IDENTITY 2u /* and so is asked for parameters */
#define LACKS_TIME     4u
#define LACKS_NTP      8u
#define LACKS_DISKS    16u
#define LACKS_LIST     32u

struct axis_look {
    bool storage;
    bool expect_card;
    uint32_t lacks;
    uint32_t left; /* looks until everything is asked for again */
    bool had_note;
    struct axis_clock clock;
};

/* ---- Options and note ---- */

static void read_options(struct axis_look *look, const char *text)
{
    json_t *options = json_loads(text, 0, NULL);
    look->storage = json_is_true(json_object_get(options, "storage"));
    look->expect_card = json_is_true(json_object_get(options, "expect_card"));
    json_decref(options);
}

static void read_note(struct axis_look *look, const struct vmm_look *given)
{
    const uint8_t *note = given->note;
    look->left = LOOKS_KEPT;
    look->had_note = given->note_size > 0;
    if (given->note_size == NOTE_SIZE && note[0] == NOTE_KIND && note[1] > 0) {
        look->left = note[1] - 1u;
        look->lacks = note[2];
    }
}

static void write_note(const struct axis_look *look, const struct vmm_observer *to)
{
    if (look->lacks != 0 || look->had_note) {
        const uint8_t note[NOTE_SIZE] = {NOTE_KIND, (uint8_t)look->left, (uint8_t)look->lacks};
        to->probe->note(to->job, note, sizeof(note));
    }
}

/* ---- What is asked ---- */

static bool has(const void *state, uint32_t service)
{
    return (((const struct axis_look *)state)->lacks & service) == 0;
}

static bool wants_ready(const void *state)
{
    return has(state, LACKS_READY);
}

static bool wants_identity(const void *state)
{
    return has(state, LACKS_IDENTITY);
}

static bool wants_parameters(const void *state)
{
    return !has(state, LACKS_IDENTITY);
}

static bool wants_time(const void *state)
{
    return has(state, LACKS_TIME | LACKS_IDENTITY);
}

static bool wants_ntp(const void *state)
{
    return has(state, LACKS_NTP | LACKS_IDENTITY);
}

static bool wants_disks(const void *state)
{
    return has(state, LACKS_DISKS) && ((const struct axis_look *)state)->storage;
}

static bool wants_recordings(const void *state)
{
    return has(state, LACKS_DISKS | LACKS_LIST) && ((const struct axis_look *)state)->storage;
}

/* ---- What is answered ---- */

static struct vmm_text body_of(const struct vmm_http_answer *answer)
{
    return vmm_text_bytes(answer->body, answer->body_size);
}

/* Whether the service is there: 404, 405 and 500 of systemready.cgi say that it is not. */
static bool is_there(struct axis_look *look, uint32_t service, const struct vmm_http_answer *answer,
                     struct vmm_part *part)
{
    uint32_t status = answer->status;
    if (status == 404 || status == 405 || status == 501 ||
        (status == 500 && service == LACKS_READY)) {
        look->lacks |= service;
        return false;
    }
    return vmm_part_status(part, answer);
}

static void say_kind(uint32_t kind, const struct vmm_http_answer *answer, struct vmm_part *part)
{
    switch (kind) {
    case AXIS_DATA:
        break;
    case AXIS_FORBIDDEN:
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_AUTHENTICATE, 0,
                     "error 2001: the account may not");
        break;
    case AXIS_ERROR:
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0,
                     "an error in place of what was asked");
        break;
    default:
        vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0,
                     answer->body_size == 0 ? "the answer is empty"
                                            : "the answer is none of an Axis device");
        break;
    }
}

static void read_ready(void *state, const struct vmm_request_row *row,
                       const struct vmm_http_answer *answer, const struct vmm_observer *to,
                       struct vmm_part *part)
{
    bool ready = true;
    (void)row;
    if (answer->status == 401) {
        return; /* it needs no login by the book; the next request tells */
    }
    if (!is_there(state, LACKS_READY, answer, part)) {
        return;
    }
    uint32_t kind = axis_read_ready(body_of(answer), &ready, to);
    say_kind(kind, answer, part);
    if (kind == AXIS_DATA && !ready) {
        vmm_part_set(part, VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, VMM_REASON_BUSY,
                     "the device is still starting");
    }
}

static void read_identity(void *state, const struct vmm_request_row *row,
                          const struct vmm_http_answer *answer, const struct vmm_observer *to,
                          struct vmm_part *part)
{
    (void)row;
    if (is_there(state, LACKS_IDENTITY, answer, part)) {
        say_kind(axis_read_identity(body_of(answer), to), answer, part);
    }
}

static void read_parameters(void *state, const struct vmm_request_row *row,
                            const struct vmm_http_answer *answer, const struct vmm_observer *to,
                            struct vmm_part *part)
{
    struct vmm_text headers = vmm_text_bytes(answer->headers, answer->headers_size);
    (void)state;
    (void)row;
    if (!axis_read_parameters(body_of(answer), vmm_charset_of(headers, body_of(answer)), to)) {
        say_kind(AXIS_FOREIGN, answer, part);
    }
}

static void read_time(void *state, const struct vmm_request_row *row,
                      const struct vmm_http_answer *answer, const struct vmm_observer *to,
                      struct vmm_part *part)
{
    (void)row;
    if (is_there(state, LACKS_TIME, answer, part)) {
        say_kind(axis_read_time(answer, &((struct axis_look *)state)->clock, to), answer, part);
    }
}

static void read_ntp(void *state, const struct vmm_request_row *row,
                     const struct vmm_http_answer *answer, const struct vmm_observer *to,
                     struct vmm_part *part)
{
    (void)row;
    if (is_there(state, LACKS_NTP, answer, part)) {
        say_kind(axis_read_ntp(body_of(answer), to), answer, part);
    }
}

static void read_disks(void *state, const struct vmm_request_row *row,
                       const struct vmm_http_answer *answer, const struct vmm_observer *to,
                       struct vmm_part *part)
{
    struct axis_look *look = state;
    (void)row;
    if (!is_there(look, LACKS_DISKS, answer, part)) {
        return;
    }
    int rc = axis_read_disks(body_of(answer), look->expect_card, to);
    if (rc == VMM_E_NOMEM) {
        vmm_part_set(part, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0, "out of memory");
    } else if (rc != 0) {
        say_kind(AXIS_FOREIGN, answer, part);
    }
}

static void read_recordings(void *state, const struct vmm_request_row *row,
                            const struct vmm_http_answer *answer, const struct vmm_observer *to,
                            struct vmm_part *part)
{
    (void)row;
    const struct axis_look *look = state;
    if (is_there(state, LACKS_LIST, answer, part) &&
        !axis_read_recordings(body_of(answer), &look->clock, answer->received_wall_us / 1000, to)) {
        say_kind(AXIS_FOREIGN, answer, part);
    }
}

static const char ask_ready[] =
    "{\"apiVersion\":\"1.1\",\"method\":\"systemready\",\"params\":{\"timeout\":5}}";
static const char ask_identity[] =
    "{\"apiVersion\":\"1.1\",\"context\":\"vmm\",\"method\":\"getAllProperties\"}";
static const char ask_time[] =
    "{\"apiVersion\":\"1.0\",\"context\":\"vmm\",\"method\":\"getDateTimeInfo\"}";
static const char ask_ntp[] =
    "{\"apiVersion\":\"1.0\",\"context\":\"vmm\",\"method\":\"getNTPInfo\"}";

#define ASK(bytes) .method = "POST", .headers = JSON, .body = bytes, .body_size = sizeof(bytes) - 1

static const struct vmm_request_row rows[] = {
    {
        .name = "alive",
        .target = "/axis-cgi/systemready.cgi",
        ASK(ask_ready),
        .scopes = VMM_SCOPE_TRIAL,
        .flags = VMM_ROW_ALIVE,
        .http_flags = VMM_HTTP_NO_LOGIN | VMM_HTTP_SAFE,
        .max_bytes = ANSWER_MAX,
    },
    {
        .name = "ready",
        .target = "/axis-cgi/systemready.cgi",
        ASK(ask_ready),
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .http_flags = VMM_HTTP_NO_LOGIN | VMM_HTTP_SAFE,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_ready,
        .read = read_ready,
    },
    {
        .name = "identity",
        .target = "/axis-cgi/basicdeviceinfo.cgi",
        ASK(ask_identity),
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_ANY_STATUS,
        .http_flags = VMM_HTTP_SAFE,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_identity,
        .read = read_identity,
    },
    {
        .name = "brand",
        .target = "/axis-cgi/param.cgi?action=list&group=root.Brand",
        .scopes = VMM_SCOPE_FULL,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_parameters,
        .read = read_parameters,
    },
    {
        .name = "firmware",
        .target = "/axis-cgi/param.cgi?action=list&group=root.Properties.Firmware",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_parameters,
        .read = read_parameters,
    },
    {
        .name = "serial number",
        .target = "/axis-cgi/param.cgi?action=list&group=root.Properties.System",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_parameters,
        .read = read_parameters,
    },
    {
        .name = "time settings",
        .target = "/axis-cgi/param.cgi?action=list&group=root.Time",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_parameters,
        .read = read_parameters,
    },
    {
        .name = "clock",
        .target = "/axis-cgi/time.cgi",
        ASK(ask_time),
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .http_flags = VMM_HTTP_SAFE,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_time,
        .read = read_time,
    },
    {
        .name = "time server",
        .target = "/axis-cgi/ntp.cgi",
        ASK(ask_ntp),
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .http_flags = VMM_HTTP_SAFE,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_ntp,
        .read = read_ntp,
    },
    {
        .name = "disks",
        .target = "/axis-cgi/disks/list.cgi?diskid=all",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_disks,
        .read = read_disks,
    },
    {
        .name = "recordings",
        .target = "/axis-cgi/record/list.cgi?recordingid=all",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = RECORDINGS_MAX,
        .wanted = wants_recordings,
        .read = read_recordings,
    },
};

/* ---- The plugin ---- */

static int look_begin(void *plugin, void *state, const struct vmm_look *given,
                      struct vmm_request_list *list, struct vmm_part *part)
{
    (void)plugin;
    (void)list;
    (void)part;
    read_options(state, given->options);
    read_note(state, given);
    return 0;
}

/* Only a device that was read says what it has not; the paths are the same for all of them. */
static void look_end(void *plugin, void *state, const struct vmm_observer *to,
                     const struct vmm_part *result)
{
    (void)plugin;
    if (result->outcome == VMM_OUTCOME_OK || result->outcome == VMM_OUTCOME_PARTIAL) {
        vmm_observe_text(to, VMM_FACT_SNAPSHOT_PATH, 1, vmm_text_of("/axis-cgi/jpg/image.cgi"));
        vmm_observe_text(to, VMM_FACT_STREAM_PATH, 1,
                         vmm_text_of("/axis-media/media.amp?videocodec=h264"));
        write_note(state, to);
    }
}

static const struct vmm_requests_table table = {
    .list = VMM_REQUEST_LIST(rows),
    .state_size = sizeof(struct axis_look),
    .begin = look_begin,
    .end = look_end,
};

static const struct vmm_config_item option_storage = {
    .struct_size = sizeof(option_storage),
    .type = VMM_CONFIG_BOOL,
    .name = "storage",
    .summary = "read card, network share and recordings; the account must be an operator",
    .default_json = "true",
};

static const struct vmm_config_item option_expect_card = {
    .struct_size = sizeof(option_expect_card),
    .type = VMM_CONFIG_BOOL,
    .name = "expect_card",
    .summary = "a slot without a card is a fault",
    .default_json = "false",
};

static const struct vmm_config_item *const device_config[] = {
    &option_storage,
    &option_expect_card,
    NULL,
};

VMM_REQUESTS_PLUGIN(table, .name = "axis", .version = "0.1.0", .flag = "FEATURE_VMS_AXIS_CGI",
                    .summary = "Axis cameras and video servers, by VAPIX", .licence = "MIT",
                    .device_config = device_config, .extensions = vmm_identify_extensions);
