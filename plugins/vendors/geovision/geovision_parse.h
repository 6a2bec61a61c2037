/* SPDX-License-Identifier: MIT */
/*
 * What GeoVision devices answer, read without any I/O. Three worlds share the name: cameras with a
 * firmware of its own, cameras that Uniview builds, and PC software.
 */
#ifndef GEOVISION_PARSE_H
#define GEOVISION_PARSE_H

#include <kit/observe.h>

#define GEOVISION_SALT_MAX    16u
#define GEOVISION_TOKEN_MAX   64u
#define GEOVISION_SESSION_MAX 96u

/* What the page of the login says. Salts and token are letters and digits, so they can stand in a
 * template. */
struct geovision_page {
    bool is_camera; /* its title says so; a video server may have the same page */
    char salt[2][GEOVISION_SALT_MAX + 1]; /* cc1, cc2 */
    char token[GEOVISION_TOKEN_MAX +
               1]; /* web_login_token of newer firmware; "" when there is none */
};

/* What a good login gives: as good as a password, so it is never told, and wiped. */
struct geovision_session {
    char user[GEOVISION_SESSION_MAX + 1];
    char password[GEOVISION_SESSION_MAX + 1];
    char key[GEOVISION_SESSION_MAX + 1];
};

/* Whether the header lines are those of GeoVision's PC software. */
bool geovision_is_software(struct vmm_text headers);

/* Whether an answer to a path of Uniview's LAPI is one of LAPI. */
bool geovision_is_lapi(uint32_t status, struct vmm_text body);

/* Read the page of the login. False when it has no salts, or none that are letters and digits; the
 * title is read all the same. */
bool geovision_read_page(struct vmm_text body, struct geovision_page *page);

/* Read the page that follows a login. False when it opens no session. */
bool geovision_read_session(struct vmm_text body, struct geovision_session *session);

/* Read a picture: the signal of channel 1, which a whole one proves of a camera alone. False when it is
 * none. */
bool geovision_read_picture(struct vmm_text body, bool is_camera, const struct vmm_observer *to);

#endif
