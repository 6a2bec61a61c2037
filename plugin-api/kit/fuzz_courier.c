/* SPDX-License-Identifier: MIT */
/* Answers of a destination: a status byte, then header lines, an empty line, a body. */
#include <kit/courier.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vmm_settling settling;
    if (size < 1) {
        return 0;
    }
    char *text = malloc(size);
    if (text == NULL) {
        return 0;
    }
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    const char *end = strstr(text, "\r\n\r\n");
    size_t headers = end != NULL ? (size_t)(end - text) + 2 : size - 1;
    size_t body = end != NULL ? headers + 2 : size - 1;
    struct vmm_http_answer answer = {.struct_size = sizeof(answer),
                                     .status = 100 + data[0] * 2u,
                                     .headers = text,
                                     .headers_size = headers,
                                     .body = (const uint8_t *)text + body,
                                     .body_size = size - 1 - body};
    vmm_settling_of_answer(&answer, 1700000000000000, &settling);
    bool delivered = settling.verdict == VMM_SINK_DELIVERED;
    if (settling.retry_after_ms > VMM_RETRY_AFTER_MAX_MS ||
        delivered != (settling.why[0] == '\0') ||
        delivered != (answer.status >= 200 && answer.status < 300)) {
        abort();
    }
    free(text);
    return 0;
}
