/* SPDX-License-Identifier: MIT */
/* Starting a vmm-host: posix_spawn, because a fork of a large core costs more than all the rest. */
#ifndef IPC_SPAWN_H
#define IPC_SPAWN_H

#include <sys/types.h>

#define SPAWN_CHANNEL_FD 3 /* the child's end of the channel */
#define SPAWN_PLUGIN_FD  4 /* the plugin's file */

struct spawned {
    pid_t pid;
    int channel_fd; /* our end; the caller closes it */
    int stderr_fd; /* reading end of the child's standard error, non-blocking; the caller closes it */
};

/*
 * Start `program_fd` (an open vmm-host) with the plugin's open file. The child's environment is empty but for
 * PATH, and all it inherits are the descriptors above. 0 or VMM_E_IO.
 */
int spawn_host(int program_fd, int plugin_fd, const char *name, struct spawned *spawned);

#endif
