/* SPDX-License-Identifier: MIT */
#include "chat/api.h"

#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chat/schema.h"

#define PREFIX "/v1/spaces/"
#define SUFFIX "/messages"
#define HOOK   "/hook/"

/* ---- Answers ---- */

static struct chat_reply refuse(uint32_t status, const char *word, const char *message,
                                const char *reason)
{
    json_t *error = json_pack("{s:{s:i, s:s, s:s}}", "error", "code", (int)status, "message",
                              message, "status", word);
    if (reason != NULL) {
        json_object_set_new(json_object_get(error, "error"), "details",
                            json_pack("[{s:s, s:s}]", "@type",
                                      "type.googleapis.com/google.rpc.ErrorInfo", "reason",
                                      reason));
    }
    struct chat_reply reply = {.status = status, .body = json_dumps(error, JSON_INDENT(2))};
    json_decref(error);
    return reply;
}

static struct chat_reply created(const struct chat_room *room, const struct chat_message *message)
{
    char name[CHAT_ROOM_NAME_MAX + 64];
    long number = (long)(message - room->messages) + 1;
    snprintf(name, sizeof(name), "spaces/%s/messages/%ld.%ld", room->name, number, number);
    json_t *body = json_copy(message->body);
    json_object_set_new(body, "name", json_string(name));
    struct chat_reply reply = {.status = 200, .body = json_dumps(body, JSON_INDENT(2))};
    json_decref(body);
    return reply;
}

static struct chat_reply of_status(const struct chat_fault *fault)
{
    bool is_quota = fault->status == 429;
    struct chat_reply reply = refuse(fault->status, is_quota ? "RESOURCE_EXHAUSTED" : "INTERNAL",
                                     is_quota ? "Resource has been exhausted (e.g. check quota)."
                                              : "Internal error encountered.",
                                     NULL);
    reply.retry_after_s = fault->retry_after_s;
    return reply;
}

/* ---- What was asked ---- */

struct ask {
    char room[CHAT_ROOM_NAME_MAX];
    char key[128];
    char token[128];
    char request_id[128];
    bool unknown_parameter;
};

static bool read_room(const char *path, struct ask *ask)
{
    size_t prefix = strlen(PREFIX);
    if (strncmp(path, PREFIX, prefix) != 0) {
        return false;
    }
    size_t size = strcspn(path + prefix, "/");
    if (size == 0 || size >= sizeof(ask->room) || strcmp(path + prefix + size, SUFFIX) != 0) {
        return false;
    }
    memcpy(ask->room, path + prefix, size);
    return true;
}

static void read_parameter(struct ask *ask, const char *name, const char *value)
{
    struct {
        const char *name;
        char *to;
    } known[] = {{"key", ask->key},   {"token", ask->token}, {"requestId", ask->request_id},
                 {"threadKey", NULL}, {"messageId", NULL},   {"messageReplyOption", NULL}};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(known[i].name, name) == 0) {
            if (known[i].to != NULL) {
                snprintf(known[i].to, 128, "%s", value);
            }
            bool is_option = strcmp(name, "messageReplyOption") == 0;
            ask->unknown_parameter |= is_option &&
                                      strcmp(value, "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD") != 0 &&
                                      strcmp(value, "REPLY_MESSAGE_OR_FAIL") != 0;
            return;
        }
    }
    ask->unknown_parameter = true;
}

static bool read_ask(const struct chat_request *request, struct ask *ask)
{
    struct evkeyvalq list;
    *ask = (struct ask){0};
    if (!read_room(request->path, ask) || evhttp_parse_query_str(request->query, &list) != 0) {
        return false;
    }
    for (const struct evkeyval *pair = list.tqh_first; pair != NULL; pair = pair->next.tqe_next) {
        read_parameter(ask, pair->key, pair->value);
    }
    evhttp_clear_headers(&list);
    return true;
}

/* Who may write where; status 0 when nothing is wrong. */
static struct chat_reply check_address(const struct ask *ask)
{
    if (ask->key[0] == '\0' || ask->token[0] == '\0') {
        return refuse(403, "PERMISSION_DENIED", "The request is missing a valid API key.", NULL);
    }
    if (strcmp(ask->key, "revoked") == 0) {
        return refuse(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.",
                      "API_KEY_INVALID");
    }
    if (strcmp(ask->token, "revoked") == 0) {
        return refuse(401, "UNAUTHENTICATED", "The caller has no valid token.", NULL);
    }
    if (strcmp(ask->room, "gone") == 0) {
        return refuse(404, "NOT_FOUND", "Space not found.", NULL);
    }
    if (ask->unknown_parameter) {
        return refuse(400, "INVALID_ARGUMENT", "Invalid query parameter.", NULL);
    }
    return (struct chat_reply){0};
}

static struct chat_reply create(struct chat_api *api, const struct chat_request *request,
                                const struct ask *ask, struct chat_room *room)
{
    char why[CHAT_WHY_SIZE];
    if (!chat_room_write(&api->rooms, room, request->now_ms)) {
        room->throttled++;
        return of_status(&(struct chat_fault){.status = 429});
    }
    struct chat_message *before = chat_room_find(room, ask->request_id);
    if (before != NULL) {
        return created(room, before);
    }
    json_t *body = json_loadb(request->body, request->body_size, JSON_REJECT_DUPLICATES, NULL);
    const char *fault = request->body_size > CHAT_MESSAGE_MAX ? "the message is too large"
                        : body == NULL                        ? "Invalid JSON payload received."
                                                              : chat_schema_fault(body, why);
    struct chat_message *message =
        fault == NULL ? chat_room_add(room, ask->request_id, body, request->now_ms) : NULL;
    json_decref(body);
    if (message == NULL) {
        room->refused++;
        return refuse(400, "INVALID_ARGUMENT", fault != NULL ? fault : "no memory", NULL);
    }
    return created(room, message);
}

/* What the fault makes of an answer that was good. */
static struct chat_reply spoil(struct chat_reply reply, const struct chat_fault *fault)
{
    if (fault->kind == CHAT_FAULT_DROP) {
        reply.is_closed = true;
    } else if (fault->kind == CHAT_FAULT_LOST) {
        reply.is_silent = true;
    }
    return reply;
}

/* What a fault says of a request that is not looked at; false when it is. */
static bool answer_fault(const struct chat_fault *fault, struct chat_reply *reply)
{
    switch (fault->kind) {
    case CHAT_FAULT_STATUS:
        *reply = of_status(fault);
        return true;
    case CHAT_FAULT_CLOSE:
        *reply = (struct chat_reply){.status = 200, .is_closed = true};
        return true;
    case CHAT_FAULT_HANG:
        *reply = (struct chat_reply){.status = 200, .is_silent = true};
        return true;
    case CHAT_FAULT_PAGE:
        *reply = (struct chat_reply){
            .status = 200, .is_page = true, .body = strdup("<html>Please log in</html>")};
        return true;
    default:
        return false;
    }
}

struct chat_reply chat_api_create(struct chat_api *api, const struct chat_request *request)
{
    struct ask ask;
    if (!read_ask(request, &ask)) {
        return refuse(404, "NOT_FOUND", "Requested entity was not found.", NULL);
    }
    struct chat_room *room = chat_room(&api->rooms, ask.room);
    struct chat_reply reply = check_address(&ask);
    if (reply.status != 0 || room == NULL) {
        return reply;
    }
    struct chat_fault fault = chat_faults_take(&api->faults);
    room->requests++;
    if (answer_fault(&fault, &reply)) {
        return reply;
    }
    return spoil(create(api, request, &ask, room), &fault);
}

struct chat_reply chat_api_hook(struct chat_api *api, const struct chat_request *request,
                                const char *id)
{
    struct chat_reply reply = {.status = 204};
    struct chat_room *room = chat_room(&api->rooms, request->path + strlen(HOOK));
    struct chat_fault fault = chat_faults_take(&api->faults);
    room->requests++;
    if (answer_fault(&fault, &reply)) {
        return reply;
    }
    json_t *body = json_loadb(request->body, request->body_size, JSON_REJECT_DUPLICATES, NULL);
    if (body == NULL || id[0] == '\0') {
        room->refused++;
        reply = refuse(400, "INVALID_ARGUMENT", "no JSON, or no id", NULL);
    } else if (chat_room_find(room, id) == NULL) {
        chat_room_add(room, id, body, request->now_ms);
    }
    json_decref(body);
    return spoil(reply, &fault);
}
