/* SPDX-License-Identifier: MIT */
/* quiet.list, quiet.add, quiet.end, quiet.accept: what people asked to be spared. */
#include <stdlib.h>
#include <string.h>

#include <sys/random.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/text.h"
#include "main/control.h"
#include "main/notify.h"
#include "main/off.h"
#include "main/upkeep.h"

#define SPAN_US (7ll * 86400 * 1000000) /* of one that names no end */

/* ---- listing ---- */

static json_t *row_of(const struct quiet_entry *entry)
{
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:o, s:o, s:o}", "id",
                     entry->id, "kind", quiet_kind_word(entry->kind), "site_id",
                     control_string(entry->site), "camera", control_string(entry->camera), "cause",
                     control_string(entry->cause), "tag", control_string(entry->tag), "incident",
                     control_string(entry->incident), "owner", entry->owner, "reason",
                     entry->reason, "starts_at", control_time(entry->starts_at), "ends_at",
                     control_time(entry->ends_at), "weekly", control_string(entry->window_text));
}

static json_t *next_entry(struct control_walk *walk)
{
    const struct quiet *quiet = &walk->daemon->notify->gateway->quiet;
    while (walk->at < quiet->count) {
        const struct quiet_entry *entry = quiet->entries[walk->at++];
        if (walk->of[0] == '\0' || strcmp(walk->of, quiet_kind_word(entry->kind)) == 0) {
            return row_of(entry);
        }
    }
    return NULL;
}

void verb_quiet_list(struct daemon *daemon, struct ctl_call *call, json_t *args,
                     const struct ctl_peer *peer)
{
    static const char *const names[] = {"kind", NULL};
    (void)peer;
    if (control_unknown(call, args, names)) {
        return;
    }
    control_walk(daemon, call, control_text(args, "kind"), next_entry);
}

/* ---- changing ---- */

struct answer {
    struct ctl_call *call;
    json_t *result;
};

static void on_durable(void *arg, int rc)
{
    struct answer *answer = arg;
    if (rc == 0) {
        ctl_done(answer->call, answer->result);
    } else {
        json_decref(answer->result);
        ctl_fail(answer->call, CTL_UNAVAILABLE, "it could not be written down",
                 "see vmmctl status and the log");
    }
    free(answer);
}

void verb_quiet_answer(struct daemon *daemon, struct ctl_call *call, json_t *result)
{
    struct answer *answer = calloc(1, sizeof(*answer));
    if (answer == NULL) {
        json_decref(result);
        ctl_fail(call, CTL_INTERNAL, "no memory", NULL);
        return;
    }
    *answer = (struct answer){call, result};
    upkeep_turn(daemon->notify->upkeep);
    off_turn(daemon->watch);
    notify_arm(daemon->notify);
    notify_when_durable(daemon->notify, on_durable, answer);
}

static bool read_time(struct ctl_call *call, const json_t *args, const char *name,
                      int64_t otherwise, int64_t *out)
{
    const char *text = control_text(args, name);
    *out = otherwise;
    if (text[0] != '\0' && clock_parse(text, out) != 0) {
        ctl_fail(call, CTL_INVALID, "this is no time", "write it like 2026-11-21T22:49:01Z");
        return false;
    }
    return true;
}

/* "m-3f2a9c", of an id that nothing has. */
static void make_id(const struct quiet *quiet, enum quiet_kind kind, char out[QUIET_ID_MAX])
{
    static const char letters[QUIET_KINDS] = {'m', 's', 'o', 'a', 'z'};
    do {
        uint32_t random = 0;
        ssize_t got = getrandom(&random, sizeof(random), 0);
        (void)got;
        text_format(out, QUIET_ID_MAX, "%c-%06x", letters[kind], random & 0xffffffu);
    } while (quiet_find(quiet, out) != NULL);
}

/* The open incident of this id, or of this camera; "" when there is none. */
static const char *find_incident(const struct gateway *gateway, const char *id)
{
    if (id[0] == '\0' || gateway_alarm(gateway, id) != NULL) {
        return id;
    }
    for (uint32_t i = 0; i < gateway->alarms.room; i++) {
        const struct alarm *alarm = gateway->alarms.items[i];
        if (alarm != NULL && alarm->closed_at == 0 &&
            (strcmp(alarm->subject, id) == 0 ||
             (alarm->subject[0] == '\0' && strcmp(alarm->site_id, id) == 0))) {
            return alarm->id;
        }
    }
    return "";
}

static void clean(const json_t *args, const char *name, char out[TEXT_MAX + 1])
{
    const char *text = control_text(args, name);
    text_clean(text, strlen(text), out);
}

/* Who takes an incident keeps back messages about it; where nobody is told, there is none to keep back. */
static bool is_in_vain(const struct daemon *daemon, struct ctl_call *call, enum quiet_kind kind)
{
    bool takes = kind == QUIET_ACK || kind == QUIET_SNOOZE;
    if (daemon->notify->active || !takes) {
        return false;
    }
    ctl_fail(call, CTL_REFUSED,
             "nobody is told of any incident, so there is nothing to keep back: no sink for people "
             "is on",
             "vmmctl flags");
    return true;
}

static void add(struct daemon *daemon, struct ctl_call *call, const json_t *args, int64_t starts,
                int64_t ends)
{
    struct gateway *gateway = daemon->notify->gateway;
    char id[QUIET_ID_MAX];
    char owner[TEXT_MAX + 1];
    char reason[TEXT_MAX + 1];
    const char *why = NULL;
    enum quiet_kind kind = quiet_kind_of(control_text(args, "kind"));
    clean(args, "owner", owner);
    clean(args, "reason", reason);
    make_id(&gateway->quiet, kind, id);
    struct quiet_draft draft = {.kind = kind,
                                .id = id,
                                .site = control_text(args, "site"),
                                .camera = control_text(args, "camera"),
                                .cause = control_text(args, "cause"),
                                .tag = control_text(args, "tag"),
                                .incident = find_incident(gateway, control_text(args, "incident")),
                                .owner = owner,
                                .reason = reason,
                                .weekly = control_text(args, "weekly"),
                                .created_at = clock_wall_us(),
                                .starts_at = starts,
                                .ends_at = ends};
    int rc = gateway_quiet_add(gateway, &draft, &why, notify_now());
    if (rc != 0) {
        ctl_fail(call, rc == VMM_E_INVAL ? CTL_INVALID : CTL_INTERNAL,
                 rc == VMM_E_INVAL ? why : "no memory", NULL);
        return;
    }
    verb_quiet_answer(daemon, call,
                      json_pack("{s:s, s:o}", "id", id, "ends_at", control_time(ends)));
}

void verb_quiet_add(struct daemon *daemon, struct ctl_call *call, json_t *args,
                    const struct ctl_peer *peer)
{
    static const char *const names[] = {"kind",  "site",   "camera", "cause", "tag",    "incident",
                                        "owner", "reason", "from",   "until", "weekly", NULL};
    int64_t starts;
    int64_t ends;
    (void)peer;
    if (control_unknown(call, args, names)) {
        return;
    }
    if (quiet_kind_of(control_text(args, "kind")) == QUIET_KINDS) {
        ctl_fail(call, CTL_INVALID, "there is no such kind",
                 "maintenance, silence, off, ack or snooze");
        return;
    }
    if (is_in_vain(daemon, call, quiet_kind_of(control_text(args, "kind")))) {
        return;
    }
    if (read_time(call, args, "from", clock_wall_us(), &starts) &&
        read_time(call, args, "until", starts + SPAN_US, &ends)) {
        add(daemon, call, args, starts, ends);
    }
}

void verb_quiet_end(struct daemon *daemon, struct ctl_call *call, json_t *args,
                    const struct ctl_peer *peer)
{
    static const char *const names[] = {"id", NULL};
    (void)peer;
    if (control_unknown(call, args, names)) {
        return;
    }
    const char *id = control_text(args, "id");
    if (gateway_quiet_end(daemon->notify->gateway, id, notify_now()) != 0) {
        ctl_fail(call, CTL_NOT_FOUND, "there is none of this id, or it has ended", NULL);
        return;
    }
    verb_quiet_answer(daemon, call, json_pack("{s:[s]}", "removed", id));
}

void verb_quiet_accept(struct daemon *daemon, struct ctl_call *call, json_t *args,
                       const struct ctl_peer *peer)
{
    static const char *const names[] = {"id", NULL};
    (void)peer;
    if (control_unknown(call, args, names)) {
        return;
    }
    size_t count = gateway_accept(daemon->notify->gateway, control_text(args, "id"), notify_now());
    if (count == 0) {
        ctl_fail(call, CTL_NOT_FOUND, "nothing of this id is new", NULL);
        return;
    }
    verb_quiet_answer(daemon, call, json_pack("{s:I}", "accepted", (json_int_t)count));
}
