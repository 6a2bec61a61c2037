/* SPDX-License-Identifier: MIT */
#include <kit/notification.h>

#include <string.h>

#include <kit/json.h>

#define BUTTONS     6u
#define BUTTONS_MAX 50u

bool vmm_text_is_link(struct vmm_text text)
{
    bool is_web = vmm_text_begins(text, "https://") || vmm_text_begins(text, "http://");
    for (size_t i = 0; is_web && i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        is_web = c > ' ' && c < 0x7f && strchr("\"<>\\^`{|}", c) == NULL;
    }
    return is_web;
}

static struct vmm_text link_at(const struct json_t *json, const char *pointer)
{
    struct vmm_text link = vmm_json_text(json, pointer);
    return vmm_text_is_link(link) ? link : (struct vmm_text){0};
}

static void read_texts(const struct json_t *json, struct vmm_notification *n)
{
    struct {
        const char *pointer;
        struct vmm_text *text;
    } members[] = {
        {"/id", &n->id},
        {"/kind", &n->kind},
        {"/site", &n->site},
        {"/site_name", &n->site_name},
        {"/severity", &n->severity},
        {"/incident", &n->incident},
        {"/thread_key", &n->thread_key},
        {"/title", &n->title},
        {"/language", &n->language},
        {"/at", &n->at},
        {"/local_time", &n->local_time},
        {"/mode", &n->mode},
        {"/text", &n->text},
    };
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        *members[i].text = vmm_json_text(json, members[i].pointer);
    }
}

static void read_lines(const struct json_t *json, struct vmm_notification *n)
{
    size_t count = vmm_json_count(json, "/lines");
    for (size_t i = 0; i < count && n->line_count < VMM_NOTIFICATION_LINES_MAX; i++) {
        struct vmm_text line = vmm_json_text(vmm_json_item(json, "/lines", i), "");
        if (line.size > 0) {
            n->lines[n->line_count] = line;
            n->line_count++;
        }
    }
}

static void read_items(const struct json_t *json, struct vmm_notification *n)
{
    size_t count = vmm_json_count(json, "/items");
    n->item_count =
        count < VMM_NOTIFICATION_ITEMS_MAX ? (uint32_t)count : VMM_NOTIFICATION_ITEMS_MAX;
    for (uint32_t i = 0; i < n->item_count; i++) {
        const struct json_t *item = vmm_json_item(json, "/items", i);
        n->items[i] =
            (struct vmm_notification_item){.camera = vmm_json_text(item, "/camera"),
                                           .name = vmm_json_text(item, "/name"),
                                           .reason = vmm_json_text(item, "/reason"),
                                           .text = vmm_json_text(item, "/text"),
                                           .since = vmm_json_text(item, "/since"),
                                           .since_local = vmm_json_text(item, "/since_local"),
                                           .link = link_at(item, "/link")};
    }
    int64_t total = 0;
    if (vmm_json_int(json, "/item_count", 0, UINT32_MAX, &total) != 0 || total < (int64_t)count) {
        total = (int64_t)count;
    }
    n->item_total = (uint32_t)total;
}

static void read_links(const struct json_t *json, struct vmm_notification *n)
{
    size_t count = vmm_json_count(json, "/links");
    for (size_t i = 0; i < count && n->link_count < VMM_NOTIFICATION_LINKS_MAX; i++) {
        const struct json_t *entry = vmm_json_item(json, "/links", i);
        struct vmm_text url = link_at(entry, "/url");
        if (url.size > 0) {
            n->links[n->link_count] =
                (struct vmm_notification_link){.text = vmm_json_text(entry, "/text"), .url = url};
            n->link_count++;
        }
    }
}

int vmm_notification_read(struct vmm_text document, struct vmm_notification *n)
{
    int64_t buttons = BUTTONS;
    *n = (struct vmm_notification){0};
    int rc = vmm_json_parse(document, VMM_CHARSET_UTF8, &n->json);
    if (rc != 0) {
        return rc == VMM_E_NOMEM ? rc : VMM_E_PROTO;
    }
    read_texts(n->json, n);
    read_lines(n->json, n);
    read_items(n->json, n);
    read_links(n->json, n);
    if (vmm_json_int(n->json, "/buttons", 1, BUTTONS_MAX, &buttons) != 0) {
        buttons = BUTTONS;
    }
    n->buttons = (uint32_t)buttons;
    return n->title.size > 0 ? 0 : VMM_E_PROTO;
}

void vmm_notification_finish(struct vmm_notification *n)
{
    vmm_json_destroy(n->json);
    *n = (struct vmm_notification){0};
}
