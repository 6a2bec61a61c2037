/* SPDX-License-Identifier: MIT */
#include "ctl/opinions.h"

#include <fcntl.h>
#include <stdlib.h>

#include <vmm/errors.h>

#include "ctl/asks.h"
#include "ctl/plugin_folder.h"

struct opinions {
    struct ctl *ctl;
    struct panel *panel;
};

static int open_plugin(void *arg, const char *name)
{
    char path[8192];
    const struct opinions *opinions = arg;
    plugin_path(opinions->ctl, name, path, sizeof(path));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd >= 0 ? fd : VMM_E_NOENT;
}

static int set_names(struct opinions *opinions)
{
    const char *names[OPINIONS_MAX];
    size_t count = 0;
    size_t i = 0;
    json_t *name = NULL;
    json_t *all = json_array();
    json_decref(asks_collect(opinions->ctl, all));
    json_array_foreach(all, i, name)
    {
        if (count < OPINIONS_MAX) {
            names[count++] = json_string_value(name);
        }
    }
    int rc = panel_set(opinions->panel, names, count);
    json_decref(all);
    return rc;
}

struct opinions *opinions_ask(struct ctl *ctl, struct event_base *base, int program_fd,
                              const struct frame *frame, panel_done_fn done, void *arg)
{
    struct opinions *opinions = calloc(1, sizeof(*opinions));
    if (opinions == NULL) {
        return NULL;
    }
    opinions->ctl = ctl;
    struct panel_setup setup = {
        .base = base, .program_fd = program_fd, .open = open_plugin, .arg = opinions};
    opinions->panel = panel_create(&setup);
    if (opinions->panel == NULL || set_names(opinions) != 0 ||
        panel_ask(opinions->panel, frame, done, arg) != 0) {
        ctl_complain(ctl, "the plugins cannot be asked whose device it is");
        opinions_finish(opinions);
        return NULL;
    }
    return opinions;
}

void opinions_finish(struct opinions *opinions)
{
    if (opinions == NULL) {
        return;
    }
    panel_destroy(opinions->panel);
    free(opinions);
}
