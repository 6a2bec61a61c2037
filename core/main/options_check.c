/* SPDX-License-Identifier: MIT */
#include "main/options_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/hash.h"
#include "base/map.h"
#include "base/text.h"

#define AT_ONCE   64u /* questions under way */
#define ANSWER_S  5   /* a question that nothing was heard of for so long has no answer */
#define NO_ANSWER "its plugin gave no answer about them"
#define ENDED     "its plugin ended over them"

enum question_state { QUESTION_NEW, QUESTION_ASKED, QUESTION_ANSWERED };

struct question {
    enum question_state state;
    const struct host *host; /* that was asked; for comparing */
    char *key;               /* provider, newline, options */
    bool refused;
    char *why; /* of a refusal; NULL without memory */
};

struct options_check {
    struct daemon *daemon;
    void (*done)(void *arg);
    void *arg;
    struct event *timer;
    uint32_t serial; /* the upper half of its frames' ids */
    struct question *questions;
    uint32_t count;
    uint32_t room;
    uint32_t asked;    /* the first so many have been sent */
    uint32_t answered; /* of all */
    struct map keys;
};

/* ---- what is known ---- */

static const char *key_of(const void *owner, uint32_t number)
{
    const struct options_check *check = owner;
    return check->questions[number].key;
}

/* Takes the key over, also when it fails. */
static int add(struct options_check *check, char *key)
{
    if (check->count == check->room) {
        uint32_t room = check->room > 0 ? 2 * check->room : 16;
        struct question *grown = reallocarray(check->questions, room, sizeof(*grown));
        if (grown == NULL) {
            free(key);
            return VMM_E_NOMEM;
        }
        check->questions = grown;
        check->room = room;
    }
    check->questions[check->count] = (struct question){.key = key};
    if (map_put(&check->keys, check->count) != 0) {
        free(key);
        return VMM_E_NOMEM;
    }
    check->count++;
    return 0;
}

int options_check_find(struct options_check *check, const struct plugin *plugin,
                       const json_t *options, char *why, size_t size)
{
    char *text = json_dumps(options, JSON_COMPACT | JSON_SORT_KEYS);
    char *key = NULL;
    if (text == NULL || asprintf(&key, "%s\n%s", plugin_name(plugin), text) < 0) {
        free(text);
        return VMM_E_NOMEM;
    }
    free(text);
    uint32_t number = map_find(&check->keys, key);
    if (number == MAP_NONE && plugin_is_ready(plugin)) {
        return add(check, key);
    }
    free(key);
    if (number == MAP_NONE) {
        return 0;
    }
    const struct question *known = &check->questions[number];
    if (!known->refused) {
        return 0;
    }
    text_format(why, size, "%s", known->why != NULL ? known->why : "its plugin refuses them");
    return VMM_E_INVAL;
}

/* ---- asking ---- */

static void answer(struct options_check *check, struct question *question, const char *why)
{
    question->state = QUESTION_ANSWERED;
    question->refused = why[0] != '\0';
    question->why = question->refused ? strdup(why) : NULL;
    check->answered++;
}

/* The plugin may have been switched off since it was named. */
static struct host *host_for(const struct options_check *check, const char *key)
{
    char name[VMM_PLUGIN_NAME_MAX + 1];
    size_t length = strcspn(key, "\n");
    snprintf(name, sizeof(name), "%.*s", (int)length, key);
    struct plugin *plugin = plugin_set_find(check->daemon->plugins, name);
    return plugin != NULL ? plugin_pick(plugin, hash_bytes(key, strlen(key), 0)) : NULL;
}

static void ask(struct options_check *check, uint32_t number)
{
    struct question *question = &check->questions[number];
    const char *options = strchr(question->key, '\n') + 1;
    struct host *host = host_for(check, question->key);
    struct buf *out = host != NULL ? host_out(host) : NULL;
    uint64_t id = (uint64_t)check->serial << 32 | number;
    if (out == NULL || message_put_text(out, FRAME_CHECK, id, options) != 0) {
        answer(check, question, NO_ANSWER);
        return;
    }
    question->host = host;
    question->state = QUESTION_ASKED;
    host_flush(host);
}

/* As many as may be under way; when none is left the timer tells the end, from the loop. */
static void go_on(struct options_check *check)
{
    while (check->asked < check->count && check->asked - check->answered < AT_ONCE) {
        ask(check, check->asked++);
    }
    struct timeval wait = {.tv_sec = check->answered < check->count ? ANSWER_S : 0};
    event_add(check->timer, &wait);
}

bool options_check_ask(struct options_check *check)
{
    if (check->answered == check->count) {
        return false;
    }
    go_on(check);
    return true;
}

/* What this host was asked, or any host, is not answered any more. */
static void give_up(struct options_check *check, const struct host *host, const char *why)
{
    for (uint32_t i = 0; i < check->asked; i++) {
        struct question *question = &check->questions[i];
        if (question->state == QUESTION_ASKED && (host == NULL || question->host == host)) {
            answer(check, question, why);
        }
    }
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct options_check *check = arg;
    if (check->answered == check->count) {
        check->done(check->arg); /* may destroy it */
        return;
    }
    give_up(check, NULL, NO_ANSWER);
    go_on(check);
}

int options_check_answer(struct options_check *check, const struct host *host,
                         const struct frame *frame)
{
    struct text_message message;
    uint32_t number = (uint32_t)frame->id;
    bool is_ours = frame->id >> 32 == check->serial && number < check->asked;
    struct question *question = is_ours ? &check->questions[number] : NULL;
    if (message_get_text(frame, &message) != 0 || (is_ours && question->host != host)) {
        return VMM_E_PROTO;
    }
    if (is_ours && question->state == QUESTION_ASKED) { /* else it is late, and was given up */
        char why[TEXT_MAX + 1];
        text_clean(message.text, strlen(message.text), why);
        answer(check, question, why);
        go_on(check);
    }
    return 0;
}

void options_check_lost(struct options_check *check, const struct host *host)
{
    uint32_t before = check->answered;
    give_up(check, host, ENDED);
    if (check->answered > before) {
        go_on(check);
    }
}

/* ---- life ---- */

struct options_check *options_check_create(struct daemon *daemon, uint32_t serial,
                                           void (*done)(void *arg), void *arg)
{
    struct options_check *check = calloc(1, sizeof(*check));
    if (check == NULL) {
        return NULL;
    }
    *check = (struct options_check){.daemon = daemon, .serial = serial, .done = done, .arg = arg};
    map_init(&check->keys, key_of, check);
    check->timer = evtimer_new(daemon->base, on_timer, check);
    if (check->timer == NULL) {
        options_check_destroy(check);
        return NULL;
    }
    return check;
}

void options_check_destroy(struct options_check *check)
{
    if (check == NULL) {
        return;
    }
    for (uint32_t i = 0; i < check->count; i++) {
        free(check->questions[i].key);
        free(check->questions[i].why);
    }
    if (check->timer != NULL) {
        event_free(check->timer);
    }
    map_finish(&check->keys);
    free(check->questions);
    free(check);
}
