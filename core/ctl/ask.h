/* SPDX-License-Identifier: MIT */
/* Asks for a secret: on the terminal without echo, or one line of standard input with
 * --password-stdin. */
#ifndef CTL_ASK_H
#define CTL_ASK_H

#include "ctl/ctl.h"

#define ASK_MAX 256 /* bytes of a secret; 64 characters of UTF-8 and a NUL fit */

#define ASK_OPTION                                                                                 \
    {                                                                                              \
        "password-stdin", NULL, "read the password from standard input, one line"                  \
    }

/* Fill `secret`, which the caller wipes. Returns EXIT_OK, or complains and returns the exit code.
 */
int ask_password(struct ctl *ctl, const char *prompt, char secret[ASK_MAX]);

/* One line of a descriptor into `secret`, without its line break. 0; VMM_E_NOENT: nothing came, or
 * the person gave up; VMM_E_TOOBIG; VMM_E_INVAL: no UTF-8; VMM_E_IO. Nothing of it stays elsewhere
 * in memory. */
int ask_read_line(int fd, char secret[ASK_MAX]);

#endif
