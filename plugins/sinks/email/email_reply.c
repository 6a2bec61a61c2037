/* SPDX-License-Identifier: MIT */
#include "email_reply.h"

#include <curl/curl.h>

static const char *words_of(int code)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return "the mail server has no address";
    case CURLE_COULDNT_CONNECT:
        return "no connection to the mail server";
    case CURLE_OPERATION_TIMEDOUT:
        return "no answer of the mail server within the time";
    case CURLE_LOGIN_DENIED:
        return "the mail server refuses the login";
    case CURLE_USE_SSL_FAILED:
        return "the mail server offers no TLS";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
        return "TLS with the mail server failed";
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        return "the mail server broke off";
    default:
        return "the mail was not taken";
    }
}

void email_judge(const struct email_end *end, struct vmm_settling *settling)
{
    if (end->code == CURLE_OK && end->was_sent) {
        vmm_settling_set(settling, VMM_SINK_DELIVERED, 0, NULL);
        return;
    }
    /* Servers, logins and addresses are settings, which can be mended; the text is the mail's own. */
    bool is_mail = end->was_sent && end->reply >= 500;
    const char *colon = end->detail[0] != '\0' ? ": " : "";
    if (end->reply >= 400) {
        vmm_settling_set(settling, is_mail ? VMM_SINK_DROP : VMM_SINK_RETRY, 0, "%s: SMTP %u%s%s",
                         words_of(end->code), end->reply, colon, end->detail);
    } else {
        vmm_settling_set(settling, VMM_SINK_RETRY, 0, "%s%s%s", words_of(end->code), colon,
                         end->detail);
    }
}
