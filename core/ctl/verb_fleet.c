/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/text.h"
#include "ctl/call.h"
#include "ctl/fleet_file.h"
#include "ctl/show.h"
#include "ctl/terminal.h"

static const char *const words[] = {"load", "export", NULL};

static const struct ctl_option options[] = {
    {"dry-run", NULL, "load: say what would change, and change nothing"},
    {"site", "ID", "export: this site alone"},
    {NULL, NULL, NULL},
};

/* ---- load ---- */

static void write_delta(struct ctl *ctl, const json_t *change)
{
    char text[SHOW_SIZE * 2];
    const char *field = show_text(change, "field");
    if (field[0] == '\0') {
        text_format(text, sizeof(text), "new      %.20s %.64s", show_text(change, "kind"),
                    show_text(change, "id"));
    } else {
        text_format(text, sizeof(text), "changed  %.20s %.64s: %.40s: %.255s > %.255s",
                    show_text(change, "kind"), show_text(change, "id"), field,
                    show_text(change, "from"), show_text(change, "to"));
    }
    terminal_write(ctl->out, text);
    fputc('\n', ctl->out);
}

static void complain_of(struct ctl *ctl, const json_t *problem)
{
    const char *field = show_text(problem, "field");
    const char *remedy = show_text(problem, "remedy");
    ctl_complain(ctl, "%s[%lld] %s%s%s: %s%s%s", show_text(problem, "kind"),
                 (long long)show_number(problem, "index"), show_text(problem, "id"),
                 field[0] != '\0' ? ": " : "", field, show_text(problem, "problem"),
                 remedy[0] != '\0' ? "; " : "", remedy);
}

struct load {
    struct ctl *ctl;
    json_t *changes;
    json_t *problems;
    int64_t added;
    int64_t changed;
    int64_t same;
};

static int load_row(void *arg, json_t *row)
{
    struct load *load = arg;
    json_t *change = json_object_get(row, "change");
    json_t *problem = json_object_get(row, "problem");
    if (load->ctl->format != CTL_HUMAN) {
        json_array_append(load->changes, change);
        json_array_append(load->problems, problem);
    } else if (problem != NULL) {
        complain_of(load->ctl, problem);
    } else if (change != NULL) {
        write_delta(load->ctl, change);
    }
    return 0;
}

static int send_part(void *arg, json_t *args)
{
    struct load *load = arg;
    struct call call = {
        .verb = "fleet.load", .args = args, .on_row = load_row, .arg = load, .changes = true};
    json_t *result = NULL;
    int code = call_vmmd(load->ctl, &call, &result);
    load->added += show_number(result, "added");
    load->changed += show_number(result, "changed");
    load->same += show_number(result, "same");
    json_decref(result);
    return code;
}

static void write_totals(const struct load *load, int code)
{
    struct ctl *ctl = load->ctl;
    if (ctl->format != CTL_HUMAN) {
        json_t *all = json_pack("{sIsIsIsOsO}", "added", (json_int_t)load->added, "changed",
                                (json_int_t)load->changed, "same", (json_int_t)load->same,
                                "changes", load->changes, "problems", load->problems);
        show_json(ctl->out, all);
        json_decref(all);
    } else if (code == EXIT_OK) {
        fprintf(ctl->out, "%lld new, %lld changed, %lld the same%s\n", (long long)load->added,
                (long long)load->changed, (long long)load->same,
                ctl_has(ctl, "dry-run") ? "; nothing was written" : "");
    }
}

static int load(struct ctl *ctl, const char *path)
{
    struct load state = {.ctl = ctl, .changes = json_array(), .problems = json_array()};
    struct fleet_file file;
    int code = fleet_file_read(&file, path);
    if (code == EXIT_OK) {
        code = fleet_file_each_part(&file, ctl_has(ctl, "dry-run"), send_part, &state);
    }
    if (file.problem[0] != '\0') {
        ctl_complain(ctl, "%s", file.problem);
    }
    write_totals(&state, code);
    fleet_file_finish(&file);
    json_decref(state.changes);
    json_decref(state.problems);
    return code;
}

/* ---- export ---- */

static const struct {
    const char *kind;
    const char *list;
} kinds[] = {
    {"site", "sites"}, {"credential", "credentials"}, {"nvr", "nvrs"}, {"camera", "cameras"}};

static int export_row(void *arg, json_t *row)
{
    json_t *all = arg;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        json_array_append(json_object_get(all, kinds[i].list), json_object_get(row, kinds[i].kind));
    }
    return 0;
}

static int export_line(void *arg, json_t *row)
{
    show_json(arg, row);
    return 0;
}

static int export(struct ctl *ctl)
{
    json_t *all = json_pack("{s[]s[]s[]s[]}", "sites", "credentials", "nvrs", "cameras");
    json_t *args = json_object();
    call_put_text(args, "site", ctl_value(ctl, "site"));
    struct call call = {.verb = "fleet.export", .args = args, .on_row = export_row, .arg = all};
    if (ctl->format == CTL_JSONL) {
        call.on_row = export_line;
        call.arg = ctl->out;
    }
    int code = call_vmmd(ctl, &call, NULL);
    if (code == EXIT_OK && ctl->format == CTL_HUMAN) {
        json_dumpf(all, ctl->out, JSON_INDENT(2));
        fputc('\n', ctl->out);
    } else if (code == EXIT_OK && ctl->format == CTL_JSON) {
        show_json(ctl->out, all);
    }
    json_decref(all);
    return code;
}

static int run(struct ctl *ctl)
{
    const char *word = ctl_operand(ctl, 0);
    const char *path = ctl_operand(ctl, 1);
    if (word != NULL && strcmp(word, "load") == 0 && path != NULL && ctl_operand(ctl, 2) == NULL) {
        return load(ctl, path);
    }
    if (word != NULL && strcmp(word, "export") == 0 && path == NULL) {
        return export(ctl);
    }
    return ctl_usage(ctl, "fleet knows load FILE, and export");
}

const struct ctl_verb verb_fleet = {
    .name = "fleet",
    .summary = "many sites, NVRs and cameras at once, from or to JSON",
    .usage = "load FILE [--dry-run]\nexport [--site ID]",
    .words = words,
    .options = options,
    .text =
        "FILE (\"-\": standard input) is one JSON object with the lists \"sites\", \"nvrs\" and\n"
        "\"cameras\" of objects with their id and fields, and \"credentials\" of objects with id,\n"
        "user, site and one of password_file (a path) or password_env (the name of a\n"
        "variable); one that names none keeps the password it has. What is there is set, what\n"
        "is new is added, nothing is removed; all or nothing.\n"
        "What export prints can be loaded again; it holds no password.",
    .run = run,
};
