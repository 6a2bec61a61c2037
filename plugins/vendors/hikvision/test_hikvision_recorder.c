/* SPDX-License-Identifier: MIT */
/* A recorder with 64 channels, and one with four times as many. */
#include "test_hikvision.h"

#include <criterion/criterion.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

TestSuite(hikvision_recorder, .init = begin, .fini = done);

static char inputs[32768];
static char proxies[131072];
static char names[131072];
static char work[65536];

__attribute__((format(printf, 3, 4))) static void add(char *text, size_t size, const char *format,
                                                      ...)
{
    size_t used = strlen(text);
    va_list values;
    va_start(values, format);
    int added = vsnprintf(text + used, size - used, format, values);
    va_end(values);
    cr_assert_lt((size_t)added, size - used);
}

/* Sixteen analog inputs: two switched off, one without a picture. */
static void make_inputs(void)
{
    strcpy(inputs, "<VideoInputChannelList>");
    for (unsigned id = 1; id <= 16; id++) {
        add(inputs, sizeof(inputs),
            "<VideoInputChannel><id>%u</id><videoInputEnabled>%s</videoInputEnabled>", id,
            id == 3 || id == 9 ? "false" : "true");
        add(inputs, sizeof(inputs), "<name>Input%u</name><resDesc>%s</resDesc></VideoInputChannel>",
            id, id == 3 || id == 9 || id == 5 ? "NO VIDEO" : "1920*1080(1080P)P25");
    }
    strcat(inputs, "</VideoInputChannelList>");
}

/* What is wrong with an IP channel; NULL: nothing. */
static const char *word_of(unsigned id)
{
    return id >= 59   ? "notExist"
           : id == 20 ? "errorUserNameOrPasswd"
           : id == 30 ? "netUnreachable"
           : id == 40 ? "ipcStreamFail"
                      : NULL;
}

static void make_proxies(unsigned last)
{
    strcpy(proxies, "<InputProxyChannelStatusList>");
    strcpy(names, "<InputProxyChannelList>");
    for (unsigned id = 17; id <= last; id++) {
        const char *word = word_of(id);
        add(proxies, sizeof(proxies),
            "<InputProxyChannelStatus><id>%u</id><sourceInputPortDescriptor><ipAddress>192.0.2.1"
            "</ipAddress></sourceInputPortDescriptor><online>%s</online>",
            id, word == NULL || last > 64 ? "true" : "false");
        if (word != NULL && last <= 64) {
            add(proxies, sizeof(proxies), "<chanDetectResult>%s</chanDetectResult>", word);
        }
        strcat(proxies, "</InputProxyChannelStatus>");
        add(names, sizeof(names),
            "<InputProxyChannel><id>%u</id><name>Door</name><sourceInputPortDescriptor><model>%s"
            "</model><serialNumber>S</serialNumber></sourceInputPortDescriptor>"
            "</InputProxyChannel>",
            id, "DS-2CD");
    }
    strcat(proxies, "</InputProxyChannelStatusList>");
    strcat(names, "</InputProxyChannelList>");
}

static void make_work(unsigned last)
{
    strcpy(work, "{\"ChanStatus\":[");
    for (unsigned id = 1; id <= last; id++) {
        add(work, sizeof(work), "{\"chanNo\":%u,\"online\":1,\"record\":1,\"signal\":0}%s", id,
            id == last ? "]}" : ",");
    }
}

static void serve_large(unsigned last)
{
    make_inputs();
    make_proxies(last);
    make_work(last);
    serve("/ISAPI/System/Video/inputs/channels", inputs);
    serve("/ISAPI/ContentMgmt/InputProxy/channels/status", proxies);
    serve("/ISAPI/ContentMgmt/InputProxy/channels", names);
    serve("/ISAPI/System/workingstatus/chanStatus", work);
    for (unsigned id = 1; id <= 64; id++) {
        char path[64];
        snprintf(path, sizeof(path), "/ISAPI/ContentMgmt/record/tracks/%u01", id);
        serve(path, fixture("track.xml"));
    }
    serve_recorder();
}

static void assert_channels(const struct vmm_mock_result *seen)
{
    unsigned lost = 0;
    unsigned live = 0;
    unsigned off = 0;
    for (unsigned id = 1; id <= 64; id++) {
        const struct vmm_observation *signal = vmm_mock_find(seen, VMM_FACT_SIGNAL, id);
        const struct vmm_observation *enabled = vmm_mock_find(seen, VMM_FACT_CHANNEL_ENABLED, id);
        cr_assert((signal == NULL) != (enabled == NULL), "channel %u is one or the other", id);
        lost += signal != NULL && signal->standing == VMM_STANDING_FAULT;
        live += signal != NULL && signal->standing == VMM_STANDING_OK;
        off += enabled != NULL && enabled->number == 0;
    }
    cr_assert_eq(lost, 4);
    cr_assert_eq(off, 8);
    cr_assert_eq(live, 52);
    cr_assert_str_eq(fact(seen, VMM_FACT_CHANNEL_STATE, 5)->text, "NO VIDEO");
    cr_assert_str_eq(fact(seen, VMM_FACT_CHANNEL_STATE, 20)->text, "errorUserNameOrPasswd");
    cr_assert_str_eq(fact(seen, VMM_FACT_CHANNEL_STATE, 30)->text, "netUnreachable");
    cr_assert_str_eq(fact(seen, VMM_FACT_CHANNEL_STATE, 40)->text, "ipcStreamFail");
    cr_assert_str_eq(fact(seen, VMM_FACT_CHANNEL_STATE, 64)->text, "notExist");
    cr_assert_str_eq(fact(seen, VMM_FACT_CHANNEL_STATE, 9)->text, "disabled");
    cr_assert_eq(fact(seen, VMM_FACT_RECORDING_NOW, 17)->number, 1);
    assert_text(seen, VMM_FACT_CHANNEL_NAME, 17, "Door");
}

/* Of 64 channels 6 are empty, 2 disabled, 3 lost, and one has the wrong password. */
Test(hikvision_recorder, sixty_four_channels_with_every_reason_are_eight_requests_a_look)
{
    serve_large(64);
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_OK, 0);
    size_t asked = vmm_mock_request_count(mock);
    cr_assert_leq(asked, 8);
    assert_channels(seen);
    for (int i = 0; i < 20; i++) {
        size_t before = vmm_mock_request_count(mock);
        seen = look_again();
        assert_outcome(seen, VMM_OUTCOME_OK, 0);
        assert_channels(seen);
        cr_assert_leq(vmm_mock_request_count(mock) - before, 8, "look %d", i);
        for (size_t at = before; at < vmm_mock_request_count(mock); at++) {
            cr_assert_neq(vmm_mock_request(mock, at)->flags & VMM_HTTP_MORE, 0, "one connection");
        }
    }
}

/* Signals of all, names of as many as there is room for: never more than a look may tell. */
Test(hikvision_recorder, two_hundred_and_fifty_six_channels_fit_into_a_look)
{
    serve_large(256);
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_OK, 0);
    cr_assert_leq(seen->observation_count, VMM_OBSERVATIONS_MAX);
    for (unsigned id = 17; id <= 256; id++) {
        cr_assert_eq(fact(seen, VMM_FACT_SIGNAL, id)->number, 1);
        fact(seen, VMM_FACT_RECORDING_NOW, id);
    }
}
