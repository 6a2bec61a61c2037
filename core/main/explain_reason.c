/* SPDX-License-Identifier: MIT */
/* Why a verdict is what it is, reason by reason: what it is about, and since when it holds. */
#include <string.h>

#include "base/text.h"
#include "config/config.h"
#include "health/words.h"
#include "main/control.h"
#include "main/explain_parts.h"

/* Whether a fact of the look is one of the subject: of a channel's look, those of that channel and of the device. */
static bool is_about(const struct explain_subject *subject, const struct result_fact *fact)
{
    bool channel = subject->camera != NULL && subject->camera->device == FLEET_NONE;
    return !channel || fact->subject != VMM_SUBJECT_CHANNEL ||
           fact->index == subject->camera->record.nvr_channel;
}

static const struct result_fact *find_fault(const struct explain_subject *subject,
                                            const struct result_message *result, uint32_t reason)
{
    for (uint32_t i = 0; result != NULL && i < result->fact_count; i++) {
        const struct result_fact *fact = &result->facts[i];
        if (fact->standing == VMM_STANDING_FAULT && fact->reason == reason &&
            is_about(subject, fact)) {
            return fact;
        }
    }
    return NULL;
}

/* The one that decides is as old as the verdict; of the others the events know. */
static json_t *since_of(const struct health_state *state, uint32_t reason, const json_t *history)
{
    if (reason == state->reason) {
        return control_time(state->since_wall);
    }
    json_t *known = json_object_get(history, reason_word(reason));
    return known != NULL ? json_incref(known) : json_null();
}

struct explain_words explain_words(const struct daemon *daemon, const struct fleet_device *device,
                                   uint32_t reason)
{
    struct explain_words words = {{0}, {0}};
    const char *provider = device != NULL ? fleet_speaker(&device->record) : NULL;
    bool is_missing = reason == VMM_REASON_PROVIDER_FAILED && provider != NULL &&
                      config_find_plugin(daemon->config, provider) == NULL;
    if (is_missing) {
        text_format(words.seen, sizeof(words.seen), "its provider \"%.64s\" is not installed",
                    provider);
        text_format(words.remedy, sizeof(words.remedy),
                    "install vmm-plugin-%.64s, or name another provider", provider);
    } else {
        text_format(words.seen, sizeof(words.seen), "%s", reason_seen(reason));
        text_format(words.remedy, sizeof(words.remedy), "%s", reason_remedy(reason));
    }
    return words;
}

static json_t *reason_row(const struct daemon *daemon, const struct explain_subject *subject,
                          const struct result_message *result, uint32_t reason,
                          const json_t *history)
{
    const struct result_fact *fact = find_fault(subject, result, reason);
    json_t *row = json_pack("{s:s, s:s, s:s}", "reason", reason_word(reason), "health",
                            health_word(reason_health(reason)), "severity",
                            severity_word(reason_severity(reason)));
    json_object_set_new(
        row, "subject",
        json_string(explain_subject_word(fact != NULL ? fact->subject : VMM_SUBJECT_DEVICE)));
    json_object_set_new(row, "index", json_integer(fact != NULL ? (json_int_t)fact->index : 0));
    json_object_set_new(row, "since", since_of(subject->state, reason, history));
    const struct explain_words words = explain_words(daemon, subject->device, reason);
    json_object_set_new(row, "seen", json_string(words.seen));
    json_object_set_new(row, "do", json_string(words.remedy));
    return row;
}

json_t *explain_reasons(const struct daemon *daemon, const struct explain_subject *subject,
                        const struct result_message *result, const json_t *history)
{
    const struct health_state *state = subject->state;
    uint64_t reasons = health_reasons(state);
    json_t *list = json_array();
    if (state->blocked != 0) { /* why nothing is looked at says it all */
        reasons &= ~HEALTH_BIT(VMM_REASON_NEVER_LOOKED);
    }
    for (uint32_t reason = reason_take(&reasons); reason != 0; reason = reason_take(&reasons)) {
        json_array_append_new(list, reason_row(daemon, subject, result, reason, history));
    }
    return list;
}

/* ---- what the events know ---- */

static bool lists(const json_t *reasons, const char *word)
{
    size_t i;
    const json_t *one;
    json_array_foreach(reasons, i, one)
    {
        if (json_string_value(one) != NULL && strcmp(json_string_value(one), word) == 0) {
            return true;
        }
    }
    return false;
}

/* Since when a reason has been in each event up to the newest. Null: it is older than the oldest of them. */
static json_t *first_time(const char *word, const struct store_event *rows, size_t count)
{
    int64_t since = 0;
    for (size_t i = 0; i < count; i++) {
        json_t *metadata = json_loads(rows[i].metadata_json, 0, NULL);
        const json_t *reasons = json_object_get(metadata, "reasons");
        bool held = lists(reasons, word);
        bool told = json_is_array(reasons); /* else it is of the inventory, and says nothing */
        json_decref(metadata);
        if (held) {
            since = rows[i].ts_event;
        } else if (told) {
            return control_time(since);
        }
    }
    return json_null();
}

json_t *explain_history(const struct store_event *rows, size_t count)
{
    json_t *history = json_object();
    for (uint32_t reason = 1; reason < VMM_REASON_COUNT; reason++) {
        json_object_set_new(history, reason_word(reason),
                            first_time(reason_word(reason), rows, count));
    }
    return history;
}
