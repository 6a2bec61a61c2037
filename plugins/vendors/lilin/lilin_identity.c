/* SPDX-License-Identifier: MIT */
/* The greeting, and the clock and tampering of cameras. */
#include "lilin_parse.h"

#include "lilin_pairs.h"

/* ---- Families ---- */

static bool has(struct vmm_text body, const char *key)
{
    struct vmm_text value;
    return lilin_pairs_find(body, key, &value);
}

static bool is(struct vmm_text body, const char *key, const char *word)
{
    struct vmm_text value;
    return lilin_pairs_find(body, key, &value) && vmm_text_same(value, word);
}

static enum lilin_family family_of(struct vmm_text body)
{
    if (is(body, "Device type", "CMX")) {
        return LILIN_NAVIGATOR;
    }
    if (has(body, "Max channel") || is(body, "Device type", "DVR") ||
        is(body, "Device type", "NVR")) {
        return LILIN_RECORDER;
    }
    if (has(body, "Model Name") || (has(body, "Device name") && has(body, "StreamStatus"))) {
        return LILIN_CAMERA;
    }
    return has(body, "DeviceName") && has(body, "LicenseStatus") ? LILIN_ENGINE : LILIN_FOREIGN;
}

/* ---- Identity ---- */

static void report(struct vmm_text body, const char *key, uint32_t fact,
                   const struct vmm_observer *to)
{
    struct vmm_text value;
    if (lilin_pairs_find(body, key, &value)) {
        vmm_observe_text(to, fact, 0, value);
    }
}

static void report_vendor(struct vmm_text body, const char *key, const char *name,
                          const struct vmm_observer *to)
{
    struct vmm_text value;
    if (lilin_pairs_find(body, key, &value)) {
        vmm_observe_vendor(to, name, value);
    }
}

static void read_channels(struct vmm_text body, const char *key, struct lilin_device *device,
                          const struct vmm_observer *to)
{
    int64_t number = 0;
    if (lilin_pairs_int(body, key, 1, 4096, &number)) {
        device->channels = (uint32_t)number;
        vmm_observe_int(to, VMM_FACT_CHANNELS, 0, number);
    }
}

static void read_identity(struct vmm_text body, struct lilin_device *device,
                          const struct vmm_observer *to)
{
    struct vmm_text mac;
    report(body, "Device name", VMM_FACT_HOSTNAME, to);
    report(body, "Software Version", VMM_FACT_FIRMWARE, to);
    if (lilin_pairs_find(body, "MAC address", &mac)) {
        (void)vmm_observe_mac(to, mac);
    }
    switch (device->family) {
    case LILIN_CAMERA:
        report(body, "Model Name", VMM_FACT_MODEL, to);
        report_vendor(body, "StreamStatus", "stream_status", to);
        break;
    case LILIN_RECORDER:
        report(body, "Model", VMM_FACT_MODEL, to);
        read_channels(body, "Max channel", device, to);
        break;
    case LILIN_NAVIGATOR:
        report(body, "Model", VMM_FACT_MODEL, to);
        read_channels(body, "Maxchannel", device, to);
        break;
    default: /* the engine */
        report(body, "DeviceName", VMM_FACT_HOSTNAME, to);
        report(body, "Version", VMM_FACT_FIRMWARE, to);
        report_vendor(body, "SysStatus", "system_status", to);
        report_vendor(body, "LicenseStatus", "license_status", to);
        break;
    }
}

void lilin_read_server(struct vmm_text body, struct lilin_device *device,
                       const struct vmm_observer *to)
{
    device->family = family_of(body);
    if (device->family != LILIN_FOREIGN) {
        read_identity(body, device, to);
    }
}

/* ---- A camera's alarms ---- */

/* CamTime:2018-04-10 14:24:08 */
static bool read_camera_time(struct vmm_text body, struct vmm_datetime *time)
{
    struct vmm_text line;
    while (vmm_text_line(&body, &line)) {
        struct vmm_text text = vmm_text_trim(line);
        struct vmm_text name;
        if (vmm_text_begins(text, "CamTime:") && vmm_text_part(&text, ':', &name)) {
            return vmm_datetime_parse(vmm_text_trim(text), "%Y-%m-%d %H:%M:%S", time) == 0;
        }
    }
    return false;
}

bool lilin_read_alarm(struct vmm_text body, struct vmm_datetime *time,
                      const struct vmm_observer *to)
{
    report_vendor(body, "TemperDetect", "tampering", to); /* spelled so by the device */
    return read_camera_time(body, time);
}
