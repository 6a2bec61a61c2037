/* SPDX-License-Identifier: MIT */
#include "gchat_message.h"

#include "gchat_parts.h"

static void write_message(const struct vmm_notification *n, uint32_t shown,
                          struct vmm_json_out *out)
{
    vmm_json_reset(out);
    vmm_json_begin(out, NULL, '{');
    if (gchat_has_thread(n)) {
        vmm_json_begin(out, "thread", '{');
        vmm_json_put(out, "threadKey", n->thread_key);
        vmm_json_end(out);
    }
    if (vmm_text_equal(n->mode, "text")) {
        gchat_put_text(out, n, shown);
    } else {
        gchat_put_cards(out, n, shown);
    }
    vmm_json_end(out);
}

int gchat_message(const struct vmm_notification *n, struct vmm_json_out *out)
{
    uint32_t shown = n->item_count;
    write_message(n, shown, out);
    while (!out->failed && out->size > GCHAT_MESSAGE_MAX && shown > 0) {
        shown--;
        write_message(n, shown, out);
    }
    return out->failed ? VMM_E_NOMEM : 0;
}
