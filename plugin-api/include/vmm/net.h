/* SPDX-License-Identifier: MIT */
/*
 * "vmm.net/1" and "vmm.auth/1": connections and credentials for protocols that are not HTTP.
 */
#ifndef VMM_NET_H
#define VMM_NET_H

#include <vmm/probe.h>

#ifdef __cplusplus
extern "C" {
#endif

struct vmm_http_tls;   /* <vmm/http.h> */
struct vmm_connection; /* the host's own, valid until close() or the closed callback */

/* How a connection ended. */
struct vmm_net_end {
    uint32_t struct_size;
    uint32_t outcome;   /* OK: the peer closed in order; UNREACHABLE, TIMEOUT, CANCELLED, INTERNAL */
    uint32_t rung;      /* the first rung that failed; ANSWER once connected */
    uint32_t reason;    /* VMM_REASON_* where the host knows one, else 0 */
    const char *detail; /* one line, or NULL */
};

struct vmm_net_events {
    uint32_t struct_size;
    uint32_t reserved;
    void (*connected)(void *arg);
    void (*received)(void *arg, const uint8_t *bytes, size_t size);
    /* Not called after close(). The connection is gone when it returns. */
    void (*closed)(void *arg, const struct vmm_net_end *end);
};

struct vmm_net_host {
    uint32_t struct_size;
    uint32_t reserved;

    /* Connect to the device of the job; the connection is not encrypted before start_tls(). `flags` are VMM_NET_*
     * (VMM_E_NOTSUP for one that the host does not know). `port` 0: the device's own (VMM_E_INVAL when none is set). Both times in milliseconds;
     * `connect_ms` 0: as the operator has set it for all. The idle time runs from the last byte in either
     * direction; 0: the rest of the look. The events are borrowed until the end. VMM_E_DENIED over the allowance of
     * connections, VMM_E_STATE after finish() and once the look was taken back. */
    int (*open)(struct vmm_job *job, uint32_t port, uint32_t flags, uint32_t connect_ms, uint32_t idle_ms,
                const struct vmm_net_events *events, void *arg, struct vmm_connection **connection);

    /* Queue bytes; copied. VMM_E_TOOBIG when more than 256 KiB wait. */
    int (*send)(struct vmm_connection *connection, const void *bytes, size_t size);

    /* End the connection; closed() is not called. What is queued on a connection that stands goes out first, as far as it
     * does without waiting: the last words of a dialogue need no answer to be sent. */
    void (*close)(struct vmm_connection *connection);

    /* Write where open() with this port would connect to, as a URL has it: "host:port", an IPv6 address in
     * brackets, ended by NUL. For protocols whose requests name the device; a probe has no other use for
     * it. VMM_E_INVAL when `port` is 0 and the device has none set; VMM_E_TOOBIG. */
    int (*authority)(struct vmm_job *job, uint32_t port, char *out, size_t out_size);

    /* Encrypt the connection from here on, as the operator has set `tls` for the device, and as `wanted` says beside (may be
     * NULL). Nothing may wait to be sent; nothing is sent before connected() is called again, which says that the
     * channel stands; closed() says that it does not (rung TLS). For a protocol that is encrypted from its first byte:
     * from connected(). VMM_E_INVAL: no encryption is set for the device, or a file cannot be read; VMM_E_STATE: it is
     * encrypted already, does not stand, or bytes wait. */
    int (*start_tls)(struct vmm_connection *connection, const struct vmm_http_tls *wanted);
};

#define VMM_NET_HOST "vmm.net/1"

/* Flags of open(). */
#define VMM_NET_QUIET 1u /* secrets go over it: no text of either side is in the steps of the look, only how much it was */

/*
 * The credential never reaches the plugin: the host answers challenges itself. The rules are those of HTTP:
 * one answer to a fresh challenge, a stale nonce renewed once, then refused.
 */
struct vmm_auth_host {
    uint32_t struct_size;
    uint32_t reserved;

    /* Write the value of an Authorization header for the next request into `out` (ended by NUL).
     * `challenges` are the WWW-Authenticate values of the 401 just received, ended by NULL; NULL before the
     * first request, to use a nonce that is remembered from the last look.
     * 0; VMM_E_NOENT: send the request without (no nonce is remembered); VMM_E_AUTH: refused, stop;
     * VMM_E_DENIED: the allowance forbids a login now; VMM_E_NOTSUP: no scheme we can do. */
    int (*authorize)(struct vmm_job *job, const char *const *challenges, const char *method,
                     const char *uri, char *out, size_t out_size);

    /* Tell that a request with an Authorization was accepted, so that the login counts as proven. */
    void (*accepted)(struct vmm_job *job);

    /* For a protocol with a login of its own: write `text` with the words of VMM_HTTP_TEMPLATE filled in into
     * `out` (ended by NUL), as they stand within a JSON string where `json` is not 0. What has the password in
     * it, in any shape, is a login, and the plugin wipes it once it is sent.
     * 0; VMM_E_AUTH: there is no credential, or it was refused; VMM_E_DENIED: the allowance forbids a login
     * now; VMM_E_TOOBIG. Tell accepted() or refused() afterwards. */
    int (*fill)(struct vmm_job *job, const char *text, uint32_t json, char *out, size_t out_size);

    /* Tell that the device refused the login: no other is tried in this look. */
    void (*refused)(struct vmm_job *job);
};

#define VMM_AUTH_HOST "vmm.auth/1"

#ifdef __cplusplus
}
#endif

#endif
