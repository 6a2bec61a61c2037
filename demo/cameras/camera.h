/* SPDX-License-Identifier: MIT */
/*
 * One camera: a clip that is played in a loop to each client that asks for it. Without a client there
 * is no pipeline and so no work.
 */
#ifndef CAMERAS_CAMERA_H
#define CAMERAS_CAMERA_H

#include <gst/rtsp-server/rtsp-server.h>

#include "cameras/clip.h"

#define CAMERA_ROLE "watcher" /* who may see it */

struct camera {
    const char *path;
    const char *pattern; /* of videotestsrc */
    enum clip_codec codec;
    struct clip clip;
};

/* Serve the camera, whose clip is loaded, at its path. It must outlive the server. */
void camera_mount(const struct camera *camera, GstRTSPMountPoints *mounts);

#endif
