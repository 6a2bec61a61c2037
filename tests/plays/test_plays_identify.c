/* SPDX-License-Identifier: MIT */
/* Fingerprints of devices, look-alikes among them, before the opinions of all makers: the right one, or nobody. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mock/mock_host.h>

#include "ipc/opinion.h"
#include "make.h"

static const char *const makers[] = {"acti",      "avtech",  "axis",      "dahua",   "generic",
                                     "geovision", "hanwha",  "hikvision", "hisharp", "lilin",
                                     "onvif",     "reolink", "rtsp",      "sampo",   "uniview",
                                     "vivotek",   "xm"};

#define MAKERS (sizeof(makers) / sizeof(makers[0]))

/* Each transcript of tests/data/transcripts, and who speaks to the device; "" where that cannot be told. */
static const struct {
    const char *transcript;
    const char *provider;
} fingerprints[] = {
    {"acti-camera", "acti"},
    {"avtech-recorder", "avtech"},
    {"axis-new", "axis"},
    {"axis-old", "axis"},
    {"dahua-oem", "dahua"},
    {"generic-web-server", ""},
    {"geovision-built-by-uniview", "uniview"},
    {"geovision-own", "geovision"},
    {"hanwha-camera", "hanwha"},
    {"hikvision-lookalike", "hikvision"},
    {"hikvision-nvr", "hikvision"},
    {"lilin-recorder", "lilin"},
    {"onvif-of-nobody-known", "onvif"},
    {"reolink-camera", "reolink"},
    {"rtsp-alone", "rtsp"},
    {"says-yes-to-everything", ""},
    {"two-makers-at-one-address", ""},
    {"vivotek-camera", "vivotek"},
    {"walled-everything", ""},
    {"xm-board", "xm"},
};

#define FINGERPRINTS (sizeof(fingerprints) / sizeof(fingerprints[0]))

static char *read_transcript(const char *name)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s.txt", VMM_TRANSCRIPTS, name);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    char *text = calloc(1, 65536);
    cr_assert(fread(text, 1, 65535, file) > 0);
    fclose(file);
    return text;
}

/* What this maker thinks of it, taken as the core takes it. */
static void ask(struct vmm_mock *maker, const char *name, const char *text, struct opinion *out)
{
    const struct vmm_opinion *seen = vmm_mock_identify(maker, text);
    struct opinion_message said = {.certainty = (uint8_t)seen->certainty,
                                   .flags = (uint8_t)seen->flags,
                                   .answer = (uint8_t)seen->answer,
                                   .family = seen->family,
                                   .why = seen->why};
    *out = (struct opinion){0};
    if (seen->family[0] != '\0') { /* else it has no opinions at all */
        cr_assert_eq(opinion_take(&said, name, VMM_TRANSCRIPT_ANSWERS_MAX, out), 0, "%s", name);
    }
}

static const char *best_of(struct vmm_mock *const mocks[MAKERS], const char *text)
{
    static struct opinion opinions[MAKERS];
    for (size_t i = 0; i < MAKERS; i++) {
        ask(mocks[i], makers[i], text, &opinions[i]);
    }
    opinion_rank(opinions, MAKERS);
    const struct opinion *best = opinion_best(opinions, MAKERS);
    return best != NULL ? best->family : "";
}

Test(plays_identify, each_fingerprint_is_its_makers_or_nobodys)
{
    struct vmm_mock *mocks[MAKERS];
    for (size_t i = 0; i < MAKERS; i++) {
        mocks[i] = vmm_mock_create(make_load(makers[i]));
    }
    for (size_t i = 0; i < FINGERPRINTS; i++) {
        char *text = read_transcript(fingerprints[i].transcript);
        cr_expect_str_eq(best_of(mocks, text), fingerprints[i].provider, "%s is taken for %s",
                         fingerprints[i].transcript, best_of(mocks, text));
        free(text);
    }
    cr_expect_str_empty(best_of(mocks, ""), "nobody is at an address that says nothing");
    for (size_t i = 0; i < MAKERS; i++) {
        cr_expect_str_empty(vmm_mock_complaints(mocks[i]), "%s", makers[i]);
        vmm_mock_destroy(mocks[i]);
    }
}
