/* SPDX-License-Identifier: MIT */
#include "health/doc.h"

#include <vmm/observation.h>

#include "health/health.h"
#include "health/outcome_table.h"
#include "health/words.h"

#define RUNG_LINE(number, NAME, word, meaning) {(word), (meaning)},

static const struct {
    const char *word;
    const char *meaning;
} rungs[] = {VMM_RUNGS(RUNG_LINE)};

static const char *meaning_text(uint32_t meaning)
{
    switch (meaning) {
    case OUTCOME_GOOD:
        return "good";
    case OUTCOME_ANSWERED:
        return "answered, no success";
    case OUTCOME_FAILED:
        return "failed look";
    default:
        return "judges nobody";
    }
}

static void write_rungs(FILE *out)
{
    fputs("### The ladder\n\n| rung | reached when |\n| --- | --- |\n", out);
    for (size_t i = 1; i < VMM_RUNG_COUNT; i++) {
        fprintf(out, "| %s | %s |\n", rungs[i].word, rungs[i].meaning);
    }
}

static void write_rung_range(FILE *out, const struct outcome_row *row)
{
    if (row->first_rung == VMM_RUNG_NONE && row->last_rung == VMM_RUNG_COUNT - 1) {
        fputs("any", out);
    } else if (row->first_rung == row->last_rung) {
        fputs(rung_word(row->first_rung), out);
    } else {
        fprintf(out, "%s to %s", rung_word(row->first_rung), rung_word(row->last_rung));
    }
}

static void write_outcome(FILE *out, const struct outcome_row *row)
{
    fprintf(out, "| %s | ", outcome_word(row->outcome));
    write_rung_range(out, row);
    fprintf(out, " | %s | %s | ", row->seen ? "yes" : "no", meaning_text(row->meaning));
    bool judged = row->meaning == OUTCOME_FAILED || row->meaning == OUTCOME_ANSWERED;
    if (judged) {
        fprintf(out, "%s | %s | %s |\n", health_word(reason_health(row->reason)),
                row->meaning == OUTCOME_FAILED ? "critical"
                                               : severity_word(reason_severity(row->reason)),
                reason_word(row->reason));
    } else if (row->meaning == OUTCOME_OURS && row->reason != VMM_REASON_NONE) {
        fprintf(out, "UNKNOWN when stale | %s | %s |\n",
                severity_word(reason_severity(row->reason)), reason_word(row->reason));
    } else {
        fputs(row->meaning == OUTCOME_GOOD ? "by the facts | | |\n" : "as it was | | |\n", out);
    }
}

static void write_outcomes(FILE *out)
{
    size_t count = 0;
    const struct outcome_row *rows = outcome_rows(&count);
    fputs("### Outcome and rung\n\n"
          "| outcome | first rung that failed | device seen | counts as | health | severity | "
          "reason |\n"
          "| --- | --- | --- | --- | --- | --- | --- |\n",
          out);
    for (size_t i = 0; i < count; i++) {
        write_outcome(out, &rows[i]);
    }
    fputs("\nA provider may name a better reason. Named with a failed look, these say that the "
          "device did"
          "\nanswer in its protocol, so the look is an answered one:\n",
          out);
    const char *between = "";
    for (uint32_t i = 0; i < VMM_REASON_COUNT; i++) {
        if ((outcome_answering_reasons() & HEALTH_BIT(i)) != 0) {
            fprintf(out, "%s`%s`", between, reason_word(i));
            between = ", ";
        }
    }
    fputs(".\nOf `busy`, `wrong_path`, `expectation`, `no_video` and `error_status` the newest is "
          "what is "
          "so: looks that name one end another.\n",
          out);
}

/* Those that stand for looks that failed, and come and go with the breaker. */
static bool by_failed_looks(uint32_t reason)
{
    const uint64_t failed = HEALTH_BIT(VMM_REASON_UNREACHABLE) | HEALTH_BIT(VMM_REASON_TIMEOUT) |
                            HEALTH_BIT(VMM_REASON_BAD_REPLY) | HEALTH_BIT(VMM_REASON_TLS);
    return (HEALTH_BIT(reason) & failed) != 0;
}

/* Reasons that begin and end otherwise than by looks in a row. */
static const char *looks_in_words(uint32_t reason)
{
    switch (reason) {
    case VMM_REASON_DIRECT_UNREACHABLE:
        return "5 failed, while its recorder sees it | sustained success";
    case VMM_REASON_RECORDER_DOWN:
        return "with its recorder | with its recorder";
    case VMM_REASON_RECORDER_LINK:
        return "2 of the recorder, an answer of the camera between them | 3 of the recorder";
    case VMM_REASON_RETENTION_SHORT:
        return "after 2 days | 1";
    case VMM_REASON_NODE:
        return "when stale | at once";
    case VMM_REASON_RESOLVER:
    case VMM_REASON_INTERNAL:
        return "when stale; 2 while unknown anyway | at once";
    case VMM_REASON_AUTH_WAIT:
        return "when stale; at once while unknown anyway | at once";
    default:
        return reason_rung(reason) == VMM_RUNG_NONE ? "at once | at once" : NULL;
    }
}

static void write_looks(FILE *out, uint32_t reason)
{
    struct health_policy policy;
    health_policy_init(&policy);
    if (by_failed_looks(reason)) {
        fprintf(out, "%u failed | sustained success", policy.fail_count);
    } else if (reason == VMM_REASON_SLOW) {
        fprintf(out, "%u slow | sustained success", policy.latency_count);
    } else if (reason == VMM_REASON_VIDEO_LOSS) {
        fprintf(out, "%u; all inputs %u | %u; all inputs %u",
                health_policy_on(&policy, VMM_REASON_VIDEO_LOSS),
                health_policy_on(&policy, HEALTH_ALL_LOST),
                health_policy_off(&policy, VMM_REASON_VIDEO_LOSS),
                health_policy_off(&policy, HEALTH_ALL_LOST));
    } else if (reason == VMM_REASON_NO_VIDEO) {
        fprintf(out, "%u; all streams %u | %u; all streams %u",
                health_policy_on(&policy, VMM_REASON_NO_VIDEO),
                health_policy_on(&policy, HEALTH_NO_MEDIA),
                health_policy_off(&policy, VMM_REASON_NO_VIDEO),
                health_policy_off(&policy, HEALTH_NO_MEDIA));
    } else if (looks_in_words(reason) != NULL) {
        fputs(looks_in_words(reason), out);
    } else {
        fprintf(out, "%u | %u", health_policy_on(&policy, reason),
                health_policy_off(&policy, reason));
    }
}

static void write_reasons(FILE *out)
{
    fputs(
        "### Reasons\n\n"
        "| no. | reason | health | severity | looks on | looks off | what was seen | what to do |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- |\n",
        out);
    for (uint32_t i = 1; i < VMM_REASON_COUNT; i++) {
        fprintf(out, "| %u | `%s` | %s | %s | ", i, reason_word(i),
                i == VMM_REASON_VIDEO_LOSS ? "DEGRADED; all inputs DOWN"
                : i == VMM_REASON_NO_VIDEO ? "DEGRADED; all streams DOWN"
                                           : health_word(reason_health(i)),
                severity_word(reason_severity(i)));
        write_looks(out, i);
        fprintf(out, " | %s | %s |\n", reason_seen(i), reason_remedy(i));
    }
}

void health_doc_write(FILE *out)
{
    fputs("\n", out);
    write_rungs(out);
    fputs("\n", out);
    write_outcomes(out);
    fputs("\n", out);
    write_reasons(out);
    fputs("\n", out);
}
