/* SPDX-License-Identifier: MIT */
#include "supervise/fingerprint.h"

#include <string.h>

#include <sodium.h>

void fingerprint_key(uint8_t key[FINGERPRINT_KEY_SIZE])
{
    randombytes_buf(key, FINGERPRINT_KEY_SIZE);
}

void fingerprint_make(const uint8_t key[FINGERPRINT_KEY_SIZE],
                      const struct configure_message *message, uint8_t out[FINGERPRINT_SIZE])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, key, FINGERPRINT_KEY_SIZE, FINGERPRINT_SIZE);
    crypto_generichash_update(&state, (const uint8_t *)message->config,
                              strlen(message->config) + 1);
    crypto_generichash_update(&state, (const uint8_t *)message->ca_file,
                              strlen(message->ca_file) + 1);
    crypto_generichash_update(&state, (const uint8_t *)&message->max_jobs,
                              sizeof(message->max_jobs));
    crypto_generichash_final(&state, out, FINGERPRINT_SIZE);
    sodium_memzero(&state, sizeof(state));
}
