/* SPDX-License-Identifier: MIT */
/* Where vmmd's sockets are when nobody says it. */
#ifndef CTL_RUN_DIR_H
#define CTL_RUN_DIR_H

#define RUN_DIR_MAX 4096

/* $VMM_RUN_DIR, else ./.run where it is there, else /run/vmm. */
const char *run_dir(void);

#endif
