/* SPDX-License-Identifier: MIT */
#include "fleet/plan_write.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "fleet/fleet_export.h"

/* What differs between a draft and the fleet. */
struct difference {
    struct fleet_thing was;
    bool record; /* the thing's own record */
    bool device;
    bool had_device;
    bool has_device;
    bool provider;
    bool pin;
    bool channel;
};

static bool grow(void **items, size_t count, size_t element)
{
    /* Powers of two: grown only when the count has reached one. */
    if (count != 0 && (count & (count - 1)) != 0) {
        return true;
    }
    void *grown = realloc(*items, (count == 0 ? 1 : count * 2) * element);
    if (grown != NULL) {
        *items = grown;
    }
    return grown != NULL;
}

/* ---- Differences ---- */

static const char *kept_json(struct fleet_plan *plan, json_t *value)
{
    char *text = value != NULL ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    const char *kept = text != NULL ? plan_memory_keep(plan->memory, text) : NULL;
    free(text);
    json_decref(value);
    return kept;
}

static int add_delta(struct fleet_plan *plan, const struct fleet_thing *thing, const char *field,
                     const char *from, const char *to)
{
    if (from == NULL || to == NULL ||
        !grow((void **)&plan->deltas, plan->delta_count, sizeof(*plan->deltas))) {
        return VMM_E_NOMEM;
    }
    plan->deltas[plan->delta_count++] = (struct fleet_delta){
        .kind = thing->kind, .id = fields_id(thing), .field = field, .from = from, .to = to};
    return 0;
}

static void note_change(const struct field *field, struct difference *difference)
{
    bool of_device = field->offset >= offsetof(struct fleet_thing, device);
    difference->device = difference->device || of_device;
    difference->record = difference->record || !of_device;
    difference->provider = difference->provider || strcmp(field->name, "provider") == 0 ||
                           strcmp(field->name, "host") == 0 || strcmp(field->name, "port") == 0;
    difference->pin = difference->pin || strcmp(field->name, "tls_pin") == 0;
    difference->channel = difference->channel || strcmp(field->name, "nvr") == 0 ||
                          strcmp(field->name, "channel") == 0;
    /* The device's record names its site, too, and is on or off with its camera. */
    difference->device = difference->device || strcmp(field->name, "site") == 0 ||
                         strcmp(field->name, "enabled") == 0;
}

static int compare_field(struct fleet_plan *plan, const struct field *field,
                         const struct draft *draft, struct difference *difference)
{
    json_t *from = fields_write(field, &difference->was);
    json_t *to = fields_write(field, &draft->now);
    if (from == NULL || to == NULL) {
        json_decref(from);
        json_decref(to);
        return VMM_E_NOMEM;
    }
    if (json_equal(from, to)) {
        json_decref(from);
        json_decref(to);
        return 0;
    }
    note_change(field, difference);
    const char *before = kept_json(plan, from);
    return add_delta(plan, &draft->now, field->name, before, kept_json(plan, to));
}

/* No field of the operator's: it goes back to the provider that is set. */
static int compare_effective(struct fleet_plan *plan, const struct draft *draft,
                             struct difference *difference)
{
    const char *was = difference->was.device.effective_provider;
    if (draft->now.kind == FLEET_SITE || strcmp(was, draft->now.device.effective_provider) == 0) {
        return 0;
    }
    difference->device = true;
    difference->provider = true;
    const char *before = kept_json(plan, json_string(was));
    return add_delta(plan, &draft->now, "effective_provider", before, "\"\"");
}

static int compare_fields(struct fleet_plan *plan, const struct draft *draft,
                          struct difference *difference)
{
    int rc = compare_effective(plan, draft, difference);
    for (size_t i = 0; rc == 0 && fields_at(draft->now.kind, i) != NULL; i++) {
        rc = compare_field(plan, fields_at(draft->now.kind, i), draft, difference);
    }
    bool changed = difference->record || difference->device;
    plan->changed += changed ? 1 : 0;
    plan->same += !changed && draft->request != NULL ? 1 : 0;
    return rc;
}

/* A thing that comes or goes is one difference. */
static int compare_whole(struct fleet_plan *plan, const struct draft *draft,
                         struct difference *difference)
{
    difference->record = true;
    difference->device = true;
    plan->added += draft->removed ? 0 : 1;
    plan->removed += draft->removed ? 1 : 0;
    const char *text = kept_json(plan, fleet_export_thing(&draft->now));
    return add_delta(plan, &draft->now, "", draft->removed ? text : "", draft->removed ? "" : text);
}

static int compare(struct planner *planner, const struct draft *draft,
                   struct difference *difference)
{
    *difference = (struct difference){0};
    if (!draft->existed && draft->removed) {
        return 0;
    }
    fields_defaults(draft->now.kind, &difference->was);
    if (draft->existed) {
        const char *id = fields_id(&draft->now);
        fleet_thing(planner->fleet, draft->now.kind, id, &difference->was);
        difference->had_device = fields_has_device(&difference->was);
    }
    difference->has_device = !draft->removed && fields_has_device(&draft->now);
    return draft->existed && !draft->removed ? compare_fields(planner->plan, draft, difference)
                                             : compare_whole(planner->plan, draft, difference);
}

/* ---- Writes ---- */

static int add_write(struct fleet_plan *plan, unsigned table, const struct draft *draft,
                     bool removed, const struct difference *difference)
{
    if (!grow((void **)&plan->writes, plan->write_count, sizeof(*plan->writes))) {
        return VMM_E_NOMEM;
    }
    struct fleet_write *write = &plan->writes[plan->write_count++];
    *write = (struct fleet_write){.table = table, .removed = removed};
    if (table == FLEET_TABLE_SITE) {
        write->record.site = draft->now.site;
    } else if (table == FLEET_TABLE_NVR) {
        write->record.nvr = draft->now.nvr;
    } else if (table == FLEET_TABLE_CAMERA) {
        write->record.camera = draft->now.camera;
    } else {
        write->record.device = draft->now.device;
        write->new_provider = difference->provider;
        write->new_pin = difference->pin;
    }
    return 0;
}

static unsigned table_of(const struct draft *draft)
{
    return draft->now.kind == FLEET_SITE  ? FLEET_TABLE_SITE
           : draft->now.kind == FLEET_NVR ? FLEET_TABLE_NVR
                                          : FLEET_TABLE_CAMERA;
}

/* Devices and cameras that go: they refer to others, and nothing refers to them. */
static int write_leaving(struct fleet_plan *plan, const struct draft *draft,
                         const struct difference *difference)
{
    int rc = 0;
    if (difference->had_device && !difference->has_device) {
        rc = add_write(plan, FLEET_TABLE_DEVICE, draft, true, difference);
    }
    if (rc == 0 && draft->removed && draft->now.kind == FLEET_CAMERA) {
        rc = add_write(plan, FLEET_TABLE_CAMERA, draft, true, difference);
    }
    return rc;
}

/* A camera that changes its channel lets go of it first, so that two can swap. */
static int write_letting_go(struct fleet_plan *plan, const struct draft *draft,
                            const struct difference *difference)
{
    if (!draft->existed || draft->removed || !difference->channel ||
        difference->was.camera.nvr_id[0] == '\0') {
        return 0;
    }
    int rc = add_write(plan, FLEET_TABLE_CAMERA, draft, false, difference);
    if (rc == 0) {
        plan->writes[plan->write_count - 1].record.camera.nvr_id = "";
        plan->writes[plan->write_count - 1].record.camera.nvr_channel = 0;
    }
    return rc;
}

static int write_present(struct fleet_plan *plan, const struct draft *draft,
                         const struct difference *difference)
{
    int rc = 0;
    if (draft->removed) {
        return 0;
    }
    if (difference->record) {
        rc = add_write(plan, table_of(draft), draft, false, difference);
    }
    if (rc == 0 && difference->device && difference->has_device) {
        rc = add_write(plan, FLEET_TABLE_DEVICE, draft, false, difference);
    }
    return rc;
}

static int write_gone(struct fleet_plan *plan, const struct draft *draft,
                      const struct difference *difference)
{
    return draft->removed && draft->now.kind != FLEET_CAMERA
               ? add_write(plan, table_of(draft), draft, true, difference)
               : 0;
}

typedef int (*write_fn)(struct fleet_plan *, const struct draft *, const struct difference *);

/* The order in which no reference and no channel ever clashes. */
static const struct {
    unsigned kind; /* 0: all */
    write_fn write;
} phases[] = {
    {0, write_leaving},         {FLEET_SITE, write_present},   {FLEET_CAMERA, write_letting_go},
    {FLEET_NVR, write_present}, {FLEET_CAMERA, write_present}, {FLEET_NVR, write_gone},
    {FLEET_SITE, write_gone},
};

int plan_write(struct planner *planner)
{
    struct difference *differences = calloc(planner->count + 1, sizeof(*differences));
    int rc = differences != NULL ? 0 : VMM_E_NOMEM;
    for (size_t i = 0; rc == 0 && i < planner->count; i++) {
        rc = compare(planner, &planner->drafts[i], &differences[i]);
    }
    for (size_t phase = 0; rc == 0 && phase < sizeof(phases) / sizeof(phases[0]); phase++) {
        for (size_t i = 0; rc == 0 && i < planner->count; i++) {
            const struct draft *draft = &planner->drafts[i];
            bool concerned = (draft->existed || !draft->removed) &&
                             (phases[phase].kind == 0 || phases[phase].kind == draft->now.kind);
            rc = concerned ? phases[phase].write(planner->plan, draft, &differences[i]) : 0;
        }
    }
    free(differences);
    return rc;
}
