/* SPDX-License-Identifier: MIT */
/* What is answered to a look: judged, and handed to the parsers. */
#include "reolink_look.h"

#include <kit/jpeg.h>

static struct vmm_text body_of(const struct vmm_http_answer *answer)
{
    return vmm_text_bytes(answer->body, answer->body_size);
}

/* What a refusal means for the look. */
static void say_word(enum reolink_word word, const struct vmm_observer *to, struct vmm_part *part)
{
    switch (word) {
    case REOLINK_REFUSED:
        vmm_part_set(part, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH,
                     "the device refuses the credential");
        break;
    case REOLINK_LOCKED:
        vmm_observe_fault_bool(to, VMM_FACT_LOGIN_LOCKED, 0, VMM_REASON_LOCKED, true);
        vmm_part_set(part, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_LOCKED,
                     "the device has locked the login");
        break;
    case REOLINK_BUSY:
        vmm_part_set(part, VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, 0,
                     "the device has too many sessions or logins");
        break;
    default:
        vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0,
                     "the answer is none of api.cgi");
        break;
    }
}

static bool wants_https(const struct vmm_http_answer *answer, struct vmm_part *part)
{
    if (answer->status == 300) {
        vmm_part_set(part, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0,
                     "the device wants HTTPS: set scheme and port of the device");
    }
    return answer->status == 300;
}

/* One that began like api.cgi's, or did not come whole, says nothing against it. */
static bool is_broken(const struct vmm_http_answer *answer)
{
    return (answer->flags & (VMM_HTTP_SHORT | VMM_HTTP_CUT)) != 0 ||
           (answer->body_size > 0 && answer->body[0] == '[');
}

/* Any answer to a command is one of api.cgi: "please login first". */
READER(take_kind)
{
    struct json_t *reply = NULL;
    (void)state;
    (void)row;
    (void)to;
    if (wants_https(answer, part) || !vmm_part_status(part, answer)) {
        return;
    }
    if (reolink_parse(body_of(answer), &reply) == 0) {
        vmm_json_destroy(reply);
    } else if (is_broken(answer)) {
        vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0, "the answer broke off");
    } else {
        vmm_part_set(part, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0,
                     "the device does not know the commands of api.cgi");
    }
}

READER(take_login)
{
    struct reolink_look *look = state;
    struct json_t *reply = NULL;
    (void)row;
    if (wants_https(answer, part) || !vmm_part_status(part, answer)) {
        return;
    }
    enum reolink_word word = reolink_parse(body_of(answer), &reply) == 0
                                 ? reolink_read_login(reply, look->token)
                                 : REOLINK_FAILED;
    vmm_json_destroy(reply);
    if (word == REOLINK_DONE) {
        look->auth->accepted(to->job);
    } else {
        say_word(word, to, part);
    }
}

READER(take_device)
{
    struct reolink_look *look = state;
    struct json_t *reply = NULL;
    (void)row;
    (void)part;
    if (!vmm_part_status(&look->failure, answer)) {
        return;
    }
    enum reolink_word word = REOLINK_FAILED;
    if (reolink_parse(body_of(answer), &reply) == 0) {
        word = reolink_read_device(reply, &look->zone, answer, &look->device, to);
    }
    vmm_json_destroy(reply);
    look->was_read = word == REOLINK_DONE;
    if (!look->was_read) {
        say_word(word == REOLINK_REFUSED ? REOLINK_FAILED : word, to, &look->failure);
    }
    look_find_turn(look);
}

/* A list of answers, or NULL and a word about it; destroyed by the caller. */
static struct json_t *open_reply(const struct vmm_http_answer *answer,
                                 const struct vmm_observer *to, struct vmm_part *part)
{
    struct json_t *reply = NULL;
    if (reolink_parse(body_of(answer), &reply) != 0) {
        say_word(REOLINK_FAILED, to, part);
        return NULL;
    }
    return reply;
}

READER(take_schedules)
{
    struct json_t *reply = open_reply(answer, to, part);
    (void)state;
    (void)row;
    if (reply != NULL) {
        reolink_read_schedules(reply, to);
    }
    vmm_json_destroy(reply);
}

static int64_t age_of(const struct reolink_look *look, int64_t at_ms)
{
    int64_t age = (vmm_datetime_epoch_ms(&look->device.clock, 0) - at_ms) / 1000;
    return age > 0 ? age : 0;
}

/* Of today, or none since midnight: right behind it that says nothing. */
static void tell_newest(const struct reolink_look *look, const struct reolink_footage *footage,
                        const struct vmm_observer *to)
{
    const struct vmm_datetime *now = &look->device.clock;
    if (footage->has_end) {
        vmm_observe_int(to, VMM_FACT_RECORDING_NEWEST, look->turn + 1,
                        age_of(look, footage->newest_ms));
    } else {
        vmm_observe_no_footage(to, look->turn + 1,
                               (now->hour * INT64_C(60) + now->minute) * 60 + now->second);
    }
}

READER(take_newest)
{
    struct reolink_look *look = state;
    struct json_t *reply = open_reply(answer, to, part);
    struct reolink_footage footage = {0};
    (void)row;
    if (reply != NULL && reolink_read_footage(reply, &footage)) {
        tell_newest(look, &footage, to);
    }
    vmm_json_destroy(reply);
    look->turn++;
}

READER(take_month)
{
    struct reolink_look *look = state;
    struct json_t *reply = open_reply(answer, to, part);
    int64_t wall_ms = vmm_datetime_epoch_ms(&look->device.clock, 0);
    int32_t year = 0;
    int32_t month = 0;
    uint32_t days = 0;
    (void)row;
    look->stepped = true;
    vmm_backwalk_month(&look->walk, wall_ms, &year, &month);
    if (reply != NULL && reolink_read_days(reply, year, month, &days)) {
        vmm_backwalk_days(&look->walk, wall_ms, days);
    } else {
        look->walk.state = VMM_BACKWALK_DONE;
    }
    vmm_json_destroy(reply);
}

READER(take_oldest)
{
    struct reolink_look *look = state;
    struct json_t *reply = open_reply(answer, to, part);
    struct reolink_footage footage = {0};
    (void)row;
    look->walk.state = VMM_BACKWALK_DONE;
    if (reply != NULL && reolink_read_footage(reply, &footage) && footage.has_begin) {
        vmm_observe_int(to, VMM_FACT_RECORDING_OLDEST, look->walk.channel,
                        age_of(look, footage.oldest_ms));
    }
    vmm_json_destroy(reply);
}

/* An error comes as JSON with status 200: then nothing is known of the signal. */
READER(take_picture)
{
    struct vmm_jpeg jpeg;
    (void)state;
    (void)row;
    if (vmm_jpeg_read(body_of(answer), &jpeg) == 0 && jpeg.is_whole) {
        vmm_observe_bool(to, VMM_FACT_SIGNAL, 1, true);
        part->rung = VMM_RUNG_SIGNAL;
    } else {
        vmm_observe_unjudged(to, VMM_FACT_SIGNAL, 1, vmm_text_of(""));
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0, "the answer is no picture");
    }
}

READER(take_logout)
{
    (void)row;
    (void)answer;
    (void)to;
    *part = ((const struct reolink_look *)state)->failure;
}
