/* SPDX-License-Identifier: MIT */
/*
 * The fleet in memory: sites, NVRs, cameras, and the devices that are looked at.
 *
 * Everything is known by its id, and inside the process by a dense handle, a number below fleet_*_end().
 * A handle means the same thing as long as it lives. A removed device's or camera's handle is kept back
 * until fleet_release_*() says that nobody refers to it any more, then it is used again. Sites and NVRs are
 * few, and their handles are free at once.
 *
 * Read by const pointers, which stay valid until the thing is removed; their texts until it is changed.
 * Changed by plans alone (fleet_change.h) and by what devices tell (fleet_learn). One thread.
 */
#ifndef FLEET_FLEET_H
#define FLEET_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "fleet/records.h"

#define FLEET_NONE         UINT32_MAX
#define FLEET_ENDPOINT_MAX 512

struct fleet;

struct fleet_site {
    struct site_record record;
    uint32_t handle;
    uint32_t first_nvr; /* handles, FLEET_NONE at the end of a list */
    uint32_t first_camera;
    uint32_t nvr_count;
    uint32_t camera_count;
};

struct fleet_nvr {
    struct nvr_record record;
    uint32_t handle;
    uint32_t site;
    uint32_t device;
    uint32_t first_camera; /* of its channels, in no order */
    uint32_t camera_count;
    uint32_t next; /* NVR of the site */
    uint32_t previous;
};

struct fleet_camera {
    struct camera_record record;
    uint32_t handle;
    uint32_t site;
    uint32_t nvr;    /* FLEET_NONE: none */
    uint32_t device; /* FLEET_NONE: only a channel of its NVR */
    uint32_t next;   /* camera of the site */
    uint32_t previous;
    uint32_t nvr_next; /* camera of the NVR */
    uint32_t nvr_previous;
};

struct fleet_device {
    struct device_record record;
    uint32_t handle;
    uint32_t site;
    uint32_t owner; /* handle of the NVR or the camera, as record.kind says */
};

/* NULL without memory. */
struct fleet *fleet_create(void);
void fleet_destroy(struct fleet *fleet);

/* By id. NULL when there is none. */
const struct fleet_site *fleet_find_site(const struct fleet *fleet, const char *id);
const struct fleet_nvr *fleet_find_nvr(const struct fleet *fleet, const char *id);
const struct fleet_camera *fleet_find_camera(const struct fleet *fleet, const char *id);
const struct fleet_device *fleet_find_device(const struct fleet *fleet, const char *id);

/* By handle. NULL when nothing lives there. */
const struct fleet_site *fleet_site(const struct fleet *fleet, uint32_t handle);
const struct fleet_nvr *fleet_nvr(const struct fleet *fleet, uint32_t handle);
const struct fleet_camera *fleet_camera(const struct fleet *fleet, uint32_t handle);
const struct fleet_device *fleet_device(const struct fleet *fleet, uint32_t handle);

/* The first one behind a place in the order of ids, or of site and id, whether something is at that place or not; ids are
 * never "", so that "" is before all. NULL: there is none. */
const struct fleet_site *fleet_site_after(const struct fleet *fleet, const char *id);
const struct fleet_nvr *fleet_nvr_after(const struct fleet *fleet, const char *site_id,
                                        const char *id);
const struct fleet_camera *fleet_camera_after(const struct fleet *fleet, const char *site_id,
                                              const char *id);

/* One past the highest handle: for loops over all, and for arrays beside the fleet. */
uint32_t fleet_site_end(const struct fleet *fleet);
uint32_t fleet_nvr_end(const struct fleet *fleet);
uint32_t fleet_camera_end(const struct fleet *fleet);
uint32_t fleet_device_end(const struct fleet *fleet);

/* How many live. */
uint32_t fleet_site_count(const struct fleet *fleet);
uint32_t fleet_nvr_count(const struct fleet *fleet);
uint32_t fleet_camera_count(const struct fleet *fleet);
uint32_t fleet_device_count(const struct fleet *fleet);

/* The camera on a channel of an NVR. NULL when there is none. */
const struct fleet_camera *fleet_channel(const struct fleet *fleet, uint32_t nvr, uint32_t channel);

/* A removed device's or camera's handle may be given out again. */
void fleet_release_device(struct fleet *fleet, uint32_t handle);
void fleet_release_camera(struct fleet *fleet, uint32_t handle);

/*
 * Put records in, in the order site, NVR, device of an NVR, camera, device of a camera: for the store at
 * start, and for plans. A record of an id that is there replaces it and keeps its handle. Texts are copied.
 * VMM_E_NOENT: what it refers to is not there; VMM_E_EXIST: the channel, or the id by another kind;
 * VMM_E_NOMEM. The fleet is then as before.
 */
int fleet_put_site(struct fleet *fleet, const struct site_record *record);
int fleet_put_nvr(struct fleet *fleet, const struct nvr_record *record);
int fleet_put_camera(struct fleet *fleet, const struct camera_record *record);
int fleet_put_device(struct fleet *fleet, const struct device_record *record);

/* Take things out. VMM_E_NOENT; VMM_E_STATE: something still depends on it (NVRs, cameras). An NVR or
 * camera takes its device with it. */
int fleet_remove_site(struct fleet *fleet, const char *id);
int fleet_remove_nvr(struct fleet *fleet, const char *id);
int fleet_remove_camera(struct fleet *fleet, const char *id);
int fleet_remove_device(struct fleet *fleet, const char *id);

/* What a device told of itself. A NULL text is not known and stays. */
struct fleet_learnt {
    const char *effective_provider;
    const char *effective_place;
    const char *model;
    const char *firmware;
    const char *serial;
    const char *mac;
    const uint8_t *tls_pin; /* TLS_PIN_SIZE bytes */
};

/* Keep it. 1: something is new, write the device's record to the store; 0: nothing is; VMM_E_NOENT,
 * VMM_E_NOMEM. */
int fleet_learn(struct fleet *fleet, uint32_t device, const struct fleet_learnt *learnt);

/* Who looks at it: the provider that is set, or the one it was handed over to. */
const char *fleet_speaker(const struct device_record *device);

/* The key of the endpoint a device belongs to: site, host as configured, port group. Returns `key`. */
const char *fleet_endpoint(const struct device_record *device, char key[FLEET_ENDPOINT_MAX]);

#endif
