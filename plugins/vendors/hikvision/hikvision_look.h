/* SPDX-License-Identifier: MIT */
/* One look at a Hikvision device: its state, and the functions that the table of requests names. */
#ifndef HIKVISION_LOOK_H
#define HIKVISION_LOOK_H

#include <kit/requests.h>

#include "hikvision_plan.h"

#define PROOF_SPAN_MS INT64_C(3600000) /* where newest footage is looked for: wide spans may fail */
#define DAY_MS        INT64_C(86400000)

struct hikvision_look {
    bool expect_card;
    bool search;
    struct note note;
    uint32_t found; /* PART_* that this look has found out to be not offered */
    bool try_old;   /* /ISAPI is not known: ask without it */
    bool foreign;   /* a part was answered by something else */
    bool was_read;  /* the identity was */
    bool stepped;   /* the walk back made its step of this look */
    bool is_empty;  /* no footage in the last hour */
    const struct hikvision_channel *proof;
    const struct hikvision_channel *planned; /* its track is read in this look */
    const struct hikvision_channel *scanned; /* its last day is looked through in this look */
    uint32_t told;                           /* the channel whose mode was told with its footage */
    int64_t now_ms;                          /* this machine's clock, at the last answer */
    struct hikvision_device device;
};

/* The device's wall clock now, milliseconds as if UTC. */
static inline int64_t look_wall_ms(const struct hikvision_look *look)
{
    return look->now_ms + look->device.wall_ms;
}

/* Whether the device is not known to lack this part. */
static inline bool look_offers(const struct hikvision_look *look, uint32_t part)
{
    return (look->note.refused & part) == 0;
}

/* ---- hikvision_ask.c: targets, bodies, and whether to ask ---- */

int ask_check(void *state, char *target, size_t size);
int ask_identity(void *state, char *target, size_t size);
int ask_time(void *state, char *target, size_t size);
int ask_ntp(void *state, char *target, size_t size);
int ask_status(void *state, char *target, size_t size);
int ask_inputs(void *state, char *target, size_t size);
int ask_proxies(void *state, char *target, size_t size);
int ask_names(void *state, char *target, size_t size);
int ask_storage(void *state, char *target, size_t size);
int ask_disks(void *state, char *target, size_t size);
int ask_track(void *state, char *target, size_t size);
int ask_work(void *state, char *target, size_t size);
int ask_search(void *state, char *target, size_t size);
int ask_proof_days(void *state, char *target, size_t size);
int ask_month(void *state, char *target, size_t size);
int ask_proof_body(void *state, char *body, size_t size);
int ask_proof_days_body(void *state, char *body, size_t size);
int ask_month_body(void *state, char *body, size_t size);
int ask_day_body(void *state, char *body, size_t size);
int ask_gap_body(void *state, char *body, size_t size);

bool wants_check(const void *state);
bool wants_old(const void *state);
bool wants_time(const void *state);
bool wants_inputs(const void *state);
bool wants_proxies(const void *state);
bool wants_names(const void *state);
bool wants_storage(const void *state);
bool wants_disks(const void *state);
bool wants_work(const void *state);
bool wants_proof(const void *state);
bool wants_proof_days(const void *state);
bool wants_ntp(const void *state);
bool wants_status(const void *state);
bool wants_track(const void *state);
bool wants_month(const void *state);
bool wants_day(const void *state);
bool wants_gap(const void *state);

/* ---- hikvision_take.c: what is answered ---- */

#define READER(name)                                                                               \
    void name(void *state, const struct vmm_request_row *row,                                      \
              const struct vmm_http_answer *answer, const struct vmm_observer *to,                 \
              struct vmm_part *part)

READER(take_check);
READER(take_identity);
READER(take_time);
READER(take_inputs);
READER(take_proxies);
READER(take_names);
READER(take_storage);
READER(take_disks);
READER(take_work);
READER(take_proof);
READER(take_proof_days);
READER(take_ntp);
READER(take_status);
READER(take_track);
READER(take_month);
READER(take_day);
READER(take_gap);

#endif
