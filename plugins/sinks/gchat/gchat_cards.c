/* SPDX-License-Identifier: MIT */
/*
 * A message as cards: a summary with lines and links, then the devices, each a row with a button when it has a page
 * of its own. A card holds as many buttons as the site wants; further rows go to further cards.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "gchat_escape.h"
#include "gchat_message.h"
#include "gchat_parts.h"

/* Lines, rows, the row that counts the rest, and the buttons. */
static_assert(LINES_MAX + VMM_NOTIFICATION_ITEMS_MAX + 2 <= GCHAT_WIDGETS_MAX,
              "a card may hold them all");

/* What one card shows, [first, end) of links and rows. */
struct slice {
    uint32_t number;
    uint32_t first_link;
    uint32_t end_link;
    uint32_t first;
    uint32_t end;
};

static uint32_t least(uint32_t one, uint32_t other)
{
    return one < other ? one : other;
}

/* The slice after this one; links go before rows. */
static struct slice next_slice(const struct vmm_notification *n, const struct slice *before,
                               uint32_t shown)
{
    struct slice next = {.number = before->number + 1,
                         .first_link = before->end_link,
                         .first = before->end,
                         .end = before->end};
    next.end_link = next.first_link + least(gchat_link_count(n) - next.first_link, n->buttons);
    uint32_t left = n->buttons - (next.end_link - next.first_link);
    while (next.end < shown && (left > 0 || !gchat_has_link(&n->items[next.end]))) {
        left -= gchat_has_link(&n->items[next.end]) ? 1 : 0;
        next.end++;
    }
    return next;
}

/* ---- Strings ---- */

static void put(struct vmm_json_out *out, const char *name, struct vmm_text text,
                enum gchat_style style, size_t max)
{
    vmm_json_string_begin(out, name);
    gchat_add(out, text, style, max);
    vmm_json_string_end(out);
}

/* Pieces with a dot between. */
static void add_piece(struct vmm_json_out *out, bool *is_first, struct vmm_text text)
{
    if (text.size > 0) {
        vmm_json_string_add(out, vmm_text_of(*is_first ? "" : " · "));
        gchat_add(out, text, GCHAT_PLAIN, LABEL_MAX);
        *is_first = false;
    }
}

/* ---- Widgets ---- */

static void put_button(struct vmm_json_out *out, const char *name, struct vmm_text text,
                       struct vmm_text url)
{
    vmm_json_begin(out, name, '{');
    put(out, "text", text, GCHAT_PLAIN, LABEL_MAX);
    vmm_json_begin(out, "onClick", '{');
    vmm_json_begin(out, "openLink", '{');
    vmm_json_put(out, "url", url);
    vmm_json_end(out);
    vmm_json_end(out);
    vmm_json_end(out);
}

static void put_paragraph(struct vmm_json_out *out, struct vmm_text text)
{
    vmm_json_begin(out, NULL, '{');
    vmm_json_begin(out, "textParagraph", '{');
    put(out, "text", text, GCHAT_HTML, LINE_MAX);
    vmm_json_end(out);
    vmm_json_end(out);
}

static void put_buttons(struct vmm_json_out *out, const struct vmm_notification *n,
                        const struct slice *slice)
{
    vmm_json_begin(out, NULL, '{');
    vmm_json_begin(out, "buttonList", '{');
    vmm_json_begin(out, "buttons", '[');
    for (uint32_t i = slice->first_link; i < slice->end_link; i++) {
        struct vmm_text text = n->links[i].text;
        put_button(out, NULL, text.size > 0 ? text : vmm_text_of(gchat_word_open(n)),
                   n->links[i].url);
    }
    vmm_json_end(out);
    vmm_json_end(out);
    vmm_json_end(out);
}

static void put_label(struct vmm_json_out *out, const struct vmm_notification_item *item)
{
    char room[32];
    bool is_first = true;
    vmm_json_string_begin(out, "bottomLabel");
    if (item->name.size > 0) {
        add_piece(out, &is_first, item->camera);
    }
    add_piece(out, &is_first, gchat_since(item, room));
    vmm_json_string_end(out);
}

static void put_row(struct vmm_json_out *out, const struct vmm_notification *n,
                    const struct vmm_notification_item *item)
{
    vmm_json_begin(out, NULL, '{');
    vmm_json_begin(out, "decoratedText", '{');
    vmm_json_string_begin(out, "text");
    vmm_json_string_add(out, vmm_text_of("<b>"));
    gchat_add(out, gchat_name(item), GCHAT_HTML, NAME_MAX);
    vmm_json_string_add(out, vmm_text_of(item->text.size > 0 ? "</b><br>" : "</b>"));
    gchat_add(out, item->text, GCHAT_HTML, WORD_MAX);
    vmm_json_string_end(out);
    put_label(out, item);
    vmm_json_put_bool(out, "wrapText", true);
    if (gchat_has_link(item)) {
        put_button(out, "button", vmm_text_of(gchat_word_open(n)), item->link);
    }
    vmm_json_end(out);
    vmm_json_end(out);
}

/* ---- Cards ---- */

static void put_header(struct vmm_json_out *out, const struct vmm_notification *n,
                       const struct slice *slice)
{
    bool is_first = true;
    vmm_json_begin(out, "header", '{');
    vmm_json_string_begin(out, "title");
    vmm_json_string_add(out, vmm_text_of(gchat_sign(n)));
    gchat_add(out, n->title, GCHAT_PLAIN, TITLE_MAX);
    vmm_json_string_end(out);
    vmm_json_string_begin(out, "subtitle");
    if (slice->number == 1) {
        add_piece(out, &is_first, n->site_name);
        add_piece(out, &is_first, n->local_time);
    } else if (slice->end > slice->first) {
        char range[64];
        snprintf(range, sizeof(range), "%u–%u / %u", slice->first + 1, slice->end, n->item_total);
        vmm_json_string_add(out, vmm_text_of(range));
    }
    vmm_json_string_end(out);
    vmm_json_end(out);
}

static void begin_section(struct vmm_json_out *out)
{
    vmm_json_begin(out, NULL, '{');
    vmm_json_begin(out, "widgets", '[');
}

static void end_section(struct vmm_json_out *out)
{
    vmm_json_end(out);
    vmm_json_end(out);
}

static void put_summary(struct vmm_json_out *out, const struct vmm_notification *n)
{
    begin_section(out);
    for (uint32_t i = 0; i < n->line_count && i < LINES_MAX; i++) {
        put_paragraph(out, n->lines[i]);
    }
    if (n->line_count == 0) {
        put_paragraph(out, n->title);
    }
    end_section(out);
}

static void put_rows(struct vmm_json_out *out, const struct vmm_notification *n,
                     const struct slice *slice, uint32_t shown)
{
    begin_section(out);
    for (uint32_t i = slice->first; i < slice->end; i++) {
        put_row(out, n, &n->items[i]);
    }
    if (slice->end == shown && n->item_total > shown) {
        char more[64];
        gchat_word_more(n, n->item_total - shown, more);
        put_paragraph(out, vmm_text_of(more));
    }
    end_section(out);
}

/* Every section has at least one widget, as the API demands. */
static void put_sections(struct vmm_json_out *out, const struct vmm_notification *n,
                         const struct slice *slice, uint32_t shown)
{
    vmm_json_begin(out, "sections", '[');
    if (slice->number == 1) {
        put_summary(out, n);
    }
    if (slice->end > slice->first || (slice->end == shown && n->item_total > shown)) {
        put_rows(out, n, slice, shown);
    }
    if (slice->end_link > slice->first_link) {
        begin_section(out);
        put_buttons(out, n, slice);
        end_section(out);
    }
    vmm_json_end(out);
}

static void put_card(struct vmm_json_out *out, const struct vmm_notification *n,
                     const struct slice *slice, uint32_t shown)
{
    char id[16];
    snprintf(id, sizeof(id), "card-%u", slice->number);
    vmm_json_begin(out, NULL, '{');
    vmm_json_put_text(out, "cardId", id);
    vmm_json_begin(out, "card", '{');
    put_header(out, n, slice);
    put_sections(out, n, slice, shown);
    vmm_json_end(out);
    vmm_json_end(out);
}

void gchat_put_cards(struct vmm_json_out *out, const struct vmm_notification *n, uint32_t shown)
{
    struct slice slice = {0};
    put(out, "fallbackText", n->title, GCHAT_PLAIN, TITLE_MAX);
    vmm_json_begin(out, "cardsV2", '[');
    do {
        slice = next_slice(n, &slice, shown);
        put_card(out, n, &slice, shown);
    } while (slice.end < shown || slice.end_link < gchat_link_count(n));
    vmm_json_end(out);
}
