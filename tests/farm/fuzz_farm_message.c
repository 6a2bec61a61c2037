/* SPDX-License-Identifier: MIT */
/* What a client may send: heads of requests, their digest logins; and the templates of answers. */
#include "farm/digest.h"
#include "farm/message.h"
#include "farm/template.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void fuzz_template(struct slice text)
{
    static const char *const names[] = {"model"};
    static const char *const values[] = {"IB"};
    struct arena arena = {0};
    struct problem problem = {0};
    struct template compiled = {0};
    struct out out = {0};
    if (template_compile(&arena, text, &(struct template_names){names, 1}, &compiled, &problem)) {
        template_render(&compiled, &(struct template_input){.id = "d", .values = values}, &out);
    } else {
        expect(problem_is(&problem));
    }
    out_finish(&out);
    arena_finish(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct message message;
    struct digest_login login;
    const char *text = (const char *)data;
    enum message_state state = message_read(text, size, &message);
    if (state == MESSAGE_WHOLE) {
        expect(message.head_len <= size && message.path.len > 0);
        digest_parse(message.login, &login);
        /* A head is whole with its last byte, not before. */
        expect(message_read(text, message.head_len - 1, &message) == MESSAGE_PART);
    }
    digest_parse((struct slice){text, size}, &login);
    digest_unquoted_equal(login.user, login.realm);
    fuzz_template((struct slice){text, size});
    return 0;
}
