/* SPDX-License-Identifier: MIT */
#include "chat/room.h"

#include <stdlib.h>
#include <string.h>

struct chat_room *chat_room(struct chat_rooms *rooms, const char *name)
{
    struct chat_room **at = &rooms->first;
    while (*at != NULL && strcmp((*at)->name, name) != 0) {
        at = &(*at)->next;
    }
    if (*at == NULL && strlen(name) < CHAT_ROOM_NAME_MAX) {
        struct chat_room *room = calloc(1, sizeof(*room));
        if (room != NULL) {
            memcpy(room->name, name, strlen(name) + 1);
            *at = room;
        }
    }
    return *at;
}

static void forget_old(const struct chat_rooms *rooms, struct chat_room *room, uint64_t now_ms)
{
    size_t old = 0;
    while (old < room->write_count && room->writes[old] + rooms->window_ms <= now_ms) {
        old++;
    }
    room->write_count -= old;
    if (old > 0) {
        memmove(room->writes, room->writes + old, room->write_count * sizeof(*room->writes));
    }
}

bool chat_room_write(struct chat_rooms *rooms, struct chat_room *room, uint64_t now_ms)
{
    forget_old(rooms, room, now_ms);
    if (room->write_count >= rooms->quota) {
        return false;
    }
    uint64_t *writes = realloc(room->writes, (room->write_count + 1) * sizeof(*writes));
    if (writes == NULL) {
        return false;
    }
    room->writes = writes;
    writes[room->write_count] = now_ms;
    room->write_count++;
    if (room->write_count > room->most_writes) {
        room->most_writes = room->write_count;
    }
    return true;
}

struct chat_message *chat_room_find(struct chat_room *room, const char *request_id)
{
    for (size_t i = 0; request_id[0] != '\0' && i < room->message_count; i++) {
        if (strcmp(room->messages[i].request_id, request_id) == 0) {
            room->messages[i].repeats++;
            return &room->messages[i];
        }
    }
    return NULL;
}

struct chat_message *chat_room_add(struct chat_room *room, const char *request_id, json_t *body,
                                   uint64_t now_ms)
{
    struct chat_message *messages =
        realloc(room->messages, (room->message_count + 1) * sizeof(*messages));
    if (messages == NULL) {
        return NULL;
    }
    room->messages = messages;
    const char *key =
        json_string_value(json_object_get(json_object_get(body, "thread"), "threadKey"));
    struct chat_message *message = &messages[room->message_count];
    *message = (struct chat_message){.request_id = strdup(request_id),
                                     .thread_key = strdup(key != NULL ? key : ""),
                                     .body = json_incref(body),
                                     .at_ms = now_ms};
    if (message->request_id == NULL || message->thread_key == NULL) {
        abort();
    }
    room->message_count++;
    return message;
}

static json_t *message_report(const struct chat_message *message)
{
    return json_pack("{s:s, s:s, s:O, s:I, s:i}", "request_id", message->request_id, "thread_key",
                     message->thread_key, "body", message->body, "at_ms",
                     (json_int_t)message->at_ms, "repeats", (int)message->repeats);
}

static json_t *room_report(const struct chat_room *room)
{
    json_t *messages = json_array();
    for (size_t i = 0; i < room->message_count; i++) {
        json_array_append_new(messages, message_report(&room->messages[i]));
    }
    return json_pack("{s:o, s:i, s:i, s:i, s:i}", "messages", messages, "requests",
                     (int)room->requests, "throttled", (int)room->throttled, "refused",
                     (int)room->refused, "most_writes", (int)room->most_writes);
}

json_t *chat_rooms_report(const struct chat_rooms *rooms)
{
    json_t *report = json_object();
    for (const struct chat_room *room = rooms->first; room != NULL; room = room->next) {
        json_object_set_new(report, room->name, room_report(room));
    }
    return report;
}

static void room_destroy(struct chat_room *room)
{
    for (size_t i = 0; i < room->message_count; i++) {
        free(room->messages[i].request_id);
        free(room->messages[i].thread_key);
        json_decref(room->messages[i].body);
    }
    free(room->messages);
    free(room->writes);
    free(room);
}

void chat_rooms_finish(struct chat_rooms *rooms)
{
    while (rooms->first != NULL) {
        struct chat_room *room = rooms->first;
        rooms->first = room->next;
        room_destroy(room);
    }
}
