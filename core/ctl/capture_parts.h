/* SPDX-License-Identifier: MIT */
/* Between the files that make a personality of what was captured. */
#ifndef CTL_CAPTURE_PARTS_H
#define CTL_CAPTURE_PARTS_H

#include "ctl/capture.h"
#include "ctl/capture_clean.h"

/* Each fills the personality with what is its own; false with *problem. */
bool capture_http(const struct capture *capture, struct clean *clean, json_t *personality,
                  const char **problem);
bool capture_rtsp(const struct capture *capture, struct clean *clean, json_t *personality,
                  const char **problem);
bool capture_dvrip(const struct capture *capture, struct clean *clean, json_t *personality,
                   const char **problem);

/* The value of a header line, not ended by NUL; its size, 0 when there is none. `nth` counts from 0. */
size_t capture_header(const char *headers, const char *name, size_t nth, const char **value);

/* A challenge as personalities have it ("Digest realm=…" to scheme, realm, algorithm, qop, opaque); NULL: of another
 * scheme. */
json_t *capture_challenge(const struct clean *clean, const char *value, size_t size);

/* The headers of an answer as personalities have them: without what the farm writes itself. */
json_t *capture_headers(const struct clean *clean, const char *headers);

/* An answer's body: a template, or what is no text as "body_hex", which is to become a file. */
void capture_put_body(const struct clean *clean, json_t *answer, const struct buf *body);

/* The body as it came, secrets hidden, where the context asks for fixtures. An empty one is none. */
void capture_put_fixture(const struct clean *clean, json_t *answer, const struct buf *body);

/* A text with its secrets hidden, no template. */
json_t *capture_plain(const struct clean *clean, const char *text, size_t size);

/* A text as a template. */
json_t *capture_body(const struct clean *clean, const char *text, size_t size);

/* Add an answer under a name of its own. One that an earlier answer would be given for comes once, so that this one
 * gets its turn; the same answer again is left out. `match` and `answer` are taken over. */
void capture_answer(json_t *answers, json_t *match, json_t *answer);

#endif
