/* SPDX-License-Identifier: MIT */
/* What a device answers, against finders of every kind: an opinion stays within its bounds. */
#include <stdlib.h>
#include <string.h>

#include <kit/identify.h>

static void opinion(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    vmm_opinion_begin(out, "acme");
    vmm_opinion_add(out, vmm_seen_body(seen, "/", "model="), 70, "a body");
    vmm_opinion_add(out, vmm_seen_body(seen, NULL, "acme"), 40, "any body");
    vmm_opinion_add(out, vmm_seen_refusal(seen, "/x", "Digest"), 60, "a refusal");
    vmm_opinion_add(out, vmm_seen_realm(seen, "acme"), 60, "a realm");
    vmm_opinion_add(out, vmm_seen_header(seen, "Server", "Acme"), 60, "a header");
    vmm_opinion_add(out, vmm_seen_certificate(seen, "O=Acme"), 60, "a certificate");
    vmm_opinion_add(
        out, vmm_seen_way(seen, VMM_WAY_RTSP), 50,
        "a protocol, with so long a text that a few of them are more than there is room for: "
        "it is cut where the room ends, and what was there before stays as it was written");
}

VMM_IDENTIFY_BY(opinion);

/* The first byte chooses way and status; headers and body are parted by an empty line. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const targets[] = {"/", "/x"};
    if (size == 0) {
        return 0;
    }
    const char *bytes = (const char *)data + 1;
    const char *gap = memmem(bytes, size - 1, "\r\n\r\n", 4);
    size_t head = gap != NULL ? (size_t)(gap - bytes) + 2 : size - 1;
    char name[64] = "";
    memcpy(name, bytes, size - 1 < sizeof(name) - 1 ? size - 1 : sizeof(name) - 1);
    struct vmm_answer items[2];
    const struct vmm_answer *answers[2] = {&items[0], &items[1]};
    for (uint32_t i = 0; i < 2; i++) {
        items[i] = (struct vmm_answer){.struct_size = sizeof(items[i]),
                                       .number = i + 1,
                                       .way = 1u + (data[0] >> i) % 4u,
                                       .status = (data[0] & 8) != 0 ? 401 : 200,
                                       .target = targets[(data[0] >> 4 >> i) % 2],
                                       .headers = bytes,
                                       .headers_size = head,
                                       .body = bytes + head,
                                       .body_size = size - 1 - head,
                                       .certificate = name,
                                       .place = ""};
    }
    struct vmm_transcript seen = {.struct_size = sizeof(seen), .count = 2, .answers = answers};
    struct vmm_opinion out = {.struct_size = sizeof(out)};
    opinion(&seen, &out);
    if (out.certainty > VMM_OPINION_CERTAIN || out.answer > 2 ||
        memchr(out.why, '\0', sizeof(out.why)) == NULL || (out.certainty > 0) != (out.answer > 0)) {
        abort();
    }
    return 0;
}
