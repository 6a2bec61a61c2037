/* SPDX-License-Identifier: MIT */
#include "cameras/clip.h"

#include <errno.h>
#include <gst/app/gstappsink.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FRAMES     60                 /* six seconds */
#define ENCODE_MAX (120 * GST_SECOND) /* on a machine that is very busy */

static const char *const encoders[] = {
    [CLIP_H264] = "x264enc speed-preset=veryfast bitrate=400 key-int-max=20 bframes=0 ! "
                  "h264parse",
    [CLIP_H265] = "x265enc speed-preset=superfast bitrate=300 key-int-max=20 "
                  "option-string=bframes=0:log-level=none ! h265parse",
};

static const char *const readers[] = {
    [CLIP_H264] = "h264parse config-interval=-1 ! "
                  "video/x-h264,stream-format=byte-stream,alignment=au",
    [CLIP_H265] = "h265parse config-interval=-1 ! "
                  "video/x-h265,stream-format=byte-stream,alignment=au",
};

/* NULL with a line on standard error: most likely an element is not installed. */
static GstElement *parse(const char *description)
{
    GError *error = NULL;
    GstElement *pipeline =
        gst_parse_launch_full(description, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
    if (error != NULL) {
        fprintf(stderr, "demo-cameras: %s\n", error->message);
        g_error_free(error);
    }
    return pipeline;
}

static void set_location(GstElement *pipeline, const char *location)
{
    GstElement *file = gst_bin_get_by_name(GST_BIN(pipeline), "file");
    g_object_set(file, "location", location, NULL);
    gst_object_unref(file);
}

static void stop(GstElement *pipeline)
{
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
}

/* Wait until the pipeline has come to its end. */
static int wait_end(GstElement *pipeline, const char *what)
{
    GstBus *bus = gst_element_get_bus(pipeline);
    GstMessage *message =
        gst_bus_timed_pop_filtered(bus, ENCODE_MAX, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    bool ended = message != NULL && GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
    if (message == NULL) {
        fprintf(stderr, "demo-cameras: %s: not done within two minutes\n", what);
    } else if (!ended) {
        GError *error = NULL;
        gst_message_parse_error(message, &error, NULL);
        fprintf(stderr, "demo-cameras: %s: %s\n", what, error->message);
        g_error_free(error);
    }
    gst_clear_message(&message);
    gst_object_unref(bus);
    return ended ? 0 : -1;
}

static int encode(const char *path, enum clip_codec codec, const char *pattern)
{
    char *description =
        g_strdup_printf("videotestsrc num-buffers=%d pattern=%s ! "
                        "video/x-raw,format=I420,width=640,height=360,framerate=10/1 ! %s ! "
                        "matroskamux ! filesink name=file",
                        FRAMES, pattern, encoders[codec]);
    GstElement *pipeline = parse(description);
    g_free(description);
    if (pipeline == NULL) {
        return -1;
    }
    set_location(pipeline, path);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    int rc = wait_end(pipeline, path);
    stop(pipeline);
    return rc;
}

/* Encode into a file of our own first: a clip is there whole or not at all, whoever else makes it. */
static int make(const char *path, enum clip_codec codec, const char *pattern)
{
    char *new_path = g_strdup_printf("%s.%d", path, (int)getpid());
    int rc = encode(new_path, codec, pattern);
    if (rc == 0 && rename(new_path, path) != 0) {
        fprintf(stderr, "demo-cameras: %s: %s\n", path, strerror(errno));
        rc = -1;
    }
    g_free(new_path);
    return rc;
}

static void take_frames(struct clip *clip, GstElement *pipeline)
{
    GstElement *sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
    for (;;) {
        GstSample *sample = gst_app_sink_try_pull_sample(GST_APP_SINK(sink), 10 * GST_SECOND);
        if (sample == NULL) {
            break;
        }
        gst_caps_replace(&clip->caps, gst_sample_get_caps(sample));
        g_ptr_array_add(clip->frames, gst_buffer_ref(gst_sample_get_buffer(sample)));
        gst_sample_unref(sample);
    }
    gst_object_unref(sink);
}

static void unref_frame(gpointer frame)
{
    gst_buffer_unref(frame);
}

static int load(struct clip *clip, const char *path, enum clip_codec codec)
{
    char *description = g_strdup_printf(
        "filesrc name=file ! matroskademux ! %s ! appsink name=sink sync=false", readers[codec]);
    GstElement *pipeline = parse(description);
    g_free(description);
    if (pipeline == NULL) {
        return -1;
    }
    clip->frames = g_ptr_array_new_with_free_func(unref_frame);
    set_location(pipeline, path);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    take_frames(clip, pipeline);
    stop(pipeline);
    if (clip->frames->len == FRAMES) {
        return 0;
    }
    fprintf(stderr, "demo-cameras: %s: %u frames of %d; delete the file\n", path, clip->frames->len,
            FRAMES);
    return -1;
}

int clip_load(struct clip *clip, const char *folder, const char *name, enum clip_codec codec,
              const char *pattern)
{
    char *path = g_strdup_printf("%s/%s.mkv", folder, name);
    int rc = 0;
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        rc = make(path, codec, pattern);
    }
    if (rc == 0) {
        rc = load(clip, path, codec);
    }
    g_free(path);
    return rc;
}

void clip_finish(struct clip *clip)
{
    if (clip->frames != NULL) {
        g_ptr_array_unref(clip->frames);
    }
    gst_clear_caps(&clip->caps);
    *clip = (struct clip){0};
}
