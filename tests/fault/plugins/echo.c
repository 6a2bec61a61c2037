/* SPDX-License-Identifier: MIT */
/*
 * A good probe for tests. Its option "do" holds requests "METHOD TARGET FLAGS" joined by '|', made
 * one after another; each answer becomes a fact "vendor" with what came. The outcome is the last
 * answer's. Its option "tls" is what each request wants of the encrypted channel: "VERSION NAME CA CERT KEY", "-" for
 * none. Its option "proxy" is that of each request whose target has no "direct" in it. After a target with "version" in it
 * two more facts tell version, connection and status line of the answer; after one with
 * "transcript" the answer goes to the transcript, and a fact tells what became of it.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <vmm/http.h>
#include <vmm/identify.h>

#include "fault.h"

struct look {
    struct vmm_job *job;
    const struct vmm_http_host *http;
    const char *rest; /* of the requests; borrowed until finish() */
    bool tells_version;
    bool tells_transcript;
    bool has_tls;
    uint32_t tls_min;
    char tls[4][128]; /* name, ca, cert, key */
    char proxy[128];  /* "" for none */
};

static void next(struct look *look, uint32_t outcome, uint32_t rung, uint32_t reason,
                 const char *detail);

static void tell(struct vmm_job *job, const char *text)
{
    struct vmm_observation seen = {.struct_size = sizeof(seen),
                                   .subject = VMM_SUBJECT_DEVICE,
                                   .fact = VMM_FACT_VENDOR,
                                   .standing = VMM_STANDING_NOT_JUDGED,
                                   .type = VMM_TYPE_TEXT,
                                   .text = text,
                                   .text_size = strlen(text)};
    fault_probe->observe(job, &seen);
}

static void tell_transcript(struct vmm_job *job, const struct vmm_http_answer *answer)
{
    const struct vmm_transcript_host *transcript =
        fault_host->extension(fault_host->context, VMM_TRANSCRIPT_HOST);
    struct vmm_answer seen = {.struct_size = sizeof(seen),
                              .way = VMM_WAY_HTTP,
                              .status = answer->status,
                              .target = "/transcript",
                              .body = (const char *)answer->body,
                              .body_size = answer->body_size};
    char line[64];
    snprintf(line, sizeof(line), "transcript=%d", transcript->answer(job, &seen));
    tell(job, line);
}

static void answered(void *arg, const struct vmm_http_answer *answer)
{
    struct look *look = arg;
    char line[256];
    snprintf(line, sizeof(line), "status=%u outcome=%u flags=%u size=%zu body=%.60s",
             answer->status, answer->outcome, answer->flags, answer->body_size,
             (const char *)answer->body);
    tell(look->job, line);
    if (look->tells_version) {
        snprintf(line, sizeof(line), "version=%u connected=%d", answer->version,
                 answer->connect_us > 0);
        tell(look->job, line);
        snprintf(line, sizeof(line), "line=%s",
                 answer->status_line != NULL ? answer->status_line : "(none)");
        tell(look->job, line);
    }
    if (look->tells_transcript) {
        tell_transcript(look->job, answer);
    }
    if (answer->tls_until_s != 0) {
        snprintf(line, sizeof(line), "tls_minutes=%lld",
                 (long long)(answer->tls_until_s - answer->received_wall_us / 1000000 + 30) / 60);
        tell(look->job, line);
        snprintf(line, sizeof(line), "tls_subject=%.100s", answer->tls_subject);
        tell(look->job, line);
    }
    if (answer->outcome == VMM_OUTCOME_CANCELLED) {
        look->rest = "";
    }
    next(look, answer->outcome, answer->rung, answer->reason, answer->detail);
}

static void end(struct look *look, uint32_t outcome, uint32_t rung, uint32_t reason,
                const char *detail)
{
    struct vmm_job *job = look->job;
    free(look);
    fault_probe->note(job, "echo", 4);
    fault_probe->finish(job, outcome, rung, reason, detail);
}

static const char *word_or_null(const char *word)
{
    return strcmp(word, "-") == 0 ? NULL : word;
}

static struct vmm_http_tls wanted_tls(const struct look *look)
{
    return (struct vmm_http_tls){.struct_size = sizeof(struct vmm_http_tls),
                                 .min_version = look->tls_min,
                                 .server_name = word_or_null(look->tls[0]),
                                 .ca_file = word_or_null(look->tls[1]),
                                 .cert_file = word_or_null(look->tls[2]),
                                 .key_file = word_or_null(look->tls[3])};
}

static void next(struct look *look, uint32_t outcome, uint32_t rung, uint32_t reason,
                 const char *detail)
{
    char method[8];
    char target[1024];
    unsigned flags = 0;
    int used = 0;
    if (sscanf(look->rest, "%7s %1023[^ |\"] %u%n", method, target, &flags, &used) != 3) {
        end(look, outcome, rung, reason, detail);
        return;
    }
    look->rest += used;
    look->rest += *look->rest == '|' ? 1 : 0;
    struct vmm_http_request request = {
        .struct_size = sizeof(request), .flags = flags, .method = method, .target = target};
    static const char body[] = "user={user}&pass={pass}";
    if (strcmp(method, "POST") == 0) {
        request.headers = strstr(target, "json") != NULL ? "content-type: application/json\r\n"
                          : strstr(target, "form") != NULL
                              ? "Content-Type: application/x-www-form-urlencoded\r\n"
                              : NULL;
        request.body = body;
        request.body_size = sizeof(body) - 1;
    }
    struct vmm_http_tls tls = wanted_tls(look);
    request.tls = look->has_tls ? &tls : NULL;
    bool is_direct = look->proxy[0] == '\0' || strstr(target, "direct") != NULL;
    request.proxy = is_direct ? NULL : look->proxy;
    look->tells_version = strstr(target, "version") != NULL;
    look->tells_transcript = strstr(target, "transcript") != NULL;
    request.max_bytes = strstr(target, "small") != NULL ? 16 : 0;
    request.timeout_ms = strstr(target, "brief") != NULL ? 300 : 0;
    int rc = look->http->request(look->job, &request, answered, look);
    if (rc != 0) {
        char line[64];
        snprintf(line, sizeof(line), "request=%d", rc);
        tell(look->job, line);
        end(look, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, VMM_REASON_INTERNAL,
            "the request was refused");
    }
}

static int probe(void *self, struct vmm_job *job, const struct vmm_look *given)
{
    (void)self;
    const char *list = strstr(given->options, "\"do\":\"");
    struct look *look = list != NULL ? calloc(1, sizeof(*look)) : NULL;
    if (look == NULL) {
        return VMM_E_INVAL;
    }
    look->job = job;
    look->http = fault_host->extension(fault_host->context, VMM_HTTP_HOST);
    look->rest = list + strlen("\"do\":\"");
    const char *tls = strstr(given->options, "\"tls\":\"");
    look->has_tls =
        tls != NULL && sscanf(tls, "\"tls\":\"%u %127s %127s %127s %127[^ \"]", &look->tls_min,
                              look->tls[0], look->tls[1], look->tls[2], look->tls[3]) == 5;
    const char *proxy = strstr(given->options, "\"proxy\":\"");
    if (proxy != NULL) {
        (void)sscanf(proxy, "\"proxy\":\"%127[^\"]", look->proxy);
    }
    next(look, VMM_OUTCOME_OK, VMM_RUNG_NONE, VMM_REASON_NONE, NULL);
    return 0;
}

/* The host stops the request under way; its callback ends the look. */
static void cancel(void *self, struct vmm_job *job)
{
    (void)self;
    (void)job;
}

static const struct vmm_probe_ops ops = {.struct_size = sizeof(ops),
                                         .open = fault_open,
                                         .close = fault_close,
                                         .probe = probe,
                                         .cancel = cancel};
FAULT_DESCRIPTOR("echo", ops, .traits = VMM_TRAIT_WORKERS);
FAULT_ENTRY
