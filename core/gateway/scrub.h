/* SPDX-License-Identifier: MIT */
/* What may hold a secret is cut out of a text before it is kept. */
#ifndef GATEWAY_SCRUB_H
#define GATEWAY_SCRUB_H

#include "base/buf.h"

/* Append `text` with every URL replaced by "<url>", and the value behind key=, token=, secret=, password=, sig= by
 * "<cut>". Line breaks stay. */
void scrub_text(struct buf *out, const char *text);

#endif
