/* SPDX-License-Identifier: MIT */
#include "email_message.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include <kit/datetime.h>

#define WORD_BYTES 42u /* of text in one encoded word, which has 75 characters at most */
#define LINE_BYTES 57u /* of text in one line of base64, which has 76 */
#define HASH_BYTES 16u

/* ---- Writing ---- */

static void add(struct email_buffer *out, const void *bytes, size_t size)
{
    if (out->failed || size > EMAIL_MESSAGE_MAX - out->size) {
        out->failed = true;
        return;
    }
    if (size > out->capacity - out->size) {
        size_t capacity = out->capacity > 0 ? out->capacity : 4096;
        while (capacity - out->size < size) {
            capacity *= 2;
        }
        char *data = realloc(out->data, capacity);
        if (data == NULL) {
            out->failed = true;
            return;
        }
        out->data = data;
        out->capacity = capacity;
    }
    memcpy(out->data + out->size, bytes, size);
    out->size += size;
}

__attribute__((format(printf, 2, 3))) static void print(struct email_buffer *out,
                                                        const char *format, ...)
{
    char line[1200];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (size < 0 || (size_t)size >= sizeof(line)) {
        out->failed = true;
        return;
    }
    add(out, line, (size_t)size);
}

static void add_base64(struct email_buffer *out, struct vmm_text text)
{
    unsigned char line[LINE_BYTES / 3 * 4 + 1];
    int size = EVP_EncodeBlock(line, (const unsigned char *)text.data, (int)text.size);
    add(out, line, (size_t)size);
}

/* ---- Header lines ---- */

/* The bytes of whole characters that fit `max`. */
static size_t whole_characters(struct vmm_text text, size_t max)
{
    size_t size = text.size < max ? text.size : max;
    while (size > 0 && size < text.size && ((unsigned char)text.data[size] & 0xc0) == 0x80) {
        size--;
    }
    return size > 0 ? size : 1;
}

/* A text of any characters as encoded words (RFC 2047), one a line. */
static void add_words(struct email_buffer *out, struct vmm_text text)
{
    const char *before = "";
    while (text.size > 0) {
        size_t size = whole_characters(text, WORD_BYTES);
        print(out, "%s=?UTF-8?B?", before);
        add_base64(out, (struct vmm_text){text.data, size});
        print(out, "?=");
        text.data += size;
        text.size -= size;
        before = "\r\n ";
    }
}

static const char *sign_of(const struct vmm_notification *n)
{
    bool is_alarm = vmm_text_equal(n->kind, "alert") || vmm_text_equal(n->kind, "update") ||
                    vmm_text_equal(n->kind, "reminder");
    return vmm_text_equal(n->kind, "recovery")                   ? "✅ "
           : is_alarm && vmm_text_equal(n->severity, "critical") ? "🔴 "
           : is_alarm && vmm_text_equal(n->severity, "suspect")  ? "🟠 "
                                                                 : "";
}

/* The title in valid UTF-8, at most 300 bytes. */
static void add_subject(struct email_buffer *out, const struct vmm_notification *n)
{
    char title[300];
    char subject[320];
    vmm_text_to_utf8(n->title, title, sizeof(title));
    int size = snprintf(subject, sizeof(subject), "%s%s", sign_of(n), title);
    print(out, "Subject: ");
    add_words(out, vmm_text_bytes(subject, (size_t)size));
    print(out, "\r\n");
}

/* "Sat, 21 Nov 2026 22:49:50 +0000" of an RFC 3339 time in UTC. */
static int add_date(struct email_buffer *out, struct vmm_text at)
{
    static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct vmm_datetime t;
    if (vmm_datetime_parse(at, "%Y-%m-%dT%H:%M:%S.%fZ", &t) != 0 &&
        vmm_datetime_parse(at, "%Y-%m-%dT%H:%M:%SZ", &t) != 0) {
        return VMM_E_PROTO;
    }
    int64_t day = vmm_datetime_days(t.year, t.month, t.day) % 7;
    print(out, "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\n", days[day < 0 ? day + 7 : day],
          t.day, months[t.month - 1], t.year, t.hour, t.minute, t.second);
    return 0;
}

static const char *domain_of(const char *from)
{
    const char *at = strchr(from, '@');
    return at != NULL ? at + 1 : "localhost";
}

/* A name for the thread that says nothing of it. */
static void add_thread(struct email_buffer *out, struct vmm_text key, const char *from)
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    char hex[2 * HASH_BYTES + 1];
    if (EVP_Digest(key.data, key.size, sum, &size, EVP_sha256(), NULL) != 1) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < HASH_BYTES; i++) {
        snprintf(hex + 2 * i, 3, "%02x", sum[i]);
    }
    print(out, "In-Reply-To: <thread-%s@%s>\r\nReferences: <thread-%s@%s>\r\n", hex,
          domain_of(from), hex, domain_of(from));
}

static bool is_id(struct vmm_text id)
{
    for (size_t i = 0; i < id.size; i++) {
        if (!isalnum((unsigned char)id.data[i]) && id.data[i] != '-') {
            return false;
        }
    }
    return id.size > 0 && id.size <= 64;
}

static int add_header(struct email_buffer *out, const struct vmm_notification *n, const char *from,
                      const char *to)
{
    if (!is_id(n->id) || add_date(out, n->at) != 0) {
        return VMM_E_PROTO;
    }
    print(out, "From: vmm <%s>\r\nTo: %s\r\n", from, to);
    add_subject(out, n);
    print(out, "Message-ID: <%.*s@%s>\r\n", (int)n->id.size, n->id.data, domain_of(from));
    if (n->thread_key.size > 0) {
        add_thread(out, n->thread_key, from);
    }
    /* RFC 3834: nobody's holiday answers this. */
    print(out, "Auto-Submitted: auto-generated\r\n"
               "MIME-Version: 1.0\r\n"
               "Content-Type: text/plain; charset=UTF-8\r\n"
               "Content-Transfer-Encoding: base64\r\n\r\n");
    return 0;
}

/* ---- Body ---- */

/* Valid UTF-8 with CR LF at the ends of lines; the caller frees it. NULL without memory. */
static char *canonical(struct vmm_text text, size_t *size)
{
    size_t room = text.size * 3 + 3; /* each bad byte becomes three; each LF two */
    char *clean = malloc(room);
    char *out = malloc(room * 2);
    *size = 0;
    if (clean != NULL && out != NULL) {
        size_t length = vmm_text_to_utf8(text, clean, room);
        for (size_t i = 0; i < length; i++) {
            if (clean[i] == '\n') {
                out[(*size)++] = '\r';
            }
            if (clean[i] != '\r') {
                out[(*size)++] = clean[i];
            }
        }
    } else {
        free(out);
        out = NULL;
    }
    free(clean);
    return out;
}

static void add_body(struct email_buffer *out, const struct vmm_notification *n)
{
    size_t size = 0;
    char *text = canonical(n->text.size > 0 ? n->text : n->title, &size);
    out->failed |= text == NULL;
    for (size_t at = 0; text != NULL && at < size; at += LINE_BYTES) {
        size_t left = size - at;
        add_base64(out, vmm_text_bytes(text + at, left < LINE_BYTES ? left : LINE_BYTES));
        add(out, "\r\n", 2);
    }
    free(text);
}

int email_message(const struct vmm_notification *n, const char *from, const char *to,
                  struct email_buffer *out)
{
    out->size = 0;
    out->failed = false;
    int rc = add_header(out, n, from, to);
    if (rc == 0) {
        add_body(out, n);
    }
    return rc != 0 ? rc : out->failed ? VMM_E_TOOBIG : 0;
}

void email_buffer_finish(struct email_buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct email_buffer){0};
}

/* ---- Addresses ---- */

bool email_is_address(const char *text)
{
    static const char local[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "!#$%&'*+-/=?^_{|}~.";
    static const char domain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
    size_t before = strspn(text, local);
    if (before == 0 || before > 64 || text[before] != '@' || text[0] == '.' ||
        text[before - 1] == '.') {
        return false;
    }
    const char *host = text + before + 1;
    size_t size = strspn(host, domain);
    return size > 0 && size <= 190 && host[size] == '\0' && host[0] != '.' && host[0] != '-' &&
           host[size - 1] != '.' && strstr(host, "..") == NULL;
}
