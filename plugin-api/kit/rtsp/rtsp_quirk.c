/* SPDX-License-Identifier: MIT */
#include <kit/rtsp/rtsp_quirk.h>

#include <stddef.h>

#define QUIRK_TEXT(bit, NAME, text) [bit] = (text),
static const char *const texts[] = {VMM_RTSP_QUIRKS(QUIRK_TEXT)};
#undef QUIRK_TEXT

_Static_assert(sizeof(texts) / sizeof(texts[0]) == VMM_RTSP_QUIRK_COUNT,
               "the count of quirks is wrong");

const char *vmm_rtsp_quirk_text(unsigned bit)
{
    return bit < VMM_RTSP_QUIRK_COUNT ? texts[bit] : NULL;
}
