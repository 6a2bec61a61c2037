/* SPDX-License-Identifier: MIT */
/*
 * An answer of a device as a template of vmm-farm: secrets hidden, its address a variable, times kept as their distance
 * from the moment of the capture, braces escaped. Pure.
 *
 * A token that the device gave (a cookie, a session) is learned first and replaced alike wherever it stands, so that
 * what it is sent back in still fits.
 */
#ifndef CTL_CAPTURE_CLEAN_H
#define CTL_CAPTURE_CLEAN_H

#include "base/buf.h"
#include "ctl/capture.h"

#define CLEAN_TOKENS_MAX 64u

struct clean_token {
    char *value;
    size_t size;
    char shown[32]; /* what stands for it, in the template */
};

struct clean {
    const struct capture_context *context;
    int64_t wall_us; /* what times are told from */
    struct clean_token tokens[CLEAN_TOKENS_MAX];
    size_t count;
    unsigned serial;
};

void clean_init(struct clean *clean, const struct capture_context *context, int64_t wall_us);
void clean_finish(struct clean *clean);

/* Hide this value everywhere from now on; `shown` NULL makes a word for it. Shorter than 3 bytes: not. */
void clean_learn(struct clean *clean, const char *value, size_t size, const char *shown);

/* Learn the tokens of an answer's header lines and body: by the names that they go by. */
void clean_learn_headers(struct clean *clean, const char *headers);
void clean_learn_body(struct clean *clean, const char *body, size_t size);

/* Learn what an answer said in quotes and a form sends back. */
void clean_learn_echo(struct clean *clean, const char *body, size_t size, const char *asked);

/* Append the text as a template. */
void clean_text(const struct clean *clean, const char *text, size_t size, struct buf *out);

/* The same without templates: for paths and queries that requests are known by. */
void clean_plain(const struct clean *clean, const char *text, size_t size, struct buf *out);

#endif
