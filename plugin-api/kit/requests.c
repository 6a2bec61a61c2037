/* SPDX-License-Identifier: MIT */
#include "kit/requests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct requests {
    const struct vmm_requests_table *table;
    void *plugin;
    const struct vmm_probe_host *probe;
    const struct vmm_http_host *http;
    struct vmm_turn *looks; /* those under way */
};

/* One look under way. Between two calls into this file exactly one request of it is open. */
struct vmm_turn {
    struct requests *owner;
    struct vmm_turn *next;
    struct vmm_turn **link; /* what points here */
    struct vmm_observer to;
    struct vmm_request_list list;
    uint32_t scope;
    size_t row;        /* the one that is asked */
    uint32_t asked;    /* requests so far */
    uint32_t answered; /* rows that gave something */
    uint32_t forbidden;
    bool required_met; /* a required row was answered */
    bool cancelled;
    bool key_told;
    struct vmm_part sum; /* the parts so far, added up */
    _Alignas(max_align_t) unsigned char state[];
};

static void look_next(struct vmm_turn *look);

/* ---- Judging, all pure ---- */

void vmm_part_set(struct vmm_part *part, uint32_t outcome, uint32_t rung, uint32_t reason,
                  const char *detail)
{
    part->outcome = outcome;
    part->rung = rung;
    part->reason = reason;
    snprintf(part->detail, sizeof(part->detail), "%s", detail == NULL ? "" : detail);
}

bool vmm_part_status(struct vmm_part *part, const struct vmm_http_answer *answer)
{
    uint32_t status = answer->status;
    if (status >= 200 && status <= 299) {
        return true;
    }
    char detail[32];
    snprintf(detail, sizeof(detail), "status %u", status);
    if (status == 401) {
        vmm_part_set(part, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0, detail);
    } else if (status == 403) {
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_AUTHENTICATE, 0, detail);
    } else if (status == 429 || status == 503) {
        vmm_part_set(part, VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, 0, detail);
    } else if (status >= 500 && status != 501) {
        vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_ANSWER, VMM_REASON_ERROR_STATUS, detail);
    } else {
        vmm_part_set(part, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0, detail);
    }
    return false;
}

/* What an answer says by itself. True when there is something for read() to look at. */
static bool judge_answer(const struct vmm_request_row *row, const struct vmm_http_answer *answer,
                         struct vmm_part *part)
{
    bool late = answer->outcome == VMM_OUTCOME_TIMEOUT && answer->rung >= VMM_RUNG_ANSWER;
    if (late && (row->flags & VMM_ROW_ANY_END) != 0) {
        return true;
    }
    if (answer->outcome != VMM_OUTCOME_OK) {
        vmm_part_set(part, answer->outcome, answer->rung, answer->reason, answer->detail);
        return false;
    }
    if ((row->flags & VMM_ROW_ALIVE) != 0) {
        vmm_part_set(part, VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0, NULL);
        return false;
    }
    if ((row->flags & VMM_ROW_ANY_STATUS) != 0) {
        return true;
    }
    return vmm_part_status(part, answer);
}

/* Whether the device should be left alone after this. */
static bool ends_all(uint32_t outcome)
{
    return outcome == VMM_OUTCOME_UNREACHABLE || outcome == VMM_OUTCOME_TIMEOUT ||
           outcome == VMM_OUTCOME_LIMIT || outcome == VMM_OUTCOME_AUTH ||
           outcome == VMM_OUTCOME_CANCELLED || outcome == VMM_OUTCOME_INTERNAL;
}

/* Whether the look as a whole ends with the outcome of this part. */
static bool is_fatal(const struct vmm_turn *look, const struct vmm_request_row *row,
                     uint32_t outcome)
{
    if (outcome == VMM_OUTCOME_AUTH || outcome == VMM_OUTCOME_CANCELLED ||
        outcome == VMM_OUTCOME_INTERNAL) {
        return true;
    }
    if ((row->flags & VMM_ROW_OPTIONAL) == 0) {
        return outcome != VMM_OUTCOME_OK && outcome != VMM_OUTCOME_PARTIAL;
    }
    return ends_all(outcome) && !look->required_met;
}

/* The first part that was not answered well names the whole. */
static void take_part(struct vmm_part *sum, const struct vmm_request_row *row,
                      const struct vmm_part *part, uint32_t outcome)
{
    if (sum->outcome != VMM_OUTCOME_OK && outcome == VMM_OUTCOME_PARTIAL) {
        return;
    }
    sum->outcome = outcome;
    sum->rung = part->rung;
    sum->reason = outcome == VMM_OUTCOME_PARTIAL ? 0 : part->reason;
    const char *detail = part->detail[0] == '\0' ? "not answered" : part->detail;
    snprintf(sum->detail, sizeof(sum->detail), "%.40s: %.110s", row->name, detail);
}

/* Add a part to the whole. True when the look goes on. */
static bool add_part(struct vmm_turn *look, const struct vmm_request_row *row,
                     const struct vmm_part *part)
{
    struct vmm_part *sum = &look->sum;
    if (part->outcome == VMM_OUTCOME_OK) {
        uint32_t rung = part->rung == 0 ? VMM_RUNG_PARSE : part->rung;
        look->answered++;
        look->required_met = look->required_met || (row->flags & VMM_ROW_OPTIONAL) == 0;
        if (sum->outcome == VMM_OUTCOME_OK && rung > sum->rung) {
            sum->rung = rung;
        }
        return true;
    }
    if (is_fatal(look, row, part->outcome)) {
        take_part(sum, row, part, part->outcome);
        return false;
    }
    take_part(sum, row, part, VMM_OUTCOME_PARTIAL);
    return !ends_all(part->outcome);
}

/* ---- The course of a look ---- */

static void look_unlink(struct vmm_turn *look)
{
    *look->link = look->next;
    if (look->next != NULL) {
        look->next->link = look->link;
    }
}

static void look_finish(struct vmm_turn *look)
{
    struct requests *owner = look->owner;
    struct vmm_part *sum = &look->sum;
    if (look->cancelled) {
        vmm_part_set(sum, VMM_OUTCOME_CANCELLED, sum->rung, 0, NULL);
    } else if (sum->outcome == VMM_OUTCOME_PARTIAL && look->answered == 0 && look->forbidden > 0) {
        vmm_part_set(sum, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0,
                     "the account may read none of the parts asked for");
    }
    if (owner->table->end != NULL) {
        owner->table->end(owner->plugin, look->state, &look->to, sum);
    }
    look_unlink(look);
    owner->probe->finish(look->to.job, sum->outcome, sum->rung, sum->reason,
                         sum->detail[0] == '\0' ? NULL : sum->detail);
    free(look);
}

static void look_fail(struct vmm_turn *look, const char *what, int error)
{
    char detail[VMM_PART_DETAIL_MAX];
    snprintf(detail, sizeof(detail), "%.40s: %s (%d)", look->list.rows[look->row].name, what,
             error);
    vmm_part_set(&look->sum, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0, detail);
    look_finish(look);
}

static bool row_is_due(const struct vmm_turn *look, size_t place)
{
    const struct vmm_request_row *row = &look->list.rows[place];
    return (row->scopes & look->scope) != 0 && (row->wanted == NULL || row->wanted(look->state));
}

/* The first row from `place` on that is to be asked; the count of rows when there is none. */
static size_t row_from(const struct vmm_turn *look, size_t place)
{
    while (place < look->list.count && !row_is_due(look, place)) {
        place++;
    }
    return place;
}

/* The device's key is another one than at the last look: worth a word, no alarm. */
static void tell_key(struct vmm_turn *look, const struct vmm_http_answer *answer)
{
    if ((answer->flags & VMM_HTTP_KEY_CHANGED) != 0 && !look->key_told) {
        look->key_told = true;
        vmm_observe_text(&look->to, VMM_FACT_FINDING, 0,
                         vmm_text_of("the TLS key of the device is another one now"));
    }
}

/* The row that was due is done: the next one, itself again where it may `repeat`, or the end. */
static void look_take(struct vmm_turn *look, const struct vmm_part *part, bool repeat)
{
    const struct vmm_request_row *row = &look->list.rows[look->row];
    if (!add_part(look, row, part)) {
        look_finish(look);
        return;
    }
    look->row += repeat && (row->flags & VMM_ROW_REPEAT) != 0 ? 0 : 1;
    look_next(look);
}

static void on_answer(void *arg, const struct vmm_http_answer *answer)
{
    struct vmm_turn *look = arg;
    const struct vmm_request_row *row = &look->list.rows[look->row];
    if (look->cancelled || answer->outcome == VMM_OUTCOME_CANCELLED) {
        look->cancelled = true;
        look_finish(look);
        return;
    }
    struct vmm_part part = {0};
    tell_key(look, answer);
    bool is_read = judge_answer(row, answer, &part) && row->read != NULL;
    if (is_read) {
        row->read(look->state, row, answer, &look->to, &part);
    }
    if (part.outcome == VMM_OUTCOME_AUTH && look->owner->table->refused != NULL) {
        look->owner->table->refused(look->state, answer, &look->to, &part);
    }
    if (answer->status == 403 && part.outcome == VMM_OUTCOME_PARTIAL) {
        look->forbidden++;
    }
    look_take(look, &part, is_read); /* unread, the same would be asked again */
}

const struct vmm_observer *vmm_turn_observer(const struct vmm_turn *turn)
{
    return &turn->to;
}

void vmm_row_done(struct vmm_turn *turn, const struct vmm_part *part)
{
    turn->cancelled = turn->cancelled || part->outcome == VMM_OUTCOME_CANCELLED;
    if (turn->cancelled) {
        look_finish(turn);
    } else {
        look_take(turn, part, true);
    }
}

/* The texts of a request that a row makes for itself. */
struct built {
    char target[VMM_REQUEST_TARGET_MAX];
    char headers[VMM_REQUEST_LINES_MAX];
    char body[VMM_REQUEST_BODY_MAX];
};

static int build_texts(const struct vmm_request_row *row, void *state, struct built *built)
{
    int rc = row->build == NULL ? 0 : row->build(state, built->target, sizeof(built->target));
    if (rc == 0 && row->build_headers != NULL) {
        rc = row->build_headers(state, built->headers, sizeof(built->headers));
    }
    if (rc == 0 && row->build_body != NULL) {
        rc = row->build_body(state, built->body, sizeof(built->body));
    }
    return rc;
}

/* Whether what the row made of the device's answers would draw the login into the path or the header lines. */
static bool draws_login(const struct vmm_turn *look, const struct vmm_request_row *row,
                        const struct built *built)
{
    uint32_t flags = row->http_flags | look->list.http_flags;
    if ((flags & VMM_HTTP_TEMPLATE) == 0 || (row->flags & VMM_ROW_WORDS_BUILT) != 0) {
        return false;
    }
    return (row->build != NULL && strchr(built->target, '{') != NULL) ||
           (row->build_headers != NULL && strchr(built->headers, '{') != NULL);
}

static int look_send(struct vmm_turn *look, const struct vmm_request_row *row,
                     const struct built *built)
{
    bool more =
        (row->flags & VMM_ROW_REPEAT) != 0 || row_from(look, look->row + 1) < look->list.count;
    struct vmm_http_request request = {
        .struct_size = sizeof(request),
        .flags = row->http_flags | look->list.http_flags | (more ? VMM_HTTP_MORE : 0),
        .method = row->method == NULL ? "GET" : row->method,
        .target = row->build == NULL ? row->target : built->target,
        .headers = row->build_headers == NULL ? row->headers : built->headers,
        .body = row->build_body == NULL ? row->body : built->body,
        .body_size = row->build_body == NULL ? row->body_size : strlen(built->body),
        .timeout_ms = row->timeout_ms,
        .max_bytes = row->max_bytes,
        .connect_timeout_ms = row->connect_timeout_ms,
        .tls = look->list.tls,
        .proxy = look->list.proxy,
    };
    return look->owner->http->request(look->to.job, &request, on_answer, look);
}

/* Send the request of the row that is due. The look may be gone when this returns 0. */
static int look_ask(struct vmm_turn *look)
{
    const struct vmm_request_row *row = &look->list.rows[look->row];
    struct built built;
    look->asked++;
    if (row->start != NULL) {
        return row->start(look->state, row, look);
    }
    int rc = build_texts(row, look->state, &built);
    if (rc == 0) {
        rc = draws_login(look, row, &built) ? VMM_E_INVAL : look_send(look, row, &built);
    }
    if (row->build_headers != NULL || row->build_body != NULL) {
        explicit_bzero(&built, sizeof(built));
    }
    return rc;
}

/* A request that the password goes into was not let out: there is none, or no login may be made now. */
static bool say_no_login(struct vmm_turn *look, int rc)
{
    const struct vmm_request_row *row = &look->list.rows[look->row];
    uint32_t flags = row->http_flags | look->list.http_flags;
    if ((flags & VMM_HTTP_TEMPLATE) == 0 || (rc != VMM_E_AUTH && rc != VMM_E_DENIED)) {
        return false;
    }
    struct vmm_part part = {0};
    if (rc == VMM_E_AUTH) {
        vmm_part_set(&part, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_CREDENTIAL_MISSING,
                     "the device asks for a login and there is no credential");
    } else {
        vmm_part_set(&part, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0,
                     "the device asks for a login and none is allowed now");
    }
    (void)add_part(look, row, &part);
    look_finish(look);
    return true;
}

static void look_next(struct vmm_turn *look)
{
    look->row = row_from(look, look->row);
    if (look->row == look->list.count) {
        look_finish(look);
        return;
    }
    if (look->asked == VMM_REQUESTS_MAX) {
        look_fail(look, "too many requests in one look", VMM_E_TOOBIG);
        return;
    }
    int rc = look_ask(look);
    if (rc != 0 && !say_no_login(look, rc)) {
        look_fail(look, "the request could not be sent", rc);
    }
}

/* ---- The plugin's side ---- */

int vmm_requests_open(const struct vmm_host *host, const struct vmm_requests_table *table,
                      void **self)
{
    const struct vmm_probe_host *probe = host->extension(host->context, VMM_PROBE_HOST);
    const struct vmm_http_host *http = host->extension(host->context, VMM_HTTP_HOST);
    if (probe == NULL || http == NULL) {
        return VMM_E_NOTSUP;
    }
    struct requests *requests = calloc(1, sizeof(*requests));
    if (requests == NULL) {
        return VMM_E_NOMEM;
    }
    *requests =
        (struct requests){.table = table, .plugin = (void *)host, .probe = probe, .http = http};
    int rc = table->open == NULL ? 0 : table->open(host, &requests->plugin);
    if (rc != 0) {
        free(requests);
        return rc;
    }
    *self = requests;
    return 0;
}

void vmm_requests_close(void *self)
{
    struct requests *requests = self;
    if (requests->table->close != NULL) {
        requests->table->close(requests->plugin);
    }
    free(requests);
}

static void look_link(struct requests *requests, struct vmm_turn *look)
{
    look->next = requests->looks;
    look->link = &requests->looks;
    if (look->next != NULL) {
        look->next->link = &look->next;
    }
    requests->looks = look;
}

int vmm_requests_probe(void *self, struct vmm_job *job, const struct vmm_look *given)
{
    struct requests *requests = self;
    const struct vmm_requests_table *table = requests->table;
    struct vmm_turn *look = calloc(1, sizeof(*look) + table->state_size);
    if (look == NULL) {
        return VMM_E_NOMEM;
    }
    look->owner = requests;
    look->to = (struct vmm_observer){.probe = requests->probe, .job = job};
    look->scope = given->scope;
    look->list = table->list;
    int rc = table->begin == NULL
                 ? 0
                 : table->begin(requests->plugin, look->state, given, &look->list, &look->sum);
    if (rc != 0) {
        free(look);
        return rc;
    }
    look_link(requests, look);
    if (look->sum.outcome != VMM_OUTCOME_OK) {
        look_finish(look);
    } else {
        look_next(look);
    }
    return 0;
}

void vmm_requests_cancel(void *self, struct vmm_job *job)
{
    const struct requests *requests = self;
    for (struct vmm_turn *look = requests->looks; look != NULL; look = look->next) {
        if (look->to.job == job) {
            look->cancelled = true;
            return;
        }
    }
}
