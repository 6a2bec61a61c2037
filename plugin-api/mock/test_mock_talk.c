/* SPDX-License-Identifier: MIT */
/* Connections as the host keeps them: what is queued before one stands, encryption, and transcripts without a login. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <mock/mock_host.h>

static struct {
    const struct vmm_probe_host *probe;
    const struct vmm_http_host *http;
    const struct vmm_net_host *net;
    const struct vmm_auth_host *auth;
    const struct vmm_transcript_host *transcript;
    void (*begin)(struct vmm_job *job);
    void (*connected)(void);
    struct vmm_job *job;
    struct vmm_connection *connection;
    char seen[256]; /* what callbacks have noted, in order */
    int told;       /* what answer() said */
} it;

static void note(const char *word)
{
    strncat(it.seen, word, sizeof(it.seen) - strlen(it.seen) - 1);
}

static int puppet_open(const struct vmm_host *host, void **self)
{
    it.probe = host->extension(host->context, VMM_PROBE_HOST);
    it.http = host->extension(host->context, VMM_HTTP_HOST);
    it.net = host->extension(host->context, VMM_NET_HOST);
    it.auth = host->extension(host->context, VMM_AUTH_HOST);
    it.transcript = host->extension(host->context, VMM_TRANSCRIPT_HOST);
    *self = &it;
    return 0;
}

static void puppet_close(void *self)
{
    (void)self;
}

static int puppet_probe(void *self, struct vmm_job *job, const struct vmm_look *look)
{
    (void)self;
    (void)look;
    it.job = job;
    it.begin(job);
    return 0;
}

static void puppet_cancel(void *self, struct vmm_job *job)
{
    (void)self;
    (void)job;
}

static const struct vmm_probe_ops ops = {.struct_size = sizeof(ops),
                                         .open = puppet_open,
                                         .close = puppet_close,
                                         .probe = puppet_probe,
                                         .cancel = puppet_cancel};

static const struct vmm_descriptor puppet = {.struct_size = sizeof(puppet),
                                             .abi_major = VMM_ABI_MAJOR,
                                             .abi_minor = VMM_ABI_MINOR,
                                             .kind = VMM_KIND_PROBE,
                                             .name = "puppet",
                                             .version = "0.1.0",
                                             .flag = "FEATURE_PLUGIN_PUPPET",
                                             .summary = "a puppet",
                                             .licence = "MIT",
                                             .generation = VMM_GENERATION_OVERLAP,
                                             .ops = &ops};

static struct vmm_mock *mock;

static void set_up(void)
{
    memset(&it, 0, sizeof(it));
    mock = vmm_mock_create(&puppet);
    cr_assert_eq(vmm_mock_open(mock), 0);
}

static void tear_down(void)
{
    cr_expect_str_empty(vmm_mock_complaints(mock));
    vmm_mock_destroy(mock);
}

TestSuite(mock_talk, .init = set_up, .fini = tear_down);
TestSuite(mock_transcript, .init = set_up, .fini = tear_down);

static void look(void (*begin)(struct vmm_job *job), void (*connected)(void))
{
    it.begin = begin;
    it.connected = connected;
    vmm_mock_look(mock, &(struct vmm_mock_ask){0});
}

/* ---- Connections ---- */

static void on_connected(void *arg)
{
    (void)arg;
    note("connected ");
    it.connected();
}

static void on_received(void *arg, const uint8_t *bytes, size_t size)
{
    char word[32];
    (void)arg;
    snprintf(word, sizeof(word), "%.*s ", (int)size, (const char *)bytes);
    note(word);
}

static void on_closed(void *arg, const struct vmm_net_end *end)
{
    (void)arg;
    note("closed");
    it.probe->finish(it.job, end->outcome, end->rung, end->reason, NULL);
}

static const struct vmm_net_events events = {sizeof(events), 0, on_connected, on_received,
                                             on_closed};

static void send_text(const char *text)
{
    cr_assert_eq(it.net->send(it.connection, text, strlen(text)), 0);
}

static void connect_to_it(struct vmm_job *job)
{
    cr_assert_eq(it.net->open(job, 554, 0, 3000, 2000, &events, NULL, &it.connection), 0);
}

static void connect_and_send(struct vmm_job *job)
{
    connect_to_it(job);
    send_text("early ");
}

static void do_nothing(void)
{
}

static void send_late(void)
{
    send_text("late");
}

static void expect_sent(const char *text)
{
    size_t size = 0;
    cr_expect_str_eq(vmm_mock_sent(mock, 0, &size), text);
    cr_expect_eq(size, strlen(text));
}

static const struct vmm_mock_exchange talk[] = {
    {.expect = "early late", .reply = "good", .then = VMM_MOCK_CLOSE}};

Test(mock_talk, what_is_queued_early_goes_out_first_once_the_connection_stands)
{
    vmm_mock_connection(mock,
                        &(struct vmm_mock_connection){.exchanges = talk, .exchange_count = 1});
    look(connect_and_send, send_late);
    cr_expect_str_eq(it.seen, "connected good closed");
    expect_sent("early late");
}

Test(mock_talk, what_is_queued_for_a_connection_that_never_stands_is_never_sent)
{
    vmm_mock_connection(mock, &(struct vmm_mock_connection){.outcome = VMM_OUTCOME_UNREACHABLE});
    look(connect_and_send, do_nothing);
    cr_expect_str_eq(it.seen, "closed");
    expect_sent("");
}

static void close_it(void)
{
    it.net->close(it.connection);
    it.probe->finish(it.job, VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0, NULL);
}

Test(mock_talk, the_last_words_of_a_connection_that_stands_go_out_when_it_is_closed)
{
    vmm_mock_connection(mock, &(struct vmm_mock_connection){0});
    look(connect_and_send, close_it);
    expect_sent("early ");
}

/* ---- The allowance ---- */

static int others[2]; /* what a second connection, and a request beside it, were answered */

static void on_nothing(void *arg, const struct vmm_http_answer *answer)
{
    (void)arg;
    (void)answer;
}

static void connect_twice(struct vmm_job *job)
{
    struct vmm_connection *second = NULL;
    struct vmm_http_request request = {
        .struct_size = sizeof(request), .method = "GET", .target = "/"};
    connect_to_it(job);
    others[0] = it.net->open(job, 555, 0, 3000, 2000, &events, NULL, &second);
    others[1] = it.http->request(job, &request, on_nothing, NULL);
    if (second != NULL) {
        it.net->close(second);
    }
}

Test(mock_talk, more_connections_at_once_than_are_allowed_are_denied)
{
    vmm_mock_connection(mock, &(struct vmm_mock_connection){0});
    look(connect_twice, close_it);
    cr_expect_eq(others[0], VMM_E_DENIED);
    cr_expect_eq(others[1], VMM_E_DENIED);
    vmm_mock_connection(mock, &(struct vmm_mock_connection){0});
    vmm_mock_connection(mock, &(struct vmm_mock_connection){0});
    vmm_mock_look(mock, &(struct vmm_mock_ask){.connections = 2});
    cr_expect_eq(others[0], 0);
    cr_expect_eq(others[1], VMM_E_DENIED);
    cr_expect_eq(vmm_mock_result(it.job)->connections, 2);
}

/* ---- Encryption ---- */

static void encrypt_too_early(struct vmm_job *job)
{
    connect_to_it(job);
    cr_expect_eq(it.net->start_tls(it.connection, NULL), VMM_E_STATE, "it does not stand yet");
}

Test(mock_talk, is_not_encrypted_before_it_stands)
{
    vmm_mock_connection(mock, &(struct vmm_mock_connection){0});
    look(encrypt_too_early, close_it);
    cr_expect_eq(vmm_mock_secured(mock), 0);
}

static void encrypt_with_bytes_waiting(void)
{
    cr_expect_eq(it.net->start_tls(it.connection, NULL), VMM_E_STATE, "bytes wait");
    close_it();
}

Test(mock_talk, is_not_encrypted_while_bytes_wait_that_were_queued_before_it_stood)
{
    vmm_mock_connection(mock, &(struct vmm_mock_connection){0});
    look(connect_and_send, encrypt_with_bytes_waiting);
    cr_expect_eq(vmm_mock_secured(mock), 0);
}

/* The first time it is encrypted and spoken to at once; then it stands. */
static void encrypt_and_send(void)
{
    if (vmm_mock_secured(mock) == 0) {
        cr_expect_eq(it.net->start_tls(it.connection, NULL), 0);
        send_text("early ");
    } else {
        send_late();
    }
}

Test(mock_talk, what_is_queued_while_it_is_encrypted_goes_out_when_it_is)
{
    vmm_mock_connection(mock,
                        &(struct vmm_mock_connection){.exchanges = talk, .exchange_count = 1});
    look(connect_to_it, encrypt_and_send);
    cr_expect_str_eq(it.seen, "connected connected good closed");
    expect_sent("early late");
}

Test(mock_talk, what_is_queued_for_a_channel_that_never_stands_is_never_sent)
{
    vmm_mock_connection(mock, &(struct vmm_mock_connection){.tls_fails = true});
    look(connect_to_it, encrypt_and_send);
    cr_expect_str_eq(it.seen, "connected closed");
    expect_sent("");
}

/* ---- Transcripts ---- */

static int tell(struct vmm_job *job)
{
    static const struct vmm_answer answer = {.struct_size = sizeof(answer),
                                             .way = VMM_WAY_OPEN,
                                             .port = 80,
                                             .target = "",
                                             .headers = "",
                                             .body = "",
                                             .certificate = "",
                                             .place = ""};
    return it.transcript->answer(job, &answer);
}

static void finish(struct vmm_job *job)
{
    it.probe->finish(job, VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0, NULL);
}

static void on_answer(void *arg, const struct vmm_http_answer *answer)
{
    (void)arg;
    (void)answer;
    it.told = tell(it.job);
    finish(it.job);
}

static uint32_t flags; /* of the request */

static void ask(struct vmm_job *job)
{
    struct vmm_http_request request = {.struct_size = sizeof(request),
                                       .flags = flags,
                                       .method = "GET",
                                       .target =
                                           (flags & VMM_HTTP_TEMPLATE) != 0 ? "/?p={pass}" : "/",
                                       .timeout_ms = 5000};
    cr_assert_eq(tell(job), 0, "a stranger is answered");
    cr_assert_eq(it.http->request(job, &request, on_answer, NULL), 0);
}

static int told_after(const struct vmm_mock_answer *answer, uint32_t with)
{
    flags = with;
    vmm_mock_answer(mock, answer);
    look(ask, NULL);
    return it.told;
}

Test(mock_transcript, goes_on_after_answers_to_strangers)
{
    static const struct vmm_mock_answer page = {.status = 200};
    static const struct vmm_mock_answer wall = {.status = 401};
    static const struct vmm_mock_answer missing = {.outcome = VMM_OUTCOME_AUTH,
                                                   .reason = VMM_REASON_CREDENTIAL_MISSING};
    static const struct vmm_mock_answer barred = {.outcome = VMM_OUTCOME_AUTH,
                                                  .flags = VMM_HTTP_LOGIN_BARRED};
    cr_expect_eq(told_after(&page, 0), 0, "it has not asked for a login");
    cr_expect_eq(told_after(&wall, VMM_HTTP_NO_LOGIN), 0);
    cr_expect_eq(told_after(&missing, 0), 0);
    cr_expect_eq(told_after(&barred, 0), 0);
}

Test(mock_transcript, ends_with_the_first_login_over_http)
{
    static const struct vmm_mock_answer taken = {.status = 200, .login = true};
    static const struct vmm_mock_answer refused = {.outcome = VMM_OUTCOME_AUTH,
                                                   .reason = VMM_REASON_AUTH};
    static const struct vmm_mock_answer page = {.status = 200};
    cr_expect_eq(told_after(&taken, 0), VMM_E_STATE);
    cr_expect_eq(told_after(&refused, 0), VMM_E_STATE);
    cr_expect_eq(told_after(&page, VMM_HTTP_TEMPLATE), VMM_E_STATE, "the password is in it");
}

static void authorize(struct vmm_job *job)
{
    char out[64];
    const char *const challenges[] = {"Digest", NULL};
    cr_expect_eq(it.auth->authorize(job, NULL, "OPTIONS", "*", out, sizeof(out)), VMM_E_NOENT);
    cr_expect_eq(tell(job), 0, "no login was written");
    vmm_mock_authorize(mock, 0, "Digest x");
    cr_expect_eq(it.auth->authorize(job, challenges, "OPTIONS", "*", out, sizeof(out)), 0);
    cr_expect_eq(tell(job), VMM_E_STATE);
    finish(job);
}

static void fill(struct vmm_job *job)
{
    char out[64];
    cr_expect_eq(it.auth->fill(job, "name={user}", 0, out, sizeof(out)), 0);
    cr_expect_eq(tell(job), 0, "a name is no password");
    cr_expect_eq(it.auth->fill(job, "hash={pass_md5}", 0, out, sizeof(out)), 0);
    cr_expect_eq(tell(job), VMM_E_STATE);
    finish(job);
}

Test(mock_transcript, ends_with_the_first_login_of_another_protocol)
{
    look(authorize, NULL);
    look(fill, NULL);
}
