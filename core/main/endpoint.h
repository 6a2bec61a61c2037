/* SPDX-License-Identifier: MIT */
/* Endpoints and accounts as the ledger wants them: dense numbers for texts. */
#ifndef MAIN_ENDPOINT_H
#define MAIN_ENDPOINT_H

#include <stdint.h>

#define ENDPOINT_KEY_MAX 640

struct endpoint_table;

struct endpoint_table *endpoint_table_create(void);
void endpoint_table_destroy(struct endpoint_table *table);

/* The number of a key, given out when it is new; UINT32_MAX without memory. */
uint32_t endpoint_number(struct endpoint_table *table, const char *key);

/* How many numbers were given out. */
uint32_t endpoint_count(const struct endpoint_table *table);

/* The key of a number that was given out. */
const char *endpoint_key(const struct endpoint_table *table, uint32_t number);

/* The key of an account: endpoint and credential. Returns `out`. */
const char *account_key(const char *endpoint, const char *credential, char out[ENDPOINT_KEY_MAX]);

#endif
