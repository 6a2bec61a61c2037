/* SPDX-License-Identifier: MIT */
#include "farm/talk.h"

#include "farm/fault.h"

#include <string.h>

enum server_arrival talk_open(struct talk *talk, struct farm *farm, struct service *service)
{
    talk->farm = farm;
    talk->used = 0;
    enum server_arrival arrival = server_arrive(farm, service, &talk->caller);
    talk->is_open = arrival == ARRIVAL_TALKS || arrival == ARRIVAL_HANGS;
    talk->is_mute = arrival == ARRIVAL_HANGS;
    talk->is_reset = arrival == ARRIVAL_RESET;
    return arrival;
}

void talk_close(struct talk *talk)
{
    if (talk->is_open) {
        talk->is_open = false;
        server_leave(talk->farm, &talk->caller);
    }
}

void talk_send(struct talk *talk, const void *bytes, size_t size)
{
    size_t room = TALK_ROOM - talk->used;
    size_t taken = talk->is_mute ? 0 : size < room ? size : room;
    if (taken > 0) {
        memcpy(talk->input + talk->used, bytes, taken);
        talk->used += taken;
    }
}

/* The cut reply in one piece: farm->body behind farm->head, and FILLER bytes of padding behind both. */
static void join(struct farm *farm, enum server_pace pace, uint64_t filler)
{
    char pad[256];
    memset(pad, '#', sizeof pad);
    size_t head = 0;
    size_t body = 0;
    server_cut(farm, pace, &head, &body);
    farm->head.len = head;
    out_bytes(&farm->head, farm->body.data, body);
    for (uint64_t left = filler; left > 0;) {
        size_t piece = left < sizeof pad ? (size_t)left : sizeof pad;
        out_bytes(&farm->head, pad, piece);
        left -= piece;
    }
}

static enum talk_then then_of(const struct server_reply *reply)
{
    static const enum talk_then ends[] = {
        [END_KEEP] = TALK_STAYS, [END_CLOSE] = TALK_CLOSES, [END_RESET] = TALK_RESETS};
    return reply->endless ? TALK_MUTE : ends[reply->end];
}

static void say(struct talk *talk, const struct server_plan *plan, const struct message *message,
                uint64_t filler, struct talk_reply *told)
{
    struct farm *farm = talk->farm;
    struct device *device = talk->caller.service->device;
    struct server_reply reply = server_reply(farm, &talk->caller, plan, message);
    server_note_reply(&talk->caller, plan, message);
    bool is_long = reply.endless || reply.filler > filler;
    join(farm, reply.pace, is_long ? filler : reply.filler);
    told->bytes = farm->head.data;
    told->size = farm->head.len;
    told->then = then_of(&reply);
    if (reply.pace == PACE_DRIP && fault_is_on(device, FAULT_SLOWLORIS)) {
        told->pause_us = (uint64_t)fault_value(device, FAULT_SLOWLORIS) * 1000;
    }
}

bool talk_next(struct talk *talk, uint64_t filler, struct talk_reply *reply)
{
    struct message message = {0};
    struct server_plan plan = {0};
    *reply = (struct talk_reply){0};
    if (!talk->is_open || talk->is_mute || talk->used == 0 ||
        server_take(talk->farm, &talk->caller, talk->input, talk->used, TALK_ROOM, &message,
                    &plan) == MESSAGE_PART) {
        return false;
    }
    if (plan.what == SERVER_SILENCE) {
        talk->is_mute = true;
        return false;
    }
    reply->after_us = server_latency_us(talk->caller.service);
    say(talk, &plan, &message, filler, reply);
    size_t taken = message.head_len + (size_t)message.body_len;
    talk->used -= taken;
    memmove(talk->input, talk->input + taken, talk->used);
    talk->is_mute = reply->then == TALK_MUTE;
    if (reply->then == TALK_CLOSES || reply->then == TALK_RESETS) {
        talk_close(talk);
    }
    return true;
}
