/* SPDX-License-Identifier: MIT */
/*
 * Whose device is this? One gentle look without a login: a few pages, then RTSP and DVRIP where their signs are known,
 * one after another. What the answers mean stands in identify_sign.c; the signs come from the fragments of all plugins
 * that are installed.
 *
 *   front page ─▶ a path of nobody ─▶ a question a sign … ─▶ RTSP ─▶ DVRIP ─▶ ranked, told, finished
 *
 * It is over as soon as a maker is certain. Its outcome is never OK: it names who speaks to the device.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kit/fingerprint.h>
#include <kit/observe.h>
#include <vmm/http.h>
#include <vmm/net.h>

#include "identify_sign.h"

#define RTSP_PORT       554u
#define DVRIP_PORT      34567u
#define PAGE_MAX        16384u
#define ANSWER_MAX      2048u /* bytes of an answer that is not HTTP */
#define AUTHORITY_MAX   280u
#define STEP_MS         4000u /* the longest that one step may take */
#define CONNECT_MS      2000u
#define CONNECTIONS_MAX 8u /* for pages: some devices close after each */
#define DETAIL_MAX      160u

struct identify_plugin {
    const struct vmm_host *host;
    const struct vmm_probe_host *probe;
    const struct vmm_http_host *http;
    const struct vmm_net_host *net;
    struct signs signs;
    struct identify_look *looks; /* those under way */
};

/* The steps between the first and the last are the questions. */
enum { STEP_FRONT, STEP_NOBODY, STEP_QUESTIONS };

struct identify_look {
    struct identify_plugin *plugin;
    struct identify_look *next;
    struct identify_look **link; /* what points here */
    struct vmm_observer to;
    uint32_t scope;
    size_t step;       /* under way */
    uint64_t end_us;   /* no step begins that could last beyond */
    bool is_asking;    /* an answer over HTTP will come */
    bool is_cancelled; /* and ends the look */
    bool has_port;     /* the operator has set one: it is the only one asked at */
    bool no_pages;     /* nothing that speaks HTTP */
    bool answered;     /* anything came */
    uint32_t connections;
    struct vmm_connection *connection; /* NULL: none */
    size_t size;                       /* of `bytes` */
    struct evidence evidence;
    /* why the front page did not come */
    uint32_t outcome;
    uint32_t rung;
    uint32_t reason;
    char detail[DETAIL_MAX];
    char bytes[ANSWER_MAX];
};

static void look_go_on(struct identify_look *look);

/* ---- The end ---- */

static void look_end(struct identify_look *look, uint32_t outcome, uint32_t rung, uint32_t reason,
                     const char *detail)
{
    const struct vmm_observer to = look->to;
    if (look->connection != NULL) {
        look->plugin->net->close(look->connection);
    }
    *look->link = look->next;
    if (look->next != NULL) {
        look->next->link = look->link;
    }
    free(look);
    to.probe->finish(to.job, outcome, rung, reason, detail);
}

static void report_candidate(struct identify_look *look, const struct candidate *candidate)
{
    char why[200];
    char text[VMM_TEXT_MAX];
    evidence_describe(&look->evidence, &look->plugin->signs, candidate->provider, why, sizeof(why));
    snprintf(text, sizeof(text), "%s, %u of %u: %s", candidate->provider,
             (unsigned)candidate->score, SCORE_MAX, why);
    vmm_observe_vendor(&look->to, "candidate", vmm_text_of(text));
}

static void look_conclude(struct identify_look *look)
{
    struct candidate candidates[CANDIDATES_MAX];
    char detail[DETAIL_MAX];
    if (!look->answered) {
        memcpy(detail, look->detail, sizeof(detail));
        look_end(look, look->outcome, look->rung, look->reason, detail);
        return;
    }
    size_t count = evidence_rank(&look->evidence, &look->plugin->signs, candidates);
    const char *best = evidence_best(candidates, count);
    for (size_t i = 0; i < count; i++) {
        report_candidate(look, &candidates[i]);
    }
    if (best != NULL) {
        vmm_observe_text(&look->to, VMM_FACT_PROVIDER, 0, vmm_text_of(best));
        snprintf(detail, sizeof(detail), "the provider %s speaks to such a device", best);
    } else {
        snprintf(detail, sizeof(detail), "%s",
                 count > 0 ? "whose device it is cannot be told for sure: see the candidates"
                           : "whose device it is is not known: nothing fits any sign");
    }
    look_end(look, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0, detail);
}

/* ---- HTTP ---- */

static void report_front(const struct identify_look *look, struct vmm_text headers,
                         struct vmm_text body)
{
    struct vmm_text server;
    const struct {
        const char *name;
        struct vmm_text value;
    } seen[] = {
        {"server", vmm_text_header(headers, "Server", &server) == 0 ? server : vmm_text_of("")},
        {"realm", vmm_fingerprint_realm(headers)},
        {"title", vmm_fingerprint_title(body)},
    };
    for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++) {
        if (seen[i].value.size > 0) {
            vmm_observe_vendor(&look->to, seen[i].name, seen[i].value);
        }
    }
}

static const struct question *question_of(const struct identify_look *look, size_t step)
{
    static const struct question front = {.target = "/", .send = ""};
    static const struct question nobody = {.target = VMM_FINGERPRINT_NOBODY, .send = ""};
    return step == STEP_FRONT    ? &front
           : step == STEP_NOBODY ? &nobody
                                 : &look->plugin->signs.questions[step - STEP_QUESTIONS];
}

/* It refuses for load: it is left alone. */
static bool is_busy(const struct vmm_http_answer *answer)
{
    return answer->status == 429 || answer->status == 503;
}

static void take_page(struct identify_look *look, const struct vmm_http_answer *answer)
{
    struct vmm_text closes;
    const struct question *question = question_of(look, look->step);
    struct answer taken = {.by = BY_HTTP,
                           .target = question->target,
                           .send = question->send,
                           .status = answer->status,
                           .headers = vmm_text_bytes(answer->headers, answer->headers_size),
                           .body = vmm_text_bytes(answer->body, answer->body_size)};
    look->answered = true;
    if (look->step < STEP_QUESTIONS && answer->status == 401) {
        look->evidence.is_walled = true;
    }
    if (look->step == STEP_FRONT) {
        report_front(look, taken.headers, taken.body);
    }
    if (vmm_text_header(taken.headers, "Connection", &closes) == 0 &&
        vmm_text_same(closes, "close")) {
        look->connections++;
    }
    evidence_take(&look->evidence, &look->plugin->signs, &taken);
}

/* No answer to one page. Without the first one there are no pages. */
static void miss_page(struct identify_look *look, const struct vmm_http_answer *answer)
{
    look->no_pages = true;
    if (look->step == STEP_FRONT) {
        look->outcome = answer->outcome;
        look->rung = answer->rung;
        look->reason = answer->reason;
        snprintf(look->detail, sizeof(look->detail), "%s",
                 answer->detail != NULL ? answer->detail : "");
    }
}

static void on_page(void *arg, const struct vmm_http_answer *answer)
{
    struct identify_look *look = arg;
    look->is_asking = false;
    if (look->is_cancelled || answer->outcome == VMM_OUTCOME_CANCELLED) {
        look_end(look, VMM_OUTCOME_CANCELLED, VMM_RUNG_NONE, 0, NULL);
        return;
    }
    if (answer->outcome != VMM_OUTCOME_OK) {
        miss_page(look, answer);
    } else if (is_busy(answer)) {
        look_end(look, VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, 0, "the device refuses for load");
        return;
    } else if (look->scope == VMM_SCOPE_TRIAL) {
        look_end(look, VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0, NULL);
        return;
    } else {
        take_page(look, answer);
    }
    look->step++;
    look_go_on(look);
}

static bool wants_page(const struct identify_look *look, size_t step)
{
    const struct signs *signs = &look->plugin->signs;
    if (look->no_pages || look->connections >= CONNECTIONS_MAX) {
        return false;
    }
    if (step == STEP_NOBODY) {
        return signs->has_refusals && !look->evidence.is_walled;
    }
    return step == STEP_FRONT || evidence_wants(&look->evidence, signs, question_of(look, step));
}

/* No page follows: the connection is not kept, so that it is not counted beside the next one. */
static bool is_last_page(const struct identify_look *look, size_t step)
{
    for (size_t i = step + 1; i < STEP_QUESTIONS + look->plugin->signs.question_count; i++) {
        if (wants_page(look, i)) {
            return false;
        }
    }
    return true;
}

static int ask_page(struct identify_look *look)
{
    const struct question *question = question_of(look, look->step);
    bool is_post = question->send[0] != '\0';
    struct vmm_http_request request = {
        .struct_size = sizeof(request),
        .flags = VMM_HTTP_NO_LOGIN | (is_post ? VMM_HTTP_SAFE : 0) |
                 (is_last_page(look, look->step) ? 0 : VMM_HTTP_MORE),
        .method = is_post ? "POST" : "GET",
        .target = question->target,
        .headers = !is_post                   ? NULL
                   : question->send[0] == '<' ? VMM_FINGERPRINT_ONVIF_HEADERS
                                              : "Content-Type: application/json\r\n",
        .body = is_post ? question->send : NULL,
        .body_size = is_post ? strlen(question->send) : 0,
        .timeout_ms = STEP_MS,
        .connect_timeout_ms = CONNECT_MS,
        .max_bytes = PAGE_MAX,
    };
    look->is_asking = true;
    int rc = look->plugin->http->request(look->to.job, &request, on_page, look);
    look->is_asking = rc == 0;
    return rc;
}

/* ---- RTSP and DVRIP ---- */

static size_t step_rtsp(const struct identify_look *look)
{
    return STEP_QUESTIONS + look->plugin->signs.question_count;
}

/* All that came, as the answer it is; nothing where it is none. */
static void take_bytes(struct identify_look *look)
{
    struct answer answer = {.by = BY_DVRIP, .target = "", .send = ""};
    struct vmm_text rest = vmm_text_bytes(look->bytes, look->size);
    struct vmm_text first;
    if (look->step == step_rtsp(look)) {
        if (!vmm_text_begins(rest, "RTSP/") || !vmm_text_line(&rest, &first)) {
            return;
        }
        answer.by = BY_RTSP;
        answer.headers = rest;
        vmm_observe_vendor(&look->to, "rtsp", vmm_text_trim(first));
    } else if (look->size == 0 || (unsigned char)look->bytes[0] != 0xff) {
        return;
    }
    look->answered = true;
    evidence_take(&look->evidence, &look->plugin->signs, &answer);
}

static void close_connection(struct identify_look *look)
{
    if (look->connection != NULL) {
        look->plugin->net->close(look->connection);
        look->connection = NULL;
    }
    take_bytes(look);
    look->step++;
    look_go_on(look);
}

/* The frame that any DVRIP device answers, though nobody is logged in: abilities, id 1360. */
static int send_dvrip(struct identify_look *look)
{
    static const char body[] = "{\"Name\":\"General\"}\n";
    char frame[20 + sizeof(body)] = {[0] = (char)0xff, [1] = 1, [14] = 0x50, [15] = 5};
    frame[16] = sizeof(body);
    memcpy(frame + 20, body, sizeof(body));
    return look->plugin->net->send(look->connection, frame, sizeof(frame));
}

static int send_rtsp(struct identify_look *look)
{
    char authority[AUTHORITY_MAX];
    char text[AUTHORITY_MAX + 128];
    uint32_t port = look->has_port ? 0 : RTSP_PORT;
    int rc = look->plugin->net->authority(look->to.job, port, authority, sizeof(authority));
    int length = snprintf(text, sizeof(text),
                          "OPTIONS rtsp://%s/ RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: vmm\r\n\r\n",
                          rc == 0 ? authority : "");
    return rc != 0 ? rc : look->plugin->net->send(look->connection, text, (size_t)length);
}

static void on_connected(void *arg)
{
    struct identify_look *look = arg;
    int rc = look->step == step_rtsp(look) ? send_rtsp(look) : send_dvrip(look);
    if (rc != 0) {
        close_connection(look);
    }
}

/* The head of an answer is all that is wanted. */
static void on_received(void *arg, const uint8_t *bytes, size_t size)
{
    struct identify_look *look = arg;
    size_t room = sizeof(look->bytes) - look->size;
    size_t taken = size < room ? size : room;
    memcpy(look->bytes + look->size, bytes, taken);
    look->size += taken;
    bool whole = look->step != step_rtsp(look) || look->size == sizeof(look->bytes) ||
                 memmem(look->bytes, look->size, "\r\n\r\n", 4) != NULL;
    if (whole) {
        close_connection(look);
    }
}

static void on_closed(void *arg, const struct vmm_net_end *end)
{
    struct identify_look *look = arg;
    look->connection = NULL;
    if (end->outcome == VMM_OUTCOME_CANCELLED) {
        look_end(look, VMM_OUTCOME_CANCELLED, VMM_RUNG_NONE, 0, NULL);
        return;
    }
    close_connection(look);
}

static const struct vmm_net_events net_events = {
    .struct_size = sizeof(net_events),
    .connected = on_connected,
    .received = on_received,
    .closed = on_closed,
};

/* At a port that is set there is one protocol: where pages came from it is theirs. */
static bool wants_connection(const struct identify_look *look)
{
    enum sign_by by = look->step == step_rtsp(look) ? BY_RTSP : BY_DVRIP;
    return signs_want(&look->plugin->signs, by) && !(look->has_port && look->answered);
}

static int open_connection(struct identify_look *look)
{
    uint32_t own = look->step == step_rtsp(look) ? RTSP_PORT : DVRIP_PORT;
    look->size = 0;
    return look->plugin->net->open(look->to.job, look->has_port ? 0 : own, 0, CONNECT_MS,
                                   STEP_MS - CONNECT_MS, &net_events, look, &look->connection);
}

/* ---- One step after another ---- */

/* 1: something is under way; 0: there is nothing to do in this step. */
static int look_start_step(struct identify_look *look)
{
    int rc = 0;
    if (look->step < step_rtsp(look)) {
        if (!wants_page(look, look->step)) {
            return 0;
        }
        rc = ask_page(look);
    } else {
        if (!wants_connection(look)) {
            return 0;
        }
        rc = open_connection(look);
    }
    return rc == 0; /* what the host does not allow is left out */
}

static bool is_over(const struct identify_look *look)
{
    const struct identify_plugin *plugin = look->plugin;
    if (look->step == STEP_FRONT) {
        return false;
    }
    return look->step > step_rtsp(look) + 1 ||
           plugin->host->monotonic_us(plugin->host->context) + STEP_MS * UINT64_C(1000) >
               look->end_us ||
           evidence_is_certain(&look->evidence, &plugin->signs);
}

/* The look may be gone when this returns. */
static void look_go_on(struct identify_look *look)
{
    while (!is_over(look)) {
        if (look_start_step(look) != 0) {
            return;
        }
        look->step++;
    }
    look_conclude(look);
}

/* ---- The plugin ---- */

static int identify_open(const struct vmm_host *host, void **self)
{
    struct identify_plugin *plugin = calloc(1, sizeof(*plugin));
    if (plugin == NULL) {
        return VMM_E_NOMEM;
    }
    plugin->host = host;
    plugin->probe = host->extension(host->context, VMM_PROBE_HOST);
    plugin->http = host->extension(host->context, VMM_HTTP_HOST);
    plugin->net = host->extension(host->context, VMM_NET_HOST);
    bool has_all = plugin->probe != NULL && plugin->http != NULL && plugin->net != NULL;
    int rc = has_all ? signs_read(&plugin->signs, host->config_json(host->context)) : VMM_E_NOTSUP;
    if (rc != 0) {
        free(plugin);
        return rc;
    }
    *self = plugin;
    return 0;
}

static void identify_close(void *self)
{
    struct identify_plugin *plugin = self;
    signs_finish(&plugin->signs);
    free(plugin);
}

static int identify_probe(void *self, struct vmm_job *job, const struct vmm_look *given)
{
    struct identify_plugin *plugin = self;
    char authority[AUTHORITY_MAX];
    struct identify_look *look = calloc(1, sizeof(*look));
    if (look == NULL) {
        return VMM_E_NOMEM;
    }
    look->plugin = plugin;
    look->to = (struct vmm_observer){.probe = plugin->probe, .job = job};
    look->scope = given->scope;
    look->outcome = VMM_OUTCOME_TIMEOUT;
    look->rung = VMM_RUNG_CONNECT;
    look->has_port = plugin->net->authority(job, 0, authority, sizeof(authority)) == 0;
    look->end_us =
        plugin->host->monotonic_us(plugin->host->context) + given->deadline_ms * UINT64_C(1000);
    look->next = plugin->looks;
    look->link = &plugin->looks;
    if (look->next != NULL) {
        look->next->link = &look->next;
    }
    plugin->looks = look;
    look_go_on(look);
    return 0;
}

/* A page under way is stopped by the host; its callback ends the look. */
static void identify_cancel(void *self, struct vmm_job *job)
{
    const struct identify_plugin *plugin = self;
    for (struct identify_look *look = plugin->looks; look != NULL; look = look->next) {
        if (look->to.job == job) {
            if (look->is_asking) {
                look->is_cancelled = true;
            } else {
                look_end(look, VMM_OUTCOME_CANCELLED, VMM_RUNG_NONE, 0, NULL);
            }
            return;
        }
    }
}

static const struct vmm_probe_ops ops = {
    .struct_size = sizeof(ops),
    .open = identify_open,
    .close = identify_close,
    .probe = identify_probe,
    .cancel = identify_cancel,
};

#define ITEM(name_, type_, ...)                                                                    \
    static const struct vmm_config_item item_##name_ = {.struct_size = sizeof(item_##name_),       \
                                                        .type = VMM_CONFIG_##type_,                \
                                                        .name = #name_,                            \
                                                        __VA_ARGS__}

ITEM(provider, TEXT, .summary = "whose sign it is", .min = 1, .max = VMM_PLUGIN_NAME_MAX,
     .flags = VMM_CONFIG_REQUIRED);
ITEM(by, WORD, .summary = "how it is told", .default_json = "\"http\"", .words = "http|rtsp|dvrip");
ITEM(target, TEXT, .summary = "path and query to ask for; none: any answer", .max = 255);
ITEM(send, TEXT, .summary = "the body of a POST that only reads", .max = 1024);
ITEM(status, INT, .summary = "of the answer; none: any", .min = 100, .max = 599);
ITEM(scheme, TEXT, .summary = "of the challenge: Digest", .max = 32);
ITEM(realm, TEXT, .summary = "in the realm of the challenge", .max = 64);
ITEM(header, TEXT, .summary = "Name: text in its value", .max = 128);
ITEM(body, TEXT, .summary = "in the body", .max = 128);
ITEM(weight, INT, .summary = "how much it tells, of 100", .min = 1, .max = SCORE_MAX,
     .flags = VMM_CONFIG_REQUIRED);
ITEM(general, BOOL, .summary = "a protocol that many makers speak", .default_json = "false");

static const struct vmm_config_item *const sign_items[] = {
    &item_provider, &item_by,     &item_target, &item_send,   &item_status,  &item_scheme,
    &item_realm,    &item_header, &item_body,   &item_weight, &item_general, NULL};
ITEM(signs, LIST, .summary = "what tells a maker's devices; vmmd collects them",
     .default_json = "[]", .max = SIGNS_MAX, .items = sign_items);
static const struct vmm_config_item *const config[] = {&item_signs, NULL};

static const struct vmm_descriptor descriptor = {
    .struct_size = sizeof(descriptor),
    .abi_major = VMM_ABI_MAJOR,
    .abi_minor = VMM_ABI_MINOR,
    .kind = VMM_KIND_PROBE,
    .name = "identify",
    .version = "0.1.0",
    .flag = "FEATURE_VMS_IDENTIFY",
    .summary = "whose device it is, by signs that need no login",
    .licence = "MIT",
    .generation = VMM_GENERATION_OVERLAP,
    .config = config,
    .ops = &ops,
};

const struct vmm_descriptor *vmm_plugin_v0(void)
{
    return &descriptor;
}
