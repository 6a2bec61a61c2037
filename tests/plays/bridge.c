/* SPDX-License-Identifier: MIT */
#include "bridge.h"

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include <farm/fault.h>

#include "host/auth.h"

#define USER     "admin"
#define PASSWORD "secret"

/* The farm's clock is the mock's. */
static void set_time(struct bridge *bridge)
{
    bridge->wire.now_us = vmm_mock_now_us(bridge->mock);
    bridge->wire.wall_us = vmm_mock_wall_us(bridge->mock);
    loop_set_time(&bridge->farm->loop, bridge->wire.now_us, bridge->wire.wall_us);
}

void bridge_wait(struct bridge *bridge, uint64_t us)
{
    vmm_mock_advance(bridge->mock, us);
    set_time(bridge);
}

/* ---- HTTP ---- */

static int on_request(void *arg, const struct vmm_mock_request *request,
                      struct vmm_mock_answer *answer)
{
    struct bridge *bridge = arg;
    set_time(bridge);
    int rc = course_run(&bridge->course, &bridge->job, &bridge->wire, request, answer);
    answer->login = (bridge->job.login.flags & RESULT_LOGIN_TRIED) != 0;
    return rc;
}

/* ---- Connections ---- */

static struct talk *talk_at(struct bridge *bridge, uint32_t place)
{
    uint32_t at = place - bridge->talk_base;
    cr_assert_lt(at, BRIDGE_TALKS_MAX, "too many connections");
    return bridge->talks[at];
}

static void refuse(struct vmm_mock_connection *how, uint32_t outcome, uint32_t reason)
{
    *how = (struct vmm_mock_connection){
        .outcome = outcome, .rung = VMM_RUNG_CONNECT, .reason = reason, .detail = "no connection"};
}

/* The memory of a connection is kept from look to look. */
static struct talk *take_talk(struct bridge *bridge, uint32_t at)
{
    if (bridge->talks[at] == NULL) {
        bridge->talks[at] = calloc(1, sizeof(struct talk));
        cr_assert_not_null(bridge->talks[at]);
        buf_init(&bridge->said[at]);
    }
    bridge->talks[at]->farm = NULL; /* not there yet */
    bridge->talk_count = at + 1;
    return bridge->talks[at];
}

static void on_open(void *arg, uint32_t place, uint32_t port, struct vmm_mock_connection *how)
{
    struct bridge *bridge = arg;
    uint32_t at = place - bridge->talk_base;
    cr_assert_lt(at, BRIDGE_TALKS_MAX, "too many connections");
    set_time(bridge);
    wire_close(&bridge->wire);
    struct service *service = wire_service(&bridge->wire, port);
    struct talk *talk = take_talk(bridge, at);
    if (fault_is_on(bridge->device, FAULT_UNREACHABLE)) {
        refuse(how, VMM_OUTCOME_TIMEOUT, VMM_REASON_TIMEOUT);
    } else if (service == NULL || fault_is_on(bridge->device, FAULT_DOWN)) {
        refuse(how, VMM_OUTCOME_UNREACHABLE, VMM_REASON_UNREACHABLE);
    } else {
        talk_open(talk, bridge->farm, service);
    }
}

static void on_sent(void *arg, uint32_t place, const void *bytes, size_t size)
{
    struct bridge *bridge = arg;
    set_time(bridge);
    talk_send(talk_at(bridge, place), bytes, size);
}

static uint32_t then_of(enum talk_then then)
{
    static const uint32_t words[] = {[TALK_STAYS] = VMM_MOCK_STAY,
                                     [TALK_CLOSES] = VMM_MOCK_CLOSE,
                                     [TALK_RESETS] = VMM_MOCK_RESET,
                                     [TALK_MUTE] = VMM_MOCK_MUTE};
    return words[then];
}

static bool on_reply(void *arg, uint32_t place, struct vmm_mock_exchange *next)
{
    struct bridge *bridge = arg;
    struct talk *talk = talk_at(bridge, place);
    struct talk_reply reply;
    set_time(bridge);
    if (!talk->is_open && talk->farm != NULL) { /* turned away as it came */
        next->then = talk->is_reset ? VMM_MOCK_RESET : VMM_MOCK_CLOSE;
        return true;
    }
    if (!talk_next(talk, 1u << 20, &reply)) {
        return false;
    }
    struct buf *said = &bridge->said[place - bridge->talk_base];
    buf_clear(said);
    buf_add(said, reply.bytes, reply.size);
    next->reply = reply.size > 0 ? said->data : NULL;
    next->reply_size = reply.size;
    uint64_t ms = (reply.after_us + reply.pause_us * reply.size) / 1000;
    next->latency_ms = ms > 0 ? (uint32_t)ms : 1;
    next->then = then_of(reply.then);
    job_count_request(&bridge->job, next->latency_ms * UINT64_C(1000));
    return true;
}

static void on_closed(void *arg, uint32_t place)
{
    struct bridge *bridge = arg;
    set_time(bridge);
    talk_close(talk_at(bridge, place));
}

/* ---- The credential ---- */

static int on_authorize(void *arg, const char *const *challenges, const char *method,
                        const char *uri, char *out, size_t out_size)
{
    struct bridge *bridge = arg;
    return auth_authorize(&bridge->job, challenges, method, uri, out, out_size);
}

static int on_fill(void *arg, const char *text, uint32_t json, char *out, size_t out_size)
{
    struct bridge *bridge = arg;
    return auth_fill(&bridge->job, text, json, out, out_size);
}

static void on_logged_in(void *arg, bool accepted)
{
    struct bridge *bridge = arg;
    if (accepted) {
        auth_accepted(&bridge->job);
    } else {
        login_refused(&bridge->job.login);
    }
}

/* ---- Life ---- */

void bridge_open(struct bridge *bridge, struct farm *farm, struct device *device,
                 const struct vmm_descriptor *plugin)
{
    *bridge = (struct bridge){.farm = farm, .device = device, .mock = vmm_mock_create(plugin)};
    bridge->wire = (struct wire){.farm = farm, .device = device};
    course_init(&bridge->course);
    facts_init(&bridge->job.facts);
    uint64_t begun = vmm_mock_now_us(bridge->mock);
    vmm_mock_advance(bridge->mock, farm->loop.now_us > begun ? farm->loop.now_us - begun : 0);
    vmm_mock_set_wall(bridge->mock, farm->loop.wall_us);
    vmm_mock_play(bridge->mock, &(struct vmm_mock_device){.arg = bridge,
                                                          .request = on_request,
                                                          .open = on_open,
                                                          .sent = on_sent,
                                                          .reply = on_reply,
                                                          .closed = on_closed,
                                                          .authorize = on_authorize,
                                                          .fill = on_fill,
                                                          .logged_in = on_logged_in});
    set_time(bridge);
    cr_assert_eq(vmm_mock_open(bridge->mock), 0, "%s does not open", plugin->name);
}

const char *bridge_close(struct bridge *bridge)
{
    vmm_mock_close(bridge->mock);
    return vmm_mock_complaints(bridge->mock);
}

void bridge_finish(struct bridge *bridge)
{
    course_finish(&bridge->course);
    facts_finish(&bridge->job.facts);
    for (uint32_t i = 0; i < BRIDGE_TALKS_MAX && bridge->talks[i] != NULL; i++) {
        free(bridge->talks[i]);
        buf_finish(&bridge->said[i]);
    }
    vmm_mock_destroy(bridge->mock);
}

void bridge_forget(struct bridge *bridge)
{
    bridge->host_note_size = 0;
    bridge->plugin_note_size = 0;
}

/* ---- A look ---- */

static void begin_job(struct bridge *bridge, const struct bridge_order *order)
{
    struct job *job = &bridge->job;
    struct facts facts = job->facts;
    facts_clear(&facts);
    *job = (struct job){.facts = facts, .phase = JOB_RUNNING, .kept_fd = -1};
    job->order = (struct job_message){.scope = (uint8_t)order->scope,
                                      .may_login = order->may_login,
                                      .max_connections = 1,
                                      .tls = TLS_NONE,
                                      .auth = (uint8_t)order->auth,
                                      .port = bridge->device->services[0].port,
                                      .deadline_ms = order->deadline_ms,
                                      .device_id = bridge->device->id,
                                      .host = VMM_MOCK_ADDRESS,
                                      .source = "",
                                      .user = USER,
                                      .password = {(const uint8_t *)PASSWORD, sizeof(PASSWORD) - 1},
                                      .options = order->options,
                                      .host_note = {bridge->host_note, bridge->host_note_size}};
    cr_assert_eq(login_init(&job->login, &job->order), 0);
}

static void end_connections(struct bridge *bridge)
{
    wire_close(&bridge->wire);
    for (uint32_t i = 0; i < bridge->talk_count; i++) {
        talk_close(bridge->talks[i]);
    }
    bridge->talk_base += bridge->talk_count;
    bridge->talk_count = 0;
}

static void keep_notes(struct bridge *bridge, const struct vmm_mock_result *seen)
{
    uint8_t note[NOTE_HOST_MAX];
    size_t size = login_note(&bridge->job.login, note);
    memcpy(bridge->host_note, note, size);
    bridge->host_note_size = (uint32_t)size;
    bridge->plugin_note_size = seen->note_size;
    if (seen->note_size > 0) {
        memcpy(bridge->plugin_note, seen->note, seen->note_size);
    }
}

/* As vmm-host ends a job, core/host/job_result.c. */
static void tell(struct bridge *bridge, const struct vmm_mock_result *seen,
                 struct bridge_result *result)
{
    struct job *job = &bridge->job;
    bool is_overdue = seen->outcome == VMM_OUTCOME_CANCELLED;
    for (size_t i = 0; i < seen->observation_count; i++) {
        cr_expect_eq(facts_add(&job->facts, &seen->observations[i]), 0);
    }
    *result = (struct bridge_result){
        .outcome = is_overdue ? VMM_OUTCOME_TIMEOUT : seen->outcome,
        .rung = is_overdue && seen->rung == VMM_RUNG_NONE ? VMM_RUNG_ANSWER : seen->rung,
        .reason = seen->reason,
        .detail = seen->detail,
        .flags = job->flags | job_login_flags(job, seen->outcome),
        .slowest_us = job->slowest_us,
        .facts = facts_view(&job->facts),
        .fact_count = job->facts.count};
}

void bridge_look(struct bridge *bridge, const struct bridge_order *order,
                 struct bridge_result *result)
{
    set_time(bridge);
    begin_job(bridge, order);
    const struct vmm_mock_result *seen =
        vmm_mock_look(bridge->mock, &(struct vmm_mock_ask){.scope = order->scope,
                                                           .deadline_ms = order->deadline_ms,
                                                           .no_login = !order->may_login,
                                                           .port = bridge->job.order.port,
                                                           .options = order->options,
                                                           .note = bridge->plugin_note,
                                                           .note_size = bridge->plugin_note_size});
    cr_assert_eq(seen->accepted, 0);
    set_time(bridge);
    end_connections(bridge);
    keep_notes(bridge, seen);
    tell(bridge, seen, result);
}
