/* SPDX-License-Identifier: MIT */
/* docs/operating.md lists the flag of each plugin of this tree, and none that is nobody's. */
#include <criterion/criterion.h>

#include <glob.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANUAL VMM_ROOT "/docs/operating.md"
#define MASTER "FEATURE_VMS_HEALTH_MONITOR"

static char *manual;
static glob_t fragments;

static void set_up(void)
{
    size_t size = 0;
    FILE *file = fopen(MANUAL, "r");
    cr_assert_not_null(file);
    cr_assert_gt(getdelim(&manual, &size, '\0', file), 0);
    fclose(file);
    cr_assert_eq(glob(VMM_ROOT "/plugins/*/*/*.json", 0, NULL, &fragments), 0);
}

static void tear_down(void)
{
    free(manual);
    globfree(&fragments);
}

TestSuite(flags_md, .init = set_up, .fini = tear_down);

/* A fragment is called like its folder. */
static bool is_fragment(const char *path)
{
    const char *file = strrchr(path, '/') + 1;
    size_t length = strlen(file) - strlen(".json");
    const char *folder = file - 1;
    while (folder[-1] != '/') {
        folder--;
    }
    return (size_t)(file - 1 - folder) == length && strncmp(folder, file, length) == 0;
}

/* The flag that the fragment names, in static memory; NULL when the file is none. */
static const char *flag_of(const char *path)
{
    static char flag[128];
    json_t *fragment = is_fragment(path) ? json_load_file(path, 0, NULL) : NULL;
    const char *text = json_string_value(json_object_get(fragment, "flag"));
    snprintf(flag, sizeof(flag), "%s", text != NULL ? text : "");
    json_decref(fragment);
    return flag[0] != '\0' ? flag : NULL;
}

Test(flags_md, names_the_flag_of_each_plugin)
{
    size_t count = 0;
    for (size_t i = 0; i < fragments.gl_pathc; i++) {
        char row[160];
        const char *flag = flag_of(fragments.gl_pathv[i]);
        if (flag != NULL) {
            snprintf(row, sizeof(row), "\n| `%s` | ", flag);
            cr_expect_not_null(strstr(manual, row), "%s has no row", flag);
            count++;
        }
    }
    cr_expect_geq(count, 24, "%zu plugins", count);
}

static bool is_somebodys(const char *flag)
{
    for (size_t i = 0; i < fragments.gl_pathc; i++) {
        const char *own = flag_of(fragments.gl_pathv[i]);
        if (own != NULL && strcmp(own, flag) == 0) {
            return true;
        }
    }
    return strcmp(flag, MASTER) == 0;
}

Test(flags_md, names_no_flag_that_is_nobodys)
{
    static const char begin[] = "\n| `FEATURE_VM";
    size_t count = 0;
    for (const char *at = strstr(manual, begin); at != NULL; at = strstr(at + 1, begin)) {
        char flag[128];
        const char *name = at + strlen("\n| `");
        snprintf(flag, sizeof(flag), "%.*s", (int)strcspn(name, "`"), name);
        cr_expect(is_somebodys(flag), "%s is nobody's", flag);
        count++;
    }
    cr_expect_geq(count, 25, "%zu rows", count);
}
