/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/text.h"
#include "ctl/ask.h"
#include "ctl/call.h"
#include "ctl/look.h"
#include "ctl/object.h"
#include "ctl/show.h"
#include "ctl/solo.h"
#include "ctl/target.h"

#define PROBE_SLACK_MS 5000u /* for the verdict to be committed */

static const struct ctl_option options[] = {
    {"provider", "NAME", "look at an address (HOST, HOST:PORT, or a URL) by this probe plugin"},
    {"user", "NAME", "at an address: log in as this user; the password is asked for"},
    {"credential", "ID", "at an address: log in with this credential of vmmd"},
    ASK_OPTION,
    {"deadline", "SECONDS", "how long the look may take (default 30)"},
    {"plugins", "DIR", "without vmmd: the folder of the plugins"},
    {NULL, NULL, NULL},
};

static void write_answer(struct ctl *ctl, const json_t *result, const struct look_rows *rows)
{
    if (ctl->format == CTL_HUMAN) {
        look_write(ctl, json_object_get(result, "look"), rows);
        if (json_is_object(json_object_get(result, "verdict"))) {
            fputc('\n', ctl->out);
        }
        look_write_verdict(ctl, json_object_get(result, "verdict"));
        return;
    }
    json_t *all = look_json(rows, result, false);
    show_json(ctl->out, all);
    json_decref(all);
}

static int through_vmmd(struct ctl *ctl, json_t *args, uint32_t deadline_ms)
{
    struct look_rows rows;
    look_rows_init(&rows);
    struct call call = {.verb = "probe",
                        .args = args,
                        .on_row = look_row,
                        .arg = &rows,
                        .timeout_ms = deadline_ms + PROBE_SLACK_MS,
                        .changes = true};
    json_t *result = NULL;
    int code = call_vmmd(ctl, &call, &result);
    if (code == EXIT_OK) {
        write_answer(ctl, result, &rows);
        code = look_is_good(json_object_get(result, "look")) ? EXIT_OK : EXIT_NEGATIVE;
    }
    json_decref(result);
    look_rows_finish(&rows);
    return code;
}

static int without_vmmd(struct ctl *ctl, const struct solo_target *target)
{
    struct look_rows rows;
    look_rows_init(&rows);
    json_t *result = NULL;
    fprintf(ctl->err, "vmmctl: no vmmd runs: one attempt of its own, without its ledger\n");
    int code = solo_look(ctl, target, look_row, &rows, &result);
    if (code == EXIT_OK) {
        write_answer(ctl, result, &rows);
        code = look_is_good(json_object_get(result, "look")) ? EXIT_OK : EXIT_NEGATIVE;
    }
    json_decref(result);
    look_rows_finish(&rows);
    return code;
}

/* The address and the options as the fields of a camera, before those of the command line. */
static void put_target(struct ctl *ctl, json_t *fields, const struct target *target)
{
    const char *credential = ctl_value(ctl, "credential");
    json_array_insert_new(fields, 0, json_sprintf("provider=%s", ctl_value(ctl, "provider")));
    json_array_insert_new(fields, 1, json_sprintf("host=%s", target->host));
    if (credential != NULL) {
        json_array_append_new(fields, json_sprintf("credential=%s", credential));
    }
    if (target->port != 0) {
        json_array_append_new(fields, json_sprintf("port=%u", (unsigned)target->port));
    }
    if (target->path[0] != '\0') {
        json_array_append_new(fields, json_sprintf("options.path=%s", target->path));
    }
}

static int look_at(struct ctl *ctl, const struct solo_target *target)
{
    if (!call_is_vmmd_there(ctl)) {
        return without_vmmd(ctl, target);
    }
    json_t *args =
        json_pack("{sOsI}", "set", target->fields, "deadline_ms", (json_int_t)target->deadline_ms);
    if (target->user[0] != '\0') {
        call_put_text(args, "user", target->user);
        call_put_text(args, "password", target->password);
    }
    return through_vmmd(ctl, args, target->deadline_ms);
}

static int probe_address(struct ctl *ctl, const char *address, uint32_t deadline_ms)
{
    struct target target;
    const char *wrong = target_parse(&target, address);
    if (wrong != NULL) {
        return ctl_usage(ctl, "%s", wrong);
    }
    json_t *fields = object_fields(ctl, 1);
    if (fields == NULL) {
        return EXIT_USAGE;
    }
    put_target(ctl, fields, &target);
    char secret[ASK_MAX] = "";
    const char *user = ctl_value(ctl, "user") != NULL ? ctl_value(ctl, "user") : target.user;
    int code = user[0] != '\0' ? ask_password(ctl, "password of the device", secret) : EXIT_OK;
    if (code == EXIT_OK) {
        struct solo_target solo = {
            .fields = fields, .user = user, .password = secret, .deadline_ms = deadline_ms};
        code = look_at(ctl, &solo);
    }
    explicit_bzero(secret, sizeof(secret));
    json_decref(fields);
    return code;
}

static int probe_camera(struct ctl *ctl, const char *id, uint32_t deadline_ms)
{
    static const char *const of_address[] = {"user", "credential", "password-stdin"};
    for (size_t i = 0; i < sizeof(of_address) / sizeof(of_address[0]); i++) {
        if (ctl_has(ctl, of_address[i])) {
            return ctl_usage(ctl, "--%s is for an address: give --provider too", of_address[i]);
        }
    }
    if (ctl_operand(ctl, 1) != NULL) {
        return ctl_usage(ctl, "probe needs the id of one camera, or an address and --provider");
    }
    json_t *args = json_pack("{sssI}", "camera", id, "deadline_ms", (json_int_t)deadline_ms);
    return through_vmmd(ctl, args, deadline_ms);
}

static int run(struct ctl *ctl)
{
    long deadline = 0;
    const char *what = ctl_operand(ctl, 0);
    if (!options_number(&ctl->options, "deadline", 1, 60, 30, &deadline)) {
        return ctl_usage(ctl, "%s", ctl->options.problem);
    }
    if (what == NULL) {
        return ctl_usage(ctl, "probe needs the id of a camera, or an address and --provider");
    }
    uint32_t deadline_ms = (uint32_t)deadline * 1000;
    return ctl_value(ctl, "provider") != NULL ? probe_address(ctl, what, deadline_ms)
                                              : probe_camera(ctl, what, deadline_ms);
}

const struct ctl_verb verb_probe = {
    .name = "probe",
    .summary = "look at a camera, or at an address, now",
    .usage = "CAMERA\nADDRESS --provider NAME [--user NAME | --credential ID] [FIELD=VALUE...]",
    .options = options,
    .text =
        "A camera is looked at through vmmd, within its budget and the rules against locking an\n"
        "account, and judged. An address that is not of the fleet is looked at once, through vmmd "
        "and\n"
        "within the same budgets and rules; nothing of it is kept. FIELD is one of a camera's "
        "(tls=off,\n"
        "site=north, options.path=/live). Where no vmmd runs, vmmctl makes one attempt by itself, "
        "and\n"
        "says so.",
    .negative = "the device was not reached, or did not answer as it should",
    .run = run,
};
