/* SPDX-License-Identifier: MIT */
/* Answers of devices against signs of every kind: a score stays within its bounds, and what is told is text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "identify_sign.h"

static const char config[] =
    "{\"signs\":["
    "{\"provider\":\"a\",\"realm\":\"stream\",\"weight\":90},"
    "{\"provider\":\"a\",\"header\":\"Server: App\",\"weight\":60},"
    "{\"provider\":\"b\",\"target\":\"/\",\"status\":401,\"scheme\":\"Digest\",\"weight\":60},"
    "{\"provider\":\"b\",\"target\":\"/\",\"body\":\"name=\",\"weight\":50},"
    "{\"provider\":\"c\",\"by\":\"rtsp\",\"header\":\"Server: "
    "Cam\",\"weight\":50,\"general\":true},"
    "{\"provider\":\"d\",\"certificate\":\"O=Cam\",\"weight\":70},"
    "{\"provider\":\"c\",\"by\":\"dvrip\",\"weight\":90}]}";

/* The first byte chooses protocol and status; headers and body are parted by an empty line. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t statuses[] = {200, 401, 404, 500};
    static struct signs signs;
    struct evidence evidence = {0};
    struct candidate candidates[CANDIDATES_MAX];
    char text[200];
    if (signs.count == 0 && signs_read(&signs, config) != 0) {
        abort();
    }
    if (size == 0) {
        return 0;
    }
    const char *bytes = (const char *)data + 1;
    char certificate[64];
    snprintf(certificate, sizeof(certificate), "%.*s", (int)(size - 1 < 60 ? size - 1 : 60), bytes);
    const char *gap = memmem(bytes, size - 1, "\r\n\r\n", 4);
    size_t head = gap != NULL ? (size_t)(gap - bytes) + 2 : size - 1;
    struct answer answer = {.by = (enum sign_by)(data[0] % 3u),
                            .target = "/",
                            .send = "",
                            .status = statuses[data[0] / 3u % 4u],
                            .place = (enum place)(data[0] / 12u % 4u),
                            .certificate = certificate,
                            .headers = vmm_text_bytes(bytes, head),
                            .body = vmm_text_bytes(bytes + head, size - 1 - head)};
    evidence_take(&evidence, &signs, &answer);
    evidence_take(&evidence, &signs, &answer);
    size_t count = evidence_rank(&evidence, &signs, candidates);
    for (size_t i = 0; i < count; i++) {
        evidence_describe(&evidence, &signs, candidates[i].provider, text, sizeof(text));
        if (candidates[i].score == 0 || candidates[i].score > SCORE_MAX ||
            strlen(text) >= sizeof(text)) {
            abort();
        }
    }
    const char *best = evidence_best(candidates, count);
    struct evidence_place place = evidence_place(&evidence, &signs, best != NULL ? best : "c");
    if (best != NULL && place.place != answer.place) {
        abort();
    }
    if (evidence_is_certain(&evidence, &signs) && best == NULL) {
        abort();
    }
    return 0;
}
