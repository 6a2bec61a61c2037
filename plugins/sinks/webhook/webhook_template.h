/* SPDX-License-Identifier: MIT */
/*
 * A body of the receiver's own form, made from an event. The template is JSON; in its strings JSON pointers
 * (RFC 6901) in braces stand for parts of the event:
 *
 *   {"text": "{/camera_id}: {/to}", "event": "{}", "when": "{/ts}"}
 *
 * A string that is one pointer and nothing else becomes the value itself, of whatever type ({} is the whole event,
 * what is not there is null). Within other text a value goes in as text, and what is not there as nothing. "{{" is
 * a brace. Pure.
 */
#ifndef WEBHOOK_TEMPLATE_H
#define WEBHOOK_TEMPLATE_H

#include <jansson.h>

#include <kit/json_write.h>

#define WEBHOOK_TEMPLATE_MAX   16384u
#define WEBHOOK_TEMPLATE_DEPTH 16u

/* Read and check a template. The caller releases it with json_decref(). NULL with one line in `why`. */
json_t *webhook_template_read(const char *text, char *why, size_t why_size);

/* Write the body for an event. `out` is reset. 0; VMM_E_NOMEM. */
int webhook_template_fill(const json_t *template, const json_t *event, struct vmm_json_out *out);

#endif
