/* SPDX-License-Identifier: MIT */
/* Who may watch: one account, by digest. */
#ifndef CAMERAS_LOGIN_H
#define CAMERAS_LOGIN_H

#include <gst/rtsp-server/rtsp-server.h>

/* Let the server ask for the account that stands in the file as "user:password". 0, or -1 with one
 * line on standard error. */
int login_require(GstRTSPServer *server, const char *file);

#endif
