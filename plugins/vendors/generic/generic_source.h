/* SPDX-License-Identifier: MIT */
/*
 * Where values of an answer are: lines, headers, cookies, JSON, XML, and what is known of the answer
 * as a whole. A document is read once, when the first rule asks for it.
 */
#ifndef GENERIC_SOURCE_H
#define GENERIC_SOURCE_H

#include "generic_picture.h"
#include "generic_plan.h"

struct generic_memory;
struct json_t;
struct vmm_xml;

struct generic_source {
    const struct vmm_http_answer *answer;
    const struct generic_request *request; /* that was answered */
    struct generic_memory *memory;
    struct vmm_text headers;
    struct vmm_text body; /* Big5 and GBK as UTF-8, at most GENERIC_SUBJECT_MAX of them */
    uint32_t charset;
    char *converted;
    bool json_tried;
    struct json_t *json;
    bool xml_tried;
    struct vmm_xml *xml;
    bool picture_tried;
    struct generic_picture picture;
    char hash[72];   /* "": not computed yet */
    char number[72]; /* a value that is written for the rule */
};

/* Begin with an answer to a request; both, and what is remembered, stay the caller's. */
void generic_source_init(struct generic_source *source, const struct generic_request *request,
                         const struct vmm_http_answer *answer, struct generic_memory *memory);
void generic_source_finish(struct generic_source *source);

/* The body as JSON, or NULL. */
const struct json_t *generic_source_json(struct generic_source *source);

/* The value that a rule looks at, valid until the next call. False when the answer does not have it. */
bool generic_source_find(struct generic_source *source, const struct generic_extract *extract,
                         struct vmm_text *value);

#endif
