/* SPDX-License-Identifier: MIT */
/*
 * Some devices repeat what they were asked, in a page or in an error. When a request has carried the password in a
 * readable shape, what is kept of the answers is searched for these shapes, and they become "***".
 */
#ifndef HOST_MASK_H
#define HOST_MASK_H

#include <stddef.h>

#include "base/buf.h"

/* The shapes in which a password goes out: as it is, percent-encoded, as MD5, and within Basic. Those shorter than
 * 6 characters cannot be told from data, and are not searched for. */
struct mask {
    struct buf shapes; /* each ended by NUL */
};

/* Make the shapes. When memory is short there are fewer. */
void mask_init(struct mask *mask, const char *user, const char *password);

/* Add one more shape; one that is too short is left out. When memory is short, shapes.failed is set. */
void mask_add(struct mask *mask, const char *text, size_t size);

/* Wipe them. */
void mask_finish(struct mask *mask);

/* Replace each shape in `text`, any case of letters. A text within 4 bytes of `room` may have been cut: then the
 * beginning of a shape at its end is replaced too. The text never becomes longer. */
void mask_text(const struct mask *mask, char *text, size_t room);

#endif
