/* SPDX-License-Identifier: MIT */
/*
 * A few seconds of encoded video: made once, kept as a file, held in memory while the program runs.
 */
#ifndef CAMERAS_CLIP_H
#define CAMERAS_CLIP_H

#include <gst/gst.h>

#define CLIP_FRAME_NS (GST_SECOND / 10) /* ten frames a second */

enum clip_codec { CLIP_H264, CLIP_H265 };

struct clip {
    GPtrArray *frames; /* GstBuffer, one access unit each; the first is a keyframe with its sets */
    GstCaps *caps;     /* byte-stream, alignment au */
};

/*
 * Load FOLDER/NAME.mkv, which is encoded first when it is not there: `pattern` is one of
 * videotestsrc's. Takes some seconds of CPU then. 0, or -1 with one line on standard error.
 */
int clip_load(struct clip *clip, const char *folder, const char *name, enum clip_codec codec,
              const char *pattern);

/* Release the frames. A zeroed clip is allowed. */
void clip_finish(struct clip *clip);

#endif
