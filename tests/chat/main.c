/* SPDX-License-Identifier: MIT */
/* vmm-chat: a Google Chat for tests, on a free port of 127.0.0.1. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <getopt.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "chat/api.h"

#define BODY_MAX (1 << 20)

static const char usage[] = "vmm-chat [--quota WRITES] [--window-ms MS]\n"
                            "Answers POST /v1/spaces/ROOM/messages like Google Chat until SIGTERM; "
                            "its port is the first line it prints.\n"
                            "See tests/chat/README.md.\n";

static struct chat_api api = {.rooms = {.quota = 60, .window_ms = 60000}};

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static const char *body_of(struct evhttp_request *request, size_t *size)
{
    struct evbuffer *input = evhttp_request_get_input_buffer(request);
    *size = evbuffer_get_length(input);
    evbuffer_add(input, "", 1);
    return (const char *)evbuffer_pullup(input, -1);
}

static void send_body(struct evhttp_request *request, uint32_t status, const char *type,
                      const char *body)
{
    struct evbuffer *out = evbuffer_new();
    evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type", type);
    evbuffer_add(out, body, strlen(body));
    evhttp_send_reply(request, (int)status, NULL, out);
    evbuffer_free(out);
}

/* What is written after this goes nowhere; the client sees the end at once. */
static void cut(struct evhttp_request *request)
{
    struct bufferevent *stream =
        evhttp_connection_get_bufferevent(evhttp_request_get_connection(request));
    shutdown(bufferevent_getfd(stream), SHUT_RDWR);
    evhttp_send_reply(request, 500, NULL, NULL);
}

static void answer(struct evhttp_request *request, const struct chat_reply *reply)
{
    if (reply->is_silent) {
        return; /* evhttp releases the request when the client goes */
    }
    if (reply->is_closed) {
        cut(request);
        return;
    }
    if (reply->retry_after_s > 0) {
        char seconds[16];
        snprintf(seconds, sizeof(seconds), "%u", reply->retry_after_s);
        evhttp_add_header(evhttp_request_get_output_headers(request), "Retry-After", seconds);
    }
    send_body(request, reply->status, reply->is_page ? "text/html" : "application/json",
              reply->body != NULL ? reply->body : "");
}

static void on_request(struct evhttp_request *request, void *arg)
{
    (void)arg;
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
    const char *query = evhttp_uri_get_query(uri);
    struct chat_request asked = {
        .path = evhttp_uri_get_path(uri), .query = query != NULL ? query : "", .now_ms = now_ms()};
    if (evhttp_request_get_command(request) != EVHTTP_REQ_POST) {
        evhttp_send_error(request, 404, NULL);
        return;
    }
    asked.body = body_of(request, &asked.body_size);
    const char *id = evhttp_find_header(evhttp_request_get_input_headers(request), "webhook-id");
    bool is_hook = strncmp(asked.path, "/hook/", 6) == 0 && asked.path[6] != '\0';
    struct chat_reply reply =
        is_hook ? chat_api_hook(&api, &asked, id != NULL ? id : "") : chat_api_create(&api, &asked);
    answer(request, &reply);
    free(reply.body);
}

/* ---- The test's side ---- */

static void on_report(struct evhttp_request *request, void *arg)
{
    (void)arg;
    json_t *report = chat_rooms_report(&api.rooms);
    char *text = json_dumps(report, JSON_COMPACT);
    send_body(request, 200, "application/json", text);
    free(text);
    json_decref(report);
}

static void on_faults(struct evhttp_request *request, void *arg)
{
    (void)arg;
    size_t size = 0;
    bool good = chat_faults_set(&api.faults, body_of(request, &size));
    send_body(request, good ? 200 : 400, "text/plain", good ? "ok\n" : "an unknown word\n");
}

/* "ROOM COUNT": another sender writes so many messages; as many as the quota leaves are counted. */
static void on_sender(struct evhttp_request *request, void *arg)
{
    (void)arg;
    size_t size = 0;
    unsigned count = 0;
    char name[CHAT_ROOM_NAME_MAX];
    char written[32];
    unsigned done = 0;
    if (sscanf(body_of(request, &size), "%63s %u", name, &count) != 2) {
        send_body(request, 400, "text/plain", "write ROOM COUNT\n");
        return;
    }
    struct chat_room *room = chat_room(&api.rooms, name);
    while (done < count && room != NULL && chat_room_write(&api.rooms, room, now_ms())) {
        done++;
    }
    snprintf(written, sizeof(written), "%u\n", done);
    send_body(request, 200, "text/plain", written);
}

static void on_signal(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    event_base_loopbreak(arg);
}

static bool read_options(int argc, char **argv)
{
    static const struct option known[] = {{"quota", required_argument, NULL, 'q'},
                                          {"window-ms", required_argument, NULL, 'w'},
                                          {NULL, 0, NULL, 0}};
    int option = getopt_long(argc, argv, "", known, NULL);
    for (; option != -1; option = getopt_long(argc, argv, "", known, NULL)) {
        unsigned long number = optarg != NULL ? strtoul(optarg, NULL, 10) : 0;
        if (number == 0) {
            return false;
        }
        if (option == 'q') {
            api.rooms.quota = (uint32_t)number;
        } else {
            api.rooms.window_ms = number;
        }
    }
    return optind == argc;
}

static bool listen_somewhere(struct evhttp *http)
{
    struct sockaddr_in name;
    socklen_t size = sizeof(name);
    struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(http, "127.0.0.1", 0);
    if (bound == NULL ||
        getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&name, &size) != 0) {
        return false;
    }
    printf("%u\n", ntohs(name.sin_port));
    return fflush(stdout) == 0;
}

int main(int argc, char **argv)
{
    if (!read_options(argc, argv)) {
        fputs(usage, stderr);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    struct event_base *base = event_base_new();
    struct evhttp *http = base != NULL ? evhttp_new(base) : NULL;
    struct event *end = http != NULL ? evsignal_new(base, SIGTERM, on_signal, base) : NULL;
    if (end == NULL || event_add(end, NULL) != 0) {
        return EXIT_FAILURE;
    }
    evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_PUT);
    evhttp_set_max_body_size(http, BODY_MAX);
    evhttp_set_cb(http, "/report", on_report, NULL);
    evhttp_set_cb(http, "/faults", on_faults, NULL);
    evhttp_set_cb(http, "/sender", on_sender, NULL);
    evhttp_set_gencb(http, on_request, NULL);
    bool good = listen_somewhere(http);
    if (good) {
        event_base_dispatch(base);
    }
    event_free(end);
    evhttp_free(http);
    event_base_free(base);
    chat_rooms_finish(&api.rooms);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
