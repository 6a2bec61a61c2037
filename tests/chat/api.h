/* SPDX-License-Identifier: MIT */
/* spaces.messages.create as the service answers it, without a network. */
#ifndef CHAT_API_H
#define CHAT_API_H

#include "chat/fault.h"
#include "chat/room.h"

#define CHAT_MESSAGE_MAX 32000u

struct chat_api {
    struct chat_rooms rooms;
    struct chat_faults faults;
};

/* A request: path and query as they came, and the body. */
struct chat_request {
    const char *path;
    const char *query; /* "" when there is none */
    const char *body;
    size_t body_size;
    uint64_t now_ms;
};

struct chat_reply {
    uint32_t status;
    uint32_t retry_after_s;
    bool is_silent; /* no answer at all: the client has to give up */
    bool is_closed; /* the connection is closed instead of an answer */
    bool is_page;   /* the body is HTML */
    char *body;     /* the caller frees it */
};

/* POST /v1/spaces/ROOM/messages?key=…&token=…: the key "revoked" is invalid, the token "revoked" not allowed, and the
 * room "gone" is there no more. */
struct chat_reply chat_api_create(struct chat_api *api, const struct chat_request *request);

/* POST /hook/ROOM: a receiver of any JSON, without quota, that takes each `id` once and answers 204. Faults hold here
 * too. */
struct chat_reply chat_api_hook(struct chat_api *api, const struct chat_request *request,
                                const char *id);

#endif
