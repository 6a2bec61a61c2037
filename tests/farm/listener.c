/* SPDX-License-Identifier: MIT */
#include "farm/listener.h"

#include "farm/conn.h"
#include "farm/fault.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG         4096
#define ACCEPTS_A_TURN  64
#define PORT_TRIES      16
#define PAUSE_US        20000
#define FILTER_MAX      4096 /* BPF_MAXINSNS */
#define IPV4_DEST_PLACE 16   /* of the destination address in an IPv4 header, RFC 791 */

struct listener {
    struct loop_watch watch; /* first member: the watch is the listener */
    struct loop_timer pause; /* set while there is no descriptor for a further connection */
    struct farm *farm;
    struct service *only; /* the device it belongs to; NULL: shared */
    size_t port_slot;
    bool listening;
    bool filtered; /* drops what comes for devices that are unreachable */
};

static struct sockaddr_in address_of(uint32_t address, uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(address)};
}

/* Which service a connection on the shared socket is for. */
static struct service *called_service(const struct farm *farm, int fd)
{
    struct sockaddr_in local = {0};
    socklen_t length = sizeof local;
    if (getsockname(fd, (struct sockaddr *)&local, &length) != 0) {
        return NULL;
    }
    return device_table_find(&farm->table, ntohl(local.sin_addr.s_addr), ntohs(local.sin_port));
}

static void pause_over(struct loop_timer *timer)
{
    struct listener *listener =
        (struct listener *)((char *)timer - offsetof(struct listener, pause));
    loop_watch_read(&listener->farm->loop, &listener->watch);
}

/* Out of descriptors: connections wait in the backlog, and the report says that they had to. */
static void pause_accepting(struct listener *listener)
{
    listener->farm->counts.starved++;
    listener->pause.fire = pause_over;
    loop_unwatch(&listener->farm->loop, &listener->watch);
    loop_timer_set(&listener->farm->loop, &listener->pause, PAUSE_US);
}

static void listener_ready(struct loop_watch *watch)
{
    struct listener *listener = (struct listener *)watch;
    struct farm *farm = listener->farm;
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        int fd = accept4(watch->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE) {
                pause_accepting(listener);
            }
            return;
        }
        struct service *service = listener->only;
        if (service == NULL) {
            service = called_service(farm, fd);
        }
        if (service != NULL) {
            conn_accept(farm, service, fd);
        } else {
            farm->counts.nobody++;
            conn_reset_fd(fd);
        }
    }
}

static int bind_socket(uint32_t address, uint16_t port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -errno;
    }
    int on = 1;
    struct sockaddr_in name = address_of(address, port);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (address == INADDR_ANY) {
        /* Nobody outside this machine is to reach the farm. Where this is not allowed, an address
         * outside 127.0.0.0/8 still finds no device. */
        setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", sizeof "lo");
    }
    if (bind(fd, (struct sockaddr *)&name, sizeof name) != 0) {
        int failed = -errno;
        close(fd);
        return failed;
    }
    return fd;
}

/* A port that is free on all addresses now. */
static uint16_t free_port(void)
{
    struct sockaddr_in name = {0};
    socklen_t length = sizeof name;
    int fd = bind_socket(INADDR_ANY, 0);
    if (fd < 0) {
        return 0;
    }
    int failed = getsockname(fd, (struct sockaddr *)&name, &length);
    close(fd);
    return failed == 0 ? ntohs(name.sin_port) : 0;
}

static int start_listening(struct listener *listener)
{
    if (listen(listener->watch.fd, BACKLOG) != 0) {
        return -errno;
    }
    listener->listening = true;
    return loop_watch_read(&listener->farm->loop, &listener->watch);
}

/* A listening socket that is shut down keeps its port and refuses; listen() wakes it up again. */
static void stop_listening(struct listener *listener)
{
    loop_timer_clear(&listener->farm->loop, &listener->pause);
    loop_unwatch(&listener->farm->loop, &listener->watch);
    shutdown(listener->watch.fd, SHUT_RD);
    listener->listening = false;
}

static int listener_add(struct farm *farm, size_t port_slot, struct service *only)
{
    uint32_t address = only != NULL ? only->device->address : INADDR_ANY;
    int fd = bind_socket(address, farm->ports[port_slot].bound);
    if (fd < 0) {
        return fd;
    }
    struct listener *listener = arena_take(&farm->arena, 1, sizeof *listener);
    *listener = (struct listener){.watch = {.fd = fd, .ready = listener_ready},
                                  .farm = farm,
                                  .only = only,
                                  .port_slot = port_slot};
    farm->listeners[farm->listener_count++] = listener;
    if (only != NULL) {
        only->listener = listener;
    } else {
        farm->ports[port_slot].shared = listener;
    }
    return start_listening(listener);
}

static void close_from(struct farm *farm, size_t first)
{
    while (farm->listener_count > first) {
        close(farm->listeners[--farm->listener_count]->watch.fd);
    }
}

void listener_close_all(struct farm *farm)
{
    close_from(farm, 0);
}

/* Calls VISIT for each service on the port; stops at the first failure and returns it. */
static int each_service(struct farm *farm, size_t port_slot,
                        int (*visit)(struct farm *farm, struct service *service))
{
    for (size_t i = 0; i < farm->device_count; i++) {
        struct device *device = &farm->devices[i];
        for (size_t k = 0; k < device->service_count; k++) {
            int failed =
                device->services[k].port_slot == port_slot ? visit(farm, &device->services[k]) : 0;
            if (failed != 0) {
                return failed;
            }
        }
    }
    return 0;
}

static int open_own(struct farm *farm, struct service *service)
{
    return listener_add(farm, service->port_slot, service);
}

static int enter_table(struct farm *farm, struct service *service)
{
    service->port = farm->ports[service->port_slot].bound;
    return device_table_add(&farm->table, service) ? 0 : -EEXIST;
}

static int open_on(struct farm *farm, size_t slot)
{
    return farm->ports[slot].listen == LISTEN_SHARED ? listener_add(farm, slot, NULL)
                                                     : each_service(farm, slot, open_own);
}

/* Some address may have a chosen port taken by another program's connection: then the next try. */
static bool open_port(struct farm *farm, size_t slot, struct problem *problem)
{
    struct farm_port *port = &farm->ports[slot];
    size_t before = farm->listener_count;
    int failed = -EADDRINUSE;
    for (int i = 0; i < PORT_TRIES && failed == -EADDRINUSE; i++) {
        close_from(farm, before);
        port->bound = port->wanted != 0 ? port->wanted : free_port();
        failed = open_on(farm, slot);
        if (port->wanted != 0) {
            break;
        }
    }
    if (failed != 0) {
        return problem_note(problem, "port \"%s\" (%u): %s", port->name, port->bound,
                            strerror(-failed));
    }
    failed = each_service(farm, slot, enter_table);
    return failed == 0 ||
           problem_note(problem, "port \"%s\": two devices have one address", port->name);
}

static size_t service_count(const struct farm *farm, size_t slot)
{
    size_t count = 0;
    for (size_t i = 0; i < farm->device_count; i++) {
        for (size_t k = 0; k < farm->devices[i].service_count; k++) {
            count += farm->devices[i].services[k].port_slot == slot;
        }
    }
    return count;
}

bool listener_open_all(struct farm *farm, struct problem *problem)
{
    size_t services = 0;
    for (size_t i = 0; i < farm->device_count; i++) {
        services += farm->devices[i].service_count;
    }
    device_table_init(&farm->table, &farm->arena, services);
    farm->listeners =
        arena_take(&farm->arena, services + farm->port_count, sizeof(struct listener *));
    for (size_t slot = 0; slot < farm->port_count; slot++) {
        size_t count = service_count(farm, slot);
        if (farm->ports[slot].listen == LISTEN_AUTO) {
            farm->ports[slot].listen = count <= FARM_EACH_MAX ? LISTEN_EACH : LISTEN_SHARED;
        }
        if (count > 0 && !open_port(farm, slot, problem)) {
            return false;
        }
    }
    return true;
}

static void attach(int fd, struct sock_filter *code, size_t count)
{
    struct sock_fprog program = {.len = (unsigned short)count, .filter = code};
    if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0) {
        /* The kernel bounds a socket's filter by net.core.optmem_max. */
        fprintf(stderr, "vmm-farm: cannot make so many devices unreachable: %s\n", strerror(errno));
    }
}

static void detach(int fd)
{
    int nothing = 0;
    setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &nothing, sizeof nothing);
}

static bool is_unreachable_on(const struct device *device, size_t slot)
{
    if (!fault_is_on(device, FAULT_UNREACHABLE)) {
        return false;
    }
    for (size_t i = 0; i < device->service_count; i++) {
        if (device->services[i].port_slot == slot) {
            return true;
        }
    }
    return false;
}

/* On a shared socket: drop what comes for the devices that are unreachable, by destination. */
static void refresh_shared_filter(struct listener *listener)
{
    static struct sock_filter code[FILTER_MAX];
    const struct farm *farm = listener->farm;
    size_t count = 0;
    code[count++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                                 (uint32_t)SKF_NET_OFF + IPV4_DEST_PLACE);
    for (size_t i = 0; i < farm->device_count && count + 3 <= FILTER_MAX; i++) {
        if (is_unreachable_on(&farm->devices[i], listener->port_slot)) {
            code[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
                                                         farm->devices[i].address, 0, 1);
            code[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
        }
    }
    code[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, UINT32_MAX);
    listener->filtered = count > 2;
    if (listener->filtered) {
        attach(listener->watch.fd, code, count);
    } else {
        detach(listener->watch.fd);
    }
}

static void refresh_own(struct listener *listener, const struct device *device)
{
    struct sock_filter drop_all = BPF_STMT(BPF_RET | BPF_K, 0);
    bool wanted = !fault_is_on(device, FAULT_DOWN);
    if (fault_is_on(device, FAULT_UNREACHABLE)) {
        attach(listener->watch.fd, &drop_all, 1);
    } else {
        detach(listener->watch.fd);
    }
    if (wanted && !listener->listening) {
        start_listening(listener);
    } else if (!wanted && listener->listening) {
        stop_listening(listener);
    }
}

void listener_refresh(struct farm *farm, struct device *device)
{
    bool unreachable = fault_is_on(device, FAULT_UNREACHABLE);
    for (size_t i = 0; i < device->service_count; i++) {
        struct listener *own = device->services[i].listener;
        if (own != NULL) {
            refresh_own(own, device);
        }
    }
    for (size_t i = 0; i < farm->port_count; i++) {
        struct listener *shared = farm->ports[i].shared;
        if (shared != NULL && (unreachable || shared->filtered)) {
            refresh_shared_filter(shared);
        }
    }
}
