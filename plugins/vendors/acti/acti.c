/* SPDX-License-Identifier: MIT */
/*
 * ACTi: what is asked, in which order. What the answers mean stands in acti_parse.c.
 *
 * User and password stand in the query, where the host puts them; this plugin never has them. So that
 * no password is shown to a device of another make, one that is not known yet is greeted without.
 * Newer models want LOGIN before SYSTEM_INFO. That a device is known, and which form it takes, is kept
 * in its note.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include <kit/identify.h>
#include <kit/requests.h>

#include "acti_parse.h"

#define ANSWER_MAX  65536u
#define PICTURE_MAX (768u << 10)
#define NOTE_SIZE   2u
#define NOTE_KIND   1u
#define NOTE_KNOWN  1u /* it has answered like an ACTi device */
#define NOTE_LOGIN  2u /* it wants LOGIN before SYSTEM_INFO */

#define QUERY "USER={user}&PWD={pass}&"

struct acti_look {
    bool in_header; /* the login goes in a header, by the paths under /cgi-bin/cmd/ */
    bool picture;
    bool camera;     /* the operator says that it is one */
    bool with_login; /* LOGIN before SYSTEM_INFO */
    bool asked_once; /* SYSTEM_INFO was not known in its first form */
    bool is_known;
    bool identified;
    uint8_t noted; /* NOTE_* of the last look */
    struct acti_device device;
};

/* ---- Options and note ---- */

static int read_options(struct acti_look *look, const char *text, struct vmm_request_list *list)
{
    json_t *options = json_loads(text, 0, NULL);
    const char *login = json_string_value(json_object_get(options, "login"));
    if (login == NULL) {
        json_decref(options);
        return VMM_E_INVAL;
    }
    look->in_header = strcmp(login, "header") == 0;
    look->picture = json_is_true(json_object_get(options, "picture"));
    look->camera = json_is_true(json_object_get(options, "camera"));
    list->http_flags = look->in_header ? 0 : VMM_HTTP_TEMPLATE | VMM_HTTP_NO_LOGIN;
    json_decref(options);
    return 0;
}

static void read_note(struct acti_look *look, const struct vmm_look *given)
{
    const uint8_t *note = given->note;
    if (given->note_size == NOTE_SIZE && note[0] == NOTE_KIND && (note[1] & NOTE_KNOWN) != 0) {
        look->noted = note[1] & (NOTE_KNOWN | NOTE_LOGIN);
    }
    look->is_known = look->noted != 0;
    look->with_login = (look->noted & NOTE_LOGIN) != 0;
}

static void write_note(const struct acti_look *look, const struct vmm_observer *to)
{
    uint8_t flags = (uint8_t)((look->is_known ? NOTE_KNOWN : 0) |
                              (look->is_known && look->with_login ? NOTE_LOGIN : 0));
    const uint8_t note[NOTE_SIZE] = {NOTE_KIND, flags};
    if (flags != look->noted) {
        to->probe->note(to->job, note, sizeof(note));
    }
}

/* ---- What is asked ---- */

static int build(const struct acti_look *look, const char *program, const char *command,
                 char *target, size_t size)
{
    int length = look->in_header
                     ? snprintf(target, size, "/cgi-bin/cmd/%s?%s", program, command)
                     : snprintf(target, size, "/cgi-bin/%s?" QUERY "%s", program, command);
    return length > 0 && (size_t)length < size ? 0 : VMM_E_TOOBIG;
}

static int build_identity(void *state, char *target, size_t size)
{
    const struct acti_look *look = state;
    return build(look, "system", look->with_login ? "LOGIN&SYSTEM_INFO" : "SYSTEM_INFO", target,
                 size);
}

static int build_port(void *state, char *target, size_t size)
{
    return build(state, "system", "V2_PORT_RTSP", target, size);
}

static int build_picture(void *state, char *target, size_t size)
{
    return build(state, "encoder", "SNAPSHOT", target, size);
}

/* A password in a header goes out only in answer to a challenge. */
static bool wants_greeting(const void *state)
{
    const struct acti_look *look = state;
    return !look->in_header && !look->is_known;
}

static bool wants_identity(const void *state)
{
    return !((const struct acti_look *)state)->identified;
}

/* One picture, which is the first input's. */
static bool wants_picture(const void *state)
{
    const struct acti_look *look = state;
    return look->picture && (look->camera || look->device.channels <= 1);
}

/* What a video server sends for a dead input is not known, so that its pictures prove no signal; nor do
 * those of a device that does not tell how many inputs it has. */
static bool is_camera(const struct acti_look *look)
{
    return look->camera || (look->device.channels == 1 && !look->device.is_encoder);
}

/* ---- What is answered ---- */

static void say_kind(uint32_t kind, const struct vmm_http_answer *answer, struct vmm_part *part)
{
    switch (kind) {
    case ACTI_VALUES:
        break;
    case ACTI_REFUSED:
        vmm_part_set(part, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH,
                     "ERROR: the device refuses the credential");
        break;
    case ACTI_FORBIDDEN:
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_AUTHENTICATE, 0,
                     "ERROR: the account is not authorized for this");
        break;
    case ACTI_ERROR:
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0,
                     "ERROR: the device does not know this command");
        break;
    default:
        vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0,
                     answer->body_size == 0 ? "the answer is empty"
                                            : "the answer is none of an ACTi device");
        break;
    }
}

static struct vmm_text body_of(const struct vmm_http_answer *answer)
{
    return vmm_text_bytes(answer->body, answer->body_size);
}

/* The vendor's own list of statuses has 400 for a login that is refused, 401 for what is not found:
 * the text goes before the number. */
static bool judge_status(const struct vmm_http_answer *answer, struct vmm_part *part)
{
    bool good = vmm_part_status(part, answer);
    if (!good && answer->status >= 400 && answer->status < 500 && answer->status != 429) {
        uint32_t kind = acti_error_of(body_of(answer));
        if (kind != ACTI_FOREIGN) {
            say_kind(kind, answer, part);
        }
    }
    return good;
}

/* Without a login the device says ERROR; one that asks for none says more. */
static void read_greeting(void *state, const struct vmm_request_row *row,
                          const struct vmm_http_answer *answer, const struct vmm_observer *to,
                          struct vmm_part *part)
{
    struct vmm_text body = body_of(answer);
    (void)state;
    (void)row;
    (void)to;
    if (acti_error_of(body) != ACTI_FOREIGN || acti_is_identity(body)) {
        return;
    }
    if (answer->status == 401) {
        vmm_part_set(part, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0,
                     "the device wants its login in a header: set the option login");
    } else if (vmm_part_status(part, answer)) {
        say_kind(ACTI_FOREIGN, answer, part);
    }
}

static void read_identity(void *state, const struct vmm_request_row *row,
                          const struct vmm_http_answer *answer, const struct vmm_observer *to,
                          struct vmm_part *part)
{
    struct acti_look *look = state;
    (void)row;
    if (!judge_status(answer, part)) {
        look->identified = true;
        look->is_known = false;
        return;
    }
    uint32_t kind = acti_read_identity(body_of(answer), &look->device, to);
    if (kind == ACTI_ERROR && !look->asked_once) {
        look->asked_once = true;
        look->with_login = !look->with_login;
        return;
    }
    look->identified = true;
    look->is_known = kind != ACTI_FOREIGN;
    if (kind == ACTI_FORBIDDEN) {
        kind = ACTI_REFUSED; /* who may not even ask for the model has no use here */
    }
    look->with_login = look->with_login && kind == ACTI_VALUES;
    say_kind(kind, answer, part);
}

static void read_port(void *state, const struct vmm_request_row *row,
                      const struct vmm_http_answer *answer, const struct vmm_observer *to,
                      struct vmm_part *part)
{
    uint16_t port = 0;
    char text[8];
    (void)state;
    (void)row;
    if (!judge_status(answer, part)) {
        return;
    }
    uint32_t kind = acti_read_port(body_of(answer), &port);
    if (kind == ACTI_VALUES) {
        snprintf(text, sizeof(text), "%u", port);
        vmm_observe_vendor(to, "rtsp_port", vmm_text_of(text));
    }
    say_kind(kind, answer, part);
}

static void read_picture(void *state, const struct vmm_request_row *row,
                         const struct vmm_http_answer *answer, const struct vmm_observer *to,
                         struct vmm_part *part)
{
    const struct acti_look *look = state;
    bool is_cut = (answer->flags & VMM_HTTP_CUT) != 0;
    char path[96];
    (void)row;
    if (!judge_status(answer, part)) {
        return;
    }
    uint32_t kind = acti_read_picture(body_of(answer), is_cut, is_camera(look), to);
    if (kind == ACTI_VALUES && build_picture(state, path, sizeof(path)) == 0) {
        vmm_observe_text(to, VMM_FACT_SNAPSHOT_PATH, 1, vmm_text_of(path));
        part->rung = is_camera(look) ? VMM_RUNG_SIGNAL : part->rung;
    }
    say_kind(kind, answer, part);
}

static const struct vmm_request_row rows[] = {
    {
        .name = "alive",
        .target = "/cgi-bin/system?SYSTEM_INFO",
        .scopes = VMM_SCOPE_TRIAL,
        .flags = VMM_ROW_ALIVE,
        .http_flags = VMM_HTTP_NO_LOGIN,
        .max_bytes = ANSWER_MAX,
    },
    {
        .name = "greeting",
        .target = "/cgi-bin/system?SYSTEM_INFO",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_ANY_STATUS,
        .http_flags = VMM_HTTP_NO_LOGIN,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_greeting,
        .read = read_greeting,
    },
    {
        .name = "identity",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_ANY_STATUS | VMM_ROW_REPEAT | VMM_ROW_WORDS_BUILT,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_identity,
        .build = build_identity,
        .read = read_identity,
    },
    {
        .name = "rtsp port",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS | VMM_ROW_WORDS_BUILT,
        .max_bytes = ANSWER_MAX,
        .build = build_port,
        .read = read_port,
    },
    {
        .name = "picture",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS | VMM_ROW_WORDS_BUILT,
        .max_bytes = PICTURE_MAX,
        .wanted = wants_picture,
        .build = build_picture,
        .read = read_picture,
    },
};

/* ---- The plugin ---- */

static int look_begin(void *plugin, void *state, const struct vmm_look *given,
                      struct vmm_request_list *list, struct vmm_part *part)
{
    struct acti_look *look = state;
    (void)plugin;
    (void)part;
    read_note(look, given);
    return read_options(look, given->options, list);
}

static void look_end(void *plugin, void *state, const struct vmm_observer *to,
                     const struct vmm_part *result)
{
    (void)plugin;
    (void)result;
    write_note(state, to);
}

static const struct vmm_requests_table table = {
    .list = VMM_REQUEST_LIST(rows),
    .state_size = sizeof(struct acti_look),
    .begin = look_begin,
    .end = look_end,
};

static const struct vmm_config_item option_login = {
    .struct_size = sizeof(option_login),
    .type = VMM_CONFIG_WORD,
    .name = "login",
    .summary = "where user and password go: in the query, or in a header, which newer models know",
    .default_json = "\"query\"",
    .words = "query|header",
};

static const struct vmm_config_item option_picture = {
    .struct_size = sizeof(option_picture),
    .type = VMM_CONFIG_BOOL,
    .name = "picture",
    .summary = "ask a device with one input for a picture, which proves a camera's signal",
    .default_json = "true",
};

static const struct vmm_config_item option_camera = {
    .struct_size = sizeof(option_camera),
    .type = VMM_CONFIG_BOOL,
    .name = "camera",
    .summary = "this is a camera and no video server, so that a picture proves its signal whatever "
               "the device tells",
    .default_json = "false",
};

static const struct vmm_config_item *const device_config[] = {
    &option_login,
    &option_picture,
    &option_camera,
    NULL,
};

VMM_REQUESTS_PLUGIN(table, .name = "acti", .version = "0.1.0", .flag = "FEATURE_VMS_ACTI_CGI",
                    .summary = "ACTi cameras and video servers, by their URL commands",
                    .licence = "MIT", .device_config = device_config,
                    .extensions = vmm_identify_extensions);
