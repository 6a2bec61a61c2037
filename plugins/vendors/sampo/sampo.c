/* SPDX-License-Identifier: MIT */
/*
 * SAMPO sells what others build, and no API of its own is known. A look finds out whose device it
 * is, without a login, and names the provider that fits. It never says that such a device is well.
 *
 *   front page ─▶ ONVIF ─▶ makers that say who they are ─▶ makers known by a refusal ─▶ a path of nobody
 */
#include <kit/handover.h>

#include <stdio.h>

struct sampo_look {
    bool is_walled; /* the front page is refused: a refusal tells nothing */
    size_t at;      /* the fingerprint that is asked for */
    const struct vmm_fingerprint *found;
};

/* ---- What is asked ---- */

/* The next fingerprint that can tell something, from `at` on; the count when there is none. */
static size_t next_of(const struct sampo_look *look, size_t at)
{
    while (at < vmm_fingerprint_count && look->is_walled && vmm_fingerprints[at].is_refusal) {
        at++;
    }
    return at;
}

static bool wants_fingerprint(const void *state)
{
    const struct sampo_look *look = state;
    return look->found == NULL && look->at < vmm_fingerprint_count;
}

/* A refusal counts only where not everything is refused. */
static bool wants_nobody(const void *state)
{
    return ((const struct sampo_look *)state)->found != NULL;
}

static int build_fingerprint(void *state, char *target, size_t size)
{
    const struct sampo_look *look = state;
    int length = snprintf(target, size, "%s", vmm_fingerprints[look->at].target);
    return length > 0 && (size_t)length < size ? 0 : VMM_E_TOOBIG;
}

/* ---- What is answered ---- */

static void say_unknown(const struct sampo_look *look, struct vmm_part *part)
{
    vmm_part_set(part, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0,
                 look->is_walled ? "it asks for a login everywhere, and whose it is cannot be told"
                                 : "whose device it is cannot be told; try generic or rtsp");
}

static void read_front(void *state, const struct vmm_request_row *row,
                       const struct vmm_http_answer *answer, const struct vmm_observer *to,
                       struct vmm_part *part)
{
    struct sampo_look *look = state;
    (void)row;
    if (vmm_handover_is_unwell(answer, part)) {
        return;
    }
    look->is_walled = answer->status == 401;
    look->at = next_of(look, 0);
    vmm_handover_front(answer, to);
}

static void read_onvif(void *state, const struct vmm_request_row *row,
                       const struct vmm_http_answer *answer, const struct vmm_observer *to,
                       struct vmm_part *part)
{
    (void)state;
    (void)row;
    if (!vmm_handover_is_unwell(answer, part) && vmm_fingerprint_is_onvif(answer)) {
        vmm_handover_to("onvif", to, part);
    }
}

static void read_fingerprint(void *state, const struct vmm_request_row *row,
                             const struct vmm_http_answer *answer, const struct vmm_observer *to,
                             struct vmm_part *part)
{
    struct sampo_look *look = state;
    const struct vmm_fingerprint *asked = &vmm_fingerprints[look->at];
    (void)row;
    if (vmm_handover_is_unwell(answer, part)) {
        return;
    }
    if (asked->fits(answer)) {
        look->found = asked;
        if (!asked->is_refusal) {
            vmm_handover_to(asked->provider, to, part);
        }
        return;
    }
    look->at = next_of(look, look->at + 1);
    if (look->at == vmm_fingerprint_count) {
        say_unknown(look, part);
    }
}

static void read_nobody(void *state, const struct vmm_request_row *row,
                        const struct vmm_http_answer *answer, const struct vmm_observer *to,
                        struct vmm_part *part)
{
    struct sampo_look *look = state;
    (void)row;
    if (vmm_handover_is_unwell(answer, part)) {
        return;
    }
    if (answer->status == 401) {
        look->is_walled = true;
        say_unknown(look, part);
    } else {
        vmm_handover_to(look->found->provider, to, part);
    }
}

static const struct vmm_request_row rows[] = {
    VMM_HANDOVER_ALIVE,
    VMM_HANDOVER_FRONT(read_front),
    VMM_HANDOVER_ONVIF(read_onvif),
    {
        .name = "maker",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_ANY_STATUS | VMM_ROW_REPEAT,
        .http_flags = VMM_HTTP_NO_LOGIN,
        .max_bytes = VMM_HANDOVER_ANSWER_MAX,
        .wanted = wants_fingerprint,
        .build = build_fingerprint,
        .read = read_fingerprint,
    },
    {
        .name = "a path of nobody",
        .target = VMM_FINGERPRINT_NOBODY,
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_ANY_STATUS,
        .http_flags = VMM_HTTP_NO_LOGIN,
        .max_bytes = VMM_HANDOVER_ANSWER_MAX,
        .wanted = wants_nobody,
        .read = read_nobody,
    },
};

/* ---- The plugin ---- */

static const struct vmm_requests_table table = {
    .list = VMM_REQUEST_LIST(rows),
    .state_size = sizeof(struct sampo_look),
};

VMM_REQUESTS_PLUGIN(table, .name = "sampo", .version = "0.1.0", .flag = "FEATURE_VMS_SAMPO_CGI",
                    .summary = "SAMPO devices: whose they are, and which provider speaks to them",
                    .licence = "MIT", .traits = VMM_TRAIT_HANDS_OVER);
