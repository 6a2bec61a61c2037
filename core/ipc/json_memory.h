/* SPDX-License-Identifier: MIT */
/* Passwords come in JSON, and stand in copies that nobody sees: in values, in keys, in the parser's buffers. */
#ifndef IPC_JSON_MEMORY_H
#define IPC_JSON_MEMORY_H

/* From now on jansson wipes what it gives back. Called first of all in a process that handles secrets. */
void json_memory_wipe(void);

#endif
