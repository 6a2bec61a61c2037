/* SPDX-License-Identifier: MIT */
/* PostgreSQL over TCP, with and without TLS, with a password, and with a certificate authority of the test's own. */
#include <criterion/criterion.h>

#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node.h"
#include "rig_plugins.h"
#include "rig_watch.h"
#include "sinks/certificate.h"

#define PASSWORD "open sesame 17"

static char address[24]; /* of this process alone, so that the usual port is free */
static char folder[CERTIFICATE_FOLDER_SIZE];
static char
    other[CERTIFICATE_FOLDER_SIZE]; /* of an authority that has signed nothing of the server's */

static void write_file(const char *name, const char *text)
{
    char path[160];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file, "%s", path);
    fputs(text, file);
    fclose(file);
    cr_assert_eq(chmod(path, 0600), 0);
}

/* The server reads its key only when it is its own, and no others' to read. */
static void give_to_server(void)
{
    static const char *const names[] = {"ca.pem", "key.pem", "hba.conf"};
    const struct passwd *user = getpwnam("postgres");
    chmod(folder, 0755);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[160];
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        cr_assert_eq(chmod(path, i == 1 ? 0600 : 0644), 0);
        cr_assert(geteuid() != 0 || (user != NULL && chown(path, user->pw_uid, user->pw_gid) == 0));
    }
}

static void make_certificates(void)
{
    char names[40];
    snprintf(address, sizeof(address), "127.88.%d.%d", getpid() >> 8 & 255, getpid() & 255);
    snprintf(names, sizeof(names), "IP:%s", address);
    certificate_make_for(folder, names);
    certificate_make_for(other, names);
    write_file("password", PASSWORD);
    write_file("hba.conf", "local all all trust\n"
                           "host all vmm 127.0.0.0/8 scram-sha-256\n");
    give_to_server();
}

static void open_server(void)
{
    char settings[500];
    snprintf(settings, sizeof(settings),
             "listen_addresses = '%s'\nhba_file = '%s/hba.conf'\nssl = on\n"
             "ssl_cert_file = '%s/ca.pem'\nssl_key_file = '%s/key.pem'",
             address, folder, folder, folder);
    server_open(&node.server, settings, false);
    server_sql(&node.server, "ALTER ROLE vmm PASSWORD '" PASSWORD "'");
}

/* `tls` and the authority that is trusted; NULL: the system's. */
static void configure(const char *host, const char *tls, const char *trusted)
{
    char config[1000];
    char authority[80] = "";
    if (trusted != NULL) {
        snprintf(authority, sizeof(authority), ",\"ca_file\":\"%s/ca.pem\"", trusted);
    }
    snprintf(config, sizeof(config),
             "{\"data_dir\":\"%s\",\"plugins\":{\"postgres\":{\"own_sockets\":true,\"config\":"
             "{\"hosts\":[\"%s\"],\"tls\":\"%s\",\"password\":{\"file\":\"%s/password\"}%s}}},"
             "\"flags\":{\"FEATURE_VMM_SINK_POSTGRES\":true}}",
             node.rig.folder, host, tls, folder, authority);
    rig_plugins_config(&node.rig, config);
}

static void set_up(void)
{
    if (!server_is_there()) {
        exit(0);
    }
    make_certificates();
    open_server();
    rig_open(&node.rig, RIG_SCENARIO(6, 1));
    rig_plugins_open(&node.rig, "vivotek", "postgres", NULL);
    snprintf(node.db, sizeof(node.db), "%s/core.db", node.rig.folder);
}

static void tear_down(void)
{
    char path[160];
    cr_expect_eq(rig_log_count(&node.rig, PASSWORD), 0, "the password is in the log");
    node_tear_down();
    snprintf(path, sizeof(path), "%s/hba.conf", folder);
    unlink(path);
    snprintf(path, sizeof(path), "%s/password", folder);
    unlink(path);
    certificate_remove(folder);
    certificate_remove(other);
}

TestSuite(tls, .init = set_up, .fini = tear_down, .timeout = 300);

static void start(void)
{
    rig_start(&node.rig);
    node_load();
}

static void expect_sessions(const char *is_encrypted)
{
    char sql[200];
    snprintf(sql, sizeof(sql),
             "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE"
             " application_name = 'vmm' AND client_addr IS NOT NULL AND ssl = %s",
             is_encrypted);
    cr_expect_eq(node_number(sql), 1);
}

static void wait_said(const char *text)
{
    uint64_t until = rig_now_ms() + RIG_WAIT_MS;
    while (rig_log_count(&node.rig, text) == 0) {
        cr_assert_lt(rig_now_ms(), until, "it is not said: %s", text);
        poll(NULL, 0, 50);
    }
}

Test(tls, over_tcp_without_it)
{
    configure(address, "disable", NULL);
    start();
    node_make_events(2);
    node_expect_equal();
    expect_sessions("false");
}

Test(tls, with_an_authority_of_our_own_and_the_address_in_the_certificate)
{
    configure(address, "verify-full", folder);
    start();
    node_make_events(2);
    node_expect_equal();
    expect_sessions("true");
    server_kill(&node.server);
    node_make_events(4);
    server_start(&node.server);
    node_expect_equal();
    node_expect_nothing_twice(&node.server);
}

Test(tls, a_server_that_the_authority_has_not_signed_gets_nothing_until_it_is_trusted)
{
    configure(address, "verify-full", other);
    start();
    wait_said("certificate verify failed");
    node_make_events(2);
    cr_expect_eq(node_number("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), 0);
    configure(address, "verify-full", folder);
    rig_plugins_reload(&node.rig);
    node_expect_equal();
    node_expect_nothing_twice(&node.server);
}

/* The same server under an address that its certificate does not name. */
Test(tls, a_certificate_of_another_name_is_refused)
{
    char wrong[40];
    char sql[80];
    snprintf(wrong, sizeof(wrong), "127.89.%d.%d", getpid() >> 8 & 255, getpid() & 255);
    snprintf(sql, sizeof(sql), "ALTER SYSTEM SET listen_addresses TO '%s'", wrong);
    server_sql(&node.server, sql);
    server_stop(&node.server);
    server_start(&node.server);
    configure(wrong, "verify-full", folder);
    start();
    wait_said("does not match host name");
    cr_expect_eq(node_number("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), 0);
}
