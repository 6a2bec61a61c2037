/* SPDX-License-Identifier: MIT */
/*
 * What a device does with a request: first the plan (which counts the request and checks the
 * login, at the time it came), then, when the device's latency is over, the reply's bytes.
 */
#ifndef FARM_SERVER_H
#define FARM_SERVER_H

#include "farm/farm.h"

enum server_do {
    SERVER_ANSWER,
    SERVER_GARBAGE, /* random bytes, then close */
    SERVER_SILENCE  /* nothing, ever */
};

/* A connection as the server sees it. */
struct server_caller {
    struct service *service;
    uint64_t connection; /* its number */
    bool over_limit;     /* above the device's connection limit */
    bool described;      /* has had its one DESCRIBE */
    uint32_t session;    /* DVRIP: of the login on this connection; 0: none */
};

struct server_plan {
    enum server_do what;
    const struct answer *answer;
    int status;     /* the answer's, or a fault's */
    bool challenge; /* with WWW-Authenticate */
    bool stale;
    int level; /* of the account that logged in */
    bool in_session;
    bool opens_session; /* DVRIP: this was the login */
};

/* How the bytes of a reply go out. */
enum server_pace { PACE_WHOLE, PACE_HALF_HEAD, PACE_HALF_BODY, PACE_DRIP };
enum server_end { END_KEEP, END_CLOSE, END_RESET };

/* A reply: farm->head, then farm->body, then FILLER bytes of padding. */
struct server_reply {
    enum server_pace pace;
    enum server_end end;
    bool endless; /* padding without end */
    uint64_t filler;
};

/* What a device does with a connection as it comes. */
enum server_arrival {
    ARRIVAL_TALKS,
    ARRIVAL_HANGS, /* it stays and is never answered */
    ARRIVAL_RESET,
    ARRIVAL_CLOSED
};

/* Notes that a connection comes to SERVICE now; *CALLER is filled in when it stays, which it does until server_leave. */
enum server_arrival server_arrive(struct farm *farm, struct service *service,
                                  struct server_caller *caller);
void server_leave(struct farm *farm, const struct server_caller *caller);

/* Reads the request at INPUT, of which USED bytes have come and ROOM can; its slices point there. MESSAGE_PART: more has
 * to come. Else *PLAN says what to do about it: MESSAGE_WHOLE, or MESSAGE_BAD, which takes all that has come. */
enum message_state server_take(struct farm *farm, const struct server_caller *caller,
                               const char *input, size_t used, size_t room, struct message *message,
                               struct server_plan *plan);

/* Decides about MESSAGE and counts it. */
struct server_plan server_plan(struct farm *farm, const struct server_caller *caller,
                               const struct message *message);

/* What is said to bytes that are no request; counts them. */
struct server_plan server_plan_malformed(struct farm *farm, const struct server_caller *caller);

/* Writes the reply into farm->head and farm->body. MESSAGE is empty for a malformed one. */
struct server_reply server_reply(struct farm *farm, const struct server_caller *caller,
                                 const struct server_plan *plan, const struct message *message);

/* The reply is about to go out: what the connection remembers of it. */
void server_note_reply(struct server_caller *caller, const struct server_plan *plan,
                       const struct message *message);

/* How much of farm->head and farm->body goes out at this pace. */
void server_cut(const struct farm *farm, enum server_pace pace, size_t *head, size_t *body);

/* The number of the session that a login on this connection opens. */
uint32_t server_session(const struct server_caller *caller);

/* How long the device takes over an answer, in microseconds. */
uint64_t server_latency_us(struct service *service);

#endif
