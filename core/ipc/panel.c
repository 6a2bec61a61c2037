/* SPDX-License-Identifier: MIT */
#include "ipc/panel.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/log.h"
#include "ipc/channel.h"
#include "ipc/describe.h"
#include "ipc/dying.h"
#include "ipc/lines.h"
#include "ipc/question.h"
#include "ipc/rest.h"
#include "ipc/spawn.h"

#define AT_ONCE  4u              /* plugins that are asked at the same time */
#define START_US (10 * CLOCK_S)  /* until a host has described its plugin */
#define THINK_US (5 * CLOCK_S)   /* for an opinion */
#define REAP_US  (50 * CLOCK_MS) /* between two looks for those that end */
#define STAY_US  (30 * CLOCK_S)  /* of hosts, after the last question */

enum member_state {
    MEMBER_AWAY,     /* no host */
    MEMBER_STARTING, /* loads its plugin */
    MEMBER_READY,
    MEMBER_ASKED,
    MEMBER_ENDING, /* its host goes at the end of this turn */
};

struct member {
    struct panel *panel;
    char name[VMM_PLUGIN_NAME_MAX + 1];
    enum member_state state;
    bool is_silent; /* it has no opinion on anything */
    bool has_said;  /* of the question under way */
    struct rest rest;
    pid_t pid;
    struct channel *channel;
    struct lines *lines;
    struct event *timer;
    struct opinion opinion; /* of the question under way */
};

struct panel {
    struct panel_setup setup;
    struct member *members;
    size_t count;
    struct questions questions;
    struct dying dying;
    struct event *turn;
    struct event *stay;
    struct event *limit; /* of the question under way */
};

static void wake(struct panel *panel)
{
    event_active(panel->turn, 0, 0);
}

/* ---- A host and its end ---- */

static void end_host(struct member *member)
{
    channel_destroy(member->channel);
    member->channel = NULL;
    if (member->pid > 0) {
        kill(member->pid, SIGKILL); /* it holds nothing: what it had to say is said */
        dying_add(&member->panel->dying, member->pid);
        member->pid = 0;
        wake(member->panel);
    }
    lines_destroy(member->lines);
    member->lines = NULL;
    event_del(member->timer);
    member->state = MEMBER_AWAY;
}

static void end_all(struct panel *panel)
{
    for (size_t i = 0; i < panel->count; i++) {
        end_host(&panel->members[i]);
    }
}

static void leave_at_end_of_turn(struct member *member)
{
    member->state = MEMBER_ENDING;
    wake(member->panel);
}

static bool is_under_way(const struct member *member)
{
    return member->state == MEMBER_STARTING || member->state == MEMBER_ASKED;
}

/* Its opinion is lost, and its host with it. */
static void fail(struct member *member, const char *why)
{
    rest_begin(&member->rest, clock_mono_us());
    if (is_under_way(member)) {
        opinion_miss(member->name, rest_is_of_the_moment(&member->rest), why, &member->opinion);
        member->has_said = true;
    }
    log_warn("identify", "%s gives no opinion: %s", member->name, why);
    leave_at_end_of_turn(member);
}

/* No opinion will come of it, however often it is asked. */
static void silence(struct member *member, const char *why)
{
    if (why != NULL) {
        log_warn("identify", "%s is not asked whose a device is: %s", member->name, why);
    }
    member->is_silent = true;
    leave_at_end_of_turn(member);
}

static void on_late(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct member *member = arg;
    fail(member, member->state == MEMBER_STARTING ? "its process did not start in time"
                                                  : "it did not answer in time");
}

static void expect(struct member *member, uint64_t us)
{
    struct timeval limit = clock_span(us);
    event_add(member->timer, &limit);
}

/* ---- What hosts say ---- */

static int on_described(struct member *member, const struct frame *frame)
{
    struct text_message message;
    struct description *description = NULL;
    if (member->state != MEMBER_STARTING || message_get_text(frame, &message) != 0 ||
        describe_decode(message.text, &description) != 0) {
        return VMM_E_PROTO;
    }
    bool is_other = strcmp(description->name, member->name) != 0;
    bool has_opinions = description_offers(description, VMM_IDENTIFY);
    description_destroy(description);
    event_del(member->timer);
    if (is_other || !has_opinions) {
        silence(member, is_other ? "it has another name than its file" : NULL);
    } else {
        member->state = MEMBER_READY;
        wake(member->panel);
    }
    return 0;
}

static int on_opinion(struct member *member, const struct frame *frame)
{
    struct opinion_message said;
    const struct question *question = member->panel->questions.first;
    if (member->state != MEMBER_ASKED || question == NULL || frame->id != question->id ||
        message_get_opinion(frame, &said) != 0) {
        return VMM_E_PROTO;
    }
    if (opinion_take(&said, member->name, question->answers, &member->opinion) != 0) {
        log_warn("identify", "the opinion of %s is thrown away: %s", member->name,
                 member->opinion.why);
    }
    event_del(member->timer);
    member->rest = (struct rest){0};
    member->has_said = true;
    member->state = MEMBER_READY;
    wake(member->panel);
    return 0;
}

static int on_frame(void *arg, const struct frame *frame)
{
    struct member *member = arg;
    switch (frame->type) {
    case FRAME_DESCRIBED:
        return on_described(member, frame);
    case FRAME_OPINION:
        return on_opinion(member, frame);
    case FRAME_FAILED:
        silence(member, "it cannot be loaded");
        return 0;
    case FRAME_LOG:
        return 0;
    default:
        return VMM_E_PROTO;
    }
}

static void on_end(void *arg, int error)
{
    struct member *member = arg;
    if (member->state == MEMBER_READY) {
        leave_at_end_of_turn(member);
    } else if (member->state != MEMBER_ENDING) {
        fail(member, error == VMM_E_PROTO ? "it sent what the protocol does not allow"
                                          : "its process ended over it");
    }
}

/* ---- Asking ---- */

static int start_host(struct member *member)
{
    struct panel *panel = member->panel;
    struct spawned spawned;
    struct load_message load = {.plugin_fd = SPAWN_PLUGIN_FD,
                                .name = member->name,
                                .log_level = LOG_WARN,
                                .describe_only = 1};
    int plugin = panel->setup.open(panel->setup.arg, member->name);
    if (plugin < 0) {
        return plugin;
    }
    int rc = spawn_host(panel->setup.program_fd, plugin, member->name, &spawned);
    close(plugin);
    if (rc != 0) {
        return rc;
    }
    member->pid = spawned.pid;
    member->lines = lines_create(panel->setup.base, spawned.stderr_fd, member->name);
    if (member->lines == NULL) {
        close(spawned.stderr_fd);
    }
    member->channel =
        channel_create(panel->setup.base, spawned.channel_fd, on_frame, on_end, member);
    if (member->channel == NULL) {
        close(spawned.channel_fd);
        return VMM_E_NOMEM;
    }
    rc = message_put_load(channel_out(member->channel), &load);
    return rc == 0 ? channel_flush_soon(member->channel) : rc;
}

static void start(struct member *member)
{
    member->state = MEMBER_STARTING;
    expect(member, START_US);
    int rc = start_host(member);
    if (rc == VMM_E_NOENT) { /* its package is being removed */
        silence(member, NULL);
    } else if (rc != 0) {
        fail(member, "its process could not be started");
    }
}

static void ask(struct member *member, const struct question *question)
{
    struct buf *out = channel_out(member->channel);
    size_t begin = frame_begin(out, FRAME_WEIGH, question->id);
    buf_add(out, question->body, question->size);
    member->state = MEMBER_ASKED;
    expect(member, THINK_US);
    if (frame_end(out, begin) != 0 || channel_flush_soon(member->channel) != 0) {
        fail(member, "it could not be asked");
    }
}

/* One more step towards its opinion, if that needs one. */
static void advance(struct member *member, const struct question *question)
{
    if (member->state == MEMBER_READY) {
        ask(member, question);
    } else if (rest_holds(&member->rest, clock_mono_us())) {
        opinion_miss(member->name, rest_is_of_the_moment(&member->rest),
                     "it has failed a moment ago, and rests", &member->opinion);
        member->has_said = true;
    } else {
        start(member);
    }
}

/* Ask those that have not said anything yet, so many at a time. True when all have. */
static bool ask_all(struct panel *panel, const struct question *question)
{
    size_t open = 0;
    for (size_t i = 0; i < panel->count; i++) {
        open += is_under_way(&panel->members[i]);
    }
    bool all = true;
    for (size_t i = 0; i < panel->count; i++) {
        struct member *member = &panel->members[i];
        if (member->has_said || member->is_silent) {
            continue;
        }
        if (!is_under_way(member) && member->state != MEMBER_ENDING && open < AT_ONCE) {
            advance(member, question);
            open += is_under_way(member);
        }
        all = all && member->has_said;
    }
    return all;
}

static uint64_t limit_us(const struct panel *panel)
{
    return (panel->setup.limit_ms > 0 ? panel->setup.limit_ms : OPINIONS_MAX_MS) * CLOCK_MS;
}

/* The question has been waited for long enough: who has said nothing by now is missing. */
static void end_waiting(struct panel *panel)
{
    for (size_t i = 0; i < panel->count; i++) {
        struct member *member = &panel->members[i];
        if (!member->has_said && !member->is_silent) {
            log_warn("identify", "%s did not say in time whose device it is", member->name);
            opinion_miss(member->name, true, "there was no time left for it", &member->opinion);
            member->has_said = true;
            member->state = is_under_way(member) ? MEMBER_ENDING : member->state;
        }
    }
}

/* All have said what they think. */
static void conclude(struct panel *panel)
{
    static struct opinion opinions[OPINIONS_MAX];
    static struct transcript transcript;
    size_t count = 0;
    struct question *question = questions_take(&panel->questions);
    struct frame frame = {.body = question->body, .body_size = question->size};
    for (size_t i = 0; i < panel->count; i++) {
        struct member *member = &panel->members[i];
        if (member->has_said) {
            opinions[count++] = member->opinion;
        }
        member->has_said = false;
    }
    opinion_rank(opinions, count);
    (void)message_get_transcript(&frame, &transcript); /* it was read before */
    question->done(question->arg, opinions, count, &transcript.seen);
    free(question);
}

/* Those that end are looked for again in a while, as long as there are any, and a question when it is late. */
static void come_back(struct panel *panel)
{
    struct timeval again = clock_span(REAP_US);
    dying_reap(&panel->dying);
    if (panel->dying.count > 0) {
        event_add(panel->turn, &again);
    }
    event_del(panel->limit);
    if (panel->questions.first != NULL) {
        struct timeval left = clock_span(questions_left_us(&panel->questions, clock_mono_us()));
        event_add(panel->limit, &left);
    }
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct panel *panel = arg;
    const struct question *question = panel->questions.first;
    if (question != NULL && questions_left_us(&panel->questions, clock_mono_us()) == 0) {
        end_waiting(panel);
    }
    for (size_t i = 0; i < panel->count; i++) {
        if (panel->members[i].state == MEMBER_ENDING) {
            end_host(&panel->members[i]);
        }
    }
    if (question != NULL && ask_all(panel, question)) {
        struct timeval stay = clock_span(STAY_US);
        event_add(panel->stay, &stay);
        wake(panel);
        conclude(panel);
    }
    come_back(panel);
}

/* Nobody has asked for a while. */
static void on_stay(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct panel *panel = arg;
    if (panel->questions.first == NULL) {
        end_all(panel);
    }
}

int panel_ask(struct panel *panel, const struct frame *frame, panel_done_fn done, void *arg)
{
    int rc = questions_add(&panel->questions, frame, clock_mono_us() + limit_us(panel), done, arg);
    if (rc != 0) {
        return rc;
    }
    event_del(panel->stay);
    wake(panel);
    return 0;
}

/* ---- Who is asked ---- */

static void clear_members(struct panel *panel)
{
    end_all(panel);
    for (size_t i = 0; i < panel->count; i++) {
        event_free(panel->members[i].timer);
    }
    free(panel->members);
    panel->members = NULL;
    panel->count = 0;
}

int panel_set(struct panel *panel, const char *const *names, size_t count)
{
    clear_members(panel);
    wake(panel); /* whoever is left: a question under way has an end */
    panel->members = count <= OPINIONS_MAX ? calloc(count + 1, sizeof(*panel->members)) : NULL;
    if (panel->members == NULL) {
        return count <= OPINIONS_MAX ? VMM_E_NOMEM : VMM_E_TOOBIG;
    }
    for (size_t i = 0; i < count; i++) {
        struct member *member = &panel->members[i];
        member->timer = evtimer_new(panel->setup.base, on_late, member);
        if (member->timer == NULL) {
            clear_members(panel);
            return VMM_E_NOMEM;
        }
        member->panel = panel;
        text_format(member->name, sizeof(member->name), "%s", names[i]);
        panel->count++;
    }
    return 0;
}

void panel_forgive(struct panel *panel)
{
    for (size_t i = 0; i < panel->count; i++) {
        struct member *member = &panel->members[i];
        member->rest = (struct rest){0};
        if (is_under_way(member)) {
            expect(member, member->state == MEMBER_STARTING ? START_US : THINK_US);
        }
    }
    questions_put_off(&panel->questions, clock_mono_us() + limit_us(panel));
    wake(panel);
}

/* ---- Life ---- */

struct panel *panel_create(const struct panel_setup *setup)
{
    struct panel *panel = calloc(1, sizeof(*panel));
    if (panel == NULL) {
        return NULL;
    }
    panel->setup = *setup;
    panel->turn = event_new(setup->base, -1, 0, on_turn, panel);
    panel->stay = evtimer_new(setup->base, on_stay, panel);
    panel->limit = evtimer_new(setup->base, on_turn, panel);
    if (panel->turn == NULL || panel->stay == NULL || panel->limit == NULL) {
        panel_destroy(panel);
        return NULL;
    }
    return panel;
}

void panel_destroy(struct panel *panel)
{
    if (panel == NULL) {
        return;
    }
    clear_members(panel);
    dying_wait(&panel->dying);
    while (panel->questions.first != NULL) {
        free(questions_take(&panel->questions));
    }
    struct event *events[] = {panel->turn, panel->stay, panel->limit};
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        if (events[i] != NULL) {
            event_free(events[i]);
        }
    }
    free(panel);
}
