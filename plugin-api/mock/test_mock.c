/* SPDX-License-Identifier: MIT */
/* The mock has to notice: a plugin that misbehaves in one way at a time. */
#include <criterion/criterion.h>

#include <mock/mock_host.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- A probe that does what the test tells it ---- */

static struct {
    const struct vmm_host *host;
    const struct vmm_probe_host *probe;
    const struct vmm_http_host *http;
    const struct vmm_net_host *net;
    const struct vmm_auth_host *auth;
    void (*act)(struct vmm_job *job); /* what probe() does */
    int accept;
    void (*cancel)(struct vmm_job *job);
    struct vmm_job *job;
    struct vmm_timer *timer;
    struct vmm_watch *watch;
    struct vmm_connection *connection;
    char seen[512]; /* what callbacks have noted, in order */
    uint32_t status;
    uint32_t flags;
    size_t body_size;
    int64_t sent_wall_us;
    int64_t received_wall_us;
} it;

static void note(const char *word)
{
    strncat(it.seen, word, sizeof(it.seen) - strlen(it.seen) - 1);
    strncat(it.seen, " ", sizeof(it.seen) - strlen(it.seen) - 1);
}

static int puppet_open(const struct vmm_host *host, void **self)
{
    it.host = host;
    it.probe = host->extension(host->context, VMM_PROBE_HOST);
    it.http = host->extension(host->context, VMM_HTTP_HOST);
    it.net = host->extension(host->context, VMM_NET_HOST);
    it.auth = host->extension(host->context, VMM_AUTH_HOST);
    *self = &it;
    return 0;
}

static void puppet_close(void *self)
{
    cr_assert_eq(self, &it);
}

static int puppet_probe(void *self, struct vmm_job *job, const struct vmm_look *look)
{
    cr_assert_eq(self, &it);
    cr_assert_not_null(look->options);
    it.job = job;
    it.act(job);
    return it.accept;
}

static void puppet_cancel(void *self, struct vmm_job *job)
{
    (void)self;
    if (it.cancel != NULL) {
        it.cancel(job);
    }
}

static const struct vmm_probe_ops ops = {.struct_size = sizeof(ops),
                                         .open = puppet_open,
                                         .close = puppet_close,
                                         .probe = puppet_probe,
                                         .cancel = puppet_cancel};

static const struct vmm_config_item item_wait = {.struct_size = sizeof(item_wait),
                                                 .type = VMM_CONFIG_DURATION,
                                                 .name = "wait",
                                                 .summary = "a time",
                                                 .default_json = "\"1.5s\""};
static const struct vmm_config_item item_word = {.struct_size = sizeof(item_word),
                                                 .type = VMM_CONFIG_WORD,
                                                 .name = "word",
                                                 .summary = "a word",
                                                 .words = "a|b",
                                                 .default_json = "\"a\""};
static const struct vmm_config_item *const members[] = {&item_word, NULL};
static const struct vmm_config_item item_list = {.struct_size = sizeof(item_list),
                                                 .type = VMM_CONFIG_LIST,
                                                 .name = "list",
                                                 .summary = "a list",
                                                 .items = members};
static const struct vmm_config_item *const items[] = {&item_wait, &item_list, NULL};

static const struct vmm_descriptor puppet = {
    .struct_size = sizeof(puppet),
    .abi_major = VMM_ABI_MAJOR,
    .abi_minor = VMM_ABI_MINOR,
    .kind = VMM_KIND_PROBE,
    .name = "puppet",
    .version = "1.2.3",
    .flag = "FEATURE_PLUGIN_PUPPET",
    .summary = "a puppet",
    .licence = "MIT",
    .traits = VMM_TRAIT_WORKERS,
    .generation = VMM_GENERATION_OVERLAP,
    .config = items,
    .ops = &ops,
};

static struct vmm_mock *mock;

static void set_up(void)
{
    memset(&it, 0, sizeof(it));
    mock = vmm_mock_create(&puppet);
    cr_assert_eq(vmm_mock_open(mock), 0);
    cr_assert_str_empty(vmm_mock_complaints(mock));
}

static void tear_down(void)
{
    vmm_mock_destroy(mock);
}

TestSuite(mock, .init = set_up, .fini = tear_down);

static const struct vmm_mock_result *act(void (*what)(struct vmm_job *job))
{
    it.act = what;
    return vmm_mock_look(mock, &(struct vmm_mock_ask){0});
}

static void assert_complaint(const char *part)
{
    cr_assert_not_null(strstr(vmm_mock_complaints(mock), part), "no \"%s\" in \"%s\"", part,
                       vmm_mock_complaints(mock));
}

static void finish_ok(struct vmm_job *job)
{
    it.probe->finish(job, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0, NULL);
}

/* ---- Jobs ---- */

static void well_behaved(struct vmm_job *job)
{
    static const struct vmm_observation o = {.struct_size = sizeof(o),
                                             .subject = VMM_SUBJECT_DEVICE,
                                             .fact = VMM_FACT_MODEL,
                                             .standing = VMM_STANDING_OK,
                                             .type = VMM_TYPE_TEXT,
                                             .text = "XYZ",
                                             .text_size = 2};
    cr_assert_eq(it.probe->observe(job, &o), 0);
    cr_assert_eq(it.probe->note(job, "n", 1), 0);
    it.host->log(it.host->context, VMM_LOG_WARN, "hello");
    it.host->metric_add(it.host->context, "vmm_puppet_looks_total", 2);
    it.host->metric_add(it.host->context, "vmm_puppet_looks_total", 3);
    it.probe->finish(job, VMM_OUTCOME_PARTIAL, VMM_RUNG_SIGNAL, VMM_REASON_SLOW, "why");
}

Test(mock, keeps_what_a_well_behaved_plugin_says)
{
    const struct vmm_mock_result *seen = act(well_behaved);
    vmm_mock_close(mock);
    cr_assert_str_empty(vmm_mock_complaints(mock));
    cr_assert(seen->finished);
    cr_assert_eq(seen->outcome, VMM_OUTCOME_PARTIAL);
    cr_assert_eq(seen->rung, VMM_RUNG_SIGNAL);
    cr_assert_eq(seen->reason, VMM_REASON_SLOW);
    cr_assert_str_eq(seen->detail, "why");
    cr_assert_str_eq(vmm_mock_find(seen, VMM_FACT_MODEL, 0)->text, "XY");
    cr_assert_eq(seen->note_size, 1);
    cr_assert_str_eq(vmm_mock_logs(mock), "warn: hello\n");
    cr_assert_eq(vmm_mock_metric(mock, "vmm_puppet_looks_total"), 5);
}

static void finish_twice(struct vmm_job *job)
{
    finish_ok(job);
    finish_ok(job);
}

static void speak_after_finish(struct vmm_job *job)
{
    finish_ok(job);
    cr_assert_eq(it.probe->note(job, "n", 1), VMM_E_STATE);
}

static void never_finish(struct vmm_job *job)
{
    (void)job;
}

static void finish_with_a_number(struct vmm_job *job)
{
    it.probe->finish(job, 99, 0, 0, NULL);
}

static void finish_as_cancelled(struct vmm_job *job)
{
    it.probe->finish(job, VMM_OUTCOME_CANCELLED, 0, 0, NULL);
}

static void finish_in_two_lines(struct vmm_job *job)
{
    it.probe->finish(job, VMM_OUTCOME_OK, 0, 0, "a\nb");
}

static void note_too_much(struct vmm_job *job)
{
    static const char bytes[VMM_NOTE_MAX + 1];
    cr_assert_eq(it.probe->note(job, bytes, sizeof(bytes)), VMM_E_TOOBIG);
    finish_ok(job);
}

Test(mock, notices_how_a_job_ends_wrongly)
{
    act(finish_twice);
    assert_complaint("finish() a second time");
    act(speak_after_finish);
    assert_complaint("note() after finish()");
    act(finish_with_a_number);
    assert_complaint("finish() with a word that is not in the vocabulary: 99");
    act(finish_as_cancelled);
    assert_complaint("nobody took back");
    act(finish_in_two_lines);
    assert_complaint("more than one line");
    act(note_too_much);
    assert_complaint("note() of 161 bytes");
}

Test(mock, notices_a_job_that_never_ends)
{
    act(never_finish);
    assert_complaint("not finished");
    vmm_mock_close(mock);
    assert_complaint("a job is not finished at close");
}

static struct vmm_observation wrong;

static void observe_wrong(struct vmm_job *job)
{
    cr_assert_eq(it.probe->observe(job, &wrong), VMM_E_INVAL);
    finish_ok(job);
}

static void assert_wrong(struct vmm_observation o, const char *complaint)
{
    wrong = o;
    cr_assert_eq(act(observe_wrong)->observation_count, 0);
    assert_complaint(complaint);
}

static const struct vmm_observation signal_ok = {
    .struct_size = sizeof(struct vmm_observation),
    .subject = VMM_SUBJECT_CHANNEL,
    .index = 1,
    .fact = VMM_FACT_SIGNAL,
    .standing = VMM_STANDING_OK,
    .type = VMM_TYPE_BOOL,
};

/* One field of a good observation is another one. */
#define ASSERT_WRONG(field, value, complaint)                                                      \
    do {                                                                                           \
        struct vmm_observation o = signal_ok;                                                      \
        o.field = (value);                                                                         \
        assert_wrong(o, complaint);                                                                \
    } while (0)

Test(mock, notices_words_that_are_not_in_the_vocabulary)
{
    ASSERT_WRONG(fact, 0, "a fact that is not");
    ASSERT_WRONG(fact, 9999, "fact 9999");
    ASSERT_WRONG(struct_size, 4, "struct_size");
    ASSERT_WRONG(subject, VMM_SUBJECT_DISK, "a subject");
    ASSERT_WRONG(index, 0, "an index");
    ASSERT_WRONG(standing, 3, "a standing");
    ASSERT_WRONG(reason, 9999, "a reason that is not");
    ASSERT_WRONG(standing, VMM_STANDING_FAULT, "a fault needs a reason");
    ASSERT_WRONG(type, VMM_TYPE_INT, "a type");
    ASSERT_WRONG(number, 2, "a truth");
}

static void refuse_a_finished_job(struct vmm_job *job)
{
    finish_ok(job);
    it.accept = VMM_E_INVAL;
}

Test(mock, notices_a_job_used_and_refused)
{
    cr_assert_eq(act(refuse_a_finished_job)->accepted, VMM_E_INVAL);
    assert_complaint("used and then refused");
}

/* ---- Requests ---- */

static void on_answer(void *arg, const struct vmm_http_answer *answer)
{
    (void)arg;
    it.status = answer->status;
    it.flags = answer->flags;
    it.body_size = answer->body_size;
    it.sent_wall_us = answer->sent_wall_us;
    it.received_wall_us = answer->received_wall_us;
    note(answer->outcome == VMM_OUTCOME_CANCELLED ? "cancelled" : "answer");
    it.probe->finish(it.job, answer->outcome, answer->rung, answer->reason, answer->detail);
}

static int ask(struct vmm_job *job, const char *method, const char *target, const char *headers)
{
    struct vmm_http_request request = {.struct_size = sizeof(request),
                                       .method = method,
                                       .target = target,
                                       .headers = headers,
                                       .timeout_ms = 5000,
                                       .max_bytes = 4};
    return it.http->request(job, &request, on_answer, NULL);
}

static void ask_once(struct vmm_job *job)
{
    cr_assert_eq(ask(job, "GET", "/a", "X: y\r\n"), 0);
}

Test(mock, gives_the_recorded_answer_after_its_time)
{
    vmm_mock_answer(mock,
                    &(struct vmm_mock_answer){
                        .method = "GET", .target = "/a", .body = "1234567", .latency_ms = 250});
    act(ask_once);
    cr_assert_eq(it.status, 200);
    cr_assert_eq(it.body_size, 4, "cut at max_bytes");
    cr_assert_eq(it.flags, VMM_HTTP_CUT);
    cr_assert_eq(it.received_wall_us - it.sent_wall_us, 250000);
    cr_assert_str_eq(vmm_mock_request(mock, 0)->headers, "X: y\r\n");
    cr_assert_null(vmm_mock_request(mock, 1));
    cr_assert_str_empty(vmm_mock_complaints(mock));
}

Test(mock, an_answer_past_the_request_s_own_time_is_a_timeout)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.latency_ms = 6000});
    cr_assert_eq(act(ask_once)->outcome, VMM_OUTCOME_TIMEOUT);
}

Test(mock, answers_in_order_and_then_what_is_served)
{
    vmm_mock_serve(mock, &(struct vmm_mock_answer){.target = "/*", .status = 404});
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = "/a", .status = 500});
    act(ask_once);
    cr_assert_eq(it.status, 500);
    act(ask_once);
    cr_assert_eq(it.status, 404);
    cr_assert_eq(vmm_mock_unasked(mock), 0);
}

Test(mock, notices_a_request_nobody_expected)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = "/b"});
    act(ask_once);
    assert_complaint("unexpected request: GET /a, expected was /b");
    cr_assert_eq(vmm_mock_unasked(mock), 1);
}

static void ask_wrongly(struct vmm_job *job)
{
    cr_assert_eq(ask(job, "PUT", "/a", NULL), VMM_E_INVAL);
    cr_assert_eq(ask(job, "GET", "http://elsewhere/", NULL), VMM_E_INVAL);
    cr_assert_eq(ask(job, "GET", "/a b", NULL), VMM_E_INVAL);
    cr_assert_eq(ask(job, "GET", "/a", "no line"), VMM_E_INVAL);
    cr_assert_eq(ask(job, "GET", "/a", NULL), 0);
    cr_assert_eq(ask(job, "GET", "/a", NULL), VMM_E_DENIED);
    finish_ok(job);
}

Test(mock, notices_requests_against_the_contract)
{
    vmm_mock_serve(mock, &(struct vmm_mock_answer){0});
    act(ask_wrongly);
    assert_complaint("request: method");
    assert_complaint("no path");
    assert_complaint("a space or control character");
    assert_complaint("not lines");
    assert_complaint("a second request");
    assert_complaint("finish() while a request is under way");
    cr_assert_str_empty(it.seen, "the answer does not come after the end");
}

static void ask_after_finish(struct vmm_job *job)
{
    finish_ok(job);
    cr_assert_eq(ask(job, "GET", "/a", NULL), VMM_E_STATE);
}

Test(mock, notices_a_request_after_the_end)
{
    act(ask_after_finish);
    assert_complaint("a request after finish()");
}

/* ---- Taking back ---- */

Test(mock, a_job_taken_back_gets_its_callbacks_as_cancelled)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){0});
    it.act = ask_once;
    struct vmm_job *job = vmm_mock_probe(mock, &(struct vmm_mock_ask){0});
    vmm_mock_cancel(mock, job);
    cr_assert_str_empty(it.seen, "not from inside cancel()");
    vmm_mock_run(mock);
    cr_assert_str_eq(it.seen, "cancelled ");
    cr_assert_eq(vmm_mock_result(job)->outcome, VMM_OUTCOME_CANCELLED);
    cr_assert_str_empty(vmm_mock_complaints(mock));
}

Test(mock, notices_a_job_taken_back_that_ends_as_something_else)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){0});
    it.act = ask_once;
    it.cancel = finish_ok;
    vmm_mock_cancel(mock, vmm_mock_probe(mock, &(struct vmm_mock_ask){0}));
    assert_complaint("taken back finished with outcome 0");
}

/* ---- Timers, watches, work ---- */

static void on_timer(void *arg)
{
    note(arg);
}

static void start_timers(struct vmm_job *job)
{
    struct vmm_timer *timer = NULL;
    it.host->timer_start(it.host->context, 2000, on_timer, (void *)"late", &it.timer);
    it.host->timer_start(it.host->context, 1000, on_timer, (void *)"early", &timer);
    finish_ok(job);
}

Test(mock, fires_timers_in_the_order_of_time)
{
    it.act = start_timers;
    vmm_mock_probe(mock, &(struct vmm_mock_ask){0});
    vmm_mock_advance(mock, 999);
    cr_assert_str_empty(it.seen);
    vmm_mock_advance(mock, 1);
    cr_assert_str_eq(it.seen, "early ");
    vmm_mock_advance(mock, 1000);
    cr_assert_str_eq(it.seen, "early late ");
    it.host->timer_cancel(it.host->context, it.timer);
    assert_complaint("a timer that is gone");
}

Test(mock, notices_what_is_left_at_close)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    it.act = start_timers;
    vmm_mock_probe(mock, &(struct vmm_mock_ask){0});
    it.host->watch_start(it.host->context, ends[0], VMM_WATCH_READ, NULL, NULL, &it.watch);
    it.host->work(it.host->context, on_timer, on_timer, NULL);
    vmm_mock_close(mock);
    assert_complaint("a timer is left");
    assert_complaint("a watch is left");
    assert_complaint("work is under way");
    close(ends[0]);
    close(ends[1]);
}

static void on_watch(void *arg, uint32_t events)
{
    char byte = 0;
    cr_assert_eq(events, VMM_WATCH_READ);
    cr_assert_eq(read(*(int *)arg, &byte, 1), 1);
    note("readable");
}

Test(mock, calls_a_watch_when_its_descriptor_is_ready)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    it.host->watch_start(it.host->context, ends[0], VMM_WATCH_READ, on_watch, &ends[0], &it.watch);
    cr_assert_not(vmm_mock_step(mock));
    cr_assert_eq(write(ends[1], "xy", 2), 2);
    vmm_mock_run(mock);
    cr_assert_str_eq(it.seen, "readable readable ");
    it.host->watch_cancel(it.host->context, it.watch);
    close(ends[0]);
    close(ends[1]);
}

/* ---- Connections ---- */

static void on_connected(void *arg)
{
    (void)arg;
    note("connected");
    it.net->send(it.connection, "HEL", 3);
    it.net->send(it.connection, "LO", 2);
}

static void on_received(void *arg, const uint8_t *bytes, size_t size)
{
    char word[16] = {0};
    (void)arg;
    memcpy(word, bytes, size < 15 ? size : 15);
    note(word);
}

static void on_closed(void *arg, const struct vmm_net_end *end)
{
    char word[16];
    (void)arg;
    snprintf(word, sizeof(word), "end:%u:%u", end->outcome, end->rung);
    note(word);
    it.probe->finish(it.job, end->outcome, end->rung, 0, NULL);
}

static const struct vmm_net_events events = {sizeof(events), 0, on_connected, on_received,
                                             on_closed};

static void connect_once(struct vmm_job *job)
{
    cr_assert_eq(it.net->open(job, 554, 0, 3000, 2000, &events, NULL, &it.connection), 0);
}

static void assert_talk(const struct vmm_mock_connection *connection, const char *seen)
{
    vmm_mock_connection(mock, connection);
    act(connect_once);
    cr_assert_str_eq(it.seen, seen);
    cr_assert_str_empty(vmm_mock_complaints(mock));
}

Test(mock, a_connection_talks_as_scripted)
{
    static const struct vmm_mock_exchange talk[] = {
        {.reply = "hi"}, {.expect = "HELLO", .reply = "abcde", .split = 2, .then = VMM_MOCK_CLOSE}};
    assert_talk(&(struct vmm_mock_connection){.exchanges = talk, .exchange_count = 2},
                "connected hi ab cd e end:0:5 ");
    size_t size = 0;
    cr_assert_str_eq(vmm_mock_sent(mock, 0, &size), "HELLO");
    cr_assert_eq(size, 5);
}

static void ask_where(struct vmm_job *job)
{
    char out[64];
    cr_assert_eq(it.net->authority(job, 0, out, sizeof(out)), VMM_E_INVAL);
    cr_assert_eq(it.net->open(job, 0, 0, 3000, 2000, &events, NULL, &it.connection), VMM_E_INVAL);
    cr_assert_eq(it.net->authority(job, 554, out, sizeof(out)), 0);
    cr_assert_str_eq(out, VMM_MOCK_ADDRESS ":554");
    cr_assert_eq(it.net->authority(job, 554, out, 4), VMM_E_TOOBIG);
    finish_ok(job);
}

Test(mock, a_device_without_a_port_needs_one)
{
    act(ask_where);
    cr_assert_str_empty(vmm_mock_complaints(mock));
}

Test(mock, a_connection_may_be_refused)
{
    assert_talk(&(struct vmm_mock_connection){.outcome = VMM_OUTCOME_UNREACHABLE}, "end:2:2 ");
}

Test(mock, a_mute_peer_ends_by_the_idle_time)
{
    static const struct vmm_mock_exchange talk[] = {
        {.expect = "HELLO", .reply = "a", .then = VMM_MOCK_MUTE}};
    assert_talk(&(struct vmm_mock_connection){.exchanges = talk, .exchange_count = 1},
                "connected a end:3:5 ");
}

Test(mock, a_peer_may_reset)
{
    static const struct vmm_mock_exchange talk[] = {{.expect = "", .then = VMM_MOCK_RESET}};
    assert_talk(&(struct vmm_mock_connection){.exchanges = talk, .exchange_count = 1},
                "connected end:2:5 ");
}

Test(mock, notices_bytes_that_were_not_expected)
{
    static const struct vmm_mock_exchange talk[] = {{.expect = "HELP", .reply = "a"}};
    vmm_mock_connection(mock,
                        &(struct vmm_mock_connection){.exchanges = talk, .exchange_count = 1});
    act(connect_once);
    assert_complaint("expected was \"HELP\"");
    act(connect_once);
    assert_complaint("unexpected connection");
}

static void finish_while_connected(struct vmm_job *job)
{
    connect_once(job);
    finish_ok(job);
    cr_assert_eq(it.net->send(it.connection, "x", 1), VMM_E_STATE);
}

Test(mock, notices_a_connection_left_open)
{
    vmm_mock_connection(mock, &(struct vmm_mock_connection){0});
    act(finish_while_connected);
    assert_complaint("finish() while a connection is open");
    assert_complaint("send() on a connection that is gone");
}

static void login(struct vmm_job *job)
{
    char out[64];
    const char *const challenges[] = {"Digest", NULL};
    cr_assert_eq(it.auth->authorize(job, NULL, "OPTIONS", "*", out, sizeof(out)), VMM_E_NOENT);
    vmm_mock_authorize(mock, 0, "Digest x");
    cr_assert_eq(it.auth->authorize(job, challenges, "OPTIONS", "*", out, sizeof(out)), 0);
    cr_assert_str_eq(out, "Digest x");
    it.auth->accepted(job);
    cr_assert_eq(it.auth->authorize(job, challenges, "OPTIONS", "*", out, sizeof(out)), VMM_E_AUTH);
    finish_ok(job);
}

Test(mock, logs_in_as_scripted)
{
    act(login);
    cr_assert_eq(vmm_mock_challenges(mock), 2);
    cr_assert_eq(vmm_mock_accepted(mock), 1);
    cr_assert_str_empty(vmm_mock_complaints(mock));
}

/* ---- Settings, descriptors, trouble ---- */

Test(mock, fills_in_defaults)
{
    vmm_mock_config(mock, "{\"list\":[{},{\"word\":\"b\"}]}");
    cr_assert_str_eq(it.host->config_json(it.host->context),
                     "{\"list\":[{\"word\":\"a\"},{\"word\":\"b\"}],\"wait\":1500}");
    vmm_mock_config(mock, "{\"other\":1}");
    assert_complaint("setting other is not declared");
}

Test(mock, notices_a_descriptor_that_no_host_would_take)
{
    struct vmm_descriptor bad = puppet;
    bad.abi_minor++;
    bad.name = "No";
    bad.generation = VMM_GENERATION_HANDOVER;
    bad.ops = NULL;
    struct vmm_mock *other = vmm_mock_create(&bad);
    const char *complaints = vmm_mock_complaints(other);
    cr_assert_not_null(strstr(complaints, "size or version"));
    cr_assert_not_null(strstr(complaints, "name, version or flag"));
    cr_assert_not_null(strstr(complaints, "overlaps"));
    cr_assert_not_null(strstr(complaints, "operations"));
    vmm_mock_destroy(other);
}

Test(mock, fails_the_call_it_was_told_to_fail)
{
    vmm_mock_fail_call(mock, 2, VMM_E_NOMEM);
    cr_assert_eq(it.host->metric_set(it.host->context, "vmm_puppet_a", 1), 0);
    cr_assert_eq(it.host->metric_set(it.host->context, "vmm_puppet_a", 2), VMM_E_NOMEM);
    cr_assert_eq(it.host->metric_set(it.host->context, "vmm_puppet_a", 3), 0);
    cr_assert_eq(vmm_mock_calls(mock), 3);
    cr_assert_eq(it.host->metric_set(it.host->context, "other", 3), VMM_E_INVAL);
    assert_complaint("metric other");
}

static void ask_carelessly(struct vmm_job *job)
{
    (void)ask(job, "GET", "/a", NULL); /* does not finish when it fails */
}

static void careless(struct vmm_mock *m, void *arg)
{
    (void)arg;
    memset(&it, 0, sizeof(it));
    it.act = ask_carelessly;
    vmm_mock_serve(m, &(struct vmm_mock_answer){0});
    vmm_mock_open(m);
    vmm_mock_look(m, &(struct vmm_mock_ask){0});
}

Test(mock_trouble, finds_the_call_whose_failure_is_not_handled)
{
    char report[256];
    cr_assert_eq(vmm_mock_each_failure(&puppet, careless, NULL, report, sizeof(report)), 2);
    cr_assert_eq(strncmp(report, "failing call 1: a job is not finished", 37), 0, "%s", report);
    cr_assert_gt(vmm_mock_each_cancel(&puppet, careless, NULL, report, sizeof(report)), 1);
    cr_assert_str_empty(report);
}
