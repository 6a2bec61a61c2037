/* SPDX-License-Identifier: MIT */
/* A running vmm-chat for tests. Each wait has a limit; a test fails where it is passed. */
#ifndef CHAT_RIG_H
#define CHAT_RIG_H

#include <stdint.h>
#include <sys/types.h>

#include <jansson.h>

#define CHAT_RIG_KEY   "AIzaMockKey-0123456789"
#define CHAT_RIG_TOKEN "mock-token-0123456789"

struct chat_rig {
    pid_t pid;
    uint16_t port;
};

/* Start it with a quota of `quota` writes in `window_ms`; 0: as the service has it, 60 in 60 s. */
void chat_rig_start(struct chat_rig *chat, uint32_t quota, uint32_t window_ms);

/* SIGTERM; it has to end well. */
void chat_rig_stop(struct chat_rig *chat);

/* The address of a room's webhook, static memory. */
const char *chat_rig_url(const struct chat_rig *chat, const char *room);

/* What the next requests get, in the words of chat/fault.h. */
void chat_rig_faults(const struct chat_rig *chat, const char *words);

/* Another sender writes `count` messages; how many the quota let through. */
unsigned chat_rig_sender(const struct chat_rig *chat, const char *room, unsigned count);

/* What a room has seen: {"messages": [{"request_id", "thread_key", "body", "at_ms", "repeats"}], "requests",
 * "throttled", "refused", "most_writes"}; a new reference, NULL when nothing came for it. */
json_t *chat_rig_room(const struct chat_rig *chat, const char *room);

/* A number of it; 0 when nothing came. */
long chat_rig_count(const struct chat_rig *chat, const char *room, const char *name);

/* Wait until that number is at least `count`. */
void chat_rig_wait(const struct chat_rig *chat, const char *room, const char *name, long count);

/* POST to a path; the status, and the body cut to `size`. */
int chat_rig_post(const struct chat_rig *chat, const char *path, const char *body, char *answer,
                  size_t size);

#endif
