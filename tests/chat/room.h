/* SPDX-License-Identifier: MIT */
/*
 * Rooms (spaces) of a Google Chat for tests: their quota, which all senders share, their messages, and the request
 * ids they remember. No clock and no network.
 */
#ifndef CHAT_ROOM_H
#define CHAT_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#define CHAT_ROOM_NAME_MAX 64

struct chat_message {
    char *request_id; /* "" when there was none */
    char *thread_key; /* "" when there was none */
    json_t *body;
    uint64_t at_ms;
    uint32_t repeats; /* further requests with its id */
};

struct chat_room {
    struct chat_room *next;
    char name[CHAT_ROOM_NAME_MAX];
    uint64_t *writes; /* times of the writes that count against the quota, oldest first */
    size_t write_count;
    size_t most_writes; /* at most so many stood in one window */
    struct chat_message *messages;
    size_t message_count;
    uint32_t requests;
    uint32_t throttled;
    uint32_t refused;
};

struct chat_rooms {
    struct chat_room *first;
    uint32_t quota; /* writes a window */
    uint64_t window_ms;
};

/* The room of this name, made when there is none; NULL when the name is too long or without memory. */
struct chat_room *chat_room(struct chat_rooms *rooms, const char *name);

/* Count a write now, by whomever. False when the quota is used up; then nothing is counted. */
bool chat_room_write(struct chat_rooms *rooms, struct chat_room *room, uint64_t now_ms);

/* The message that this request made before, counted as a repeat; NULL. */
struct chat_message *chat_room_find(struct chat_room *room, const char *request_id);

/* Keep a message; takes a reference of `body`. NULL without memory. */
struct chat_message *chat_room_add(struct chat_room *room, const char *request_id, json_t *body,
                                   uint64_t now_ms);

/* All there is to tell, a new reference. */
json_t *chat_rooms_report(const struct chat_rooms *rooms);

void chat_rooms_finish(struct chat_rooms *rooms);

#endif
