/* SPDX-License-Identifier: MIT */
/* vmmctl probe where no vmmd runs: it starts a host with the real plugin by itself. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <jansson.h>

#define PLUGINS VMM_BIN_DIR "/../plugins"

static struct fixture {
    char folder[64];
    int fd;        /* holds a port that nobody listens on */
    unsigned port; /* on 127.0.0.1 */
    char out[65536];
    char err[4096];
    int code;
} it;

static void set_up(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    it = (struct fixture){.folder = "/tmp/vmm-alone-XXXXXX"};
    cr_assert_not_null(mkdtemp(it.folder));
    it.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(it.fd, (struct sockaddr *)&address, size), 0);
    cr_assert_eq(getsockname(it.fd, (struct sockaddr *)&address, &size), 0);
    it.port = ntohs(address.sin_port);
}

static const char *const put[] = {"seer_gone.so", "seer_gone.json", "seer_hang.so",
                                  "seer_hang.json"};

static void tear_down(void)
{
    char path[128];
    close(it.fd);
    for (size_t i = 0; i < sizeof(put) / sizeof(put[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", it.folder, put[i]);
        unlink(path);
    }
    cr_expect_eq(rmdir(it.folder), 0);
}

TestSuite(ctl_alone, .init = set_up, .fini = tear_down, .timeout = 60);

static void read_file(const char *name, char *out, size_t size)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", it.folder, name);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    out[fread(out, 1, size - 1, file)] = '\0';
    fclose(file);
    unlink(path);
}

/* Run "vmmctl …" with a password on standard input. */
static void run(const char *words)
{
    char command[1280];
    snprintf(command, sizeof(command), "echo c4n4ry | %s/vmmctl --socket %s %s >%s/out 2>%s/err",
             VMM_BIN_DIR, it.folder, words, it.folder, it.folder);
    int status = system(command);
    cr_assert(WIFEXITED(status));
    it.code = WEXITSTATUS(status);
    read_file("out", it.out, sizeof(it.out));
    read_file("err", it.err, sizeof(it.err));
    cr_expect_null(strstr(it.out, "c4n4ry"));
    cr_expect_null(strstr(it.err, "c4n4ry"));
}

static void probe(const char *words)
{
    char all[1024];
    snprintf(all, sizeof(all), "probe 127.0.0.1:%u %s", it.port, words);
    run(all);
}

Test(ctl_alone, one_attempt_that_says_it_is_one)
{
    probe("--provider rtsp --plugins " PLUGINS " --user admin --password-stdin --json "
          "options.path=/live");
    cr_expect_eq(it.code, 1, "%s", it.err);
    cr_expect_str_eq(it.err, "vmmctl: no vmmd runs: one attempt of its own, without its ledger\n");
    json_t *all = json_loads(it.out, 0, NULL);
    cr_assert_not_null(all, "%s", it.out);
    const json_t *look = json_object_get(all, "look");
    cr_expect_str_eq(json_string_value(json_object_get(look, "outcome")), "unreachable");
    cr_expect_str_eq(json_string_value(json_object_get(look, "rung")), "connect");
    cr_expect_str_eq(json_string_value(json_object_get(look, "login")), "none");
    cr_expect(json_is_null(json_object_get(all, "verdict")));
    cr_expect_geq(json_array_size(json_object_get(all, "steps")), 1);
    json_decref(all);
}

Test(ctl_alone, the_folder_of_the_plugins_is_found_beside_the_program)
{
    probe("--provider rtsp");
    cr_expect_eq(it.code, 1, "%s", it.err);
    cr_expect_not_null(strstr(it.out, "unreachable at rung connect"), "%s", it.out);
    cr_expect_not_null(strstr(it.out, "connection refused"), "%s", it.out);
}

/* A fault plugin in the folder, with what of a fragment is read there. */
static void put_seer(const char *name)
{
    char from[4096];
    char path[128];
    snprintf(from, sizeof(from), "%s/%s.so", FAULT_PLUGINS, name);
    snprintf(path, sizeof(path), "%s/%s.so", it.folder, name);
    cr_assert_eq(symlink(from, path), 0);
    snprintf(path, sizeof(path), "%s/%s.json", it.folder, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fprintf(file, "{\"kind\":\"probe\",\"name\":\"%s\"}", name);
    fclose(file);
}

Test(ctl_alone, a_host_that_ends_while_opinions_are_awaited_takes_nothing_with_it)
{
    char words[256];
    put_seer("seer_gone");
    put_seer("seer_hang"); /* it is waited for until long after the host has gone */
    snprintf(words, sizeof(words), "--provider seer_gone --plugins %s --json", it.folder);
    probe(words);
    cr_expect_eq(it.code, 1, "%d %s", it.code, it.err);
    cr_expect_null(strstr(it.err, "before it answered"), "%s", it.err);
    cr_expect_not_null(strstr(it.out, "candidate=seer_gone, 40 of 100"), "%s", it.out);
    cr_expect_not_null(strstr(it.out, "no_opinion=seer_hang: it did not answer in time"));
}

Test(ctl_alone, a_folder_without_identify_is_asked_beside_the_usual_one)
{
    char words[256];
    put_seer("seer_gone");
    snprintf(words, sizeof(words), "--plugins %s --json", it.folder);
    probe(words);
    cr_expect_eq(it.code, 1, "%d %s", it.code, it.err);
    cr_expect_null(strstr(it.err, "No such file"), "%s", it.err);
    json_t *all = json_loads(it.out, 0, NULL);
    const json_t *look = json_object_get(json_object_get(all, "identified"), "look");
    cr_expect_str_eq(json_string_value(json_object_get(look, "outcome")), "unreachable", "%s",
                     it.out);
    json_decref(all);
}

Test(ctl_alone, a_plugin_that_is_not_there_is_named)
{
    probe("--provider nosuch");
    cr_expect_eq(it.code, 4);
    cr_expect_not_null(strstr(it.err, "/plugins/nosuch.so: No such file"), "%s", it.err);
    probe("--provider ../rtsp");
    cr_expect_eq(it.code, 2);
}

Test(ctl_alone, an_option_the_plugin_does_not_know_is_refused)
{
    probe("--provider rtsp options.nosuch=1");
    cr_expect_eq(it.code, 2);
    cr_expect_not_null(strstr(it.err, "nosuch=1: the provider has no such option"), "%s", it.err);
}

Test(ctl_alone, a_plugin_that_is_no_probe_is_refused)
{
    probe("--provider jsonl");
    cr_expect_eq(it.code, 4);
    cr_expect_not_null(strstr(it.err, "jsonl is no probe plugin"), "%s", it.err);
}

Test(ctl_alone, a_plugin_to_verify_that_is_not_there_is_one_line)
{
    run("plugin verify nosuch.so");
    cr_expect_eq(it.code, 2);
    cr_expect_str_eq(it.err, "vmmctl: nosuch.so: no such file\n");
    cr_expect_str_empty(it.out);
}

Test(ctl_alone, a_new_plugin_has_the_name_of_none_that_is_installed)
{
    char words[256];
    char path[128];
    snprintf(path, sizeof(path), "%s/new", it.folder);
    snprintf(words, sizeof(words), "plugin new rtsp --folder %s", path);
    run(words);
    cr_expect_eq(it.code, 2);
    cr_expect_not_null(strstr(it.err, "a plugin called rtsp is installed"), "%s", it.err);
    cr_expect_neq(access(path, F_OK), 0);
}
