/* SPDX-License-Identifier: MIT */
/*
 * A plugin's descriptor on its way from the host to the core.
 *
 * The host writes it as JSON (FRAME_DESCRIBED); the core, which never touches a plugin's memory, reads it
 * back as a struct of its own. Both directions distrust what they read: the descriptor may be truncated or
 * of another version, and the JSON comes from a process that runs foreign code.
 */
#ifndef IPC_DESCRIBE_H
#define IPC_DESCRIBE_H

#include <stdbool.h>
#include <stdint.h>

#include <vmm/plugin.h>

#include "base/buf.h"

#define DESCRIBE_TEXT_MAX  4096u /* bytes of one text */
#define DESCRIBE_DEPTH_MAX 4u    /* lists of items within one another */
#define DESCRIBE_ITEMS_MAX 512u  /* items of a descriptor, all lists together */

#define DESCRIBE_EXTENSIONS_MAX 16u

/* What a plugin says of itself. Texts are never NULL. The lists are NULL when there are none. */
struct description {
    uint32_t abi_major;
    uint32_t abi_minor;
    uint32_t kind;       /* VMM_KIND_* */
    uint32_t traits;     /* VMM_TRAIT_* */
    uint32_t generation; /* VMM_GENERATION_* */
    const char *name;    /* [a-z][a-z0-9_]{0,31} */
    const char *version;
    const char *flag; /* FEATURE_… */
    const char *summary;
    const char *licence;
    const struct vmm_config_item *const *config;
    const struct vmm_config_item *const *device_config;
    const char *extensions[DESCRIBE_EXTENSIONS_MAX + 1]; /* their ids, ended by NULL */
};

/*
 * Append the descriptor as one JSON object. Only what struct_size covers is read; a text that is missing
 * goes as "". VMM_E_INVAL: not even the frozen bytes, or a text that is no UTF-8; VMM_E_TOOBIG: over one of
 * the limits above or VMM_PLUGIN_CONFIG_MAX; VMM_E_NOMEM. `out` is as before after an error.
 */
int describe_encode(const struct vmm_descriptor *descriptor, struct buf *out);

/*
 * Read it back. VMM_E_PROTO: no such object, an unknown or missing key, a wrong type, a name, flag, kind or
 * item that breaks the rules of <vmm/plugin.h>; VMM_E_TOOBIG: over a limit; VMM_E_NOMEM.
 */
int describe_decode(const char *json, struct description **out);

/* Whether the plugin has the extension of this id. */
bool description_offers(const struct description *description, const char *id);

/* NULL is allowed. */
void description_destroy(struct description *description);

#endif
