/* SPDX-License-Identifier: MIT */
#include "gchat_parts.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct words {
    const char *language;
    const char *open;
    const char *more; /* with one %u */
};

static const struct words languages[] = {
    {"en", "Open", "and %u more"},
    {"zh-TW", "開啟", "還有 %u 項"},
    {"pt-BR", "Abrir", "e mais %u"},
};

static const struct words *words_of(const struct vmm_notification *notification)
{
    for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++) {
        if (vmm_text_equal(notification->language, languages[i].language)) {
            return &languages[i];
        }
    }
    return &languages[0];
}

const char *gchat_sign(const struct vmm_notification *notification)
{
    struct vmm_text kind = notification->kind;
    if (vmm_text_equal(kind, "recovery")) {
        return "✅ ";
    }
    bool is_alarm = vmm_text_equal(kind, "alert") || vmm_text_equal(kind, "update") ||
                    vmm_text_equal(kind, "reminder") || vmm_text_equal(kind, "notice");
    if (!is_alarm) {
        return "";
    }
    return vmm_text_equal(notification->severity, "critical")  ? "🔴 "
           : vmm_text_equal(notification->severity, "suspect") ? "🟠 "
                                                               : "";
}

const char *gchat_word_open(const struct vmm_notification *notification)
{
    return words_of(notification)->open;
}

void gchat_word_more(const struct vmm_notification *notification, uint32_t count, char out[64])
{
    const char *more = words_of(notification)->more;
    const char *number = "%u";
    size_t before = (size_t)(strstr(more, number) - more);
    snprintf(out, 64, "%.*s%u%s", (int)before, more, count, more + before + strlen(number));
}

struct vmm_text gchat_since(const struct vmm_notification_item *item, char room[32])
{
    static const char form[] = "dddd-dd-ddTdd:dd";
    struct vmm_text since = item->since;
    room[0] = '\0';
    if (item->since_local.size > 0) {
        return item->since_local;
    }
    bool good = since.size > sizeof(form) - 1 && since.data[since.size - 1] == 'Z';
    for (size_t i = 0; good && i < sizeof(form) - 1; i++) {
        good = form[i] == 'd' ? isdigit((unsigned char)since.data[i]) : since.data[i] == form[i];
    }
    if (good) {
        snprintf(room, 32, "%.10s %.5s UTC", since.data, since.data + 11);
    }
    return vmm_text_of(room);
}

struct vmm_text gchat_name(const struct vmm_notification_item *item)
{
    return item->name.size > 0 ? item->name : item->camera;
}

bool gchat_has_thread(const struct vmm_notification *notification)
{
    return notification->thread_key.size > 0 && notification->thread_key.size <= THREAD_MAX;
}

bool gchat_has_link(const struct vmm_notification_item *item)
{
    return item->link.size > 0 && item->link.size <= LINK_MAX;
}

uint32_t gchat_link_count(const struct vmm_notification *notification)
{
    uint32_t count = 0;
    while (count < notification->link_count && count < LINKS_MAX &&
           notification->links[count].url.size <= LINK_MAX) {
        count++;
    }
    return count;
}
