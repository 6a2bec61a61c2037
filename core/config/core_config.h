/* SPDX-License-Identifier: MIT */
/* The core's own settings: their declaration, and the struct the core reads. */
#ifndef CONFIG_CORE_CONFIG_H
#define CONFIG_CORE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "config/validate.h"

/* What health and schedule go by; the fields of struct health_policy have their values from here. */
struct watch_settings {
    uint32_t interval_ms;         /* between looks at a healthy device */
    uint32_t jitter_ms;           /* either way */
    uint32_t suspect_interval_ms; /* between looks at a suspect one */
    uint32_t suspect_time_ms;     /* a standing fault alone keeps that rhythm so long */
    uint32_t trial_interval_ms;   /* between trials while the breaker is open */
    uint32_t trial_time_ms;       /* then trials follow the normal rhythm */
    uint32_t full_after_ms;       /* a full look follows a good trial after this */
    uint32_t deadline_ms;         /* of one look */
    uint32_t connect_timeout_ms;  /* of one connection */
    uint32_t latency_limit_ms;    /* a slower request makes a slow look */
    uint32_t latency_critical_count;
    uint32_t fail_count;          /* consecutive failed looks to DOWN and to an open breaker */
    uint32_t ok_count;            /* good looks to OK */
    uint32_t degraded_on;         /* looks until a DEGRADED reason holds */
    uint32_t degraded_off;        /* looks until it no longer holds */
    uint32_t sustain_count;       /* good full looks out of critical */
    uint32_t sustain_time_ms;     /* over at least so long */
    uint32_t confirm_step_ms;     /* repeats of a first failure after 1, 2, 4 and 8 of these */
    uint32_t confirm_deadline_ms; /* of one repeat */
    uint32_t clock_limit_ms;      /* a device's clock may be off by this */
    uint32_t spread_ms;           /* overdue looks after a start or a pause are spread over this */
    uint32_t pause_ms;            /* a gap of the loop longer than this is a pause */
    bool confirm;                 /* false: plain polling */
};

struct limit_settings {
    uint32_t looks_per_provider; /* in flight */
    uint32_t looks_per_way;      /* in flight at one site */
    uint32_t look_bytes;         /* all answers of a look together */
};

struct core_settings {
    const char *node_id;
    const char *run_dir;
    const char *data_dir;
    const char *plugin_dir;
    const char *log_file; /* "": standard error */
    int log_level;        /* LOG_* */
    const char *status_socket;
    const char *control_socket;
    const char *control_group; /* "": the group of the process */
    const char *store_path;
    uint32_t soft_period_ms;  /* what a good look found is written within this */
    const char *gateway_file; /* "" for gateway.json beside the configuration file */
    const char *vault_path;
    const char *vault_key_file;
    const char *ca_file;      /* "": the system's */
    const json_t *references; /* texts "address:port"; NULL: none */
    struct watch_settings watch;
    struct limit_settings limits;
};

/* The declaration; from it validation, defaults, help and schema follow. */
config_items core_config_items(void);

/* Fill in what follows from other settings when it is not given: data_dir and the sockets from run_dir,
 * store, vault and key from data_dir. Changes `settings` (validated). 0 or VMM_E_NOMEM. */
int core_config_derive(json_t *settings);

/* Check what no single item can: VMM_E_INVAL with the error. For example jitter below interval. */
int core_config_check(const json_t *settings, struct config_error *error);

/* Read the struct from validated, derived settings. Its texts are borrowed from them. */
void core_config_read(const json_t *settings, struct core_settings *out);

#endif
