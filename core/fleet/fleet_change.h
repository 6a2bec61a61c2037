/* SPDX-License-Identifier: MIT */
/*
 * Changes of the fleet, planned before anything happens.
 *
 *   requests ─▶ fleet_plan() ─▶ records for the store ─▶ committed ─▶ fleet_apply()
 *
 * Planning is pure: it reads the fleet and asks the checks, and gives either a plan or errors. A plan is
 * applied to the fleet it was made from, with no other plan applied in between.
 */
#ifndef FLEET_FLEET_CHANGE_H
#define FLEET_FLEET_CHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "fleet/fields.h"
#include "fleet/fleet.h"

#define FLEET_ADD    1u /* must not be there */
#define FLEET_SET    2u /* must be there */
#define FLEET_REMOVE 3u /* must be there */
#define FLEET_PUT    4u /* add or set */

#define FLEET_ERRORS_MAX 100u

struct fleet_request {
    unsigned verb; /* FLEET_ADD … */
    unsigned kind; /* FLEET_SITE … */
    const char *id;
    const json_t *values; /* object of fields; NULL: none */
    bool from_text;       /* values are texts from a command line */
    bool cascade;         /* of FLEET_REMOVE: take what depends on it along */
    long index;           /* of the item in a file; -1: none */
};

/* What the fleet cannot know by itself. A NULL function allows everything. */
struct fleet_checks {
    void *arg;
    bool (*credential)(void *arg, const char *id,
                       const char *site_id);       /* is there, for this site */
    bool (*provider)(void *arg, const char *name); /* is installed */
    /* The options of a device; 0 or VMM_E_INVAL with one line in `why`. */
    int (*options)(void *arg, const char *provider, const json_t *options, char *why, size_t size);
    bool (*timezone)(void *arg, const char *name);
    const char *node_id; /* owner of new sites; NULL: "" */
    const char *finder; /* the provider of a device that is given none; NULL: one has to be given */
};

struct fleet_error {
    unsigned kind; /* FLEET_*; 0: the request or file as a whole */
    int code;      /* VMM_E_NOENT: it, or what it refers to, is not there; VMM_E_EXIST: taken
                    * already; VMM_E_STATE: others depend on it; else VMM_E_INVAL */
    long index;    /* of the item; -1: none */
    char id[72];   /* cleaned */
    char field[40];
    char problem[256];
    char remedy[256];
};

struct fleet_errors {
    size_t count; /* all; the first FLEET_ERRORS_MAX are kept */
    struct fleet_error items[FLEET_ERRORS_MAX];
};

/* "cameras[3] lobby-1: port: 70000 is no port; write 1 to 65535". Returns `out`. */
const char *fleet_error_text(const struct fleet_error *error, char *out, size_t size);

#define FLEET_TABLE_SITE   1u
#define FLEET_TABLE_NVR    2u
#define FLEET_TABLE_CAMERA 3u
#define FLEET_TABLE_DEVICE 4u

/* One record for the store: put it (by id), or take it out (only its id counts). */
struct fleet_write {
    unsigned table;
    bool removed;
    bool new_provider; /* of a device: what was learnt of its effective provider is void */
    bool new_pin;      /* of a device: the operator gave the key to trust */
    union {
        struct site_record site;
        struct nvr_record nvr;
        struct camera_record camera;
        struct device_record device;
    } record;
};

/* One field that becomes another, as texts for people. An added or removed thing has field "" . */
struct fleet_delta {
    unsigned kind;
    const char *id;
    const char *field;
    const char *from; /* JSON, "" for an added thing */
    const char *to;   /* JSON, "" for a removed one */
};

struct fleet_plan {
    struct fleet_write *writes; /* in the order in which no reference and no channel ever clashes */
    size_t write_count;
    struct fleet_delta *deltas;
    size_t delta_count;
    uint32_t added; /* things, not records */
    uint32_t changed;
    uint32_t removed;
    uint32_t same;
    struct fleet_plan_memory *memory; /* holds the texts */
};

/*
 * Plan requests one after the other, each on top of those before. All or nothing: VMM_E_INVAL with at least
 * one error in `errors`; VMM_E_NOMEM. `checks` NULL: none.
 */
int fleet_plan(const struct fleet *fleet, const struct fleet_checks *checks,
               const struct fleet_request *requests, size_t count, struct fleet_plan **out,
               struct fleet_errors *errors);

/* Make it so. What devices told since the plan was made is kept. 0 or VMM_E_NOMEM: the fleet is then between
 * both and must be loaded again. */
int fleet_apply(struct fleet *fleet, const struct fleet_plan *plan);

/* NULL is allowed. */
void fleet_plan_destroy(struct fleet_plan *plan);

/*
 * The values of a request from arguments "key=value": a text each; "options.KEY=value" sets one option. A
 * new reference in *out; VMM_E_INVAL with problem and remedy in `error`; VMM_E_NOMEM.
 */
int fleet_arguments(char *const *arguments, size_t count, json_t **out, struct fleet_error *error);

#endif
