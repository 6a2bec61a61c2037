/* SPDX-License-Identifier: MIT */
#include "fleet/rules.h"

#include <stddef.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/text.h"

#define WRONG_SIZE 96
#define LOOKS_MAX  15

static const struct {
    const char *key;
    size_t offset;
    uint32_t least;
    uint32_t most;
} numbers[] = {
#define NUMBER(key, least, most) {#key, offsetof(struct fleet_rules, key), least, most},
    FLEET_RULES(NUMBER)
#undef NUMBER
};

static const char *const reasons[VMM_REASON_COUNT] = {
#define REASON(number, NAME, word, health, severity, seen, todo) [number] = (word),
    VMM_REASONS(REASON)
#undef REASON
};

static int refuse(char *wrong, const char *member, const char *remedy)
{
    text_format(wrong, WRONG_SIZE, "%.32s: %s", member, remedy);
    return VMM_E_INVAL;
}

static bool is_within(const json_t *value, uint32_t least, uint32_t most)
{
    json_int_t number = json_integer_value(value);
    return json_is_integer(value) && number >= least && number <= most;
}

static uint32_t reason_of(const char *word)
{
    uint32_t reason = 1;
    while (reason < VMM_REASON_COUNT && strcmp(reasons[reason], word) != 0) {
        reason++;
    }
    return reason;
}

static int read_counts(const char *word, const json_t *counts, struct fleet_rules *rules,
                       char *wrong)
{
    uint32_t reason = reason_of(word);
    const char *key;
    json_t *value;
    if (reason == VMM_REASON_COUNT || !json_is_object(counts)) {
        return refuse(wrong, word, "write a reason, and {\"on\": 2, \"off\": 3} for it");
    }
    json_object_foreach((json_t *)counts, key, value)
    {
        bool on = strcmp(key, "on") == 0;
        if ((!on && strcmp(key, "off") != 0) || !is_within(value, 1, LOOKS_MAX)) {
            return refuse(wrong, word, "\"on\" and \"off\" are 1 to 15 looks");
        }
        uint8_t *looks = on ? rules->on : rules->off;
        looks[reason] = (uint8_t)json_integer_value(value);
    }
    return 0;
}

static int read_reasons(const json_t *object, struct fleet_rules *rules, char *wrong)
{
    const char *word;
    json_t *counts;
    if (!json_is_object(object)) {
        return refuse(wrong, "reasons", "write an object of reasons");
    }
    json_object_foreach((json_t *)object, word, counts)
    {
        int rc = read_counts(word, counts, rules, wrong);
        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}

static int read_number(const char *key, const json_t *value, struct fleet_rules *rules, char *wrong)
{
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (strcmp(numbers[i].key, key) != 0) {
            continue;
        }
        if (!is_within(value, numbers[i].least, numbers[i].most)) {
            char remedy[48];
            text_format(remedy, sizeof(remedy), "write %u to %u", numbers[i].least,
                        numbers[i].most);
            return refuse(wrong, key, remedy);
        }
        uint32_t number = (uint32_t)json_integer_value(value);
        memcpy((char *)rules + numbers[i].offset, &number, sizeof(number));
        return 0;
    }
    return refuse(wrong, key, "there is no such rule");
}

int fleet_rules_read(const json_t *object, struct fleet_rules *rules, char *wrong)
{
    const char *key;
    json_t *value;
    int rc = json_is_object(object) ? 0 : refuse(wrong, "rules", "write an object");
    json_object_foreach((json_t *)object, key, value)
    {
        if (strcmp(key, "reasons") == 0) {
            rc = read_reasons(value, rules, wrong);
        } else if (strcmp(key, "confirm") != 0) {
            rc = read_number(key, value, rules, wrong);
        } else if (!json_is_boolean(value)) {
            rc = refuse(wrong, key, "write true or false");
        } else {
            rules->confirm = json_is_true(value) ? FLEET_RULES_CONFIRM_ON : FLEET_RULES_CONFIRM_OFF;
        }
        if (rc != 0) {
            return rc;
        }
    }
    return rc;
}
