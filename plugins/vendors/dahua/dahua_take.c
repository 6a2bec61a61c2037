/* SPDX-License-Identifier: MIT */
/* What is answered to a look: judged, and handed to the parsers. */
#include <string.h>

#include "dahua_look.h"

static struct vmm_text body_of(const struct vmm_http_answer *answer)
{
    return vmm_text_bytes(answer->body, answer->body_size);
}

/* Judge the answer; a part that is not offered is left out of the following looks. */
static uint32_t judge(struct dahua_look *look, const struct vmm_request_row *row,
                      const struct vmm_http_answer *answer, struct vmm_part *part)
{
    uint32_t kind = dahua_judge(answer, part);
    look->now_ms = answer->received_wall_us / 1000;
    if (kind == DAHUA_NOT_OFFERED) {
        uint32_t bit = (uint32_t)(uintptr_t)row->arg;
        look->refused |= bit;
        look->found |= bit;
    }
    return kind;
}

static void say(bool was_read, struct vmm_part *part)
{
    if (!was_read) {
        vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0,
                     "the answer is not understood, so not judged");
    }
}

static bool read_one(struct dahua_look *look, uint32_t part, const struct vmm_http_answer *answer,
                     const struct vmm_observer *to)
{
    struct vmm_text body = body_of(answer);
    struct dahua_device *device = &look->device;
    switch (part) {
    case PART_TITLES:
        return dahua_read_titles(body, device, to);
    case PART_STATES:
        return dahua_read_states(body, device);
    case PART_LOSSES:
        return dahua_read_losses(body, device);
    case PART_DISKS:
        return dahua_read_disks(body, device, to);
    case PART_MODES:
        return dahua_read_modes(body, device, to);
    case PART_NO_DISK:
        return dahua_read_no_disk(body, to);
    case PART_VERSION:
        return dahua_read_version(body, to);
    case PART_NTP:
        return dahua_read_ntp(body, to);
    case PART_NAME:
        return dahua_read_name(body, to);
    case PART_VENDOR:
        return dahua_read_vendor(body, to);
    case PART_TYPE:
        return dahua_read_type(body, to);
    default:
        return dahua_read_time(answer, &look->zone, device, to);
    }
}

READER(take_part)
{
    struct dahua_look *look = state;
    uint32_t bit = (uint32_t)(uintptr_t)row->arg;
    uint32_t kind = judge(look, row, answer, part);
    look->asked_disks = look->asked_disks ||
                        (bit == PART_DISKS && (kind == DAHUA_ANSWERED || kind == DAHUA_NOTHING));
    if (kind == DAHUA_ANSWERED) {
        say(read_one(look, bit, answer, to), part);
    } else if (kind == DAHUA_NOTHING && bit == PART_LOSSES) {
        look->device.has_losses = true; /* that is how it says: none */
    }
}

READER(take_system)
{
    struct dahua_look *look = state;
    uint32_t kind = judge(look, row, answer, part);
    if (kind == DAHUA_NOT_OFFERED) {
        vmm_part_set(part, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0,
                     "the device does not know magicBox.cgi");
    } else if (kind == DAHUA_ANSWERED) {
        look->was_read = dahua_read_system(body_of(answer), &look->device, to);
        if (!look->was_read) {
            vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0,
                         answer->body_size == 0 ? "the answer is empty"
                                                : "the answer is no system information");
        }
    } else if (kind == DAHUA_NOTHING) {
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0, "Error");
    }
}

READER(take_plans)
{
    struct dahua_look *look = state;
    (void)to;
    if (judge(look, row, answer, part) != DAHUA_ANSWERED) {
        return;
    }
    bool known = dahua_read_plans(body_of(answer), dahua_next(look), &look->plans);
    say(known, part);
    if (known) {
        memcpy(look->modes, look->plans.modes, sizeof(look->modes));
    }
}

READER(take_object)
{
    struct dahua_look *look = state;
    (void)to;
    if (judge(look, row, answer, part) == DAHUA_ANSWERED) {
        dahua_read_cookie(vmm_text_bytes(answer->headers, answer->headers_size), look->cookie,
                          sizeof(look->cookie));
        say(dahua_read_object(body_of(answer), &look->object) == 0, part);
    }
}

/* Of the oldest footage nothing is told where none was found. */
static void report_oldest(struct dahua_look *look, int64_t oldest_ms, const struct vmm_observer *to)
{
    int64_t age = dahua_wall_ms(look) - oldest_ms;
    look->dated = (uint16_t)look->proof;
    if (oldest_ms != 0) {
        vmm_observe_int(to, VMM_FACT_RECORDING_OLDEST, look->proof, age < 0 ? 0 : age / 1000);
    }
}

/* The oldest files come first, so that the newest of a list that was cut proves fresh footage, and no missing one. */
static void report_newest(struct dahua_look *look, const struct dahua_files *files,
                          const struct vmm_observer *to)
{
    int64_t age_s = (dahua_wall_ms(look) - files->newest_ms) / 1000;
    look->proven = (uint16_t)look->proof;
    if (files->newest_ms == 0) {
        vmm_observe_no_footage(to, look->proof, PROOF_SPAN_MS / 1000);
    } else if (files->count < DAHUA_SPANS_MAX || age_s <= VMM_FOOTAGE_FRESH_S) {
        vmm_observe_int(to, VMM_FACT_RECORDING_NEWEST, look->proof, age_s < 0 ? 0 : age_s);
    }
}

static void report_found(struct dahua_look *look, const struct dahua_files *files,
                         const struct vmm_observer *to)
{
    if (look->find == FIND_OLDEST) {
        report_oldest(look, files->oldest_ms, to);
    } else {
        report_newest(look, files, to);
    }
}

/* 400 is how it says that nothing was found. */
READER(take_search)
{
    struct dahua_look *look = state;
    (void)row;
    look->now_ms = answer->received_wall_us / 1000;
    uint32_t kind = dahua_judge(answer, part);
    look->has_search = kind == DAHUA_ANSWERED;
    if (answer->status == 400 && !dahua_is_sure(look)) {
        look->proven = (uint16_t)look->proof;
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 400,
                     "a search is refused and none has found a file yet, so not judged");
    } else if (answer->status == 400 && look->is_day) {
        dahua_day_take(look, NULL, 0, to);
    } else if (answer->status == 400) {
        report_found(look, &(struct dahua_files){0}, to);
    }
}

static void take_day(struct dahua_look *look, const struct vmm_http_answer *answer,
                     const struct vmm_observer *to, struct vmm_part *part)
{
    struct vmm_span spans[DAHUA_SPANS_MAX];
    size_t count = 0;
    bool known = dahua_read_spans(body_of(answer), spans, &count);
    say(known, part);
    if (known) {
        look->has_found = look->has_found || count > 0;
        dahua_day_take(look, spans, count, to);
    }
}

READER(take_files)
{
    struct dahua_look *look = state;
    struct dahua_files files;
    (void)row;
    if (dahua_judge(answer, part) != DAHUA_ANSWERED) {
        return;
    }
    if (look->is_day) {
        take_day(look, answer, to, part);
        return;
    }
    bool known = dahua_read_files(body_of(answer), &files);
    say(known, part);
    if (known) {
        look->has_found = look->has_found || files.count > 0;
        report_found(look, &files, to);
    }
}

/* Close and destroy may answer Error: it is said that they do. */
READER(take_end)
{
    (void)state;
    (void)row;
    (void)to;
    if (answer->status == 401) {
        vmm_part_status(part, answer);
    }
}
