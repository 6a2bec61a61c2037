/* SPDX-License-Identifier: MIT */
/* Each personality of HTTP with a digest login, and each digest of RTSP, logged in to by curl: the farm's server half of
 * digest is understood by a client that is not ours. */
#include "farm/personality.h"
#include "farm/test_farm_rig.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOGINS_MAX 128
#define FEWEST     18 /* personalities of this kind that there are at least */

/* The personalities that have a digest and let nobody in by it. */
static const struct {
    const char *name;
    const char *why;
    const char *target;
    int status; /* that curl gets */
} exceptions[] = {
    {"dahua-locked", "it has locked the address out and asks nobody for a login", "/cgi-bin/x",
     403},
};

/* What is asked of one personality. */
struct question {
    char name[64];
    char device[80];
    char target[512];
    char options[512];
};

static struct rig rig;
static struct question questions[LOGINS_MAX];
static size_t count;

static const char *text(const json_t *object, const char *key, const char *fallback)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value != NULL ? value : fallback;
}

static bool has_digest(const json_t *personality)
{
    const json_t *auth = json_object_get(personality, "auth");
    const json_t *list = json_object_get(auth, "challenges");
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (strcmp(text(json_array_get(list, i), "scheme", "digest"), "digest") == 0) {
            return strcmp(text(personality, "protocol", "http"), "http") == 0;
        }
    }
    return false;
}

/* Path and query that this answer is for; false where that cannot be told, or it needs no login. */
static bool write_target(const json_t *answer, struct question *question)
{
    const char *path = text(answer, "path", NULL);
    const json_t *items = json_object_get(answer, "query_has");
    size_t fixed = path != NULL ? strcspn(path, "*?[") : 0;
    bool is_folder = fixed > 1 && path[fixed] == '*' && path[fixed + 1] == '\0';
    if (path == NULL || (path[fixed] != '\0' && !is_folder) ||
        json_is_true(json_object_get(answer, "open")) ||
        json_object_get(answer, "status") != NULL) {
        return false;
    }
    size_t used = (size_t)snprintf(question->target, sizeof question->target, "%.*s%s%s%s",
                                   (int)fixed, path, is_folder ? "any" : "",
                                   json_object_get(answer, "query") != NULL ? "?" : "",
                                   text(answer, "query", ""));
    for (size_t i = 0; i < json_array_size(items); i++) {
        used += (size_t)snprintf(question->target + used, sizeof question->target - used, "%c%s",
                                 i == 0 ? '?' : '&', json_string_value(json_array_get(items, i)));
    }
    return true;
}

/* A method and a body that fit the answer. */
static bool write_options(const json_t *answer, struct question *question)
{
    const char *method = text(answer, "method", "GET");
    const char *operation = text(answer, "operation", NULL);
    const char *body = text(answer, "body_has", "");
    if (operation != NULL) {
        snprintf(question->options, sizeof question->options,
                 "-d '<e:Envelope><e:Body><%s>%s</%s></e:Body></e:Envelope>'", operation, body,
                 operation);
    } else if (strcmp(method, "POST") == 0) {
        snprintf(question->options, sizeof question->options, "-d '%s'", body);
    } else if (strcmp(method, "GET") != 0) {
        snprintf(question->options, sizeof question->options, "-X %s", method);
    }
    return strchr(body, '\'') == NULL;
}

static bool add_question(const char *name, json_t *personality)
{
    struct question *question = &questions[count];
    const char *label = NULL;
    json_t *answer = NULL;
    cr_assert_lt(count, LOGINS_MAX);
    *question = (struct question){0};
    json_object_foreach(json_object_get(personality, "answers"), label, answer)
    {
        if (!json_is_true(json_object_get(answer, "session")) && write_target(answer, question) &&
            write_options(answer, question)) {
            snprintf(question->name, sizeof question->name, "%s", name);
            snprintf(question->device, sizeof question->device, "%s-1", name);
            count++;
            return true;
        }
    }
    return false;
}

static bool is_exception(const char *name)
{
    bool is_named = false;
    for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++) {
        is_named |= strcmp(exceptions[i].name, name) == 0;
    }
    return is_named;
}

/* The personalities with digest, and a question to each. */
static void find_questions(void)
{
    static const char *const folders[] = {FARM_PERSONALITIES};
    struct personality_source source = {.directories = folders, .directory_count = 1};
    glob_t found;
    cr_assert_eq(glob(FARM_PERSONALITIES "/*.json", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char name[64];
        char folder[1024];
        struct problem problem = {0};
        snprintf(name, sizeof name, "%s", strrchr(found.gl_pathv[i], '/') + 1);
        *strrchr(name, '.') = '\0';
        json_t *json = personality_load(&source, name, NULL, folder, sizeof folder, &problem);
        cr_assert_not_null(json, "%s", problem.text);
        if (has_digest(json) && !is_exception(name)) {
            cr_expect(add_question(name, json), "%s: nothing can be asked of it", name);
        }
        json_decref(json);
    }
    globfree(&found);
}

static void start(void)
{
    json_t *groups = json_array();
    for (size_t i = 0; i < count + sizeof exceptions / sizeof exceptions[0]; i++) {
        char prefix[80];
        char address[32];
        const char *name = i < count ? questions[i].name : exceptions[i - count].name;
        snprintf(prefix, sizeof prefix, "%s-", name);
        snprintf(address, sizeof address, "127.78.%zu.1", i);
        json_array_append_new(groups, json_pack("{s:s, s:s, s:s}", "prefix", prefix, "base_address",
                                                address, "personality", name));
    }
    json_t *scenario = json_pack("{s:{s:i}, s:[{s:s, s:s}], s:o}", "ports", "http", 0, "users",
                                 "name", "admin", "password", "right", "groups", groups);
    char *line = json_dumps(scenario, 0);
    rig_start(&rig, line);
    free(line);
    json_decref(scenario);
}

Test(farm_curl, curl_logs_in_to_each_device_with_digest)
{
    find_questions();
    cr_assert_gt(count, FEWEST, "%zu personalities", count);
    start();
    for (size_t i = 0; i < count; i++) {
        char options[640];
        const struct question *q = &questions[i];
        snprintf(options, sizeof options, "--digest -u admin:right %s", q->options);
        struct rig_look look = rig_curl(&rig, q->device, q->target, options);
        cr_expect_eq(look.status, 200, "%s %s: %d", q->name, q->target, look.status);
        cr_expect_eq(rig_count(&rig, q->device, "logins_good"), 1, "%s: no login", q->name);
        cr_expect_eq(rig_count(&rig, q->device, "logins_bad"), 0, "%s: a bad login", q->name);
        snprintf(options, sizeof options, "--digest -u admin:wrong %s", q->options);
        look = rig_curl(&rig, q->device, q->target, options);
        cr_expect_eq(rig_count(&rig, q->device, "logins_bad"), 1, "%s: %d", q->name, look.status);
        cr_expect_eq(rig_count(&rig, q->device, "logins_good"), 1, "%s: any password", q->name);
    }
    for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++) {
        char device[80];
        snprintf(device, sizeof device, "%s-1", exceptions[i].name);
        struct rig_look look =
            rig_curl(&rig, device, exceptions[i].target, "--digest -u admin:right");
        cr_expect_eq(look.status, exceptions[i].status, "%s: %d, though %s", device, look.status,
                     exceptions[i].why);
        cr_expect_eq(rig_count(&rig, device, "logins_good"), 0, "%s: let in", device);
    }
    rig_end(&rig);
}

/* ---- RTSP ---- */

/* curl's command line asks for OPTIONS alone, which is made to need a login here. */
static void log_in_by_rtsp(const char *personality, const char *password, const char *counted)
{
    char command[512];
    rig_start_one(&rig, personality, ",\"override\":{\"answers\":{\"options\":{\"open\":false}}}");
    const json_t *place = json_array_get(json_object_get(rig.places, "devices"), 0);
    snprintf(command, sizeof command,
             "curl -q -s -m 10 --digest -u admin:%s 'rtsp://%s:%d/live.sdp' >/dev/null", password,
             json_string_value(json_object_get(place, "address")),
             (int)json_integer_value(json_object_get(place, "port")));
    FILE *pipe = popen(command, "re");
    cr_assert_not_null(pipe);
    pclose(pipe);
    cr_expect_eq(rig_count(&rig, "d1", counted), 1, "%s: %s", personality, counted);
    cr_expect_eq(rig_count(&rig, "d1", "logins_good") + rig_count(&rig, "d1", "logins_bad"), 1,
                 "%s", personality);
    rig_end(&rig);
}

Test(farm_curl, curl_logs_in_by_rtsp_with_each_digest)
{
    static const char *const personalities[] = {"rtsp-camera", "rtsp-sha256",
                                                "rtsp-both",   "rtsp-md5-first",
                                                "rtsp-no-qop", "rtsp-options-auth"};
    for (size_t i = 0; i < sizeof personalities / sizeof personalities[0]; i++) {
        log_in_by_rtsp(personalities[i], "right", "logins_good");
        log_in_by_rtsp(personalities[i], "wrong", "logins_bad");
    }
}
