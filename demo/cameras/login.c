/* SPDX-License-Identifier: MIT */
#include "cameras/login.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cameras/camera.h"

#define LINE_SIZE 512

static void require(GstRTSPServer *server, const char *user, const char *password)
{
    GstRTSPAuth *auth = gst_rtsp_auth_new();
    GstRTSPToken *token =
        gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, CAMERA_ROLE, NULL);
    gst_rtsp_auth_set_supported_methods(auth, GST_RTSP_AUTH_DIGEST);
    gst_rtsp_auth_set_realm(auth, "demo cameras");
    gst_rtsp_auth_add_digest(auth, user, password, token);
    gst_rtsp_token_unref(token);
    gst_rtsp_server_set_auth(server, auth);
    g_object_unref(auth);
}

int login_require(GstRTSPServer *server, const char *file)
{
    char line[LINE_SIZE] = "";
    FILE *stream = fopen(file, "re");
    if (stream == NULL) {
        fprintf(stderr, "demo-cameras: %s: %s\n", file, strerror(errno));
        return -1;
    }
    setvbuf(stream, NULL, _IONBF, 0); /* no second copy of the password */
    bool read = fgets(line, sizeof(line), stream) != NULL;
    fclose(stream);
    line[strcspn(line, "\r\n")] = '\0';
    char *colon = read ? strchr(line, ':') : NULL;
    if (colon != NULL) {
        *colon = '\0';
        require(server, line, colon + 1);
    } else {
        fprintf(stderr, "demo-cameras: %s: \"user:password\" was expected\n", file);
    }
    explicit_bzero(line, sizeof(line));
    return colon != NULL ? 0 : -1;
}
