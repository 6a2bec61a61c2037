/* SPDX-License-Identifier: MIT */
/* DeviceInfo and DeviceStatus. */
#include "hikvision_parse.h"

#include <kit/xml.h>

#include <stdio.h>

/* FNV-1a, 32 bits: enough to see that the firmware is another one. */
static uint32_t hash_of(struct vmm_text text)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < text.size; i++) {
        hash = (hash ^ (uint8_t)text.data[i]) * 16777619u;
    }
    return hash == 0 ? 1 : hash;
}

static void report(const struct vmm_xml_node *root, const char *name, uint32_t fact,
                   const struct vmm_observer *to)
{
    struct vmm_text value = vmm_xml_text_at(root, name);
    if (value.size > 0) {
        vmm_observe_text(to, fact, 0, value);
    }
}

static void report_vendor(const struct vmm_xml_node *root, const char *name,
                          const struct vmm_observer *to)
{
    struct vmm_text value = vmm_xml_text_at(root, name);
    if (value.size > 0) {
        vmm_observe_vendor(to, name, value);
    }
}

/* "V4.30.097" and "build 240401" are one version. */
static void report_firmware(const struct vmm_xml_node *root, struct hikvision_device *device,
                            const struct vmm_observer *to)
{
    struct vmm_text version = vmm_xml_text_at(root, "firmwareVersion");
    struct vmm_text build = vmm_xml_text_at(root, "firmwareReleasedDate");
    char text[128];
    if (version.size == 0) {
        return;
    }
    snprintf(text, sizeof(text), "%.*s%s%.*s", (int)(version.size < 60 ? version.size : 60),
             version.data, build.size > 0 ? " " : "", (int)(build.size < 60 ? build.size : 60),
             build.size > 0 ? build.data : "");
    vmm_observe_text(to, VMM_FACT_FIRMWARE, 0, vmm_text_of(text));
    device->firmware = hash_of(vmm_text_of(text));
}

/* An OEM's recorder calls itself IPC, so the type can only prove a recorder, never a camera. */
static bool is_recorder_type(struct vmm_text type)
{
    for (size_t i = 0; i + 2 <= type.size; i++) {
        if (vmm_text_begins(vmm_text_bytes(type.data + i, type.size - i), "VR")) {
            return true; /* NVR, DVR, HVR */
        }
    }
    return false;
}

uint32_t hikvision_read_identity(struct vmm_text body, struct hikvision_device *device,
                                 const struct vmm_observer *to)
{
    struct vmm_xml *xml = NULL;
    if (vmm_xml_parse(body, VMM_CHARSET_UNKNOWN, &xml) != 0) {
        return HIKVISION_FOREIGN;
    }
    const struct vmm_xml_node *root = vmm_xml_root(xml);
    bool known = vmm_text_equal(vmm_xml_name(root), "DeviceInfo");
    if (known) {
        report(root, "model", VMM_FACT_MODEL, to);
        report(root, "serialNumber", VMM_FACT_SERIAL, to);
        report(root, "deviceName", VMM_FACT_HOSTNAME, to);
        report(root, "manufacturer", VMM_FACT_BRAND, to);
        report_vendor(root, "deviceType", to);
        report_vendor(root, "deviceID", to);
        report_firmware(root, device, to);
        (void)vmm_observe_mac(to, vmm_xml_text_at(root, "macAddress"));
        device->has_type = is_recorder_type(vmm_xml_text_at(root, "deviceType"));
        device->is_recorder = device->has_type;
    }
    vmm_xml_destroy(xml);
    return known ? HIKVISION_READ : HIKVISION_FOREIGN;
}

/* ---- DeviceStatus ---- */

/* Seconds; one device writes them as 87 days, 0 hours, 55 minutes, 59 seconds in Chinese. */
static int read_uptime(struct vmm_text text, int64_t *seconds)
{
    static const struct {
        const char *unit;
        int64_t seconds;
    } units[] = {{"\xE5\xA4\xA9", 86400},
                 {"\xE5\xB0\x8F\xE6\x97\xB6", 3600},
                 {"\xE6\x97\xB6", 3600},
                 {"\xE5\x88\x86", 60},
                 {"\xE7\xA7\x92", 1}};
    if (vmm_text_int(text, 0, INT32_MAX, seconds) == 0) {
        return 0;
    }
    *seconds = 0;
    while (text.size > 0) {
        size_t digits = 0;
        while (digits < text.size && text.data[digits] >= '0' && text.data[digits] <= '9') {
            digits++;
        }
        int64_t number = 0;
        size_t unit = 0;
        struct vmm_text rest = vmm_text_bytes(text.data + digits, text.size - digits);
        while (unit < 5 && !vmm_text_begins(rest, units[unit].unit)) {
            unit++;
        }
        if (unit == 5 || vmm_text_int(vmm_text_bytes(text.data, digits), 0, 100000, &number) != 0) {
            return VMM_E_INVAL;
        }
        *seconds += number * units[unit].seconds;
        size_t taken = vmm_text_of(units[unit].unit).size;
        text = vmm_text_bytes(rest.data + taken, rest.size - taken);
    }
    return 0;
}

uint32_t hikvision_read_status(struct vmm_text body, const struct vmm_observer *to)
{
    struct vmm_xml *xml = NULL;
    if (vmm_xml_parse(body, VMM_CHARSET_UNKNOWN, &xml) != 0) {
        return HIKVISION_FOREIGN;
    }
    const struct vmm_xml_node *root = vmm_xml_root(xml);
    bool known = vmm_text_equal(vmm_xml_name(root), "DeviceStatus");
    struct vmm_text uptime = vmm_xml_text_at(root, "deviceUpTime");
    int64_t seconds = 0;
    if (known && uptime.size > 0 && read_uptime(uptime, &seconds) == 0) {
        vmm_observe_int(to, VMM_FACT_UPTIME, 0, seconds);
    }
    struct vmm_text load = vmm_xml_text_at(root, "CPUList/CPU/cpuUtilization");
    if (known && load.size > 0) {
        vmm_observe_vendor(to, "cpu_percent", load);
    }
    vmm_xml_destroy(xml);
    return known ? HIKVISION_READ : HIKVISION_FOREIGN;
}
