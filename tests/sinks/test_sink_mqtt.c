/* SPDX-License-Identifier: MIT */
/* mqtt in its process, against the broker mosquitto: in order, retained, through a broker that dies. */
#include <criterion/criterion.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <mosquitto.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vmm/sink.h>

#include "base/clock.h"
#include "integration/host_client.h"
#include "sinks/certificate.h"

#define BROKER  "/usr/sbin/mosquitto"
#define WAIT_MS 15000
#define KEPT    64

static struct host_client client;
static char folder[CERTIFICATE_FOLDER_SIZE];
static char settings[64];
static pid_t broker;
static int port;
static uint64_t serial;

/* ---- The broker ---- */

static int free_port(void)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(name);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&name, &size), 0);
    close(fd);
    return ntohs(name.sin_port);
}

static bool answers(void)
{
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_port = htons((uint16_t)port),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool good = connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0;
    close(fd);
    return good;
}

static void start_broker(void)
{
    pid_t parent = getpid();
    int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
    broker = fork();
    if (broker == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(quiet, STDERR_FILENO);
        if (getppid() == parent) {
            execl(BROKER, "mosquitto", "-c", settings, (char *)NULL);
        }
        _exit(127);
    }
    cr_assert_gt(broker, 0);
    close(quiet);
    for (int waited = 0; !answers(); waited += 10) {
        cr_assert_lt(waited, WAIT_MS, "the broker does not start");
        cr_assert_eq(waitpid(broker, NULL, WNOHANG), 0, "the broker ended");
        poll(NULL, 0, 10);
    }
}

static void kill_broker(void)
{
    kill(broker, SIGKILL);
    waitpid(broker, NULL, 0);
}

static void write_settings(bool tls)
{
    snprintf(settings, sizeof(settings), "%s/broker", folder);
    FILE *file = fopen(settings, "w");
    cr_assert_not_null(file);
    /* As another user it would outlive a test that fails. */
    fprintf(file,
            "user root\nlistener %d 127.0.0.1\nallow_anonymous true\npersistence false\n"
            "log_dest none\n",
            port);
    if (tls) {
        fprintf(file, "certfile %s/ca.pem\nkeyfile %s/key.pem\n", folder, folder);
    }
    fclose(file);
}

/* ---- The sink ---- */

static void begin_with(bool tls, const char *further)
{
    char config[1024];
    if (access(BROKER, X_OK) != 0) {
        cr_skip_test("mosquitto is not installed");
    }
    certificate_make(folder);
    port = free_port();
    write_settings(tls);
    start_broker();
    snprintf(config, sizeof(config),
             "{\"server\":\"127.0.0.1\",\"port\":%d,\"tls\":\"%s\",\"client_id\":\"vmm\","
             "\"topic\":\"vmm\",\"discovery\":\"homeassistant\",\"ca_file\":\"%s%s\"%s}",
             port, tls ? "tls" : "none", tls ? folder : "", tls ? "/ca.pem" : "", further);
    host_client_ready(&client, "../plugins/mqtt", config);
}

static void end(void)
{
    host_client_end(&client);
    kill_broker();
    unlink(settings);
    certificate_remove(folder);
}

static void hand_out(unsigned first, unsigned count)
{
    static char events[512][300];
    struct batch_item items[512];
    struct batch_message batch = {.count = count, .items = items};
    struct buf frames = {0};
    for (unsigned i = 0; i < count; i++) {
        snprintf(events[i], sizeof(events[i]),
                 "{\"id\":\"e%u\",\"ts\":\"t\",\"site_id\":\"txg\",\"camera_id\":\"cam-%u\","
                 "\"type\":\"camera.down\",\"to\":\"%s\",\"severity\":\"critical\","
                 "\"reason\":\"unreachable\"}",
                 first + i, (first + i) % 3, (first + i) % 2 == 0 ? "DOWN" : "OK");
        items[i] = (struct batch_item){
            .id = "id", .dedup_key = "k", .site_id = "txg", .json = events[i], .target = ""};
    }
    cr_assert_eq(message_put_batch(&frames, ++serial, &batch), 0);
    host_client_send(&client, &frames);
}

/* The verdict of the next message that is settled. */
static uint32_t wait_settled(void)
{
    struct frame frame;
    struct settled_message settled;
    host_client_expect(&client, FRAME_SETTLED, &frame);
    cr_assert_eq(message_get_settled(&frame, &settled), 0);
    return settled.verdict;
}

/* Hand it out until all of it is there. */
static void deliver(unsigned first, unsigned count)
{
    uint64_t limit = clock_mono_us() + WAIT_MS * CLOCK_MS;
    while (count > 0) {
        unsigned delivered = 0;
        hand_out(first, count);
        for (unsigned i = 0; i < count; i++) {
            delivered += wait_settled() == VMM_SINK_DELIVERED ? 1 : 0;
        }
        first += delivered;
        count -= delivered;
        cr_assert_lt(clock_mono_us(), limit, "%u events are not delivered", count);
        if (count > 0) {
            poll(NULL, 0, 50); /* as the core waits before it tries again */
        }
    }
}

/* ---- A subscriber ---- */

struct kept {
    char topic[200];
    char text[600];
    bool retained;
};

struct subscriber {
    struct mosquitto *mosq;
    struct kept kept[KEPT];
    size_t count;
    bool ready;
};

static void on_message(struct mosquitto *mosq, void *arg, const struct mosquitto_message *message)
{
    struct subscriber *self = arg;
    (void)mosq;
    cr_assert_lt(self->count, KEPT);
    struct kept *kept = &self->kept[self->count++];
    snprintf(kept->topic, sizeof(kept->topic), "%s", message->topic);
    snprintf(kept->text, sizeof(kept->text), "%.*s", message->payloadlen,
             (const char *)message->payload);
    kept->retained = message->retain;
}

static void on_connect(struct mosquitto *mosq, void *arg, int code)
{
    (void)arg;
    cr_assert_eq(code, 0);
    mosquitto_subscribe(mosq, NULL, "#", 1);
}

static void on_subscribe(struct mosquitto *mosq, void *arg, int mid, int count, const int *qos)
{
    struct subscriber *self = arg;
    (void)mosq;
    (void)mid;
    (void)count;
    (void)qos;
    self->ready = true;
}

static void run_until(struct subscriber *self, const bool *flag, size_t count)
{
    uint64_t limit = clock_mono_us() + WAIT_MS * CLOCK_MS;
    while ((flag != NULL && !*flag) || self->count < count) {
        cr_assert_lt(clock_mono_us(), limit, "%zu of %zu messages", self->count, count);
        mosquitto_loop(self->mosq, 50, 1);
    }
}

static void subscribe(struct subscriber *self)
{
    memset(self, 0, sizeof(*self));
    mosquitto_lib_init();
    self->mosq = mosquitto_new(NULL, true, self);
    mosquitto_connect_callback_set(self->mosq, on_connect);
    mosquitto_subscribe_callback_set(self->mosq, on_subscribe);
    mosquitto_message_callback_set(self->mosq, on_message);
    cr_assert_eq(mosquitto_connect(self->mosq, "127.0.0.1", port, 30), MOSQ_ERR_SUCCESS);
    run_until(self, &self->ready, 0);
}

static void unsubscribe(struct subscriber *self)
{
    mosquitto_destroy(self->mosq);
}

/* The message number `place` of a topic; NULL when there are fewer. */
static const struct kept *find(const struct subscriber *self, const char *topic, size_t place)
{
    for (size_t i = 0; i < self->count; i++) {
        if (strcmp(self->kept[i].topic, topic) == 0 && place-- == 0) {
            return &self->kept[i];
        }
    }
    return NULL;
}

/* ---- Tests ---- */

Test(sink_mqtt, events_come_in_order_and_states_stay, .timeout = 60)
{
    static struct subscriber now;
    static struct subscriber later;
    begin_with(false, "");
    deliver(0, 1); /* the connection stands */
    subscribe(&now);
    deliver(1, 8);
    run_until(&now, NULL, 3 + 8 + 8 + 2); /* what was retained, events, states, two sensors */
    for (unsigned i = 1; i < 9; i++) {
        char word[32];
        snprintf(word, sizeof(word), "\"id\":\"e%u\"", i);
        const struct kept *event = find(&now, "vmm/txg/events", i - 1);
        cr_assert_not_null(event);
        cr_assert_not_null(strstr(event->text, word), "%s", event->text);
    }
    unsubscribe(&now);
    subscribe(&later);
    run_until(&later, NULL, 7); /* three states, three sensors, the status */
    const struct kept *state = find(&later, "vmm/txg/cameras/cam-2", 0);
    cr_assert_not_null(state);
    cr_assert(state->retained);
    cr_assert_not_null(strstr(state->text, "\"health\":\"DOWN\""), "%s", state->text);
    cr_assert_not_null(strstr(state->text, "\"event_id\":\"e8\""), "%s", state->text);
    cr_assert_not_null(find(&later, "homeassistant/binary_sensor/vmm_txg_cameras_cam-2/config", 0));
    cr_assert_str_eq(find(&later, "vmm/status", 0)->text, "online");
    cr_assert_null(find(&later, "vmm/txg/events", 0), "events are not retained");
    unsubscribe(&later);
    end();
}

Test(sink_mqtt, a_sink_that_dies_is_offline, .timeout = 60)
{
    static struct subscriber now;
    begin_with(false, "");
    deliver(0, 1);
    subscribe(&now);
    run_until(&now, NULL, 3); /* what was retained */
    host_client_end(&client);
    run_until(&now, NULL, 4);
    cr_assert_str_eq(now.kept[now.count - 1].topic, "vmm/status");
    cr_assert_str_eq(now.kept[now.count - 1].text, "offline");
    unsubscribe(&now);
    client.pid = 0;
    kill_broker();
    unlink(settings);
    certificate_remove(folder);
}

Test(sink_mqtt, a_broker_that_dies_loses_nothing, .timeout = 60)
{
    static struct subscriber now;
    begin_with(false, "");
    deliver(0, 1);
    kill_broker();
    hand_out(1, 3);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(wait_settled(), VMM_SINK_RETRY);
    }
    start_broker();
    subscribe(&now);
    deliver(1, 3);
    run_until(&now, NULL, 3 + 3 + 3 + 1);
    for (unsigned i = 0; i < 3; i++) {
        cr_assert_not_null(find(&now, "vmm/txg/events", i));
    }
    unsubscribe(&now);
    end();
}

Test(sink_mqtt, a_large_batch, .timeout = 60)
{
    begin_with(false, "");
    deliver(0, 512);
    deliver(512, 512);
    end();
}

Test(sink_mqtt, over_tls, .timeout = 60)
{
    begin_with(true, "");
    deliver(0, 5);
    end();
}

Test(sink_mqtt, a_broker_that_is_not_trusted_gets_nothing, .timeout = 60)
{
    char config[512];
    begin_with(true, "");
    host_client_end(&client);
    snprintf(config, sizeof(config),
             "{\"server\":\"127.0.0.1\",\"port\":%d,\"tls\":\"tls\",\"client_id\":\"vmm\","
             "\"topic\":\"vmm\",\"discovery\":\"\"}",
             port);
    host_client_ready(&client, "../plugins/mqtt", config);
    hand_out(0, 1);
    cr_assert_eq(wait_settled(), VMM_SINK_RETRY);
    end();
}

Test(sink_mqtt, a_drain_waits_for_the_broker, .timeout = 60)
{
    struct frame frame;
    begin_with(false, "");
    deliver(0, 1);
    hand_out(1, 100);
    host_client_say(&client, FRAME_DRAIN, 0);
    for (int i = 0; i < 100; i++) {
        cr_assert_eq(wait_settled(), VMM_SINK_DELIVERED);
    }
    host_client_expect(&client, FRAME_DRAINED, &frame);
    cr_assert_eq(WEXITSTATUS(host_client_status(&client)), 0);
    end();
}
