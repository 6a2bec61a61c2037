/* SPDX-License-Identifier: MIT */
/* Settings are known again by a keyed hash: they may hold secrets, and are not kept. */
#ifndef SUPERVISE_FINGERPRINT_H
#define SUPERVISE_FINGERPRINT_H

#include <stdint.h>

#include "ipc/message.h"

#define FINGERPRINT_KEY_SIZE 32u
#define FINGERPRINT_SIZE     32u

/* A key at random. */
void fingerprint_key(uint8_t key[FINGERPRINT_KEY_SIZE]);

/* Of all that a CONFIGURE message carries. */
void fingerprint_make(const uint8_t key[FINGERPRINT_KEY_SIZE],
                      const struct configure_message *message, uint8_t out[FINGERPRINT_SIZE]);

#endif
