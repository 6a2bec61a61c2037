/* SPDX-License-Identifier: MIT */
/* A vmm-host with the plugin under verification, led step by step. Everything it says is kept. */
#ifndef CTL_VERIFY_HOST_H
#define CTL_VERIFY_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <event2/event.h>

#include "base/buf.h"
#include "ipc/describe.h"
#include "ipc/message.h"
#include "ipc/transcript.h"

#define VERIFY_JOBS_MAX 512u /* ids of jobs and of messages are below it */

/* The end of a job, as far as rules look at it. */
struct verify_end {
    uint32_t times; /* it ended */
    uint8_t outcome;
    uint32_t flags;
    uint16_t connections;
    uint32_t
        facts_ok; /* facts with standing OK on a channel, disk or stream: what the device itself is, is inventory */
};

struct verify_host {
    struct event_base *base;
    const char *name; /* of the plugin; borrowed */
    struct channel *channel;
    struct event *error_event;
    int error_fd;
    pid_t pid;
    bool gone;  /* the stream has ended */
    int status; /* of the process once verify_host_finish() has seen its end */
    bool by_itself;
    uint32_t described;
    uint32_t ready;
    uint32_t failed;
    uint32_t pongs;
    uint32_t drained;
    uint32_t checked;               /* answers about options */
    char judged[2][256];            /* the last two of them */
    uint32_t weighed;               /* opinions given */
    struct opinion_message opinion; /* the last of them, its texts below */
    char family[64];
    char opinion_why[256];
    uint32_t ends;    /* jobs or messages ended, all together */
    uint32_t printed; /* bytes on standard output and error */
    struct description *description;
    struct verify_end jobs[VERIFY_JOBS_MAX];
    struct buf said;      /* logs, facts, details, metrics, steps: everything, for a search */
    char why[512];        /* what FAILED said */
    uint64_t *starved_us; /* is added to; NULL: nobody counts */
};

/* Start one with this plugin and send LOAD; `describe_only`: it is never opened. 0, or VMM_E_*; verify_host_finish() in any case. */
int verify_host_start(struct verify_host *host, struct event_base *base, const char *program,
                      const char *plugin, const char *name, bool describe_only);

/* Turn the loop until *counter reaches `value` (true), the host is gone or the time is over (false). Time in which the
 * machine let us wait for a processor does not count, up to four times as much. */
bool verify_host_until(struct verify_host *host, const uint32_t *counter, uint32_t value,
                       uint32_t ms);

/* How long we and the host were ready to run, and the machine had no time for it: microseconds, of each since it began. */
uint64_t verify_host_waited_us(const struct verify_host *host);

/* Send what has been put into the channel. */
int verify_host_send(struct verify_host *host, int rc);

/* End it: the orderly way when `orderly`, waiting at most `ms`; killed otherwise. `status` is the process's,
 * `by_itself` whether it went without being killed. */
void verify_host_finish(struct verify_host *host, bool orderly, uint32_t ms);

/* A number of /proc/PID/status ("Threads", "VmRSS" in KiB; "Umask" octal, "SigIgn" hexadecimal), -1 when unknown. */
int64_t verify_host_status(const struct verify_host *host, const char *key, int base);

/* Open descriptors, -1 when the kernel does not tell. */
int verify_host_files(const struct verify_host *host);

#endif
