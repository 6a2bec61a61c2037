/* SPDX-License-Identifier: MIT */
/* vmmctl capture: a device's exchange becomes a device of the farm that plays the same, and holds no secret. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rig.h"

#define CANARY  "canary-s3cret"
#define OPTIONS 4
#define ADDRESS "127.42.0.1" /* a variable in a personality; what came says it */
#define SAME    "the same outcome, reasons, facts and requests"

/* What must not be in a file: the password, also as these protocols hash it, and what belongs to one login. */
static const char *const secrets[] = {CANARY,
                                      "Y2FuYXJ5LXMzY3JldA",               /* Base64 */
                                      "67Nucc6W",                         /* DVRIP */
                                      "a8d2271eaf9ef10104dc02de9aa241d7", /* MD5 */
                                      "response=\"",
                                      "nonce=\"",
                                      "PasswordDigest",
                                      "UsernameToken",
                                      "c00kie-s3cret",
                                      "t0ken-s3cret",
                                      "A1B2C3",
                                      "s3ss!on word",
                                      "k3y/+=",
                                      ADDRESS};

struct device {
    char provider[16];
    char personality[32];
    char port[8];
    char field[OPTIONS][600];
};

/* A login by form that gives a cookie and a token for what follows. */
#define STEPS                                                                                      \
    "\"steps\":{\"reads\":[\"/login\"],\"answers\":{"                                              \
    "\"login\":{\"method\":\"POST\",\"path\":\"/login\",\"headers\":{"                             \
    "\"Content-Type\":\"application/json\",\"Set-Cookie\":\"SID=c00kie-s3cret; path=/\"},"         \
    "\"body\":\"{\\\"token\\\":\\\"t0ken-s3cret\\\",\\\"ok\\\":1}\"},"                             \
    "\"status\":{\"path\":\"/status\",\"query\":\"token=t0ken-s3cret\",\"headers\":{"              \
    "\"Content-Type\":\"text/plain\"},\"body\":\"model=S-1\\nsession=t0ken-s3cret\\n\"}}}"
#define STEPS_OPTION                                                                               \
    "options.requests=[{\"name\":\"login\",\"path\":\"/login\",\"method\":\"POST\",\"safe\":true," \
    "\"login\":false,\"body\":\"u={user}&p={pass}\",\"content_type\":"                             \
    "\"application/x-www-form-urlencoded\",\"extract\":[{\"from\":\"json\",\"key\":\"/token\","    \
    "\"carry\":\"token\"},{\"from\":\"cookie\",\"key\":\"SID\",\"carry\":\"sid\"}]},"              \
    "{\"name\":\"status\",\"path\":\"/status?token={carry:token}\",\"login\":false,"               \
    "\"headers\":[\"Cookie: SID={carry:sid}\"],\"extract\":[{\"from\":\"keyvalue\","               \
    "\"key\":\"model\",\"fact\":\"model\"}]}]"

static struct device devices[] = {
    {"vivotek", "vivotek-camera", "http", {""}},
    {"hikvision", "hikvision-nvr", "http", {""}},
    {"hikvision", "hikvision-camera-sha256", "http", {""}},
    {"geovision", "geovision-camera", "http", {""}},
    {"uniview", "uniview-nvr-session", "http", {""}},
    {"generic", "steps", "http", {STEPS_OPTION}},
    {"acti", "acti-camera", "http", {""}},
    {"lilin", "lilin-recorder", "http", {"auth=basic"}},
    {"avtech", "avtech-camera", "http", {"auth=basic"}},
    {"onvif", "onvif-camera", "http", {""}},
    {"onvif", "onvif-camera-digest", "http", {""}},
    {"onvif", "onvif-nvr", "http", {""}},
    {"rtsp", "rtsp-camera", "rtsp", {"options.path=/live.sdp"}},
    {"rtsp", "rtsp-sha256", "rtsp", {"options.path=/live.sdp"}},
    {"xm", "xm-dvr-fragments", "dvrip", {"options.zone=+00:00"}},
    {"dahua", "dahua-nvr", "http", {""}},
    {"axis", "axis-camera", "http", {""}},
    {"hanwha", "hanwha-camera", "http", {""}},
    {"reolink", "reolink-camera", "http", {""}},
};

#define DEVICES (sizeof(devices) / sizeof(devices[0]))

static struct rig rig;

static void open_device(const struct device *device)
{
    char scenario[4096];
    snprintf(scenario, sizeof(scenario),
             "{\"ports\":{\"http\":0,\"rtsp\":0,\"dvrip\":0},\"users\":[{\"name\":\"admin\","
             "\"password\":\"" CANARY "\"}],\"personalities\":{" STEPS "},\"groups\":[{"
             "\"prefix\":\"dev\",\"base_address\":\"127.42.0.1\",\"personality\":\"%s\"}]}",
             device->personality);
    rig_open(&rig, scenario);
}

/* `vmmctl capture` of the farm's one device into FOLDER/got.json, of the plugins beside it; what it says goes to `out`. */
static int capture(const struct device *device, const char *more, struct buf *out)
{
    char address[64];
    char file[300];
    char fixtures[300];
    const json_t *place = json_array_get(json_object_get(rig.ready, "devices"), 0);
    snprintf(address, sizeof(address), "%s:%d",
             json_string_value(json_object_get(place, "address")),
             (int)json_integer_value(json_object_get(place, "port")));
    snprintf(file, sizeof(file), "--out=%s/got.json", rig.folder);
    snprintf(fixtures, sizeof(fixtures), "--fixtures=%s/fixtures", rig.folder);
    const char *field = device->field[0][0] != '\0' ? device->field[0] : NULL;
    return rig_ctl(&rig, out, CANARY "\n", "capture", address, "--provider", device->provider,
                   "--user", "admin", "--password-stdin", file, fixtures,
                   more != NULL ? more : field, more != NULL ? field : NULL, NULL);
}

static void read_file(const char *path, struct buf *out)
{
    uint8_t block[4096];
    FILE *file = fopen(path, "re");
    cr_assert_not_null(file, "%s", path);
    for (size_t got = fread(block, 1, sizeof(block), file); got > 0;
         got = fread(block, 1, sizeof(block), file)) {
        buf_add(out, block, got);
    }
    fclose(file);
}

static void expect_none_in(const char *files, const char *name)
{
    char pattern[300];
    glob_t found;
    bool is_fixture = strncmp(files, "fixtures", 8) == 0;
    snprintf(pattern, sizeof(pattern), "%s/%s", rig.folder, files);
    cr_assert_eq(glob(pattern, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct buf text;
        buf_init(&text);
        read_file(found.gl_pathv[i], &text);
        cr_expect_gt(text.size, is_fixture ? 0 : 20, "%s is empty", found.gl_pathv[i]);
        for (size_t k = 0; k < sizeof(secrets) / sizeof(secrets[0]); k++) {
            bool is_said = is_fixture && strcmp(secrets[k], ADDRESS) == 0;
            cr_expect(is_said ||
                          memmem(text.data, text.size, secrets[k], strlen(secrets[k])) == NULL,
                      "%s: %s is in %s", name, secrets[k], found.gl_pathv[i]);
        }
        buf_finish(&text);
        unlink(found.gl_pathv[i]);
    }
    globfree(&found);
}

/* The personality, the bodies beside it and the fixtures: none of them tells a secret. */
static void expect_no_secret(const char *name)
{
    expect_none_in("got*", name);
    expect_none_in("fixtures/*", name);
}

ParameterizedTestParameters(capture, it_plays_the_same_and_holds_no_secret)
{
    return cr_make_param_array(struct device, devices, DEVICES);
}

ParameterizedTest(struct device *device, capture, it_plays_the_same_and_holds_no_secret)
{
    struct buf out;
    buf_init(&out);
    open_device(device);
    int status = capture(device, NULL, &out);
    cr_expect_eq(status, 0, "%s: %s", device->personality, buf_cstr(&out));
    cr_expect_not_null(strstr(buf_cstr(&out), SAME), "%s", buf_cstr(&out));
    cr_expect_null(strstr(buf_cstr(&out), CANARY));
    expect_no_secret(device->personality);
    cr_expect_eq(rig_count(&rig, "dev1", "writes"), 0);
    cr_expect_eq(rig_count(&rig, "dev1", "logins_bad"), 0);
    buf_finish(&out);
    rig_close(&rig);
}

Test(capture, a_serial_number_is_hidden_when_asked)
{
    struct buf out;
    struct buf text;
    char path[300];
    struct device device = {"onvif", "onvif-camera", "http", {""}};
    buf_init(&out);
    buf_init(&text);
    open_device(&device);
    cr_expect_eq(capture(&device, "--mask-serial", &out), 0, "%s", buf_cstr(&out));
    cr_expect_not_null(strstr(buf_cstr(&out), SAME), "%s", buf_cstr(&out));
    snprintf(path, sizeof(path), "%s/got.json", rig.folder);
    read_file(path, &text);
    cr_expect_null(strstr(buf_cstr(&text), "SN0042"));
    cr_expect_not_null(strstr(buf_cstr(&text), "IPC-42"));
    unlink(path);
    buf_finish(&out);
    buf_finish(&text);
    rig_close(&rig);
}

/* What `vmmctl capture` with --fixtures wrote under this name, as a text; the caller's. */
static struct buf fixture(const char *name)
{
    char path[300];
    struct buf text;
    buf_init(&text);
    snprintf(path, sizeof(path), "%s/fixtures/%s", rig.folder, name);
    read_file(path, &text);
    return text;
}

Test(capture, a_fixture_is_what_the_device_said_and_is_not_written_over)
{
    struct buf out;
    char path[300];
    struct device device = {"generic", "steps", "http", {STEPS_OPTION}};
    buf_init(&out);
    open_device(&device);
    cr_expect_eq(capture(&device, NULL, &out), 0, "%s", buf_cstr(&out));
    struct buf login = fixture("01-login.json");
    struct buf status = fixture("02-status.txt");
    cr_expect_str_eq(buf_cstr(&login), "{\"token\":\"captured-2\",\"ok\":1}");
    cr_expect_str_eq(buf_cstr(&status), "model=S-1\nsession=captured-2\n");
    snprintf(path, sizeof(path), "%s/got.json", rig.folder);
    unlink(path);
    cr_expect_eq(capture(&device, NULL, &out), 4, "%s", buf_cstr(&out));
    cr_expect_eq(rig_ctl_count(&rig, "/fixtures/01-login.json: File exists"), 1);
    buf_finish(&login);
    buf_finish(&status);
    buf_finish(&out);
    rig_close(&rig);
}

Test(capture, a_file_that_is_there_is_said_before_the_look)
{
    struct buf out;
    char path[300];
    struct device device = {"vivotek", "vivotek-camera", "http", {""}};
    buf_init(&out);
    open_device(&device);
    snprintf(path, sizeof(path), "%s/got.json", rig.folder);
    FILE *file = fopen(path, "we");
    cr_assert_not_null(file);
    fclose(file);
    cr_expect_eq(capture(&device, NULL, &out), 4, "%s", buf_cstr(&out));
    cr_expect_eq(rig_ctl_count(&rig, "/got.json: File exists"), 1);
    cr_expect_eq(rig_count(&rig, "dev1", "requests"), 0);
    buf_finish(&out);
    rig_close(&rig);
}

Test(capture, a_refused_login_leaves_no_file)
{
    struct buf out;
    char path[300];
    struct device device = {"onvif", "onvif-camera", "http", {""}};
    buf_init(&out);
    open_device(&device);
    json_decref(rig_farm(&rig, "{\"do\":\"password\",\"device\":\"*\",\"user\":\"admin\","
                               "\"password\":\"another\"}"));
    cr_expect_eq(capture(&device, NULL, &out), 1, "%s", buf_cstr(&out));
    snprintf(path, sizeof(path), "%s/got.json", rig.folder);
    cr_expect_neq(access(path, F_OK), 0);
    cr_expect_eq(rig_count(&rig, "dev1", "logins_bad"), 1);
    buf_finish(&out);
    rig_close(&rig);
}

static void start_vmmd(void)
{
    rig_config(&rig, "{}");
    rig_start(&rig);
    rig_wait_plugin(&rig, "vivotek", "ready");
}

Test(capture, beside_a_vmmd_that_could_not_try_the_login_it_does_not_look)
{
    struct buf out;
    struct device device = {"onvif", "onvif-camera", "http", {""}};
    buf_init(&out);
    open_device(&device);
    start_vmmd();
    cr_expect_eq(capture(&device, NULL, &out), 4, "%s", buf_cstr(&out));
    cr_expect_eq(rig_count(&rig, "dev1", "requests"), 0, "the provider is off there");
    buf_finish(&out);
    rig_close(&rig);
}

Test(capture, beside_a_vmmd_a_folder_of_plugins_is_looked_by_all_the_same)
{
    struct buf out;
    struct device device = {"onvif", "onvif-camera", "http", {""}};
    buf_init(&out);
    open_device(&device);
    start_vmmd();
    cr_expect_eq(capture(&device, "--plugins=" VMM_PLUGINS, &out), 0, "%s", buf_cstr(&out));
    cr_expect_eq(rig_ctl_count(&rig, "vmmctl: --plugins: one attempt of its own"), 1);
    cr_expect_not_null(strstr(buf_cstr(&out), SAME), "%s", buf_cstr(&out));
    expect_no_secret("onvif by a folder of plugins");
    cr_expect_eq(rig_count(&rig, "dev1", "logins_bad"), 0);
    buf_finish(&out);
    rig_close(&rig);
}

Test(capture, beside_a_vmmd_it_looks_once_the_login_was_accepted_there)
{
    struct buf out;
    struct device device = {"vivotek", "vivotek-camera", "http", {"options.level=admin"}};
    buf_init(&out);
    open_device(&device);
    start_vmmd();
    cr_expect_eq(capture(&device, NULL, &out), 0, "%s", buf_cstr(&out));
    cr_expect_not_null(strstr(buf_cstr(&out), SAME), "%s", buf_cstr(&out));
    expect_no_secret("vivotek beside vmmd");
    cr_expect_eq(rig_count(&rig, "dev1", "logins_bad"), 0);
    cr_expect_eq(rig_count(&rig, "dev1", "connections_max"), 1);
    buf_finish(&out);
    rig_close(&rig);
}

Test(capture, beside_a_vmmd_a_refused_login_is_tried_once_whoever_asks)
{
    struct buf out;
    struct device device = {"vivotek", "vivotek-camera", "http", {""}};
    buf_init(&out);
    open_device(&device);
    start_vmmd();
    json_decref(rig_farm(&rig, "{\"do\":\"password\",\"device\":\"*\",\"user\":\"admin\","
                               "\"password\":\"another\"}"));
    cr_expect_eq(capture(&device, NULL, &out), 1, "%s", buf_cstr(&out));
    cr_expect_eq(capture(&device, NULL, &out), 1, "%s", buf_cstr(&out));
    cr_expect_eq(rig_count(&rig, "dev1", "logins_bad"), 1);
    buf_finish(&out);
    rig_close(&rig);
}

Test(capture, a_password_too_short_to_be_hidden_is_not_used)
{
    struct buf out;
    struct device device = {"vivotek", "vivotek-camera", "http", {""}};
    char file[300];
    buf_init(&out);
    open_device(&device);
    snprintf(file, sizeof(file), "--out=%s/got.json", rig.folder);
    cr_expect_eq(rig_ctl(&rig, &out, "ab\n", "capture", "127.42.0.1:1", "--provider", "vivotek",
                         "--user", "admin", "--password-stdin", file, NULL),
                 4, "%s", buf_cstr(&out));
    cr_expect_eq(rig_count(&rig, "dev1", "requests"), 0);
    buf_finish(&out);
    rig_close(&rig);
}
