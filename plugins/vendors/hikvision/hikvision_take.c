/* SPDX-License-Identifier: MIT */
/* What is answered to a look: judged, and handed to the readers. */
#include "hikvision_look.h"

#include <string.h>

/* Judge the answer. True when there is a body to read. The part that is not offered is left out of
 * the following looks. */
static bool take(struct hikvision_look *look, const struct vmm_request_row *row,
                 const struct vmm_http_answer *answer, struct vmm_part *part)
{
    uint32_t bit = (uint32_t)(uintptr_t)row->arg;
    look->now_ms = answer->received_wall_us / 1000;
    look->note.today = (uint16_t)(look->now_ms / DAY_MS);
    uint32_t kind = hikvision_judge(answer, part);
    if (kind == HIKVISION_NOT_OFFERED) {
        look->note.refused |= bit;
        look->found |= bit;
    }
    return kind == HIKVISION_ANSWERED;
}

/* An optional part that is not understood is not judged. */
static void say(struct hikvision_look *look, uint32_t read, struct vmm_part *part)
{
    if (read == HIKVISION_FOREIGN) {
        look->foreign = true;
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0,
                     "the answer is not understood, so not judged");
    }
}

static struct vmm_text body_of(const struct vmm_http_answer *answer)
{
    return vmm_text_bytes(answer->body, answer->body_size);
}

READER(take_check)
{
    if (take(state, row, answer, part)) {
        hikvision_read_lock(body_of(answer), to, part);
    }
}

READER(take_identity)
{
    struct hikvision_look *look = state;
    look->now_ms = answer->received_wall_us / 1000;
    uint32_t kind = hikvision_judge(answer, part);
    if (kind == HIKVISION_NOT_OFFERED && row->wanted == NULL && answer->status == 404) {
        look->try_old = true;
        look->note.old_paths = !look->note.old_paths;
    } else if (kind == HIKVISION_NOT_OFFERED) {
        vmm_part_set(part, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0, "the device has no ISAPI");
    } else if (kind == HIKVISION_ANSWERED) {
        look->was_read =
            hikvision_read_identity(body_of(answer), &look->device, to) == HIKVISION_READ;
        if (!look->was_read) {
            vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0,
                         answer->body_size == 0 ? "the answer is empty"
                                                : "the answer is no device information");
        }
    }
}

READER(take_time)
{
    struct hikvision_look *look = state;
    if (take(look, row, answer, part)) {
        say(look, hikvision_read_time(answer, &look->device, to), part);
    }
}

READER(take_inputs)
{
    struct hikvision_look *look = state;
    if (take(look, row, answer, part)) {
        say(look, hikvision_read_inputs(body_of(answer), &look->device, to), part);
    }
}

READER(take_proxies)
{
    struct hikvision_look *look = state;
    if (take(look, row, answer, part)) {
        say(look, hikvision_read_proxies(body_of(answer), &look->device, to), part);
    }
}

READER(take_names)
{
    struct hikvision_look *look = state;
    if (take(look, row, answer, part)) {
        say(look, hikvision_read_names(body_of(answer), &look->device, to), part);
    }
}

READER(take_storage)
{
    struct hikvision_look *look = state;
    if (take(look, row, answer, part)) {
        say(look, hikvision_read_storage(body_of(answer), look->expect_card, &look->device, to),
            part);
    }
}

/* The last of what every Hikvision offers some of. Nothing but an identity is a look-alike. */
READER(take_disks)
{
    struct hikvision_look *look = state;
    take_storage(state, row, answer, to, part);
    if (look->was_read && (look->note.refused & PART_IDENTITY) == PART_IDENTITY) {
        vmm_observe_text(to, VMM_FACT_FINDING, 0,
                         vmm_text_of("the device tells its identity as Hikvision does and knows "
                                     "nothing else of ISAPI: a look-alike, try onvif"));
        vmm_part_set(part, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0,
                     "nothing but the identity is answered");
    }
}

READER(take_work)
{
    struct hikvision_look *look = state;
    if (take(look, row, answer, part)) {
        say(look, hikvision_read_work(body_of(answer), &look->device, to), part);
    }
}

static int64_t age_of(const struct hikvision_look *look, int64_t at_ms)
{
    int64_t age = (look_wall_ms(look) - at_ms) / 1000;
    return age < 0 ? 0 : age;
}

static void report_mode(struct hikvision_look *look, const struct vmm_observer *to)
{
    const char *mode = plan_mode_of(&look->note, look->proof->id);
    if (mode != NULL && look->planned == NULL) {
        look->told = look->proof->id;
        vmm_observe_text(to, VMM_FACT_RECORDING_MODE, hikvision_index(look->proof),
                         vmm_text_of(mode));
    }
}

static void report_newest(struct hikvision_look *look, int64_t newest_ms,
                          const struct vmm_observer *to)
{
    int64_t age_s = age_of(look, newest_ms);
    plan_proven(&look->note, look->proof->id, age_s);
    vmm_observe_int(to, VMM_FACT_RECORDING_NEWEST, hikvision_index(look->proof), age_s);
    report_mode(look, to);
}

/* There is none since then. */
static void report_none(struct hikvision_look *look, int64_t since_ms,
                        const struct vmm_observer *to)
{
    int64_t age_s = age_of(look, since_ms);
    plan_proven(&look->note, look->proof->id, age_s);
    vmm_observe_no_footage(to, hikvision_index(look->proof), age_s);
    report_mode(look, to);
}

/* The oldest come first, so that the newest of a list that was cut proves fresh footage, and no missing one. */
static void report_found(struct hikvision_look *look, const struct hikvision_footage *footage,
                         const struct vmm_observer *to)
{
    if (!footage->more || age_of(look, footage->newest_ms) <= VMM_FOOTAGE_FRESH_S) {
        report_newest(look, footage->newest_ms, to);
    }
}

READER(take_proof)
{
    struct hikvision_look *look = state;
    struct hikvision_footage footage = {0};
    if (!take(look, row, answer, part)) {
        return;
    }
    uint32_t kind = hikvision_read_search(body_of(answer), &footage);
    say(look, kind, part);
    if (kind != HIKVISION_READ) {
        return;
    }
    look->is_empty = footage.matches == 0;
    if (!look->is_empty) {
        report_found(look, &footage, to);
    } else if (!look_offers(look, PART_DAYS)) {
        report_none(look, look_wall_ms(look) - PROOF_SPAN_MS, to);
    }
}

/* Whether any footage of a day proves enough: of recording on motion, which never is called missing. */
static bool is_by_chance(const struct hikvision_look *look)
{
    const char *mode = plan_mode_of(&look->note, look->proof->id);
    return mode != NULL && (strcmp(mode, "motion") == 0 || strcmp(mode, "event") == 0);
}

/* The newest day with footage: none is younger than its end, and some is as young as its beginning. */
READER(take_proof_days)
{
    struct hikvision_look *look = state;
    struct vmm_backwalk now = {0};
    uint32_t days = 0;
    int32_t year = 0;
    int32_t month = 0;
    int64_t since = look_wall_ms(look) - PROOF_SPAN_MS;
    bool known = false;
    vmm_backwalk_month(&now, look_wall_ms(look), &year, &month);
    if (take(look, row, answer, part)) {
        uint32_t kind = hikvision_read_days(body_of(answer), &days);
        say(look, kind, part);
        known = kind == HIKVISION_READ;
    }
    int32_t last = days == 0 ? 0 : 31 - __builtin_clz(days);
    int64_t end = vmm_datetime_days(year, month, 1) * DAY_MS + last * DAY_MS;
    bool is_past = last > 0 && end - DAY_MS <= look_wall_ms(look);
    if (known && is_past && is_by_chance(look)) {
        report_newest(look, end - DAY_MS, to);
    } else {
        report_none(look, known && end < since ? end : since, to);
    }
}

READER(take_ntp)
{
    struct hikvision_look *look = state;
    if (take(look, row, answer, part)) {
        say(look, hikvision_read_ntp(body_of(answer), to), part);
    }
}

READER(take_status)
{
    struct hikvision_look *look = state;
    if (take(look, row, answer, part)) {
        say(look, hikvision_read_status(body_of(answer), to), part);
    }
}

READER(take_track)
{
    struct hikvision_look *look = state;
    struct vmm_weekplan plan;
    if (!take(look, row, answer, part)) {
        return;
    }
    uint32_t kind = hikvision_read_track(body_of(answer), &plan);
    say(look, kind, part);
    if (kind == HIKVISION_READ) {
        plan_mode(&look->note, look->planned->id, vmm_weekplan_mode(&plan));
        vmm_weekplan_observe(&plan, hikvision_index(look->planned), look_wall_ms(look), to);
    }
}

READER(take_month)
{
    struct hikvision_look *look = state;
    uint32_t days = 0;
    (void)to;
    look->stepped = true;
    if (!take(look, row, answer, part)) {
        return;
    }
    uint32_t kind = hikvision_read_days(body_of(answer), &days);
    say(look, kind, part);
    if (kind == HIKVISION_READ) {
        vmm_backwalk_days(&look->note.walk, look_wall_ms(look), days);
    } else {
        look->note.walk.state = VMM_BACKWALK_DONE;
    }
}

READER(take_day)
{
    struct hikvision_look *look = state;
    struct hikvision_footage footage = {0};
    look->note.walk.state = VMM_BACKWALK_DONE;
    if (!take(look, row, answer, part)) {
        return;
    }
    uint32_t kind = hikvision_read_search(body_of(answer), &footage);
    say(look, kind, part);
    const struct hikvision_channel *channel =
        hikvision_channel_of(&look->device, look->note.walk.channel);
    if (kind == HIKVISION_READ && footage.matches > 0 && channel != NULL) {
        vmm_observe_int(to, VMM_FACT_RECORDING_OLDEST, hikvision_index(channel),
                        age_of(look, footage.oldest_ms));
    }
}

/* Only of channels that are recorded all the time: where footage was due, it is missing. */
static void report_gap(struct hikvision_look *look, const struct vmm_observer *to)
{
    const struct hikvision_channel *channel = look->scanned;
    vmm_observe_int(to, VMM_FACT_RECORDING_GAP, hikvision_index(channel),
                    look->note.scan.missing_s);
    if (look->told != channel->id) {
        vmm_observe_text(to, VMM_FACT_RECORDING_MODE, hikvision_index(channel),
                         vmm_text_of(plan_mode_of(&look->note, channel->id)));
    }
}

READER(take_gap)
{
    struct hikvision_look *look = state;
    struct hikvision_footage footage;
    uint32_t came = VMM_DAYSCAN_STUCK;
    if (take(look, row, answer, part)) {
        uint32_t kind = hikvision_read_search(body_of(answer), &footage);
        say(look, kind, part);
        size_t count =
            footage.matches < HIKVISION_SPANS_MAX ? footage.matches : HIKVISION_SPANS_MAX;
        came = kind == HIKVISION_READ && look->note.scan.channel != 0
                   ? vmm_dayscan_page(&look->note.scan, footage.spans, count, footage.more)
                   : VMM_DAYSCAN_STUCK;
    }
    if (came == VMM_DAYSCAN_DONE) {
        report_gap(look, to);
    }
    if (came != VMM_DAYSCAN_GOES_ON) {
        plan_scanned(&look->note, &look->device, look->scanned, look_wall_ms(look));
    }
}
