/* SPDX-License-Identifier: MIT */
/*
 * Reolink: the table of requests, options and note. What is asked and when stands in reolink_ask.c, what is made of
 * answers in reolink_take.c.
 *
 *   [ kind ─▶ ] login ─▶ device ─▶ schedules ─▶ footage of one channel ─▶ picture of a camera ─▶ logout
 *
 * A device that was never read is asked without a login first, so that no other make is shown the
 * password, which goes out once a look, put in by the host. A session that is not ended counts towards
 * the device's limit for an hour, so that the logout is asked for after a bad answer too.
 */
#include <jansson.h>
#include <string.h>

#include <kit/disk.h>
#include <kit/identify.h>

#include "reolink_look.h"

#define API         "/cgi-bin/api.cgi"
#define JSON_TYPE   "Content-Type: application/json\r\n"
#define ANSWER_MAX  (512u << 10)
#define PICTURE_MAX (4u << 20)

#define NOTE_VERSION 2u
#define NOTE_SIZE    (3u + VMM_BACKWALK_SIZE)

#define ASK(command) "{\"cmd\":\"" command "\",\"action\":0,\"param\":{}}"

/* ---- Options and note ---- */

static int read_options(struct reolink_look *look, const char *text)
{
    json_t *options = json_loads(text, 0, NULL);
    const char *zone = json_string_value(json_object_get(options, "zone"));
    int rc = options == NULL ? VMM_E_INVAL : vmm_wallclock_zone(vmm_text_of(zone), &look->zone);
    look->device.expect_disk = json_is_true(json_object_get(options, "expect_disk"));
    look->search = json_is_true(json_object_get(options, "search"));
    look->picture = json_is_true(json_object_get(options, "picture"));
    json_decref(options);
    return rc;
}

static void read_note(struct reolink_look *look, const struct vmm_look *given)
{
    const uint8_t *at = given->note;
    if (given->note_size == NOTE_SIZE && at[0] == NOTE_VERSION) {
        look->is_known = true;
        look->turn = at[1] % REOLINK_CHANNELS_MAX;
        look->looks = at[2];
        vmm_backwalk_read(&look->walk, at + 3);
    }
}

/* Nothing but this is ever sent. All of it reads, but for the session's begin and end. */
static const char login_body[] =
    "[{\"cmd\":\"Login\",\"param\":{\"User\":{\"Version\":\"0\",\"userName\":\"{user}\","
    "\"password\":\"{pass}\"}}}]";
static const char kind_body[] = "[" ASK("GetDevInfo") "]";
static const char device_body[] =
    "[" ASK("GetDevInfo") "," ASK("GetTime") "," ASK("GetNtp") "," ASK("GetNetPort") "," ASK(
        "GetLocalLink") "," ASK("GetHddInfo") "," ASK("GetChannelstatus") "]";
static const char logout_body[] = "[{\"cmd\":\"Logout\",\"param\":{}}]";

#define POST .method = "POST", .headers = JSON_TYPE, .scopes = VMM_SCOPE_FULL

#define FOOTAGE(title, what, reads)                                                                \
    {                                                                                              \
        POST, .name = title, .build = ask_search, .build_body = ask_##what##_body,                 \
              .flags = VMM_ROW_OPTIONAL, .http_flags = VMM_HTTP_SAFE | VMM_HTTP_NO_LOGIN,          \
              .max_bytes = ANSWER_MAX, .wanted = wants_##what, .read = reads                       \
    }

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
        .wanted = wants_kind,
        .read = take_kind,
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
        .read = take_login,
    },
    {
        POST,
        .name = "device",
        .build = ask_device,
        .body = device_body,
        .body_size = sizeof(device_body) - 1,
        .flags = VMM_ROW_ANY_STATUS,
        .http_flags = VMM_HTTP_SAFE | VMM_HTTP_NO_LOGIN,
        .max_bytes = ANSWER_MAX,
        .read = take_device,
    },
    {
        POST,
        .name = "schedules",
        .build = ask_schedules,
        .build_body = ask_schedules_body,
        .flags = VMM_ROW_OPTIONAL,
        .http_flags = VMM_HTTP_SAFE | VMM_HTTP_NO_LOGIN,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_schedules,
        .read = take_schedules,
    },
    FOOTAGE("newest footage", newest, take_newest),
    FOOTAGE("oldest month", month, take_month),
    FOOTAGE("oldest footage", oldest, take_oldest),
    {
        .name = "picture",
        .build = ask_picture,
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL,
        .http_flags = VMM_HTTP_NO_LOGIN,
        .max_bytes = PICTURE_MAX,
        .wanted = wants_picture,
        .read = take_picture,
    },
    {
        POST,
        .name = "logout",
        .build = ask_logout,
        .body = logout_body,
        .body_size = sizeof(logout_body) - 1,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .http_flags = VMM_HTTP_SAFE | VMM_HTTP_NO_LOGIN,
        .max_bytes = 65536,
        .wanted = ends_well,
    },
    {
        POST,
        .name = "device",
        .build = ask_logout,
        .body = logout_body,
        .body_size = sizeof(logout_body) - 1,
        .flags = VMM_ROW_ANY_STATUS,
        .http_flags = VMM_HTTP_SAFE | VMM_HTTP_NO_LOGIN,
        .max_bytes = 65536,
        .wanted = ends_badly,
        .read = take_logout,
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
    (void)list;
    (void)part;
    read_note(state, given);
    return read_options(state, given->options);
}

static void look_end(void *plugin, void *state, const struct vmm_observer *to,
                     const struct vmm_part *result)
{
    struct reolink_look *look = state;
    uint8_t note[NOTE_SIZE] = {NOTE_VERSION, (uint8_t)(look->turn % REOLINK_CHANNELS_MAX),
                               (uint8_t)(look->looks + 1)};
    (void)plugin;
    if (look->was_read && result->outcome != VMM_OUTCOME_CANCELLED) {
        vmm_backwalk_write(&look->walk, note + 3);
        to->probe->note(to->job, note, sizeof(note));
    }
    explicit_bzero(look->token, sizeof(look->token));
}

static const struct vmm_requests_table table = {
    .list = VMM_REQUEST_LIST(rows),
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
    .summary = "search for the newest and the oldest footage, one channel a look",
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
    &option_zone, &option_search, &vmm_option_expect_disk, &option_picture, NULL,
};

VMM_REQUESTS_PLUGIN(table, .name = "reolink", .version = "0.1.0", .flag = "FEATURE_VMS_REOLINK_CGI",
                    .summary = "Reolink cameras and recorders, by api.cgi", .licence = "MIT",
                    .device_config = device_config, .extensions = vmm_identify_extensions);
