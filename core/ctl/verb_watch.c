/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/text.h"
#include "ctl/ask.h"
#include "ctl/call.h"
#include "ctl/first_verdict.h"
#include "ctl/holder.h"
#include "ctl/object.h"
#include "ctl/show.h"
#include "ctl/target_fields.h"

static const struct ctl_option options[] = {
    {"provider", "NAME",
     "the probe plugin to use (default: rtsp for rtsp://, else it is found out)"},
    {"user", "NAME", "log in as this user; the password is asked for"},
    ASK_OPTION,
    {"path", "PATH", "the path of the stream or page, for example /live"},
    {"id", "ID", "the camera's id (default: made from the address)"},
    {"name", "TEXT", "the camera's name"},
    {"site", "ID", "the site it is at (default: default), added when it is not there"},
    {NULL, NULL, NULL},
};

struct watch {
    struct ctl *ctl;
    struct target target;
    char id[65];
    const char *site;
    const char *provider; /* NULL: vmmd finds out which */
    const char *user;     /* "": no credential */
    json_t *given;        /* FIELD=VALUE of the command line */
    bool site_is_new;
    bool credential_is_new;
};

/* "OBJECT.set" what is there, else "OBJECT.add" it; `args` is taken over. `is_new` (may be NULL): it was added. */
static int put(struct watch *watch, const char *object, json_t *args, bool *is_new)
{
    char verb[CTL_VERB_MAX + 1];
    text_format(verb, sizeof(verb), "%s.add", object);
    bool is_there = false;
    struct call add = {.verb = verb,
                       .args = json_deep_copy(args),
                       .changes = true,
                       .quiet_on = CTL_EXISTS,
                       .was_quiet = &is_there};
    int code = call_vmmd(watch->ctl, &add, NULL);
    if (is_there) {
        text_format(verb, sizeof(verb), "%s.set", object);
        struct call set = {.verb = verb, .args = args, .changes = true};
        return call_vmmd(watch->ctl, &set, NULL);
    }
    if (is_new != NULL) {
        *is_new = code == EXIT_OK;
    }
    json_decref(args);
    return code;
}

/* Added where it is not there; another command may add it at the same moment. */
static int ensure_site(struct watch *watch)
{
    bool is_there = false;
    struct call add = {.verb = "site.add",
                       .args = json_pack("{sss[]}", "id", watch->site, "set"),
                       .changes = true,
                       .quiet_on = CTL_EXISTS,
                       .was_quiet = &is_there};
    int code = call_vmmd(watch->ctl, &add, NULL);
    watch->site_is_new = code == EXIT_OK && !is_there;
    return is_there ? EXIT_OK : code;
}

static int ask(struct watch *watch, char secret[ASK_MAX])
{
    char prompt[192];
    text_format(prompt, sizeof(prompt), "password of %.60s at %.100s", watch->user,
                watch->target.host);
    return ask_password(watch->ctl, prompt, secret);
}

static int put_credential(struct watch *watch, const char *secret)
{
    json_t *args = json_pack("{ssssssss}", "id", watch->id, "user", watch->user, "password", secret,
                             "site_id", watch->site);
    return put(watch, "credential", args, &watch->credential_is_new);
}

static json_t *camera_fields(const struct watch *watch)
{
    json_t *set = json_array();
    const char *path = ctl_value(watch->ctl, "path");
    const char *name = ctl_value(watch->ctl, "name");
    json_array_append_new(set, json_sprintf("site=%s", watch->site));
    target_fields(set, &watch->target, watch->provider, false, watch->given);
    json_array_extend(set, watch->given);
    path = path == NULL && watch->target.path[0] != '\0' ? watch->target.path : path;
    if (path != NULL) {
        json_array_append_new(set, json_sprintf("options.path=%s", path));
    }
    if (name != NULL) {
        json_array_append_new(set, json_sprintf("name=%s", name));
    }
    if (watch->user[0] != '\0') {
        json_array_append_new(set, json_sprintf("credential=%s", watch->id));
    }
    return set;
}

static int put_camera(struct watch *watch)
{
    json_t *args = json_pack("{ssso}", "id", watch->id, "set", camera_fields(watch));
    return put(watch, "camera", args, NULL);
}

/* One device has one camera: two of them would not know of each other's logins. */
static int refuse_second(struct watch *watch)
{
    struct ctl *ctl = watch->ctl;
    const struct target *target = &watch->target;
    struct holder holder;
    uint16_t port = target->port != 0
                        ? target->port
                        : holder_port(watch->provider, strcmp(target->scheme, "https") == 0);
    int code = holder_find(ctl, target->host, port, watch->id, &holder);
    if (code != EXIT_OK || holder.kind == NULL) {
        return code;
    }
    ctl_complain(ctl, "%s, port %u, is in the fleet: %s %s at site %s", target->host,
                 (unsigned)port, holder.kind, holder.id, holder.site);
    ctl_complain(ctl, "vmmctl %s set %s FIELD=VALUE changes it, vmmctl explain %s shows it",
                 holder.kind, holder.id, holder.id);
    return EXIT_REFUSED;
}

static void take_away(struct watch *watch, const char *verb, const char *id)
{
    struct call rm = {.verb = verb, .args = json_pack("{ss}", "id", id), .changes = true};
    call_vmmd(watch->ctl, &rm, NULL);
}

/* All that it needs, or, where the camera is refused, nothing of it. */
static int put_all(struct watch *watch, const char *secret)
{
    int code = ensure_site(watch);
    if (code == EXIT_OK && watch->user[0] != '\0') {
        code = put_credential(watch, secret);
    }
    if (code == EXIT_OK) {
        code = put_camera(watch);
    }
    if (code != EXIT_OK && watch->credential_is_new) {
        take_away(watch, "credential.rm", watch->id);
    }
    if (code != EXIT_OK && watch->site_is_new) {
        take_away(watch, "site.rm", watch->site);
    }
    return code;
}

/* The language of a stream is told by its address; whose pages they are is not. */
static const char *provider_of(const struct watch *watch)
{
    const char *given = ctl_value(watch->ctl, "provider");
    if (given != NULL) {
        return given;
    }
    return strcmp(watch->target.scheme, "rtsp") == 0 ? "rtsp" : NULL;
}

/* Of what is given as FIELD=VALUE, what is said in another way; NULL: nothing. */
static const char *said_twice(const struct watch *watch)
{
    static const char *const others[] = {"site", "provider", "host", "port"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (target_field_given(watch->given, others[i])) {
            return "site and provider are options, host and port are in the address";
        }
    }
    return watch->user[0] != '\0' && target_field_given(watch->given, "credential")
               ? "a login is --user, or credential=ID of one that is there"
               : NULL;
}

/* Reads the command line into `watch`; returns what is wrong, or NULL. */
static const char *read_arguments(struct watch *watch)
{
    struct ctl *ctl = watch->ctl;
    const char *address = ctl_operand(ctl, 0);
    if (address == NULL) {
        return "watch needs an address";
    }
    const char *wrong = target_parse(&watch->target, address);
    if (wrong != NULL) {
        return wrong;
    }
    target_id(&watch->target, watch->id, sizeof(watch->id));
    if (ctl_has(ctl, "id") &&
        !text_format(watch->id, sizeof(watch->id), "%s", ctl_value(ctl, "id"))) {
        return "the id is too long";
    }
    watch->site = ctl_has(ctl, "site") ? ctl_value(ctl, "site") : "default";
    watch->user = ctl_has(ctl, "user") ? ctl_value(ctl, "user") : watch->target.user;
    watch->provider = provider_of(watch);
    return text_is_id(watch->id) && text_is_id(watch->site)
               ? said_twice(watch)
               : "an id is 1 to 64 of letters, digits, dot, minus and underscore";
}

static int add_and_show(struct watch *watch)
{
    char secret[ASK_MAX] = "";
    int code = refuse_second(watch);
    if (code == EXIT_OK && watch->user[0] != '\0') {
        code = ask(watch, secret);
    }
    if (code == EXIT_OK) {
        code = put_all(watch, secret);
    }
    explicit_bzero(secret, sizeof(secret));
    return code == EXIT_OK ? first_verdict_show(watch->ctl, watch->id) : code;
}

static int run(struct ctl *ctl)
{
    struct watch watch = {.ctl = ctl, .given = object_fields(ctl, 1)};
    if (watch.given == NULL) {
        return EXIT_USAGE;
    }
    const char *wrong = read_arguments(&watch);
    int code = wrong != NULL ? ctl_usage(ctl, "%s", wrong) : add_and_show(&watch);
    json_decref(watch.given);
    return code;
}

const struct ctl_verb verb_watch = {
    .name = "watch",
    .summary = "add one camera by its address, and show the first verdict",
    .usage = "ADDRESS [--provider NAME] [--user NAME] [--path PATH] [--id ID] [--site ID] "
             "[FIELD=VALUE...]",
    .options = options,
    .text =
        "ADDRESS is HOST, HOST:PORT, or a URL such as rtsp://admin@10.0.0.7/live. The password is\n"
        "asked for, or read from standard input. Without --provider the plugin identify finds "
        "out,\n"
        "without a login, whose device it is, and it is handed over to the provider that fits, if\n"
        "that one is on (vmmctl flags). The site is added when it is not there; the same address\n"
        "again changes the camera that watch made of it, and is refused where the fleet has it as\n"
        "another camera or recorder. FIELD is one of a camera's, as for probe. A page of any\n"
        "device with HTTP: --provider generic "
        "'options.requests=[{\"name\":\"home\",\"path\":\"/\"}]'\n"
        "The verdict is waited for 30 seconds at most, a second look at a fault included.",
    .negative = "the camera was added and is not OK",
    .run = run,
};
