/* SPDX-License-Identifier: MIT */
#include "main/learn.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "health/words.h"
#include "main/fleet_edit.h"
#include "main/journal.h"
#include "main/note.h"

/* What the device tells; texts of the look. */
static void read_facts(const struct health_fact *facts, size_t count, struct fleet_learnt *learnt)
{
    for (size_t i = 0; i < count; i++) {
        const struct health_fact *fact = &facts[i];
        const char **slot = fact->fact == VMM_FACT_MODEL      ? &learnt->model
                            : fact->fact == VMM_FACT_FIRMWARE ? &learnt->firmware
                            : fact->fact == VMM_FACT_SERIAL   ? &learnt->serial
                            : fact->fact == VMM_FACT_MAC      ? &learnt->mac
                                                              : NULL;
        if (slot != NULL && fact->subject == VMM_SUBJECT_DEVICE && fact->text != NULL &&
            fact->standing != VMM_STANDING_NOT_JUDGED) {
            *slot = fact->text;
        }
    }
}

/* ---- what has changed ---- */

static bool differs(const char *known, const char *told)
{
    return known[0] != '\0' && told != NULL && told[0] != '\0' && strcmp(known, told) != 0;
}

/* Other hardware at the old address, by the best of what tells it apart; else the same with other firmware. */
static bool find_change(const struct device_record *known, const struct fleet_learnt *told,
                        struct learn_finding *finding)
{
    bool same_serial = told->serial != NULL && strcmp(known->serial, told->serial) == 0;
    if (differs(known->serial, told->serial)) {
        *finding = (struct learn_finding){"replaced", "serial", known->serial, told->serial};
    } else if (!same_serial && differs(known->mac, told->mac)) {
        *finding = (struct learn_finding){"replaced", "mac", known->mac, told->mac};
    } else if (differs(known->firmware, told->firmware)) {
        *finding = (struct learn_finding){"firmware", "firmware", known->firmware, told->firmware};
    } else {
        return false;
    }
    return true;
}

/* The facts that the look could not judge, each once: what a new firmware may have taken away. */
static json_t *not_judged(const struct health_fact *facts, size_t count)
{
    json_t *list = json_array();
    bool seen[VMM_FACT_COUNT] = {false};
    for (size_t i = 0; i < count; i++) {
        uint32_t fact = facts[i].fact;
        if (facts[i].standing == VMM_STANDING_NOT_JUDGED && fact < VMM_FACT_COUNT && !seen[fact]) {
            seen[fact] = true;
            json_array_append_new(list, json_string(fact_word(fact)));
        }
    }
    return list;
}

void learn_tell(struct watch *watch, const struct fleet_device *device,
                const struct learn_finding *finding, json_t *unjudged)
{
    struct journal_subject subject = verdict_subject(watch, device);
    char component[JOURNAL_COMPONENT_MAX];
    char type[32];
    char key[1024];
    int64_t now = clock_wall_us();
    journal_component(&subject, component);
    text_format(type, sizeof(type), "%s.%s", subject.is_nvr ? "nvr" : "camera", finding->type);
    text_format(key, sizeof(key), "%s/%s/%lld/%s/%s>%s", subject.site_id, component,
                (long long)(now / (int64_t)CLOCK_S), finding->what, finding->old, finding->new);
    json_t *metadata =
        json_pack("{s:s, s:s, s:s, s:o, s:s?, s:s}", "what", finding->what, "old", finding->old,
                  "new", finding->new, "not_judged", unjudged, "nvr_id",
                  subject.is_nvr              ? subject.id
                  : subject.nvr_id[0] != '\0' ? subject.nvr_id
                                              : NULL,
                  "node_id", subject.node_id);
    struct store_event row = {.site_id = subject.site_id,
                              .camera_id = subject.is_nvr ? "" : subject.id,
                              .type = type,
                              .severity = VMM_SEVERITY_NORMAL,
                              .ts_event = now,
                              .dedup_key = key,
                              .node_id = subject.node_id,
                              .epoch = subject.epoch};
    journal_put(watch_durable(watch), &row, metadata, now);
    watch->durable_has_event = true;
    watch->events++;
}

bool learn_facts(struct watch *watch, uint32_t device, const struct health_fact *facts,
                 size_t fact_count, const struct result_message *result)
{
    struct fleet_learnt learnt = {0};
    struct learn_finding finding;
    if (fleet_edit_under_way(watch->daemon)) {
        return false;
    }
    read_facts(facts, fact_count, &learnt);
    const struct fleet_device *record = fleet_device(watch->daemon->fleet, device);
    bool new_firmware = differs(record->record.firmware, learnt.firmware);
    if (find_change(&record->record, &learnt, &finding)) {
        learn_tell(watch, record, &finding, not_judged(facts, fact_count));
        note_forget(&watch->devices[device]);
    }
    if (result->tls_key.size == TLS_PIN_SIZE && !record->record.has_tls_pin) {
        learnt.tls_pin = result->tls_key.data;
    }
    if (fleet_learn(watch->daemon->fleet, device, &learnt) == 1) {
        store_put_device(watch_durable(watch), &record->record);
    }
    return new_firmware;
}
