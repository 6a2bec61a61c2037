/* SPDX-License-Identifier: MIT */
#include "ctl/holder.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "ctl/call.h"
#include "ctl/show.h"

struct search {
    const char *host;
    uint16_t port;
    const char *own;
    const char *kind; /* of the rows that come */
    bool is_own;
    struct holder *holder;
};

uint16_t holder_port(const char *provider, bool is_secure)
{
    bool is_stream = provider != NULL && strcmp(provider, "rtsp") == 0;
    return is_stream ? 554 : is_secure ? 443 : 80;
}

static int64_t port_of(const json_t *row)
{
    int64_t port = show_number(row, "port");
    const char *tls = show_text(row, "tls");
    return port != 0 ? port
                     : holder_port(show_text(row, "provider"),
                                   tls[0] != '\0' && strcmp(tls, "none") != 0);
}

static int take_row(void *arg, json_t *row)
{
    struct search *search = arg;
    const char *id = show_text(row, "id");
    if (strcasecmp(show_text(row, "host"), search->host) != 0 || port_of(row) != search->port) {
        return 0;
    }
    if (strcmp(id, search->own) == 0) {
        search->is_own = true;
    } else if (search->holder->kind == NULL) {
        search->holder->kind = search->kind;
        text_format(search->holder->id, sizeof(search->holder->id), "%s", id);
        text_format(search->holder->site, sizeof(search->holder->site), "%s",
                    show_text(row, "site"));
    }
    return 0;
}

int holder_find(struct ctl *ctl, const char *host, uint16_t port, const char *own,
                struct holder *holder)
{
    static const char *const kinds[] = {"camera", "nvr"};
    int code = EXIT_OK;
    *holder = (struct holder){.kind = NULL};
    struct search search = {.host = host, .port = port, .own = own, .holder = holder};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && code == EXIT_OK; i++) {
        char verb[CTL_VERB_MAX + 1];
        search.kind = kinds[i];
        text_format(verb, sizeof(verb), "%s.list", kinds[i]);
        struct call list = {.verb = verb, .on_row = take_row, .arg = &search};
        code = call_vmmd(ctl, &list, NULL);
    }
    if (search.is_own) {
        holder->kind = NULL;
    }
    return code;
}
