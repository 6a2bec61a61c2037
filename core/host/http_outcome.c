/* SPDX-License-Identifier: MIT */
#include "host/http_outcome.h"

#include <curl/curl.h>
#include <errno.h>

#include <vmm/http.h>

static struct http_verdict verdict(uint32_t outcome, uint32_t rung, uint32_t reason,
                                   const char *detail)
{
    return (struct http_verdict){
        .outcome = outcome, .rung = rung, .reason = reason, .detail = detail};
}

static struct http_verdict repeatable(struct http_verdict given)
{
    given.is_repeatable = true;
    return given;
}

struct http_verdict http_outcome_connect(int os_errno)
{
    switch (os_errno) {
    case ECONNREFUSED:
        return repeatable(verdict(VMM_OUTCOME_UNREACHABLE, VMM_RUNG_CONNECT, VMM_REASON_UNREACHABLE,
                                  "connection refused"));
    case ECONNRESET:
        return repeatable(verdict(VMM_OUTCOME_UNREACHABLE, VMM_RUNG_CONNECT, VMM_REASON_UNREACHABLE,
                                  "connection reset"));
    case ETIMEDOUT:
        return verdict(VMM_OUTCOME_TIMEOUT, VMM_RUNG_CONNECT, VMM_REASON_TIMEOUT,
                       "connect timed out");
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENETDOWN:
        return verdict(VMM_OUTCOME_UNREACHABLE, VMM_RUNG_CONNECT, VMM_REASON_UNREACHABLE,
                       "no route there");
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case EADDRNOTAVAIL:
    case EAGAIN:
    case EACCES:
    case EPERM:
        return verdict(VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, VMM_REASON_INTERNAL,
                       "this machine could not open a connection");
    default:
        return verdict(VMM_OUTCOME_UNREACHABLE, VMM_RUNG_CONNECT, VMM_REASON_UNREACHABLE,
                       "no connection");
    }
}

static struct http_verdict cut_off(const char *detail)
{
    struct http_verdict cut = verdict(VMM_OUTCOME_OK, VMM_RUNG_ANSWER, VMM_REASON_NONE, detail);
    cut.flags = VMM_HTTP_CUT;
    return cut;
}

static struct http_verdict timed_out(const struct http_end *end)
{
    if (!end->connected) {
        return end->resolved ? http_outcome_connect(ETIMEDOUT)
                             : verdict(VMM_OUTCOME_INTERNAL, VMM_RUNG_RESOLVE, VMM_REASON_RESOLVER,
                                       "the resolver did not answer");
    }
    if (end->is_tls && !end->secured) {
        return verdict(VMM_OUTCOME_TIMEOUT, VMM_RUNG_TLS, VMM_REASON_TIMEOUT,
                       "TLS handshake timed out");
    }
    if (end->is_endless && end->has_header) {
        return cut_off("the answer has no end and was cut");
    }
    struct http_verdict late = verdict(VMM_OUTCOME_TIMEOUT, VMM_RUNG_ANSWER, VMM_REASON_TIMEOUT,
                                       end->status == 0 ? "no answer within the time"
                                                        : "the answer did not end within the time");
    late.flags = end->status == 0 ? 0 : VMM_HTTP_SHORT;
    return late;
}

/* Half a header is no answer: what it says, a 401 for example, counts for nothing. */
static struct http_verdict ended_in_header(void)
{
    return verdict(VMM_OUTCOME_UNREACHABLE, VMM_RUNG_ANSWER, VMM_REASON_UNREACHABLE,
                   "the connection ended inside the header");
}

/* The connection ended by itself, or sending on it failed. */
static struct http_verdict broken_off(const struct http_end *end)
{
    if (end->status != 0 && !end->has_header) {
        return ended_in_header();
    }
    if (end->status != 0) {
        struct http_verdict cut = verdict(VMM_OUTCOME_OK, VMM_RUNG_ANSWER, VMM_REASON_NONE,
                                          "the connection ended inside the answer");
        cut.flags = VMM_HTTP_SHORT;
        return cut;
    }
    return repeatable(verdict(VMM_OUTCOME_UNREACHABLE, VMM_RUNG_ANSWER, VMM_REASON_UNREACHABLE,
                              "closed before an answer"));
}

/* Our own callbacks stop a transfer by refusing bytes. */
static struct http_verdict stopped(const struct http_end *end)
{
    if (end->was_stacked) {
        return verdict(VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, VMM_REASON_BAD_REPLY,
                       "the answer is packed in a way that nobody asked for");
    }
    if (end->was_garbled || !end->was_cut) {
        return verdict(VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, VMM_REASON_BAD_REPLY,
                       "the header of the answer has no end");
    }
    return cut_off("the answer is longer than wanted and was cut");
}

struct http_verdict http_outcome(const struct http_end *end)
{
    switch (end->code) {
    case CURLE_OK:
        return end->status != 0 && !end->has_header
                   ? ended_in_header()
                   : verdict(VMM_OUTCOME_OK, VMM_RUNG_ANSWER, VMM_REASON_NONE, NULL);
    case CURLE_COULDNT_RESOLVE_HOST:
        return verdict(VMM_OUTCOME_INTERNAL, VMM_RUNG_RESOLVE, VMM_REASON_RESOLVER,
                       "the name has no address");
    case CURLE_COULDNT_CONNECT:
        return http_outcome_connect(end->os_errno);
    case CURLE_OPERATION_TIMEDOUT:
        return timed_out(end);
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
        return broken_off(end);
    case CURLE_WRITE_ERROR:
        return stopped(end);
    case CURLE_UNSUPPORTED_PROTOCOL: /* what came does not begin like HTTP */
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
        return verdict(VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, VMM_REASON_BAD_REPLY,
                       "the answer is no HTTP");
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CLIENTCERT:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return verdict(VMM_OUTCOME_BAD_REPLY, VMM_RUNG_TLS, VMM_REASON_TLS,
                       "the encrypted channel could not be set up");
    case CURLE_SSL_CERTPROBLEM:
        return verdict(VMM_OUTCOME_INTERNAL, VMM_RUNG_TLS, VMM_REASON_INTERNAL,
                       "the certificate to show, or its key, cannot be read");
    case CURLE_SSL_CACERT_BADFILE:
        return verdict(VMM_OUTCOME_INTERNAL, VMM_RUNG_TLS, VMM_REASON_INTERNAL,
                       "the file of trusted certificates cannot be read");
    default:
        return verdict(VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, VMM_REASON_INTERNAL,
                       "the request could not be made");
    }
}
