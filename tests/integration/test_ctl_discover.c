/* SPDX-License-Identifier: MIT */
/* vmmctl discover against a responder of the test's own, asked alone and by multicast on the loopback interface. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <jansson.h>

#include "ctl/discovery.h"

/* As a device answers, with what it says of itself in wrong prefixes. */
#define MATCH(ID, XADDRS)                                                                          \
    "<w:ProbeMatch><e:EndpointReference><e:Address>" ID "</e:Address></e:EndpointReference>"       \
    "<w:Scopes>onvif://www.onvif.org/name/Gate onvif://www.onvif.org/hardware/D-9</w:Scopes>"      \
    "<w:XAddrs>" XADDRS "</w:XAddrs></w:ProbeMatch>"
#define ANSWER                                                                                     \
    "<S:Envelope xmlns:S=\"s\" xmlns:w=\"w\" xmlns:e=\"e\"><S:Body><w:ProbeMatches>" MATCH(        \
        "urn:uuid:one", "http://[fe80::9]/onvif/device_service http://127.0.0.1:8899/onvif/d")     \
        MATCH("urn:uuid:two", "http://10.9.9.9/onvif/d") "</w:ProbeMatches></S:Body></S:Envelope>"

static struct fixture {
    int fd;
    uint16_t port;
    pthread_t thread;
    atomic_bool stop;
    atomic_uint asked; /* probes that came */
    atomic_uint forms; /* which, as bits */
    char out[16384];
    int code;
} it;

static void *respond(void *arg)
{
    (void)arg;
    static char bytes[2048];
    while (!it.stop) {
        struct sockaddr_in from;
        socklen_t size = sizeof(from);
        struct pollfd poll_fd = {.fd = it.fd, .events = POLLIN};
        if (poll(&poll_fd, 1, 50) <= 0) {
            continue;
        }
        ssize_t got = recvfrom(it.fd, bytes, sizeof(bytes) - 1, 0, (struct sockaddr *)&from, &size);
        bytes[got > 0 ? got : 0] = '\0';
        if (strstr(bytes, "2005/04/discovery/Probe</a:Action>") == NULL) {
            continue;
        }
        it.asked++;
        it.forms |= strstr(bytes, "NetworkVideoTransmitter") != NULL ? 1u
                    : strstr(bytes, "tds:Device") != NULL            ? 2u
                                                                     : 4u;
        sendto(it.fd, "garbage", 7, 0, (struct sockaddr *)&from, size);
        sendto(it.fd, ANSWER, strlen(ANSWER), 0, (struct sockaddr *)&from, size);
    }
    return NULL;
}

/* At any port of this address; the group is joined on the loopback interface. */
static void listen_at(uint32_t address, bool join)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(address)};
    struct ip_mreq group = {.imr_interface.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(own);
    inet_pton(AF_INET, DISCOVERY_GROUP, &group.imr_multiaddr);
    it.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(it.fd, (struct sockaddr *)&own, size), 0);
    cr_assert_eq(getsockname(it.fd, (struct sockaddr *)&own, &size), 0);
    it.port = ntohs(own.sin_port);
    if (join) {
        cr_assert_eq(setsockopt(it.fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group)), 0);
    }
    cr_assert_eq(pthread_create(&it.thread, NULL, respond, NULL), 0);
}

static void tear_down(void)
{
    if (it.fd > 0) {
        it.stop = true;
        pthread_join(it.thread, NULL);
        close(it.fd);
    }
}

TestSuite(ctl_discover, .fini = tear_down, .timeout = 60);

static void run(const char *words)
{
    char command[512];
    snprintf(command, sizeof(command),
             "ASAN_OPTIONS=detect_leaks=0 " VMM_BIN_DIR "/vmmctl discover %s 2>/dev/null", words);
    FILE *pipe = popen(command, "r");
    cr_assert_not_null(pipe);
    it.out[fread(it.out, 1, sizeof(it.out) - 1, pipe)] = '\0';
    it.code = WEXITSTATUS(pclose(pipe));
}

static void expect_both(void)
{
    json_t *all = json_loads(it.out, 0, NULL);
    const json_t *devices = json_object_get(all, "devices");
    cr_assert_eq(it.code, 0, "%s", it.out);
    cr_assert_eq(json_array_size(devices), 2, "%s", it.out);
    const json_t *one = json_array_get(devices, 0);
    const json_t *two = json_array_get(devices, 1);
    cr_expect_str_eq(json_string_value(json_object_get(one, "host")), "127.0.0.1");
    cr_expect_eq(json_integer_value(json_object_get(one, "port")), 8899);
    cr_expect_str_eq(json_string_value(json_object_get(one, "name")), "Gate");
    cr_expect_str_eq(json_string_value(json_object_get(one, "says")), "");
    cr_expect_str_eq(json_string_value(json_object_get(one, "add")),
                     "vmmctl camera add cam-127.0.0.1-8899 site=SITE provider=onvif host=127.0.0.1 "
                     "port=8899");
    cr_expect_str_eq(json_string_value(json_object_get(two, "host")), "127.0.0.1");
    cr_expect_str_eq(json_string_value(json_object_get(two, "says")), "10.9.9.9");
    cr_expect_str_eq(json_string_value(json_object_get(two, "add")),
                     "vmmctl camera add cam-127.0.0.1 site=SITE provider=onvif host=127.0.0.1");
    json_decref(all);
}

Test(ctl_discover, one_device_is_asked_alone)
{
    char words[128];
    listen_at(INADDR_LOOPBACK, false);
    snprintf(words, sizeof(words), "--address 127.0.0.1:%u --wait 1 --json", (unsigned)it.port);
    run(words);
    expect_both();
    cr_expect_eq(it.forms, 7, "each form is asked");
    cr_expect_eq(it.asked, 6, "and twice");
}

Test(ctl_discover, an_interface_is_asked_by_multicast)
{
    char words[128];
    listen_at(INADDR_ANY, true);
    snprintf(words, sizeof(words), "--interface lo --port %u --wait 1 --json", (unsigned)it.port);
    run(words);
    expect_both();
}

Test(ctl_discover, people_see_a_table)
{
    char words[128];
    listen_at(INADDR_LOOPBACK, false);
    snprintf(words, sizeof(words), "--address 127.0.0.1 --port %u --wait 1", (unsigned)it.port);
    run(words);
    cr_expect_eq(it.code, 0);
    cr_expect_not_null(strstr(it.out, "127.0.0.1:8899"), "%s", it.out);
    cr_expect_not_null(strstr(it.out, "10.9.9.9"), "%s", it.out);
    cr_expect_not_null(strstr(it.out, "vmmctl camera add cam-127.0.0.1-8899"), "%s", it.out);
}

Test(ctl_discover, nobody_is_asked_without_saying_where)
{
    static const char *const wrong[] = {"", "--interface lo --address 127.0.0.1",
                                        "--interface no-such-one", "--address 127.0.0.1 --wait 0",
                                        "127.0.0.1"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        run(wrong[i]);
        cr_expect_eq(it.code, 2, "%s: %d", wrong[i], it.code);
    }
}

Test(ctl_discover, silence_is_no_error_and_no_device)
{
    char words[128];
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(own);
    cr_assert_eq(bind(fd, (struct sockaddr *)&own, size), 0);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&own, &size), 0);
    snprintf(words, sizeof(words), "--address 127.0.0.1:%u --wait 1 --json",
             (unsigned)ntohs(own.sin_port));
    run(words);
    cr_expect_eq(it.code, 1);
    cr_expect_str_eq(it.out, "{\"devices\":[]}\n");
    close(fd);
}
