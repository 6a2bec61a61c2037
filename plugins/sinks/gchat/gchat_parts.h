/* SPDX-License-Identifier: MIT */
/* What both forms of a message share. For the gchat_*.c files only. */
#ifndef GCHAT_PARTS_H
#define GCHAT_PARTS_H

#include <kit/json_write.h>
#include <kit/notification.h>

/* Bytes of the finished JSON. With no device at all a message fits these by far. */
#define TITLE_MAX  500u
#define LINE_MAX   600u
#define NAME_MAX   200u
#define WORD_MAX   300u
#define LABEL_MAX  120u
#define LINK_MAX   1000u /* a longer address is left out */
#define LINES_MAX  20u
#define LINKS_MAX  8u
#define THREAD_MAX 1000u

/* A sign of what the message is, with a space behind; "" for what needs none. */
const char *gchat_sign(const struct vmm_notification *notification);

/* Words of our own, in the language of the message. */
const char *gchat_word_open(const struct vmm_notification *notification);
void gchat_word_more(const struct vmm_notification *notification, uint32_t count, char out[64]);

/* When it became true, as people at its site read it; where that is not said, "2026-11-21 22:49 UTC" in `room` of an
 * RFC 3339 time in UTC, and "" of anything else. */
struct vmm_text gchat_since(const struct vmm_notification_item *item, char room[32]);

/* The name people know, or the id. */
struct vmm_text gchat_name(const struct vmm_notification_item *item);

/* The key of a thread that the API takes. */
bool gchat_has_thread(const struct vmm_notification *notification);

/* Links that are shown, and how many. */
bool gchat_has_link(const struct vmm_notification_item *item);
uint32_t gchat_link_count(const struct vmm_notification *notification);

/* The members of the message, with the first `shown` devices; an object is open in `out`. */
void gchat_put_text(struct vmm_json_out *out, const struct vmm_notification *notification,
                    uint32_t shown);
void gchat_put_cards(struct vmm_json_out *out, const struct vmm_notification *notification,
                     uint32_t shown);

#endif
