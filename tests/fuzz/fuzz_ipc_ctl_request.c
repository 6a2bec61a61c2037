/* SPDX-License-Identifier: MIT */
/* The bytes of a client of a control socket: cut into lines in pieces of changing size, each line
 * parsed. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/ctl_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_lines(struct ctl_lines *lines)
{
    for (size_t line = ctl_lines_first(lines); line > 0; line = ctl_lines_first(lines)) {
        struct ctl_request request;
        const char *wrong = ctl_request_parse(&request, lines->bytes, line);
        if (wrong == NULL && (request.verb[0] == '\0' || strlen(request.verb) > CTL_VERB_MAX ||
                              !json_is_object(request.args))) {
            abort();
        }
        if (wrong != NULL && request.root != NULL) {
            abort();
        }
        ctl_request_finish(&request);
        ctl_lines_drop(lines, line);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ctl_lines lines;
    size_t piece = 1;
    ctl_lines_drop(&lines, lines.size);
    while (size > 0) {
        size_t room = 0;
        char *at = ctl_lines_room(&lines, &room);
        size_t take = piece < size ? piece : size;
        if (room == 0) {
            break;
        }
        take = take < room ? take : room;
        memcpy(at, data, take);
        ctl_lines_grow(&lines, take);
        take_lines(&lines);
        data += take;
        size -= take;
        piece = piece * 3 + 1;
    }
    return 0;
}
