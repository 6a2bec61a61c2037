/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ctl/ask.h"
#include "ctl/asks.h"
#include "ctl/call.h"
#include "ctl/look.h"
#include "ctl/object.h"
#include "ctl/show.h"
#include "ctl/solo.h"
#include "ctl/target_fields.h"
#include "ipc/opinion.h"

#define PROBE_SLACK_MS 5000u /* for the verdict to be committed */

/* A look, opinions on whose device it is, and the look by the provider that they name. */
#define PROBE_WITHIN_MS(deadline_ms) (2 * (deadline_ms) + OPINIONS_MAX_MS + PROBE_SLACK_MS)

static const struct ctl_option options[] = {
    {"provider", "NAME",
     "look at an address by this probe plugin (default: find out which one fits)"},
    {"user", "NAME", "at an address: log in as this user; the password is asked for"},
    {"credential", "ID", "at an address: log in with this credential of vmmd"},
    ASK_OPTION,
    {"deadline", "SECONDS", "how long the look may take (default 30)"},
    {"plugins", "DIR", "look without vmmd, by the plugins in this folder"},
    {NULL, NULL, NULL},
};

#define IDENTIFY "identify" /* the provider that finds out which one fits */

/* An address, and who logs in there. */
struct address {
    struct target target;
    json_t *fields;   /* FIELD=VALUE as they were given */
    const char *user; /* "": nobody */
    const char *secret;
    uint32_t deadline_ms;
    bool is_secure; /* its pages were found inside TLS */
};

/* One look and all that was told of it. */
struct told {
    struct look_rows rows;
    json_t *result;
};

static void told_init(struct told *told)
{
    look_rows_init(&told->rows);
    told->result = NULL;
}

static void told_finish(struct told *told)
{
    json_decref(told->result);
    look_rows_finish(&told->rows);
}

/* ---- What is written ---- */

/* Without a provider, what found it out goes before the look. `found` NULL: one was named. */
static int write_answer(struct ctl *ctl, const struct told *told, const json_t *found)
{
    if (ctl->format == CTL_HUMAN) {
        look_write(ctl, json_object_get(told->result, "look"), &told->rows);
        if (json_is_object(json_object_get(told->result, "verdict"))) {
            fputc('\n', ctl->out);
        }
        look_write_verdict(ctl, json_object_get(told->result, "verdict"));
    } else {
        json_t *all = look_json(&told->rows, told->result, false);
        if (found != NULL) {
            json_object_set(all, "identified", (json_t *)(uintptr_t)found);
        }
        show_json(ctl->out, all);
        json_decref(all);
    }
    return look_is_good(json_object_get(told->result, "look")) ? EXIT_OK : EXIT_NEGATIVE;
}

/* ---- One look ---- */

static int through_vmmd(struct ctl *ctl, json_t *args, uint32_t deadline_ms, const char *quiet_on,
                        struct told *told)
{
    struct call call = {.verb = "probe",
                        .args = args,
                        .on_row = look_row,
                        .arg = &told->rows,
                        .timeout_ms = PROBE_WITHIN_MS(deadline_ms),
                        .changes = true,
                        .quiet_on = quiet_on};
    return call_vmmd(ctl, &call, &told->result);
}

static int look_by(struct ctl *ctl, const struct solo_target *target, struct told *told)
{
    if (solo_is_meant(ctl)) {
        return solo_look(ctl, target, look_row, &told->rows, &told->result);
    }
    json_t *args =
        json_pack("{sOsI}", "set", target->fields, "deadline_ms", (json_int_t)target->deadline_ms);
    if (target->user[0] != '\0') {
        call_put_text(args, "user", target->user);
        call_put_text(args, "password", target->password);
    }
    return through_vmmd(ctl, args, target->deadline_ms, NULL, told);
}

/* The address as fields of a camera, before those of the command line. */
static json_t *fields_for(const struct address *address, const char *provider)
{
    json_t *fields = json_array();
    target_fields(fields, &address->target, provider, address->is_secure, address->fields);
    return fields;
}

/* By the provider named: with all that was given. */
static int look_at(struct ctl *ctl, const struct address *address, const char *provider,
                   struct told *told)
{
    const char *credential = ctl_value(ctl, "credential");
    json_t *fields = fields_for(address, provider);
    json_array_extend(fields, address->fields);
    if (credential != NULL) {
        json_array_append_new(fields, json_sprintf("credential=%s", credential));
    }
    if (address->target.path[0] != '\0') {
        json_array_append_new(fields, json_sprintf("options.path=%s", address->target.path));
    }
    struct solo_target solo = {.fields = fields,
                               .user = address->user,
                               .password = address->secret,
                               .deadline_ms = address->deadline_ms};
    int code = look_by(ctl, &solo, told);
    json_decref(fields);
    return code;
}

/* ---- Whose device it is ---- */

static bool is_of_provider(const char *field)
{
    return strncmp(field, "options.", strlen("options.")) == 0;
}

/* Nobody logs in, and the options are for the provider that is not known yet. */
static int look_whose(struct ctl *ctl, const struct address *address, struct told *told)
{
    size_t i = 0;
    json_t *field = NULL;
    json_t *fields = fields_for(address, IDENTIFY);
    json_array_foreach(address->fields, i, field)
    {
        if (!is_of_provider(json_string_value(field))) {
            json_array_append(fields, field);
        }
    }
    if (solo_is_meant(ctl)) {
        json_t *asks = asks_collect(ctl, NULL);
        char *text = json_dumps(asks, JSON_COMPACT);
        json_array_append_new(fields, json_sprintf("config.asks=%s", text != NULL ? text : "[]"));
        free(text);
        json_decref(asks);
    }
    struct solo_target solo = {
        .fields = fields, .user = "", .password = "", .deadline_ms = address->deadline_ms};
    int code = look_by(ctl, &solo, told);
    json_decref(fields);
    return code;
}

/* What a look tells as this fact, "" when it does not. */
static const char *fact_of(const struct told *told, const char *name)
{
    size_t i = 0;
    json_t *fact = NULL;
    json_array_foreach(told->rows.facts, i, fact)
    {
        if (strcmp(show_text(fact, "fact"), name) == 0) {
            return show_text(fact, "value");
        }
    }
    return "";
}

/* The address as it was found to be spoken to: "https:443". */
static struct address found_at(const struct address *address, const struct told *whose)
{
    struct address found = *address;
    const char *place = fact_of(whose, "provider_place");
    const char *colon = strchr(place, ':');
    if (colon != NULL && !target_field_given(address->fields, "port")) {
        found.target.port = (uint16_t)strtoul(colon + 1, NULL, 10);
        found.is_secure = strncmp(place, "https:", 6) == 0;
    }
    return found;
}

static json_t *found_json(const struct told *told, const char *provider)
{
    json_t *found = look_json(&told->rows, told->result, false);
    json_object_del(found, "verdict");
    json_object_set_new(found, "provider",
                        provider[0] != '\0' ? json_string(provider) : json_null());
    return found;
}

/* It is not known, or who speaks to it is not to be had: what was seen is the answer. */
static int write_found(struct ctl *ctl, const struct told *whose, const json_t *found)
{
    if (ctl->format != CTL_HUMAN) {
        json_t *all = json_pack("{s:n, s:n, s:O}", "look", "verdict", "identified",
                                (json_t *)(uintptr_t)found);
        show_json(ctl->out, all);
        json_decref(all);
    } else {
        look_write(ctl, json_object_get(whose->result, "look"), &whose->rows);
    }
    return EXIT_NEGATIVE;
}

/* First who speaks to it, then the look by that one. */
static int look_found(struct ctl *ctl, const struct address *address, const struct told *whose)
{
    struct told told;
    const char *provider = fact_of(whose, "provider");
    const struct address found_address = found_at(address, whose);
    json_t *found = found_json(whose, provider);
    if (provider[0] == '\0') {
        int code = write_found(ctl, whose, found);
        json_decref(found);
        return code;
    }
    if (ctl->format == CTL_HUMAN) {
        look_write(ctl, json_object_get(whose->result, "look"), &whose->rows);
        fprintf(ctl->out, "\n  By the provider %s\n\n", provider);
    }
    told_init(&told);
    int code = look_at(ctl, &found_address, provider, &told);
    if (code == EXIT_OK) {
        code = write_answer(ctl, &told, found);
    } else if (ctl->format != CTL_HUMAN) {
        write_found(ctl, whose, found);
    }
    told_finish(&told);
    json_decref(found);
    return code;
}

/* ---- The command ---- */

static int look(struct ctl *ctl, const struct address *address)
{
    struct told told;
    const char *provider = ctl_value(ctl, "provider");
    told_init(&told);
    if (solo_is_meant(ctl)) {
        solo_say(ctl);
    }
    int code =
        provider != NULL ? look_at(ctl, address, provider, &told) : look_whose(ctl, address, &told);
    if (code == EXIT_OK) {
        code = provider != NULL ? write_answer(ctl, &told, NULL) : look_found(ctl, address, &told);
    }
    told_finish(&told);
    return code;
}

static int probe_address(struct ctl *ctl, const char *what, uint32_t deadline_ms)
{
    struct address address = {.deadline_ms = deadline_ms};
    const char *wrong = target_parse(&address.target, what);
    if (wrong != NULL) {
        return ctl_usage(ctl, "%s", wrong);
    }
    address.fields = object_fields(ctl, 1);
    if (address.fields == NULL) {
        return EXIT_USAGE;
    }
    char secret[ASK_MAX] = "";
    const char *user = ctl_value(ctl, "user");
    address.user = user != NULL ? user : address.target.user;
    address.secret = secret;
    int code =
        address.user[0] != '\0' ? ask_password(ctl, "password of the device", secret) : EXIT_OK;
    if (code == EXIT_OK) {
        code = look(ctl, &address);
    }
    explicit_bzero(secret, sizeof(secret));
    json_decref(address.fields);
    return code;
}

/* What only an address has. */
static bool is_of_address(const struct ctl *ctl)
{
    return ctl_has(ctl, "provider") || ctl_has(ctl, "user") || ctl_has(ctl, "credential") ||
           ctl_has(ctl, "password-stdin") || ctl_has(ctl, "plugins") || ctl_operand(ctl, 1) != NULL;
}

/* No id has a colon or a slash; a dot it may have, but no camera is known where no vmmd is. */
static bool is_address(struct ctl *ctl, const char *what)
{
    bool dotted = strchr(what, '.') != NULL;
    return ctl_has(ctl, "provider") || strpbrk(what, ":/[") != NULL ||
           (dotted && (is_of_address(ctl) || !call_is_vmmd_there(ctl)));
}

/* A camera of the fleet; or an address after all, which reads like an id. */
static int probe_camera(struct ctl *ctl, const char *id, uint32_t deadline_ms)
{
    struct told told;
    bool may_be_address = strchr(id, '.') != NULL;
    json_t *args = json_pack("{sssI}", "camera", id, "deadline_ms", (json_int_t)deadline_ms);
    told_init(&told);
    int code = through_vmmd(ctl, args, deadline_ms, may_be_address ? CTL_NOT_FOUND : NULL, &told);
    if (code == EXIT_OK) {
        code = write_answer(ctl, &told, NULL);
    } else if (code == EXIT_NEGATIVE && may_be_address) {
        code = probe_address(ctl, id, deadline_ms);
    }
    told_finish(&told);
    return code;
}

static int run(struct ctl *ctl)
{
    long deadline = 0;
    const char *what = ctl_operand(ctl, 0);
    if (!options_number(&ctl->options, "deadline", 1, 60, 30, &deadline)) {
        return ctl_usage(ctl, "%s", ctl->options.problem);
    }
    if (what == NULL) {
        return ctl_usage(ctl, "probe needs the id of a camera, or an address");
    }
    uint32_t deadline_ms = (uint32_t)deadline * 1000;
    if (is_address(ctl, what)) {
        return probe_address(ctl, what, deadline_ms);
    }
    return is_of_address(ctl) ? ctl_usage(ctl,
                                          "these words are for an address, and %s is an id; "
                                          "--provider says that it is an address",
                                          what)
                              : probe_camera(ctl, what, deadline_ms);
}

const struct ctl_verb verb_probe = {
    .name = "probe",
    .summary = "look at a camera, or at an address, now",
    .usage = "CAMERA\nADDRESS [--provider NAME] [--user NAME | --credential ID] [FIELD=VALUE...]",
    .options = options,
    .text =
        "A camera is looked at through vmmd, within its budget and the rules against locking an\n"
        "account, and judged. An address that is not of the fleet is looked at once, through vmmd "
        "and\n"
        "within the same budgets and rules; nothing of it is kept. ADDRESS is HOST, HOST:PORT or a "
        "URL;\n"
        "one that reads like an id is the camera of that id, if there is one. Without --provider "
        "the plugin\n"
        "identify asks the device without a login, and every installed plugin whose it is; then "
        "the\n"
        "provider that fits looks. FIELD is one of a camera's (tls=off, site=north,\n"
        "options.path=/live). Where no vmmd runs, or with --plugins,\n"
        "vmmctl makes one attempt by itself, and says so: the plugins are those of DIR, without\n"
        "--provider also the installed ones where DIR has no identify, and vmmd's\n"
        "budgets and its ledger of refused logins are not asked.",
    .negative = "the device was not reached, or did not answer as it should",
    .run = run,
};
