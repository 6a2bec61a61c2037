/* SPDX-License-Identifier: MIT */
/* An exchange with a hostile device: a personality comes of it, or none, and never the password. */
#include <stdlib.h>
#include <string.h>

#include "ctl/capture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CANARY "canary-s3cret"

/* The bytes up to the next 0xfe, as a text or as they are. */
static struct frame_bytes cut(const uint8_t **data, size_t *size)
{
    const uint8_t *begin = *data;
    const uint8_t *end = *size > 0 ? memchr(begin, 0xfe, *size) : NULL;
    size_t length = end != NULL ? (size_t)(end - begin) : *size;
    *data += length + (end != NULL);
    *size -= length + (end != NULL);
    return (struct frame_bytes){begin, (uint32_t)length};
}

static char *text_of(struct frame_bytes bytes)
{
    char *text = strndup((const char *)bytes.data, bytes.size);
    if (text == NULL) {
        abort();
    }
    return text;
}

static void add(struct capture *capture, uint8_t kind, const uint8_t **data, size_t *size)
{
    static const char *const methods[] = {"GET", "POST", "PUT", "HEAD"};
    struct frame_bytes head = kind == CAPTURE_HTTP ? cut(data, size) : (struct frame_bytes){0};
    uint8_t flags = head.size > 0 ? head.data[0] : 0;
    char *target = kind == CAPTURE_HTTP ? text_of(cut(data, size)) : strdup("");
    char *asked = kind == CAPTURE_HTTP ? text_of(cut(data, size)) : strdup("");
    struct capture_message message = {.kind = kind,
                                      .authorized = flags & 1,
                                      .status = flags & 2   ? 401
                                                : flags & 4 ? 500
                                                            : 200,
                                      .method = methods[flags >> 3 & 3],
                                      .target = target,
                                      .asked = asked,
                                      .headers = kind == CAPTURE_HTTP ? cut(data, size)
                                                                      : (struct frame_bytes){0},
                                      .body = cut(data, size)};
    capture_add(capture, &message, INT64_C(1795327200) * 1000000);
    free(target);
    free(asked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const masked[] = {"SERIAL", NULL};
    struct capture capture = {0};
    struct capture_context context = {.about = "fuzz",
                                      .host = "10.0.0.7",
                                      .port = 80,
                                      .user = "admin",
                                      .password = CANARY,
                                      .masked = masked};
    const char *problem = NULL;
    uint8_t kind = size > 0 ? data[0] : 0;
    data += size > 0;
    size -= size > 0;
    for (int turn = 0; size > 0 && turn < 64; turn++) {
        add(&capture,
            kind == 'h'     ? CAPTURE_HTTP
            : turn % 2 == 0 ? CAPTURE_SENT
                            : CAPTURE_CAME,
            &data, &size);
    }
    json_t *personality = capture_personality(&capture, &context, &problem);
    if ((personality == NULL) != (problem != NULL)) {
        abort();
    }
    char *text = personality != NULL ? json_dumps(personality, 0) : NULL;
    if (text != NULL && strstr(text, CANARY) != NULL) {
        abort();
    }
    free(text);
    json_decref(personality);
    capture_finish(&capture);
    return 0;
}
