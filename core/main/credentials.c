/* SPDX-License-Identifier: MIT */
#include "main/credentials.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "main/fleet_words.h"
#include "main/watch.h"
#include "store/vault.h"

#define USER_MAX 255u

/* ---- reading ---- */

struct reader {
    struct credentials *credentials;
    credentials_site_fn is_site;
    void *arg;
    struct fleet_errors *errors;
};

static void refuse(const struct reader *reader, size_t index, const char *id, const char *field,
                   const char *problem, const char *remedy)
{
    struct fleet_errors *errors = reader->errors;
    if (errors->count < FLEET_ERRORS_MAX) {
        struct fleet_error *error = &errors->items[errors->count];
        char clean[TEXT_MAX + 1];
        text_clean(id, strlen(id), clean);
        *error = (struct fleet_error){
            .kind = FLEET_CREDENTIAL, .code = VMM_E_INVAL, .index = (long)index};
        text_format(error->id, sizeof(error->id), "%s", clean);
        text_format(error->field, sizeof(error->field), "%s", field);
        text_format(error->problem, sizeof(error->problem), "%s", problem);
        text_format(error->remedy, sizeof(error->remedy), "%s", remedy);
    }
    errors->count++;
}

static const char *unknown_key(const json_t *given)
{
    static const char *const known[] = {"id", "user", "site_id", "password"};
    for (void *i = json_object_iter((json_t *)(uintptr_t)given); i != NULL;
         i = json_object_iter_next((json_t *)(uintptr_t)given, i)) {
        size_t k = 0;
        while (k < 4 && strcmp(known[k], json_object_iter_key(i)) != 0) {
            k++;
        }
        if (k == 4) {
            return json_object_iter_key(i);
        }
    }
    return NULL;
}

static const char *text_of(const json_t *given, const char *key, const char *otherwise)
{
    const char *text = json_string_value(json_object_get(given, key));
    return text != NULL ? text : otherwise;
}

static bool check(const struct reader *reader, size_t index, const json_t *given,
                  const struct credential_item *item, const struct credential_record *old)
{
    const char *strange = unknown_key(given);
    bool is_twice = credentials_find(reader->credentials, item->id) != NULL;
    if (!text_is_id(item->id)) {
        refuse(reader, index, item->id, "id", "this is no id",
               "write 1 to 64 letters, digits, '.', '_' and '-'");
    } else if (strange != NULL) {
        refuse(reader, index, item->id, "", "it has a field that no credential has",
               "a credential has id, user, site_id and password");
    } else if (is_twice) {
        refuse(reader, index, item->id, "id", "the id stands twice", "keep one of them");
    } else if (item->user[0] == '\0' || strlen(item->user) > USER_MAX) {
        refuse(reader, index, item->id, "user", "the user is missing or too long",
               "write 1 to 255 bytes");
    } else if (old == NULL && item->secret == NULL) {
        refuse(reader, index, item->id, "password", "a new credential needs its password",
               "name where it is read from");
    } else if (item->secret != NULL && strlen(item->secret) > VAULT_SECRET_MAX) {
        refuse(reader, index, item->id, "password", "the password is too long",
               "at most 510 bytes");
    } else if (item->site_id[0] != '\0' && !reader->is_site(reader->arg, item->site_id)) {
        refuse(reader, index, item->id, "site_id", "there is no such site", "vmmctl site list");
    } else {
        return true;
    }
    return false;
}

static void keep_secret(void *arg, const struct credential_record *record, const char *secret,
                        size_t size)
{
    (void)record;
    (void)size;
    *(char **)arg = strdup(secret);
}

/* Keep what is there, to compare with and to be taken back. */
static int keep_old(struct vault *vault, const struct credential_record *old,
                    struct credential_item *item)
{
    item->old_user = strdup(old->user);
    item->old_site_id = strdup(old->site_id);
    int rc = vault_with_secret(vault, old->id, keep_secret, &item->old_secret);
    bool kept = item->old_user != NULL && item->old_site_id != NULL &&
                (rc != 0 || item->old_secret != NULL);
    return kept ? 0 : VMM_E_NOMEM;
}

static void compare(struct credential_item *item)
{
    size_t count = 0;
    if (strcmp(item->user, item->old_user) != 0) {
        item->changed[count++] = "user";
    }
    if (item->secret != NULL &&
        (item->old_secret == NULL || strcmp(item->secret, item->old_secret) != 0)) {
        item->changed[count++] = "password";
    }
    if (strcmp(item->site_id, item->old_site_id) != 0) {
        item->changed[count++] = "site_id";
    }
    item->what = count > 0 ? CREDENTIAL_CHANGED : CREDENTIAL_SAME;
}

/* Take it among the items, whether it is good or not: the end of all is one. */
static int read_one(const struct reader *reader, size_t index, const json_t *given)
{
    struct credentials *credentials = reader->credentials;
    struct credential_item *item = &credentials->items[credentials->count];
    const char *id = text_of(given, "id", "");
    const struct credential_record *old = vault_find(credentials->daemon->vault, id);
    *item = (struct credential_item){.id = id, .what = CREDENTIAL_NEW};
    if (old != NULL && keep_old(credentials->daemon->vault, old, item) != 0) {
        credentials->count++;
        return VMM_E_NOMEM;
    }
    item->user = text_of(given, "user", old != NULL ? item->old_user : "");
    item->site_id = json_object_get(given, "site_id") != NULL || old == NULL
                        ? text_of(given, "site_id", "")
                        : item->old_site_id;
    item->secret = json_string_value(json_object_get(given, "password"));
    bool good = check(reader, index, given, item, old);
    credentials->count++;
    if (good && old != NULL) {
        compare(item);
    }
    return good ? map_put(&credentials->ids, (uint32_t)(credentials->count - 1)) : 0;
}

static const char *key_of(const void *owner, uint32_t number)
{
    return ((const struct credentials *)owner)->items[number].id;
}

int credentials_read(struct credentials *credentials, struct daemon *daemon, const json_t *list,
                     credentials_site_fn is_site, void *arg, struct fleet_errors *errors)
{
    struct reader reader = {credentials, is_site, arg, errors};
    *credentials = (struct credentials){.daemon = daemon};
    map_init(&credentials->ids, key_of, credentials);
    credentials->items = calloc(json_array_size(list) + 1, sizeof(*credentials->items));
    int rc = credentials->items != NULL ? 0 : VMM_E_NOMEM;
    size_t index;
    json_t *given;
    json_array_foreach((json_t *)(uintptr_t)list, index, given)
    {
        rc = rc == 0 ? read_one(&reader, index, given) : rc;
    }
    return rc == 0 && errors->count > 0 ? VMM_E_INVAL : rc;
}

static void free_secret(char *secret)
{
    if (secret != NULL) {
        explicit_bzero(secret, strlen(secret));
        free(secret);
    }
}

void credentials_finish(struct credentials *credentials)
{
    for (size_t i = 0; i < credentials->count; i++) {
        free(credentials->items[i].old_user);
        free(credentials->items[i].old_site_id);
        free_secret(credentials->items[i].old_secret);
    }
    free(credentials->items);
    map_finish(&credentials->ids);
    *credentials = (struct credentials){0};
}

const struct credential_item *credentials_find(const struct credentials *credentials,
                                               const char *id)
{
    uint32_t number = credentials->count > 0 ? map_find(&credentials->ids, id) : MAP_NONE;
    return number != MAP_NONE ? &credentials->items[number] : NULL;
}

uint32_t credentials_count(const struct credentials *credentials, unsigned what)
{
    uint32_t count = 0;
    for (size_t i = 0; i < credentials->count; i++) {
        count += credentials->items[i].what == what;
    }
    return count;
}

/* ---- writing ---- */

static struct vault_item new_value(const struct credential_item *item)
{
    const char *secret = item->secret != NULL ? item->secret : item->old_secret;
    return (struct vault_item){.record = {.id = item->id,
                                          .site_id = item->site_id,
                                          .user = item->user,
                                          .changed_at = clock_wall_us()},
                               .secret = secret,
                               .size = secret != NULL ? strlen(secret) : 0};
}

static struct vault_item old_value(const struct credential_item *item)
{
    struct vault_item value = {.record = {.id = item->id,
                                          .site_id = item->old_site_id,
                                          .user = item->old_user,
                                          .changed_at = clock_wall_us()},
                               .secret = item->old_secret};
    value.size = value.secret != NULL ? strlen(value.secret) : 0;
    return value;
}

/* The values of all items of these kinds, written together; what has no secret is left as it is. */
static int write_all(struct credentials *credentials, bool with_new,
                     struct vault_item (*value)(const struct credential_item *item))
{
    struct vault_item *values = calloc(credentials->count + 1, sizeof(*values));
    size_t count = 0;
    if (values == NULL) {
        return VMM_E_NOMEM;
    }
    for (size_t i = 0; i < credentials->count; i++) {
        const struct credential_item *item = &credentials->items[i];
        if (item->what == CREDENTIAL_CHANGED || (with_new && item->what == CREDENTIAL_NEW)) {
            values[count] = value(item);
            count += values[count].secret != NULL;
        }
    }
    int rc = count > 0 ? vault_put_all(credentials->daemon->vault, values, count) : 0;
    free(values);
    return rc;
}

int credentials_write(struct credentials *credentials)
{
    return write_all(credentials, true, new_value);
}

void credentials_take_back(struct credentials *credentials)
{
    int rc = write_all(credentials, false, old_value);
    for (size_t i = 0; i < credentials->count; i++) {
        if (credentials->items[i].what == CREDENTIAL_NEW) {
            int removed = vault_remove(credentials->daemon->vault, credentials->items[i].id);
            rc = rc == 0 ? removed : rc;
        }
    }
    if (rc != 0) {
        log_error("vault", "credentials that were written with a fleet that could not be written "
                           "stay; load the file again when there is space");
    }
}

/* ---- who uses them ---- */

/* The device goes on with what its credential is now. */
static void take_up(struct daemon *daemon, uint32_t device)
{
    struct health_input input = {.kind = HEALTH_INPUT_CREDENTIAL};
    watch_add(daemon->watch, device);
    verdict_step(daemon->watch, device, &input);
}

void credentials_tell(const struct credentials *credentials)
{
    const struct fleet *fleet = credentials->daemon->fleet;
    for (uint32_t i = 0; credentials->count > 0 && i < fleet_device_end(fleet); i++) {
        const struct fleet_device *device = fleet_device(fleet, i);
        const struct credential_item *item =
            device != NULL ? credentials_find(credentials, device->record.credential_id) : NULL;
        if (item != NULL && item->what == CREDENTIAL_CHANGED) {
            take_up(credentials->daemon, i);
        }
    }
}

static bool uses(const struct fleet_device *device, const char *id)
{
    return device != NULL && strcmp(device->record.credential_id, id) == 0;
}

void credential_changed(struct daemon *daemon, const char *id)
{
    for (uint32_t i = 0; i < fleet_device_end(daemon->fleet); i++) {
        if (uses(fleet_device(daemon->fleet, i), id)) {
            take_up(daemon, i);
        }
    }
}

bool credential_is_used(const struct daemon *daemon, const char *id)
{
    uint32_t i = 0;
    while (i < fleet_device_end(daemon->fleet) && !uses(fleet_device(daemon->fleet, i), id)) {
        i++;
    }
    return i < fleet_device_end(daemon->fleet);
}
