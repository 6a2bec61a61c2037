/* SPDX-License-Identifier: MIT */
#include "fleet/fields.h"

#include <string.h>

#include "fleet/field_types.h"

#define AT(member) offsetof(struct fleet_thing, member)

#define DEVICE_FIELDS                                                                              \
    {"provider", "the plugin that speaks to it", &field_id, AT(device.provider)},                  \
        {"host", "its name or address", &field_host, AT(device.host)},                             \
        {"port", "0: the provider's usual one", &field_port, AT(device.port)},                     \
        {"port_group", "ports of one address that share a budget", &field_id,                      \
         AT(device.port_group)},                                                                   \
        {"link", "the switch or line it hangs on", &field_id, AT(device.link)},                    \
        {"tls", "none, verify, pin, off or legacy", &field_tls, AT(device.tls)},                   \
        {"auth", "none, digest or basic", &field_auth, AT(device.auth)},                           \
        {"credential", "the id of its credential", &field_id, AT(device.credential_id)},           \
        {"connections", "budget of its endpoint", &field_budget, AT(device.connections)},          \
        {"options", "for the provider", &field_object, AT(device.options)},                        \
    {                                                                                              \
        "tls_pin", "SHA-256 of the trusted key", &field_pin, AT(device)                            \
    }

static const struct field site_fields[] = {
    {"name", "for people", &field_text, AT(site.name)},
    {"tenant", "who owns it", &field_id, AT(site.tenant_id)},
    {"timezone", "IANA name", &field_timezone, AT(site.timezone)},
    {"language", "of messages", &field_language, AT(site.language)},
    {"profile", "lan, wan, mobile or one of yours", &field_id, AT(site.profile)},
    {"way", "direct, or source:ADDRESS", &field_way, AT(site.way)},
    {"rules", "how its devices are judged", &field_rules, AT(site.rules)},
    {"enabled", "false: nothing of it is looked at", &field_enabled, AT(site.enabled)},
};
static const struct field nvr_fields[] = {
    {"site", "the id of its site", &field_id, AT(nvr.site_id)},
    {"name", "for people", &field_text, AT(nvr.name)},
    DEVICE_FIELDS,
    {"enabled", "false: DISABLED", &field_enabled, AT(device.enabled)},
};
static const struct field camera_fields[] = {
    {"site", "the id of its site", &field_id, AT(camera.site_id)},
    {"nvr", "the id of its NVR", &field_id, AT(camera.nvr_id)},
    {"channel", "of the NVR, from 1", &field_channel, AT(camera.nvr_channel)},
    {"name", "for people", &field_text, AT(camera.name)},
    {"priority", "1 key position to 3 ordinary", &field_priority, AT(camera.priority)},
    {"tags", "list of texts", &field_tags, AT(camera.tags)},
    {"expected", "what is expected of it", &field_object, AT(camera.expected)},
    {"rules", "how it is judged, over its site's", &field_rules, AT(camera.rules)},
    DEVICE_FIELDS,
    {"enabled", "false: DISABLED", &field_enabled, AT(camera.enabled)},
};

static const struct {
    const char *word;
    const struct field *fields;
    size_t count;
} kinds[] = {
    [FLEET_SITE] = {"site", site_fields, sizeof(site_fields) / sizeof(site_fields[0])},
    [FLEET_NVR] = {"nvr", nvr_fields, sizeof(nvr_fields) / sizeof(nvr_fields[0])},
    [FLEET_CAMERA] = {"camera", camera_fields, sizeof(camera_fields) / sizeof(camera_fields[0])},
};

const struct field *fields_at(unsigned kind, size_t index)
{
    bool known = kind >= FLEET_SITE && kind <= FLEET_CAMERA && index < kinds[kind].count;
    return known ? &kinds[kind].fields[index] : NULL;
}

const struct field *fields_find(unsigned kind, const char *name)
{
    for (size_t i = 0; fields_at(kind, i) != NULL; i++) {
        if (strcmp(fields_at(kind, i)->name, name) == 0) {
            return fields_at(kind, i);
        }
    }
    return NULL;
}

int fields_read(const struct field *field, struct field_reader *reader, const json_t *value,
                struct fleet_thing *thing)
{
    return field->type->read(reader, value, (char *)thing + field->offset);
}

json_t *fields_write(const struct field *field, const struct fleet_thing *thing)
{
    return field->type->write((const char *)thing + field->offset);
}

void fields_names(unsigned kind, struct buf *out)
{
    for (size_t i = 0; fields_at(kind, i) != NULL; i++) {
        buf_printf(out, "%s%s", i > 0 ? ", " : "", fields_at(kind, i)->name);
    }
}

void fields_defaults(unsigned kind, struct fleet_thing *thing)
{
    *thing = (struct fleet_thing){
        .kind = kind,
        .site = {.id = "",
                 .tenant_id = "default",
                 .name = "",
                 .timezone = "UTC",
                 .language = "en",
                 .profile = "lan",
                 .way = "direct",
                 .rules = "{}",
                 .enabled = true,
                 .owner_node = "",
                 .epoch = 1},
        .nvr = {.id = "", .site_id = "", .name = ""},
        .camera = {.id = "",
                   .site_id = "",
                   .nvr_id = "",
                   .name = "",
                   .priority = 3,
                   .tags = "[]",
                   .expected = "{}",
                   .rules = "{}",
                   .enabled = true},
        .device = {.id = "",
                   .site_id = "",
                   .provider = "",
                   .effective_provider = "",
                   .effective_place = "",
                   .host = "",
                   .port_group = "",
                   .link = "",
                   .tls = TLS_NONE,
                   .auth = AUTH_DIGEST,
                   .credential_id = "",
                   .options = "{}",
                   .enabled = true,
                   .connections = 2,
                   .model = "",
                   .firmware = "",
                   .serial = "",
                   .mac = ""},
    };
    thing->device.kind = kind == FLEET_NVR ? DEVICE_NVR : DEVICE_CAMERA;
}

bool fields_has_device(const struct fleet_thing *thing)
{
    return thing->kind != FLEET_SITE &&
           (thing->kind == FLEET_NVR || thing->device.provider[0] != '\0' ||
            thing->device.host[0] != '\0');
}

const char *fields_id(const struct fleet_thing *thing)
{
    return thing->kind == FLEET_SITE  ? thing->site.id
           : thing->kind == FLEET_NVR ? thing->nvr.id
                                      : thing->camera.id;
}

const char *fields_site(const struct fleet_thing *thing)
{
    return thing->kind == FLEET_SITE  ? ""
           : thing->kind == FLEET_NVR ? thing->nvr.site_id
                                      : thing->camera.site_id;
}

const char *fleet_kind_word(unsigned kind)
{
    return kind >= FLEET_SITE && kind <= FLEET_CAMERA ? kinds[kind].word : "";
}

unsigned fleet_kind_parse(const char *word)
{
    unsigned kind = FLEET_CAMERA;
    while (kind > 0 && strcmp(fleet_kind_word(kind), word) != 0) {
        kind--;
    }
    return kind;
}
