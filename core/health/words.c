/* SPDX-License-Identifier: MIT */
#include "health/words.h"

#include <stddef.h>
#include <string.h>
#include <vmm/errors.h>
#include <vmm/observation.h>

#define ENTRIES(table) (sizeof(table) / sizeof((table)[0]))

#define WORD3(number, NAME, word)                [number] = (word),
#define WORD4(number, NAME, word, meaning)       [number] = (word),
#define WORD5(number, NAME, word, failed, saw)   [number] = (word),
#define WORD7(number, NAME, word, h, s, saw, do) [number] = (word),

static const char *const health_words[] = {VMM_HEALTHS(WORD3)};
static const char *const severity_words[] = {VMM_SEVERITIES(WORD3)};
static const char *const reason_words[] = {VMM_REASONS(WORD7)};
static const char *const rung_words[] = {VMM_RUNGS(WORD4)};
static const char *const outcome_words[] = {VMM_OUTCOMES(WORD5)};
static const char *const fact_words[] = {VMM_FACTS(WORD7)};
static const char *const breaker_words[] = {"closed", "open", "half-open"};

struct reason_entry {
    const char *seen;
    const char *remedy;
    uint8_t health;
    uint8_t severity;
};

#define REASON_ENTRY(number, NAME, word, HEALTH, SEVERITY, saw, todo)                              \
    [number] = {(saw), (todo), VMM_HEALTH_##HEALTH, VMM_SEVERITY_##SEVERITY},

static const struct reason_entry reasons[] = {VMM_REASONS(REASON_ENTRY)};

static const uint8_t reason_rungs[VMM_REASON_COUNT] = {
    [VMM_REASON_RESOLVER] = VMM_RUNG_RESOLVE,
    [VMM_REASON_UNREACHABLE] = VMM_RUNG_CONNECT,
    [VMM_REASON_DIRECT_UNREACHABLE] = VMM_RUNG_CONNECT,
    [VMM_REASON_RECORDER_DOWN] = VMM_RUNG_CONNECT,
    [VMM_REASON_TLS] = VMM_RUNG_TLS,
    [VMM_REASON_AUTH] = VMM_RUNG_AUTHENTICATE,
    [VMM_REASON_CREDENTIAL_MISSING] = VMM_RUNG_AUTHENTICATE,
    [VMM_REASON_AUTH_WAIT] = VMM_RUNG_AUTHENTICATE,
    [VMM_REASON_LOCKED] = VMM_RUNG_AUTHENTICATE,
    [VMM_REASON_TIMEOUT] = VMM_RUNG_ANSWER,
    [VMM_REASON_SLOW] = VMM_RUNG_ANSWER,
    [VMM_REASON_BUSY] = VMM_RUNG_ANSWER,
    [VMM_REASON_ERROR_STATUS] = VMM_RUNG_ANSWER,
    [VMM_REASON_BAD_REPLY] = VMM_RUNG_PARSE,
    [VMM_REASON_UNSUPPORTED] = VMM_RUNG_PARSE,
    [VMM_REASON_OTHER_PROVIDER] = VMM_RUNG_PARSE,
    [VMM_REASON_NEW_FIRMWARE] = VMM_RUNG_PARSE,
    [VMM_REASON_EXPECTATION] = VMM_RUNG_PARSE,
    [VMM_REASON_HARDWARE_FAULT] = VMM_RUNG_RECORDING,
    [VMM_REASON_WRONG_PATH] = VMM_RUNG_SIGNAL,
    [VMM_REASON_NO_VIDEO] = VMM_RUNG_SIGNAL,
    [VMM_REASON_VIDEO_LOSS] = VMM_RUNG_SIGNAL,
    [VMM_REASON_CHANNEL_OFF] = VMM_RUNG_SIGNAL,
    [VMM_REASON_RECORDER_LINK] = VMM_RUNG_SIGNAL,
    [VMM_REASON_DISK_FAULT] = VMM_RUNG_RECORDING,
    [VMM_REASON_DISK_READONLY] = VMM_RUNG_RECORDING,
    [VMM_REASON_DISK_MISSING] = VMM_RUNG_RECORDING,
    [VMM_REASON_DISK_FULL] = VMM_RUNG_RECORDING,
    [VMM_REASON_MISSING_RECORDING] = VMM_RUNG_RECORDING,
    [VMM_REASON_RECORDING_DISABLED] = VMM_RUNG_RECORDING,
    [VMM_REASON_RETENTION_SHORT] = VMM_RUNG_RECORDING,
    [VMM_REASON_RECORDING_GAP] = VMM_RUNG_RECORDING,
    [VMM_REASON_CLOCK_OFFSET] = VMM_RUNG_CLOCK,
    [VMM_REASON_CLOCK_ZONE] = VMM_RUNG_CLOCK,
    [VMM_REASON_CLOCK_DST] = VMM_RUNG_CLOCK,
    [VMM_REASON_CLOCK_DST_RULE] = VMM_RUNG_CLOCK,
};

static const char *word_of(const char *const *words, size_t count, uint32_t number)
{
    return number < count ? words[number] : "?";
}

static int number_of(const char *const *words, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i], word) == 0) {
            return (int)i;
        }
    }
    return VMM_E_NOENT;
}

const char *health_word(uint32_t health)
{
    return word_of(health_words, ENTRIES(health_words), health);
}

const char *severity_word(uint32_t severity)
{
    return word_of(severity_words, ENTRIES(severity_words), severity);
}

const char *reason_word(uint32_t reason)
{
    return word_of(reason_words, ENTRIES(reason_words), reason);
}

const char *rung_word(uint32_t rung)
{
    return word_of(rung_words, ENTRIES(rung_words), rung);
}

const char *outcome_word(uint32_t outcome)
{
    return word_of(outcome_words, ENTRIES(outcome_words), outcome);
}

const char *breaker_word(uint32_t breaker)
{
    return word_of(breaker_words, ENTRIES(breaker_words), breaker);
}

const char *fact_word(uint32_t fact)
{
    const char *word = word_of(fact_words, ENTRIES(fact_words), fact);
    return word != NULL ? word : "?"; /* there is no fact 0 */
}

int health_number(const char *word)
{
    return number_of(health_words, ENTRIES(health_words), word);
}

int severity_number(const char *word)
{
    return number_of(severity_words, ENTRIES(severity_words), word);
}

int reason_number(const char *word)
{
    return number_of(reason_words, ENTRIES(reason_words), word);
}

int rung_number(const char *word)
{
    return number_of(rung_words, ENTRIES(rung_words), word);
}

int outcome_number(const char *word)
{
    return number_of(outcome_words, ENTRIES(outcome_words), word);
}

int breaker_number(const char *word)
{
    return number_of(breaker_words, ENTRIES(breaker_words), word);
}

const char *reason_seen(uint32_t reason)
{
    return reason < VMM_REASON_COUNT ? reasons[reason].seen : "";
}

const char *reason_remedy(uint32_t reason)
{
    return reason < VMM_REASON_COUNT ? reasons[reason].remedy : "";
}

uint32_t reason_health(uint32_t reason)
{
    return reason < VMM_REASON_COUNT ? reasons[reason].health : VMM_HEALTH_UNKNOWN;
}

uint32_t reason_severity(uint32_t reason)
{
    return reason < VMM_REASON_COUNT ? reasons[reason].severity : VMM_SEVERITY_NORMAL;
}

uint32_t reason_rung(uint32_t reason)
{
    return reason < VMM_REASON_COUNT ? reason_rungs[reason] : VMM_RUNG_NONE;
}

uint32_t reason_take(uint64_t *mask)
{
    if (*mask == 0) {
        return VMM_REASON_NONE;
    }
    uint32_t reason = (uint32_t)__builtin_ctzll(*mask);
    *mask &= *mask - 1;
    return reason;
}
