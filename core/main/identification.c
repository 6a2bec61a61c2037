/* SPDX-License-Identifier: MIT */
#include "main/identification.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/log.h"
#include "ipc/panel.h"
#include "main/slots.h"

/* One look, from its transcript to the opinions on it. */
struct pending {
    struct pending *next;
    struct identification *identification;
    uint64_t look;
    bool is_asked;
    struct buf transcript; /* bodies of frames */
    struct buf result;
};

struct identification {
    struct daemon *daemon;
    struct panel *panel;
    struct pending *pending;
};

/* ---- What is kept ---- */

static struct pending **find(struct identification *identification, uint64_t look)
{
    struct pending **link = &identification->pending;
    while (*link != NULL && (*link)->look != look) {
        link = &(*link)->next;
    }
    return link;
}

static void drop(struct pending **link)
{
    struct pending *pending = *link;
    *link = pending->next;
    buf_finish(&pending->transcript);
    buf_finish(&pending->result);
    free(pending);
}

/* Those whose look was lost before it ended. */
static void drop_lost(struct identification *identification)
{
    struct pending **link = &identification->pending;
    while (*link != NULL) {
        if (!(*link)->is_asked && slot_find(identification->daemon->watch, (*link)->look) == NULL) {
            drop(link);
        } else {
            link = &(*link)->next;
        }
    }
}

int identification_keep(struct identification *identification, const struct look *look,
                        const struct frame *frame)
{
    static struct transcript transcript;
    drop_lost(identification);
    if (message_get_transcript(frame, &transcript) != 0 ||
        *find(identification, look->id) != NULL) {
        return VMM_E_PROTO;
    }
    struct pending *pending = calloc(1, sizeof(*pending));
    if (pending == NULL) {
        return VMM_E_NOMEM;
    }
    pending->identification = identification;
    pending->look = look->id;
    buf_init(&pending->transcript);
    buf_init(&pending->result);
    buf_add(&pending->transcript, frame->body, frame->body_size);
    pending->next = identification->pending;
    identification->pending = pending;
    return 0;
}

/* ---- Opinions ---- */

/* The look's own result with what the opinions tell, as if its host had said so. */
static void conclude(struct watch *watch, struct look *look, const struct pending *pending,
                     const struct opinion_told *told)
{
    static struct result_fact facts[MESSAGE_FACTS_MAX];
    static struct result_step steps[MESSAGE_STEPS_MAX];
    struct result_message result = {.facts = facts, .steps = steps};
    struct frame frame = {.body = pending->result.data, .body_size = pending->result.size};
    struct buf out;
    (void)message_get_result(&frame, &result); /* it was read before */
    opinion_add(told, &result);
    buf_init(&out);
    if (message_put_result(&out, look->id, &result) == 0) {
        (void)frame_parse(out.data, out.size, &frame);
    }
    look_conclude(watch, look, &frame, &result);
    buf_finish(&out);
}

static void on_opinions(void *arg, const struct opinion *opinions, size_t count,
                        const struct vmm_transcript *seen)
{
    static struct opinion_told told;
    struct pending *pending = arg;
    struct identification *identification = pending->identification;
    struct watch *watch = identification->daemon->watch;
    watch_pulse(watch);
    struct look *look = slot_find(watch, pending->look);
    if (look != NULL) {
        opinion_tell(opinions, count, seen, &told);
        conclude(watch, look, pending, &told);
    }
    drop(find(identification, pending->look));
}

bool identification_holds(struct identification *identification, struct look *look,
                          const struct frame *frame, const struct result_message *result)
{
    struct pending **link = find(identification, look->id);
    struct pending *pending = *link;
    if (pending == NULL) {
        return false;
    }
    struct frame transcript = {.body = pending->transcript.data,
                               .body_size = pending->transcript.size};
    buf_add(&pending->result, frame->body, frame->body_size);
    bool counts = !look->orphan && !look->void_;
    bool good = counts && result->outcome == VMM_OUTCOME_UNSUPPORTED &&
                !buf_failed(&pending->result) && !buf_failed(&pending->transcript) &&
                panel_ask(identification->panel, &transcript, on_opinions, pending) == 0;
    if (!good) {
        drop(link);
        return false;
    }
    buf_finish(&pending->transcript);
    pending->is_asked = true;
    look->state = LOOK_WEIGHED;
    return true;
}

/* ---- Who is asked ---- */

static int open_plugin(void *arg, const char *name)
{
    char why[256];
    struct file_identity identity;
    const struct daemon *daemon = arg;
    const struct config_plugin *plugin = config_find_plugin(daemon->config, name);
    int fd = plugin != NULL ? file_open_trusted(plugin->fragment->path, &identity, why, sizeof(why))
                            : VMM_E_NOENT;
    if (fd < 0 && fd != VMM_E_NOENT) {
        log_warn("identify", "%s", why);
    }
    return fd;
}

void identification_refresh(struct identification *identification)
{
    const char *names[OPINIONS_MAX];
    size_t count = 0;
    const struct fragment_list *list = &identification->daemon->config->fragments;
    for (size_t i = 0; i < list->count && count < OPINIONS_MAX; i++) {
        if (list->items[i].kind <= VMM_KIND_PROBE) { /* 0: not known yet */
            names[count++] = list->items[i].name;
        }
    }
    if (panel_set(identification->panel, names, count) != 0) {
        log_error("identify", "no memory: no plugin is asked whose a device is");
    }
}

void identification_forgive(struct identification *identification)
{
    if (identification != NULL) {
        panel_forgive(identification->panel);
    }
}

/* ---- Life ---- */

struct identification *identification_create(struct daemon *daemon)
{
    struct identification *identification = calloc(1, sizeof(*identification));
    struct panel_setup setup = {
        .base = daemon->base, .program_fd = daemon->program_fd, .open = open_plugin, .arg = daemon};
    if (identification == NULL) {
        return NULL;
    }
    identification->daemon = daemon;
    identification->panel = panel_create(&setup);
    if (identification->panel == NULL) {
        free(identification);
        return NULL;
    }
    identification_refresh(identification);
    return identification;
}

void identification_destroy(struct identification *identification)
{
    if (identification == NULL) {
        return;
    }
    panel_destroy(identification->panel);
    while (identification->pending != NULL) {
        drop(&identification->pending);
    }
    free(identification);
}
