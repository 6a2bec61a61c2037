/* SPDX-License-Identifier: MIT */
/* A device that the test plays: it sees what the plugin sends, and the plugin gets what it says, at its time. */
#include <criterion/criterion.h>

#include <mock/mock_host.h>

#include <stdio.h>
#include <string.h>

/* ---- A probe that asks "/hello", and says hello over a connection ---- */

static struct {
    const struct vmm_host *host;
    const struct vmm_probe_host *probe;
    const struct vmm_http_host *http;
    const struct vmm_net_host *net;
    const struct vmm_auth_host *auth;
    struct vmm_job *job;
    struct vmm_connection *connection;
    void (*act)(struct vmm_job *job);
    int rc;
    uint32_t status;
    uint32_t outcome;
    uint64_t took_us;
    char body[64];
    char words[64];
} it;

static int greeter_open(const struct vmm_host *host, void **self)
{
    it.host = host;
    it.probe = host->extension(host->context, VMM_PROBE_HOST);
    it.http = host->extension(host->context, VMM_HTTP_HOST);
    it.net = host->extension(host->context, VMM_NET_HOST);
    it.auth = host->extension(host->context, VMM_AUTH_HOST);
    *self = &it;
    return 0;
}

static void greeter_close(void *self)
{
    (void)self;
}

static int greeter_probe(void *self, struct vmm_job *job, const struct vmm_look *look)
{
    (void)self;
    (void)look;
    it.job = job;
    it.act(job);
    return 0;
}

static void greeter_cancel(void *self, struct vmm_job *job)
{
    (void)self;
    it.probe->finish(job, VMM_OUTCOME_CANCELLED, VMM_RUNG_NONE, 0, NULL);
}

static const struct vmm_probe_ops ops = {.struct_size = sizeof(ops),
                                         .open = greeter_open,
                                         .close = greeter_close,
                                         .probe = greeter_probe,
                                         .cancel = greeter_cancel};
static const struct vmm_descriptor greeter = {.struct_size = sizeof(greeter),
                                              .abi_major = VMM_ABI_MAJOR,
                                              .abi_minor = VMM_ABI_MINOR,
                                              .kind = VMM_KIND_PROBE,
                                              .name = "greeter",
                                              .version = "1.0.0",
                                              .flag = "FEATURE_PLUGIN_GREETER",
                                              .summary = "a greeter",
                                              .licence = "MIT",
                                              .generation = VMM_GENERATION_OVERLAP,
                                              .ops = &ops};

static void on_answer(void *arg, const struct vmm_http_answer *answer)
{
    (void)arg;
    it.status = answer->status;
    it.outcome = answer->outcome;
    it.took_us = answer->total_us;
    snprintf(it.body, sizeof(it.body), "%s", (const char *)answer->body);
    it.probe->finish(it.job, VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0, NULL);
}

static void ask(struct vmm_job *job)
{
    struct vmm_http_request request = {.struct_size = sizeof(request),
                                       .flags = VMM_HTTP_TEMPLATE,
                                       .method = "GET",
                                       .target = "/hello?u={user}"};
    it.rc = it.http->request(job, &request, on_answer, NULL);
    if (it.rc != 0) {
        it.probe->finish(job, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0, NULL);
    }
}

static void on_connected(void *arg)
{
    (void)arg;
    it.net->send(it.connection, "hel", 3);
    it.net->send(it.connection, "lo\n", 3);
}

static void on_received(void *arg, const uint8_t *bytes, size_t size)
{
    (void)arg;
    strncat(it.words, (const char *)bytes, size);
}

static void on_closed(void *arg, const struct vmm_net_end *end)
{
    (void)arg;
    it.outcome = end->outcome;
    it.probe->finish(it.job, VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0, NULL);
}

static const struct vmm_net_events events = {sizeof(events), 0, on_connected, on_received,
                                             on_closed};

static void connect_to(struct vmm_job *job)
{
    it.rc = it.net->open(job, 34567, 0, 0, 5000, &events, NULL, &it.connection);
}

static void log_in(struct vmm_job *job)
{
    char out[64];
    const char *challenges[] = {"Basic realm=\"a\"", NULL};
    it.rc = it.auth->authorize(job, challenges, "GET", "/", it.body, sizeof(it.body));
    cr_expect_eq(it.auth->fill(job, "{user}", 0, out, sizeof(out)), 0);
    snprintf(it.words, sizeof(it.words), "%s", out);
    it.auth->accepted(job);
    it.probe->finish(job, VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0, NULL);
}

/* ---- The device ---- */

struct device {
    struct vmm_mock *mock;
    char target[64];
    uint32_t left_ms;
    int refuses; /* what request() answers */
    uint32_t port;
    char said[64];
    uint32_t replies;
    uint32_t closed;
    uint32_t logins;
    char answer[64];
};

static struct device device;

static int play_request(void *arg, const struct vmm_mock_request *request,
                        struct vmm_mock_answer *answer)
{
    struct device *d = arg;
    snprintf(d->target, sizeof(d->target), "%s", request->target);
    d->left_ms = request->left_ms;
    snprintf(d->answer, sizeof(d->answer), "it is %lld",
             (long long)(vmm_mock_now_us(d->mock) / 1000000));
    *answer = (struct vmm_mock_answer){.status = 203, .body = d->answer, .latency_ms = 700};
    return d->refuses;
}

static void play_open(void *arg, uint32_t place, uint32_t port, struct vmm_mock_connection *how)
{
    struct device *d = arg;
    cr_assert_eq(place, 0);
    d->port = port;
    how->outcome = d->refuses != 0 ? VMM_OUTCOME_UNREACHABLE : VMM_OUTCOME_OK;
}

static void play_sent(void *arg, uint32_t place, const void *bytes, size_t size)
{
    struct device *d = arg;
    cr_assert_eq(place, 0);
    strncat(d->said, bytes, size);
}

/* Two replies to a whole line, then the end. */
static bool play_reply(void *arg, uint32_t place, struct vmm_mock_exchange *next)
{
    struct device *d = arg;
    cr_assert_eq(place, 0);
    if (strchr(d->said, '\n') == NULL) {
        return false;
    }
    d->replies++;
    snprintf(d->answer, sizeof(d->answer), "%u", d->replies);
    next->reply = d->answer;
    next->then = d->replies == 2 ? VMM_MOCK_CLOSE : VMM_MOCK_STAY;
    return true;
}

static void play_closed(void *arg, uint32_t place)
{
    ((struct device *)arg)->closed += place + 1;
}

static int play_authorize(void *arg, const char *const *challenges, const char *method,
                          const char *uri, char *out, size_t out_size)
{
    (void)arg;
    snprintf(out, out_size, "%s %s %s", challenges[0], method, uri);
    return 0;
}

static int play_fill(void *arg, const char *text, uint32_t json, char *out, size_t out_size)
{
    (void)arg;
    snprintf(out, out_size, "%s of %u", text, json);
    return 0;
}

static void play_logged_in(void *arg, bool accepted)
{
    ((struct device *)arg)->logins += accepted ? 1 : 100;
}

static struct vmm_mock *mock;

static void set_up(void)
{
    memset(&it, 0, sizeof(it));
    mock = vmm_mock_create(&greeter);
    cr_assert_eq(vmm_mock_open(mock), 0);
    device = (struct device){.mock = mock};
    vmm_mock_play(mock, &(struct vmm_mock_device){.arg = &device,
                                                  .request = play_request,
                                                  .open = play_open,
                                                  .sent = play_sent,
                                                  .reply = play_reply,
                                                  .closed = play_closed,
                                                  .authorize = play_authorize,
                                                  .fill = play_fill,
                                                  .logged_in = play_logged_in});
}

static void tear_down(void)
{
    cr_expect_str_empty(vmm_mock_complaints(mock), "%s", vmm_mock_complaints(mock));
    vmm_mock_destroy(mock);
}

TestSuite(mock_device, .init = set_up, .fini = tear_down);

static const struct vmm_mock_result *act(void (*what)(struct vmm_job *job), uint32_t deadline_ms)
{
    it.act = what;
    return vmm_mock_look(mock, &(struct vmm_mock_ask){.deadline_ms = deadline_ms});
}

/* ---- HTTP ---- */

Test(mock_device, answers_a_request_with_what_it_says_at_its_time)
{
    vmm_mock_advance(mock, 3000000 - vmm_mock_now_us(mock));
    cr_assert_eq(act(ask, 2000)->outcome, VMM_OUTCOME_OK);
    cr_expect_str_eq(device.target, "/hello?u={user}");
    cr_expect_eq(device.left_ms, 1999, "%u", device.left_ms);
    cr_expect_eq(it.status, 203);
    cr_expect_str_eq(it.body, "it is 3");
    cr_expect_eq(it.took_us, 700000);
}

Test(mock_device, comes_after_what_is_expected_and_before_what_is_served)
{
    vmm_mock_serve(mock, &(struct vmm_mock_answer){.status = 404});
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.status = 500});
    act(ask, 0);
    cr_expect_eq(it.status, 500);
    act(ask, 0);
    cr_expect_eq(it.status, 203);
    vmm_mock_play(mock, NULL);
    act(ask, 0);
    cr_expect_eq(it.status, 404);
}

Test(mock_device, may_refuse_the_call_itself)
{
    device.refuses = VMM_E_AUTH;
    act(ask, 0);
    cr_expect_eq(it.rc, VMM_E_AUTH);
    cr_expect_eq(it.status, 0);
}

Test(mock_device, is_forgotten_when_the_look_is_taken_back)
{
    it.act = ask;
    struct vmm_job *job = vmm_mock_probe(mock, &(struct vmm_mock_ask){0});
    it.act = NULL;
    vmm_mock_cancel(mock, job);
    vmm_mock_destroy(mock);
    mock = vmm_mock_create(&greeter);
}

/* ---- Connections ---- */

Test(mock_device, talks_over_a_connection)
{
    act(connect_to, 0);
    cr_expect_eq(device.port, 34567);
    cr_expect_str_eq(device.said, "hello\n");
    cr_expect_str_eq(it.words, "12");
    cr_expect_eq(it.outcome, VMM_OUTCOME_OK);
    cr_expect_eq(device.closed, 1);
}

Test(mock_device, may_refuse_a_connection)
{
    device.refuses = 1;
    act(connect_to, 0);
    cr_expect_eq(it.outcome, VMM_OUTCOME_UNREACHABLE);
    cr_expect_str_empty(device.said);
}

Test(mock_device, knows_the_credential)
{
    act(log_in, 0);
    cr_expect_eq(it.rc, 0);
    cr_expect_str_eq(it.body, "Basic realm=\"a\" GET /");
    cr_expect_str_eq(it.words, "{user} of 0");
    cr_expect_eq(device.logins, 1);
}
