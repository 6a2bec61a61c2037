/* SPDX-License-Identifier: MIT */
/* The document of a notification for people (<vmm/sink.h>), read. */
#ifndef VMM_KIT_NOTIFICATION_H
#define VMM_KIT_NOTIFICATION_H

#include <kit/text.h>

#define VMM_NOTIFICATION_LINES_MAX 64u
#define VMM_NOTIFICATION_ITEMS_MAX 20u
#define VMM_NOTIFICATION_LINKS_MAX 16u

struct json_t;

struct vmm_notification_item {
    struct vmm_text camera;
    struct vmm_text name;
    struct vmm_text reason;
    struct vmm_text text;
    struct vmm_text since;
    struct vmm_text since_local;
    struct vmm_text link; /* empty, or an address that vmm_text_is_link() takes */
};

struct vmm_notification_link {
    struct vmm_text text;
    struct vmm_text url; /* one that vmm_text_is_link() takes */
};

/* What a document says. Texts are views into `json`; what is missing or of another type is empty. */
struct vmm_notification {
    struct json_t *json;
    struct vmm_text id;
    struct vmm_text kind;
    struct vmm_text site;
    struct vmm_text site_name;
    struct vmm_text severity;
    struct vmm_text incident;
    struct vmm_text thread_key;
    struct vmm_text title;
    struct vmm_text language;
    struct vmm_text at;
    struct vmm_text local_time;
    struct vmm_text mode;
    struct vmm_text text;
    uint32_t buttons;    /* 1 to 50; 6 when it does not say */
    uint32_t line_count; /* what is past the limits above is left out */
    uint32_t item_count;
    uint32_t item_total; /* how many there are in all; at least item_count */
    uint32_t link_count;
    struct vmm_text lines[VMM_NOTIFICATION_LINES_MAX];
    struct vmm_notification_item items[VMM_NOTIFICATION_ITEMS_MAX];
    struct vmm_notification_link links[VMM_NOTIFICATION_LINKS_MAX];
};

/* Read a document. 0; VMM_E_PROTO when it is no JSON object with a title; VMM_E_NOMEM. Release with
 * vmm_notification_finish(), which is allowed after an error too. */
int vmm_notification_read(struct vmm_text document, struct vmm_notification *notification);
void vmm_notification_finish(struct vmm_notification *notification);

/* True for an http or https address of printable ASCII without quotes, angle brackets and blanks. */
bool vmm_text_is_link(struct vmm_text text);

#endif
