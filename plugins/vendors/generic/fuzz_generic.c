/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "generic_carry.h"
#include "generic_dialogue.h"
#include "generic_read.h"

static int observe(struct vmm_job *job, const struct vmm_observation *o)
{
    (void)job;
    bool fault = o->standing == VMM_STANDING_FAULT;
    bool device = o->subject == VMM_SUBJECT_DEVICE;
    if (fault != (o->reason != 0) || device != (o->index == 0) || o->text_size > VMM_TEXT_MAX) {
        abort();
    }
    return 0;
}

static uint64_t ticking_us(void *arg)
{
    return (*(uint64_t *)arg)++;
}

/* What a device chose adds no line to the headers, no word in braces and no space to the path. */
static void check_row(const struct vmm_request_row *row, const struct generic_request *request)
{
    const char *const sent[] = {row->target, row->headers};
    const char *const meant[] = {request->path, request->headers};
    for (size_t i = 0; i < 2; i++) {
        size_t lines[2] = {0, 0};
        size_t braces[2] = {0, 0};
        for (const char *c = sent[i]; c != NULL && *c != '\0'; c++) {
            lines[0] += *c == '\n' || *c == '\r';
            braces[0] += *c == '{';
        }
        for (const char *c = meant[i]; c != NULL && *c != '\0'; c++) {
            lines[1] += *c == '\n' || *c == '\r';
            braces[1] += *c == '{';
        }
        if (lines[0] > lines[1] || braces[0] > braces[1] ||
            (i == 0 && strchr(sent[0], ' ') != NULL)) {
            abort();
        }
    }
}

/* The answer comes in two pieces; what is said never has a word in braces that a device chose filled in again. */
static void run_dialogue(const struct generic_request *request, struct generic_plan *plan,
                         const struct generic_carried *carried, struct vmm_text answer)
{
    uint64_t now = 0;
    struct generic_clock clock = {ticking_us, &now, 200, false};
    struct generic_dialogue dialogue;
    size_t half = answer.size / 2;
    generic_dialogue_init(&dialogue, request);
    for (int i = 0; i < 3; i++) {
        size_t size = 0;
        if (generic_dialogue_take(&dialogue, answer.data + (i == 1 ? half : 0),
                                  i == 2   ? 0
                                  : i == 1 ? answer.size - half
                                           : half) != 0) {
            break;
        }
        enum generic_next next = GENERIC_NEXT_WAIT;
        while ((next = generic_dialogue_next(&dialogue, i == 2, &clock)) == GENERIC_NEXT_SEND ||
               next == GENERIC_NEXT_SECURE) {
            if (next == GENERIC_NEXT_SECURE) {
                generic_dialogue_sent(&dialogue);
                continue;
            }
            char *text = generic_dialogue_text(&dialogue, carried, plan, &size);
            if (text == NULL || text[size] != '\0') {
                abort();
            }
            free(text);
            generic_dialogue_sent(&dialogue);
        }
        if (dialogue.at > dialogue.size || dialogue.step > request->step_count) {
            abort();
        }
    }
    generic_dialogue_finish(&dialogue);
}

static void run_plan(struct generic_plan *plan, struct vmm_text answer)
{
    static const struct vmm_probe_host probe = {.struct_size = sizeof(probe), .observe = observe};
    const struct vmm_observer to = {.probe = &probe};
    char headers[512];
    uint64_t now = 0;
    vmm_text_to_utf8(answer, headers, sizeof(headers));
    struct vmm_http_answer http = {.struct_size = sizeof(http),
                                   .status = 200,
                                   .headers = headers,
                                   .headers_size = strlen(headers),
                                   .body = (const uint8_t *)answer.data,
                                   .body_size = answer.size};
    struct generic_carried carried = {0};
    struct generic_memory memory;
    const struct generic_kept kept = {&carried, &memory};
    generic_memory_read(&memory, 0, (const uint8_t *)answer.data, answer.size);
    if (generic_carry_begin(&carried, plan, 1700000000000) != 0) {
        generic_carry_finish(&carried);
        return;
    }
    for (size_t i = 0; i < plan->request_count; i++) {
        struct vmm_part part = {0};
        if (plan->requests[i]->is_tcp) {
            run_dialogue(plan->requests[i], plan, &carried, answer);
            continue;
        }
        struct generic_clock clock = {ticking_us, &now, now + 200, false};
        generic_read(plan->requests[i], &http, &kept, &clock, &to, &part);
        if (part.outcome == VMM_OUTCOME_OK) {
            (void)generic_carry_fill(&carried, plan, i + 1);
        }
        check_row(&carried.rows[i + 1], plan->requests[i]);
    }
    generic_carry_finish(&carried);
    uint8_t note[VMM_NOTE_MAX];
    if (generic_memory_write(&memory, note) > sizeof(note)) {
        abort();
    }
}

/* The first line are options, the rest is what the device answers. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vmm_text answer = vmm_text_bytes(data, size);
    struct vmm_text line = vmm_text_of("");
    if (size > 8192) {
        return 0; /* the time of the matcher, not its bounds, would be tried */
    }
    vmm_text_line(&answer, &line);
    char *options = strndup(line.size > 0 ? line.data : "", line.size);
    struct generic_plan *plan = generic_plan_create(options, NULL, NULL);
    if (plan->error[0] == '\0') {
        run_plan(plan, answer);
    }
    generic_plan_destroy(plan);
    free(options);
    return 0;
}
