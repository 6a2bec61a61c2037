/* SPDX-License-Identifier: MIT */
/* What several answers say of one channel together, and that it is told once. */
#include "test_hikvision.h"

#include <criterion/criterion.h>

TestSuite(hikvision_channel, .init = begin, .fini = done);

Test(hikvision_channel, a_word_that_is_not_known_is_shown_and_offline_still_counts)
{
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_fault(seen, VMM_FACT_SIGNAL, 6, VMM_REASON_VIDEO_LOSS);
    assert_unjudged(seen, VMM_FACT_CHANNEL_STATE, 6);
}

Test(hikvision_channel, an_analog_input_without_video_is_a_loss_unless_it_is_disabled)
{
    serve("/ISAPI/System/Video/inputs/channels", fixture("inputs-dvr.xml"));
    serve("/ISAPI/ContentMgmt/InputProxy/channels/status",
          "<InputProxyChannelStatusList size=\"2\"></InputProxyChannelStatusList>");
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_OK, 0);
    cr_assert_eq(fact(seen, VMM_FACT_SIGNAL, 1)->number, 1);
    assert_fault(seen, VMM_FACT_SIGNAL, 2, VMM_REASON_VIDEO_LOSS);
    assert_text(seen, VMM_FACT_CHANNEL_STATE, 2, "NO VIDEO");
    assert_absent(seen, VMM_FACT_SIGNAL, 3);
    cr_assert_eq(fact(seen, VMM_FACT_CHANNEL_ENABLED, 3)->number, 0);
    cr_assert_eq(fact(seen, VMM_FACT_SIGNAL, 4)->number, 1);
    cr_assert_eq(count_asked("/ISAPI/ContentMgmt/InputProxy/channels"), 0, "there is none to name");
}

Test(hikvision_channel, an_ip_camera_takes_a_disabled_inputs_slot_and_not_a_used_one)
{
    serve("/ISAPI/System/Video/inputs/channels", fixture("inputs-dvr.xml"));
    serve("/ISAPI/ContentMgmt/InputProxy/channels/status",
          "<InputProxyChannelStatusList>"
          "<InputProxyChannelStatus><id>3</id><online>true</online></InputProxyChannelStatus>"
          "<InputProxyChannelStatus><id>1</id><online>false</online></InputProxyChannelStatus>"
          "</InputProxyChannelStatusList>");
    serve("/ISAPI/ContentMgmt/InputProxy/channels", "<InputProxyChannelList/>");
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    cr_assert_eq(fact(seen, VMM_FACT_SIGNAL, 3)->number, 1);
    assert_absent(seen, VMM_FACT_CHANNEL_ENABLED, 3);
    assert_text(seen, VMM_FACT_CHANNEL_STATE, 3, "online");
    cr_assert_eq(fact(seen, VMM_FACT_SIGNAL, 1)->number, 1, "the analog one");
    assert_fault(seen, VMM_FACT_SIGNAL, 33, VMM_REASON_VIDEO_LOSS);
}

/* Input 1 is in use, so that the camera of this id is 33; another one is that already. */
Test(hikvision_channel, two_channels_never_share_a_number)
{
    serve("/ISAPI/System/Video/inputs/channels", fixture("inputs-dvr.xml"));
    serve("/ISAPI/ContentMgmt/InputProxy/channels/status",
          "<InputProxyChannelStatusList>"
          "<InputProxyChannelStatus><id>1</id><online>false</online></InputProxyChannelStatus>"
          "<InputProxyChannelStatus><id>33</id><online>true</online></InputProxyChannelStatus>"
          "</InputProxyChannelStatusList>");
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_fault(seen, VMM_FACT_SIGNAL, 33, VMM_REASON_VIDEO_LOSS);
    cr_assert_eq(fact(seen, VMM_FACT_CHANNELS, 0)->number, 5);
}

/* No list but that of the cameras: what it says is told nonetheless. */
Test(hikvision_channel, states_are_told_where_the_look_ends_early)
{
    serve_status("/ISAPI/ContentMgmt/InputProxy/channels", 503, "");
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_PARTIAL, 0);
    cr_assert_eq(count_asked("/ISAPI/ContentMgmt/Storage"), 0);
    cr_assert_eq(fact(seen, VMM_FACT_SIGNAL, 1)->number, 1);
    assert_fault(seen, VMM_FACT_SIGNAL, 2, VMM_REASON_VIDEO_LOSS);
    cr_assert_eq(fact(seen, VMM_FACT_CHANNEL_ENABLED, 5)->number, 0);
}

/* The only channel there is: one loss, and nothing that says otherwise. */
Test(hikvision_channel, a_loss_by_the_working_status_alone_is_all_that_is_told)
{
    serve("/ISAPI/System/workingstatus/chanStatus",
          "{\"ChanStatus\":[{\"chanNo\":1,\"record\":0,\"signal\":1}]}");
    serve("/ISAPI/ContentMgmt/InputProxy/channels/status",
          "<InputProxyChannelStatusList><InputProxyChannelStatus><id>1</id><online>true</online>"
          "</InputProxyChannelStatus></InputProxyChannelStatusList>");
    serve("/ISAPI/ContentMgmt/InputProxy/channels", "<InputProxyChannelList/>");
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    size_t signals = 0;
    for (size_t i = 0; i < seen->observation_count; i++) {
        signals += seen->observations[i].fact == VMM_FACT_SIGNAL;
    }
    cr_assert_eq(signals, 1);
    assert_fault(seen, VMM_FACT_SIGNAL, 1, VMM_REASON_VIDEO_LOSS);
}
