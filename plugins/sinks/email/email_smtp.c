/* SPDX-License-Identifier: MIT */
#include "email_smtp.h"

#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

struct session {
    struct email_mail *mail;
    size_t read; /* bytes of the text that curl has taken */
    char error[CURL_ERROR_SIZE];
};

static size_t on_read(char *to, size_t one, size_t size, void *arg)
{
    struct session *session = arg;
    size_t room = one * size;
    size_t left = session->mail->size - session->read;
    size_t taken = left < room ? left : room;
    if (taken > 0) {
        memcpy(to, session->mail->text + session->read, taken);
        session->read += taken;
    }
    return taken;
}

/* The server's own lines: "550 5.1.1 no such user". Before the text only an address is refused without an end. */
static size_t on_line(char *line, size_t one, size_t size, void *arg)
{
    struct session *session = arg;
    struct email_mail *mail = session->mail;
    size_t length = one * size;
    if (length > 3 && line[0] == '5' && session->read == 0) {
        size_t end = length;
        while (end > 0 && (line[end - 1] == '\r' || line[end - 1] == '\n')) {
            end--;
        }
        snprintf(mail->refused, sizeof(mail->refused), "%.*s", (int)(end < 150 ? end : 150), line);
    }
    return length;
}

static struct curl_slist *list_of(const struct email_mail *mail)
{
    struct curl_slist *list = NULL;
    for (size_t i = 0; i < mail->recipient_count; i++) {
        struct curl_slist *longer = curl_slist_append(list, mail->recipients[i]);
        if (longer == NULL) {
            curl_slist_free_all(list);
            return NULL;
        }
        list = longer;
    }
    return list;
}

#define SET(option, value) (curl_easy_setopt(easy, option, value) == CURLE_OK)

static bool set_server(CURL *easy, const struct email_server *server)
{
    char url[320];
    bool is_ipv6 = strchr(server->host, ':') != NULL;
    snprintf(url, sizeof(url), "%s://%s%s%s:%u", server->tls == EMAIL_TLS ? "smtps" : "smtp",
             is_ipv6 ? "[" : "", server->host, is_ipv6 ? "]" : "", server->port);
    bool good = SET(CURLOPT_URL, url) && SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps") &&
                SET(CURLOPT_PROXY, "") && SET(CURLOPT_NOPROXY, "*") && SET(CURLOPT_NOSIGNAL, 1L) &&
                SET(CURLOPT_TIMEOUT_MS, (long)server->timeout_ms) &&
                SET(CURLOPT_CONNECTTIMEOUT_MS, (long)server->timeout_ms) &&
                SET(CURLOPT_USE_SSL,
                    (long)(server->tls == EMAIL_CLEAR ? CURLUSESSL_NONE : CURLUSESSL_ALL)) &&
                SET(CURLOPT_SSL_VERIFYPEER, 1L) && SET(CURLOPT_SSL_VERIFYHOST, 2L) &&
                SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (good && server->ca_file[0] != '\0') {
        good = SET(CURLOPT_CAINFO, server->ca_file) && SET(CURLOPT_CAPATH, NULL);
    }
    if (good && server->user[0] != '\0') {
        good = SET(CURLOPT_USERNAME, server->user) && SET(CURLOPT_PASSWORD, server->password);
    }
    return good;
}

static bool set_mail(CURL *easy, struct session *session, struct curl_slist *recipients)
{
    char from[300];
    snprintf(from, sizeof(from), "<%s>", session->mail->server->from);
    return SET(CURLOPT_MAIL_FROM, from) && SET(CURLOPT_MAIL_RCPT, recipients) &&
           SET(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L) && SET(CURLOPT_UPLOAD, 1L) &&
           SET(CURLOPT_READFUNCTION, on_read) && SET(CURLOPT_READDATA, session) &&
           SET(CURLOPT_HEADERFUNCTION, on_line) && SET(CURLOPT_HEADERDATA, session) &&
           SET(CURLOPT_ERRORBUFFER, session->error);
}

void email_smtp_send(struct email_mail *mail)
{
    struct session session = {.mail = mail};
    long reply = 0;
    CURL *easy = curl_easy_init();
    struct curl_slist *recipients = list_of(mail);
    mail->code = CURLE_OUT_OF_MEMORY;
    if (easy != NULL && recipients != NULL && set_server(easy, mail->server) &&
        set_mail(easy, &session, recipients)) {
        mail->code = (int)curl_easy_perform(easy);
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &reply);
    }
    mail->reply = (uint32_t)reply;
    mail->was_sent = session.read == mail->size && mail->size > 0;
    snprintf(mail->detail, sizeof(mail->detail), "%.*s", (int)sizeof(mail->detail) - 1,
             session.error);
    curl_slist_free_all(recipients);
    curl_easy_cleanup(easy);
}
