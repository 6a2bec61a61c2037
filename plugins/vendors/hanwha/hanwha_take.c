/* SPDX-License-Identifier: MIT */
/* What the answers of a look are taken for, with the readers. */
#include <string.h>

#include "hanwha_look.h"

static struct vmm_text body_of(const struct vmm_http_answer *answer)
{
    return vmm_text_bytes(answer->body, answer->body_size);
}

static void say_kind(uint32_t kind, const struct vmm_http_answer *answer, struct vmm_part *part)
{
    if (kind == HANWHA_NG) {
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0,
                     "NG: the device does not know this");
    } else if (kind == HANWHA_FOREIGN) {
        vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0,
                     answer->body_size == 0 ? "the answer is empty"
                                            : "the answer is none of a Hanwha device");
    }
}

/* NG may come with any status; the text goes before the number. */
static bool judge_status(const struct vmm_http_answer *answer, struct vmm_part *part)
{
    bool good = vmm_part_status(part, answer);
    if (!good && answer->status != 401 && hanwha_error_of(body_of(answer)) == HANWHA_NG) {
        say_kind(HANWHA_NG, answer, part);
    }
    return good;
}

/* A recorder's streams are at 558, a camera's at 554; both are told, not tried. */
static void report_paths(const struct hanwha_device *device, const struct vmm_observer *to)
{
    vmm_observe_vendor(to, "rtsp_port", vmm_text_of(device->is_recorder ? "558" : "554"));
    vmm_observe_text(
        to, VMM_FACT_STREAM_PATH, 1,
        vmm_text_of(device->is_recorder ? "/LiveChannel/0/media.smp" : "/profile2/media.smp"));
    vmm_observe_text(to, VMM_FACT_SNAPSHOT_PATH, 1,
                     vmm_text_of("/stw-cgi/video.cgi?msubmenu=snapshot&action=view&Channel=0"));
}

READER(take_identity)
{
    struct hanwha_look *look = state;
    (void)row;
    if (!judge_status(answer, part)) {
        return;
    }
    uint32_t kind = hanwha_read_identity(body_of(answer), &look->device, to);
    look->was_read = kind == HANWHA_VALUES;
    if (look->was_read) {
        report_paths(&look->device, to);
    }
    say_kind(kind, answer, part);
}

READER(take_date)
{
    struct hanwha_look *look = state;
    (void)row;
    look->now_ms = answer->received_wall_us / 1000;
    if (judge_status(answer, part)) {
        say_kind(hanwha_read_date(answer, &look->device, to), answer, part);
    }
}

READER(take_events)
{
    struct hanwha_look *look = state;
    (void)row;
    if (judge_status(answer, part)) {
        uint32_t kind = hanwha_read_events(body_of(answer), &look->device, to);
        say_kind(kind, answer, part);
        part->rung = kind == HANWHA_VALUES ? VMM_RUNG_SIGNAL : part->rung;
    }
}

READER(take_register)
{
    struct hanwha_look *look = state;
    (void)row;
    if (judge_status(answer, part)) {
        say_kind(hanwha_read_register(body_of(answer), &look->device, to), answer, part);
    }
}

READER(take_sources)
{
    struct hanwha_look *look = state;
    (void)row;
    if (judge_status(answer, part)) {
        say_kind(hanwha_read_sources(body_of(answer), &look->device, to), answer, part);
    }
}

READER(take_storage)
{
    struct hanwha_look *look = state;
    (void)row;
    if (judge_status(answer, part)) {
        say_kind(hanwha_read_storage(body_of(answer), &look->device, look->expect_disk, to), answer,
                 part);
    }
}

READER(take_recording)
{
    (void)state;
    (void)row;
    if (judge_status(answer, part)) {
        say_kind(hanwha_read_recording(body_of(answer), to), answer, part);
    }
}

/* An answer about footage; one that the device does not know is not asked for again soon. */
static bool take_footage(struct hanwha_look *look, uint8_t what,
                         const struct vmm_http_answer *answer, struct vmm_part *part)
{
    look->now_ms = answer->received_wall_us / 1000;
    bool good = judge_status(answer, part);
    if (answer->status != 401 && hanwha_error_of(body_of(answer)) == HANWHA_NG) {
        look->refused |= what;
        vmm_part_set(part, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0, NULL);
        return false;
    }
    return good;
}

void tell_mode(const struct hanwha_look *look, uint32_t channel, const struct vmm_observer *to)
{
    const char *word = hanwha_mode_word(look->modes[channel]);
    if (word != NULL) {
        vmm_observe_text(to, VMM_FACT_RECORDING_MODE, channel + 1, vmm_text_of(word));
    }
}

READER(take_modes)
{
    struct hanwha_look *look = state;
    (void)row;
    (void)to;
    memset(look->modes, 0, sizeof(look->modes));
    if (take_footage(look, NO_MODES, answer, part)) {
        uint32_t kind = hanwha_read_modes(body_of(answer), look->modes);
        look->modes_read = kind == HANWHA_VALUES;
        say_kind(kind, answer, part);
    }
}

READER(take_schedule)
{
    struct hanwha_look *look = state;
    (void)row;
    (void)to;
    if (take_footage(look, NO_SCHEDULE, answer, part)) {
        say_kind(hanwha_read_schedule(body_of(answer), look->modes), answer, part);
    }
}

static int64_t age_of(const struct hanwha_look *look, const struct hanwha_footage *footage,
                      int64_t at_ms)
{
    const struct hanwha_device *device = &look->device;
    int64_t now = look->now_ms + (footage->is_utc ? device->utc_ms : device->local_ms);
    return at_ms < now ? (now - at_ms) / 1000 : 0;
}

static void tell_newest(const struct hanwha_look *look, const struct hanwha_footage *footage,
                        const struct vmm_observer *to)
{
    if (footage->has_end) {
        vmm_observe_int(to, VMM_FACT_RECORDING_NEWEST, look->proof + 1,
                        age_of(look, footage, footage->newest_ms));
    } else {
        vmm_observe_no_footage(to, look->proof + 1, HANWHA_PROOF_MS / 1000);
    }
}

READER(take_newest)
{
    struct hanwha_look *look = state;
    struct hanwha_footage footage;
    (void)row;
    if (!take_footage(look, NO_TIMELINE, answer, part)) {
        return;
    }
    uint32_t kind = hanwha_read_timeline(body_of(answer), look->proof, &footage);
    say_kind(kind, answer, part);
    look->proven = (uint8_t)(look->proof + 1);
    if (kind == HANWHA_VALUES) {
        tell_mode(look, look->proof, to);
        tell_newest(look, &footage, to);
    }
}

READER(take_month)
{
    struct hanwha_look *look = state;
    uint32_t days = 0;
    (void)row;
    (void)to;
    look->stepped = true;
    if (!take_footage(look, NO_CALENDAR, answer, part)) {
        look->walk.state = VMM_BACKWALK_DONE;
        return;
    }
    uint32_t kind = hanwha_read_calendar(body_of(answer), look->walk.channel - 1u, &days);
    say_kind(kind, answer, part);
    if (kind == HANWHA_VALUES) {
        vmm_backwalk_days(&look->walk, look_wall_ms(look), days);
    } else {
        look->walk.state = VMM_BACKWALK_DONE;
    }
}

READER(take_oldest)
{
    struct hanwha_look *look = state;
    struct hanwha_footage footage;
    (void)row;
    look->walk.state = VMM_BACKWALK_DONE;
    if (!take_footage(look, NO_TIMELINE, answer, part)) {
        return;
    }
    uint32_t kind = hanwha_read_timeline(body_of(answer), look->walk.channel - 1u, &footage);
    say_kind(kind, answer, part);
    if (kind == HANWHA_VALUES && footage.has_begin) {
        vmm_observe_int(to, VMM_FACT_RECORDING_OLDEST, look->walk.channel,
                        age_of(look, &footage, footage.oldest_ms));
    }
}
