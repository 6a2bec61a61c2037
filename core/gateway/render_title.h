/* SPDX-License-Identifier: MIT */
/* The title and the lines of a message. */
#ifndef GATEWAY_RENDER_TITLE_H
#define GATEWAY_RENDER_TITLE_H

#include "base/buf.h"
#include "gateway/render.h"
#include "gateway/words.h"

/* Append the title in one line. */
void render_title(struct buf *out, const struct notice *notice, const struct render_place *place);

/* What stands under it: a new list of texts. */
json_t *render_lines(const struct notice *notice, const struct render_place *place);

/* Append what is said of one incident among several; `site_name` is what people call its site. */
void render_item_text(struct buf *out, uint32_t language, const struct notice_item *item,
                      const char *site_name);

/* Append what is said of one camera in a ranking. */
void render_rank(struct buf *out, uint32_t language, uint32_t incidents, int64_t down_us);

/* Append a duration in its two largest units. */
void render_duration(struct buf *out, uint32_t language, int64_t us);

/* Words that were stored by their name, with the places to fill in. */
void render_named(struct buf *out, uint32_t language, const json_t *given,
                  const struct render_place *place);

#endif
