/* SPDX-License-Identifier: MIT */
/* Storage: disks and network storage, by the maker's words. */
#include "hikvision_parse.h"

#include <kit/xml.h>

#define MIB       (INT64_C(1) << 20)
#define ID_MAX    999
#define NAS_FIRST 1000u /* network storage is numbered from here on */

#define WORD_FINE    0u
#define WORD_FAULT   1u
#define WORD_EMPTY   2u /* an empty bay, or what is left of a disk that was taken out */
#define WORD_UNKNOWN 3u

static uint32_t meaning_of(struct vmm_text word)
{
    static const struct {
        const char *word;
        uint32_t meaning;
    } words[] = {
        {"ok", WORD_FINE},         {"idle", WORD_FINE},         {"normal", WORD_FINE},
        {"sleeping", WORD_FINE},   {"error", WORD_FAULT},       {"abnormal", WORD_FAULT},
        {"offline", WORD_FAULT},   {"unformatted", WORD_FAULT}, {"mismatch", WORD_FAULT},
        {"locked", WORD_FAULT},    {"smartFailed", WORD_FAULT}, {"reparing", WORD_FAULT},
        {"formating", WORD_FAULT}, {"notexist", WORD_EMPTY},
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (vmm_text_same(word, words[i].word)) {
            return words[i].meaning;
        }
    }
    return WORD_UNKNOWN;
}

/* What the rows add up to. */
struct disks {
    bool is_known;   /* there is a list, and its rows are what they should be */
    uint32_t there;  /* not counting empty bays */
    bool has_writer; /* one in order that footage may be written to */
};

static bool is_read_only(const struct vmm_xml_node *row)
{
    return vmm_text_same(vmm_xml_text_at(row, "property"), "RO");
}

/* A list that has something else in it is not understood, and tells of no missing disk. */
static void count_list(const struct vmm_xml_node *list, const char *name, struct disks *disks)
{
    const struct vmm_xml_node *row = vmm_xml_at(list, name);
    disks->is_known = disks->is_known && (row != NULL || vmm_xml_at(list, "*") == NULL);
    for (; row != NULL; row = vmm_xml_next(row)) {
        uint32_t meaning = meaning_of(vmm_xml_text_at(row, "status"));
        disks->there += meaning != WORD_EMPTY;
        disks->has_writer = disks->has_writer || (meaning == WORD_FINE && !is_read_only(row));
    }
}

static void report_size(const struct vmm_xml_node *row, const char *name, uint32_t fact,
                        uint32_t index, const struct vmm_observer *to)
{
    int64_t mib = 0;
    if (vmm_text_int(vmm_xml_text_at(row, name), 0, INT64_MAX / MIB, &mib) == 0) {
        vmm_observe_int(to, fact, index, mib * MIB);
    }
}

/* One disk is set to read-only on purpose; that none takes footage is a fault. */
static void read_disk(const struct vmm_xml_node *row, uint32_t index, const struct disks *disks,
                      const struct vmm_observer *to)
{
    struct vmm_text word = vmm_xml_text_at(row, "status");
    uint32_t meaning = meaning_of(word);
    if (meaning == WORD_EMPTY || meaning == WORD_UNKNOWN) {
        vmm_observe_unjudged(to, VMM_FACT_DISK_STATE, index, word);
        return;
    }
    uint32_t reason = meaning == WORD_FAULT                     ? VMM_REASON_DISK_FAULT
                      : is_read_only(row) && !disks->has_writer ? VMM_REASON_DISK_READONLY
                                                                : VMM_REASON_NONE;
    if (reason != VMM_REASON_NONE) {
        vmm_observe_fault_text(to, VMM_FACT_DISK_STATE, index, reason, word);
    } else {
        vmm_observe_text(to, VMM_FACT_DISK_STATE, index, word);
    }
    report_size(row, "capacity", VMM_FACT_DISK_TOTAL, index, to);
    report_size(row, "freeSpace", VMM_FACT_DISK_FREE, index, to);
}

static void read_list(const struct vmm_xml_node *list, const char *name, uint32_t first,
                      const struct disks *disks, const struct vmm_observer *to)
{
    const struct vmm_xml_node *row = vmm_xml_at(list, name);
    for (int64_t place = 1; row != NULL; row = vmm_xml_next(row), place++) {
        int64_t id = place;
        (void)vmm_text_int(vmm_xml_text_at(row, "id"), 1, ID_MAX, &id);
        read_disk(row, first + (uint32_t)id, disks, to);
    }
}

uint32_t hikvision_read_storage(struct vmm_text body, bool expect_card,
                                struct hikvision_device *device, const struct vmm_observer *to)
{
    struct vmm_xml *xml = NULL;
    struct disks disks = {0};
    if (vmm_xml_parse(body, VMM_CHARSET_UNKNOWN, &xml) != 0) {
        return HIKVISION_FOREIGN;
    }
    const struct vmm_xml_node *root = vmm_xml_root(xml);
    bool is_list = vmm_text_equal(vmm_xml_name(root), "hddList");
    bool known = is_list || vmm_text_equal(vmm_xml_name(root), "storage");
    const struct vmm_xml_node *disk_list = is_list ? root : vmm_xml_at(root, "hddList");
    const struct vmm_xml_node *network_list = vmm_xml_at(root, "nasList");
    disks.is_known = disk_list != NULL || network_list != NULL;
    if (known) {
        count_list(disk_list, "hdd", &disks);
        count_list(network_list, "nas", &disks);
        read_list(disk_list, "hdd", 0, &disks, to);
        read_list(network_list, "nas", NAS_FIRST, &disks, to);
        device->has_disk = disks.there > 0;
        known = disks.is_known || disks.there > 0;
    }
    if (known && disks.there == 0 && (device->is_recorder || expect_card)) {
        vmm_observe_fault_text(to, VMM_FACT_DISK_STATE, 1, VMM_REASON_DISK_MISSING,
                               vmm_text_of("no disk"));
    }
    vmm_xml_destroy(xml);
    return known ? HIKVISION_READ : HIKVISION_FOREIGN;
}
