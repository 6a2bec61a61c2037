/* SPDX-License-Identifier: MIT */
#include "ctl/first_verdict.h"

#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "ctl/call.h"
#include "ctl/look.h"
#include "ctl/show.h"

#define WITHIN_MS   30000u
#define BETWEEN_US  (CLOCK_S / 2) /* a fault is looked at a second time some seconds later */
#define DEADLINE_MS 28000         /* of the look itself */

struct first {
    struct ctl *ctl;
    const char *id;
    uint64_t until_us;
    struct look_rows rows;
    json_t *result; /* as `explain` gives it; NULL: not asked yet */
};

static uint32_t left_ms(const struct first *first)
{
    uint64_t now = clock_mono_us();
    return first->until_us > now ? (uint32_t)((first->until_us - now) / CLOCK_MS) + 1 : 1;
}

/* What was asked for; `busy`: its provider is starting, or its connections are in use, and it was not begun. */
static int look_now(struct first *first, bool *busy)
{
    *busy = false;
    struct call call = {.verb = "probe",
                        .args =
                            json_pack("{sssi}", "camera", first->id, "deadline_ms", DEADLINE_MS),
                        .timeout_ms = left_ms(first),
                        .changes = true,
                        .quiet_on = CTL_BUSY,
                        .was_quiet = busy};
    int code = call_vmmd(first->ctl, &call, NULL);
    return *busy ? EXIT_OK : code;
}

static int ask(struct first *first)
{
    json_decref(first->result);
    look_rows_finish(&first->rows);
    look_rows_init(&first->rows);
    first->result = NULL;
    struct call call = {.verb = "explain",
                        .args = json_pack("{ss}", "camera", first->id),
                        .on_row = look_row,
                        .arg = &first->rows};
    return call_vmmd(first->ctl, &call, &first->result);
}

static bool has_verdict(const struct first *first)
{
    const char *reason = show_text(json_object_get(first->result, "verdict"), "reason");
    return strcmp(reason, "never_looked") != 0;
}

/* False when there is no time left. */
static bool pause_a_little(const struct first *first)
{
    uint64_t now = clock_mono_us();
    if (now >= first->until_us) {
        return false;
    }
    uint64_t left = first->until_us - now;
    poll(NULL, 0, (int)((left < BETWEEN_US ? left : BETWEEN_US) / CLOCK_MS) + 1);
    return true;
}

/* One look is asked for. A second one, where the verdict needs it, vmmd makes by itself, at the distance that makes it
 * worth something. */
static int wait_for_verdict(struct first *first)
{
    bool busy = true;
    int code;
    do {
        code = busy ? look_now(first, &busy) : EXIT_OK;
        code = code == EXIT_OK ? ask(first) : code;
    } while (code == EXIT_OK && (busy || !has_verdict(first)) && pause_a_little(first));
    return code;
}

static bool is_well(const json_t *result)
{
    const char *health = show_text(json_object_get(result, "verdict"), "health");
    return strcmp(health, "OK") == 0 ||
           (strcmp(health, "UNKNOWN") == 0 && look_is_good(json_object_get(result, "look")));
}

/* It was to be found out whose device it is, and was not. */
static bool is_of_nobody(const json_t *result)
{
    const json_t *camera = json_object_get(result, "camera");
    const char *outcome = show_text(json_object_get(result, "look"), "outcome");
    return strcmp(show_text(camera, "provider"), "identify") == 0 &&
           !json_is_object(json_object_get(camera, "handover")) &&
           strcmp(outcome, "unsupported") == 0;
}

static void write_human(const struct first *first)
{
    struct ctl *ctl = first->ctl;
    const json_t *result = first->result;
    look_write(ctl, json_object_get(result, "look"), &first->rows);
    fputc('\n', ctl->out);
    look_write_handover(ctl, json_object_get(json_object_get(result, "camera"), "handover"));
    look_write_verdict(ctl, json_object_get(result, "verdict"));
    if (is_of_nobody(result)) {
        fprintf(ctl->out, "\nWhose device it is was not found out. The same command with "
                          "--provider NAME says it; vmmctl plugins lists the names.\n");
    }
    if (!has_verdict(first)) {
        fprintf(ctl->out, "\nThere is no verdict yet; vmmctl explain shows it when it has come.\n");
    }
    fprintf(ctl->out,
            "\nIt is watched from now on. See: vmmctl explain %s, vmmctl events --camera %s\n",
            first->id, first->id);
}

static void write_json(const struct first *first)
{
    json_t *camera = json_object_get(first->result, "camera");
    json_t *told = json_pack(
        "{s:O?, s:O?, s:O?, s:O?}", "look", json_object_get(first->result, "look"), "verdict",
        json_object_get(first->result, "verdict"), "provider", json_object_get(camera, "provider"),
        "handover", json_object_get(camera, "handover"));
    json_t *all = look_json(&first->rows, told, false);
    json_object_set_new(all, "id", json_string(first->id));
    show_json(first->ctl->out, all);
    json_decref(told);
    json_decref(all);
}

int first_verdict_show(struct ctl *ctl, const char *id)
{
    uint32_t within_ms = ctl->timeout_ms != 0 ? ctl->timeout_ms : WITHIN_MS;
    struct first first = {.ctl = ctl, .id = id, .until_us = clock_mono_us() + within_ms * CLOCK_MS};
    look_rows_init(&first.rows);
    int code = wait_for_verdict(&first);
    if (code == EXIT_OK && ctl->format == CTL_HUMAN) {
        write_human(&first);
    } else if (code == EXIT_OK) {
        write_json(&first);
    }
    if (code == EXIT_OK && !is_well(first.result)) {
        code = EXIT_NEGATIVE;
    }
    json_decref(first.result);
    look_rows_finish(&first.rows);
    return code;
}
