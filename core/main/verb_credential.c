/* SPDX-License-Identifier: MIT */
/* credential.add, credential.set, credential.rm. */
#include <string.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/text.h"
#include "main/control.h"
#include "main/credentials.h"

/* What the credential will be: what is given, and for the rest what it was. */
struct credential_change {
    char user[256];
    char site[80];
    const char *secret; /* NULL: it stays */
};

static bool check_credential(struct daemon *daemon, struct ctl_call *call, const json_t *args,
                             const struct credential_record *old, struct credential_change *change)
{
    const char *user = control_text(args, "user");
    bool has_site = json_object_get(args, "site_id") != NULL || old == NULL;
    change->secret = json_string_value(json_object_get(args, "password"));
    text_format(change->user, sizeof(change->user), "%s",
                user[0] != '\0' ? user
                : old != NULL   ? old->user
                                : "");
    text_format(change->site, sizeof(change->site), "%s",
                has_site ? control_text(args, "site_id") : old->site_id);
    if (!text_is_id(control_text(args, "id")) || change->user[0] == '\0' ||
        (old == NULL && change->secret == NULL)) {
        ctl_fail(call, CTL_INVALID,
                 "a credential needs an id of letters, digits and . _ -, a user and a password",
                 NULL);
        return false;
    }
    if (change->site[0] != '\0' && fleet_find_site(daemon->fleet, change->site) == NULL) {
        ctl_fail(call, CTL_NOT_FOUND, "there is no such site", "vmmctl site list");
        return false;
    }
    return true;
}

struct vault_write {
    struct daemon *daemon;
    const struct credential_record *record;
    int rc;
};

static void write_with_old_secret(void *arg, const struct credential_record *old,
                                  const char *secret, size_t size)
{
    struct vault_write *write = arg;
    char copy[VAULT_SECRET_MAX + 1];
    (void)old;
    memcpy(copy, secret, size);
    write->rc = vault_put(write->daemon->vault, write->record, copy, size, NULL);
    explicit_bzero(copy, sizeof(copy));
}

static int write_credential(struct daemon *daemon, const struct credential_record *record,
                            const char *secret)
{
    if (secret != NULL) {
        return vault_put(daemon->vault, record, secret, strlen(secret), NULL);
    }
    struct vault_write write = {daemon, record, VMM_E_IO};
    int rc = vault_with_secret(daemon->vault, record->id, write_with_old_secret, &write);
    return rc != 0 ? rc : write.rc;
}

static void put_credential(struct daemon *daemon, struct ctl_call *call, const json_t *args,
                           bool add)
{
    const char *id = control_text(args, "id");
    const struct credential_record *old = vault_find(daemon->vault, id);
    if (add == (old != NULL)) {
        ctl_fail(call, add ? CTL_EXISTS : CTL_NOT_FOUND,
                 add ? "there is a credential of this id already" : "there is no such credential",
                 add ? "vmmctl credential set changes it" : "vmmctl credential list");
        return;
    }
    struct credential_change change;
    if (!check_credential(daemon, call, args, old, &change)) {
        return;
    }
    json_t *changed = json_array();
    static const char *const fields[] = {"user", "password", "site_id"};
    for (size_t i = 0; i < 3; i++) {
        if (json_object_get(args, fields[i]) != NULL) {
            json_array_append_new(changed, json_string(fields[i]));
        }
    }
    struct credential_record record = {
        .id = id, .site_id = change.site, .user = change.user, .changed_at = clock_wall_us()};
    if (write_credential(daemon, &record, change.secret) != 0) {
        json_decref(changed);
        ctl_fail(call, CTL_UNAVAILABLE,
                 "the vault could not be written; the old secret is in force", NULL);
        return;
    }
    credential_changed(daemon, id);
    ctl_done(call, json_pack("{s:s, s:o}", "id", id, "changed", changed));
}

static void remove_credential(struct daemon *daemon, struct ctl_call *call, const char *id)
{
    if (credential_is_used(daemon, id)) {
        ctl_fail(call, CTL_IN_USE, "devices use it", "give them another one first");
        return;
    }
    int rc = vault_remove(daemon->vault, id);
    if (rc == 0) {
        ctl_done(call, json_pack("{s:[o]}", "removed", json_sprintf("credential %s", id)));
    } else {
        ctl_fail(call, rc == VMM_E_NOENT ? CTL_NOT_FOUND : CTL_UNAVAILABLE,
                 rc == VMM_E_NOENT ? "there is no such credential"
                                   : "the vault could not be written",
                 NULL);
    }
}

void verb_credential(struct daemon *daemon, struct ctl_call *call, const char *verb, json_t *args)
{
    static const char *const names[] = {"id", "user", "password", "site_id", "cascade", NULL};
    if (control_unknown(call, args, names)) {
        return;
    }
    const char *action = strrchr(verb, '.') + 1;
    if (strcmp(action, "rm") == 0) {
        remove_credential(daemon, call, control_text(args, "id"));
    } else {
        put_credential(daemon, call, args, strcmp(action, "add") == 0);
    }
}
