/* SPDX-License-Identifier: MIT */
/* The schema of gateway.json: the one in the tree is the generated one, and it agrees with what vmmd takes. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/error.h"
#include "config/schema.h"
#include "config/validate.h"
#include "gateway/policy.h"
#include "gateway/policy_schema.h"
#include "schema_eval.h"

static json_t *read_json(const char *path)
{
    json_error_t where;
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
    cr_assert_not_null(json, "%s: %s", path, where.text);
    return json;
}

Test(gateway_schema, the_one_in_the_tree_is_the_generated_one)
{
    char *said = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&said, &size);
    cr_assert_eq(policy_print_schema(out), EXIT_SUCCESS);
    fclose(out);
    FILE *file = fopen(VMM_SOURCE "/etc/gateway.schema.json", "re");
    cr_assert_not_null(file);
    char *kept = calloc(1, size + 2);
    size_t got = fread(kept, 1, size + 1, file);
    fclose(file);
    cr_expect(got == size && memcmp(kept, said, size) == 0,
              "out of date: vmmd --print-gateway-schema > etc/gateway.schema.json");
    free(kept);
    free(said);
}

/* What the validator says, without the checks that no schema can tell: times, names of calendars. */
static bool is_valid(const json_t *value)
{
    json_t *settings = NULL;
    struct config_error error;
    config_error_clear(&error);
    int rc = validate_object(value, policy_items(), "", &settings, &error);
    json_decref(settings);
    return rc == 0;
}

Test(gateway_schema, the_sample_fits)
{
    json_t *schema = policy_schema();
    json_t *sample = read_json(VMM_SOURCE "/etc/gateway.json.example");
    cr_expect(eval(schema, sample));
    cr_expect(is_valid(sample));
    json_decref(sample);
    json_decref(schema);
}

Test(gateway_schema, it_agrees_with_the_validator)
{
    static const struct {
        const char *text;
        bool good;
    } samples[] = {
        {"{}", true},
        {"{\"$schema\":\"gateway.schema.json\",\"enabled\":false}", true},
        {"{\"enabled\":\"no\"}", false},
        {"{\"chanels\":[]}", false},
        {"{\"rateLimitPerSitePerMin\":0}", false},
        {"{\"rateLimitPerSitePerMin\":1}", true},
        {"{\"gchat\":{\"mode\":\"text\",\"buttonsPerCard\":50}}", true},
        {"{\"gchat\":{\"mode\":\"html\"}}", false},
        {"{\"gchat\":{\"buttonsPerCard\":51}}", false},
        {"{\"groupWait\":\"30s\",\"repeat\":\"24h\"}", true},
        {"{\"groupWait\":30}", false},
        {"{\"groupWait\":\"soon\"}", false},
        {"{\"sites\":[{\"site\":\"tpe-*\",\"observe\":true}]}", true},
        {"{\"sites\":[{\"observe\":true}]}", false},
        {"{\"routes\":[{\"name\":\"all\",\"channels\":[\"gchat\"],\"minSeverity\":\"critical\"}]}",
         true},
        {"{\"routes\":[{\"name\":\"all\",\"channels\":[\"gchat\"],\"minSeverity\":\"loud\"}]}",
         false},
        {"{\"destinations\":[{\"channel\":\"*\",\"quotaPerMin\":50}]}", true},
        {"{\"destinations\":[{\"quotaPerMin\":50}]}", false},
        {"{\"keep\":{\"events\":\"400d\"}}", true},
        {"{\"keep\":{\"event\":\"400d\"}}", false},
        {"[]", false},
    };
    json_t *schema = policy_schema();
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        json_t *value = json_loads(samples[i].text, 0, NULL);
        cr_assert_not_null(value, "%s", samples[i].text);
        cr_expect_eq(eval(schema, value), samples[i].good, "schema: %s", samples[i].text);
        cr_expect_eq(is_valid(value), samples[i].good, "validator: %s", samples[i].text);
        json_decref(value);
    }
    json_decref(schema);
}
