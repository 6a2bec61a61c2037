/* SPDX-License-Identifier: MIT */
/* Signatures of Standard Webhooks 1.0.0: HMAC-SHA256 over "id.timestamp.body", one for each secret. Pure. */
#ifndef WEBHOOK_SIGN_H
#define WEBHOOK_SIGN_H

#include <stddef.h>
#include <stdint.h>

#define WEBHOOK_SECRETS_MAX    4u
#define WEBHOOK_KEY_MIN        24u /* bytes, by the specification */
#define WEBHOOK_KEY_MAX        64u
#define WEBHOOK_SIGNATURE_SIZE 48u /* "v1," and 44 characters, with a space or the NUL behind */

/* Several secrets are good at once while one takes over from another. All zero: none. */
struct webhook_secrets {
    uint32_t count;
    size_t sizes[WEBHOOK_SECRETS_MAX];
    uint8_t keys[WEBHOOK_SECRETS_MAX][WEBHOOK_KEY_MAX];
};

/* Add a secret as it is written, "whsec_" and base64 (the prefix may be missing). 0; VMM_E_INVAL for another form;
 * VMM_E_RANGE for a key shorter or longer than the specification allows; VMM_E_TOOBIG for one secret too many. */
int webhook_secret_add(struct webhook_secrets *secrets, const char *text);

/* Wipe them. */
void webhook_secrets_finish(struct webhook_secrets *secrets);

/* The value of the header webhook-signature: one signature a secret, a space between; "" without secrets. 0 or
 * VMM_E_NOTSUP when this machine has no SHA-256. */
int webhook_sign(const struct webhook_secrets *secrets, const char *id, int64_t timestamp_s,
                 const void *body, size_t body_size,
                 char signatures[WEBHOOK_SECRETS_MAX * WEBHOOK_SIGNATURE_SIZE]);

#endif
