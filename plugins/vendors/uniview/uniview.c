/* SPDX-License-Identifier: MIT */
/*
 * Uniview: what is asked, in which order. What the answers mean stands in uniview_parse.c, the login
 * of two steps in uniview_session.c.
 *
 * Each part has four rows: by plain digest; then, where that is answered by code 3, the session's
 * login and nonce, and the same part signed by it. The note remembers which way it goes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kit/identify.h>

#include "uniview_look.h"

#define ANSWER_MAX   (1u << 20)
#define LAPI         "/LAPI/V1.0"
#define PROOF_SPAN_S 3600
#define PROOF_MOST   100
#define DAY_S        INT64_C(86400)
#define ZONE_S       (14 * 3600) /* days are counted in the device's zone, which is not known */
#define STEPS_EVERY  4  /* looks from one step back to the oldest footage to the next … */
#define STEPS_AT     3  /* … in which the newest is not searched */
#define NTP_EVERY    16 /* looks from one question for the time server to the next … */
#define NTP_AT       1  /* … in place of the newest footage too */

/* ---- What is asked ---- */

static int build(struct uniview_look *look, const char *path, char *target, size_t size)
{
    int made = snprintf(target, size, "%s%s", LAPI, path);
    snprintf(look->target, sizeof(look->target), "%s", target); /* it is signed too */
    return (size_t)made < size && (size_t)made < sizeof(look->target) ? 0 : VMM_E_TOOBIG;
}

static int build_identity(void *state, char *target, size_t size)
{
    return build(state, "/System/DeviceInfo", target, size);
}

static int build_basic(void *state, char *target, size_t size)
{
    return build(state, "/System/DeviceBasicInfo", target, size);
}

static int build_time(void *state, char *target, size_t size)
{
    return build(state, "/System/Time", target, size);
}

static int build_ntp(void *state, char *target, size_t size)
{
    return build(state, "/System/Time/NTP", target, size);
}

static int build_channels(void *state, char *target, size_t size)
{
    return build(state, "/Channels/System/ChannelDetailInfos", target, size);
}

static int build_storage(void *state, char *target, size_t size)
{
    return build(state, "/Storage/Containers/DetailInfos", target, size);
}

/* The live channel behind this one; 0 when there is none. */
static uint32_t next_channel(const struct uniview_look *look, uint32_t after)
{
    uint32_t first = 0;
    for (uint32_t i = 0; i < look->device.channel_count; i++) {
        const struct uniview_channel *channel = &look->device.channels[i];
        if (channel->is_live && channel->id > after) {
            return channel->id;
        }
        first = channel->is_live && first == 0 ? channel->id : first;
    }
    return first;
}

static int64_t device_now_s(const struct uniview_look *look)
{
    return (look->now_ms + look->device.clock_ms) / 1000;
}

static int build_span(struct uniview_look *look, const char *channel, int64_t from, int64_t to,
                      char *target, size_t size)
{
    char path[TARGET_SIZE];
    snprintf(path, sizeof(path),
             "%s/Media/Video/Streams/0/Records?Begin=%" PRId64 "&End=%" PRId64
             "&Types=0&Limit=%d&Offset=0",
             channel, from, to, PROOF_MOST);
    return build(look, path, target, size);
}

/* Recordings of the last hour by the device's own clock. A camera's own channel stands elsewhere. */
static int build_records(void *state, char *target, size_t size)
{
    struct uniview_look *look = state;
    int64_t now = device_now_s(look);
    char channel[32] = "/Channel/0";
    look->proof = look->device.is_recorder ? next_channel(look, look->proven) : 0;
    if (look->device.is_recorder) {
        snprintf(channel, sizeof(channel), "/Channels/%" PRIu32, look->proof);
    }
    return build_span(look, channel, now - PROOF_SPAN_S, now + 60, target, size);
}

/* The walk is under way at a channel that is live still. */
static bool walks(const struct uniview_look *look)
{
    uint32_t channel = look->walk.channel;
    return look->walk.state != VMM_BACKWALK_DONE && channel != 0 &&
           next_channel(look, channel - 1) == channel;
}

static int build_days(void *state, char *target, size_t size)
{
    struct uniview_look *look = state;
    char path[TARGET_SIZE];
    int32_t year = 0;
    int32_t month = 0;
    if (!walks(look)) {
        uint32_t next = next_channel(look, look->walk.channel);
        look->walk = (struct vmm_backwalk){.channel = (uint16_t)next};
    }
    vmm_backwalk_month(&look->walk, device_now_s(look) * 1000, &year, &month);
    snprintf(path, sizeof(path),
             "/Channels/%u/Media/Video/Streams/0/Records/DailyDistribution?Year=%d&Month=%d",
             look->walk.channel, year, month);
    return build(look, path, target, size);
}

/* The oldest day, wherever on earth it was. */
static int build_oldest(void *state, char *target, size_t size)
{
    struct uniview_look *look = state;
    int64_t day = vmm_backwalk_midnight(&look->walk) / 1000;
    char channel[32];
    snprintf(channel, sizeof(channel), "/Channels/%u", look->walk.channel);
    return build_span(look, channel, day - ZONE_S, day + DAY_S + ZONE_S, target, size);
}

/* ---- Whether it is asked ---- */

/* Whether a step back is made in this look, by what is known of the device by now. */
static bool is_step(const struct uniview_look *look)
{
    return look->looks % STEPS_EVERY == STEPS_AT && look->device.is_recorder &&
           (look->refused & PART_DAYS) == 0;
}

static bool asks_ntp(const struct uniview_look *look)
{
    return look->looks % NTP_EVERY == NTP_AT && (look->refused & PART_NTP) == 0;
}

static bool can_search(const struct uniview_look *look)
{
    return look->search && look->device.has_disk && look->device.has_clock &&
           (!look->device.is_recorder || next_channel(look, 0) != 0);
}

static bool is_due(const struct uniview_look *look, uint32_t part)
{
    if (((look->done | look->refused) & part) != 0) {
        return false;
    }
    switch (part) {
    case PART_BASIC:
        return (look->refused & PART_IDENTITY) != 0;
    case PART_NTP:
        return asks_ntp(look);
    case PART_RECORDS:
        if (((look->done | look->refused) & PART_STORAGE) == 0) {
            return look->search; /* not known yet: the connection stays for it */
        }
        return can_search(look) && !is_step(look) && !asks_ntp(look);
    case PART_DAYS:
        return can_search(look) && is_step(look) &&
               !(walks(look) && look->walk.state == VMM_BACKWALK_DAY);
    case PART_OLDEST:
        return can_search(look) && is_step(look) && !look->stepped && walks(look) &&
               look->walk.state == VMM_BACKWALK_DAY;
    default:
        return true;
    }
}

#define WANTS(name, part)                                                                          \
    static bool wants_##name(const void *state)                                                    \
    {                                                                                              \
        return !((const struct uniview_look *)state)->session && is_due(state, part);              \
    }                                                                                              \
    static bool signs_##name(const void *state)                                                    \
    {                                                                                              \
        const struct uniview_look *look = state;                                                   \
        return look->session && look->has_nonce && is_due(look, part);                             \
    }

WANTS(identity, PART_IDENTITY)
WANTS(basic, PART_BASIC)
WANTS(time, PART_TIME)
WANTS(ntp, PART_NTP)
WANTS(channels, PART_CHANNELS)
WANTS(storage, PART_STORAGE)
WANTS(records, PART_RECORDS)
WANTS(days, PART_DAYS)
WANTS(oldest, PART_OLDEST)

/* ---- What is answered ---- */

static uint32_t part_of(const struct vmm_request_row *row)
{
    return (uint32_t)(uintptr_t)row->arg;
}

static void say_foreign(struct vmm_part *part)
{
    vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0,
                 "the answer is JSON, and not what was asked for");
}

/* Footage of a channel. In which order it is listed is not told: the newest of a list that may have been cut proves
 * fresh footage, and no missing one. */
static void report_newest(struct uniview_look *look, const struct uniview_footage *footage,
                          const struct vmm_observer *to)
{
    uint32_t index = look->device.is_recorder ? look->proof : 1;
    int64_t age = device_now_s(look) - footage->newest_s;
    look->proven = (uint16_t)look->proof;
    if (footage->newest_s == 0) {
        vmm_observe_no_footage(to, index, PROOF_SPAN_S);
    } else if (footage->count < PROOF_MOST || age <= VMM_FOOTAGE_FRESH_S) {
        vmm_observe_int(to, VMM_FACT_RECORDING_NEWEST, index, age < 0 ? 0 : age);
    }
}

/* A list that may have been cut proves nothing about its other end. */
static void report_oldest(struct uniview_look *look, const struct uniview_footage *footage,
                          const struct vmm_observer *to)
{
    int64_t age = device_now_s(look) - footage->oldest_s;
    if (footage->oldest_s > 0 && footage->count < PROOF_MOST) {
        vmm_observe_int(to, VMM_FACT_RECORDING_OLDEST, look->walk.channel, age < 0 ? 0 : age);
    }
}

static bool read_data(struct uniview_look *look, uint32_t part, const struct json_t *data,
                      const struct vmm_http_answer *http, const struct vmm_observer *to)
{
    struct uniview_footage footage;
    uint32_t days = 0;
    switch (part) {
    case PART_TIME:
        return uniview_read_time(data, http, &look->device, to);
    case PART_NTP:
        return uniview_read_ntp(data, to);
    case PART_CHANNELS:
        return uniview_read_channels(data, &look->device, to);
    case PART_STORAGE:
        return uniview_read_storage(data, look->expect_card, &look->device, to);
    case PART_RECORDS:
        if (!uniview_read_records(data, &footage)) {
            return false;
        }
        report_newest(look, &footage, to);
        return true;
    case PART_DAYS:
        if (!uniview_read_days(data, &days)) {
            return false;
        }
        vmm_backwalk_days(&look->walk, device_now_s(look) * 1000, days);
        return true;
    case PART_OLDEST:
        if (!uniview_read_records(data, &footage)) {
            return false;
        }
        report_oldest(look, &footage, to);
        return true;
    default:
        look->was_read = uniview_read_identity(data, to);
        return look->was_read;
    }
}

/* The identity proves that the device speaks this language: the older path is the last one. */
static void refuse_part(struct uniview_look *look, uint32_t part, struct vmm_part *result)
{
    if (part == PART_BASIC) {
        vmm_part_set(result, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0, "the device has no LAPI");
        return;
    }
    look->refused |= part;
    look->found |= part;
}

/* A step of the walk was answered: a day that was searched ends it, and so does what cannot be read. */
static void end_step(struct uniview_look *look, uint32_t part, bool is_read)
{
    look->stepped = look->stepped || part == PART_DAYS;
    if (part == PART_OLDEST || (part == PART_DAYS && !is_read)) {
        look->walk.state = VMM_BACKWALK_DONE;
    }
}

static void read_part(void *state, const struct vmm_request_row *row,
                      const struct vmm_http_answer *http, const struct vmm_observer *to,
                      struct vmm_part *result)
{
    struct uniview_look *look = state;
    struct uniview_answer answer;
    uint32_t part = part_of(row);
    bool is_signed = row->build_headers != NULL;
    look->job = to->job;
    look->now_ms = http->received_wall_us / 1000;
    look->done |= part;
    uint32_t kind = uniview_answer_init(&answer, http, result);
    bool again =
        kind == UNIVIEW_NO_SESSION && !is_signed && session_begin(look, row->name, part, result);
    bool is_read = kind == UNIVIEW_ANSWERED && read_data(look, part, answer.data, http, to);
    if (kind == UNIVIEW_NOT_OFFERED) {
        refuse_part(look, part, result);
    } else if (again) {
        look->done &= ~part; /* once more, the other way */
    } else if (kind == UNIVIEW_ANSWERED && !is_read) {
        say_foreign(result);
    }
    uniview_answer_finish(&answer);
    look->read_plain = look->read_plain || (is_read && !is_signed);
    if (!again) {
        end_step(look, part, is_read);
    }
    if (is_signed) {
        session_take(look, kind, http, result);
    }
}

/* ---- The requests ---- */

#define COMMON .scopes = VMM_SCOPE_FULL, .max_bytes = ANSWER_MAX

#define PLAIN(title, what, part, need)                                                             \
    {                                                                                              \
        .name = title, COMMON, .flags = VMM_ROW_ANY_STATUS | (need),                               \
        .arg = (const void *)(uintptr_t)(part), .wanted = wants_##what, .build = build_##what,     \
        .read = read_part                                                                          \
    }

#define SIGNED(title, what, part, need)                                                            \
    {                                                                                              \
        .name = title, COMMON, .flags = VMM_ROW_ANY_STATUS | (need),                               \
        .http_flags = VMM_HTTP_NO_LOGIN, .arg = (const void *)(uintptr_t)(part),                   \
        .wanted = signs_##what, .build = build_##what, .build_headers = session_sign,              \
        .read = read_part                                                                          \
    }

/* Its answer decides what is asked next: the connection is kept for that. */
#define SESSION(title, path, need, wants, builds, reads)                                           \
    {                                                                                              \
        .name = title, COMMON, .method = "PUT", .target = LAPI path,                               \
        .flags = VMM_ROW_ANY_STATUS | (need), .http_flags = VMM_HTTP_SAFE | VMM_HTTP_MORE,         \
        .wanted = wants, .build_headers = builds, .read = reads                                    \
    }

#define BEGIN(need)                                                                                \
    SESSION("login", "/System/Security/Login", need, session_wants_login, session_open,            \
            session_read_login),                                                                   \
        SESSION("session", "/System/Security/KeepAlive", 0, session_wants_nonce, session_cookie,   \
                session_read_nonce)

#define BOTH(title, what, part, need)                                                              \
    PLAIN(title, what, part, need), BEGIN(need), SIGNED(title, what, part, need)

static const struct vmm_request_row rows[] = {
    {
        /* A 401 proves as well that the device answers. */
        .name = "alive",
        .target = LAPI "/System/DeviceInfo",
        .scopes = VMM_SCOPE_TRIAL,
        .flags = VMM_ROW_ALIVE,
        .http_flags = VMM_HTTP_NO_LOGIN,
        .max_bytes = ANSWER_MAX,
    },
    BEGIN(0),
    BOTH("identity", identity, PART_IDENTITY, 0),
    BOTH("identity, older path", basic, PART_BASIC, 0),
    BOTH("clock", time, PART_TIME, VMM_ROW_OPTIONAL),
    BOTH("time server", ntp, PART_NTP, VMM_ROW_OPTIONAL),
    BOTH("channels", channels, PART_CHANNELS, VMM_ROW_OPTIONAL),
    BOTH("storage", storage, PART_STORAGE, VMM_ROW_OPTIONAL),
    BOTH("newest footage", records, PART_RECORDS, VMM_ROW_OPTIONAL),
    BOTH("oldest month", days, PART_DAYS, VMM_ROW_OPTIONAL),
    BOTH("oldest footage", oldest, PART_OLDEST, VMM_ROW_OPTIONAL),
};

/* ---- The plugin ---- */

/* What all looks share is how the host signs a login of the device's own kind. */
static int uniview_open(const struct vmm_host *host, void **plugin)
{
    *plugin = (void *)host->extension(host->context, VMM_AUTH_HOST);
    return *plugin == NULL ? VMM_E_NOTSUP : 0;
}

static int look_begin(void *plugin, void *state, const struct vmm_look *given,
                      struct vmm_request_list *list, struct vmm_part *part)
{
    struct uniview_look *look = state;
    (void)list;
    (void)part;
    look->auth = plugin;
    uniview_note_read(look, given);
    return uniview_options_read(look, given->options);
}

static void look_end(void *plugin, void *state, const struct vmm_observer *to,
                     const struct vmm_part *result)
{
    struct uniview_look *look = state;
    (void)plugin;
    bool is_good = result->outcome == VMM_OUTCOME_OK || result->outcome == VMM_OUTCOME_PARTIAL;
    if (is_good && look->was_read) {
        if (look->device.channel_count > 0) {
            vmm_observe_int(to, VMM_FACT_CHANNELS, 0, look->device.channel_count);
        }
        uniview_report_paths(&look->device, to);
        uniview_note_write(look, to);
    }
    explicit_bzero(look->nonce, sizeof(look->nonce));
}

static const struct vmm_requests_table table = {
    .list = VMM_REQUEST_LIST(rows),
    .state_size = sizeof(struct uniview_look),
    .open = uniview_open,
    .begin = look_begin,
    .end = look_end,
};

static const struct vmm_config_item option_search = {
    .struct_size = sizeof(option_search),
    .type = VMM_CONFIG_BOOL,
    .name = "search",
    .summary = "search for the newest and the oldest footage, one channel a look",
    .default_json = "true",
};

static const struct vmm_config_item option_expect_card = {
    .struct_size = sizeof(option_expect_card),
    .type = VMM_CONFIG_BOOL,
    .name = "expect_card",
    .summary = "a camera without a memory card is a fault",
    .default_json = "false",
};

static const struct vmm_config_item *const device_config[] = {
    &option_search,
    &option_expect_card,
    NULL,
};

VMM_REQUESTS_PLUGIN(table, .name = "uniview", .version = "0.1.0", .flag = "FEATURE_VMS_UNIVIEW_CGI",
                    .summary = "Uniview cameras and recorders, by LAPI", .licence = "MIT",
                    .device_config = device_config, .extensions = vmm_identify_extensions);
