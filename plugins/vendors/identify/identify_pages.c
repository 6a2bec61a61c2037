/* SPDX-License-Identifier: MIT */
/* The pages of a device: the front page, a path of nobody, and what the plugins ask for; without a login, each once. */
#include <stdio.h>
#include <string.h>

#include <kit/fingerprint.h>

#include "identify_look.h"

#define PAGE_MAX 16384u /* so that the connection stays; the transcript has less of it */

/* The pages from PAGE_ASKS on are those that plugins ask for. */
enum { PAGE_FRONT, PAGE_NOBODY, PAGE_ASKS };

static const struct ask *ask_of(const struct identify_look *look, size_t page)
{
    static const struct ask front = {.target = "/", .send = ""};
    static const struct ask nobody = {.target = VMM_FINGERPRINT_NOBODY, .send = ""};
    return page == PAGE_FRONT    ? &front
           : page == PAGE_NOBODY ? &nobody
                                 : &look->plugin->asks.items[page - PAGE_ASKS];
}

/* ---- Which page is next ---- */

/* Inside TLS all is asked again only where there were no pages without. */
static bool is_of_stage(const struct identify_look *look, size_t page)
{
    bool elsewhere = ask_of(look, page)->port != 0;
    if (look->stage == STAGE_ELSEWHERE) {
        return elsewhere;
    }
    return !elsewhere && (page == PAGE_FRONT || look->stage == STAGE_PAGES || !look->has_pages);
}

/* A device that refuses its front page refuses that of nobody as well. */
static bool wants_page(const struct identify_look *look, size_t page)
{
    return is_of_stage(look, page) && (!look->no_pages || look->stage == STAGE_ELSEWHERE) &&
           (page != PAGE_NOBODY || !look->is_walled);
}

/* The first page from `page` on that is wanted; the count of all when there is none. */
static size_t next_page(const struct identify_look *look, size_t page)
{
    size_t count = PAGE_ASKS + look->plugin->asks.count;
    while (page < count && !wants_page(look, page)) {
        page++;
    }
    return page;
}

static bool is_page(const struct identify_look *look, size_t page)
{
    return page < PAGE_ASKS + look->plugin->asks.count;
}

/* Connections that pages leave to the stages that follow them. */
static uint32_t left_for_others(const struct identify_look *look)
{
    uint32_t left = look->stage == STAGE_PAGES && look->port == 0 ? 1 : 0;
    for (enum stage stage = STAGE_RTSP; stage <= STAGE_DVRIP && look->stage < STAGE_RTSP; stage++) {
        left += knock_is_wanted(look, stage) ? 1 : 0;
    }
    return left;
}

/* ---- What came ---- */

static void report(struct identify_look *look, const char *name, struct vmm_text value)
{
    if (value.size > 0) {
        vmm_observe_vendor(&look->to, name, value);
    }
}

/* The first front page that came is shown, and each certificate. */
static void report_front(struct identify_look *look, const struct vmm_http_answer *answer)
{
    struct vmm_text server = vmm_text_of("");
    struct vmm_text headers = vmm_text_bytes(answer->headers, answer->headers_size);
    report(look, "certificate", vmm_text_of(answer->tls_subject));
    if (look->stage == STAGE_SECURE && look->has_pages) {
        return;
    }
    (void)vmm_text_header(headers, "Server", &server);
    report(look, "server", server);
    report(look, "realm", vmm_fingerprint_realm(headers));
    report(look, "title", vmm_fingerprint_title(vmm_text_bytes(answer->body, answer->body_size)));
}

/* It refuses for load: it is left alone. */
static bool is_busy(const struct vmm_http_answer *answer)
{
    return answer->status == 429 || answer->status == 503;
}

/* What a server says to plain HTTP at a port where it speaks TLS. */
static bool is_refused_as_plain(const struct identify_look *look,
                                const struct vmm_http_answer *answer)
{
    return look->stage == STAGE_PAGES && look->page == PAGE_FRONT && look->port != 0 &&
           answer->status == 400 && answer->tls_subject == NULL;
}

static uint32_t port_of(const struct identify_look *look, const struct vmm_http_answer *answer)
{
    uint32_t own =
        answer->tls_subject != NULL || look->stage == STAGE_SECURE ? HTTPS_PORT : HTTP_PORT;
    uint32_t named = look->stage == STAGE_ELSEWHERE ? ask_of(look, look->page)->port : 0;
    return named != 0 ? named : look->port != 0 ? look->port : own;
}

static void note_stage(struct identify_look *look, const struct vmm_http_answer *answer)
{
    look->answered = true;
    if (look->stage == STAGE_PAGES) {
        look->has_pages = true;
        look->is_tls = answer->tls_subject != NULL;
    } else if (look->stage == STAGE_SECURE) {
        look->has_secure = true;
    }
    bool is_first = look->stage == STAGE_PAGES || (look->stage == STAGE_SECURE && !look->has_pages);
    if (is_first && look->page == PAGE_FRONT && answer->status == 401) {
        look->is_walled = true;
    }
}

/* Where the page was, if nobody has said that the device's pages are there. */
static void set_place(const struct identify_look *look, const struct vmm_http_answer *answer,
                      char place[32])
{
    if (look->stage == STAGE_SECURE && !look->has_pages) {
        snprintf(place, 32, "https:%u", (unsigned)port_of(look, answer));
    } else if (look->stage == STAGE_ELSEWHERE) {
        snprintf(place, 32, "http:%u", (unsigned)port_of(look, answer));
    }
}

static void take_page(struct identify_look *look, const struct vmm_http_answer *answer)
{
    char place[32] = "";
    set_place(look, answer, place);
    if (look->page == PAGE_FRONT) {
        report_front(look, answer);
    }
    look_tell(look, &(struct vmm_answer){.way = VMM_WAY_HTTP,
                                         .port = port_of(look, answer),
                                         .tls = answer->tls_subject != NULL,
                                         .status = answer->status,
                                         .target = ask_of(look, look->page)->target,
                                         .headers = answer->headers,
                                         .headers_size = answer->headers_size,
                                         .body = (const char *)answer->body,
                                         .body_size = answer->body_size,
                                         .certificate = answer->tls_subject,
                                         .place = place});
    if (is_refused_as_plain(look, answer)) {
        look->no_pages = true;
        look->may_be_tls = true;
    } else {
        note_stage(look, answer);
    }
}

/* No answer to one page: the stage has no further one. Of the first one it is told why, if nothing else comes. */
static void miss_page(struct identify_look *look, const struct vmm_http_answer *answer)
{
    look->no_pages = true;
    if (look->stage == STAGE_PAGES && look->page == PAGE_FRONT) {
        look->outcome = answer->outcome;
        look->rung = answer->rung;
        look->reason = answer->reason;
        snprintf(look->detail, sizeof(look->detail), "%s",
                 answer->detail != NULL ? answer->detail : "");
    }
}

/* Whether the next page needs another connection: the answer says so, or this one needed one too. */
static void count_connections(struct identify_look *look, const struct vmm_http_answer *answer)
{
    struct vmm_text headers = vmm_text_bytes(answer->headers, answer->headers_size);
    struct vmm_text value;
    bool says =
        vmm_text_header(headers, "Connection", &value) == 0 && vmm_text_same(value, "close");
    bool opened = answer->connections > look->connections;
    look->closes =
        says || answer->outcome != VMM_OUTCOME_OK || (opened && look->page != PAGE_FRONT);
    look->connections = answer->connections;
}

static void on_page(void *arg, const struct vmm_http_answer *answer)
{
    struct identify_look *look = arg;
    look->is_asking = false;
    if (look->is_cancelled || answer->outcome == VMM_OUTCOME_CANCELLED) {
        look_end(look, VMM_OUTCOME_CANCELLED, VMM_RUNG_NONE, 0, NULL);
        return;
    }
    count_connections(look, answer);
    if (answer->outcome == VMM_OUTCOME_OK || answer->rung > VMM_RUNG_CONNECT) {
        look_add_port(look, port_of(look, answer));
    }
    if (answer->outcome == VMM_OUTCOME_OK && is_busy(answer)) {
        look_end(look, VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, 0, "the device refuses for load");
        return;
    }
    if (answer->outcome != VMM_OUTCOME_OK) {
        miss_page(look, answer);
    } else {
        take_page(look, answer);
    }
    look->page++;
    look_go_on(look);
}

/* ---- Asking ---- */

/* A connection is kept only for a page that follows over it: it would count beside the next one. */
static uint32_t flags_for(const struct identify_look *look, bool is_post)
{
    bool follows = look->stage != STAGE_ELSEWHERE && is_page(look, next_page(look, look->page + 1));
    bool is_last = look->stage == STAGE_SECURE && look->has_pages;
    return VMM_HTTP_NO_LOGIN | VMM_HTTP_ONCE | (is_post ? VMM_HTTP_SAFE : 0) |
           (look->stage == STAGE_SECURE ? VMM_HTTP_TLS : 0) |
           (follows && !is_last ? VMM_HTTP_MORE : 0);
}

static int ask_page(struct identify_look *look)
{
    const struct ask *ask = ask_of(look, look->page);
    bool is_post = ask->send[0] != '\0';
    struct vmm_http_request request = {
        .struct_size = sizeof(request),
        .flags = flags_for(look, is_post),
        .method = is_post ? "POST" : "GET",
        .target = ask->target,
        .headers = !is_post              ? NULL
                   : ask->send[0] == '<' ? VMM_FINGERPRINT_ONVIF_HEADERS
                                         : "Content-Type: application/json\r\n",
        .body = is_post ? ask->send : NULL,
        .body_size = is_post ? strlen(ask->send) : 0,
        .timeout_ms = STEP_MS,
        .connect_timeout_ms = CONNECT_MS,
        .max_bytes = PAGE_MAX,
        .port = ask->port,
    };
    look->is_asking = true;
    int rc = look->plugin->http->request(look->to.job, &request, on_page, look);
    look->is_asking = rc == 0;
    return rc;
}

/* Pages inside TLS are asked for unless the operator's are, and at a port that is set only if it has none without. */
static bool wants_stage(const struct identify_look *look)
{
    if (look->stage == STAGE_SECURE) {
        return !look->is_tls && !(look->port != 0 && look->has_pages);
    }
    return look->stage == STAGE_PAGES || look->port == 0;
}

bool pages_resume(struct identify_look *look)
{
    if (look->stage != STAGE_SECURE || !look->may_be_tls || look->has_secure) {
        return false;
    }
    look->may_be_tls = false;
    look->has_pages = true;
    look->answered = true;
    look->closes = true;
    look->stage = STAGE_PAGES;
    look->page = PAGE_NOBODY;
    return true;
}

int pages_start(struct identify_look *look)
{
    look->page = wants_stage(look) ? next_page(look, look->page) : SIZE_MAX;
    while (is_page(look, look->page)) {
        bool needs_one = look->page == PAGE_FRONT || look->stage == STAGE_ELSEWHERE || look->closes;
        if ((!needs_one || look_may_open(look, left_for_others(look))) && ask_page(look) == 0) {
            return 1;
        }
        look->page = next_page(look, look->page + 1); /* what the host does not allow is left out */
    }
    return 0;
}
