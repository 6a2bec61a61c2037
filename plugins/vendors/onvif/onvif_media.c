/* SPDX-License-Identifier: MIT */
/* Profiles, and addresses of streams, pictures and recordings. */
#include "onvif_decode.h"

#include <stdio.h>
#include <string.h>

#include "onvif_uri.h"

static void add_profile(struct onvif_profiles *profiles, const char *token,
                        const struct tt__VideoSourceConfiguration *source,
                        const struct tt__VideoEncoderConfiguration *encoder)
{
    if (token == NULL || strlen(token) >= ONVIF_TOKEN_MAX ||
        profiles->count == ONVIF_PROFILES_MAX) {
        return; /* a token that is cut names another profile */
    }
    struct onvif_profile *profile = &profiles->profile[profiles->count++];
    onvif_keep(profile->token, sizeof(profile->token), token);
    onvif_keep(profile->source, sizeof(profile->source),
               source != NULL ? source->SourceToken : NULL);
    onvif_keep(profile->encoding, sizeof(profile->encoding),
               encoder != NULL ? encoder->Encoding : NULL);
}

static void take_profiles(const void *element, void *out)
{
    const struct _trt__GetProfilesResponse *answer = element;
    for (int i = 0; i < answer->__sizeProfiles; i++) {
        const struct tt__Profile *profile = &answer->Profiles[i];
        add_profile(out, profile->token, profile->VideoSourceConfiguration,
                    profile->VideoEncoderConfiguration);
    }
}

ONVIF_GET(_trt__GetProfilesResponse, "trt:GetProfilesResponse")

int onvif_decode_profiles(struct vmm_text xml, struct onvif_profiles *out,
                          struct onvif_fault *fault)
{
    *out = (struct onvif_profiles){0};
    return onvif_decode(xml, get__trt__GetProfilesResponse, take_profiles, out, fault);
}

static void take_profiles2(const void *element, void *out)
{
    const struct _tr2__GetProfilesResponse *answer = element;
    for (int i = 0; i < answer->__sizeProfiles; i++) {
        const struct tr2__MediaProfile *profile = &answer->Profiles[i];
        const struct tr2__ConfigurationSet *set = profile->Configurations;
        add_profile(out, profile->token, set != NULL ? set->VideoSource : NULL,
                    set != NULL ? set->VideoEncoder : NULL);
    }
}

ONVIF_GET(_tr2__GetProfilesResponse, "tr2:GetProfilesResponse")

int onvif_decode_profiles2(struct vmm_text xml, struct onvif_profiles *out,
                           struct onvif_fault *fault)
{
    *out = (struct onvif_profiles){0};
    return onvif_decode(xml, get__tr2__GetProfilesResponse, take_profiles2, out, fault);
}

/* ---- Addresses ---- */

static void take_uri(const char *uri, char *path)
{
    if (uri == NULL || onvif_uri_path(uri, path, ONVIF_PATH_MAX) != 0) {
        path[0] = '\0';
    }
}

/* One decoder for an answer whose address stands at `member`. */
#define URI_DECODER(name, type, tag, member)                                                       \
    ONVIF_GET(type, tag)                                                                           \
    static void take_##name(const void *element, void *out)                                        \
    {                                                                                              \
        const struct type *answer = element;                                                       \
        take_uri(member, out);                                                                     \
    }                                                                                              \
    int onvif_decode_##name(struct vmm_text xml, char path[ONVIF_PATH_MAX],                        \
                            struct onvif_fault *fault)                                             \
    {                                                                                              \
        path[0] = '\0';                                                                            \
        return onvif_decode(xml, get_##type, take_##name, path, fault);                            \
    }

URI_DECODER(stream, _trt__GetStreamUriResponse, "trt:GetStreamUriResponse",
            answer->MediaUri != NULL ? answer->MediaUri->Uri : NULL)
URI_DECODER(snapshot, _trt__GetSnapshotUriResponse, "trt:GetSnapshotUriResponse",
            answer->MediaUri != NULL ? answer->MediaUri->Uri : NULL)
URI_DECODER(stream2, _tr2__GetStreamUriResponse, "tr2:GetStreamUriResponse", answer->Uri)
URI_DECODER(snapshot2, _tr2__GetSnapshotUriResponse, "tr2:GetSnapshotUriResponse", answer->Uri)
URI_DECODER(replay, _trp__GetReplayUriResponse, "trp:GetReplayUriResponse", answer->Uri)
