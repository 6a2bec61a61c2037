/* SPDX-License-Identifier: MIT */
/*
 * An opinion on whose device a transcript shows, in a few lines:
 *
 *   static void opinion(const struct vmm_transcript *seen, struct vmm_opinion *out)
 *   {
 *       vmm_opinion_begin(out, "acme");
 *       vmm_opinion_add(out, vmm_seen_header(seen, "Server", "AcmeHttpd"), 60, "Server: AcmeHttpd");
 *       vmm_opinion_add(out, vmm_seen_body(seen, "/acme/hello", "acme-model="), 90, "/acme/hello tells a model");
 *   }
 *
 *   VMM_IDENTIFY_BY(opinion);   and in the descriptor: .extensions = vmm_identify_extensions
 *
 * Each finder answers the first answer that fits, NULL when none does; texts are compared in any case of letters. What
 * was found is added with its weight, up to 100; NULL adds nothing. 60 is known, and only with 20 more than the next
 * maker: give a sign no more weight than its source, a wrong name is worse than none.
 */
#ifndef VMM_KIT_IDENTIFY_H
#define VMM_KIT_IDENTIFY_H

#include <stdbool.h>

#include <vmm/identify.h>

/* What the plugin's descriptor names: its only extension. */
extern const struct vmm_extension *const vmm_identify_extensions[];

/* Define them, once in a plugin. */
#define VMM_IDENTIFY_BY(function_)                                                                 \
    static const struct vmm_identify_ops vmm_identify_ops_ = {                                     \
        .struct_size = sizeof(vmm_identify_ops_), .opinion = (function_)};                         \
    static const struct vmm_extension vmm_identify_extension_ = {                                  \
        .struct_size = sizeof(vmm_identify_extension_),                                            \
        .id = VMM_IDENTIFY,                                                                        \
        .table = &vmm_identify_ops_};                                                              \
    const struct vmm_extension *const vmm_identify_extensions[] = {&vmm_identify_extension_, NULL}

/* No opinion yet, of the plugin of this name. */
void vmm_opinion_begin(struct vmm_opinion *out, const char *family);

/* Count what was found; `why` is a few words without line ends. */
void vmm_opinion_add(struct vmm_opinion *out, const struct vmm_answer *found, uint32_t weight,
                     const char *why);

/* A page whose body holds the text. `target` NULL: any page. */
const struct vmm_answer *vmm_seen_body(const struct vmm_transcript *seen, const char *target,
                                       const char *text);

/* A page that was refused (401) by a device that does not refuse every path. `scheme`: of the first challenge; NULL:
 * any, or none. */
const struct vmm_answer *vmm_seen_refusal(const struct vmm_transcript *seen, const char *target,
                                          const char *scheme);

/* The realm of a page's first challenge holds the text. */
const struct vmm_answer *vmm_seen_realm(const struct vmm_transcript *seen, const char *text);

/* A page's header of this name holds the text. */
const struct vmm_answer *vmm_seen_header(const struct vmm_transcript *seen, const char *name,
                                         const char *text);

/* Whom a certificate names holds the text. */
const struct vmm_answer *vmm_seen_certificate(const struct vmm_transcript *seen, const char *text);

/* An answer of this way, VMM_WAY_*. */
const struct vmm_answer *vmm_seen_way(const struct vmm_transcript *seen, uint32_t way);

/* The device refuses any path, the front page or one that nobody has: a refusal tells nothing of it. */
bool vmm_seen_is_walled(const struct vmm_transcript *seen);

#endif
