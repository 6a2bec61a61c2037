/* SPDX-License-Identifier: MIT */
/* Disks: a list of disks, each with partitions. Sizes are MiB. */
#include <jansson.h>

#include <kit/disk.h>

#include "xm_hex.h"
#include "xm_take.h"

#define MIB_MAX (INT64_C(1) << 40)

/* "Status" of a partition, from the maker's description of its settings. */
static const char *status_word(int64_t status)
{
    static const char *const words[] = {"ok",
                                        "no handle",
                                        "end of file",
                                        "read error",
                                        "write error",
                                        "no space",
                                        "file missing",
                                        "no disk",
                                        "time conflict",
                                        "must be initialised",
                                        "bad user data",
                                        "bad handle",
                                        "bad name",
                                        "exists",
                                        "last file ahead of the clock",
                                        "bad disk"};
    return status >= 0 && (size_t)status < sizeof(words) / sizeof(words[0]) ? words[status]
                                                                            : "unknown";
}

/* Statuses that speak of the disk; the others speak of a file or a search. */
static bool is_fault(int64_t status)
{
    return status == 3 || status == 4 || status == 7 || status == 9 || status == 15;
}

/* All partitions of a disk together. */
struct disk {
    bool is_told; /* how large it is */
    int64_t total_mib;
    int64_t free_mib;
    int64_t status; /* of the first sized partition that has one */
};

static struct disk add_up(const struct json_t *disk)
{
    struct disk sum = {0};
    size_t count = vmm_json_count(disk, "/Partition");
    for (size_t i = 0; i < count; i++) {
        const struct json_t *part = vmm_json_item(disk, "/Partition", i);
        int64_t total = 0;
        int64_t free = 0;
        int64_t status = 0;
        sum.is_told = xm_hex_int(part, "/TotalSpace", MIB_MAX, &total) == 0 || sum.is_told;
        xm_hex_int(part, "/RemainSpace", MIB_MAX, &free);
        vmm_json_int(part, "/Status", 0, 1000, &status);
        if (total > 0) {
            sum.total_mib += total;
            sum.free_mib += free;
            sum.status = sum.status == 0 ? status : sum.status;
        }
    }
    return sum;
}

static void tell_state(const struct xm_device *device, uint32_t index, const struct disk *disk)
{
    struct vmm_text word = vmm_text_of(status_word(disk->status));
    if (is_fault(disk->status)) {
        vmm_observe_fault_text(&device->to, VMM_FACT_DISK_STATE, index, VMM_REASON_DISK_FAULT,
                               word);
    } else if (disk->status != 0 && disk->status != 5) {
        vmm_observe_unjudged(&device->to, VMM_FACT_DISK_STATE, index, word);
    } else {
        vmm_observe_text(&device->to, VMM_FACT_DISK_STATE, index, word);
    }
}

/* Whether a full disk is a fault is for the core, which takes all disks together and needs this beside them in each
 * look. */
static void tell_overwrite(const struct xm_device *device)
{
    if (device->note.overwrite != 0) {
        vmm_observe_bool(&device->to, VMM_FACT_DISK_OVERWRITE, 0, device->note.overwrite == 2);
    }
}

bool xm_take_storage(struct xm_device *device, const struct json_t *disks)
{
    uint32_t found = 0;
    bool known = json_is_array(disks);
    size_t count = vmm_json_count(disks, "");
    tell_overwrite(device);
    for (size_t i = 0; i < count; i++) {
        struct disk disk = add_up(vmm_json_item(disks, "", i));
        known = known && disk.is_told;
        if (disk.total_mib == 0) {
            continue; /* an empty bay */
        }
        found++;
        vmm_observe_int(&device->to, VMM_FACT_DISK_TOTAL, found, disk.total_mib << 20);
        vmm_observe_int(&device->to, VMM_FACT_DISK_FREE, found, disk.free_mib << 20);
        tell_state(device, found, &disk);
    }
    if (known && found == 0 && device->is_recorder) {
        vmm_observe_no_disk(&device->to);
    }
    return known;
}
