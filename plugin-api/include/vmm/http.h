/* SPDX-License-Identifier: MIT */
/*
 * "vmm.http/1": HTTP. A probe asks the device of its job; a sink sends to the addresses of its own settings.
 *
 * For a probe the host makes the connection, answers a 401 on the same connection within the allowance of the job
 * (Digest by RFC 7616, Basic by RFC 7617 when the device allows nothing better), repeats once what
 * requirement E12 allows, and follows no redirect unless asked to. Proxies of the environment are ignored.
 *
 * Through a proxy that a request names goes the very same exchange, TLS and login included; the proxy itself is given no
 * credential. One that cannot be reached, says nothing or makes no tunnel ends the request as INTERNAL; one that says that it
 * does not reach the device ends it at the rung CONNECT, as UNREACHABLE (500, 502, 503) or TIMEOUT (504).
 */
#ifndef VMM_HTTP_H
#define VMM_HTTP_H

#include <vmm/probe.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VMM_HTTP_MORE        1u  /* another request of this job follows at once: keep the connection */
#define VMM_HTTP_SAFE        2u  /* a POST that changes nothing and may be repeated like a GET */
#define VMM_HTTP_SAME_DEVICE 4u  /* follow up to three redirects, at this device only, by path and query */
#define VMM_HTTP_TEMPLATE    8u  /* fill the words below in target, headers and body, encoded by place; a body
                                    as its Content-Type says: JSON, a form, or as they are */
#define VMM_HTTP_NO_LOGIN    16u /* never answer a challenge: the 401 itself is the answer */
#define VMM_HTTP_FIRST_PART  32u /* multipart: stop after the first part */
#define VMM_HTTP_BASIC_OK    64u /* Basic may be answered without TLS: only when the operator said so */
#define VMM_HTTP_TO_CLOSE    128u /* do not believe the promised length: the answer ends with the connection */
#define VMM_HTTP_ENDLESS     256u /* no end is expected: what has come by timeout_ms is the answer, flagged CUT */
#define VMM_HTTP_TLS         512u /* inside TLS where the operator set none, to find out whether it is spoken. The key is
                                    nobody's yet, so only with NO_LOGIN; port 0 is then 443 unless one is set */
#define VMM_HTTP_ONCE        1024u /* not even the one repeat: a second connection would be one too many */
#define VMM_HTTP_COMPRESSED  2048u /* the device may send gzip or deflate. The body is then what it unpacks to, and that is
                                      what max_bytes counts; the header lines stay as they came */

/*
 * The words of VMM_HTTP_TEMPLATE: {user}, {pass}, {pass_md5}, {pass_sofia} (the hash of DVRIP logins); {user_lower} and {pass_lower}, with ASCII
 * letters made small; {md5:TEXT} and {MD5:TEXT}, the MD5 of TEXT in small or large hexadecimal digits, where
 * TEXT may hold the other words; {user_xml}, the user as an element of XML holds it; {wsse:NONCE CREATED}, the
 * PasswordDigest of WS-Security's UsernameToken for a nonce in Base64 and a time as text. A request that the password goes into, in any shape, is a login.
 */

#define VMM_HTTP_TLS_1_2 12u
#define VMM_HTTP_TLS_1_3 13u

/* What a request wants of the encrypted channel that the operator has set for the device; VMM_E_INVAL where none is set.
 * Files are PEM, by absolute paths; one that cannot be read ends the request as INTERNAL at the rung TLS. */
struct vmm_http_tls {
    uint32_t struct_size;
    uint32_t min_version;    /* VMM_HTTP_TLS_1_2 or _1_3; 0: 1.2, or what the mode legacy allows */
    const char *server_name; /* is asked for, has to be in a certificate that is verified, and is the Host; NULL: the address */
    const char *ca_file;     /* is trusted instead of vmmd's own by the mode verify; NULL: vmmd's */
    const char *cert_file;   /* is shown to a device that asks for one, with its chain; NULL: none */
    const char *key_file;    /* its key, not encrypted; NULL: it stands in cert_file */
};

struct vmm_http_request {
    uint32_t struct_size;
    uint32_t flags;
    const char *method;  /* "GET", "HEAD" or "POST"; "PUT" with SAFE and no body, which begins a session on some */
    const char *target;  /* path and query, begins with '/'; sent byte for byte */
    const char *headers; /* "Name: value\r\n" lines, or NULL */
    const void *body;    /* POST only */
    size_t body_size;
    uint32_t timeout_ms;         /* of the whole request; 0: the rest of the job */
    uint32_t connect_timeout_ms; /* 0: the site's profile */
    uint32_t max_bytes;          /* of the body; more is cut and flagged; 0: 1 MiB */
    uint32_t port;               /* 0: the device's own */
    const struct vmm_http_tls *tls; /* NULL: as the operator has set the device, and no more */
    const char *proxy; /* "http://HOST:PORT": a tunnel through it, made by CONNECT, is the way to the device; NULL: none */
};

#define VMM_HTTP_CUT          1u /* the body was longer than max_bytes */
#define VMM_HTTP_SHORT        2u /* the connection ended before the length that was promised */
#define VMM_HTTP_KEY_CHANGED  4u /* TLS: the pinned key is another one now; the look went on */
#define VMM_HTTP_LOGIN_BARRED 8u /* a challenge came, and the allowance forbids a login now */

struct vmm_http_answer {
    uint32_t struct_size;
    uint32_t outcome; /* VMM_OUTCOME_OK whenever a status line came, whatever the status, but for AUTH */
    uint32_t rung;    /* the first rung that failed, or VMM_RUNG_ANSWER */
    uint32_t reason;  /* VMM_REASON_* where the host knows one, else 0 */
    uint32_t status;  /* 0 when none came */
    uint32_t flags;   /* VMM_HTTP_CUT … */
    const char *headers; /* the header lines of the final answer, as received, ended by NUL */
    size_t headers_size;
    const uint8_t *body; /* followed by a NUL that does not count */
    size_t body_size;
    int64_t sent_wall_us;     /* when the final request went out, by this machine's clock */
    int64_t received_wall_us; /* when the first byte of its answer came */
    uint64_t total_us;        /* the whole request, connection included */
    const char *detail;       /* one line for explain, or NULL */
    int64_t tls_until_s;      /* when the device's certificate ends, seconds since 1970; 0: no TLS, or not known */
    const char *tls_subject;  /* whom the certificate names, "CN=…,O=…" in the order of RFC 2253; NULL: no TLS */
    uint32_t connections;     /* that the look has opened so far */
    uint32_t version;         /* of HTTP, as the status line says: 10 or 11; 0: none came */
    uint64_t connect_us;      /* until the connection stood, encryption included; 0: it stood before, or never did */
    const char *status_line;  /* "HTTP/1.1 200 OK" as it came, its first 127 bytes; NULL: none came */
};

/* Called once on the loop. The answer is borrowed for the call. */
typedef void (*vmm_http_fn)(void *arg, const struct vmm_http_answer *answer);

#define VMM_HTTP_SEND_MAX  (1u << 20) /* bytes of a body that a sink sends */
#define VMM_HTTP_SENDS_MAX 16u        /* of a sink, under way at once */

/*
 * What a sink sends. The origin (scheme, host, port) of the URL has to be that of one of the plugin's settings of
 * type URL, or of a SECRET that says VMM_CONFIG_IS_URL; any path there is allowed. Nothing is repeated and no
 * redirect is followed: a 3xx is an answer like any other. https verifies the server's name and certificate.
 */
struct vmm_http_send {
    uint32_t struct_size;
    uint32_t reserved;
    const char *method;  /* "POST" or "PUT" */
    const char *url;     /* http or https */
    const char *headers; /* "Name: value\r\n" lines, or NULL */
    const void *body;
    size_t body_size;            /* at most VMM_HTTP_SEND_MAX */
    uint32_t timeout_ms;         /* of the whole request; 0: 30 s; at most 120 s */
    uint32_t connect_timeout_ms; /* 0: 10 s */
    uint32_t max_bytes;          /* of the answer's body; more is cut and flagged; 0: 64 KiB */
    uint32_t reserved2;
    const char *ca_file;      /* PEM, trusted instead of vmmd's own; NULL or "": vmmd's */
    const char *cert_file;    /* PEM, the certificate to show, with its chain; NULL or "": none */
    const char *key_file;     /* PEM, its key; NULL or "": it stands in cert_file */
    const char *key_password; /* NULL: the key is not encrypted */
};

struct vmm_http_host {
    uint32_t struct_size;
    uint32_t reserved;

    /* Start a request of a probe; everything in it is copied. One request of a job at a time unless the allowance
     * says more. VMM_E_DENIED over the allowance, VMM_E_INVAL for a target that is no path
     * or a proxy that is no such URL. NULL for a sink. */
    int (*request)(struct vmm_job *job, const struct vmm_http_request *request, vmm_http_fn done,
                   void *arg);

    /* Start a request of a sink; everything in it is copied. VMM_E_DENIED: no setting names this origin;
     * VMM_E_INVAL: no such URL, method or header lines; VMM_E_TOOBIG; VMM_E_AGAIN: too many are under way. NULL for
     * a probe. */
    int (*send)(struct vmm_context *context, const struct vmm_http_send *send, vmm_http_fn done,
                void *arg);
};

#define VMM_HTTP_HOST "vmm.http/1"

#ifdef __cplusplus
}
#endif

#endif
