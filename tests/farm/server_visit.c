/* SPDX-License-Identifier: MIT */
/* How connections come, ask and go; what carries their bytes is no matter of this. */
#include "farm/server.h"

#include "farm/fault.h"

static bool is_over_limit(const struct service *service)
{
    const struct device *device = service->device;
    if (fault_is_on(device, FAULT_LIMIT)) {
        return service->open >= (uint64_t)fault_value(device, FAULT_LIMIT);
    }
    uint32_t limit = service->personality->connection_limit;
    return limit != 0 && service->open >= limit;
}

static void count_open(struct farm *farm, struct service *service)
{
    service->device->open++;
    service->open++;
    farm->counts.open++;
    if (farm->counts.open > farm->counts.open_max) {
        farm->counts.open_max = farm->counts.open;
    }
}

enum server_arrival server_arrive(struct farm *farm, struct service *service,
                                  struct server_caller *caller)
{
    struct device *device = service->device;
    device_note_arrival(device, farm->loop.now_us, farm->look_quiet_us);
    bool over_limit = is_over_limit(service);
    bool down = fault_is_on(device, FAULT_DOWN) || fault_is_on(device, FAULT_UNREACHABLE);
    enum personality_beyond beyond = service->personality->beyond;
    device->counts.connections_refused += down || over_limit;
    if (down || (over_limit && beyond == BEYOND_RESET)) {
        return ARRIVAL_RESET;
    }
    if (fault_is_on(device, FAULT_CLOSE)) {
        return ARRIVAL_CLOSED;
    }
    *caller = (struct server_caller){
        .service = service, .connection = ++farm->arrivals, .over_limit = over_limit};
    count_open(farm, service);
    return over_limit && beyond == BEYOND_HANG ? ARRIVAL_HANGS : ARRIVAL_TALKS;
}

void server_leave(struct farm *farm, const struct server_caller *caller)
{
    struct device *device = caller->service->device;
    device->open--;
    caller->service->open--;
    farm->counts.open--;
    device->looks.closed_us = farm->loop.now_us;
}

enum message_state server_take(struct farm *farm, const struct server_caller *caller,
                               const char *input, size_t used, size_t room, struct message *message,
                               struct server_plan *plan)
{
    const struct personality *personality = caller->service->personality;
    enum message_state state = personality_read_head(personality, input, used, message);
    if (state == MESSAGE_WHOLE && message->body_len <= room - message->head_len) {
        if (used - message->head_len < message->body_len) {
            return MESSAGE_PART;
        }
        message->body = (struct slice){input + message->head_len, (size_t)message->body_len};
        personality_read_body(personality, message);
        *plan = server_plan(farm, caller, message);
        return MESSAGE_WHOLE;
    }
    if (state == MESSAGE_PART && used < room) {
        return MESSAGE_PART;
    }
    *message = (struct message){.close = true, .method = METHOD_OTHER, .head_len = used};
    *plan = server_plan_malformed(farm, caller);
    return MESSAGE_BAD;
}

void server_note_reply(struct server_caller *caller, const struct server_plan *plan,
                       const struct message *message)
{
    caller->described |= message->method == METHOD_DESCRIBE && plan->status == 200;
    if (plan->opens_session) {
        caller->session = server_session(caller);
    }
}

void server_cut(const struct farm *farm, enum server_pace pace, size_t *head, size_t *body)
{
    *head = pace == PACE_HALF_HEAD ? farm->head.len / 2 : farm->head.len;
    *body = pace == PACE_HALF_HEAD   ? 0
            : pace == PACE_HALF_BODY ? farm->body.len / 2
                                     : farm->body.len;
}
