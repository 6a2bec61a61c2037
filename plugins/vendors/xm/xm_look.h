/* SPDX-License-Identifier: MIT */
/* One look at an XM device: its state, and how it goes on from question to question. */
#ifndef XM_LOOK_H
#define XM_LOOK_H

#include <vmm/net.h>

#include "xm_frame.h"
#include "xm_plan.h"

struct xm_plugin {
    const struct vmm_host *host;
    const struct vmm_probe_host *probe;
    const struct vmm_net_host *net;
    const struct vmm_auth_host *auth;
    struct xm_look *looks; /* those under way */
};

struct xm_look {
    struct xm_plugin *plugin;
    struct xm_look *next;
    struct xm_look **link;             /* what points here */
    struct vmm_connection *connection; /* NULL: none */
    struct vmm_timer *timer;           /* NULL: none */
    bool connected;
    bool trial;
    bool barred;     /* no login is allowed now: only the first question is asked */
    enum xm_ask ask; /* under way */
    uint32_t sequence;
    int64_t sent_us;     /* when, by the wall clock */
    uint32_t missing;    /* questions without a usable answer */
    char what[32];       /* the first of them */
    int64_t newest_s;    /* end of the newest footage, by the device's clock; 0: none */
    bool is_cut;         /* the list that was answered last has not all there is */
    struct xm_span span; /* of the newest footage */
    struct xm_span day;  /* of a page of a last day */
    struct xm_device device;
    struct xm_reader reader;
};

/* ---- xm_look.c ---- */

/* End it: the look is gone when this returns. */
void look_end(struct xm_look *look, uint32_t outcome, uint32_t rung, uint32_t reason,
              const char *detail);

/* Our side is broken. */
void look_fail(struct xm_look *look, const char *what, int error);

/* Everything was asked that is going to be: end it with what came of it. */
void look_conclude(struct xm_look *look);

/* The question under way has no usable answer. */
void look_miss(struct xm_look *look);

/* Ask; XM_ASK_COUNT: everything was, and the look ends well. It may be gone when this returns. */
void look_ask(struct xm_look *look, enum xm_ask ask);

/* ---- xm_answer.c ---- */

/* A message came. The look may be gone when this returns. */
void look_take(struct xm_look *look, const struct xm_message *message);

#endif
