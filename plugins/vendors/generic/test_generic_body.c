/* SPDX-License-Identifier: MIT */
/* Bodies that stand in files. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "generic_body.h"
#include "test_generic.h"

static char folder[] = "/tmp/vmm-bodies-XXXXXX";

static void write_file(const char *name, const char *bytes, size_t size)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file, "%s", path);
    cr_assert_eq(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void begin_bodies(void)
{
    char config[128];
    cr_assert_not_null(mkdtemp(folder));
    mock = vmm_mock_create(vmm_plugin_v0());
    snprintf(config, sizeof(config), "{\"bodies\":\"%s\"}", folder);
    vmm_mock_config(mock, config);
    cr_assert_eq(vmm_mock_open(mock), 0);
}

static void done_bodies(void)
{
    static const char *const names[] = {"a.xml", "b.bin", "long", "pipe", "folder"};
    char path[128];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        (void)remove(path);
    }
    cr_expect_eq(rmdir(folder), 0);
    done();
}

TestSuite(generic_body, .init = begin_bodies, .fini = done_bodies);

#define POST "'name':'a','path':'/a','method':'POST','safe':true"

Test(generic_body, a_file_goes_out_as_it_stands)
{
    static const char bytes[] = "\0\xff{user}{carry:x}\0";
    write_file("b.bin", bytes, sizeof(bytes));
    write_file("a.xml", "<x/>", 4);
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.body = "sid=7"});
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = "/b?s=7"});
    assert_met(look_with(
        "{'requests':[{" POST ",'body_file':'b.bin','extract':[{'from':'keyvalue','key':'sid',"
        "'carry':'s'}]},{'name':'b','path':'/b?s={carry:s}','method':'POST','safe':true,"
        "'content_type':'text/xml','body_file':'a.xml'}]}"));
    const struct vmm_mock_request *asked = vmm_mock_request(mock, 0);
    cr_expect_eq(asked->flags & VMM_HTTP_TEMPLATE, 0);
    cr_assert_eq(asked->body_size, sizeof(bytes));
    cr_expect_eq(memcmp(asked->body, bytes, sizeof(bytes)), 0);
    cr_assert_eq(vmm_mock_request(mock, 1)->body_size, 4);
    cr_expect_eq(memcmp(vmm_mock_request(mock, 1)->body, "<x/>", 4), 0);
}

Test(generic_body, it_is_read_for_each_look)
{
    static const char options[] = "{'requests':[{" POST ",'body_file':'a.xml'}]}";
    for (size_t i = 1; i <= 2; i++) {
        write_file("a.xml", "<x/>", i);
        vmm_mock_answer(mock, &(struct vmm_mock_answer){0});
        assert_met(look_with(options));
        cr_expect_eq(vmm_mock_request(mock, i - 1)->body_size, i);
    }
    write_file("a.xml", "", 0);
    vmm_mock_answer(mock, &(struct vmm_mock_answer){0});
    assert_met(look_with(options));
    cr_expect_eq(vmm_mock_request(mock, 2)->body_size, 0);
}

static void expect_unread(const char *name, const char *why)
{
    char options[256];
    snprintf(options, sizeof(options), "{'requests':[{" POST ",'body_file':'%s'}]}", name);
    const struct vmm_mock_result *seen = look_with(options);
    cr_expect_eq(seen->outcome, VMM_OUTCOME_INTERNAL);
    cr_expect_str_eq(seen->detail, why);
    cr_expect_eq(vmm_mock_request_count(mock), 0, "nothing is asked");
}

Test(generic_body, a_file_that_cannot_be_read_is_our_fault)
{
    char path[128];
    char *much = calloc(1, GENERIC_BODY_MAX + 1);
    write_file("long", much, GENERIC_BODY_MAX + 1);
    free(much);
    snprintf(path, sizeof(path), "%s/pipe", folder);
    cr_assert_eq(mkfifo(path, 0600), 0);
    snprintf(path, sizeof(path), "%s/folder", folder);
    cr_assert_eq(mkdir(path, 0700), 0);
    expect_unread("none", "requests[0]: body_file none: No such file or directory");
    expect_unread("long", "requests[0]: body_file long: it has more than 65536 bytes");
    expect_unread("pipe", "requests[0]: body_file pipe: it is no file");
    expect_unread("folder", "requests[0]: body_file folder: it is no file");
}

Test(generic_body, a_trial_needs_none)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = "/"});
    const struct vmm_mock_result *seen = vmm_mock_look(
        mock,
        &(struct vmm_mock_ask){.scope = VMM_SCOPE_TRIAL,
                               .options = json("{'requests':[{" POST ",'body_file':'none'}]}")});
    cr_expect_eq(seen->outcome, VMM_OUTCOME_OK, "%s", seen->detail);
}

static void assert_refused(const char *members, const char *why)
{
    char options[256];
    snprintf(options, sizeof(options), "{'requests':[{%s}]}", members);
    cr_expect_str_eq(vmm_mock_options(mock, json(options)), why, "%s",
                     vmm_mock_options(mock, json(options)));
}

Test(generic_body, options_that_make_no_sense)
{
#define NAME                                                                                       \
    "requests[0]: body_file is the name of a file in the folder \"bodies\" of the plugin's "       \
    "settings"
    assert_refused(POST ",'body_file':'a.xml'", "");
    assert_refused(POST ",'body_file':'/etc/passwd'", NAME);
    assert_refused(POST ",'body_file':'../a'", NAME);
    assert_refused(POST ",'body_file':'.a'", NAME);
    assert_refused(POST ",'body_file':'a','body':'b'", "requests[0]: a body, or a body_file, not "
                                                       "both");
    assert_refused("'name':'a','path':'/','body_file':'a'", "requests[0]: only a POST has a body");
    assert_refused(
        "'name':'a','path':'/?u={user}','method':'POST','safe':true,'body_file':'a'",
        "requests[0]: a body_file goes out as it stands, so no {user} or {pass} with it");
    assert_refused("'name':'a','protocol':'tcp','body_file':'a'",
                   "requests[0]: tcp has a dialogue, and no body_file: leave it out");
}
