/* SPDX-License-Identifier: MIT */
/* The benchmarks, one file a group of figures that share their devices. docs/bench.md tells how each is measured. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stdint.h>

struct bench {
    bool quick; /* shorter windows, and a smaller large fleet */
    bool tiny;  /* a few devices and pairs, for tests of the bench itself: group look, cold, rtsp */
    const char *folder; /* of the group's run: made, and empty */
};

void bench_look(const struct bench *bench);     /* http-steady, http-curl */
void bench_cold(const struct bench *bench);     /* http-cold */
void bench_rtsp(const struct bench *bench);     /* rtsp */
void bench_onvif(const struct bench *bench);    /* onvif-curl */
void bench_recorder(const struct bench *bench); /* recorder-* */
void bench_plain(const struct bench *bench);    /* http-blackbox, http-check */
void bench_scale(const struct bench *bench);    /* disk-*, store-wait, scale-* */
void bench_reload(const struct bench *bench);
void bench_journal(const struct bench *bench);  /* journal-append, journal-bytes */
void bench_backlog(const struct bench *bench);  /* backlog-* */
void bench_postgres(const struct bench *bench); /* postgres-copy */

/* "FOLDER/NAME" in a buffer of the caller. Returns it. */
const char *bench_path(const struct bench *bench, const char *name, char out[300]);

#endif
