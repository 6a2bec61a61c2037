/* SPDX-License-Identifier: MIT */
/*
 * A vmm-host as the supervisor sees it: a process, a stream of frames, and what it writes to
 * standard error. Each wait has a limit; a test fails where it is passed.
 */
#ifndef HOST_CLIENT_H
#define HOST_CLIENT_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "ipc/message.h"

#define HOST_CLIENT_WAIT_MS 15000

struct host_client {
    pid_t pid;
    int stream;
    int errors;      /* its standard error */
    struct buf in;   /* bytes of the stream not looked at yet */
    size_t used;     /* of `in`, by the frame given out last */
    struct buf text; /* of standard error */
    struct buf
        notes; /* FRAME_LOG, _METRIC and _STATE that came, each "kind level-or-value text\n" */
};

/* A result with arrays of its own. */
struct host_result {
    struct result_message message;
    struct result_fact facts[MESSAGE_FACTS_MAX];
    struct result_step steps[MESSAGE_STEPS_MAX];
};

/* Start a host with the plugin plugins/NAME.c and send FRAME_LOAD. */
void host_client_start(struct host_client *client, const char *plugin);

/* The same with further words on the command line, ended by NULL, and one more open descriptor to
 * inherit. */
void host_client_start_with(struct host_client *client, const char *plugin,
                            const char *const *words, int inherit);

/* Start one that describes the plugin and never opens it, and bring it to FRAME_DESCRIBED. */
void host_client_describe(struct host_client *client, const char *plugin);

/* Start it and bring it to FRAME_READY with this configuration. */
void host_client_ready(struct host_client *client, const char *plugin, const char *config);

/* End it: SIGKILL if it still runs, everything closed. */
void host_client_end(struct host_client *client);

/* Send frames. */
void host_client_configure(struct host_client *client, const char *config, uint32_t max_jobs);
void host_client_job(struct host_client *client, uint64_t id, const struct job_message *job);
void host_client_say(struct host_client *client, uint32_t type, uint64_t id);
void host_client_send(struct host_client *client, struct buf *frames);

/* The next frame that is no log, metric or state; false when the stream has ended. It is valid
 * until the next call. */
bool host_client_next(struct host_client *client, struct frame *frame);

/* The next frame, which has to be of this type. */
void host_client_expect(struct host_client *client, uint32_t type, struct frame *frame);

/* True when no frame comes within this time. */
bool host_client_is_silent(struct host_client *client, int ms);

/* The next frame, which has to be the result of this job. Valid until the next frame. */
void host_client_result(struct host_client *client, uint64_t id, struct host_result *result);

/* Wait for its end. The status of waitpid(). */
int host_client_status(struct host_client *client);

/* What it has written to standard error; complete once it has ended. */
const char *host_client_errors(struct host_client *client);

/* A job for 127.0.0.1:port with the user admin and the password "right", allowed to log in. */
struct job_message host_client_order(uint16_t port, const char *options);

#endif
