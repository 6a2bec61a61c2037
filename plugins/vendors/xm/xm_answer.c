/* SPDX-License-Identifier: MIT */
/* What is answered to a look, and what is asked next. */
#include "xm_look.h"

#include <stdio.h>

#define DETAIL_MAX 160u

#define RET_AUTH_FIRST 203 /* 203 wrong password, 204 illegal user, 205 locked, 206 black-listed */
#define RET_BAD_USER   106
#define RET_LOCKED     205
#define RET_BLACK      206

static void take_refusal(struct xm_look *look, int64_t ret)
{
    char detail[DETAIL_MAX];
    bool locked = ret == RET_LOCKED || ret == RET_BLACK;
    snprintf(detail, sizeof(detail), "the login was answered with code %d", (int)ret);
    if (ret != RET_BAD_USER && (ret < RET_AUTH_FIRST || ret > RET_BLACK)) {
        look_end(look, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_AUTHENTICATE, 0, detail);
        return;
    }
    look->plugin->auth->refused(look->device.to.job);
    if (locked) {
        vmm_observe_bool(&look->device.to, VMM_FACT_LOGIN_LOCKED, 0, true);
    }
    look_end(look, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, locked ? VMM_REASON_LOCKED : 0, detail);
}

static void take_login(struct xm_look *look, const struct json_t *answer)
{
    bool encrypted = false;
    if (!xm_take_login(&look->device, answer)) {
        take_refusal(look, xm_take_ret(answer));
        return;
    }
    look->plugin->auth->accepted(look->device.to.job);
    if (vmm_json_bool(answer, "/DataUseAES", &encrypted) == 0 && encrypted) {
        look_end(look, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0,
                 "this firmware encrypts its answers");
        return;
    }
    look_ask(look, XM_ASK_SYSTEM);
}

static bool take_member(struct xm_look *look, const struct json_t *member)
{
    struct xm_device *device = &look->device;
    const struct vmm_host *host = look->plugin->host;
    switch (look->ask) {
    case XM_ASK_SYSTEM:
        return xm_take_system(device, member);
    case XM_ASK_GENERAL:
        return xm_take_general(device, member);
    case XM_ASK_NTP:
        return xm_take_ntp(device, member);
    case XM_ASK_TITLES:
        return xm_take_titles(device, member);
    case XM_ASK_WORK:
        return xm_take_work(device, member);
    case XM_ASK_CHANNELS:
        return xm_take_channels(device, member);
    case XM_ASK_STORAGE:
        return xm_take_storage(device, member);
    case XM_ASK_TIME:
        return xm_take_time(device, member, look->sent_us, host->wall_us(host->context));
    default:
        return xm_take_record(device, member);
    }
}

static const struct json_t *member_of(const struct json_t *answer, enum xm_ask ask)
{
    char pointer[40];
    snprintf(pointer, sizeof(pointer), "/%s", xm_ask_member(ask));
    return vmm_json_at(answer, pointer);
}

static void look_next(struct xm_look *look)
{
    enum xm_ask next = xm_plan_next(&look->device, look->ask);
    if (next == XM_ASK_FILES) {
        xm_plan_footage(&look->device, &look->span);
    } else if (next == XM_ASK_DAY) {
        xm_plan_day(&look->device, &look->day);
    }
    look_ask(look, next);
}

/* How old the newest footage is, or how far back was looked in vain. The newest of a part of the list proves fresh
 * footage, and no missing one. */
static void tell_footage(const struct xm_look *look)
{
    const struct vmm_observer *to = &look->device.to;
    int64_t age = look->device.local_s - look->newest_s;
    if (look->newest_s == 0) {
        vmm_observe_no_footage(to, look->span.channel + 1, XM_LONG_SPAN_S);
    } else if (!look->is_cut || age <= VMM_FOOTAGE_FRESH_S) {
        vmm_observe_int(to, VMM_FACT_RECORDING_NEWEST, look->span.channel + 1, age > 0 ? age : 0);
    }
}

static bool is_none(int64_t ret)
{
    return ret == XM_RET_NONE || ret == XM_RET_NOTHING;
}

static bool is_some(int64_t ret)
{
    return ret == XM_RET_OK || ret == XM_RET_COMPLETE || ret == XM_RET_PARTIAL;
}

static void take_footage(struct xm_look *look, const struct json_t *answer)
{
    int64_t ret = xm_take_ret(answer);
    const struct json_t *files = member_of(answer, XM_ASK_FILES);
    size_t rows = vmm_json_count(files, "");
    bool none = is_none(ret);
    bool some = is_some(ret);
    look->is_cut = ret == XM_RET_PARTIAL && rows < XM_FILES_MAX;
    int64_t newest_s = some ? xm_take_files(files) : 0;
    look->newest_s = newest_s > look->newest_s ? newest_s : look->newest_s;
    if (newest_s > 0) {
        xm_plan_found(&look->device, &look->span);
    }
    if (!none && (!some || (rows > 0 && newest_s == 0))) {
        look_miss(look);
    } else if (xm_plan_footage_more(&look->device, none ? 0 : rows, look->newest_s, &look->span)) {
        look_ask(look, XM_ASK_FILES);
        return;
    } else {
        tell_footage(look);
    }
    look_next(look);
}

/* VMM_DAYSCAN_*. That there is nothing is believed only where it is said. */
static uint32_t take_page(struct vmm_dayscan *scan, const struct json_t *answer)
{
    struct vmm_span spans[XM_SPANS_MAX];
    int64_t ret = xm_take_ret(answer);
    const struct json_t *files = member_of(answer, XM_ASK_DAY);
    if (scan->channel == 0) {
        return VMM_DAYSCAN_STUCK;
    }
    if (is_none(ret)) {
        return vmm_dayscan_page(scan, spans, 0, false);
    }
    size_t count = is_some(ret) ? xm_take_spans(files, spans) : 0;
    bool more = ret == XM_RET_PARTIAL || count >= XM_FILES_MAX;
    return count > 0 ? vmm_dayscan_page(scan, spans, count, more) : VMM_DAYSCAN_STUCK;
}

static void take_day(struct xm_look *look, const struct json_t *answer)
{
    struct vmm_dayscan *scan = &look->device.note.scan;
    int64_t ret = xm_take_ret(answer);
    bool empty =
        is_none(ret) || (is_some(ret) && vmm_json_count(member_of(answer, XM_ASK_DAY), "") == 0);
    if (empty && xm_plan_other(&look->device, &look->day)) {
        look_ask(look, XM_ASK_DAY);
        return;
    }
    uint32_t came = take_page(scan, answer);
    if (!empty && came != VMM_DAYSCAN_STUCK) {
        xm_plan_found(&look->device, &look->day);
    }
    if (came == VMM_DAYSCAN_DONE) {
        vmm_observe_int(&look->device.to, VMM_FACT_RECORDING_GAP, scan->channel, scan->missing_s);
    }
    if (came != VMM_DAYSCAN_GOES_ON) {
        xm_plan_day_done(&look->device);
    }
    look_next(look);
}

static void take_answer(struct xm_look *look, const struct json_t *answer)
{
    if (look->ask == XM_ASK_LOGIN) {
        take_login(look, answer);
        return;
    }
    if (look->ask == XM_ASK_FILES) {
        take_footage(look, answer);
        return;
    }
    if (look->ask == XM_ASK_DAY) {
        take_day(look, answer);
        return;
    }
    bool good = take_member(look, member_of(answer, look->ask));
    if (look->ask == XM_ASK_SYSTEM && !good) {
        look_end(look, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0,
                 "SystemInfo: not what it should be");
        return;
    }
    if (!good && xm_take_ret(answer) != XM_RET_NO_CONFIG) {
        look_miss(look); /* 607 is no miss: this firmware does not know the name */
    }
    look_next(look);
}

/* Others than the answer (alarms, leftovers of other sessions) are passed over. */
void look_take(struct xm_look *look, const struct xm_message *message)
{
    if (look->ask == XM_ASK_ALIVE) { /* any frame will do */
        if (look->barred) {
            look_end(look, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0, "no login is allowed now");
        } else {
            look_end(look, VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0, NULL);
        }
        return;
    }
    if (message->id != xm_ask_id(look->ask) + 1) {
        return;
    }
    struct json_t *answer = NULL;
    int rc = vmm_json_parse(message->body, VMM_CHARSET_UNKNOWN, &answer);
    if (rc == VMM_E_NOMEM) {
        look_fail(look, "no memory for an answer", rc);
    } else if (rc != 0 && look->ask <= XM_ASK_SYSTEM) {
        look_end(look, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0, "an answer that is no JSON");
    } else {
        take_answer(look, answer);
    }
    vmm_json_destroy(answer);
}
