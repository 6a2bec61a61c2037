/* SPDX-License-Identifier: MIT */
/* Whatever a notification says: the message is JSON, fits, mentions nobody, and links only where it should. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "gchat_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
    if (!truth) {
        abort();
    }
}

/* Our own tags are the only ones. */
static void check_html(const char *text)
{
    static const char *const tags[] = {"<b>", "</b>", "<br>"};
    for (const char *at = strchr(text, '<'); at != NULL; at = strchr(at + 1, '<')) {
        bool known = false;
        for (size_t i = 0; i < 3; i++) {
            known = known || strncmp(at, tags[i], strlen(tags[i])) == 0;
        }
        require(known);
    }
    require(strstr(text, "://") == NULL && strpbrk(text, "*~`") == NULL);
}

static void check_strings(const json_t *value, const char *name)
{
    const char *key = NULL;
    json_t *member = NULL;
    size_t index = 0;
    json_object_foreach((json_t *)value, key, member)
    {
        check_strings(member, key);
    }
    json_array_foreach(value, index, member)
    {
        check_strings(member, name);
    }
    if (json_is_string(value) && strcmp(name, "url") != 0 && strcmp(name, "threadKey") != 0) {
        check_html(json_string_value(value));
    }
}

/* Two stars around the title, and addresses of ours. */
static void check_text(const char *text, const struct vmm_notification *n)
{
    size_t stars = 0;
    size_t links = 0;
    for (const char *at = text; *at != '\0'; at++) {
        require(*at != '<' && *at != '`');
        stars += *at == '*' ? 1 : 0;
        links += strncmp(at, "://", 3) == 0 ? 1 : 0;
    }
    size_t most = 0;
    for (uint32_t i = 0; i < n->link_count + n->item_count; i++) {
        struct vmm_text url =
            i < n->link_count ? n->links[i].url : n->items[i - n->link_count].link;
        for (size_t k = 0; k + 3 <= url.size; k++) {
            most += memcmp(url.data + k, "://", 3) == 0 ? 1 : 0;
        }
    }
    require(stars == 2 && links <= most);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vmm_notification notification;
    struct vmm_json_out out = {0};
    if (vmm_notification_read(vmm_text_bytes(data, size), &notification) == 0) {
        require(gchat_message(&notification, &out) == 0 && out.size <= GCHAT_MESSAGE_MAX);
        json_t *message = json_loadb(out.data, out.size, JSON_REJECT_DUPLICATES, NULL);
        require(message != NULL);
        const char *text = json_string_value(json_object_get(message, "text"));
        if (text != NULL) {
            check_text(text, &notification);
        } else {
            check_strings(message, "");
        }
        json_decref(message);
    }
    vmm_notification_finish(&notification);
    vmm_json_finish(&out);
    return 0;
}
