/* SPDX-License-Identifier: MIT */
/*
 * DVRIP, the control protocol of Xiongmai boards: 20 bytes of head in little-endian, then JSON that LF and NUL end.
 *
 *   0 magic FF, 1 version, 4 session, 8 sequence, 12 packets, 13 packet, 14 message id, 16 length
 *
 * To personalities a request looks like one for the path /ID/NAME ("/1020/SystemInfo"; a login is "/1000"). Written for
 * the farm alone, so that a client is not tested against itself.
 */
#ifndef FARM_DVRIP_H
#define FARM_DVRIP_H

#include "farm/message.h"

#define DVRIP_HEAD  20
#define DVRIP_HASH  8
#define DVRIP_LOGIN 1000

/* What a login brings. */
struct dvrip_login {
    char user[64];
    char hash[DVRIP_HASH + 1];
};

/* Reads the head at DATA; MESSAGE_WHOLE fills *MESSAGE but for its path, which the body tells. */
enum message_state dvrip_read(const char *data, size_t length, struct message *message);

/* Makes the path of a request whose body has come. */
void dvrip_read_body(struct message *message);

/* Takes a login's body apart; false: it is none. */
bool dvrip_read_login(struct slice body, struct dvrip_login *login);

/* The hash of a password that a login brings. */
void dvrip_hash(const char *password, char hash[DVRIP_HASH + 1]);

/* Appends BODY as one frame with what ends it, or as several of at most PACKET bytes (0: one) that belong together. */
void dvrip_write(const struct message *asked, uint32_t session, struct slice body, size_t packet,
                 struct out *out);

#endif
