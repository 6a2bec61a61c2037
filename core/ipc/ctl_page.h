/* SPDX-License-Identifier: MIT */
/* Writes the lines of an answer; no I/O. */
#ifndef IPC_CTL_PAGE_H
#define IPC_CTL_PAGE_H

#include <jansson.h>

#include "base/buf.h"

/* Append the rows as pages of at most CTL_LINE_MAX bytes. 0; VMM_E_TOOBIG when rows that are too
 * long alone were left out; VMM_E_NOMEM. */
int ctl_page_rows(struct buf *out, const json_t *rows);

/* Append {"done":true, …the fields of `result`…}; NULL for none. VMM_E_TOOBIG or VMM_E_NOMEM:
 * nothing is added. */
int ctl_page_done(struct buf *out, json_t *result);

/* Append {"done":true,"error":{…}}; `remedy` may be NULL. Texts that are too long are cut.
 * VMM_E_NOMEM. */
int ctl_page_error(struct buf *out, const char *code, const char *message, const char *remedy);

#endif
