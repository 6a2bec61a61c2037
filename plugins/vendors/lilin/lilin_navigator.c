/* SPDX-License-Identifier: MIT */
/* What the Navigator software answers. */
#include "lilin_parse.h"

#include <kit/xml.h>

#include "lilin_pairs.h"

/* Bits of CMXAlarm (NAV-005-6). */
#define ALARM_VIDEO_LOSS  0x100
#define ALARM_WRITE_ERROR 0x800
#define ALARM_FAIL_OVER   0x1000
#define ALARM_DATABASE    0x2000
#define ALARM_SYSTEM      0x4000

/* ---- Recording ---- */

/* The id of a channel: 000001h. Whether it counts in tens or in sixteens is not told, and beyond 9 no
 * id is judged. */
static uint32_t channel_of(struct vmm_text id)
{
    int64_t number = 0;
    if (id.size < 2 || (id.data[id.size - 1] != 'h' && id.data[id.size - 1] != 'H') ||
        vmm_text_int(vmm_text_bytes(id.data, id.size - 1), 1, 9, &number) != 0) {
        return 0;
    }
    return (uint32_t)number;
}

static struct vmm_text value_at(const struct vmm_xml_node *node, const char *name)
{
    struct vmm_text value = {0};
    (void)vmm_xml_attribute(vmm_xml_at(node, name), "value", &value);
    return value;
}

static bool read_interval(const struct vmm_xml_node *channel, struct lilin_device *device,
                          const struct vmm_observer *to)
{
    struct vmm_text id = {0};
    struct vmm_text check = value_at(channel, "RecordCheck");
    if (vmm_xml_attribute(channel, "value", &id) != 0) {
        return false;
    }
    uint32_t index = channel_of(id);
    device->is_known[index] = index > 0;
    if (index > 0 && vmm_text_same(check, "RecordCheck=ONRECORD")) {
        vmm_observe_bool(to, VMM_FACT_RECORDING_NOW, index, true);
    } else if (index > 0) {
        vmm_observe_unjudged(to, VMM_FACT_RECORDING_NOW, index, (struct vmm_text){0});
    }
    return true;
}

int lilin_read_intervals(struct vmm_text body, uint32_t charset, struct lilin_device *device,
                         const struct vmm_observer *to)
{
    struct vmm_xml *xml = NULL;
    bool any = false;
    int rc = vmm_xml_parse(body, charset, &xml);
    const struct vmm_xml_node *at = rc == 0 ? vmm_xml_at(vmm_xml_root(xml), "ID") : NULL;
    for (; at != NULL; at = vmm_xml_next(at)) {
        any = read_interval(at, device, to) || any;
    }
    vmm_xml_destroy(xml);
    return rc == 0 && !any ? VMM_E_PROTO : rc;
}

/* ---- Alarms ---- */

static void report_machine(int64_t bits, const struct vmm_observer *to)
{
    static const struct {
        int64_t bit;
        const char *text;
    } table[] = {
        {ALARM_WRITE_ERROR, "files cannot be written"},
        {ALARM_FAIL_OVER, "a fail-over has happened"},
        {ALARM_DATABASE, "the database reports an error"},
        {ALARM_SYSTEM, "memory, processor, network or input and output report an error"},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if ((bits & table[i].bit) != 0) {
            vmm_observe_text(to, VMM_FACT_FINDING, 0, vmm_text_of(table[i].text));
        }
    }
}

/* 2:32,3:256, is one pair a channel: its number and its bits. */
static void read_bits(struct vmm_text list, bool lost[LILIN_CHANNELS_MAX + 1],
                      const struct vmm_observer *to)
{
    struct vmm_text item;
    int64_t all = 0;
    while (vmm_text_part(&list, ',', &item)) {
        struct vmm_text channel = {0};
        int64_t number = 0;
        int64_t bits = 0;
        (void)vmm_text_part(&item, ':', &channel);
        if (vmm_text_int(channel, 1, LILIN_CHANNELS_MAX, &number) != 0 ||
            vmm_text_int(item, 0, UINT32_MAX, &bits) != 0) {
            continue;
        }
        all |= bits;
        lost[number] = lost[number] || (bits & ALARM_VIDEO_LOSS) != 0;
    }
    report_machine(all, to);
}

/* chvl=5: the channels without video. False where not all of them are understood. */
static bool read_losses(struct vmm_text list, bool lost[LILIN_CHANNELS_MAX + 1])
{
    struct vmm_text item;
    bool all = true;
    while (vmm_text_part(&list, ',', &item)) {
        int64_t number = 0;
        item = vmm_text_trim(item);
        if (vmm_text_int(item, 1, LILIN_CHANNELS_MAX, &number) == 0) {
            lost[number] = true;
        } else {
            all = all && item.size == 0;
        }
    }
    return all;
}

/* Channels that the list of losses does not name have video, as far as they are known to be there. */
static void report_signals(struct lilin_device *device, const bool lost[LILIN_CHANNELS_MAX + 1],
                           bool is_whole, const struct vmm_observer *to)
{
    for (uint32_t i = 1; i <= LILIN_CHANNELS_MAX; i++) {
        if (lost[i]) {
            device->is_known[i] = true;
            vmm_observe_fault_bool(to, VMM_FACT_SIGNAL, i, VMM_REASON_VIDEO_LOSS, false);
        } else if (is_whole && device->is_known[i]) {
            vmm_observe_bool(to, VMM_FACT_SIGNAL, i, true);
        }
    }
}

bool lilin_read_alarms(struct vmm_text body, struct lilin_device *device,
                       const struct vmm_observer *to)
{
    bool lost[LILIN_CHANNELS_MAX + 1] = {false};
    bool is_whole = false;
    struct vmm_text value;
    bool any = lilin_pairs_named(body, "CMXAlarm", &value);
    if (any) {
        read_bits(value, lost, to);
    }
    if (lilin_pairs_named(body, "chvl", &value)) {
        /* At the very end of what was read the list may be cut off. */
        bool is_ended = value.data + value.size < body.data + body.size;
        is_whole = read_losses(value, lost) && is_ended;
        any = true;
    }
    report_signals(device, lost, is_whole, to);
    return any;
}
