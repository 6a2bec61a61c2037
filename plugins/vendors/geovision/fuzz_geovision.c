/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "geovision_parse.h"

/* The observer checks what it is given, so that a wrong word is a find too. */
static int observe(struct vmm_job *job, const struct vmm_observation *o)
{
    (void)job;
    struct vmm_text text = vmm_text_bytes(o->text, o->text_size);
    bool fault = o->standing == VMM_STANDING_FAULT;
    bool device = o->subject == VMM_SUBJECT_DEVICE;
    if (fault != (o->reason != 0) || device != (o->index == 0) || text.size > VMM_TEXT_MAX ||
        (o->type == VMM_TYPE_TEXT && !vmm_text_is_utf8(text))) {
        abort();
    }
    return 0;
}

/* A salt or token goes into a template: letters and digits, and nothing else. */
static void check_word(const char *word, bool needed)
{
    if (needed && word[0] == '\0') {
        abort();
    }
    for (; *word != '\0'; word++) {
        if (!isalnum((unsigned char)*word)) {
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct vmm_probe_host probe = {.struct_size = sizeof(probe), .observe = observe};
    const struct vmm_observer to = {.probe = &probe};
    struct vmm_text body = vmm_text_bytes(data, size);
    struct geovision_page page;
    struct geovision_session session;
    if (geovision_read_page(body, &page)) {
        check_word(page.salt[0], true);
        check_word(page.salt[1], true);
        check_word(page.token, false);
    }
    if (geovision_read_session(body, &session) && strpbrk(session.user, "\"'\\\r\n") != NULL) {
        abort();
    }
    geovision_is_software(body);
    geovision_is_lapi(200, body);
    geovision_read_picture(body, size % 2 == 0, &to);
    return 0;
}
