/* SPDX-License-Identifier: MIT */
/* Answers: a byte for the status, then the body. */
#include <stdlib.h>

#include "gchat_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vmm_settling settling;
    if (size == 0) {
        return 0;
    }
    struct vmm_http_answer answer = {.struct_size = sizeof(answer),
                                     .status = 200 + data[0] * 2u,
                                     .headers = "",
                                     .body = data + 1,
                                     .body_size = size - 1};
    vmm_settling_of_answer(&answer, 0, &settling);
    gchat_judge(&answer, &settling);
    bool delivered = settling.verdict == VMM_SINK_DELIVERED;
    if (delivered != (settling.why[0] == '\0') || (delivered && answer.status > 299) ||
        (settling.verdict == VMM_SINK_DROP && (answer.status < 400 || answer.status > 499))) {
        abort();
    }
    return 0;
}
