/* SPDX-License-Identifier: MIT */
#include "hikvision_plan.h"

#include <string.h>

#define NOTE_KIND 1u
#define SCAN_AT   (44u + HIKVISION_MODES_MAX)

_Static_assert(NOTE_SIZE <= VMM_NOTE_MAX, "the host keeps it whole");

/* ---- The note ---- */

static uint16_t get16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)get16(at) | (uint32_t)get16(at + 2) << 16;
}

static void put16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, (uint16_t)value);
    put16(at + 2, (uint16_t)(value >> 16));
}

void note_read(struct note *note, const struct vmm_look *look)
{
    const uint8_t *at = look->note;
    uint32_t options = (uint32_t)look->options_hash;
    *note = (struct note){.options = options, .left = LOOKS_KEPT, .fresh = true};
    if (look->note_size != NOTE_SIZE || at[0] != NOTE_KIND || at[1] == 0 || at[1] > LOOKS_KEPT ||
        at[2] > 1 || get32(at + 4) != options) {
        return;
    }
    note->fresh = false;
    note->left = (uint8_t)(at[1] - 1u);
    note->old_paths = at[2] == 1;
    note->firmware = get32(at + 8);
    note->refused = note->left == 0 ? 0 : get32(at + 12);
    note->left = note->left == 0 ? LOOKS_KEPT : note->left;
    note->turn = get16(at + 16);
    note->proven = get16(at + 18);
    vmm_backwalk_read(&note->walk, at + 20);
    note->doubted = get16(at + 28);
    note->proofs = at[30];
    for (size_t i = 0; i < DOUBTS_MAX; i++) {
        const uint8_t *doubt = at + 32 + 3 * i;
        note->doubts[i] = (struct doubt){.channel = get16(doubt), .good = doubt[2]};
    }
    memcpy(note->modes, at + 44, sizeof(note->modes));
    note->scanned = get16(at + SCAN_AT);
    vmm_dayscan_read(&note->scan, at + SCAN_AT + 2);
}

void note_write(const struct note *note, uint8_t out[NOTE_SIZE])
{
    memset(out, 0, NOTE_SIZE);
    out[0] = NOTE_KIND;
    out[1] = note->left;
    out[2] = note->old_paths;
    put32(out + 4, note->options);
    put32(out + 8, note->firmware);
    put32(out + 12, note->refused);
    put16(out + 16, note->turn);
    put16(out + 18, note->proven);
    vmm_backwalk_write(&note->walk, out + 20);
    put16(out + 28, note->doubted);
    out[30] = note->proofs;
    for (size_t i = 0; i < DOUBTS_MAX; i++) {
        uint8_t *doubt = out + 32 + 3 * i;
        put16(doubt, note->doubts[i].channel);
        doubt[2] = note->doubts[i].good;
    }
    memcpy(out + 44, note->modes, sizeof(note->modes));
    put16(out + SCAN_AT, note->scanned);
    vmm_dayscan_write(&note->scan, out + SCAN_AT + 2);
}

/* ---- Turns ---- */

const struct hikvision_channel *plan_next(const struct hikvision_device *device, uint32_t after)
{
    const struct hikvision_channel *first = NULL;
    for (uint32_t i = 0; i < device->channel_count; i++) {
        const struct hikvision_channel *channel = &device->channels[i];
        if ((channel->flags & HIKVISION_CHANNEL_LIVE) == 0) {
            continue;
        }
        if (channel->id > after) {
            return channel;
        }
        first = first == NULL ? channel : first;
    }
    return first;
}

/* ---- Modes ---- */

static const char *const modes[MODE_COUNT] = {NULL,     "continuous", "schedule",
                                              "motion", "event",      "off"};

const struct hikvision_channel *plan_track(struct note *note, const struct hikvision_device *device)
{
    const struct hikvision_channel *channel = plan_next(device, note->proven);
    note->proven = channel == NULL ? 0 : channel->id;
    return channel;
}

static uint32_t count_live(const struct hikvision_device *device)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < device->channel_count; i++) {
        count += (device->channels[i].flags & HIKVISION_CHANNEL_LIVE) != 0;
    }
    return count;
}

/* Looks and channels go round side by side: a step that the number of channels is no multiple of meets them all. */
static bool is_turn_of_track(uint32_t turn, const struct hikvision_device *device)
{
    static const uint32_t steps[] = {5, 7, 11};
    uint32_t live = count_live(device);
    size_t at = 0;
    while (at < 2 && live % steps[at] == 0) {
        at++;
    }
    return turn % steps[at] == 3;
}

void plan_mode(struct note *note, uint32_t channel, const char *word)
{
    for (uint8_t mode = MODE_CONTINUOUS; mode < MODE_COUNT; mode++) {
        if (channel >= 1 && channel <= HIKVISION_MODES_MAX && strcmp(modes[mode], word) == 0) {
            note->modes[channel - 1] = mode;
        }
    }
}

const char *plan_mode_of(const struct note *note, uint32_t channel)
{
    bool is_kept = channel >= 1 && channel <= HIKVISION_MODES_MAX;
    uint8_t mode = is_kept ? note->modes[channel - 1] : MODE_UNKNOWN;
    return mode < MODE_COUNT ? modes[mode] : NULL;
}

/* ---- Proof ---- */

static struct doubt *doubt_of(struct note *note, uint32_t channel)
{
    for (size_t i = 0; i < DOUBTS_MAX; i++) {
        if (note->doubts[i].channel == channel) {
            return &note->doubts[i];
        }
    }
    return NULL;
}

static bool is_doubtful(struct note *note, const struct hikvision_channel *channel)
{
    return (channel->flags & HIKVISION_CHANNEL_LIVE) != 0 &&
           ((channel->flags & HIKVISION_CHANNEL_IDLE) != 0 || doubt_of(note, channel->id) != NULL);
}

/* The doubtful channel behind the one that was searched last; NULL when none is. */
static const struct hikvision_channel *next_doubtful(struct note *note,
                                                     const struct hikvision_device *device)
{
    const struct hikvision_channel *first = NULL;
    for (uint32_t i = 0; i < device->channel_count; i++) {
        const struct hikvision_channel *channel = &device->channels[i];
        if (!is_doubtful(note, channel)) {
            continue;
        }
        if (channel->id > note->doubted) {
            return channel;
        }
        first = first == NULL ? channel : first;
    }
    return first;
}

const struct hikvision_channel *plan_proof(struct note *note, const struct hikvision_device *device)
{
    note->proofs++;
    const struct hikvision_channel *channel =
        note->proofs % 2u == 0 ? next_doubtful(note, device) : NULL;
    if (channel != NULL) {
        note->doubted = channel->id;
        return channel;
    }
    channel = plan_next(device, note->proven);
    note->proven = channel == NULL ? 0 : channel->id;
    return channel;
}

void plan_proven(struct note *note, uint32_t channel, int64_t age_s)
{
    struct doubt *doubt = doubt_of(note, channel);
    if (age_s <= VMM_FOOTAGE_FRESH_S) {
        if (doubt != NULL && ++doubt->good >= DOUBT_GOOD) {
            *doubt = (struct doubt){0};
        }
        return;
    }
    doubt = doubt == NULL ? doubt_of(note, 0) : doubt;
    if (doubt != NULL) {
        *doubt = (struct doubt){.channel = (uint16_t)channel};
    }
}

static bool is_live(const struct hikvision_device *device, uint32_t id)
{
    const struct hikvision_channel *channel = id == 0 ? NULL : plan_next(device, id - 1);
    return channel != NULL && channel->id == id;
}

/* ---- The last day ---- */

/* The next channel that is recorded all the time; NULL when none comes behind. */
static const struct hikvision_channel *
next_continuous(const struct note *note, const struct hikvision_device *device, uint32_t after)
{
    for (uint32_t i = 0; i < device->channel_count; i++) {
        const struct hikvision_channel *channel = &device->channels[i];
        bool live = (channel->flags & HIKVISION_CHANNEL_LIVE) != 0;
        if (live && channel->id > after && channel->id <= HIKVISION_MODES_MAX &&
            note->modes[channel->id - 1] == MODE_CONTINUOUS) {
            return channel;
        }
    }
    return NULL;
}

/* The one under way, or the next where that is not there any more; NULL when none is under way. */
static const struct hikvision_channel *scan_goes_on(const struct note *note,
                                                    const struct hikvision_device *device)
{
    uint32_t id = note->scan.channel;
    return id == 0 ? NULL : next_continuous(note, device, id - 1);
}

static bool is_scan_due(const struct note *note, const struct hikvision_device *device)
{
    bool begins = note->scanned != note->today && next_continuous(note, device, 0) != NULL;
    return begins || scan_goes_on(note, device) != NULL;
}

const struct hikvision_channel *plan_scan(struct note *note, const struct hikvision_device *device,
                                          int64_t wall_ms)
{
    const struct hikvision_channel *channel = scan_goes_on(note, device);
    if (channel == NULL) {
        note->scanned = note->today;
        channel = next_continuous(note, device, 0);
    }
    if (channel != NULL && channel->id != note->scan.channel) {
        vmm_dayscan_begin(&note->scan, channel->id, wall_ms);
    }
    return channel;
}

void plan_scanned(struct note *note, const struct hikvision_device *device,
                  const struct hikvision_channel *channel, int64_t wall_ms)
{
    const struct hikvision_channel *next = next_continuous(note, device, channel->id);
    note->scan = (struct vmm_dayscan){0};
    if (next != NULL) {
        vmm_dayscan_begin(&note->scan, next->id, wall_ms);
    }
}

uint32_t plan_slow(const struct note *note, const struct hikvision_device *device)
{
    bool has_inputs = device->is_recorder && (note->refused & PART_INPUTS) == 0;
    uint32_t turn = has_inputs ? note->turn / 2u : note->turn;
    if (note->fresh || (has_inputs && note->turn % 2u == 1)) {
        return SLOW_NOTHING;
    }
    uint32_t refused = note->refused;
    if (turn % 8u == 1 && (refused & PART_NTP) == 0) {
        return SLOW_NTP;
    }
    if (turn % 8u == 5 && (refused & PART_STATUS) == 0) {
        return SLOW_STATUS;
    }
    if (!device->has_disk || !device->has_wall || plan_next(device, 0) == NULL) {
        return SLOW_NOTHING;
    }
    if ((refused & PART_TRACK) == 0 && is_turn_of_track(turn, device)) {
        return SLOW_TRACK;
    }
    if ((refused & PART_SEARCH) == 0 && turn % 2u == 0 && is_scan_due(note, device)) {
        return SLOW_GAP;
    }
    if ((refused & (PART_DAYS | PART_SEARCH)) != 0) {
        return SLOW_NOTHING;
    }
    bool goes_on = note->walk.state == VMM_BACKWALK_DAY && is_live(device, note->walk.channel);
    return goes_on ? SLOW_DAY : SLOW_MONTH;
}

/* ---- The walk back ---- */

void plan_walk(struct vmm_backwalk *walk, const struct hikvision_device *device)
{
    if (walk->state != VMM_BACKWALK_DONE && is_live(device, walk->channel)) {
        return;
    }
    const struct hikvision_channel *next = plan_next(device, walk->channel);
    *walk = (struct vmm_backwalk){.channel = next == NULL ? 0 : next->id};
}
