/* SPDX-License-Identifier: MIT */
/* What goes between plugin and device, told to the core by a job that asks for it (vmmctl capture). */
#ifndef HOST_CAPTURE_H
#define HOST_CAPTURE_H

#include "host/job.h"
#include "ipc/message.h"

/* Tell one exchange; nothing for a job that does not capture. What is too large for a frame is cut. */
void capture_tell(const struct job *job, const struct capture_message *message);

/* The same for bytes of a connection, CAPTURE_SENT or CAPTURE_CAME. */
void capture_bytes(const struct job *job, uint8_t kind, const void *bytes, size_t size);

#endif
