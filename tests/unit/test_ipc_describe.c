/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/describe.h"

#define ITEM(...)                                                                                  \
    {                                                                                              \
        .struct_size = sizeof(struct vmm_config_item), __VA_ARGS__                                 \
    }

static const struct vmm_config_item name_item =
    ITEM(.type = VMM_CONFIG_TEXT, .name = "name", .summary = "a header", .min = 1, .max = 64,
         .flags = VMM_CONFIG_REQUIRED);
static const struct vmm_config_item *const header_items[] = {&name_item, NULL};
static const struct vmm_config_item path_item =
    ITEM(.type = VMM_CONFIG_TEXT, .name = "path", .summary = "of the request",
         .default_json = "\"/\"");
static const struct vmm_config_item wait_item =
    ITEM(.type = VMM_CONFIG_DURATION, .name = "wait", .summary = "at most",
         .default_json = "\"5s\"", .min = 1, .max = 60000, .unit = "ms");
static const struct vmm_config_item mode_item =
    ITEM(.type = VMM_CONFIG_WORD, .name = "mode", .summary = "how", .words = "tcp|udp");
static const struct vmm_config_item headers_item =
    ITEM(.type = VMM_CONFIG_LIST, .name = "headers", .summary = "sent", .items = header_items);
static const struct vmm_config_item *const config[] = {&path_item, &wait_item, NULL};
static const struct vmm_config_item *const device_config[] = {&mode_item, &headers_item, NULL};

static struct vmm_descriptor sample(void)
{
    return (struct vmm_descriptor){
        .struct_size = sizeof(struct vmm_descriptor),
        .abi_major = VMM_ABI_MAJOR,
        .abi_minor = VMM_ABI_MINOR,
        .kind = VMM_KIND_PROBE,
        .name = "vivotek",
        .version = "1.2.3",
        .flag = "FEATURE_VMS_VIVOTEK_CGI",
        .summary = "VIVOTEK \"cameras\"",
        .licence = "MIT",
        .traits = VMM_TRAIT_WORKERS,
        .generation = VMM_GENERATION_OVERLAP,
        .config = config,
        .device_config = device_config,
    };
}

static int decode(const char *json, struct description **out)
{
    *out = NULL;
    return describe_decode(json, out);
}

static int round_trip(const struct vmm_descriptor *descriptor, struct description **out)
{
    struct buf buf;
    buf_init(&buf);
    int rc = describe_encode(descriptor, &buf);
    cr_assert_eq(rc, 0);
    rc = decode(buf_cstr(&buf), out);
    buf_finish(&buf);
    return rc;
}

Test(describe, everything_comes_back)
{
    struct vmm_descriptor descriptor = sample();
    struct description *d = NULL;
    cr_assert_eq(round_trip(&descriptor, &d), 0);
    cr_assert_str_eq(d->name, "vivotek");
    cr_assert_str_eq(d->version, "1.2.3");
    cr_assert_str_eq(d->flag, "FEATURE_VMS_VIVOTEK_CGI");
    cr_assert_str_eq(d->summary, "VIVOTEK \"cameras\"");
    cr_assert_str_eq(d->licence, "MIT");
    cr_assert_eq(d->abi_minor, VMM_ABI_MINOR);
    cr_assert_eq(d->kind, VMM_KIND_PROBE);
    cr_assert_eq(d->traits, VMM_TRAIT_WORKERS);
    cr_assert_eq(d->generation, VMM_GENERATION_OVERLAP);
    cr_assert_str_eq(d->config[0]->default_json, "\"/\"");
    cr_assert_str_eq(d->config[1]->unit, "ms");
    cr_assert_eq(d->config[1]->max, 60000);
    cr_assert_null(d->config[2]);
    cr_assert_str_eq(d->device_config[0]->words, "tcp|udp");
    cr_assert_null(d->device_config[0]->default_json);
    const struct vmm_config_item *inner = d->device_config[1]->items[0];
    cr_assert_str_eq(inner->name, "name");
    cr_assert_eq(inner->flags, VMM_CONFIG_REQUIRED);
    cr_assert_eq(inner->struct_size, sizeof(struct vmm_config_item));
    cr_assert_null(d->device_config[1]->items[1]);
    description_destroy(d);
}

Test(describe, extensions_are_told_by_their_ids)
{
    static const struct vmm_extension first = {sizeof(first), 0, "vmm.options/1", "table"};
    static const struct vmm_extension second = {sizeof(second), 0, "acme.more_2/12", "table"};
    static const struct vmm_extension *const both[] = {&first, &second, NULL};
    struct vmm_descriptor descriptor = sample();
    struct description *d = NULL;
    descriptor.extensions = both;
    cr_assert_eq(round_trip(&descriptor, &d), 0);
    cr_expect(description_offers(d, "vmm.options/1"));
    cr_expect(description_offers(d, "acme.more_2/12"));
    cr_expect_not(description_offers(d, "vmm.options/2"));
    description_destroy(d);
}

Test(describe, an_extension_without_a_table_or_of_a_strange_id_is_refused)
{
    static const struct vmm_extension bare = {sizeof(bare), 0, "vmm.options/1", NULL};
    static const char *const strange[] = {"",   "vmm.options",   "vmm.options/",
                                          "/1", "vmm options/1", "vmm.options/1x"};
    const struct vmm_extension *list[DESCRIBE_EXTENSIONS_MAX + 2] = {&bare};
    struct vmm_descriptor descriptor = sample();
    struct description *d = NULL;
    struct buf buf;
    buf_init(&buf);
    descriptor.extensions = list;
    cr_expect_eq(describe_encode(&descriptor, &buf), VMM_E_INVAL);
    for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
        struct vmm_extension extension = {sizeof(extension), 0, strange[i], "table"};
        list[0] = &extension;
        cr_expect_eq(round_trip(&descriptor, &d), VMM_E_PROTO, "%s", strange[i]);
    }
    static const struct vmm_extension good = {sizeof(good), 0, "a/1", "table"};
    for (size_t i = 0; i <= DESCRIBE_EXTENSIONS_MAX; i++) {
        list[i] = &good;
    }
    cr_expect_eq(describe_encode(&descriptor, &buf), VMM_E_TOOBIG);
    cr_expect_eq(buf.size, 0);
    buf_finish(&buf);
}

Test(describe, lists_are_null_when_there_are_none)
{
    struct vmm_descriptor descriptor = sample();
    descriptor.config = NULL;
    descriptor.device_config = NULL;
    struct description *d = NULL;
    cr_assert_eq(round_trip(&descriptor, &d), 0);
    cr_assert_null(d->config);
    cr_assert_null(d->device_config);
    description_destroy(d);
    description_destroy(NULL);
}

Test(describe, a_truncated_descriptor_is_read_as_far_as_it_goes)
{
    struct vmm_descriptor *descriptor = malloc(offsetof(struct vmm_descriptor, traits));
    struct vmm_descriptor full = sample();
    memcpy(descriptor, &full, offsetof(struct vmm_descriptor, traits));
    struct buf buf;
    buf_init(&buf);
    for (uint32_t size = 16; size <= offsetof(struct vmm_descriptor, traits); size++) {
        descriptor->struct_size = size;
        buf_clear(&buf);
        cr_assert_eq(describe_encode(descriptor, &buf), 0);
        struct description *d = NULL;
        /* Without a generation it is no plugin that could be run. */
        cr_assert_eq(decode(buf_cstr(&buf), &d), VMM_E_PROTO);
        bool has_name = strstr(buf_cstr(&buf), "vivotek") != NULL;
        cr_assert_eq(has_name, size >= offsetof(struct vmm_descriptor, version));
    }
    descriptor->struct_size = 15;
    buf_clear(&buf);
    cr_assert_eq(describe_encode(descriptor, &buf), VMM_E_INVAL);
    cr_assert_eq(describe_encode(NULL, &buf), VMM_E_INVAL);
    cr_assert_eq(buf.size, 0);
    buf_finish(&buf);
    free(descriptor);
}

Test(describe, an_item_of_an_older_build_ends_early)
{
    size_t old_size = offsetof(struct vmm_config_item, words);
    struct vmm_config_item *old = malloc(old_size);
    memcpy(old, &wait_item, old_size);
    old->struct_size = (uint32_t)old_size;
    const struct vmm_config_item *items[] = {old, NULL};
    struct vmm_descriptor descriptor = sample();
    descriptor.config = items;
    struct description *d = NULL;
    cr_assert_eq(round_trip(&descriptor, &d), 0);
    cr_assert_eq(d->config[0]->max, 60000);
    cr_assert_eq(d->config[0]->flags, 0);
    description_destroy(d);
    free(old);
}

Test(describe, limits_of_encoding)
{
    struct vmm_descriptor descriptor = sample();
    struct buf buf;
    buf_init(&buf);
    const struct vmm_config_item *many[VMM_PLUGIN_CONFIG_MAX + 2] = {NULL};
    for (size_t i = 0; i < VMM_PLUGIN_CONFIG_MAX + 1; i++) {
        many[i] = &path_item;
    }
    descriptor.config = many;
    cr_assert_eq(describe_encode(&descriptor, &buf), VMM_E_TOOBIG);
    many[VMM_PLUGIN_CONFIG_MAX] = NULL;
    cr_assert_eq(describe_encode(&descriptor, &buf), 0);
    buf_clear(&buf);

    /* An item that holds itself would never end. */
    struct vmm_config_item loop = ITEM(.type = VMM_CONFIG_OBJECT, .name = "o", .summary = "s");
    const struct vmm_config_item *ring[] = {&loop, NULL};
    loop.items = ring;
    descriptor.config = ring;
    cr_assert_eq(describe_encode(&descriptor, &buf), VMM_E_TOOBIG);

    static char huge[DESCRIBE_TEXT_MAX + 2];
    memset(huge, 'x', sizeof(huge) - 1);
    descriptor = sample();
    descriptor.summary = huge;
    cr_assert_eq(describe_encode(&descriptor, &buf), VMM_E_TOOBIG);
    descriptor.summary = "\xff\xfe";
    cr_assert_eq(describe_encode(&descriptor, &buf), VMM_E_INVAL);
    cr_assert_eq(buf.size, 0);
    buf_finish(&buf);
}

#define HEAD                                                                                       \
    "\"abi_major\":0,\"abi_minor\":1,\"kind\":1,\"traits\":0,\"generation\":1,\"version\":"        \
    "\"1.0.0\",\"flag\":\"FEATURE_X\",\"summary\":\"\",\"licence\":\"MIT\""
#define GOOD       "{" HEAD ",\"name\":\"x\"}"
#define ITEMS(i)   "{" HEAD ",\"name\":\"x\",\"config\":[" i "]}"
#define NUMBERS    "\"min\":0,\"max\":0,\"flags\":0,\"summary\":\"\""
#define TEXT(name) "{\"type\":4,\"name\":\"" name "\"," NUMBERS "}"

Test(describe, hostile_json_is_refused)
{
    static const struct {
        const char *json;
        int rc;
    } cases[] = {
        {GOOD, 0},
        {ITEMS(TEXT("a")), 0},
        {"", VMM_E_PROTO},
        {"[]", VMM_E_PROTO},
        {"{}", VMM_E_PROTO},
        {"{" HEAD ",\"name\":7}", VMM_E_PROTO},
        {"{" HEAD "}", VMM_E_PROTO},
        {"{" HEAD ",\"name\":\"x\",\"name\":\"x\"}", VMM_E_PROTO},
        {"{" HEAD ",\"name\":\"X\"}", VMM_E_PROTO},
        {"{" HEAD ",\"name\":\"../etc\"}", VMM_E_PROTO},
        {"{" HEAD ",\"name\":\"abcdefghijklmnopqrstuvwxyzabcdefg\"}", VMM_E_PROTO},
        {"{" HEAD ",\"name\":\"x\",\"more\":1}", VMM_E_PROTO},
        {"{" HEAD ",\"name\":\"x\",\"config\":{}}", VMM_E_PROTO},
        {ITEMS("7"), VMM_E_PROTO},
        {ITEMS(TEXT("a") "," TEXT("a")), VMM_E_PROTO},
        {ITEMS(TEXT("A")), VMM_E_PROTO},
        {ITEMS("{\"type\":0,\"name\":\"a\"," NUMBERS "}"), VMM_E_PROTO},
        {ITEMS("{\"type\":13,\"name\":\"a\"," NUMBERS "}"), VMM_E_PROTO},
        {ITEMS("{\"type\":4294967297,\"name\":\"a\"," NUMBERS "}"), VMM_E_PROTO},
        {ITEMS("{\"type\":5,\"name\":\"a\"," NUMBERS "}"), VMM_E_PROTO},
        {ITEMS("{\"type\":11,\"name\":\"a\"," NUMBERS "}"), VMM_E_PROTO},
        {ITEMS("{\"type\":4,\"name\":\"a\",\"items\":[]," NUMBERS "}"), VMM_E_PROTO},
        {ITEMS("{\"type\":4,\"name\":\"a\",\"default\":\"{\"," NUMBERS "}"), VMM_E_PROTO},
        {ITEMS("{\"type\":4,\"name\":\"a\",\"min\":5,\"max\":1,\"flags\":0,\"summary\":\"\"}"),
         VMM_E_PROTO},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct description *d = NULL;
        int rc = decode(cases[i].json, &d);
        cr_expect_eq(rc, cases[i].rc, "%s: %d", cases[i].json, rc);
        cr_expect_eq(d != NULL, rc == 0);
        description_destroy(d);
    }
}

Test(describe, heads_that_break_the_rules)
{
    static const struct {
        const char *was;
        const char *becomes;
    } cases[] = {
        {"\"kind\":1", "\"kind\":4"},
        {"\"kind\":1", "\"kind\":true"},
        {"\"abi_major\":0", "\"abi_major\":-1"},
        {"\"generation\":1", "\"generation\":0"},
        {"1.0.0", "1.0"},
        {"1.0.0", "1..0"},
        {"1.0.0", "1.0.x"},
        {"FEATURE_X", "FEATURE_"},
        {"FEATURE_X", "FEATURE_x"},
        {"FEATURE_X", "PATH_X"},
        {"\"summary\":\"\"", "\"summary\":null"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char json[512];
        const char *at = strstr(GOOD, cases[i].was);
        cr_assert_not_null(at);
        snprintf(json, sizeof(json), "%.*s%s%s", (int)(at - GOOD), GOOD, cases[i].becomes,
                 at + strlen(cases[i].was));
        struct description *d = NULL;
        cr_expect_eq(decode(json, &d), VMM_E_PROTO, "%s", json);
        description_destroy(d);
    }
}

Test(describe, depth_and_number_of_items_are_bounded)
{
    char json[4096] = "{" HEAD ",\"name\":\"x\"";
    for (int i = 0; i < 5; i++) {
        strncat(json, i == 0 ? ",\"config\":[" : ",\"items\":[", sizeof(json) - strlen(json) - 1);
        strncat(json, "{\"type\":12,\"name\":\"a\"," NUMBERS, sizeof(json) - strlen(json) - 1);
    }
    for (int i = 0; i < 5; i++) {
        strncat(json, "}]", sizeof(json) - strlen(json) - 1);
    }
    strncat(json, "}", sizeof(json) - strlen(json) - 1);
    struct description *d = NULL;
    cr_assert_eq(decode(json, &d), VMM_E_TOOBIG);

    struct buf buf;
    buf_init(&buf);
    buf_text(&buf, "{" HEAD ",\"name\":\"x\",\"config\":[");
    for (unsigned i = 0; i <= VMM_PLUGIN_CONFIG_MAX; i++) {
        buf_printf(&buf, "%s{\"type\":4,\"name\":\"a%u\"," NUMBERS "}", i > 0 ? "," : "", i);
    }
    buf_text(&buf, "]}");
    cr_assert_eq(decode(buf_cstr(&buf), &d), VMM_E_TOOBIG);
    buf_finish(&buf);
}
