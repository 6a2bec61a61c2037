/* SPDX-License-Identifier: MIT */
/* A message as text. The only markup is the bold title; addresses stand as they are, which every client links. */
#include <string.h>

#include "gchat_escape.h"
#include "gchat_parts.h"

static void add(struct vmm_json_out *out, const char *text)
{
    vmm_json_string_add(out, vmm_text_of(text));
}

static void add_title(struct vmm_json_out *out, const struct vmm_notification *n)
{
    add(out, gchat_sign(n));
    add(out, "*");
    gchat_add(out, n->title, GCHAT_WITHIN, TITLE_MAX);
    add(out, "*");
}

static void add_lines(struct vmm_json_out *out, const struct vmm_notification *n)
{
    for (uint32_t i = 0; i < n->line_count && i < LINES_MAX; i++) {
        add(out, "\n");
        gchat_add(out, n->lines[i], GCHAT_TEXT, LINE_MAX);
    }
}

static void add_item(struct vmm_json_out *out, const struct vmm_notification_item *item)
{
    char room[32];
    struct vmm_text since = gchat_since(item, room);
    add(out, "\n• ");
    gchat_add(out, gchat_name(item), GCHAT_WITHIN, NAME_MAX);
    if (item->text.size > 0) {
        add(out, ": ");
        gchat_add(out, item->text, GCHAT_WITHIN, WORD_MAX);
    }
    if (since.size > 0) {
        add(out, " (");
        gchat_add(out, since, GCHAT_WITHIN, LABEL_MAX);
        add(out, ")");
    }
    if (gchat_has_link(item)) {
        add(out, " ");
        gchat_add_link(out, item->link);
    }
}

static void add_items(struct vmm_json_out *out, const struct vmm_notification *n, uint32_t shown)
{
    for (uint32_t i = 0; i < shown; i++) {
        add_item(out, &n->items[i]);
    }
    if (n->item_total > shown) {
        char more[64];
        gchat_word_more(n, n->item_total - shown, more);
        add(out, "\n… ");
        add(out, more);
    }
}

static void add_links(struct vmm_json_out *out, const struct vmm_notification *n)
{
    for (uint32_t i = 0; i < gchat_link_count(n); i++) {
        add(out, "\n");
        if (n->links[i].text.size > 0) {
            gchat_add(out, n->links[i].text, GCHAT_TEXT, LABEL_MAX);
            add(out, ": ");
        }
        gchat_add_link(out, n->links[i].url);
    }
}

/* Where and when, unless the title says nothing of a site. */
static void add_place(struct vmm_json_out *out, const struct vmm_notification *n)
{
    if (n->local_time.size > 0) {
        add(out, "\n");
        gchat_add(out, n->local_time, GCHAT_TEXT, LABEL_MAX);
    }
}

void gchat_put_text(struct vmm_json_out *out, const struct vmm_notification *n, uint32_t shown)
{
    vmm_json_string_begin(out, "text");
    add_title(out, n);
    add_lines(out, n);
    add_items(out, n, shown);
    add_links(out, n);
    add_place(out, n);
    vmm_json_string_end(out);
}
