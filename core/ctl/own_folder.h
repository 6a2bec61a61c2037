/* SPDX-License-Identifier: MIT */
/* Where vmmctl stands: what comes with it is found from there, installed or not. */
#ifndef CTL_OWN_FOLDER_H
#define CTL_OWN_FOLDER_H

#include <stddef.h>

/* The folder of the running program, without a slash at its end; "" when it is not known. */
void own_folder(char *out, size_t size);

#endif
