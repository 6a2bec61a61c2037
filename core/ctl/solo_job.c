/* SPDX-License-Identifier: MIT */
#include "ctl/solo_job.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/observation.h>

#include "base/clock.h"
#include "base/text.h"

#define OPTION_PREFIX "options."
#define CONFIG_PREFIX "config."

static int fail(struct solo_job *job, const char *what, const char *why)
{
    text_format(job->problem, sizeof(job->problem), "%.80s: %.160s", what, why);
    return VMM_E_INVAL;
}

/* The value of FIELD=VALUE when the field is this one, else NULL. */
static const char *value_of(const char *text, const char *name)
{
    size_t length = strlen(name);
    return strncmp(text, name, length) == 0 && text[length] == '=' ? text + length + 1 : NULL;
}

static int read_word(struct solo_job *job, const char *value, const char *const *words,
                     const char *what, uint8_t *number)
{
    for (uint8_t i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], value) == 0) {
            *number = i;
            return 0;
        }
    }
    return fail(job, what, "there is no such word; see vmmctl help camera");
}

static int read_port(struct solo_job *job, const char *value)
{
    char *end = NULL;
    long port = strtol(value, &end, 10);
    if (end == value || *end != '\0' || port < 1 || port > 65535) {
        return fail(job, "port", "a port is a number from 1 to 65535");
    }
    job->port = (uint16_t)port;
    return 0;
}

static int read_field(struct solo_job *job, const char *text)
{
    static const char *const tls[] = {"none", "verify", "pin", "off", "legacy", NULL};
    static const char *const auth[] = {"none", "digest", "basic", NULL};
    const char *value = strchr(text, '=') + 1;
    if (value_of(text, "provider") != NULL) {
        job->provider = value;
    } else if (value_of(text, "host") != NULL) {
        job->host = value;
    } else if (value_of(text, "port") != NULL) {
        return read_port(job, value);
    } else if (value_of(text, "tls") != NULL) {
        return read_word(job, value, tls, "tls", &job->tls);
    } else if (value_of(text, "auth") != NULL) {
        return read_word(job, value, auth, "auth", &job->auth);
    } else if (strncmp(text, OPTION_PREFIX, strlen(OPTION_PREFIX)) != 0 &&
               strncmp(text, CONFIG_PREFIX, strlen(CONFIG_PREFIX)) != 0) {
        return fail(job, text,
                    "without vmmd only port, tls, auth, options.NAME and config.NAME are read");
    }
    return 0;
}

int solo_job_read(struct solo_job *job, const json_t *fields)
{
    *job = (struct solo_job){.auth = AUTH_DIGEST};
    size_t index = 0;
    json_t *field = NULL;
    json_array_foreach(fields, index, field)
    {
        int rc = read_field(job, json_string_value(field));
        if (rc != 0) {
            return rc;
        }
    }
    return job->host != NULL && text_is_id(job->provider != NULL ? job->provider : "")
               ? 0
               : fail(job, "host, provider", "both are needed");
}

/* ---- options ---- */

/* "250ms", "30s", "4m", "1h" in milliseconds. */
static json_t *duration(const char *text)
{
    static const struct {
        const char *unit;
        long long ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
    char *end = NULL;
    long long count = strtoll(text, &end, 10);
    for (size_t i = 0; end != text && i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(end, units[i].unit) == 0 && count >= 0 && count < 1000000000) {
            return json_integer(count * units[i].ms);
        }
    }
    return NULL;
}

/* A text as a person types it, in the type of its item. NULL when it is none of the type. */
static json_t *typed(const struct vmm_config_item *item, const char *text)
{
    json_t *value = NULL;
    switch (item->type) {
    case VMM_CONFIG_DURATION:
        return duration(text);
    case VMM_CONFIG_BOOL:
    case VMM_CONFIG_INT:
    case VMM_CONFIG_NUMBER:
    case VMM_CONFIG_OBJECT:
    case VMM_CONFIG_LIST:
        value = json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
        break;
    default:
        return json_string(text);
    }
    bool fits = (item->type == VMM_CONFIG_BOOL && json_is_boolean(value)) ||
                (item->type == VMM_CONFIG_INT && json_is_integer(value)) ||
                (item->type == VMM_CONFIG_NUMBER && json_is_number(value)) ||
                (item->type == VMM_CONFIG_OBJECT && json_is_object(value)) ||
                (item->type == VMM_CONFIG_LIST && json_is_array(value));
    if (!fits) {
        json_decref(value);
        return NULL;
    }
    return value;
}

static int fill_defaults(struct solo_job *job, const struct vmm_config_item *const *items,
                         json_t *options);

/* The members of an object, or of each object of a list, get their defaults too. */
static int complete(struct solo_job *job, const struct vmm_config_item *item, json_t *options)
{
    json_t *value = json_object_get(options, item->name);
    if (item->type == VMM_CONFIG_DURATION && json_is_string(value)) {
        json_object_set_new(options, item->name, duration(json_string_value(value)));
        value = json_object_get(options, item->name);
        return json_is_integer(value) ? 0 : fail(job, item->name, "that is no duration");
    }
    if (item->items == NULL || json_is_object(value)) {
        return item->items != NULL ? fill_defaults(job, item->items, value) : 0;
    }
    size_t index = 0;
    json_t *member = NULL;
    json_array_foreach(value, index, member)
    {
        int rc = json_is_object(member) ? fill_defaults(job, item->items, member)
                                        : fail(job, item->name, "its members are objects");
        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}

static int fill_defaults(struct solo_job *job, const struct vmm_config_item *const *items,
                         json_t *options)
{
    for (; items != NULL && *items != NULL; items++) {
        const struct vmm_config_item *item = *items;
        bool given = json_object_get(options, item->name) != NULL;
        if (!given && (item->flags & VMM_CONFIG_REQUIRED) != 0) {
            return fail(job, item->name, "the plugin needs it, and has no default for it");
        }
        if (!given && item->default_json != NULL &&
            json_object_set_new(options, item->name,
                                json_loads(item->default_json, JSON_DECODE_ANY, NULL)) != 0) {
            return fail(job, item->name, "its default is no value of its type");
        }
        if (complete(job, item, options) != 0) {
            return VMM_E_INVAL;
        }
    }
    return 0;
}

static const struct vmm_config_item *find_item(const struct vmm_config_item *const *items,
                                               const char *name, size_t length)
{
    for (; items != NULL && *items != NULL; items++) {
        if (strlen((*items)->name) == length && strncmp((*items)->name, name, length) == 0) {
            return *items;
        }
    }
    return NULL;
}

static int set_option(struct solo_job *job, const struct vmm_config_item *const *items,
                      const char *text, json_t *options)
{
    const char *equals = strchr(text, '=');
    const struct vmm_config_item *item = find_item(items, text, (size_t)(equals - text));
    if (item == NULL) {
        return fail(job, text, "the provider has no such option");
    }
    if (json_object_set_new(options, item->name, typed(item, equals + 1)) != 0) {
        return fail(job, item->name, "that is no value of its type");
    }
    return 0;
}

static int render(struct solo_job *job, json_t *options, char **json)
{
    *json = json_dumps(options, JSON_COMPACT);
    return *json != NULL ? 0 : fail(job, "options", "no memory");
}

int solo_job_settings(struct solo_job *job, const struct vmm_config_item *const *items,
                      const json_t *fields, const char *prefix, char **json)
{
    json_t *settings = json_object();
    size_t length = strlen(prefix);
    *json = NULL;
    int rc = 0;
    size_t index = 0;
    json_t *field = NULL;
    json_array_foreach(fields, index, field)
    {
        const char *text = json_string_value(field);
        if (rc == 0 && strncmp(text, prefix, length) == 0) {
            rc = set_option(job, items, text + length, settings);
        }
    }
    if (rc == 0) {
        rc = fill_defaults(job, items, settings);
    }
    if (rc == 0) {
        rc = render(job, settings, json);
    }
    json_decref(settings);
    return rc;
}

/* ---- the result ---- */

#define FACT_ROW(number, NAME, word, subject, type, unit, meaning)        [number] = {word, unit},
#define WORD_ROW_RUNG(number, NAME, word, meaning)                        [number] = word,
#define WORD_ROW_OUTCOME(number, NAME, word, failed, meaning)             [number] = word,
#define WORD_ROW_REASON(number, NAME, word, health, severity, seen, todo) [number] = word,

static const struct {
    const char *word;
    const char *unit;
} facts[] = {VMM_FACTS(FACT_ROW)};
static const char *const rungs[] = {VMM_RUNGS(WORD_ROW_RUNG)};
static const char *const outcomes[] = {VMM_OUTCOMES(WORD_ROW_OUTCOME)};
static const char *const reasons[] = {VMM_REASONS(WORD_ROW_REASON)};
static const char *const subjects[] = {"?", "device", "channel", "disk", "stream"};
static const char *const standings[] = {"not judged", "ok", "fault"};

#define WORD(table, number) ((number) < sizeof(table) / sizeof((table)[0]) ? (table)[number] : "?")

json_t *solo_job_step(const struct result_step *step)
{
    return json_pack("{s:{s:s,s:s,s:I,s:f}}", "step", "asked", step->asked, "came", step->came,
                     "start_ms", (json_int_t)step->start_ms, "took_ms", step->took_us / 1000.0);
}

static json_t *value_of_fact(const struct result_fact *fact)
{
    double real = 0;
    switch (fact->type) {
    case VMM_TYPE_INT:
        return json_integer((json_int_t)fact->value);
    case VMM_TYPE_BOOL:
        return json_boolean(fact->value != 0);
    case VMM_TYPE_TEXT:
        return json_string(fact->text);
    case VMM_TYPE_FLOAT:
        memcpy(&real, &fact->value, sizeof(real));
        return json_real(real);
    default:
        return NULL;
    }
}

json_t *solo_job_fact(const struct result_fact *fact)
{
    bool known = fact->fact < sizeof(facts) / sizeof(facts[0]) && facts[fact->fact].word != NULL;
    json_t *value = value_of_fact(fact);
    return json_pack(
        "{s:{s:s,s:i,s:s,s:o,s:s,s:s,s:s?}}", "fact", "subject", WORD(subjects, fact->subject),
        "index", (int)fact->index, "fact", known ? facts[fact->fact].word : "?", "value",
        value != NULL ? value : json_null(), "unit", known ? facts[fact->fact].unit : "",
        "standing", WORD(standings, fact->standing), "reason",
        fact->reason != 0 ? WORD(reasons, fact->reason) : NULL);
}

static const char *login_word(uint32_t flags)
{
    if ((flags & RESULT_LOGIN_ACCEPTED) != 0) {
        return "accepted";
    }
    if ((flags & RESULT_LOGIN_REFUSED) != 0) {
        return "refused";
    }
    if ((flags & RESULT_LOGIN_TRIED) != 0) {
        return "unanswered";
    }
    return (flags & RESULT_LOGIN_BARRED) != 0 ? "barred" : "none";
}

json_t *solo_job_look(const struct result_message *result, int64_t wall_us)
{
    char at[CLOCK_TEXT_SIZE];
    return json_pack("{s:s,s:s,s:s,s:s,s:s?,s:s,s:I,s:I,s:I,s:I,s:I,s:s}", "at",
                     clock_text(wall_us, at), "scope", "full", "outcome",
                     WORD(outcomes, result->outcome), "rung", WORD(rungs, result->rung), "reason",
                     result->reason != 0 ? WORD(reasons, result->reason) : NULL, "detail",
                     result->detail, "total_ms", (json_int_t)result->total_us / 1000, "slowest_ms",
                     (json_int_t)result->slowest_us / 1000, "requests",
                     (json_int_t)result->requests, "connections", (json_int_t)result->connections,
                     "bytes", (json_int_t)result->bytes, "login", login_word(result->flags));
}
