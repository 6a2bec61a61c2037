/* SPDX-License-Identifier: MIT */
/* The encryption of a connection that is not HTTP, as the operator has set it for the device. */
#ifndef HOST_NET_TLS_H
#define HOST_NET_TLS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <vmm/http.h>

struct job;
struct net_tls;

enum net_tls_state { NET_TLS_DONE, NET_TLS_WANTS_READ, NET_TLS_WANTS_WRITE, NET_TLS_FAILED };

/* Begin on a socket connected to this port, which stays the caller's; nothing is sent yet. `wanted` (may be NULL) says what is wanted
 * beside what the operator has set. VMM_E_INVAL where no encryption is set for the device or a file cannot be read;
 * VMM_E_NOMEM. */
int net_tls_create(struct job *job, uint16_t port, const struct vmm_http_tls *wanted, int fd,
                   struct net_tls **out);
void net_tls_destroy(struct net_tls *tls);

/* Carry the handshake on. `*why` is one line when it has failed. */
enum net_tls_state net_tls_step(struct net_tls *tls, const char **why);

/* Like recv() and send() on a socket that does not block: -1 and errno, EAGAIN when it has to wait. */
ssize_t net_tls_read(struct net_tls *tls, void *bytes, size_t size);
ssize_t net_tls_write(struct net_tls *tls, const void *bytes, size_t size);

/* Whether bytes have come that the socket does not tell of any more. */
bool net_tls_has_more(const struct net_tls *tls);

#endif
