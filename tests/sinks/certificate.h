/* SPDX-License-Identifier: MIT */
/* A certificate for 127.0.0.1 that signs itself, for servers of tests. */
#ifndef CERTIFICATE_H
#define CERTIFICATE_H

#define CERTIFICATE_FOLDER_SIZE 32

/* Make a folder with ca.pem, which trusts it, and key.pem. */
void certificate_make(char folder[CERTIFICATE_FOLDER_SIZE]);

/* The same for other names, as OpenSSL writes them: "IP:127.1.2.3,DNS:db.example". */
void certificate_make_for(char folder[CERTIFICATE_FOLDER_SIZE], const char *names);

/* Remove it. */
void certificate_remove(const char *folder);

#endif
