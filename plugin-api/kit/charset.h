/* SPDX-License-Identifier: MIT */
/*
 * Answers in other character sets than UTF-8: which one it is, and the same text as UTF-8.
 *
 * Devices from Taiwan and China name their channels in Big5 and GBK, and their web servers say so in
 * the Content-Type or in the XML declaration, or not at all.
 */
#ifndef VMM_KIT_CHARSET_H
#define VMM_KIT_CHARSET_H

#include <kit/text.h>

#define VMM_CHARSET_UNKNOWN 0u /* not named, or not one of these: read like LATIN1 */
#define VMM_CHARSET_UTF8    1u
#define VMM_CHARSET_LATIN1  2u /* what is UTF-8 all the same is UTF-8: servers name it by habit */
#define VMM_CHARSET_BIG5    3u
#define VMM_CHARSET_GBK     4u /* GB 2312 too, which is a part of it */

/* A charset by its name in any case: "utf-8", "ISO-8859-1", "Big5", "gb2312" …; else UNKNOWN. */
uint32_t vmm_charset_named(struct vmm_text name);

/* What an answer says of itself: a byte order mark, the XML declaration, then the charset of the
 * Content-Type; the document knows better than its server. UNKNOWN when nothing does. */
uint32_t vmm_charset_of(struct vmm_text headers, struct vmm_text body);

/* Copy into `out` as UTF-8 ended by NUL: what is not of the charset becomes U+FFFD, a byte order
 * mark goes. Cut at a whole character when `out_size`, at least 1, is too small. Answers the bytes
 * written without the NUL. */
size_t vmm_charset_to_utf8(uint32_t charset, struct vmm_text text, char *out, size_t out_size);

/* The whole text as UTF-8 ended by NUL in memory that the caller frees. VMM_E_NOMEM; VMM_E_TOOBIG
 * above 16 MiB. */
int vmm_charset_copy(uint32_t charset, struct vmm_text text, char **out, size_t *size);

#endif
