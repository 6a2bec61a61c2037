/* SPDX-License-Identifier: MIT */
/* The command line of vmm-host, written by the supervisor alone. */
#ifndef HOST_OPTIONS_H
#define HOST_OPTIONS_H

#include <stdint.h>

#define OPTIONS_KEEP_MAX 16

/*
 * vmm-host NAME [--memory-mb N] [--files N] [--file-mb N] [--processes N] [--keep FD]…
 * A limit of 0 leaves what was inherited.
 */
struct options {
    const char *name;           /* of the plugin, for the log */
    uint64_t memory_mb;         /* RLIMIT_AS */
    uint64_t files;             /* RLIMIT_NOFILE */
    uint64_t file_mb;           /* RLIMIT_FSIZE */
    uint64_t processes;         /* RLIMIT_NPROC, threads included, of all processes of the uid */
    int keep[OPTIONS_KEEP_MAX]; /* bound sockets of a service */
    int keep_count;
};

/* 0 or VMM_E_INVAL. Texts are borrowed from argv. */
int options_read(int argc, char *const *argv, struct options *options);

#endif
