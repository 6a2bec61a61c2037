/* SPDX-License-Identifier: MIT */
#include "cameras/camera.h"

#include <gst/app/gstappsrc.h>

static const char *const launches[] = {
    [CLIP_H264] = "( appsrc name=source ! rtph264pay name=pay0 pt=96 config-interval=-1 )",
    [CLIP_H265] = "( appsrc name=source ! rtph265pay name=pay0 pt=96 config-interval=-1 )",
};

/* Where a client is in the loop. */
struct player {
    const struct clip *clip;
    guint64 next; /* frame since the begin, over all rounds */
};

/* On a thread of the media: the queue wants more, and the sink takes it at the pace of its times. */
static void on_need_data(GstAppSrc *source, guint wanted, gpointer arg)
{
    struct player *player = arg;
    const GPtrArray *frames = player->clip->frames;
    (void)wanted;
    /* A copy of the description alone; the bytes are shared by all clients. */
    GstBuffer *frame = gst_buffer_copy(g_ptr_array_index(frames, player->next % frames->len));
    GST_BUFFER_PTS(frame) = player->next * CLIP_FRAME_NS;
    GST_BUFFER_DTS(frame) = GST_BUFFER_PTS(frame);
    GST_BUFFER_DURATION(frame) = CLIP_FRAME_NS;
    player->next++;
    gst_app_src_push_buffer(source, frame);
}

/* A client has asked: its media is made, but does not run yet. */
static void on_media(GstRTSPMediaFactory *factory, GstRTSPMedia *media, gpointer arg)
{
    const struct camera *camera = arg;
    struct player *player = g_new0(struct player, 1);
    GstElement *bin = gst_rtsp_media_get_element(media);
    GstElement *source = gst_bin_get_by_name_recurse_up(GST_BIN(bin), "source");
    (void)factory;
    player->clip = &camera->clip;
    g_object_set(source, "caps", camera->clip.caps, "format", GST_FORMAT_TIME, NULL);
    g_object_set_data_full(G_OBJECT(media), "player", player, g_free);
    g_signal_connect(source, "need-data", G_CALLBACK(on_need_data), player);
    gst_object_unref(source);
    gst_object_unref(bin);
}

void camera_mount(const struct camera *camera, GstRTSPMountPoints *mounts)
{
    GstRTSPMediaFactory *factory = gst_rtsp_media_factory_new();
    gst_rtsp_media_factory_set_launch(factory, launches[camera->codec]);
    gst_rtsp_media_factory_add_role(factory, CAMERA_ROLE, GST_RTSP_PERM_MEDIA_FACTORY_ACCESS,
                                    G_TYPE_BOOLEAN, TRUE, GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT,
                                    G_TYPE_BOOLEAN, TRUE, NULL);
    g_signal_connect(factory, "media-configure", G_CALLBACK(on_media), (gpointer)camera);
    gst_rtsp_mount_points_add_factory(mounts, camera->path, factory);
}
