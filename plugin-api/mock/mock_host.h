/* SPDX-License-Identifier: MIT */
/*
 * A host for tests of plugins: no daemon, no network, no time that passes by itself.
 *
 *   struct vmm_mock *mock = vmm_mock_create(vmm_plugin_v0());
 *   vmm_mock_open(mock);
 *   vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = "/info", .body = "model='X'"});
 *   const struct vmm_mock_result *seen = vmm_mock_look(mock, &(struct vmm_mock_ask){0});
 *   assert(seen->outcome == VMM_OUTCOME_OK);
 *   vmm_mock_close(mock);
 *   assert(vmm_mock_complaints(mock)[0] == '\0');
 *   vmm_mock_destroy(mock);
 *
 * The mock keeps the rules of <vmm/plugin.h>, <vmm/probe.h>, <vmm/http.h>, <vmm/net.h> and
 * <vmm/sink.h> and watches that the plugin keeps them too. Each breach is one line of
 * vmm_mock_complaints(): a word that is not in the vocabulary, a fault without a reason, a second
 * finish, anything after finish, a request under way when the job ends, a request nobody expected,
 * a timer or watch left at close, and so on.
 *
 * Nothing is called from inside a call of the plugin: answers, timers and ends of connections are
 * events, and vmm_mock_step() fires the next one and moves the clock to its time. What the mock
 * hands out lives until vmm_mock_destroy(). It is one thread and no signal; want of memory ends the
 * test program.
 */
#ifndef VMM_MOCK_HOST_H
#define VMM_MOCK_HOST_H

#include <stdbool.h>

#include <vmm/http.h>
#include <vmm/identify.h>
#include <vmm/net.h>
#include <vmm/sink.h>

struct vmm_mock;

/* ---- Life ---- */

/* A host for this plugin. The descriptor is checked: what is wrong with it is a complaint. */
struct vmm_mock *vmm_mock_create(const struct vmm_descriptor *descriptor);

/* Close the plugin if it is still open, and release everything. NULL is allowed. */
void vmm_mock_destroy(struct vmm_mock *mock);

/* Set the settings of the plugin before open; "{}" when never called. Defaults of the declared
 * items are filled in, durations become milliseconds; a setting that is not declared is a
 * complaint. */
void vmm_mock_config(struct vmm_mock *mock, const char *json);

/* Let the host have no extension of this id, "vmm.http/1" for example. */
void vmm_mock_withhold(struct vmm_mock *mock, const char *id);

/* Call the plugin's open(). Answers what it answers. */
int vmm_mock_open(struct vmm_mock *mock);

/* Call the plugin's close(), and look for what it left behind. */
void vmm_mock_close(struct vmm_mock *mock);

/* Every breach so far, a line each; "" when there is none. Valid until the next call. */
const char *vmm_mock_complaints(struct vmm_mock *mock);

/* Every log line so far, "warn: text\n" each. */
const char *vmm_mock_logs(struct vmm_mock *mock);

/* What a counter adds up to, or a gauge stands at; 0 when it was never touched. */
double vmm_mock_metric(struct vmm_mock *mock, const char *name);

/* ---- Time ---- */

/* Set the wall clock, microseconds since 1970 UTC. It begins at 2024-01-01 00:00:00 UTC. */
void vmm_mock_set_wall(struct vmm_mock *mock, int64_t wall_us);

/* Fire the next event, moving both clocks to its time. False when none is left. */
bool vmm_mock_step(struct vmm_mock *mock);

/* Fire events until none is left; more than 100,000 are a complaint. */
void vmm_mock_run(struct vmm_mock *mock);

/* Let this much time pass, firing what falls into it. */
void vmm_mock_advance(struct vmm_mock *mock, uint64_t us);

/* The clock that the plugin reads, and the wall clock: microseconds. */
uint64_t vmm_mock_now_us(const struct vmm_mock *mock);
int64_t vmm_mock_wall_us(const struct vmm_mock *mock);

/* ---- HTTP ---- */

/* One recorded answer. Zero is what one would expect: OK, 200, no body, after 10 ms. */
struct vmm_mock_answer {
    const char *method; /* NULL: any */
    const char *
        target; /* the exact target (of a sink: URL), or its beginning followed by '*'; NULL: any */
    uint32_t outcome; /* VMM_OUTCOME_* */
    uint32_t rung;    /* 0: VMM_RUNG_ANSWER */
    uint32_t reason;
    uint32_t status;     /* 0: 200 when the outcome is OK */
    uint32_t flags;      /* VMM_HTTP_CUT … */
    const char *headers; /* lines ended by CR LF; NULL: none */
    const void *body;
    size_t body_size;    /* 0: body is a string */
    uint32_t latency_ms; /* 0: 10 */
    const char *detail;
    int64_t tls_until_s;
    const char *tls_subject;
    uint32_t port;    /* that the request has to be for; 0: any */
    bool tls;         /* it has to be inside TLS by VMM_HTTP_TLS */
    uint32_t version; /* of HTTP; 0: 11 when there is a status */
    uint64_t connect_us;
    const char *status_line; /* NULL: by version and status, "HTTP/1.1 200" */
    bool
        login; /* the credential went out over it: the device had asked for it. Of a refusal (AUTH) that goes without saying */
};

/* Expect this request next, after those expected before, and answer it so. Everything is copied. */
void vmm_mock_answer(struct vmm_mock *mock, const struct vmm_mock_answer *answer);

/* Answer each request that matches so, whenever none is expected in order. */
void vmm_mock_serve(struct vmm_mock *mock, const struct vmm_mock_answer *answer);

/* How many of the expected requests have not come. */
size_t vmm_mock_unasked(const struct vmm_mock *mock);

/* A request the plugin has made; texts are copies ended by NUL. */
struct vmm_mock_request {
    uint32_t flags;
    const char *method;
    const char *target;
    const char *headers; /* "" when none */
    const char *body;
    size_t body_size;
    uint32_t timeout_ms;
    uint32_t left_ms; /* until its time is over, or that of the look; of a sink: timeout_ms */
    uint32_t max_bytes;
    uint32_t port;
    const char
        *ca_file; /* of a sink, "" when none, or of the request's tls, NULL when it has none */
    const char *cert_file;
    const char *key_file;
    const char *server_name; /* of the request's tls; NULL when it has none */
    const char *proxy;       /* NULL when it has none */
    uint32_t tls_min;
    uint32_t connect_timeout_ms;
};

size_t vmm_mock_request_count(const struct vmm_mock *mock);

/* The request number `place` since the beginning, from 0; NULL when there was none. */
const struct vmm_mock_request *vmm_mock_request(const struct vmm_mock *mock, size_t place);

/* ---- Looks ---- */

/* The device of every look, a documentation address of RFC 5737. */
#define VMM_MOCK_ADDRESS "192.0.2.10"

/* What a look is asked for. Zero: a full look with a login, one connection at a time and 30 s. */
struct vmm_mock_ask {
    uint32_t scope;        /* 0: VMM_SCOPE_FULL */
    uint32_t deadline_ms;  /* 0: 30,000; the job is taken back then */
    bool no_login;         /* the allowance forbids a login */
    bool no_credential;    /* the device has none */
    const char *device_id; /* NULL: "cam-1" */
    uint32_t port;         /* of the device; 0: none is set */
    const char *options;   /* NULL: "{}"; defaults are filled in like those of the settings */
    const void *note;
    size_t note_size;
    uint32_t connections; /* at once, of requests and others together; 0: one */
};

/* What the plugin's "vmm.options/1" says of these options of a device, defaults filled in: "" when
 * they are good or it has no such extension. Asked twice, before open() too: another answer, more
 * than one line, or a refusal without a word is a complaint. Valid until the next call. */
const char *vmm_mock_options(struct vmm_mock *mock, const char *options);

/*
 * What the plugin's "vmm.identify/1" makes of a recorded transcript: answers one after another, in each a line that says
 * where it came from, then the answer as it came.
 *
 *   === http 80 /cgi-bin/info
 *   HTTP/1.1 401 Unauthorized
 *   WWW-Authenticate: Basic realm="acme"
 *
 *   <html>…
 *   === https 443 / | CN=cam,O=Acme
 *   …
 *   === rtsp 554
 *   RTSP/1.0 200 OK
 *   === dvrip 34567
 *   === open 8000
 *
 * Asked twice, before open() too: another opinion, one out of bounds, of another family or without a word is a
 * complaint. Certainty 0 and no family: it has no such extension. Valid until the next call.
 */
const struct vmm_opinion *vmm_mock_identify(struct vmm_mock *mock, const char *recorded);

/* What became of it. It grows while the look is under way. */
struct vmm_mock_result {
    int accepted; /* what probe() answered; 0: accepted */
    bool finished;
    uint32_t outcome;
    uint32_t rung;
    uint32_t reason;
    const char *detail;                         /* "" when none */
    const struct vmm_observation *observations; /* texts are copies ended by NUL */
    size_t observation_count;
    const uint8_t *note; /* what note() kept; NULL when it was not called */
    size_t note_size;
    uint32_t connections;                    /* that it has opened, those that were refused too */
    const struct vmm_transcript *transcript; /* what answer() has gathered; never NULL */
};

/* Start a look. The answer is its handle; the result tells whether it was accepted. */
struct vmm_job *vmm_mock_probe(struct vmm_mock *mock, const struct vmm_mock_ask *ask);

/* Start a look and run until nothing is left to happen. A look that is not finished then is a
 * complaint. */
const struct vmm_mock_result *vmm_mock_look(struct vmm_mock *mock, const struct vmm_mock_ask *ask);

const struct vmm_mock_result *vmm_mock_result(const struct vmm_job *job);

/* Take a look back: cancel() of the plugin, then the callbacks of what is under way as events. */
void vmm_mock_cancel(struct vmm_mock *mock, struct vmm_job *job);

/* The last observation of this fact at this index; NULL when there is none. */
const struct vmm_observation *vmm_mock_find(const struct vmm_mock_result *result, uint32_t fact,
                                            uint32_t index);

/* ---- Connections and credentials ---- */

#define VMM_MOCK_STAY  0u /* the connection stays */
#define VMM_MOCK_CLOSE 1u /* the peer closes in order after the reply */
#define VMM_MOCK_RESET 2u /* the peer resets after the reply */
#define VMM_MOCK_MUTE  3u /* the peer says nothing more: the idle time ends it */

/* The device waits until the bytes it has received begin with `expect`, then replies. */
struct vmm_mock_exchange {
    const char *expect;  /* NULL: the device speaks without being asked; "": after any bytes */
    const void *reply;   /* NULL: none */
    size_t reply_size;   /* 0: reply is a string */
    uint32_t latency_ms; /* 0: 10 */
    uint32_t split;      /* bytes a received() callback, 0: all at once */
    uint32_t then;       /* VMM_MOCK_STAY … */
};

/* One connection, in the order of open(). Zero: it is accepted after 1 ms. */
struct vmm_mock_connection {
    uint32_t outcome; /* of the connect: OK, UNREACHABLE, TIMEOUT … */
    uint32_t rung;    /* 0: VMM_RUNG_CONNECT */
    uint32_t reason;
    const char *detail;
    const struct vmm_mock_exchange *exchanges; /* borrowed until destroy */
    size_t exchange_count;
    uint32_t port;   /* that open() has to name; 0: any */
    bool tls_fails;  /* the device breaks the handshake of start_tls() off */
    bool tls_hangs;  /* it never answers it */
    int tls_refusal; /* what start_tls() answers; 0: it begins */
};

/* Expect one more connection. An open() that nobody expected is a complaint and is refused. */
void vmm_mock_connection(struct vmm_mock *mock, const struct vmm_mock_connection *connection);

/* How often start_tls() has begun. */
uint32_t vmm_mock_secured(const struct vmm_mock *mock);

/* Everything sent on connection number `place`, from 0, ended by NUL; NULL when there was none. */
const char *vmm_mock_sent(const struct vmm_mock *mock, size_t place, size_t *size);

/* What the next authorize() answers: 0 with this value, or VMM_E_*. Without any: VMM_E_NOENT before
 * a challenge, VMM_E_AUTH after one. The result is also the next fill()'s, which else succeeds and
 * leaves the words as they are. */
void vmm_mock_authorize(struct vmm_mock *mock, int result, const char *value);

/* Calls of authorize() that came with a challenge, of accepted(), and of refused(). */
uint32_t vmm_mock_challenges(const struct vmm_mock *mock);
uint32_t vmm_mock_accepted(const struct vmm_mock *mock);
uint32_t vmm_mock_refused(const struct vmm_mock *mock);

/* ---- A device that the test plays ---- */

/*
 * Asked instead of what is recorded, for a test that has a device of its own, a simulated one for example, and lets it
 * answer what the plugin really sends. What was expected by vmm_mock_answer() and vmm_mock_connection() comes first,
 * what is served last. The device is asked at the time at which something is sent, and what it says takes effect after
 * its latency. It calls neither the plugin nor the mock but for the time; what it points to stays good until it is
 * asked again. The functions of connections and those of credentials may be NULL, each as a group: as if there were
 * no such device.
 */
struct vmm_mock_device {
    void *arg;

    /* A request, with the words of VMM_HTTP_TEMPLATE as the plugin wrote them. Fill in what the plugin gets, zero as
     * in a recorded answer; the device logs in and keeps to left_ms by itself. 0, or what request() is to answer. */
    int (*request)(void *arg, const struct vmm_mock_request *request,
                   struct vmm_mock_answer *answer);

    /* Connection number `place`, from 0, is being opened: fill in what becomes of it, but for its exchanges. */
    void (*open)(void *arg, uint32_t place, uint32_t port, struct vmm_mock_connection *how);

    /* The plugin sends. */
    void (*sent)(void *arg, uint32_t place, const void *bytes, size_t size);

    /* What comes next over it (`expect` counts for nothing); false: nothing before something more is sent. Asked when
     * the connection stands, and after each send() and each reply. */
    bool (*reply)(void *arg, uint32_t place, struct vmm_mock_exchange *next);

    /* It is over, by whomever. */
    void (*closed)(void *arg, uint32_t place);

    /* As in <vmm/net.h>; accepted() or refused() was called. */
    int (*authorize)(void *arg, const char *const *challenges, const char *method, const char *uri,
                     char *out, size_t out_size);
    int (*fill)(void *arg, const char *text, uint32_t json, char *out, size_t out_size);
    void (*logged_in)(void *arg, bool accepted);
};

/* Let this device answer from now on; it is copied, NULL takes it back. */
void vmm_mock_play(struct vmm_mock *mock, const struct vmm_mock_device *device);

/* ---- Sinks ---- */

struct vmm_mock_settled {
    bool settled;
    uint32_t verdict; /* VMM_SINK_* */
    uint32_t retry_after_ms;
    const char *why; /* "" when none */
};

/* Hand out a batch and run until it is settled or nothing is left to happen. Answers what deliver()
 * answers. A batch that is accepted and not settled then is a complaint. */
int vmm_mock_deliver(struct vmm_mock *mock, const struct vmm_message *messages, uint32_t count);

/* Hand out a batch and come back at once, to step, drain or hand out to another target. The messages stay the
 * test's, until they are settled. VMM_E_STATE where the host would wait for what is under way. */
int vmm_mock_hand_out(struct vmm_mock *mock, const struct vmm_message *messages, uint32_t count);

/* How the message at `place` of the last batch was settled. */
const struct vmm_mock_settled *vmm_mock_settled(const struct vmm_mock *mock, uint32_t place);

/* The same of batch `number`, counted from 0. */
const struct vmm_mock_settled *vmm_mock_settled_of(const struct vmm_mock *mock, uint32_t number,
                                                   uint32_t place);

/* The node that a sink with VMM_TRAIT_RECORD is told of. */
#define VMM_MOCK_NODE "node-1"

/* Calls of resume() so far, and the place of a table in the last of them; NULL when it was not told. */
uint32_t vmm_mock_resumes(const struct vmm_mock *mock);
const char *vmm_mock_place(const struct vmm_mock *mock, const char *table);

/* Call the plugin's drain(). */
void vmm_mock_drain(struct vmm_mock *mock);

/* ---- Trouble on purpose ---- */

/* Let the n-th call from now that can fail (requests, observations, notes, timers, connections,
 * sends, authorize, work, metrics) fail with `error`. n counts from 1; 0 takes it back. */
void vmm_mock_fail_call(struct vmm_mock *mock, uint32_t n, int error);

/* Calls so far that could have failed. */
uint32_t vmm_mock_calls(const struct vmm_mock *mock);

/* A test as a function: set up answers, open, look or deliver. It must not assert on the outcome.
 */
typedef void (*vmm_mock_scenario)(struct vmm_mock *mock, void *arg);

/* Run the scenario once for each call that can fail, with that call failing. The first complaint is
 * left in `report` (else ""). Answers the number of runs. */
uint32_t vmm_mock_each_failure(const struct vmm_descriptor *descriptor, vmm_mock_scenario scenario,
                               void *arg, char *report, size_t report_size);

/* Run the scenario once for each step of it, with all its looks taken back at that step. Each must
 * finish as cancelled. Answers like vmm_mock_each_failure(). */
uint32_t vmm_mock_each_cancel(const struct vmm_descriptor *descriptor, vmm_mock_scenario scenario,
                              void *arg, char *report, size_t report_size);

#endif
