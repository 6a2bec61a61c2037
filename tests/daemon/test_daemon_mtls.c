/* SPDX-License-Identifier: MIT */
/* Events to a receiver that takes them from those alone whose certificate an authority of its own has signed: who has
 * none, or one of another authority, delivers nothing and loses nothing, and what the key is nobody is told. */
#include <criterion/criterion.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "rig.h"
#include "sinks/authority.h"
#include "sinks/tls_receiver.h"

#define PASSWORD "Key-Password-0123456789"

static const char fleet[] =
    "{\"ports\":{\"http\":0},"
    "\"users\":[{\"name\":\"admin\",\"password\":\"secret\",\"level\":\"admin\"}],\"groups\":["
    "{\"prefix\":\"cam-\",\"count\":4,\"first\":1,\"digits\":2,\"site\":\"north\","
    "\"base_address\":\"127.47.9.1\",\"personality\":\"vivotek-camera\","
    "\"clock\":{\"zone_min\":480}}]}";

static struct rig rig;
static struct authority own;
static struct authority strange;
static struct tls_receiver receiver;

static void begin(void)
{
    authority_open(&own, "Authority of the receiver");
    authority_sign(&own, "server", "IP:127.0.0.1", NULL);
    authority_sign(&own, "vmm", "DNS:vmm.example", PASSWORD);
    authority_open(&strange, "Another authority");
    authority_sign(&strange, "stranger", "DNS:vmm.example", PASSWORD);
    tls_receiver_start(&receiver, &own);
    rig_open(&rig, fleet);
}

static void end(void)
{
    rig_close(&rig);
    tls_receiver_stop(&receiver);
    authority_close(&own);
    authority_close(&strange);
}

TestSuite(daemon_mtls, .init = begin, .fini = end, .timeout = 300);

/* ---- settings ---- */

/* The password of the keys, as the operator keeps it. */
static const char *password_file(void)
{
    static char path[160];
    snprintf(path, sizeof(path), "%s/key-password", own.folder);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(PASSWORD, file);
    fchmod(fileno(file), 0600);
    fclose(file);
    return path;
}

/* What is beside the address in the settings of the sink. */
static void configure(const char *tls)
{
    char config[2048];
    snprintf(config, sizeof(config),
             "{\"flags\":{\"FEATURE_VMM_SINK_WEBHOOK\":true},\"plugins\":{\"webhook\":{\"config\":{"
             "\"url\":\"https://127.0.0.1:%u/hook\",\"timeout\":\"2s\"%s}}},"
             "\"watch\":{\"interval\":\"300ms\",\"suspect_interval\":\"200ms\","
             "\"trial_interval\":\"200ms\",\"full_after\":\"20ms\",\"confirm_step\":\"10ms\","
             "\"sustain_time\":\"100ms\",\"spread\":\"200ms\"}}",
             receiver.port, tls);
    rig_config(&rig, config);
}

static const char *certificate_of(const struct authority *authority, const char *name)
{
    static char tls[768];
    char certificate[48];
    char key[48];
    snprintf(certificate, sizeof(certificate), "%s.pem", name);
    snprintf(key, sizeof(key), "%s.key", name);
    snprintf(
        tls, sizeof(tls),
        ",\"ca_file\":\"%s\",\"cert_file\":\"%s\",\"key_file\":\"%s\",\"key_password\":{\"file\":"
        "\"%s\"}",
        authority_path(&own, "ca.pem"), authority_path(authority, certificate),
        authority_path(authority, key), password_file());
    return tls;
}

static const char *no_certificate(void)
{
    static char tls[160];
    snprintf(tls, sizeof(tls), ",\"ca_file\":\"%s\"", authority_path(&own, "ca.pem"));
    return tls;
}

static void start(const char *tls)
{
    configure(tls);
    rig_start(&rig);
    rig_load_farm(&rig, "vivotek", "{\"level\":\"admin\"}");
    rig_wait_all(&rig, "OK");
}

/* ---- what comes of it ---- */

static bool has_all(struct rig *one, const void *events)
{
    (void)one;
    return atomic_load(&receiver.taken) >= json_array_size(events);
}

/* The receiver has the journal, once and in its order, from who showed that certificate. */
static void expect_all_from(const char *peer)
{
    json_t *events = rig_events(&rig);
    cr_assert_geq(json_array_size(events), 4);
    rig_until(&rig, RIG_WAIT_MS, "the receiver to have all events", has_all, events);
    for (size_t i = 0; i < json_array_size(events); i++) {
        const json_t *event = json_array_get(events, i);
        cr_expect_str_eq(receiver.ids[i], json_string_value(json_object_get(event, "id")));
        cr_expect_str_eq(receiver.peers[i], peer);
    }
    json_decref(events);
}

/* It was tried, and again after a pause. */
static bool was_tried_twice(struct rig *one, const void *arg)
{
    (void)arg;
    return rig_metric(one, "vmm_webhook_retried_total") >= 2;
}

/* Nothing arrives, and the reason is told; with the right settings all of it does. */
static void expect_refused_until_mended(const char *tls, const char *reason)
{
    start(tls);
    rig_until(&rig, RIG_WAIT_MS, "two attempts", was_tried_twice, NULL);
    cr_expect_eq(atomic_load(&receiver.taken), 0);
    cr_expect_gt(atomic_load(&receiver.refused), 0);
    cr_expect_gt(rig_log_count(&rig, reason), 0, "the log does not say: %s", reason);
    configure(certificate_of(&own, "vmm"));
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "reload", NULL), 0);
    expect_all_from("vmm");
}

/* ---- what nobody is told ---- */

static void expect_in_no_file(const char *folder, const char *text)
{
    DIR *found = opendir(folder);
    for (const struct dirent *entry = readdir(found); entry != NULL; entry = readdir(found)) {
        char path[512];
        char *bytes = NULL;
        struct stat about;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        FILE *file = lstat(path, &about) == 0 && S_ISREG(about.st_mode) ? fopen(path, "r") : NULL;
        if (file != NULL) {
            size_t size = 0;
            bytes = malloc((size_t)about.st_size + 1);
            size = fread(bytes, 1, (size_t)about.st_size, file);
            fclose(file);
            cr_expect_null(memmem(bytes, size, text, strlen(text)), "%s", path);
            free(bytes);
        } else if (S_ISDIR(about.st_mode) && entry->d_name[0] != '.') {
            expect_in_no_file(path, text);
        }
    }
    closedir(found);
}

/* A line from the middle of the key. */
static void line_of_key(char line[80])
{
    FILE *file = fopen(authority_path(&own, "vmm.key"), "r");
    cr_assert_not_null(file);
    for (int i = 0; i < 6; i++) {
        cr_assert_not_null(fgets(line, 80, file));
    }
    fclose(file);
    line[strcspn(line, "\n")] = '\0';
    cr_assert_geq(strlen(line), 60);
}

static void expect_nobody_told(const char *text)
{
    static const char *const verbs[] = {"metrics", "plugins", "status", "flags"};
    expect_in_no_file(rig.folder, text);
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        struct buf out = {0};
        rig_ctl(&rig, &out, NULL, verbs[i], NULL);
        cr_expect_gt(out.size, 0, "%s", verbs[i]);
        cr_expect_null(strstr(buf_cstr(&out), text), "%s", verbs[i]);
        buf_finish(&out);
    }
}

/* ---- */

Test(daemon_mtls, who_shows_the_right_certificate_delivers)
{
    char line[80];
    start(certificate_of(&own, "vmm"));
    json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"*\",\"fault\":\"down\"}"));
    rig_wait_all(&rig, "DOWN");
    expect_all_from("vmm");
    cr_expect_eq(atomic_load(&receiver.refused), 0);
    line_of_key(line);
    expect_nobody_told(line);
    expect_nobody_told(PASSWORD);
}

Test(daemon_mtls, who_shows_none_delivers_nothing_until_it_does)
{
    expect_refused_until_mended(no_certificate(), "alert certificate required");
}

Test(daemon_mtls, who_shows_one_of_another_authority_delivers_nothing)
{
    expect_refused_until_mended(certificate_of(&strange, "stranger"), "alert unknown ca");
    expect_nobody_told(PASSWORD);
}

Test(daemon_mtls, a_receiver_that_nobody_vouches_for_gets_nothing)
{
    expect_refused_until_mended("", "self-signed certificate in certificate chain");
}
