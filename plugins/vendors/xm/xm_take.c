/* SPDX-License-Identifier: MIT */
/* Identity, settings and clock; disks and channels have files of their own. */
#include "xm_take.h"

#include <stdlib.h>
#include <string.h>

#include <kit/datetime.h>

#include "xm_hex.h"

#define RESOLUTION_MS 1000

int64_t xm_take_ret(const struct json_t *answer)
{
    int64_t ret = -1;
    return vmm_json_int(answer, "/Ret", 0, 100000, &ret) == 0 ? ret : -1;
}

/* DVR, HVR, NVR; IPC is a camera, DVS a video server. */
static bool is_recorder(struct vmm_text kind)
{
    return kind.size > 2 && vmm_text_same(vmm_text_bytes(kind.data + kind.size - 2, 2), "VR");
}

bool xm_take_login(struct xm_device *device, const struct json_t *answer)
{
    int64_t ret = xm_take_ret(answer);
    int64_t session = 0;
    /* Many firmwares write the key with a blank at its end. */
    struct vmm_text kind = vmm_json_text(answer, "/DeviceType");
    if (kind.data == NULL) {
        kind = vmm_json_text(answer, "/DeviceType ");
    }
    if ((ret != XM_RET_OK && ret != XM_RET_UPGRADED) ||
        xm_hex_int(answer, "/SessionID", UINT32_MAX, &session) != 0) {
        return false;
    }
    device->session = (uint32_t)session;
    device->is_recorder = is_recorder(vmm_text_trim(kind));
    return true;
}

static void tell_text(const struct xm_device *device, uint32_t fact, const struct json_t *from,
                      const char *pointer)
{
    struct vmm_text text = vmm_text_trim(vmm_json_text(from, pointer));
    if (text.size > 0) {
        vmm_observe_text(&device->to, fact, 0, text);
    }
}

bool xm_take_system(struct xm_device *device, const struct json_t *system)
{
    int64_t analog = 0;
    int64_t digital = 0;
    int64_t minutes = 0;
    bool named = vmm_text_trim(vmm_json_text(system, "/DeviceModel")).size > 0;
    if (vmm_json_text(system, "/SoftWareVersion").data == NULL &&
        vmm_json_text(system, "/SerialNo").data == NULL) {
        return false;
    }
    tell_text(device, VMM_FACT_MODEL, system, named ? "/DeviceModel" : "/HardWare");
    tell_text(device, VMM_FACT_FIRMWARE, system, "/SoftWareVersion");
    tell_text(device, VMM_FACT_SERIAL, system, "/SerialNo");
    if (xm_hex_int(system, "/DeviceRunTime", INT32_MAX, &minutes) == 0) {
        vmm_observe_int(&device->to, VMM_FACT_UPTIME, 0, minutes * 60);
    }
    vmm_json_int(system, "/VideoInChannel", 0, XM_CHANNELS_MAX, &analog);
    vmm_json_int(system, "/DigChannel", 0, XM_CHANNELS_MAX, &digital);
    device->analog = (uint32_t)analog;
    device->digital = (uint32_t)digital;
    device->channels = device->analog + device->digital < XM_CHANNELS_MAX
                           ? device->analog + device->digital
                           : XM_CHANNELS_MAX;
    vmm_observe_int(&device->to, VMM_FACT_CHANNELS, 0, (int64_t)device->channels);
    return true;
}

bool xm_take_general(struct xm_device *device, const struct json_t *general)
{
    struct vmm_text word = vmm_json_text(general, "/OverWrite");
    if (vmm_text_same(word, "OverWrite")) {
        device->note.overwrite = 2;
    } else if (vmm_text_same(word, "StopRecord")) {
        device->note.overwrite = 1;
    } else {
        return false;
    }
    return true;
}

bool xm_take_ntp(struct xm_device *device, const struct json_t *ntp)
{
    bool on = false;
    if (vmm_json_bool(ntp, "/Enable", &on) != 0) {
        return false;
    }
    struct vmm_text server = vmm_json_text(ntp, "/Server/Name");
    vmm_observe_bool(&device->to, VMM_FACT_CLOCK_SYNC, 0, on);
    if (server.data != NULL) {
        vmm_observe_text(&device->to, VMM_FACT_NTP_SERVER, 0, server);
    }
    return true;
}

/* The device tells its wall clock without a zone: an offset needs the operator's word for that. */
bool xm_take_time(struct xm_device *device, const struct json_t *time, int64_t sent_us,
                  int64_t received_us)
{
    struct vmm_datetime wall;
    if (vmm_datetime_parse(vmm_json_text(time, ""), "%F %T", &wall) != 0) {
        return false;
    }
    device->local_s = vmm_datetime_epoch_ms(&wall, 0) / 1000;
    device->has_time = true;
    if (device->has_zone) {
        vmm_observe_clock(&device->to, vmm_datetime_epoch_ms(&wall, device->zone_minutes),
                          RESOLUTION_MS, sent_us, received_us);
    } else {
        vmm_observe_unjudged(&device->to, VMM_FACT_CLOCK_OFFSET, 0, vmm_text_of(""));
    }
    return true;
}
