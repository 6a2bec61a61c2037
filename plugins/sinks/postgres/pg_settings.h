/* SPDX-License-Identifier: MIT */
/* The plugin's settings, as struct and as what it declares. */
#ifndef PG_SETTINGS_H
#define PG_SETTINGS_H

#include <stdint.h>

#include <vmm/plugin.h>

#define PG_HOSTS_MAX 8u
#define PG_HOST_MAX  256u

struct pg_settings {
    char hosts[PG_HOSTS_MAX][PG_HOST_MAX]; /* a name, an address, or the folder of a socket */
    char ports[PG_HOSTS_MAX][8];
    uint32_t host_count;
    char *database;
    char *user;
    char *password; /* NULL: none */
    char *tls;      /* a value of libpq's sslmode */
    char *ca_file;
    char *cert_file;
    char *key_file;
    char *schema;
    uint64_t connect_us;
    uint32_t statement_ms;
    uint32_t months_ahead;
};

/* Read the validated JSON. 0; VMM_E_INVAL with one line in `why` (160 bytes); VMM_E_NOMEM. */
int pg_settings_read(struct pg_settings *settings, const char *json, char *why);

/* Wipes the password. */
void pg_settings_finish(struct pg_settings *settings);

extern const struct vmm_config_item *const pg_settings_items[];

#endif
