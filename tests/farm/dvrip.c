/* SPDX-License-Identifier: MIT */
#include "farm/dvrip.h"

#include <jansson.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define MAGIC      0xff
#define LENGTH_MAX 32768

static uint32_t get32(const char *at)
{
    const unsigned char *bytes = (const unsigned char *)at;
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static void put32(char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        at[i] = (char)(value >> (8 * i));
    }
}

enum message_state dvrip_read(const char *data, size_t length, struct message *message)
{
    *message = (struct message){.method = METHOD_OTHER};
    if (length > 0 && (unsigned char)data[0] != MAGIC) {
        return MESSAGE_BAD;
    }
    if (length < DVRIP_HEAD) {
        return MESSAGE_PART;
    }
    message->head_len = DVRIP_HEAD;
    message->session = get32(data + 4);
    message->sequence = get32(data + 8);
    message->id = (uint16_t)(get32(data + 12) >> 16);
    message->body_len = get32(data + 16);
    return message->body_len <= LENGTH_MAX ? MESSAGE_WHOLE : MESSAGE_BAD;
}

/* Without what ends a body: LF NUL, NUL, or nothing. */
static struct slice trim_end(struct slice body)
{
    while (body.len > 0 && (body.at[body.len - 1] == '\0' || body.at[body.len - 1] == '\n')) {
        body.len--;
    }
    return body;
}

static json_t *parse(struct slice body)
{
    body = trim_end(body);
    return body.len > 0 ? json_loadb(body.at, body.len, 0, NULL) : NULL;
}

void dvrip_read_body(struct message *message)
{
    json_t *json = parse(message->body);
    const char *name = json_string_value(json_object_get(json, "Name"));
    bool named = name != NULL && name[0] != '\0';
    int length = snprintf(message->made, sizeof message->made, "/%u%s%.40s", message->id,
                          named ? "/" : "", named ? name : "");
    message->path = (struct slice){message->made, (size_t)length};
    message->target = message->path;
    json_decref(json);
}

bool dvrip_read_login(struct slice body, struct dvrip_login *login)
{
    json_t *json = parse(body);
    const char *kind = json_string_value(json_object_get(json, "EncryptType"));
    const char *user = json_string_value(json_object_get(json, "UserName"));
    const char *hash = json_string_value(json_object_get(json, "PassWord"));
    bool good = kind != NULL && strcmp(kind, "MD5") == 0 && user != NULL && hash != NULL &&
                strlen(user) < sizeof login->user && strlen(hash) == DVRIP_HASH;
    if (good) {
        memcpy(login->user, user, strlen(user) + 1);
        memcpy(login->hash, hash, sizeof login->hash);
    }
    json_decref(json);
    return good;
}

void dvrip_hash(const char *password, char hash[DVRIP_HASH + 1])
{
    static const char signs[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    unsigned char sum[EVP_MAX_MD_SIZE] = {0};
    EVP_Digest(password, strlen(password), sum, NULL, EVP_md5(), NULL);
    for (int i = 0; i < DVRIP_HASH; i++) {
        hash[i] = signs[(sum[2 * i] + sum[2 * i + 1]) % 62];
    }
    hash[DVRIP_HASH] = '\0';
}

static void write_frame(const struct message *asked, uint32_t session, struct slice part,
                        size_t packets, size_t place, struct out *out)
{
    char head[DVRIP_HEAD] = {(char)MAGIC, 1};
    put32(head + 4, session);
    put32(head + 8, asked->sequence);
    head[12] = (char)(packets > 1 ? packets : 0);
    head[13] = (char)(packets > 1 ? place : 0);
    head[14] = (char)(asked->id + 1);
    head[15] = (char)((asked->id + 1) >> 8);
    put32(head + 16, (uint32_t)part.len);
    out_bytes(out, head, sizeof head);
    out_slice(out, part);
}

void dvrip_write(const struct message *asked, uint32_t session, struct slice body, size_t packet,
                 struct out *out)
{
    struct out whole = {0};
    out_slice(&whole, body);
    out_bytes(&whole, "\n", 2);
    size_t size = packet == 0 ? whole.len : packet;
    size_t packets = (whole.len + size - 1) / size;
    for (size_t i = 0; i < packets; i++) {
        size_t left = whole.len - i * size;
        write_frame(asked, session,
                    (struct slice){whole.data + i * size, left < size ? left : size}, packets, i,
                    out);
    }
    out_finish(&whole);
}
