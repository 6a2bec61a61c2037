/* SPDX-License-Identifier: MIT */
/* The life of a host on its loop: load, describe, configure, serve, drain. */
#ifndef HOST_LOOP_H
#define HOST_LOOP_H

/* Serve the core on this stream until the end. Returns the status to exit with (exits.h); the
 * plugin's destructors must not run, so the process leaves by _exit(). */
int loop_run(int stream);

#endif
