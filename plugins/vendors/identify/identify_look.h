/* SPDX-License-Identifier: MIT */
/*
 * A look that finds out whose device it is, and its stages:
 *
 *   pages ─▶ pages inside TLS ─▶ RTSP ─▶ DVRIP ─▶ pages at other ports ─▶ a port that only answers
 *
 * Each stage is one or more steps, one after another, each over its own connection or over the one that the page before
 * has left open. They are the same for every device; what ends them is the device (it refuses, it closes), eight
 * connections, or time. What came is told answer by answer, as the transcript of the look.
 */
#ifndef IDENTIFY_LOOK_H
#define IDENTIFY_LOOK_H

#include <kit/observe.h>
#include <vmm/http.h>
#include <vmm/identify.h>
#include <vmm/net.h>

#include "identify_asks.h"

#define CONNECTIONS_MAX 8u    /* of one look, those that are refused too */
#define STEP_MS         4000u /* the longest that one step may take */
#define CONNECT_MS      2000u
#define ANSWER_MAX      2048u /* bytes of an answer that is not HTTP */
#define AUTHORITY_MAX   280u
#define DETAIL_MAX      160u
#define PORTS_MAX       8u

#define HTTP_PORT  80u
#define HTTPS_PORT 443u
#define RTSP_PORT  554u
#define DVRIP_PORT 34567u
#define OTHER_PORT                                                                                 \
    8000u /* of makers' own programs; that it answers is shown, and tells nothing more */

struct identify_plugin {
    const struct vmm_host *host;
    const struct vmm_probe_host *probe;
    const struct vmm_http_host *http;
    const struct vmm_net_host *net;
    const struct vmm_transcript_host *transcript;
    struct asks asks;
    struct identify_look *looks; /* those under way */
};

enum stage {
    STAGE_PAGES,
    STAGE_SECURE, /* the same inside TLS; where there were pages before, the first one alone */
    STAGE_RTSP,
    STAGE_DVRIP,
    STAGE_ELSEWHERE, /* the pages that name a port */
    STAGE_KNOCK,
    STAGE_END,
};

struct identify_look {
    struct identify_plugin *plugin;
    struct identify_look *next;
    struct identify_look **link; /* what points here */
    struct vmm_observer to;
    uint32_t scope;
    enum stage stage;     /* under way */
    size_t page;          /* of the stage */
    uint64_t end_us;      /* no step begins that could last beyond */
    uint32_t port;        /* that the operator has set: the only one asked at; 0: none */
    bool is_asking;       /* an answer over HTTP will come */
    bool is_cancelled;    /* and ends the look */
    bool no_pages;        /* nothing that speaks HTTP, in this stage */
    bool may_be_tls;      /* plain pages were refused as a port does that speaks TLS */
    bool closes;          /* the next page needs a connection of its own */
    bool has_pages;       /* pages came, as the operator says that they are asked for */
    bool is_tls;          /* and that is inside TLS */
    bool has_secure;      /* pages came inside TLS, which nobody has said */
    bool is_walled;       /* its front page was refused: it refuses any path */
    bool answered;        /* anything came */
    uint32_t connections; /* opened so far */
    struct vmm_connection *connection; /* NULL: none */
    size_t size;                       /* of `bytes` */
    uint32_t ports[PORTS_MAX];         /* that a connection came about to */
    size_t port_count;
    /* why the front page did not come */
    uint32_t outcome;
    uint32_t rung;
    uint32_t reason;
    char detail[DETAIL_MAX];
    char bytes[ANSWER_MAX];
};

/* ---- identify.c ---- */

/* The next step, or the end: the look may be gone when this returns. */
void look_go_on(struct identify_look *look);

/* Finish with this; the look is gone. */
void look_end(struct identify_look *look, uint32_t outcome, uint32_t rung, uint32_t reason,
              const char *detail);

/* One more answer of the transcript. */
void look_tell(struct identify_look *look, const struct vmm_answer *answer);

/* Somebody listens at this port. */
void look_add_port(struct identify_look *look, uint32_t port);

/* Whether the look may open one more connection and leave so many to the stages that follow. */
bool look_may_open(const struct identify_look *look, uint32_t left);

/* ---- identify_pages.c ---- */

/* Go on with plain pages where it was no TLS after all; true then. */
bool pages_resume(struct identify_look *look);

/* Start the next page of the stage. 1: one is under way; 0: there is none any more. */
int pages_start(struct identify_look *look);

/* ---- identify_knock.c ---- */

/* Start the connection of the stage. 1: it is under way; 0: it is not wanted, or not allowed. */
int knock_start(struct identify_look *look);

/* Close the connection that is under way, if any. */
void knock_stop(struct identify_look *look);

/* Whether the stage's connection is wanted. */
bool knock_is_wanted(const struct identify_look *look, enum stage stage);

#endif
