/* SPDX-License-Identifier: MIT */
/*
 * vmm-host: one plugin in a process of its own.
 *
 * The supervisor starts it with the stream to the core on descriptor 3, the plugin on an inherited
 * descriptor that FRAME_LOAD names, and standard error as a pipe to its log. Everything the plugin
 * does wrong ends here.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "host/exits.h"
#include "host/loop.h"
#include "host/options.h"
#include "host/wall.h"
#include "ipc/json_memory.h"

#define STREAM 3

static int put_up_walls(const struct options *options)
{
    wall_signals();
    int rc = wall_descriptors(STREAM, options);
    if (rc == 0) {
        rc = wall_environment();
    }
    if (rc == 0) {
        rc = wall_limits(options);
    }
    if (rc == 0) {
        rc = wall_parent(STREAM);
    }
    if (rc == 0) {
        rc = wall_privileges();
    }
    return rc;
}

int main(int argc, char **argv)
{
    struct options options;
    json_memory_wipe();
    if (options_read(argc, argv, &options) != 0) {
        fprintf(stderr, "vmm-host is started by vmmd\n");
        return EXIT_USAGE;
    }
    log_setup(options.name, LOG_INFO);
    int rc = put_up_walls(&options);
    if (rc != 0) {
        log_error("wall", "the walls could not be put up: error %d", rc);
        return EXIT_WALL;
    }
    _exit(loop_run(STREAM));
}
