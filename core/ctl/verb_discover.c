/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/uuid.h"
#include "ctl/ctl.h"
#include "ctl/discovery.h"
#include "ctl/listing.h"
#include "ctl/show.h"
#include "ctl/target.h"

#define PROBE_MAX   1024
#define ROUNDS      2u /* each form so often: packets get lost */
#define GAP_MS      100u
#define HOP_LIMIT   1
#define SECONDS_MAX 30
#define PACKETS_MAX 20000u /* answers of one run, whatever they are */

static const struct ctl_option options[] = {
    {"interface", "NAME", "ask everybody on this network interface (never on all)"},
    {"address", "HOST[:PORT]", "ask this one device"},
    {"port", "NUMBER", "where devices listen (default 3702)"},
    {"wait", "SECONDS", "how long answers are waited for (default 3)"},
    {NULL, NULL, NULL},
};

/* Where probes go to, and how. */
struct asking {
    int fd;
    struct sockaddr_storage to;
    socklen_t to_size;
};

/* ---- The socket ---- */

/* The first IPv4 address of the interface: answers come back to it, whatever way the default route takes. */
static bool find_own_address(const char *interface, struct in_addr *own)
{
    struct ifaddrs *all = NULL;
    bool found = false;
    if (getifaddrs(&all) != 0) {
        return false;
    }
    for (const struct ifaddrs *one = all; one != NULL && !found; one = one->ifa_next) {
        found = one->ifa_addr != NULL && one->ifa_addr->sa_family == AF_INET &&
                strcmp(one->ifa_name, interface) == 0;
        if (found) {
            *own = ((const struct sockaddr_in *)one->ifa_addr)->sin_addr;
        }
    }
    freeifaddrs(all);
    return found;
}

static int open_multicast(struct ctl *ctl, const char *interface, uint16_t port,
                          struct asking *asking)
{
    struct ip_mreqn request = {.imr_ifindex = (int)if_nametoindex(interface)};
    struct sockaddr_in *to = (struct sockaddr_in *)&asking->to;
    int hops = HOP_LIMIT;
    if (request.imr_ifindex == 0) {
        return ctl_usage(ctl, "there is no network interface \"%.64s\"", interface);
    }
    if (!find_own_address(interface, &request.imr_address)) {
        ctl_complain(ctl, "%s has no IPv4 address", interface);
        return EXIT_REFUSED;
    }
    *to = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, DISCOVERY_GROUP, &to->sin_addr);
    asking->to_size = sizeof(*to);
    asking->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (asking->fd < 0 ||
        setsockopt(asking->fd, IPPROTO_IP, IP_MULTICAST_IF, &request, sizeof(request)) != 0 ||
        setsockopt(asking->fd, IPPROTO_IP, IP_MULTICAST_TTL, &hops, sizeof(hops)) != 0) {
        ctl_complain(ctl, "%s: %s", interface, strerror(errno));
        return EXIT_REFUSED;
    }
    return EXIT_OK;
}

static int open_unicast(struct ctl *ctl, const char *address, uint16_t port, struct asking *asking)
{
    struct target target;
    char service[8];
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM};
    struct addrinfo *found = NULL;
    const char *wrong = target_parse(&target, address);
    if (wrong != NULL) {
        return ctl_usage(ctl, "%s", wrong);
    }
    text_format(service, sizeof(service), "%u", (unsigned)(target.port != 0 ? target.port : port));
    int rc = getaddrinfo(target.host, service, &hints, &found);
    if (rc != 0) {
        ctl_complain(ctl, "%s: %s", target.host, gai_strerror(rc));
        return EXIT_REFUSED;
    }
    memcpy(&asking->to, found->ai_addr, found->ai_addrlen);
    asking->to_size = found->ai_addrlen;
    asking->fd = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    freeaddrinfo(found);
    if (asking->fd < 0) {
        ctl_complain(ctl, "no socket: %s", strerror(errno));
        return EXIT_REFUSED;
    }
    return EXIT_OK;
}

/* ---- Asking and listening ---- */

static int send_probe(const struct asking *asking, unsigned form)
{
    char id[UUID_TEXT_SIZE];
    char text[PROBE_MAX];
    uuid_new(clock_wall_us(), id);
    int length = discovery_probe(form, id, text, sizeof(text));
    ssize_t sent = length < 0 ? -1
                              : sendto(asking->fd, text, (size_t)length, 0,
                                       (const struct sockaddr *)&asking->to, asking->to_size);
    return sent == length ? 0 : -1;
}

/* One packet that is there. False when no more may be taken. */
static bool take_packet(const struct asking *asking, struct discovery *discovery)
{
    static char bytes[DISCOVERY_PACKET_MAX];
    struct sockaddr_storage from;
    socklen_t size = sizeof(from);
    char text[INET6_ADDRSTRLEN] = "";
    ssize_t got =
        recvfrom(asking->fd, bytes, sizeof(bytes), MSG_DONTWAIT, (struct sockaddr *)&from, &size);
    if (got < 0) {
        return true; /* a port that nobody listens on, for one */
    }
    const void *address = from.ss_family == AF_INET6
                              ? (const void *)&((struct sockaddr_in6 *)&from)->sin6_addr
                              : (const void *)&((struct sockaddr_in *)&from)->sin_addr;
    inet_ntop(from.ss_family, address, text, sizeof(text));
    return discovery_take(discovery, bytes, (size_t)got, text) == 0;
}

/* Take what comes until then. */
static bool listen_until(const struct asking *asking, uint64_t end_us, struct discovery *discovery,
                         unsigned *packets)
{
    bool good = true;
    for (uint64_t now = clock_mono_us(); good && now < end_us; now = clock_mono_us()) {
        struct pollfd poll_fd = {.fd = asking->fd, .events = POLLIN};
        if (poll(&poll_fd, 1, (int)((end_us - now) / CLOCK_MS) + 1) > 0) {
            good = take_packet(asking, discovery) && ++*packets < PACKETS_MAX;
        }
    }
    return good;
}

static int ask_all(struct ctl *ctl, const struct asking *asking, uint64_t wait_us,
                   struct discovery *discovery)
{
    unsigned packets = 0;
    uint64_t end_us = clock_mono_us() + wait_us;
    for (unsigned i = 0; i < ROUNDS * DISCOVERY_FORMS; i++) {
        if (send_probe(asking, i % DISCOVERY_FORMS) != 0 && errno != ECONNREFUSED) {
            ctl_complain(ctl, "the question could not be sent: %s", strerror(errno));
            return EXIT_REFUSED;
        }
        if (!listen_until(asking, clock_mono_us() + GAP_MS * CLOCK_MS, discovery, &packets)) {
            break;
        }
    }
    listen_until(asking, end_us, discovery, &packets);
    return EXIT_OK;
}

/* ---- What is shown ---- */

static const char *cell_address(const json_t *row, char out[SHOW_SIZE])
{
    text_format(out, SHOW_SIZE, "%.64s:%lld%s", show_text(row, "host"),
                (long long)show_number(row, "port"),
                json_is_true(json_object_get(row, "tls")) ? " (TLS)" : "");
    return out;
}

static const struct listing_column columns[] = {
    {"ADDRESS", "host", false, cell_address},
    {"NAME", "name", false, NULL},
    {"HARDWARE", "hardware", false, NULL},
    {"LOCATION", "location", false, NULL},
    {"SAYS IT IS AT", "says", false, NULL},
    {"TO ADD IT", "add", false, NULL},
    {NULL, NULL, false, NULL},
};

static const struct listing_spec spec = {
    .key = "devices",
    .columns = columns,
    .empty = "no device has answered: discovery is often switched off, and does not cross routers",
};

/* "vmmctl camera add cam-10.0.0.7 site=SITE provider=onvif host=10.0.0.7" */
static json_t *add_command(const struct discovered *device)
{
    char id[80];
    char port[16] = "";
    uint16_t usual = device->tls ? 443 : 80;
    struct target target = {.port = device->port != usual ? device->port : 0};
    text_format(target.host, sizeof(target.host), "%s", device->from);
    target_id(&target, id, sizeof(id));
    if (device->port != usual) {
        text_format(port, sizeof(port), " port=%u", (unsigned)device->port);
    }
    return json_sprintf("vmmctl camera add %s site=SITE provider=onvif host=%s%s%s", id,
                        device->from, port, device->tls ? " tls=off" : "");
}

static json_t *row_of(const struct discovered *device)
{
    return json_pack("{s:s, s:s, s:i, s:b, s:s, s:s, s:s, s:s, s:s, s:o}", "endpoint",
                     device->endpoint, "host", device->from, "port", (int)device->port, "tls",
                     (int)device->tls, "path", device->path, "name", device->name, "hardware",
                     device->hardware, "location", device->location, "says", device->says, "add",
                     add_command(device));
}

static void show(struct ctl *ctl, const struct discovery *discovery)
{
    struct listing listing;
    listing_init(&listing, ctl, &spec);
    for (size_t i = 0; i < discovery->count; i++) {
        json_t *row = row_of(&discovery->devices[i]);
        if (row != NULL) {
            listing_row(&listing, row);
        }
        json_decref(row);
    }
    listing_write(&listing, NULL);
    listing_finish(&listing);
    if (discovery->strangers + discovery->unread > 0) {
        fprintf(ctl->err, "vmmctl: left out: %u answers of other kinds of devices, %u unreadable\n",
                discovery->strangers, discovery->unread);
    }
}

static int run(struct ctl *ctl)
{
    long port = 0;
    long wait_s = 0;
    struct asking asking = {.fd = -1};
    struct discovery discovery = {0};
    const char *interface = ctl_value(ctl, "interface");
    const char *address = ctl_value(ctl, "address");
    if ((interface == NULL) == (address == NULL) || ctl_operand(ctl, 0) != NULL) {
        return ctl_usage(ctl, "discover needs --interface NAME or --address HOST");
    }
    if (!options_number(&ctl->options, "port", 1, 65535, DISCOVERY_PORT, &port) ||
        !options_number(&ctl->options, "wait", 1, SECONDS_MAX, 3, &wait_s)) {
        return ctl_usage(ctl, "%s", ctl->options.problem);
    }
    int code = interface != NULL ? open_multicast(ctl, interface, (uint16_t)port, &asking)
                                 : open_unicast(ctl, address, (uint16_t)port, &asking);
    code = code == EXIT_OK ? ask_all(ctl, &asking, (uint64_t)wait_s * CLOCK_S, &discovery) : code;
    if (code == EXIT_OK) {
        show(ctl, &discovery);
        code = discovery.count > 0 ? EXIT_OK : EXIT_NEGATIVE;
    }
    if (asking.fd >= 0) {
        close(asking.fd);
    }
    discovery_finish(&discovery);
    return code;
}

const struct ctl_verb verb_discover = {
    .name = "discover",
    .summary = "find ONVIF devices on a network interface",
    .usage = "--interface NAME\n--address HOST[:PORT]",
    .options = options,
    .text = "Asks by WS-Discovery and shows who answers, each device once, with the command that "
            "adds it.\n"
            "Nothing is logged in to and nothing is kept. A device is shown where its answer came "
            "from;\n"
            "where it says that it is elsewhere, that is shown beside it and not used. Its names "
            "are its\n"
            "own words. `vmmctl probe ADDRESS` finds out whether another provider than onvif fits "
            "better.",
    .negative = "no device has answered",
    .run = run,
};
