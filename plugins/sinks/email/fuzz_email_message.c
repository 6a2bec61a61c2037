/* SPDX-License-Identifier: MIT */
/* Whatever a notification says: the header has our lines and no other, all of it is ASCII, no line is too long. */
#include <stdlib.h>
#include <string.h>

#include "email_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
    if (!truth) {
        abort();
    }
}

static void check_line(const char *line, size_t size, bool in_header)
{
    static const char *const names[] = {
        "Date: ",         "From: ",        "To: ",         "Subject: ",
        "Message-ID: ",   "In-Reply-To: ", "References: ", "Auto-Submitted: ",
        "MIME-Version: ", "Content-",      " =?UTF-8?B?"};
    bool known = !in_header || size == 0;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        known =
            known || (size >= strlen(names[i]) && memcmp(line, names[i], strlen(names[i])) == 0);
    }
    require(known && size <= 200);
    for (size_t i = 0; i < size; i++) {
        require(line[i] >= ' ' && line[i] < 0x7f);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vmm_notification notification;
    struct email_buffer out = {0};
    if (vmm_notification_read(vmm_text_bytes(data, size), &notification) == 0 &&
        email_message(&notification, "vmm@example.org", "ops@example.org", &out) == 0) {
        bool in_header = true;
        for (size_t at = 0; at < out.size;) {
            const char *end = memmem(out.data + at, out.size - at, "\r\n", 2);
            require(end != NULL);
            size_t length = (size_t)(end - out.data) - at;
            check_line(out.data + at, length, in_header);
            in_header = in_header && length > 0;
            at += length + 2;
        }
        require(!in_header);
    }
    vmm_notification_finish(&notification);
    email_buffer_finish(&out);
    return 0;
}
