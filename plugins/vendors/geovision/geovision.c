/* SPDX-License-Identifier: MIT */
/*
 * GeoVision: which world it is, then what is asked. What the answers mean stands in
 * geovision_parse.c.
 *
 *   page of the login ─┬─ salts ─────────────▶ login ─▶ picture      a camera of its own make
 *                      ├─ GeoHttpServer ─────▶ told: rtsp            PC software
 *                      └─ none ─▶ LAPI ──────▶ told: uniview         a camera that Uniview built
 *
 * The password goes out as salted sums, which the host makes; this plugin never has it.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include <kit/identify.h>
#include <kit/requests.h>

#include "geovision_parse.h"

#define ANSWER_MAX  262144u
#define PICTURE_MAX (768u << 10)
#define FORM        "Content-Type: application/x-www-form-urlencoded\r\n"

enum world { WORLD_UNKNOWN, WORLD_CAMERA, WORLD_SOFTWARE, WORLD_LAPI };

struct geovision_look {
    bool in_query; /* user and password in the address: old firmware */
    bool picture;
    bool camera;    /* the operator says that it is one */
    bool is_walled; /* it asks for a login at any path, so that a 401 tells nothing */
    enum world world;
    struct geovision_page page;
    struct geovision_session session;
};

/* ---- Options ---- */

static int read_options(struct geovision_look *look, const char *text)
{
    json_t *options = json_loads(text, 0, NULL);
    const char *login = json_string_value(json_object_get(options, "login"));
    int rc = login != NULL ? 0 : VMM_E_INVAL;
    look->in_query = rc == 0 && strcmp(login, "query") == 0;
    look->picture = json_is_true(json_object_get(options, "picture"));
    look->camera = json_is_true(json_object_get(options, "camera"));
    json_decref(options);
    return rc;
}

/* ---- What is asked ---- */

static bool wants_lapi(const void *state)
{
    return ((const struct geovision_look *)state)->world == WORLD_UNKNOWN;
}

static bool wants_login(const void *state)
{
    const struct geovision_look *look = state;
    return look->world == WORLD_CAMERA && !look->in_query;
}

static bool wants_picture(const void *state)
{
    return wants_login(state) && ((const struct geovision_look *)state)->picture;
}

/* Old firmware may have no page of the login; the operator's word stands for it. */
static bool wants_plain_picture(const void *state)
{
    const struct geovision_look *look = state;
    return look->in_query && (look->world == WORLD_CAMERA || look->world == WORLD_UNKNOWN);
}

/* The user is salted one way, the password the other. Newer firmware wants its token back. */
static int build_login(void *state, char *body, size_t size)
{
    const struct geovision_page *page = &((const struct geovision_look *)state)->page;
    bool newer = page->token[0] != '\0';
    int length =
        snprintf(body, size,
                 "username=&password=&Apply=Apply&umd5={MD5:%s{user_lower}%s}&"
                 "pmd5={MD5:%s{pass_lower}%s}&browser=%s&is_check_OCX_OK=0%s%s%s",
                 page->salt[0], page->salt[1], page->salt[1], page->salt[0], newer ? "" : "1",
                 newer ? "&web_login_token=" : "", page->token, newer ? "&grp=-1" : "");
    return length > 0 && (size_t)length < size ? 0 : VMM_E_TOOBIG;
}

/* Append a value percent-encoded. */
static int add_encoded(char *out, size_t size, size_t *used, const char *value)
{
    static const char digits[] = "0123456789ABCDEF";
    for (; *value != '\0'; value++) {
        unsigned char c = (unsigned char)*value;
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (*used + 4 > size) {
            return VMM_E_TOOBIG;
        }
        if (plain) {
            out[(*used)++] = (char)c;
        } else {
            out[(*used)++] = '%';
            out[(*used)++] = digits[c >> 4];
            out[(*used)++] = digits[c & 15];
        }
    }
    out[*used] = '\0';
    return 0;
}

static int add_plain(char *out, size_t size, size_t *used, const char *text)
{
    int length = snprintf(out + *used, size - *used, "%s", text);
    *used += (size_t)length;
    return *used < size ? 0 : VMM_E_TOOBIG;
}

static int build_picture(void *state, char *body, size_t size)
{
    const struct geovision_session *session = &((const struct geovision_look *)state)->session;
    const struct {
        const char *name;
        const char *value;
    } parts[] = {
        {"username=", session->user},
        {"&password=", session->password},
        {"&data_type=0&attachment=1&channel=1&secret=1&key=", session->key},
    };
    size_t used = 0;
    int rc = 0;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && rc == 0; i++) {
        rc = add_plain(body, size, &used, parts[i].name);
        if (rc == 0) {
            rc = add_encoded(body, size, &used, parts[i].value);
        }
    }
    return rc;
}

/* ---- What is answered ---- */

static struct vmm_text body_of(const struct vmm_http_answer *answer)
{
    return vmm_text_bytes(answer->body, answer->body_size);
}

/* The ports are those of the world: a camera's streams are at 8554, not at 554. */
static void report_camera(const struct vmm_observer *to)
{
    vmm_observe_vendor(to, "world", vmm_text_of("camera"));
    vmm_observe_vendor(to, "rtsp_port", vmm_text_of("8554"));
    vmm_observe_text(to, VMM_FACT_STREAM_PATH, 1, vmm_text_of("/CH001.sdp"));
    vmm_observe_text(to, VMM_FACT_STREAM_PATH, 2, vmm_text_of("/CH002.sdp"));
}

/* Any status is looked at: the header tells the software, the page the camera. */
static void read_page(void *state, const struct vmm_request_row *row,
                      const struct vmm_http_answer *answer, const struct vmm_observer *to,
                      struct vmm_part *part)
{
    struct geovision_look *look = state;
    (void)row;
    look->is_walled = answer->status == 401;
    if (geovision_is_software(vmm_text_bytes(answer->headers, answer->headers_size))) {
        look->world = WORLD_SOFTWARE;
        vmm_observe_vendor(to, "world", vmm_text_of("software"));
        vmm_observe_vendor(to, "rtsp_port", vmm_text_of("554"));
        /* Advice, and no name to hand it over to: whose paths these are only the operator knows. */
        vmm_part_set(
            part, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0,
            "GeoVision's PC software, which tells nothing over HTTP: set the provider rtsp "
            "and a path");
    } else if (answer->status == 429 || answer->status >= 500) {
        (void)vmm_part_status(part, answer);
    } else if (answer->status == 200 && (answer->flags & VMM_HTTP_SHORT) != 0 && !look->in_query) {
        /* No login goes out with half of what it needs. */
        vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0,
                     "the page of the login broke off");
    } else if (geovision_read_page(body_of(answer), &look->page)) {
        look->world = WORLD_CAMERA;
        report_camera(to);
    }
}

static void read_lapi(void *state, const struct vmm_request_row *row,
                      const struct vmm_http_answer *answer, const struct vmm_observer *to,
                      struct vmm_part *part)
{
    struct geovision_look *look = state;
    (void)row;
    bool told = answer->status != 401 || !look->is_walled;
    if (told && geovision_is_lapi(answer->status, body_of(answer))) {
        look->world = WORLD_LAPI;
        vmm_observe_vendor(to, "world", vmm_text_of("lapi"));
        vmm_observe_text(to, VMM_FACT_PROVIDER, 0, vmm_text_of("uniview"));
        vmm_part_set(part, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0,
                     "a camera that Uniview built: the provider uniview speaks to it");
    } else if (!look->in_query) {
        vmm_part_set(part, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0,
                     "neither GeoVision's page of a login nor LAPI");
    }
}

static void read_login(void *state, const struct vmm_request_row *row,
                       const struct vmm_http_answer *answer, const struct vmm_observer *to,
                       struct vmm_part *part)
{
    struct geovision_look *look = state;
    (void)row;
    (void)to;
    if (geovision_read_session(body_of(answer), &look->session)) {
        return;
    }
    if ((answer->flags & (VMM_HTTP_SHORT | VMM_HTTP_CUT)) != 0 || answer->body_size == 0) {
        vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0,
                     "the answer to the login broke off");
    } else {
        vmm_part_set(part, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH,
                     "the device opens no session: it refuses the credential");
    }
}

/* A video server (GV-VS) may send pictures too, and what it sends for a dead input is not known: they prove a
 * signal only of what is told to be a camera. */
static void read_picture(void *state, const struct vmm_request_row *row,
                         const struct vmm_http_answer *answer, const struct vmm_observer *to,
                         struct vmm_part *part)
{
    const struct geovision_look *look = state;
    bool is_camera = look->camera || look->page.is_camera;
    if (geovision_read_picture(body_of(answer), is_camera, to)) {
        part->rung = is_camera ? VMM_RUNG_SIGNAL : part->rung;
    } else {
        bool optional = (row->flags & VMM_ROW_OPTIONAL) != 0;
        vmm_part_set(part, optional ? VMM_OUTCOME_PARTIAL : VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE,
                     0,
                     optional ? "the answer is no picture"
                              : "the answer is no picture; the device may refuse the credential");
    }
}

static const struct vmm_request_row rows[] = {
    {
        .name = "alive",
        .target = "/ssi.cgi/Login.htm",
        .scopes = VMM_SCOPE_TRIAL,
        .flags = VMM_ROW_ALIVE,
        .http_flags = VMM_HTTP_NO_LOGIN,
        .max_bytes = ANSWER_MAX,
    },
    {
        .name = "world",
        .target = "/ssi.cgi/Login.htm",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_ANY_STATUS,
        .http_flags = VMM_HTTP_NO_LOGIN,
        .max_bytes = ANSWER_MAX,
        .read = read_page,
    },
    {
        .name = "lapi",
        .target = "/LAPI/V1.0/System/DeviceBasicInfo",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_ANY_STATUS,
        .http_flags = VMM_HTTP_NO_LOGIN,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_lapi,
        .read = read_lapi,
    },
    {
        .name = "login",
        .method = "POST",
        .target = "/LoginPC.cgi",
        .headers = FORM,
        .scopes = VMM_SCOPE_FULL,
        .http_flags = VMM_HTTP_TEMPLATE | VMM_HTTP_SAFE | VMM_HTTP_NO_LOGIN,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_login,
        .build_body = build_login,
        .read = read_login,
    },
    {
        .name = "picture",
        .method = "POST",
        .target = "/PictureCatch.cgi",
        .headers = FORM,
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL,
        .http_flags = VMM_HTTP_SAFE | VMM_HTTP_NO_LOGIN,
        .max_bytes = PICTURE_MAX,
        .wanted = wants_picture,
        .build_body = build_picture,
        .read = read_picture,
    },
    {
        .name = "picture by address",
        .target = "/PictureCatch.cgi?username={user}&password={pass}&channel=1&data_type=0",
        .scopes = VMM_SCOPE_FULL,
        .http_flags = VMM_HTTP_TEMPLATE | VMM_HTTP_NO_LOGIN,
        .max_bytes = PICTURE_MAX,
        .wanted = wants_plain_picture,
        .read = read_picture,
    },
};

/* ---- The plugin ---- */

static int look_begin(void *plugin, void *state, const struct vmm_look *given,
                      struct vmm_request_list *list, struct vmm_part *part)
{
    (void)plugin;
    (void)list;
    (void)part;
    return read_options(state, given->options);
}

static void look_end(void *plugin, void *state, const struct vmm_observer *to,
                     const struct vmm_part *result)
{
    struct geovision_look *look = state;
    (void)plugin;
    (void)to;
    (void)result;
    explicit_bzero(&look->session, sizeof(look->session));
}

static const struct vmm_requests_table table = {
    .list = VMM_REQUEST_LIST(rows),
    .state_size = sizeof(struct geovision_look),
    .begin = look_begin,
    .end = look_end,
};

static const struct vmm_config_item option_login = {
    .struct_size = sizeof(option_login),
    .type = VMM_CONFIG_WORD,
    .name = "login",
    .summary = "form: salted sums; query: user and password in the address, for old firmware",
    .default_json = "\"form\"",
    .words = "form|query",
};

static const struct vmm_config_item option_picture = {
    .struct_size = sizeof(option_picture),
    .type = VMM_CONFIG_BOOL,
    .name = "picture",
    .summary = "after the login, ask for a picture, which proves a camera's signal",
    .default_json = "true",
};

static const struct vmm_config_item option_camera = {
    .struct_size = sizeof(option_camera),
    .type = VMM_CONFIG_BOOL,
    .name = "camera",
    .summary = "this is a camera and no video server, so that a picture proves its signal whatever "
               "the page of its login says",
    .default_json = "false",
};

static const struct vmm_config_item *const device_config[] = {
    &option_login,
    &option_picture,
    &option_camera,
    NULL,
};

VMM_REQUESTS_PLUGIN(
    table, .name = "geovision", .version = "0.1.0", .flag = "FEATURE_VMS_GEOVISION_CGI",
    .summary = "GeoVision cameras of its own make, by form login; others are told apart",
    .licence = "MIT", .device_config = device_config, .extensions = vmm_identify_extensions);
