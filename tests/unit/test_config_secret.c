/* SPDX-License-Identifier: MIT */
#include "config_files.h"

#include "config/secret.h"
#include "config_samples.h"

TestSuite(secret, .init = files_begin, .fini = files_end);

static int read_reference(json_t *reference, char *const *environment, char text[SECRET_MAX + 1],
                          struct config_error *error)
{
    struct buf out;
    buf_init(&out);
    config_error_clear(error);
    int rc = secret_read(reference, environment, "/token", &out, error);
    if (rc == 0) {
        cr_assert_leq(out.size, SECRET_MAX);
        memcpy(text, buf_cstr(&out), out.size + 1);
    }
    buf_wipe(&out);
    json_decref(reference);
    return rc;
}

static json_t *file_reference(const char *name)
{
    return json_pack("{s:s}", "file", files_path(name));
}

Test(secret, a_file_is_read_and_its_line_break_cut)
{
    static const char *const contents[] = {"s3cret", "s3cret\n", "s3cret\r\n"};
    for (size_t i = 0; i < 3; i++) {
        char text[SECRET_MAX + 1] = "";
        struct config_error error;
        files_write("token", contents[i]);
        chmod(files_path("token"), 0640);
        cr_expect_eq(read_reference(file_reference("token"), NULL, text, &error), 0);
        cr_expect_str_eq(text, "s3cret");
    }
}

static void expect_refused(json_t *reference, char *const *environment, const char *problem)
{
    char text[SECRET_MAX + 1];
    struct config_error error;
    cr_expect_eq(read_reference(reference, environment, text, &error), VMM_E_INVAL);
    cr_expect_not_null(strstr(error.problem, problem), "%s", error.problem);
    cr_expect_null(strstr(error.problem, "s3cret"));
    cr_expect_str_eq(error.pointer, "/token");
}

Test(secret, files_that_are_refused)
{
    files_write("open", "s3cret");
    chmod(files_path("open"), 0644);
    expect_refused(file_reference("open"), NULL, "others may read");
    expect_refused(file_reference("nothing"), NULL, "No such file");
    expect_refused(json_pack("{s:s}", "file", files_folder), NULL, "no regular file");
    files_write("empty", "\n");
    chmod(files_path("empty"), 0600);
    expect_refused(file_reference("empty"), NULL, "empty");
    files_write("bytes", "\xff\xfe");
    chmod(files_path("bytes"), 0600);
    expect_refused(file_reference("bytes"), NULL, "no UTF-8");
}

Test(secret, the_limit_is_exact)
{
    static char content[SECRET_MAX + 4];
    char text[SECRET_MAX + 1];
    struct config_error error;
    memset(content, 'x', SECRET_MAX);
    strcpy(content + SECRET_MAX, "\n");
    files_write("long", content);
    chmod(files_path("long"), 0600);
    cr_expect_eq(read_reference(file_reference("long"), NULL, text, &error), 0);
    cr_expect_eq(strlen(text), SECRET_MAX);
    memset(content, 'x', SECRET_MAX + 1);
    content[SECRET_MAX + 1] = '\0';
    files_write("long", content);
    chmod(files_path("long"), 0600);
    expect_refused(file_reference("long"), NULL, "too large");
}

Test(secret, the_environment_and_systemd)
{
    char folder[128];
    char text[SECRET_MAX + 1] = "";
    struct config_error error;
    text_format(folder, sizeof(folder), "CREDENTIALS_DIRECTORY=%s", files_folder);
    char *environment[] = {"TOKEN=s3cret", "TOKEN2=other", folder, NULL};
    cr_expect_eq(read_reference(json_pack("{s:s}", "env", "TOKEN"), environment, text, &error), 0);
    cr_expect_str_eq(text, "s3cret");
    expect_refused(json_pack("{s:s}", "env", "TOKE"), environment, "not set");
    expect_refused(json_pack("{s:s}", "env", "TOKEN"), NULL, "not set");
    files_write("chat", "hook\n");
    chmod(files_path("chat"), 0400);
    cr_expect_eq(
        read_reference(json_pack("{s:s}", "credential", "chat"), environment, text, &error), 0);
    cr_expect_str_eq(text, "hook");
    expect_refused(json_pack("{s:s}", "credential", "chat"), NULL, "no systemd credentials");
    expect_refused(json_pack("{s:s}", "other", "x"), NULL, "no reference");
}

Test(secret, all_references_of_an_object_are_replaced)
{
    SAMPLE(word, SECRET);
    static const struct vmm_config_item *const entry[] = {&sample_word, NULL};
    SAMPLE(list, LIST, .items = entry);
    SAMPLE(group, OBJECT, .items = entry);
    const struct vmm_config_item *const items[] = {&sample_token, &sample_list, &sample_group,
                                                   NULL};
    char *environment[] = {"A=a1", "B=b2", NULL};
    struct config_error error = {0};
    json_t *object = json_loads("{\"token\":{\"env\":\"A\"},\"list\":[{\"word\":{\"env\":\"B\"}}],"
                                "\"group\":{\"word\":{\"env\":\"A\"}}}",
                                0, NULL);
    cr_assert_eq(secret_fill(object, items, environment, "", &error), 0);
    char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
    cr_expect_str_eq(text,
                     "{\"group\":{\"word\":\"a1\"},\"list\":[{\"word\":\"b2\"}],\"token\":\"a1\"}");
    free(text);
    json_decref(object);
    object = json_loads("{\"list\":[{\"word\":{\"env\":\"C\"}}]}", 0, NULL);
    cr_expect_eq(secret_fill(object, items, environment, "/x", &error), VMM_E_INVAL);
    cr_expect_str_eq(error.pointer, "/x/list/0/word");
    json_decref(object);
    cr_expect(secret_any(items));
    cr_expect(secret_any(items + 2));
    cr_expect_not(secret_any(sample_header));
}

Test(secret, a_secret_url_is_checked_and_not_shown)
{
    SAMPLE(hook, SECRET, .flags = VMM_CONFIG_IS_URL);
    const struct vmm_config_item *const items[] = {&sample_hook, NULL};
    char *environment[] = {"GOOD=https://chat.example/v1?key=s3cret", "BAD=chat.example/s3cret",
                           "USER=https://u:s3cret@chat.example/", NULL};
    static const char *const bad[] = {"{\"hook\":{\"env\":\"BAD\"}}",
                                      "{\"hook\":{\"env\":\"USER\"}}"};
    struct config_error error = {0};
    json_t *object = json_loads("{\"hook\":{\"env\":\"GOOD\"}}", 0, NULL);
    cr_expect_eq(secret_fill(object, items, environment, "", &error), 0);
    json_decref(object);
    for (size_t i = 0; i < 2; i++) {
        char line[CONFIG_ERROR_LINE];
        config_error_clear(&error);
        object = json_loads(bad[i], 0, NULL);
        cr_expect_eq(secret_fill(object, items, environment, "", &error), VMM_E_INVAL);
        cr_expect_str_eq(error.pointer, "/hook");
        cr_expect_not_null(strstr(config_error_text(&error, line), "has to be a URL"), "%s", line);
        cr_expect_null(strstr(line, "s3cret"));
        json_decref(object);
    }
}
