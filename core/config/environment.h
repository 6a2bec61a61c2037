/* SPDX-License-Identifier: MIT */
/* An environment as a list of NAME=VALUE texts ended by NULL; NULL is an empty one. */
#ifndef CONFIG_ENVIRONMENT_H
#define CONFIG_ENVIRONMENT_H

/* The value of a name, borrowed, or NULL. */
const char *environment_find(char *const *environment, const char *name);

/* A copy, or NULL without memory. */
char **environment_copy(char *const *environment);

/* Overwrite and release a copy: it may hold secrets. NULL is allowed. */
void environment_destroy(char **environment);

#endif
