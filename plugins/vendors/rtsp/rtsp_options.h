/* SPDX-License-Identifier: MIT */
/* What an operator may set for a device. */
#ifndef RTSP_OPTIONS_H
#define RTSP_OPTIONS_H

#include <vmm/plugin.h>

#define RTSP_PATH_MAX 1024u /* bytes of path and query, the NUL included */

struct rtsp_options {
    char path[RTSP_PATH_MAX]; /* begins with '/' */
    uint32_t answer_ms;       /* longest silence of the device */
};

/* The declared items, ended by NULL. */
extern const struct vmm_config_item *const rtsp_options_items[];

/* Read the options of a look: JSON as the host validated it. 0; VMM_E_NOMEM; VMM_E_INVAL for a path
 * that cannot be asked for. */
int rtsp_options_read(struct rtsp_options *options, const char *json);

#endif
