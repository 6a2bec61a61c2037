/* SPDX-License-Identifier: MIT */
/* The way to a device through a proxy that the settings name. */
#include "test_generic.h"

#define YARD "http://192.0.2.1:3128"

static void begin_proxies(void)
{
    mock = vmm_mock_create(vmm_plugin_v0());
    vmm_mock_config(mock, "{\"proxies\":[\"yard=" YARD "\",\"yard2=http://[2001:db8::1]:80\"]}");
    cr_assert_eq(vmm_mock_open(mock), 0);
}

TestSuite(generic_proxy, .init = begin_proxies, .fini = done);

#define TWO "'requests':[{'name':'a','path':'/a'},{'name':'b','path':'/b'}]}"

static const char *proxy_of(size_t place)
{
    const struct vmm_mock_request *asked = vmm_mock_request(mock, place);
    cr_assert_not_null(asked);
    return asked->proxy;
}

Test(generic_proxy, each_request_goes_through_the_one_that_is_named)
{
    vmm_mock_serve(mock, &(struct vmm_mock_answer){0});
    assert_met(look_with("{'proxy':'yard'," TWO));
    cr_expect_str_eq(proxy_of(0), YARD);
    cr_expect_str_eq(proxy_of(1), YARD);
    assert_met(look_with("{'proxy':'yard2'," TWO));
    cr_expect_str_eq(proxy_of(2), "http://[2001:db8::1]:80");
    assert_met(look_with("{" TWO));
    cr_expect_null(proxy_of(4));
}

Test(generic_proxy, so_does_a_trial)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = "/a"});
    const struct vmm_mock_result *seen =
        vmm_mock_look(mock, &(struct vmm_mock_ask){.scope = VMM_SCOPE_TRIAL,
                                                   .options = json("{'proxy':'yard'," TWO)});
    cr_expect_eq(seen->outcome, VMM_OUTCOME_OK, "%s", seen->detail);
    cr_expect_str_eq(proxy_of(0), YARD);
}

static void assert_nothing_is_asked(uint32_t scope)
{
    const struct vmm_mock_result *seen = vmm_mock_look(
        mock, &(struct vmm_mock_ask){.scope = scope, .options = json("{'proxy':'yar'," TWO)});
    assert_end(seen, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0);
    cr_expect_str_eq(seen->detail, "proxy yar: the plugin's settings name none");
    cr_expect_eq(vmm_mock_request_count(mock), 0);
}

Test(generic_proxy, a_name_that_the_settings_do_not_have_is_our_fault)
{
    assert_nothing_is_asked(VMM_SCOPE_FULL);
    assert_nothing_is_asked(VMM_SCOPE_TRIAL);
}

static void assert_refused(const char *options, const char *why)
{
    cr_expect_str_eq(vmm_mock_options(mock, json(options)), why);
}

Test(generic_proxy, options_give_a_name_and_no_place)
{
#define NAMES "proxy is a name in the list \"proxies\" of the plugin's settings"
    assert_refused("{'proxy':'http://192.0.2.66:80'," TWO, NAMES);
    assert_refused("{'proxy':'yard=http'," TWO, NAMES);
    assert_refused("{'proxy':'yard'," TWO, "");
    assert_refused("{'proxy':'gone'," TWO, ""); /* the settings may come later */
}

Test(generic_proxy, a_dialogue_goes_through_none)
{
    assert_refused(
        "{'proxy':'yard','requests':[{'name':'a','path':'/'},{'name':'b','protocol':'tcp',"
        "'dialogue':[{'expect':'^220'}]}]}",
        "requests[1]: the protocol tcp goes through no proxy");
}
