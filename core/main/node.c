/* SPDX-License-Identifier: MIT */
#include "main/node.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "cause/isolation.h"
#include "cause/references.h"
#include "main/incidents.h"
#include "main/netlink.h"
#include "main/reference.h"

#define NODE_VERSION 3u /* 2 ended with told_wall, 1 with events */

/* What is kept of it over a restart. */
struct stored_node {
    uint32_t version;
    uint32_t events; /* so far: goes into the key of the next */
    int64_t
        told_wall; /* it was told that this machine is cut off since then; 0: or that it is back */
    uint32_t judges; /* failed looks all the same: its ten minutes were over */
    uint32_t pad;
};

struct node {
    struct watch *watch;
    struct isolation isolation;
    struct netview_past past;
    struct event *changed;
    int fd;
    uint32_t why; /* ISOLATION_*: the evidence of the network as it was last seen */
    struct references references;
    struct reference_watch *asking; /* NULL: there are none */
    int64_t reference_mono;         /* one of them last answered since the start; 0: none has */
    json_t *named;                  /* the list that it was made of */
    uint32_t events;
    char site[80]; /* "_node:<id>" */
};

static struct journal_subject subject_of(const struct node *node)
{
    const char *id = node->watch->daemon->config->core.node_id;
    return (struct journal_subject){
        .site_id = node->site, .id = id, .is_node = true, .nvr_id = "", .node_id = id, .epoch = 1};
}

/* Its row comes with each event, and when failed looks are judged again. */
static void write_row(struct node *node, const struct journal_subject *subject, uint8_t severity,
                      int64_t told_wall)
{
    char component[JOURNAL_COMPONENT_MAX];
    struct stored_node stored = {.version = NODE_VERSION,
                                 .events = node->events,
                                 .told_wall = told_wall,
                                 .judges = node->isolation.phase == ISOLATION_CUT};
    struct store_component row = {.site_id = subject->site_id,
                                  .component = journal_component(subject, component),
                                  .severity = severity,
                                  .node_id = subject->node_id,
                                  .epoch = subject->epoch,
                                  .state = &stored,
                                  .state_size = sizeof(stored)};
    store_put_component(watch_durable(node->watch), &row);
}

static void tell(struct node *node, int64_t since_wall, bool cut_off)
{
    struct watch *watch = node->watch;
    char cause[JOURNAL_COMPONENT_MAX];
    struct journal_subject subject = subject_of(node);
    uint8_t severity = cut_off ? VMM_SEVERITY_CRITICAL : VMM_SEVERITY_NORMAL;
    node->events++;
    struct health_event event = isolation_event(cut_off, since_wall, node->events, clock_wall_us());
    struct incident_place place = {.cause = journal_component(&subject, cause),
                                   .start_wall = since_wall,
                                   .role = INCIDENT_CAUSE,
                                   .step = cut_off ? INCIDENT_OPENED : INCIDENT_CLOSED};
    write_row(node, &subject, severity, cut_off ? since_wall : 0);
    journal_put_event(watch_durable(watch), &subject, &event, &place, clock_wall_us());
    watch->durable_has_event = true;
    watch->events++;
}

static void act(struct node *node, uint32_t did, int64_t since_wall)
{
    if (did & ISOLATION_DID_BEGIN) {
        log_warn("node", "this machine seems to be cut off (%s); failed looks judge nobody for now",
                 isolation_word(node->isolation.why));
        incidents_void(node->watch->incidents);
    }
    if (did & ISOLATION_DID_END) {
        log_warn("node", "failed looks are judged again");
    }
    if (did & ISOLATION_DID_TELL) {
        tell(node, since_wall, true);
    }
    if (did & ISOLATION_DID_OK) {
        tell(node, since_wall, false);
    } else if ((did & ISOLATION_DID_END) != 0 && node->isolation.told) {
        struct journal_subject subject = subject_of(node);
        write_row(node, &subject, VMM_SEVERITY_CRITICAL, since_wall);
    }
}

/* When a device last answered; of what was told before a start an answer of a reference shows as well that it is over.
 * While there is evidence it does not: it may stand on this side of what is lost. */
static int64_t last_answer(const struct node *node)
{
    int64_t device_mono = incidents_answered(node->watch->incidents);
    return node->isolation.is_old && node->reference_mono > device_mono ? node->reference_mono
                                                                        : device_mono;
}

static void step(struct node *node)
{
    struct cause_time now = {.wall_us = clock_wall_us(), .mono_us = (int64_t)node->watch->pulse_us};
    uint32_t why = node->why != ISOLATION_NONE ? node->why : references_judge(&node->references);
    uint32_t did = isolation_step(&node->isolation, why, last_answer(node), now);
    act(node, did, node->isolation.since.wall_us);
}

static void look_at_network(struct node *node)
{
    struct netview view;
    if (netlink_read(&view) == 0) {
        node->why = netview_judge(&view, &node->past);
    }
}

static void on_changed(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    struct node *node = arg;
    netlink_drain(fd);
    watch_pulse(node->watch);
    look_at_network(node);
    step(node);
}

static void on_reference(void *arg, uint32_t which, bool answered)
{
    struct node *node = arg;
    watch_pulse(node->watch);
    references_told(&node->references, which, answered);
    if (answered) {
        node->reference_mono = (int64_t)node->watch->pulse_us;
    }
    step(node);
}

/* What another list has said is forgotten. */
void node_set_references(struct node *node)
{
    const struct daemon *daemon = node->watch->daemon;
    const json_t *named = daemon->config->core.references;
    if (node->named != NULL && json_equal(node->named, named)) {
        return;
    }
    reference_destroy(node->asking);
    json_decref(node->named);
    node->references = (struct references){0};
    node->named = json_deep_copy(named);
    node->asking = reference_create(daemon->base, named, on_reference, node);
}

void node_time(struct node *node)
{
    if (node->isolation.phase != ISOLATION_CONNECTED) {
        step(node);
    }
}

const struct isolation *node_isolation(const struct node *node)
{
    return &node->isolation;
}

/* Fields that an older version had not are zero. */
static bool read_row(const struct store_component *row, struct stored_node *stored)
{
    static const size_t sizes[] = {0, offsetof(struct stored_node, told_wall),
                                   offsetof(struct stored_node, judges), sizeof(*stored)};
    if (row->state_size > sizeof(*stored)) {
        return false;
    }
    memcpy(stored, row->state, row->state_size);
    return stored->version > 0 && stored->version <= NODE_VERSION &&
           row->state_size == sizes[stored->version];
}

void node_restore(struct node *node, const struct store_component *row)
{
    struct stored_node stored = {0};
    if (strcmp(row->site_id, node->site) != 0 || !read_row(row, &stored)) {
        return;
    }
    node->events = stored.events;
    if (stored.told_wall != 0) {
        struct cause_time now = {.wall_us = clock_wall_us(), .mono_us = (int64_t)clock_mono_us()};
        isolation_restore(&node->isolation, stored.told_wall, stored.judges != 0, now);
    }
}

void node_start(struct node *node)
{
    if (node->isolation.phase == ISOLATION_HOLDING) {
        incidents_void(
            node->watch->incidents); /* what failed before the start is no evidence either */
    }
    node_set_references(node);
    node->fd = netlink_watch();
    look_at_network(node); /* what is not there now cannot be lost */
    node->why = ISOLATION_NONE;
    if (node->fd < 0) {
        log_warn("node", "the kernel does not tell of the network: isolation is never seen");
        return;
    }
    node->changed =
        event_new(node->watch->daemon->base, node->fd, EV_READ | EV_PERSIST, on_changed, node);
    if (node->changed != NULL) {
        event_add(node->changed, NULL);
    }
}

struct node *node_create(struct watch *watch)
{
    struct node *node = calloc(1, sizeof(*node));
    if (node != NULL) {
        node->watch = watch;
        node->fd = -1;
        text_format(node->site, sizeof(node->site), "_node:%s",
                    watch->daemon->config->core.node_id);
    }
    return node;
}

void node_destroy(struct node *node)
{
    if (node == NULL) {
        return;
    }
    if (node->changed != NULL) {
        event_free(node->changed);
    }
    if (node->fd >= 0) {
        close(node->fd);
    }
    reference_destroy(node->asking);
    json_decref(node->named);
    free(node);
}
