/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <vmm/errors.h>

#include "base/clock.h"
#include "base/log.h"
#include "ipc/ctl_page.h"
#include "ipc/ctl_server.h"
#include "ipc/ctl_socket.h"

#define PATIENCE_US (10 * CLOCK_S) /* a test that waits longer has failed */

static struct fixture {
    char folder[64];
    char path[128];
    struct event_base *base;
    struct ctl_server *server;
    struct ctl_call *kept; /* the call of the verb "later" */
    struct ctl_peer peer;
    size_t requests;
    size_t pages; /* the source was asked for */
    size_t gone;
} it;

/* ---- the handler ---- */

static json_t *page_of(size_t bytes)
{
    char *text = malloc(bytes + 1);
    memset(text, 'x', bytes);
    text[bytes] = '\0';
    json_t *rows = json_pack("[s]", text);
    free(text);
    return rows;
}

static void next_page(void *arg, struct ctl_call *call)
{
    (void)arg;
    it.pages++;
    if (it.pages > 1000) {
        ctl_done(call, NULL);
    } else {
        ctl_rows(call, page_of(60000));
    }
}

static void on_gone(void *arg, struct ctl_call *call)
{
    (void)arg;
    it.gone++;
    cr_expect(ctl_cancelled(call));
    ctl_fail(call, CTL_INTERNAL, "nobody reads this", NULL);
}

static void on_request(void *arg, struct ctl_call *call, const char *verb, json_t *args,
                       const struct ctl_peer *peer)
{
    (void)arg;
    it.requests++;
    it.peer = *peer;
    if (strcmp(verb, "echo") == 0) {
        ctl_done(call, json_deep_copy(args));
    } else if (strcmp(verb, "long") == 0) {
        ctl_set_source(call, next_page, on_gone, NULL);
    } else if (strcmp(verb, "later") == 0) {
        it.kept = call;
        ctl_set_source(call, NULL, on_gone, NULL);
    } else if (strcmp(verb, "keep") == 0) {
        it.kept = call;
    } else if (strcmp(verb, "flood") == 0) {
        for (int i = 0; i < 40; i++) {
            ctl_rows(call, page_of(60000));
        }
        ctl_done(call, NULL);
    } else {
        ctl_fail(call, CTL_UNKNOWN_VERB, verb, "none");
    }
}

static void set_up(void)
{
    log_setup("test", LOG_ERROR);
    it = (struct fixture){.folder = "/tmp/vmm-ctl-XXXXXX"};
    cr_assert_not_null(mkdtemp(it.folder));
    snprintf(it.path, sizeof(it.path), "%s/status.sock", it.folder);
    it.base = event_base_new();
    it.server = ctl_server_create(it.base, it.path, 0660, (gid_t)-1, on_request, NULL);
    cr_assert_not_null(it.server);
}

static void tear_down(void)
{
    ctl_server_destroy(it.server);
    event_base_free(it.base);
    unlink(it.path);
    cr_expect_eq(rmdir(it.folder), 0, "nothing is left in the folder");
}

TestSuite(ctl_server, .init = set_up, .fini = tear_down);

/* ---- a client that is driven from the same thread ---- */

static int connect_client(void)
{
    int fd = ctl_socket_connect(it.path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

static void say(int fd, const char *text)
{
    cr_assert_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

static void turn(void)
{
    event_base_loop(it.base, EVLOOP_NONBLOCK);
}

#define UNTIL(condition)                                                                           \
    do {                                                                                           \
        uint64_t give_up = clock_mono_us() + PATIENCE_US;                                          \
        while (!(condition)) {                                                                     \
            cr_assert_lt(clock_mono_us(), give_up, "waited in vain for " #condition);              \
            turn();                                                                                \
        }                                                                                          \
    } while (0)

/* Read one line while the server runs; "" when the connection has ended. */
static const char *hear(int fd)
{
    static char line[CTL_LINE_MAX + 1];
    size_t size = 0;
    uint64_t give_up = clock_mono_us() + PATIENCE_US;
    for (;;) {
        ssize_t got = recv(fd, line + size, 1, 0);
        if (got == 0 || (got < 0 && errno != EAGAIN)) {
            line[0] = '\0';
            return line;
        }
        if (got < 0) {
            cr_assert_lt(clock_mono_us(), give_up, "no line came");
            turn();
            continue;
        }
        if (line[size++] == '\n') {
            line[size] = '\0';
            return line;
        }
        cr_assert_lt(size, CTL_LINE_MAX, "a line over the limit");
    }
}

/* Read until the connection ends or the answer is done; returns the bytes. */
static size_t drain(int fd)
{
    char bytes[65536];
    size_t total = 0;
    bool done = false;
    uint64_t give_up = clock_mono_us() + PATIENCE_US;
    while (!done) {
        ssize_t got = recv(fd, bytes, sizeof(bytes), 0);
        if (got > 0) {
            total += (size_t)got;
            done = bytes[got - 1] == '\n' && memmem(bytes, (size_t)got, "\"done\"", 6) != NULL;
        } else if (got == 0 || errno != EAGAIN) {
            break;
        } else {
            cr_assert_lt(clock_mono_us(), give_up);
            turn();
        }
    }
    return total;
}

/* ---- requests ---- */

Test(ctl_server, answers_and_knows_its_peer)
{
    int fd = connect_client();
    say(fd, "{\"verb\":\"echo\",\"args\":{\"a\":1}}\n");
    cr_expect_str_eq(hear(fd), "{\"done\":true,\"a\":1}\n");
    cr_expect_eq(it.peer.pid, getpid());
    cr_expect_eq(it.peer.uid, getuid());
    cr_expect_eq(it.peer.gid, getgid());
    cr_expect_eq(it.peer.connection, 1);
    close(fd);
    UNTIL(ctl_server_clients(it.server) == 0);
}

Test(ctl_server, answers_what_is_sent_ahead_one_after_the_other)
{
    int fd = connect_client();
    say(fd, "{\"verb\":\"echo\",\"args\":{\"n\":1}}\n{\"verb\":\"echo\",\"args\":{\"n\":2}}\n"
            "{\"verb\":\"no\"}\n{\"verb\":\"echo\"");
    cr_expect_str_eq(hear(fd), "{\"done\":true,\"n\":1}\n");
    cr_expect_str_eq(hear(fd), "{\"done\":true,\"n\":2}\n");
    cr_expect_str_eq(hear(fd), "{\"done\":true,\"error\":{\"code\":\"unknown-verb\",\"message\":"
                               "\"no\",\"remedy\":\"none\"}}\n");
    say(fd, "}\n");
    cr_expect_str_eq(hear(fd), "{\"done\":true}\n");
    cr_expect_eq(it.requests, 4);
    close(fd);
}

Test(ctl_server, a_request_waits_for_the_answer_before_it)
{
    int fd = connect_client();
    say(fd, "{\"verb\":\"keep\"}\n{\"verb\":\"echo\"}\n");
    UNTIL(it.kept != NULL);
    for (int i = 0; i < 10; i++) {
        turn();
    }
    cr_expect_eq(it.requests, 1);
    ctl_done(it.kept, json_pack("{s:s}", "who", "first"));
    cr_expect_str_eq(hear(fd), "{\"done\":true,\"who\":\"first\"}\n");
    cr_expect_str_eq(hear(fd), "{\"done\":true}\n");
    close(fd);
}

Test(ctl_server, a_line_that_is_no_request_gets_one_error_and_the_end)
{
    int fd = connect_client();
    say(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    cr_expect_str_eq(hear(fd), "{\"done\":true,\"error\":{\"code\":\"bad-request\",\"message\":\"a "
                               "request is one JSON object a line\",\"remedy\":null}}\n");
    cr_expect_str_eq(hear(fd), "");
    cr_expect_eq(it.requests, 0);
    close(fd);
}

/* {"verb":"echo","args":{"a":"…"}} and a line break, of exactly `size` bytes. */
static char *request_of(size_t size)
{
    static const char head[] = "{\"verb\":\"echo\",\"args\":{\"a\":\"";
    static const char tail[] = "\"}}\n";
    char *text = malloc(size + 1);
    memset(text, 'x', size);
    memcpy(text, head, sizeof(head) - 1);
    memcpy(text + size - (sizeof(tail) - 1), tail, sizeof(tail));
    return text;
}

static void send_slowly(int fd, const char *text)
{
    size_t size = strlen(text);
    for (size_t sent = 0; sent < size;) {
        ssize_t n = send(fd, text + sent, size - sent < 8000 ? size - sent : 8000, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN) {
            return; /* the server has closed: it has said why */
        }
        sent += n > 0 ? (size_t)n : 0;
        turn();
    }
}

Test(ctl_server, takes_a_line_of_64_kib_and_no_byte_more)
{
    int fd = connect_client();
    char *fits = request_of(CTL_LINE_MAX);
    send_slowly(fd, fits);
    const char *answer = hear(fd);
    cr_expect_eq(strncmp(answer, "{\"done\":true,\"a\":\"xxx", 21), 0);
    cr_expect_gt(strlen(answer), CTL_LINE_MAX - 64);
    cr_expect_eq(it.requests, 1);
    free(fits);
    char *over = request_of(CTL_LINE_MAX + 1);
    send_slowly(fd, over);
    cr_expect_str_eq(hear(fd), "{\"done\":true,\"error\":{\"code\":\"bad-request\",\"message\":\"a "
                               "request is at most 64 KiB\",\"remedy\":null}}\n");
    cr_expect_str_eq(hear(fd), "");
    cr_expect_eq(it.requests, 1);
    free(over);
    close(fd);
}

Test(ctl_server, a_client_that_shuts_its_side_still_gets_its_answer)
{
    int fd = connect_client();
    say(fd, "{\"verb\":\"keep\"}\n{\"verb\":\"echo\"}\n");
    shutdown(fd, SHUT_WR);
    UNTIL(it.kept != NULL);
    turn();
    cr_expect_not(ctl_cancelled(it.kept));
    ctl_done(it.kept, NULL);
    cr_expect_str_eq(hear(fd), "{\"done\":true}\n");
    cr_expect_str_eq(hear(fd), "{\"done\":true}\n");
    cr_expect_str_eq(hear(fd), "");
    close(fd);
}

/* ---- sources ---- */

Test(ctl_server, a_source_is_asked_only_as_fast_as_the_client_reads)
{
    int fd = connect_client();
    say(fd, "{\"verb\":\"long\"}\n");
    UNTIL(it.pages > 0);
    for (int i = 0; i < 100; i++) {
        turn();
    }
    cr_expect_lt(it.pages, 20, "the socket's buffer is full, the rest was not made");
    cr_expect_gt(drain(fd), 1000u * 60000u);
    cr_expect_eq(it.pages, 1001);
    close(fd);
}

Test(ctl_server, a_long_answer_does_not_keep_others_waiting)
{
    int busy = connect_client();
    int fd = connect_client();
    char bytes[65536];
    say(busy, "{\"verb\":\"long\"}\n");
    UNTIL(it.pages > 0);
    say(fd, "{\"verb\":\"echo\"}\n");
    size_t before = it.pages;
    for (int i = 0; i < 5 && it.requests < 2; i++) {
        ssize_t got = recv(busy, bytes, sizeof(bytes), 0);
        (void)got;
        turn();
    }
    cr_expect_eq(it.requests, 2);
    cr_expect_lt(it.pages - before, 10);
    cr_expect_str_eq(hear(fd), "{\"done\":true}\n");
    close(busy);
    close(fd);
    UNTIL(it.gone == 1);
}

Test(ctl_server, a_source_whose_client_has_gone_is_told_once)
{
    int fd = connect_client();
    say(fd, "{\"verb\":\"long\"}\n");
    UNTIL(it.pages > 0);
    close(fd);
    UNTIL(it.gone == 1);
    size_t pages = it.pages;
    turn();
    cr_expect_eq(it.pages, pages);
    cr_expect_eq(ctl_server_clients(it.server), 0);
}

Test(ctl_server, a_call_without_a_source_can_be_ended_after_its_client_has_gone)
{
    int fd = connect_client();
    say(fd, "{\"verb\":\"keep\"}\n");
    UNTIL(it.kept != NULL);
    close(fd);
    UNTIL(ctl_server_clients(it.server) == 0);
    cr_expect(ctl_cancelled(it.kept));
    cr_expect_eq(ctl_rows(it.kept, json_array()), VMM_E_STATE);
    ctl_done(it.kept, json_object());
}

Test(ctl_server, rows_that_are_no_array_are_refused)
{
    int fd = connect_client();
    say(fd, "{\"verb\":\"keep\"}\n");
    UNTIL(it.kept != NULL);
    cr_expect_eq(ctl_rows(it.kept, json_object()), VMM_E_INVAL);
    cr_expect_eq(ctl_rows(it.kept, page_of(CTL_LINE_MAX)), VMM_E_TOOBIG);
    ctl_done(it.kept, NULL);
    cr_expect_str_eq(hear(fd), "{\"done\":true}\n");
    close(fd);
}

Test(ctl_server, a_result_over_the_limit_is_answered_as_an_error)
{
    int fd = connect_client();
    say(fd, "{\"verb\":\"keep\"}\n");
    UNTIL(it.kept != NULL);
    log_setup("test", 0);
    ctl_done(it.kept, json_pack("{s:o}", "long", page_of(CTL_LINE_MAX)));
    cr_expect_str_eq(hear(fd), "{\"done\":true,\"error\":{\"code\":\"internal\",\"message\":\"the "
                               "answer is too long\",\"remedy\":null}}\n");
    close(fd);
}

Test(ctl_server, a_stop_tells_calls_that_are_under_way)
{
    int fd = connect_client();
    say(fd, "{\"verb\":\"later\"}\n");
    UNTIL(it.kept != NULL);
    ctl_server_destroy(it.server);
    it.server = NULL;
    cr_expect_eq(it.gone, 1);
    cr_expect_str_eq(hear(fd), "");
    close(fd);
}

/* ---- clients that are not kept ---- */

Test(ctl_server, a_client_with_more_than_a_mebibyte_waiting_is_dropped)
{
    int fd = connect_client();
    say(fd, "{\"verb\":\"flood\"}\n");
    UNTIL(it.requests == 1);
    UNTIL(ctl_server_clients(it.server) == 0);
    cr_expect_lt(drain(fd), CTL_QUEUE_MAX);
    close(fd);
}

Test(ctl_server, a_client_that_does_not_read_is_dropped_after_its_time)
{
    int fd = connect_client();
    int other = connect_client();
    ctl_server_set_stall(it.server, 80);
    say(fd, "{\"verb\":\"long\"}\n");
    UNTIL(it.gone == 1);
    cr_expect_eq(ctl_server_clients(it.server), 1, "who owes nothing stays");
    say(other, "{\"verb\":\"echo\"}\n");
    cr_expect_str_eq(hear(other), "{\"done\":true}\n");
    close(fd);
    close(other);
}

Test(ctl_server, a_client_that_leaves_a_line_unfinished_is_dropped_after_its_time)
{
    int fd = connect_client();
    ctl_server_set_stall(it.server, 80);
    say(fd, "{\"verb\":");
    cr_expect_str_eq(hear(fd), "");
    cr_expect_eq(it.requests, 0);
    close(fd);
}

Test(ctl_server, a_call_may_take_longer_than_a_stall)
{
    int fd = connect_client();
    ctl_server_set_stall(it.server, 20);
    say(fd, "{\"verb\":\"keep\"}\n");
    UNTIL(it.kept != NULL);
    uint64_t later = clock_mono_us() + 100 * CLOCK_MS;
    UNTIL(clock_mono_us() > later);
    cr_expect_not(ctl_cancelled(it.kept));
    ctl_done(it.kept, NULL);
    cr_expect_str_eq(hear(fd), "{\"done\":true}\n");
    close(fd);
}

Test(ctl_server, the_idlest_client_gives_way_when_all_places_are_taken)
{
    int fds[CTL_CLIENTS_MAX + 1];
    for (size_t i = 0; i < CTL_CLIENTS_MAX; i++) {
        fds[i] = connect_client();
        UNTIL(ctl_server_clients(it.server) == i + 1);
    }
    say(fds[0], "{\"verb\":\"echo\"}\n");
    cr_expect_str_eq(hear(fds[0]), "{\"done\":true}\n");
    fds[CTL_CLIENTS_MAX] = connect_client();
    say(fds[CTL_CLIENTS_MAX], "{\"verb\":\"echo\"}\n");
    cr_expect_str_eq(hear(fds[CTL_CLIENTS_MAX]), "{\"done\":true}\n");
    cr_expect_eq(ctl_server_clients(it.server), CTL_CLIENTS_MAX);
    cr_expect_str_eq(hear(fds[1]), "", "it has been idle longest");
    for (size_t i = 0; i <= CTL_CLIENTS_MAX; i++) {
        close(fds[i]);
    }
}

Test(ctl_server, one_too_many_is_told_so_when_nobody_is_idle)
{
    int fds[CTL_CLIENTS_MAX];
    struct ctl_call *calls[CTL_CLIENTS_MAX];
    for (size_t i = 0; i < CTL_CLIENTS_MAX; i++) {
        fds[i] = connect_client();
        say(fds[i], "{\"verb\":\"keep\"}\n");
        UNTIL(it.requests == i + 1);
        calls[i] = it.kept;
    }
    int fd = connect_client();
    cr_expect_str_eq(hear(fd), "{\"done\":true,\"error\":{\"code\":\"busy\",\"message\":\"too many "
                               "clients\",\"remedy\":\"try again\"}}\n");
    cr_expect_str_eq(hear(fd), "");
    close(fd);
    for (size_t i = 0; i < CTL_CLIENTS_MAX; i++) {
        ctl_done(calls[i], NULL);
        cr_expect_str_eq(hear(fds[i]), "{\"done\":true}\n");
        close(fds[i]);
    }
}

/* ---- the file of the socket ---- */

Test(ctl_server, the_file_has_the_mode_asked_for_whatever_the_umask)
{
    char path[160];
    struct stat there;
    snprintf(path, sizeof(path), "%s/x.sock", it.folder);
    mode_t before = umask(0077);
    struct ctl_server *server = ctl_server_create(it.base, path, 0660, getgid(), on_request, NULL);
    umask(before);
    cr_assert_not_null(server);
    cr_assert_eq(stat(path, &there), 0);
    cr_expect_eq(there.st_mode & 07777, 0660u);
    cr_expect_eq(there.st_gid, getgid());
    ctl_server_destroy(server);
    cr_expect_eq(stat(path, &there), -1);
}

Test(ctl_server, a_socket_that_somebody_listens_on_is_left_alone)
{
    cr_expect_null(ctl_server_create(it.base, it.path, 0660, (gid_t)-1, on_request, NULL));
    int fd = connect_client();
    say(fd, "{\"verb\":\"echo\"}\n");
    cr_expect_str_eq(hear(fd), "{\"done\":true}\n");
    close(fd);
}

Test(ctl_server, a_socket_left_by_a_process_that_has_ended_is_replaced)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    int left = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(un.sun_path, sizeof(un.sun_path), "%s/left.sock", it.folder);
    cr_assert_eq(bind(left, (struct sockaddr *)&un, sizeof(un)), 0);
    close(left);
    struct ctl_server *server =
        ctl_server_create(it.base, un.sun_path, 0660, (gid_t)-1, on_request, NULL);
    cr_assert_not_null(server);
    ctl_server_destroy(server);
}

Test(ctl_server, what_is_no_socket_is_never_removed)
{
    char path[160];
    snprintf(path, sizeof(path), "%s/file", it.folder);
    close(open(path, O_CREAT | O_WRONLY, 0600));
    cr_expect_null(ctl_server_create(it.base, path, 0660, (gid_t)-1, on_request, NULL));
    cr_expect_eq(unlink(path), 0, "it is still there");
}

Test(ctl_server, a_socket_that_is_no_longer_its_own_is_not_removed)
{
    cr_assert_eq(unlink(it.path), 0);
    struct ctl_server *other =
        ctl_server_create(it.base, it.path, 0660, (gid_t)-1, on_request, NULL);
    cr_assert_not_null(other);
    ctl_server_destroy(it.server);
    it.server = other;
    close(connect_client());
}

Test(ctl_server, a_path_may_be_longer_than_the_kernel_allows)
{
    char folder[400];
    char path[440];
    memset(folder, 0, sizeof(folder));
    snprintf(folder, sizeof(folder), "%s/", it.folder);
    memset(folder + strlen(folder), 'd', 200);
    cr_assert_eq(mkdir(folder, 0700), 0);
    snprintf(path, sizeof(path), "%s/status.sock", folder);
    struct ctl_server *server = ctl_server_create(it.base, path, 0660, (gid_t)-1, on_request, NULL);
    cr_assert_not_null(server);
    int fd = ctl_socket_connect(path);
    cr_assert_geq(fd, 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    say(fd, "{\"verb\":\"echo\"}\n");
    cr_expect_str_eq(hear(fd), "{\"done\":true}\n");
    close(fd);
    ctl_server_destroy(server);
    cr_expect_eq(rmdir(folder), 0);
}

Test(ctl_server, connecting_says_why_it_cannot)
{
    char path[160];
    snprintf(path, sizeof(path), "%s/none.sock", it.folder);
    cr_expect_eq(ctl_socket_connect(path), VMM_E_NOENT);
    cr_expect_eq(ctl_socket_connect("/nonexistent/x.sock"), VMM_E_NOENT);
}
