/* SPDX-License-Identifier: MIT */
/* Disks that nothing is told of, and searches of a device that may count its channels in another way. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <mock/mock_expect.h>

#include "test_dahua.h"

#define CGI     "/cgi-bin/"
#define MISSING CGI "eventManager.cgi?action=getEventIndexes&code=StorageNotExist"
#define FIND    CGI "mediaFileFind.cgi?action="

TestSuite(dahua_storage, .init = begin, .fini = done);

static size_t count_asked(const char *part)
{
    size_t asked = 0;
    for (size_t i = 0; i < vmm_mock_request_count(mock); i++) {
        asked += strstr(vmm_mock_request(mock, i)->target, part) != NULL;
    }
    return asked;
}

Test(dahua_storage, that_is_not_there_is_a_fault_of_a_recorder_that_tells_of_none)
{
    serve(CGI "storageDevice.cgi*", "Error\r\n");
    serve(MISSING, "channels[0]=0\r\n");
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    vmm_expect_fault(seen, VMM_FACT_DISK_STATE, 1, VMM_REASON_DISK_MISSING);
    assert_outcome(seen, VMM_OUTCOME_OK);
}

Test(dahua_storage, of_which_nothing_is_missing_is_not_judged)
{
    serve(CGI "storageDevice.cgi*", "Error\r\n");
    serve(MISSING, "Error\r\n");
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_absent(seen, VMM_FACT_DISK_STATE, 1);
    assert_outcome(seen, VMM_OUTCOME_OK);
}

Test(dahua_storage, that_tells_its_state_is_not_asked_for_twice)
{
    serve_recorder();
    look();
    cr_assert_eq(count_asked("StorageNotExist"), 0);
}

/* What has found a file before goes on searching: then it is the footage that tells. */
Test(dahua_storage, that_is_gone_ends_no_search)
{
    serve_recorder();
    for (int i = 0; i < 3; i++) {
        i == 0 ? look() : look_again();
    }
    done();
    mock_anew();
    serve(CGI "storageDevice.cgi*", "Error\r\n");
    serve(MISSING, "Error\r\n");
    serve_status(FIND "findFile*", 400, "Error\r\nBad Request!\r\n");
    serve_recorder();
    for (int i = 0; i < 3; i++) {
        look_again();
    }
    vmm_expect_no_footage(look_again(), 1, 3600);
}

static void serve_camera(void)
{
    serve(CGI "configManager.cgi?action=getConfig&name=ChannelTitle",
          "table.ChannelTitle[0].Name=Gate\r\n");
    serve(CGI "configManager.cgi?action=getConfig&name=RecordMode",
          "table.RecordMode[0].Mode=0\r\n");
    serve(CGI "eventManager.cgi*", "Error\r\n");
    serve_status(CGI "LogicDeviceManager.cgi*", 501, "Error\r\n");
}

Test(dahua_storage, a_camera_that_refuses_each_search_misses_no_footage)
{
    serve_camera();
    serve_status(FIND "findFile*", 400, "Error\r\nBad Request!\r\n");
    serve_recorder();
    look();
    for (int i = 0; i < 40; i++) {
        const struct vmm_mock_result *seen = look_again();
        assert_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
        assert_absent(seen, VMM_FACT_RECORDING_GAP, 1);
    }
}

Test(dahua_storage, a_camera_that_has_found_a_file_is_believed)
{
    serve_camera();
    serve_recorder();
    for (int i = 0; i < 3; i++) {
        i == 0 ? look() : look_again();
    }
    done();
    mock_anew();
    serve_camera();
    serve_status(FIND "findFile*", 400, "Error\r\nBad Request!\r\n");
    serve_recorder();
    for (int i = 0; i < 3; i++) {
        look_again();
    }
    vmm_expect_no_footage(look_again(), 1, 3600);
}
