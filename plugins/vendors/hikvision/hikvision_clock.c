/* SPDX-License-Identifier: MIT */
/* Time: the wall clock and the rule of its zone. The offset that firmware prints behind the time is
 * wrong in summer on some, and at all times on others: it is not read. */
#include "hikvision_parse.h"

#include <kit/xml.h>

#define RESOLUTION_MS 1000
#define STAMP_SIZE    19 /* 2026-07-25T11:30:34 */

static int read_wall(struct vmm_text text, struct vmm_datetime *wall)
{
    if (text.size < STAMP_SIZE) {
        return VMM_E_INVAL;
    }
    return vmm_datetime_parse(vmm_text_bytes(text.data, STAMP_SIZE), "%Y-%m-%dT%H:%M:%S", wall);
}

static void report_rule(struct vmm_text text, struct hikvision_device *device,
                        const struct vmm_observer *to)
{
    char posix[VMM_ZONERULE_TEXT];
    if (text.size == 0) {
        return;
    }
    if (vmm_zonerule_parse(text, VMM_ZONERULE_STEP, &device->rule) != 0) {
        vmm_observe_unjudged(to, VMM_FACT_CLOCK_RULE, 0, text);
        return;
    }
    device->has_zone = true;
    vmm_zonerule_print(&device->rule, posix);
    vmm_observe_text(to, VMM_FACT_CLOCK_RULE, 0, vmm_text_of(posix));
    vmm_observe_int(to, VMM_FACT_CLOCK_ZONE, 0, device->rule.standard_s / 60);
    vmm_observe_bool(to, VMM_FACT_CLOCK_DST, 0, device->rule.has_daylight);
}

static void report_clock(const struct vmm_http_answer *answer, const struct vmm_datetime *wall,
                         struct hikvision_device *device, const struct vmm_observer *to)
{
    int64_t now_ms = answer->received_wall_us / 1000;
    device->has_wall = true;
    device->wall_ms = vmm_datetime_epoch_ms(wall, 0) - now_ms;
    if (device->has_zone) {
        vmm_observe_clock(to, vmm_zonerule_utc_ms(&device->rule, wall, now_ms), RESOLUTION_MS,
                          answer->sent_wall_us, answer->received_wall_us);
    }
}

uint32_t hikvision_read_time(const struct vmm_http_answer *answer, struct hikvision_device *device,
                             const struct vmm_observer *to)
{
    struct vmm_xml *xml = NULL;
    struct vmm_datetime wall = {0};
    struct vmm_text body = vmm_text_bytes(answer->body, answer->body_size);
    if (vmm_xml_parse(body, VMM_CHARSET_UNKNOWN, &xml) != 0) {
        return HIKVISION_FOREIGN;
    }
    const struct vmm_xml_node *root = vmm_xml_root(xml);
    bool known = vmm_text_equal(vmm_xml_name(root), "Time");
    if (known) {
        struct vmm_text mode = vmm_xml_text_at(root, "timeMode");
        report_rule(vmm_xml_text_at(root, "timeZone"), device, to);
        if (vmm_text_same(mode, "NTP") || vmm_text_same(mode, "manual")) {
            vmm_observe_bool(to, VMM_FACT_CLOCK_SYNC, 0, vmm_text_same(mode, "NTP"));
        }
        if (read_wall(vmm_xml_text_at(root, "localTime"), &wall) == 0) {
            report_clock(answer, &wall, device, to);
        }
    }
    vmm_xml_destroy(xml);
    return known ? HIKVISION_READ : HIKVISION_FOREIGN;
}

uint32_t hikvision_read_ntp(struct vmm_text body, const struct vmm_observer *to)
{
    struct vmm_xml *xml = NULL;
    if (vmm_xml_parse(body, VMM_CHARSET_UNKNOWN, &xml) != 0) {
        return HIKVISION_FOREIGN;
    }
    const struct vmm_xml_node *root = vmm_xml_root(xml);
    bool known = vmm_text_equal(vmm_xml_name(root), "NTPServerList");
    const struct vmm_xml_node *server = vmm_xml_at(root, "NTPServer");
    struct vmm_text kind = vmm_xml_text_at(server, "addressingFormatType");
    const char *name = vmm_text_same(kind, "ipaddress") ? "ipAddress" : "hostName";
    if (known) {
        vmm_observe_text(to, VMM_FACT_NTP_SERVER, 0, vmm_xml_text_at(server, name));
    }
    vmm_xml_destroy(xml);
    return known ? HIKVISION_READ : HIKVISION_FOREIGN;
}
