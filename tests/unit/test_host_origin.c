/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <string.h>

#include <vmm/errors.h>

#include "host/origin.h"
#include "host/redact.h"

static const struct vmm_config_item url = {
    .struct_size = sizeof(url), .type = VMM_CONFIG_URL, .name = "url"};
static const struct vmm_config_item hook = {.struct_size = sizeof(hook),
                                            .type = VMM_CONFIG_SECRET,
                                            .name = "hook",
                                            .flags = VMM_CONFIG_IS_URL};
static const struct vmm_config_item word = {
    .struct_size = sizeof(word), .type = VMM_CONFIG_SECRET, .name = "word"};
static const struct vmm_config_item text = {
    .struct_size = sizeof(text), .type = VMM_CONFIG_TEXT, .name = "text"};
static const struct vmm_config_item *const inner[] = {&url, &hook, &word, NULL};
static const struct vmm_config_item object = {
    .struct_size = sizeof(object), .type = VMM_CONFIG_OBJECT, .name = "object", .items = inner};
static const struct vmm_config_item list = {
    .struct_size = sizeof(list), .type = VMM_CONFIG_LIST, .name = "list", .items = inner};
static const struct vmm_config_item *const items[] = {&url,  &hook,   &word, &text,
                                                      &list, &object, NULL};

static void assert_origin(const char *given, const char *expected)
{
    char origin[ORIGIN_SIZE] = "";
    CURLU *parsed = origin_parse(given);
    if (expected == NULL) {
        cr_assert_null(parsed, "%s", given);
        return;
    }
    cr_assert_not_null(parsed, "%s", given);
    cr_assert_eq(origin_of(parsed, origin), 0);
    cr_assert_str_eq(origin, expected);
    curl_url_cleanup(parsed);
}

Test(host_origin, equal_origins_are_equal_texts)
{
    assert_origin("https://Chat.Example/v1/spaces?key=a", "https://chat.example:443");
    assert_origin("HTTPS://chat.example:443", "https://chat.example:443");
    assert_origin("http://chat.example", "http://chat.example:80");
    assert_origin("http://[::1]:8080/x", "http://[::1]:8080");
    assert_origin("https://chat.example:8443/", "https://chat.example:8443");
}

Test(host_origin, what_is_no_plain_web_address_is_none)
{
    assert_origin("chat.example/v1", NULL);
    assert_origin("/v1", NULL);
    assert_origin("", NULL);
    assert_origin("ftp://chat.example/", NULL);
    assert_origin("file:///etc/passwd", NULL);
    assert_origin("https://user@chat.example/", NULL);
    assert_origin("https://chat.example@evil.example/", NULL);
    assert_origin("https://chat.example:99999/", NULL);
    assert_origin("https:/chat.example/", NULL);
    assert_origin("https:///chat.example/", NULL);
    assert_origin("https://%32/", NULL);
    assert_origin("https:/%32/x://a", NULL);
    assert_origin("https://chat%2eexample/", NULL);
    assert_origin("https://chat.example/a b", NULL);
    assert_origin("https://chat.example/a\r\nX: y", NULL);
}

static int collect(const char *json, struct origins *origins)
{
    json_t *config = json_loads(json, 0, NULL);
    cr_assert_not_null(config);
    int rc = origins_collect(origins, items, config);
    json_decref(config);
    return rc;
}

Test(host_origin, every_url_of_the_settings_counts)
{
    struct origins origins = {0};
    cr_assert_eq(collect("{\"url\":\"https://a.example/x\",\"hook\":\"https://b.example/?k=1\","
                         "\"word\":\"https://no.example/\",\"text\":\"https://no.example/\","
                         "\"list\":[{\"url\":\"https://c.example/\"},{\"hook\":null}],"
                         "\"object\":{\"hook\":\"https://d.example:444/\"}}",
                         &origins),
                 0);
    cr_assert_eq(origins.count, 4);
    cr_assert(origins_have(&origins, "https://a.example:443"));
    cr_assert(origins_have(&origins, "https://b.example:443"));
    cr_assert(origins_have(&origins, "https://c.example:443"));
    cr_assert(origins_have(&origins, "https://d.example:444"));
    cr_assert_not(origins_have(&origins, "https://no.example:443"));
    cr_assert_not(origins_have(&origins, "http://a.example:80"));
    origins_finish(&origins);
}

Test(host_origin, a_url_that_is_none_is_an_error)
{
    struct origins origins = {0};
    cr_assert_eq(collect("{\"hook\":\"not a url\"}", &origins), VMM_E_INVAL);
    cr_assert_eq(collect("{\"list\":[{\"url\":7}]}", &origins), VMM_E_INVAL);
    origins_finish(&origins);
}

/* ---- What is never told ---- */

static void assert_masked(const char *settings, const char *said, const char *expected)
{
    struct mask mask;
    char line[256];
    json_t *config = json_loads(settings, 0, NULL);
    cr_assert_eq(redact_init(&mask, items, config), 0);
    snprintf(line, sizeof(line), "%s", said);
    mask_text(&mask, line, sizeof(line));
    cr_assert_str_eq(line, expected);
    mask_finish(&mask);
    json_decref(config);
}

#define HOOK                                                                                       \
    "{\"hook\":\"https://c.example/v1/spaces/AAAAbbbbCCCC/"                                        \
    "messages?key=AIzaSy123&token=x%3Dyz12\"}"

Test(host_redact, a_secret_url_is_covered_whole_and_in_parts)
{
    assert_masked(
        HOOK, "at https://c.example/v1/spaces/AAAAbbbbCCCC/messages?key=AIzaSy123&token=x%3Dyz12",
        "at ***");
    assert_masked(HOOK, "POST /v1/spaces/AAAAbbbbCCCC/messages?key=AIzaSy123&token=x%3Dyz12 x",
                  "POST *** x");
    assert_masked(HOOK, "key AIzaSy123, token x=yz12", "key ***, token ***");
    assert_masked(HOOK, "space AAAAbbbbCCCC is gone", "space *** is gone");
    assert_masked(HOOK, "nothing of it: messages, c.example", "nothing of it: messages, c.example");
}

Test(host_redact, secrets_anywhere_in_the_settings)
{
    assert_masked("{\"word\":\"pass/word\"}", "pass/word pass%2Fword password", "*** *** password");
    assert_masked("{\"list\":[{\"word\":\"hunter22\"}],\"object\":{\"word\":\"open sesame\"}}",
                  "hunter22 open sesame", "*** ***");
    assert_masked("{\"text\":\"plain text\"}", "plain text", "plain text");
}
