/* SPDX-License-Identifier: MIT */
/*
 * Text from anywhere for Google Chat, so that it stays text: it mentions nobody (<users/all>), makes no link and no
 * formatting, in Chat's own markup, in Markdown, and in the HTML of cards. Chat knows no escapes, so what has a
 * meaning is replaced by a character that looks alike and has none. Names such as cam_01 and addresses such as
 * 192.0.2.1 stay as they are. Pure.
 */
#ifndef GCHAT_ESCAPE_H
#define GCHAT_ESCAPE_H

#include <kit/json_write.h>

enum gchat_style {
    GCHAT_TEXT,   /* at the beginning of a line of a message */
    GCHAT_WITHIN, /* elsewhere in a message */
    GCHAT_HTML,   /* in a field of a card that knows some HTML */
    GCHAT_PLAIN,  /* in any other field of a card */
};

/* Add to the string that is open in `out`, at most `max` bytes of the finished JSON, cut at a whole character with an
 * ellipsis. */
void gchat_add(struct vmm_json_out *out, struct vmm_text text, enum gchat_style style, size_t max);

/* Add an address, which vmm_text_is_link() takes, to the text of a message: as it is but for what is formatting. */
void gchat_add_link(struct vmm_json_out *out, struct vmm_text url);

#endif
