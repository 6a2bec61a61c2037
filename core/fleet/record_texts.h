/* SPDX-License-Identifier: MIT */
/* The texts of the records, taken into a pool and dropped from it together; used by fleet.c alone. */
#ifndef FLEET_RECORD_TEXTS_H
#define FLEET_RECORD_TEXTS_H

#include "fleet/pool.h"
#include "fleet/records.h"

/* Replace each text of the record by the pool's copy. VMM_E_NOMEM: none is taken. */
int record_take_site(struct pool *pool, struct site_record *record);
int record_take_nvr(struct pool *pool, struct nvr_record *record);
int record_take_camera(struct pool *pool, struct camera_record *record);
int record_take_device(struct pool *pool, struct device_record *record);

/* Drop each text of a record that was taken. */
void record_drop_site(struct pool *pool, const struct site_record *record);
void record_drop_nvr(struct pool *pool, const struct nvr_record *record);
void record_drop_camera(struct pool *pool, const struct camera_record *record);
void record_drop_device(struct pool *pool, const struct device_record *record);

#endif
