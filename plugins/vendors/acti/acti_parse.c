/* SPDX-License-Identifier: MIT */
#include "acti_parse.h"

#include <kit/jpeg.h>
#include <kit/keyvalue.h>

#include <stdio.h>

/* ---- Errors, which come with status 200 ---- */

static bool has_word(struct vmm_text text, const char *word)
{
    struct vmm_text rest = text;
    while (rest.size > 0) {
        if (vmm_text_begins(rest, word)) {
            return true;
        }
        rest.data++;
        rest.size--;
    }
    return false;
}

/* The kind of an ERROR line, or ACTI_VALUES. */
static uint32_t kind_of_line(struct vmm_text line)
{
    if (!vmm_text_begins(line, "ERROR")) {
        return ACTI_VALUES;
    }
    if (has_word(line, "bad account") || has_word(line, "missing USER") ||
        has_word(line, "bad password")) {
        return ACTI_REFUSED;
    }
    return has_word(line, "not authorized") ? ACTI_FORBIDDEN : ACTI_ERROR;
}

uint32_t acti_error_of(struct vmm_text body)
{
    struct vmm_text line;
    while (vmm_text_line(&body, &line)) {
        uint32_t kind = kind_of_line(vmm_text_trim(line));
        if (kind != ACTI_VALUES) {
            return kind;
        }
    }
    return ACTI_FOREIGN;
}

/* ---- Identity ---- */

/* The first part of E72-XX-13A-00001. */
static struct vmm_text model_of(struct vmm_text production)
{
    struct vmm_text part = {0};
    (void)vmm_text_part(&production, '-', &part);
    return vmm_text_trim(part);
}

/* V21, V22, V31 …: the maker's manuals call this series encoders. */
static bool is_encoder(struct vmm_text model)
{
    return model.size > 1 && (model.data[0] == 'V' || model.data[0] == 'v') &&
           model.data[1] >= '0' && model.data[1] <= '9';
}

static bool find(struct vmm_text body, const char *key, struct vmm_text *value)
{
    return vmm_keyvalue_find(body, key, VMM_KEYVALUE_ANY_CASE, value) == 0 && value->size > 0;
}

static bool report(struct vmm_text body, const char *key, uint32_t fact,
                   const struct vmm_observer *to)
{
    struct vmm_text value;
    if (!find(body, key, &value)) {
        return false;
    }
    vmm_observe_text(to, fact, 0, value);
    return true;
}

static bool read_channels(struct vmm_text body, struct acti_device *device,
                          const struct vmm_observer *to)
{
    struct vmm_text value;
    int64_t number = 0;
    if (!find(body, "channels", &value) ||
        vmm_text_int(value, 1, ACTI_CHANNELS_MAX, &number) != 0) {
        return false;
    }
    device->channels = (uint32_t)number;
    vmm_observe_int(to, VMM_FACT_CHANNELS, 0, number);
    return true;
}

/* The serial number is the production id; where no model is told, it is the id's first part. */
static bool read_production(struct vmm_text body, struct acti_device *device,
                            const struct vmm_observer *to)
{
    struct vmm_text model = {0};
    struct vmm_text id;
    bool has_model = find(body, "model number", &model);
    bool has_id = find(body, "production id", &id);
    if (has_id) {
        vmm_observe_text(to, VMM_FACT_SERIAL, 0, id);
        model = has_model ? model : model_of(id);
    }
    if (model.size > 0) {
        vmm_observe_text(to, VMM_FACT_MODEL, 0, model);
        device->is_encoder = is_encoder(model);
    }
    return has_model || has_id;
}

bool acti_is_identity(struct vmm_text body)
{
    struct vmm_text value;
    return find(body, "production id", &value) || find(body, "model number", &value);
}

uint32_t acti_read_identity(struct vmm_text body, struct acti_device *device,
                            const struct vmm_observer *to)
{
    struct vmm_text mac;
    bool any = read_production(body, device, to);
    any = report(body, "firmware version", VMM_FACT_FIRMWARE, to) || any;
    any = report(body, "company name", VMM_FACT_BRAND, to) || any;
    any = read_channels(body, device, to) || any;
    if (find(body, "mac address", &mac)) {
        vmm_observe_mac(to, mac);
        any = true;
    }
    return any ? ACTI_VALUES : acti_error_of(body);
}

/* ---- The RTSP port ---- */

/* V2_PORT_RTSP='7070', or OK: V2_PORT_RTSP='7070', or the number alone. */
uint32_t acti_read_port(struct vmm_text body, uint16_t *port)
{
    struct vmm_text value;
    int64_t number = 0;
    if (vmm_keyvalue_find(body, "v2_port_rtsp", VMM_KEYVALUE_ANY_CASE, &value) != 0 &&
        vmm_keyvalue_find(body, "ok: v2_port_rtsp", VMM_KEYVALUE_ANY_CASE, &value) != 0) {
        value = vmm_text_trim(body);
    }
    if (vmm_text_int(value, 1, UINT16_MAX, &number) != 0) {
        return acti_error_of(body);
    }
    *port = (uint16_t)number;
    return ACTI_VALUES;
}

/* ---- The picture ---- */

uint32_t acti_read_picture(struct vmm_text body, bool is_cut, bool is_camera,
                           const struct vmm_observer *to)
{
    struct vmm_jpeg jpeg;
    if (vmm_jpeg_read(body, &jpeg) != 0 || (!jpeg.is_whole && !is_cut)) {
        vmm_observe_unjudged(to, VMM_FACT_SIGNAL, 1, (struct vmm_text){0});
        return body.size > 0 && body.data[0] == '\xFF' ? ACTI_FOREIGN : acti_error_of(body);
    }
    char size[32];
    snprintf(size, sizeof(size), "%ux%u", jpeg.width, jpeg.height);
    vmm_observe_vendor(to, "picture", vmm_text_of(size));
    if (is_camera) {
        vmm_observe_bool(to, VMM_FACT_SIGNAL, 1, true);
    } else {
        vmm_observe_unjudged(to, VMM_FACT_SIGNAL, 1, (struct vmm_text){0});
    }
    return ACTI_VALUES;
}
