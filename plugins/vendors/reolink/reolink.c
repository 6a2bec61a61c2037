/* SPDX-License-Identifier: MIT */
/*
 * Reolink: what is asked, in which order. What the answers mean stands in reolink_parse.c.
 *
 *   [ kind ─▶ ] login ─▶ device ─▶ schedules ─▶ newest footage of one channel ─▶ picture of a camera ─▶ logout
 *
 * A device that was never read is asked without a login first, so that no other make is shown the
 * password, which goes out once a look, put in by the host. A session that is not ended counts towards
 * the device's limit for an hour, so that the logout is asked for after a bad answer too.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include <kit/jpeg.h>
#include <kit/requests.h>
#include <vmm/net.h>

#include "reolink_parse.h"

#define API          "/cgi-bin/api.cgi"
#define JSON_TYPE    "Content-Type: application/json\r\n"
#define ANSWER_MAX   (512u << 10)
#define PICTURE_MAX  (4u << 20)
#define NOTE_VERSION 1u

#define ASK(command) "{\"cmd\":\"" command "\",\"action\":0,\"param\":{}}"

struct reolink_look {
    const struct vmm_auth_host *auth;
    struct vmm_wallclock_zone zone;
    bool search;
    bool picture;
    uint32_t turn; /* of the channels whose footage is searched */
    bool is_known; /* it was read in an earlier look */
    bool was_read;
    struct reolink_device device;
    struct vmm_part failure; /* what the look ends with, after the logout */
    char token[REOLINK_TOKEN_MAX + 1];
};

/* ---- Options and note ---- */

static int read_options(struct reolink_look *look, const char *text)
{
    json_t *options = json_loads(text, 0, NULL);
    const char *zone = json_string_value(json_object_get(options, "zone"));
    int rc = options == NULL ? VMM_E_INVAL : vmm_wallclock_zone(vmm_text_of(zone), &look->zone);
    look->search = json_is_true(json_object_get(options, "search"));
    look->picture = json_is_true(json_object_get(options, "picture"));
    json_decref(options);
    return rc;
}

static void read_note(struct reolink_look *look, const struct vmm_look *given)
{
    if (given->note_size == 2 && given->note[0] == NOTE_VERSION) {
        look->is_known = true;
        look->turn = given->note[1] % REOLINK_CHANNELS_MAX;
    }
}

/* The next channel in its turn that has a camera. */
static bool find_turn(struct reolink_look *look)
{
    for (uint32_t i = 0; i < REOLINK_CHANNELS_MAX; i++) {
        uint32_t channel = (look->turn + i) % REOLINK_CHANNELS_MAX;
        if (look->device.is_used[channel]) {
            look->turn = channel;
            return true;
        }
    }
    return false;
}

/* ---- What is asked ---- */

static bool is_not_known(const void *state)
{
    return !((const struct reolink_look *)state)->is_known;
}

static bool was_read(const void *state)
{
    return ((const struct reolink_look *)state)->was_read;
}

/* A day's files are those since midnight: shortly after it there may be none. */
static bool wants_footage(const void *state)
{
    const struct reolink_look *look = state;
    const struct vmm_datetime *clock = &look->device.clock;
    return look->was_read && look->search && look->device.has_clock &&
           look->device.is_used[look->turn] && (clock->hour > 0 || clock->minute >= 30);
}

static bool wants_picture(const void *state)
{
    const struct reolink_look *look = state;
    return look->was_read && look->picture && !look->device.is_recorder;
}

static bool has_failed(const void *state)
{
    return ((const struct reolink_look *)state)->failure.outcome != VMM_OUTCOME_OK;
}

static bool has_not_failed(const void *state)
{
    return !has_failed(state);
}

static int build(const struct reolink_look *look, const char *command, char *target, size_t size)
{
    int length = snprintf(target, size, API "?cmd=%s&token=%s", command, look->token);
    return length > 0 && (size_t)length < size ? 0 : VMM_E_TOOBIG;
}

static int build_device(void *state, char *target, size_t size)
{
    return build(state, "GetDevInfo", target, size);
}

static int build_schedules(void *state, char *target, size_t size)
{
    return build(state, "GetRecV20", target, size);
}

static int build_footage(void *state, char *target, size_t size)
{
    return build(state, "Search", target, size);
}

static int build_picture(void *state, char *target, size_t size)
{
    return build(state, "Snap&channel=0&rs=vmm", target, size);
}

static int build_logout(void *state, char *target, size_t size)
{
    return build(state, "Logout", target, size);
}

static int build_schedules_body(void *state, char *body, size_t size)
{
    const struct reolink_look *look = state;
    size_t used = 0;
    for (uint32_t i = 0; i < REOLINK_CHANNELS_MAX && used < size; i++) {
        if (look->device.is_used[i]) {
            used += (size_t)snprintf(
                body + used, size - used,
                "%s{\"cmd\":\"GetRecV20\",\"action\":0,\"param\":{\"channel\":%u}}",
                used == 0 ? "[" : ",", i);
        }
    }
    if (used + 2 > size) {
        return VMM_E_TOOBIG;
    }
    snprintf(body + used, size - used, "%s", used == 0 ? "[]" : "]");
    return 0;
}

static int build_footage_body(void *state, char *body, size_t size)
{
    const struct reolink_look *look = state;
    const struct vmm_datetime *now = &look->device.clock;
    int length = snprintf(
        body, size,
        "[{\"cmd\":\"Search\",\"action\":0,\"param\":{\"Search\":{\"channel\":%u,\"onlyStatus\":0,"
        "\"streamType\":\"main\",\"StartTime\":{\"year\":%d,\"mon\":%d,\"day\":%d,\"hour\":0,"
        "\"min\":0,\"sec\":0},\"EndTime\":{\"year\":%d,\"mon\":%d,\"day\":%d,\"hour\":%d,"
        "\"min\":%d,\"sec\":%d}}}}]",
        look->turn, now->year, now->month, now->day, now->year, now->month, now->day, now->hour,
        now->minute, now->second);
    return length > 0 && (size_t)length < size ? 0 : VMM_E_TOOBIG;
}

/* ---- What is answered ---- */

static struct vmm_text body_of(const struct vmm_http_answer *answer)
{
    return vmm_text_bytes(answer->body, answer->body_size);
}

/* What a refusal means for the look. */
static void say_word(enum reolink_word word, const struct vmm_observer *to, struct vmm_part *part)
{
    switch (word) {
    case REOLINK_REFUSED:
        vmm_part_set(part, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH,
                     "the device refuses the credential");
        break;
    case REOLINK_LOCKED:
        vmm_observe_fault_bool(to, VMM_FACT_LOGIN_LOCKED, 0, VMM_REASON_LOCKED, true);
        vmm_part_set(part, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_LOCKED,
                     "the device has locked the login");
        break;
    case REOLINK_BUSY:
        vmm_part_set(part, VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, 0,
                     "the device has too many sessions or logins");
        break;
    default:
        vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0,
                     "the answer is none of api.cgi");
        break;
    }
}

static bool wants_https(const struct vmm_http_answer *answer, struct vmm_part *part)
{
    if (answer->status == 300) {
        vmm_part_set(part, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0,
                     "the device wants HTTPS: set scheme and port of the device");
    }
    return answer->status == 300;
}

/* Any answer to a command is one of api.cgi: "please login first". */
static void read_kind(void *state, const struct vmm_request_row *row,
                      const struct vmm_http_answer *answer, const struct vmm_observer *to,
                      struct vmm_part *part)
{
    struct json_t *reply = NULL;
    (void)state;
    (void)row;
    (void)to;
    if (wants_https(answer, part) || !vmm_part_status(part, answer)) {
        return;
    }
    if (reolink_parse(body_of(answer), &reply) != 0) {
        vmm_part_set(part, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0,
                     "the device does not know the commands of api.cgi");
    }
    vmm_json_destroy(reply);
}

static void read_login(void *state, const struct vmm_request_row *row,
                       const struct vmm_http_answer *answer, const struct vmm_observer *to,
                       struct vmm_part *part)
{
    struct reolink_look *look = state;
    struct json_t *reply = NULL;
    (void)row;
    if (wants_https(answer, part) || !vmm_part_status(part, answer)) {
        return;
    }
    enum reolink_word word = reolink_parse(body_of(answer), &reply) == 0
                                 ? reolink_read_login(reply, look->token)
                                 : REOLINK_FAILED;
    vmm_json_destroy(reply);
    if (word == REOLINK_DONE) {
        look->auth->accepted(to->job);
    } else {
        say_word(word, to, part);
    }
}

/* A failure waits for the logout; load and silence do not. */
static void read_device(void *state, const struct vmm_request_row *row,
                        const struct vmm_http_answer *answer, const struct vmm_observer *to,
                        struct vmm_part *part)
{
    struct reolink_look *look = state;
    struct json_t *reply = NULL;
    (void)row;
    (void)part;
    if (!vmm_part_status(&look->failure, answer)) {
        return;
    }
    enum reolink_word word = REOLINK_FAILED;
    if (reolink_parse(body_of(answer), &reply) == 0) {
        word = reolink_read_device(reply, &look->zone, answer, &look->device, to);
    }
    vmm_json_destroy(reply);
    look->was_read = word == REOLINK_DONE;
    if (!look->was_read) {
        say_word(word == REOLINK_REFUSED ? REOLINK_FAILED : word, to, &look->failure);
    }
    (void)find_turn(look);
}

static void read_schedules(void *state, const struct vmm_request_row *row,
                           const struct vmm_http_answer *answer, const struct vmm_observer *to,
                           struct vmm_part *part)
{
    struct json_t *reply = NULL;
    (void)state;
    (void)row;
    if (reolink_parse(body_of(answer), &reply) == 0) {
        reolink_read_schedules(reply, to);
        vmm_json_destroy(reply);
    } else {
        say_word(REOLINK_FAILED, to, part);
    }
}

static void read_footage(void *state, const struct vmm_request_row *row,
                         const struct vmm_http_answer *answer, const struct vmm_observer *to,
                         struct vmm_part *part)
{
    struct reolink_look *look = state;
    struct json_t *reply = NULL;
    (void)row;
    if (reolink_parse(body_of(answer), &reply) == 0) {
        reolink_read_footage(reply, &look->device, look->turn, to);
        vmm_json_destroy(reply);
    } else {
        say_word(REOLINK_FAILED, to, part);
    }
    look->turn++;
}

/* An error comes as JSON with status 200: then nothing is known of the signal. */
static void read_picture(void *state, const struct vmm_request_row *row,
                         const struct vmm_http_answer *answer, const struct vmm_observer *to,
                         struct vmm_part *part)
{
    struct vmm_jpeg jpeg;
    (void)state;
    (void)row;
    if (vmm_jpeg_read(body_of(answer), &jpeg) == 0 && jpeg.is_whole) {
        vmm_observe_bool(to, VMM_FACT_SIGNAL, 1, true);
        part->rung = VMM_RUNG_SIGNAL;
    } else {
        vmm_observe_unjudged(to, VMM_FACT_SIGNAL, 1, vmm_text_of(""));
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0, "the answer is no picture");
    }
}

static void read_logout(void *state, const struct vmm_request_row *row,
                        const struct vmm_http_answer *answer, const struct vmm_observer *to,
                        struct vmm_part *part)
{
    (void)row;
    (void)answer;
    (void)to;
    *part = ((const struct reolink_look *)state)->failure;
}

/* Nothing but this is ever sent. All of it reads, but for the session's begin and end. */
static const char login_body[] =
    "[{\"cmd\":\"Login\",\"param\":{\"User\":{\"Version\":\"0\",\"userName\":\"{user}\","
    "\"password\":\"{pass}\"}}}]";
static const char kind_body[] = "[" ASK("GetDevInfo") "]";
static const char device_body[] = "[" ASK("GetDevInfo") "," ASK("GetTime") "," ASK(
    "GetNtp") "," ASK("GetNetPort") "," ASK("GetHddInfo") "," ASK("GetChannelstatus") "]";
static const char logout_body[] = "[{\"cmd\":\"Logout\",\"param\":{}}]";

#define POST .method = "POST", .headers = JSON_TYPE, .scopes = VMM_SCOPE_FULL

static const struct vmm_request_row rows[] = {
    {
        .name = "alive",
        .target = "/",
        .scopes = VMM_SCOPE_TRIAL,
        .flags = VMM_ROW_ALIVE,
        .http_flags = VMM_HTTP_NO_LOGIN,
        .max_bytes = 65536,
    },
    {
        POST,
        .name = "kind",
        .target = API "?cmd=GetDevInfo",
        .body = kind_body,
        .body_size = sizeof(kind_body) - 1,
        .flags = VMM_ROW_ANY_STATUS,
        .http_flags = VMM_HTTP_SAFE | VMM_HTTP_NO_LOGIN,
        .max_bytes = 65536,
        .wanted = is_not_known,
        .read = read_kind,
    },
    {
        POST,
        .name = "login",
        .target = API "?cmd=Login",
        .body = login_body,
        .body_size = sizeof(login_body) - 1,
        .flags = VMM_ROW_ANY_STATUS,
        .http_flags = VMM_HTTP_TEMPLATE | VMM_HTTP_SAFE | VMM_HTTP_NO_LOGIN,
        .max_bytes = 65536,
        .read = read_login,
    },
    {
        POST,
        .name = "device",
        .build = build_device,
        .body = device_body,
        .body_size = sizeof(device_body) - 1,
        .flags = VMM_ROW_ANY_STATUS,
        .http_flags = VMM_HTTP_SAFE | VMM_HTTP_NO_LOGIN,
        .max_bytes = ANSWER_MAX,
        .read = read_device,
    },
    {
        POST,
        .name = "schedules",
        .build = build_schedules,
        .build_body = build_schedules_body,
        .flags = VMM_ROW_OPTIONAL,
        .http_flags = VMM_HTTP_SAFE | VMM_HTTP_NO_LOGIN,
        .max_bytes = ANSWER_MAX,
        .wanted = was_read,
        .read = read_schedules,
    },
    {
        POST,
        .name = "footage",
        .build = build_footage,
        .build_body = build_footage_body,
        .flags = VMM_ROW_OPTIONAL,
        .http_flags = VMM_HTTP_SAFE | VMM_HTTP_NO_LOGIN,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_footage,
        .read = read_footage,
    },
    {
        .name = "picture",
        .build = build_picture,
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL,
        .http_flags = VMM_HTTP_NO_LOGIN,
        .max_bytes = PICTURE_MAX,
        .wanted = wants_picture,
        .read = read_picture,
    },
    {
        POST,
        .name = "logout",
        .build = build_logout,
        .body = logout_body,
        .body_size = sizeof(logout_body) - 1,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .http_flags = VMM_HTTP_SAFE | VMM_HTTP_NO_LOGIN,
        .max_bytes = 65536,
        .wanted = has_not_failed,
    },
    {
        POST,
        .name = "device",
        .build = build_logout,
        .body = logout_body,
        .body_size = sizeof(logout_body) - 1,
        .flags = VMM_ROW_ANY_STATUS,
        .http_flags = VMM_HTTP_SAFE | VMM_HTTP_NO_LOGIN,
        .max_bytes = 65536,
        .wanted = has_failed,
        .read = read_logout,
    },
};

/* ---- The plugin ---- */

/* What all looks share is how the host is told that a login was accepted. */
static int reolink_open(const struct vmm_host *host, void **plugin)
{
    *plugin = (void *)host->extension(host->context, VMM_AUTH_HOST);
    return *plugin == NULL ? VMM_E_NOTSUP : 0;
}

static int look_begin(void *plugin, void *state, const struct vmm_look *given,
                      struct vmm_request_list *list, struct vmm_part *part)
{
    ((struct reolink_look *)state)->auth = plugin;
    (void)part;
    read_note(state, given);
    list->rows = rows;
    list->count = sizeof(rows) / sizeof(rows[0]);
    return read_options(state, given->options);
}

static void look_end(void *plugin, void *state, const struct vmm_observer *to,
                     const struct vmm_part *result)
{
    struct reolink_look *look = state;
    const uint8_t note[] = {NOTE_VERSION, (uint8_t)(look->turn % REOLINK_CHANNELS_MAX)};
    (void)plugin;
    if (look->was_read && result->outcome != VMM_OUTCOME_CANCELLED) {
        to->probe->note(to->job, note, sizeof(note));
    }
    explicit_bzero(look->token, sizeof(look->token));
}

static const struct vmm_requests_table table = {
    .state_size = sizeof(struct reolink_look),
    .open = reolink_open,
    .begin = look_begin,
    .end = look_end,
};

static const struct vmm_config_item option_zone = {
    .struct_size = sizeof(option_zone),
    .type = VMM_CONFIG_TEXT,
    .name = "zone",
    .summary = "the zone the device's clock is set to all year, like +08:00; empty: not told",
    .default_json = "\"\"",
    .max = VMM_WALLCLOCK_OPTION_MAX,
};

static const struct vmm_config_item option_search = {
    .struct_size = sizeof(option_search),
    .type = VMM_CONFIG_BOOL,
    .name = "search",
    .summary = "search for today's footage, one channel a look",
    .default_json = "true",
};

static const struct vmm_config_item option_picture = {
    .struct_size = sizeof(option_picture),
    .type = VMM_CONFIG_BOOL,
    .name = "picture",
    .summary = "ask a camera for a picture, the proof of its signal",
    .default_json = "true",
};

static const struct vmm_config_item *const device_config[] = {
    &option_zone,
    &option_search,
    &option_picture,
    NULL,
};

VMM_REQUESTS_PLUGIN(table, .name = "reolink", .version = "0.1.0", .flag = "FEATURE_VMS_REOLINK_CGI",
                    .summary = "Reolink cameras and recorders, by api.cgi", .licence = "MIT",
                    .device_config = device_config);
