/* SPDX-License-Identifier: MIT */
/* A certificate for 127.0.0.1 that signs itself, for servers of tests. */
#ifndef CERTIFICATE_H
#define CERTIFICATE_H

#define CERTIFICATE_FOLDER_SIZE 32

/* Make a folder with ca.pem, which trusts it, and key.pem. */
void certificate_make(char folder[CERTIFICATE_FOLDER_SIZE]);

/* Remove it. */
void certificate_remove(const char *folder);

#endif
