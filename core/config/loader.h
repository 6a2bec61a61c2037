/* SPDX-License-Identifier: MIT */
/* A load of the configuration, between the files that read parts of it. */
#ifndef CONFIG_LOADER_H
#define CONFIG_LOADER_H

#include "config/config.h"

/* What a load works on; it becomes the configuration when everything was good. */
struct loader {
    const struct config_sources *sources;
    struct config *config;
    struct config_error *error;
    json_t *root;    /* the merged files, less what is taken out below */
    json_t *flags;   /* borrowed from the layers; NULL when not given */
    json_t *plugins; /* likewise */
    const struct vmm_config_item **items;
};

/* The place of an error: the environment for what that gives, else the file. Returns `rc`. */
int loader_located(const struct loader *loader, int rc);

/* Something else than an object stands at the pointer: the error. */
int loader_refuse_kind(struct loader *loader, const char *pointer);

/* A warning, kept with the configuration. 0 or VMM_E_NOMEM. */
int loader_warn(struct config *config, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The settings of every plugin that is installed; one that is not is a warning. */
int loader_read_plugins(struct loader *loader);

#endif
