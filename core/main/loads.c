/* SPDX-License-Identifier: MIT */
#include "main/loads.h"

#include <stdbool.h>
#include <stdlib.h>

#include <vmm/errors.h>

#define WAIT_S 30

struct staged {
    json_t *parts; /* NULL: the place is free */
    uint64_t connection;
    struct event *patience;
};

struct loads {
    struct staged staged[LOADS_MAX];
};

size_t loads_count(const json_t *parts)
{
    size_t count = 0;
    const char *name;
    json_t *list;
    json_object_foreach((json_t *)(uintptr_t)parts, name, list)
    {
        count += json_array_size(list);
    }
    return count;
}

static void release(struct staged *staged)
{
    json_decref(staged->parts);
    staged->parts = NULL;
    event_del(staged->patience);
}

static void on_patience(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    release(arg);
}

/* The place of a connection; of number 0, which no connection has, one that is free. */
static struct staged *find(const struct loads *loads, uint64_t connection)
{
    for (size_t i = 0; i < LOADS_MAX; i++) {
        const struct staged *staged = &loads->staged[i];
        if (connection == 0 ? staged->parts == NULL
                            : staged->parts != NULL && staged->connection == connection) {
            return (struct staged *)(uintptr_t)staged;
        }
    }
    return NULL;
}

static int extend(json_t *parts, const json_t *part)
{
    const char *name;
    json_t *list;
    json_object_foreach((json_t *)(uintptr_t)part, name, list)
    {
        if (json_array_extend(json_object_get(parts, name), list) != 0) {
            return VMM_E_NOMEM;
        }
    }
    return 0;
}

int loads_stage(struct loads *loads, uint64_t connection, json_t *part)
{
    static const struct timeval wait = {.tv_sec = WAIT_S};
    struct staged *staged = find(loads, connection);
    int rc = 0;
    if (staged == NULL) {
        staged = find(loads, 0);
        if (staged == NULL) {
            json_decref(part);
            return VMM_E_AGAIN;
        }
        staged->connection = connection;
        staged->parts = part;
    } else {
        rc = extend(staged->parts, part);
        json_decref(part);
    }
    rc = rc == 0 && loads_count(staged->parts) > LOADS_RECORDS_MAX ? VMM_E_TOOBIG : rc;
    if (rc != 0) {
        release(staged);
        return rc;
    }
    event_add(staged->patience, &wait);
    return 0;
}

size_t loads_staged(const struct loads *loads, uint64_t connection)
{
    const struct staged *staged = find(loads, connection);
    return staged != NULL ? loads_count(staged->parts) : 0;
}

json_t *loads_take(struct loads *loads, uint64_t connection)
{
    struct staged *staged = find(loads, connection);
    json_t *parts = staged != NULL ? json_incref(staged->parts) : NULL;
    if (staged != NULL) {
        release(staged);
    }
    return parts;
}

void loads_forget(struct loads *loads, uint64_t connection)
{
    struct staged *staged = find(loads, connection);
    if (staged != NULL) {
        release(staged);
    }
}

struct loads *loads_create(struct event_base *base)
{
    struct loads *loads = calloc(1, sizeof(*loads));
    bool made = loads != NULL;
    for (size_t i = 0; made && i < LOADS_MAX; i++) {
        loads->staged[i].patience = event_new(base, -1, 0, on_patience, &loads->staged[i]);
        made = loads->staged[i].patience != NULL;
    }
    if (!made) {
        loads_destroy(loads);
        return NULL;
    }
    return loads;
}

void loads_destroy(struct loads *loads)
{
    if (loads == NULL) {
        return;
    }
    for (size_t i = 0; i < LOADS_MAX; i++) {
        json_decref(loads->staged[i].parts);
        if (loads->staged[i].patience != NULL) {
            event_free(loads->staged[i].patience);
        }
    }
    free(loads);
}
