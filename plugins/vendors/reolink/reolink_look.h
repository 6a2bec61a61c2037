/* SPDX-License-Identifier: MIT */
/* One look at a Reolink device: its state, and the functions that the table of requests names. */
#ifndef REOLINK_LOOK_H
#define REOLINK_LOOK_H

#include <kit/backwalk.h>
#include <kit/requests.h>
#include <vmm/net.h>

#include "reolink_parse.h"

struct reolink_look {
    const struct vmm_auth_host *auth;
    struct vmm_wallclock_zone zone;
    bool search;
    bool picture;
    uint32_t turn; /* of the channels whose newest footage is searched, from 0 */
    uint8_t looks; /* so far, as far as it matters */
    bool is_known; /* it was read in an earlier look */
    bool was_read;
    bool stepped;             /* the walk back made its step of this look */
    struct vmm_backwalk walk; /* its channels count from 1 */
    struct reolink_device device;
    struct vmm_part failure; /* what the look ends with, after the logout */
    char token[REOLINK_TOKEN_MAX + 1];
};

/* ---- reolink_ask.c: targets, bodies, and whether to ask ---- */

/* Go on to the next channel in its turn that has a camera. */
void look_find_turn(struct reolink_look *look);

int ask_device(void *state, char *target, size_t size);
int ask_schedules(void *state, char *target, size_t size);
int ask_schedules_body(void *state, char *body, size_t size);
int ask_search(void *state, char *target, size_t size);
int ask_newest_body(void *state, char *body, size_t size);
int ask_month_body(void *state, char *body, size_t size);
int ask_oldest_body(void *state, char *body, size_t size);
int ask_picture(void *state, char *target, size_t size);
int ask_logout(void *state, char *target, size_t size);

bool wants_kind(const void *state);
bool wants_schedules(const void *state);
bool wants_newest(const void *state);
bool wants_month(const void *state);
bool wants_oldest(const void *state);
bool wants_picture(const void *state);
bool ends_well(const void *state);
bool ends_badly(const void *state);

/* ---- reolink_take.c: what is answered ---- */

#define READER(name)                                                                               \
    void name(void *state, const struct vmm_request_row *row,                                      \
              const struct vmm_http_answer *answer, const struct vmm_observer *to,                 \
              struct vmm_part *part)

READER(take_kind);
READER(take_login);
READER(take_device); /* a failure waits for the logout; load and silence do not */
READER(take_schedules);
READER(take_newest);
READER(take_month);
READER(take_oldest);
READER(take_picture);
READER(take_logout);

#endif
