/* SPDX-License-Identifier: MIT */
/* Frames that a client may send, and their logins. */
#include "farm/dvrip.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct message message;
    struct dvrip_login login;
    struct out out = {0};
    if (dvrip_read(text, size, &message) != MESSAGE_WHOLE) {
        return 0;
    }
    size_t room = size - message.head_len;
    message.body.at = text + message.head_len;
    message.body.len = message.body_len < room ? (size_t)message.body_len : room;
    dvrip_read_body(&message);
    if (message.path.len == 0 || message.path.len != strlen(message.made)) {
        abort();
    }
    dvrip_read_login(message.body, &login);
    dvrip_write(&message, message.session, message.body, size % 3 == 0 ? 0 : 64, &out);
    if (out.len < DVRIP_HEAD + message.body.len) {
        abort();
    }
    out_finish(&out);
    return 0;
}
