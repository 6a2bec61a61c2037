/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "ctl/ask.h"
#include "ctl/call.h"
#include "ctl/capture.h"
#include "ctl/capture_files.h"
#include "ctl/capture_play.h"
#include "ctl/object.h"
#include "ctl/show.h"
#include "ctl/target.h"

#define PROBE_SLACK_MS 5000u
#define SECRET_MIN     3u /* shorter ones are words of any answer */

static const struct ctl_option options[] = {
    {"provider", "NAME", "the probe plugin that looks"},
    {"out", "FILE.json", "the personality that is written"},
    {"fixtures", "DIR", "each body too, in a file of its own: as it came, secrets hidden"},
    {"user", "NAME", "log in as this user; the password is asked for"},
    ASK_OPTION,
    {"mask-serial", NULL, "hide the serial number too"},
    {"deadline", "SECONDS", "how long the look may take (default 30)"},
    {"plugins", "DIR", "look by the plugin in this folder, and try no login through vmmd"},
    {NULL, NULL, NULL},
};

/* One look under way, with what it exchanges. */
struct capturing {
    struct ctl *ctl;
    struct capture capture;
    struct capture_look look;
};

static int on_row(void *arg, json_t *row)
{
    return look_row(&((struct capturing *)arg)->look.rows, row);
}

static void on_capture(void *arg, const struct capture_message *message)
{
    capture_add(&((struct capturing *)arg)->capture, message, clock_wall_us());
}

/* ---- The capture ---- */

static const char *serial_of(const struct capture_look *look)
{
    size_t i;
    json_t *fact;
    json_array_foreach(look->rows.facts, i, fact)
    {
        if (strcmp(show_text(fact, "fact"), "serial") == 0) {
            return show_text(fact, "value");
        }
    }
    return NULL;
}

static json_t *make(struct capturing *capturing, const struct target *target,
                    const struct solo_target *solo)
{
    char about[160];
    const char *problem = NULL;
    struct ctl *ctl = capturing->ctl;
    struct capture_look *look = &capturing->look;
    look->hidden = ctl_has(ctl, "mask-serial") ? serial_of(look) : NULL;
    const char *const masked[] = {look->hidden, NULL};
    text_format(about, sizeof(about), "Captured by vmmctl from a device that %.40s looks at.",
                ctl_value(ctl, "provider"));
    struct capture_context context = {.about = about,
                                      .host = target->host,
                                      .port = target->port,
                                      .user = solo->user,
                                      .password = solo->password,
                                      .masked = masked,
                                      .fixtures = ctl_has(ctl, "fixtures")};
    json_t *personality = capture_personality(&capturing->capture, &context, &problem);
    if (personality == NULL) {
        ctl_complain(ctl, "%s", problem);
    }
    return personality;
}

static int play(struct capturing *capturing, const char *file, const struct solo_target *solo)
{
    struct ctl *ctl = capturing->ctl;
    struct capture_look played = {.result = NULL};
    look_rows_init(&played.rows);
    int code = capture_play(ctl, file, solo, &played);
    if (code == EXIT_OK) {
        unsigned count = capture_compare(ctl->out, &capturing->look, &played);
        if (count == 0) {
            fputs("played by vmm-farm: the same outcome, reasons, facts and requests\n", ctl->out);
        }
        code = count == 0 ? EXIT_OK : EXIT_NEGATIVE;
    }
    look_rows_finish(&played.rows);
    json_decref(played.result);
    return code;
}

static int keep(struct capturing *capturing, const struct target *target,
                const struct solo_target *solo)
{
    struct ctl *ctl = capturing->ctl;
    const char *file = ctl_value(ctl, "out");
    const json_t *look = json_object_get(capturing->look.result, "look");
    if (!look_is_good(look)) {
        ctl_complain(ctl, "the look was %s: %s", show_text(look, "outcome"),
                     show_text(look, "detail"));
        return EXIT_NEGATIVE;
    }
    json_t *personality = make(capturing, target, solo);
    json_t *fixtures = capture_files_take(personality);
    int code = EXIT_REFUSED;
    if (personality != NULL && capture_files_write(ctl, personality, file)) {
        size_t count = json_object_size(json_object_get(personality, "answers"));
        fprintf(ctl->out, "%s: %zu answer%s\n", file, count, count == 1 ? "" : "s");
        bool good = capture_files_fixtures(ctl, fixtures, ctl_value(ctl, "fixtures"));
        code = play(capturing, file, solo);
        code = code == EXIT_OK && !good ? EXIT_REFUSED : code;
    }
    json_decref(fixtures);
    json_decref(personality);
    return code;
}

/* Whether a look that vmmd made leaves no doubt about the login. */
static bool is_proven(const json_t *look)
{
    const char *login = show_text(look, "login");
    return look_is_good(look) && (strcmp(login, "accepted") == 0 || strcmp(login, "none") == 0);
}

/* Beside a vmmd the login is tried through it first, within its budgets and its memory of refusals: what follows here
 * can be no wrong one. */
static int prove_login(struct ctl *ctl, const struct solo_target *solo)
{
    struct look_rows rows;
    json_t *result = NULL;
    struct call call = {.verb = "probe",
                        .args = json_pack("{sOsIssss}", "set", solo->fields, "deadline_ms",
                                          (json_int_t)solo->deadline_ms, "user", solo->user,
                                          "password", solo->password),
                        .on_row = look_row,
                        .arg = &rows,
                        .timeout_ms = solo->deadline_ms + PROBE_SLACK_MS,
                        .changes = true};
    look_rows_init(&rows);
    int code = call_vmmd(ctl, &call, &result);
    const json_t *look = json_object_get(result, "look");
    if (code == EXIT_OK && !is_proven(look)) {
        ctl_complain(ctl, "by vmmd the look was %s, login %s: nothing is captured",
                     show_text(look, "outcome"), show_text(look, "login"));
        code = EXIT_NEGATIVE;
    }
    json_decref(result);
    look_rows_finish(&rows);
    return code;
}

static int look_and_keep(struct ctl *ctl, const struct target *target, struct solo_target *solo)
{
    struct capturing capturing = {.ctl = ctl};
    look_rows_init(&capturing.look.rows);
    text_format(capturing.look.address, sizeof(capturing.look.address),
                target->port != 0 ? "%s:%u" : "%s", target->host, (unsigned)target->port);
    solo->on_capture = on_capture;
    int code = solo_look(ctl, solo, on_row, &capturing, &capturing.look.result);
    if (code == EXIT_OK) {
        code = keep(&capturing, target, solo);
    }
    capture_finish(&capturing.capture);
    look_rows_finish(&capturing.look.rows);
    json_decref(capturing.look.result);
    return code;
}

static int with_fields(struct ctl *ctl, const struct target *target, json_t *fields,
                       uint32_t deadline_ms)
{
    char secret[ASK_MAX] = "";
    const char *user = ctl_value(ctl, "user") != NULL ? ctl_value(ctl, "user") : target->user;
    json_array_insert_new(fields, 0, json_sprintf("provider=%s", ctl_value(ctl, "provider")));
    json_array_insert_new(fields, 1, json_sprintf("host=%s", target->host));
    if (target->port != 0) {
        json_array_append_new(fields, json_sprintf("port=%u", (unsigned)target->port));
    }
    if (target->path[0] != '\0') {
        json_array_append_new(fields, json_sprintf("options.path=%s", target->path));
    }
    int code = user[0] != '\0' ? ask_password(ctl, "password of the device", secret) : EXIT_OK;
    if (code == EXIT_OK && secret[0] != '\0' && strlen(secret) < SECRET_MIN) {
        ctl_complain(ctl,
                     "a password of less than %u bytes cannot be told from other text and hidden: "
                     "give the device a longer one for the capture",
                     SECRET_MIN);
        code = EXIT_REFUSED;
    }
    if (code == EXIT_OK) {
        struct solo_target solo = {
            .fields = fields, .user = user, .password = secret, .deadline_ms = deadline_ms};
        bool beside = solo.user[0] != '\0' && call_is_vmmd_there(ctl);
        if (beside && solo_is_meant(ctl)) {
            solo_say(ctl);
            beside = false;
        }
        code = beside ? prove_login(ctl, &solo) : EXIT_OK;
        code = code == EXIT_OK ? look_and_keep(ctl, target, &solo) : code;
    }
    explicit_bzero(secret, sizeof(secret));
    return code;
}

static bool is_json_name(const char *file)
{
    size_t size = file != NULL ? strlen(file) : 0;
    return size > 5 && strcmp(file + size - 5, ".json") == 0;
}

static int run(struct ctl *ctl)
{
    long deadline = 0;
    struct target target;
    const char *address = ctl_operand(ctl, 0);
    if (address == NULL || ctl_value(ctl, "provider") == NULL ||
        !is_json_name(ctl_value(ctl, "out"))) {
        return ctl_usage(ctl, "capture needs an address, --provider and --out FILE.json");
    }
    const char *wrong = target_parse(&target, address);
    if (wrong != NULL || !options_number(&ctl->options, "deadline", 1, 60, 30, &deadline)) {
        return ctl_usage(ctl, "%s", wrong != NULL ? wrong : ctl->options.problem);
    }
    json_t *fields = object_fields(ctl, 1);
    if (fields == NULL) {
        return EXIT_USAGE;
    }
    if (!capture_files_check(ctl, ctl_value(ctl, "out"), ctl_value(ctl, "fixtures"))) {
        json_decref(fields);
        return EXIT_REFUSED;
    }
    int code = with_fields(ctl, &target, fields, (uint32_t)deadline * 1000);
    json_decref(fields);
    return code;
}

const struct ctl_verb verb_capture = {
    .name = "capture",
    .summary = "look at a device and keep the exchange as a device of vmm-farm",
    .usage = "ADDRESS --provider NAME --out FILE.json [--user NAME] [FIELD=VALUE...]",
    .options = options,
    .text =
        "One look of the plugin, kept as a personality of vmm-farm: what was asked, what was\n"
        "answered. Passwords, logins, cookies and tokens are not in it, the address is a "
        "variable,\n"
        "times move on with the clock. Then vmm-farm plays it and the plugin looks at that: the\n"
        "same outcome, reasons, facts and requests in the same order, or what differs is said.\n"
        "HTTP (inside TLS too), RTSP and DVRIP. Where a vmmd runs, a login is tried through it\n"
        "first, within its budgets; only one that was accepted is used for the capture, which is\n"
        "one look more, beside vmmd's own. With --plugins there is only the look of the plugin in\n"
        "DIR, which vmmd does not know. A password of one or two bytes is refused: it could "
        "not\n"
        "be hidden. With --fixtures the bodies are kept as they came too, for the tests of a\n"
        "plugin: address and times in them are the device's own. Read the files before you give\n"
        "them away: a name or an address that the device tells of others is still in them.",
    .negative = "the look failed, or what was captured does not play the same",
    .run = run,
};
