/* SPDX-License-Identifier: MIT */
/* vmmctl as a process, against a server that answers by a script: what it asks, what it prints, how
 * it exits. */
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "ipc/ctl_server.h"

/* Entries of a script leave out what they do not need. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define VMMCTL      VMM_BIN_DIR "/vmmctl"
#define CANARY      "c4n4ry \"% $(x) \xc3\xa9"
#define CANARY_JSON "c4n4ry \\\"% $(x) \xc3\xa9"
#define PATIENCE_US (20 * CLOCK_S)
#define ASKED_MAX   128

/* One line of the script: what is answered to a verb. It is used once, unless it is the verb's
 * last. */
struct answer {
    const char *verb;
    const char *rows;   /* JSON list, or NULL */
    const char *result; /* JSON object, or NULL */
    const char *error;  /* a code, or NULL */
};

static struct fixture {
    char folder[64];
    struct event_base *base;
    struct ctl_server *status;
    struct ctl_server *control;
    const struct answer *script; /* ended by a verb of NULL */
    bool used[32];
    size_t asked;
    char *requests[ASKED_MAX]; /* "VERB ARGS" in JSON, with the socket's first letter in front */
    struct buf argv_seen;      /* the command line and environment of the asking process */
    struct buf out;
    struct buf err;
    int code;
} it;

/* ---- the server ---- */

static const struct answer *find_answer(const char *verb)
{
    const struct answer *last = NULL;
    for (size_t i = 0; it.script[i].verb != NULL; i++) {
        if (strcmp(it.script[i].verb, verb) == 0) {
            last = &it.script[i];
            if (!it.used[i]) {
                it.used[i] = true;
                return last;
            }
        }
    }
    return last;
}

static void add_file(struct buf *out, pid_t pid, const char *name)
{
    char path[64];
    char bytes[65536];
    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_RDONLY);
    for (ssize_t got = read(fd, bytes, sizeof(bytes)); got > 0;
         got = read(fd, bytes, sizeof(bytes))) {
        buf_add(out, bytes, (size_t)got);
    }
    close(fd);
}

static void note_request(const char *verb, const json_t *args, const char *socket)
{
    char *text = json_dumps(args, JSON_COMPACT);
    cr_assert_lt(it.asked, ASKED_MAX);
    cr_assert_gt(asprintf(&it.requests[it.asked++], "%c %s %s", socket[0], verb, text), 0);
    free(text);
}

static void on_request(void *arg, struct ctl_call *call, const char *verb, json_t *args,
                       const struct ctl_peer *peer)
{
    note_request(verb, args, arg);
    add_file(&it.argv_seen, peer->pid, "cmdline");
    add_file(&it.argv_seen, peer->pid, "environ");
    const struct answer *answer = find_answer(verb);
    if (answer == NULL) {
        ctl_fail(call, CTL_UNKNOWN_VERB, verb, NULL);
        return;
    }
    if (answer->rows != NULL) {
        json_t *rows = json_loads(answer->rows, 0, NULL);
        cr_assert_not_null(rows, "%s", answer->rows);
        ctl_rows(call, rows);
    }
    if (answer->error != NULL) {
        ctl_fail(call, answer->error, "it is \x1b[31mso", "do this");
    } else {
        ctl_done(call, answer->result != NULL ? json_loads(answer->result, 0, NULL) : NULL);
    }
}

static void set_up(void)
{
    log_setup("test", LOG_ERROR);
    it = (struct fixture){.folder = "/tmp/vmm-ctl-XXXXXX"};
    cr_assert_not_null(mkdtemp(it.folder));
    it.base = event_base_new();
}

static void listen_now(void)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/status.sock", it.folder);
    it.status = ctl_server_create(it.base, path, 0660, (gid_t)-1, on_request, "status");
    snprintf(path, sizeof(path), "%s/control.sock", it.folder);
    it.control = ctl_server_create(it.base, path, 0660, (gid_t)-1, on_request, "control");
    cr_assert(it.status != NULL && it.control != NULL);
}

static void tear_down(void)
{
    ctl_server_destroy(it.status);
    ctl_server_destroy(it.control);
    event_base_free(it.base);
    for (size_t i = 0; i < it.asked; i++) {
        free(it.requests[i]);
    }
    buf_finish(&it.argv_seen);
    buf_finish(&it.out);
    buf_finish(&it.err);
    cr_expect_eq(rmdir(it.folder), 0);
}

TestSuite(ctl_verbs, .init = set_up, .fini = tear_down, .timeout = 60);

/* ---- the program ---- */

static bool read_some(int fd, struct buf *into)
{
    uint8_t *room = buf_reserve(into, 4096);
    ssize_t got = read(fd, room, 4096);
    if (got > 0) {
        buf_grow(into, (size_t)got);
    }
    return got > 0 || (got < 0 && errno == EAGAIN);
}

/* Serve until both streams have ended, then take the exit code. */
static void serve(pid_t pid, int out, int err)
{
    uint64_t give_up = clock_mono_us() + PATIENCE_US;
    bool more_out = true;
    bool more_err = err >= 0;
    fcntl(out, F_SETFL, O_NONBLOCK);
    fcntl(err, F_SETFL, O_NONBLOCK);
    while (more_out || more_err) {
        struct timeval pause = {.tv_usec = 2000};
        event_base_loopexit(it.base, &pause);
        event_base_dispatch(it.base);
        more_out = more_out && read_some(out, &it.out);
        more_err = more_err && read_some(err, &it.err);
        if (clock_mono_us() > give_up) {
            kill(pid, SIGKILL);
            cr_assert_fail("vmmctl does not end");
        }
    }
    int status = 0;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert(WIFEXITED(status), "vmmctl was killed by %d", WTERMSIG(status));
    it.code = WEXITSTATUS(status);
}

/* Run "vmmctl --socket FOLDER …" with this standard input. */
static void run_with_input(const char *input, char *const *words)
{
    char *argv[32] = {"vmmctl", "--socket", it.folder};
    char *environment[] = {"PATH=/usr/bin:/bin", "LANG=C", "ASAN_OPTIONS=detect_leaks=1", NULL};
    int pipes[3][2];
    pid_t pid = 0;
    posix_spawn_file_actions_t actions;
    for (size_t i = 0; words[i] != NULL; i++) {
        argv[3 + i] = words[i];
    }
    posix_spawn_file_actions_init(&actions);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(pipe2(pipes[i], O_CLOEXEC), 0);
        posix_spawn_file_actions_adddup2(&actions, pipes[i][i == 0 ? 0 : 1], i);
    }
    cr_assert_eq(posix_spawn(&pid, VMMCTL, &actions, NULL, argv, environment), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(pipes[0][0]);
    close(pipes[1][1]);
    close(pipes[2][1]);
    cr_assert_eq(write(pipes[0][1], input, strlen(input)), (ssize_t)strlen(input));
    close(pipes[0][1]);
    buf_clear(&it.out);
    buf_clear(&it.err);
    serve(pid, pipes[1][0], pipes[2][0]);
    close(pipes[1][0]);
    close(pipes[2][0]);
}

#define RUN(...)              run_with_input("", (char *[]){__VA_ARGS__, NULL})
#define RUN_INPUT(input, ...) run_with_input(input, (char *[]){__VA_ARGS__, NULL})
#define OUT                   buf_cstr(&it.out)
#define ERR                   buf_cstr(&it.err)
#define SCRIPT(...)           (it.script = (const struct answer[]){__VA_ARGS__, {0}}, listen_now())

static void expect_asked(size_t n, const char *request)
{
    cr_assert_lt(n, it.asked, "it asked %zu times", it.asked);
    cr_expect_str_eq(it.requests[n], request);
}

static void expect_nowhere(const char *secret)
{
    cr_expect_null(memmem(it.argv_seen.data, it.argv_seen.size, secret, strlen(secret)),
                   "in argv or environment");
    cr_expect_null(strstr(OUT, secret), "in the answer");
    cr_expect_null(strstr(ERR, secret), "among the complaints");
}

/* ---- status ---- */

#define ROW_DOWN                                                                                   \
    "{\"last_seen_at\":\"2026-11-20T08:00:00.000Z\",\"id\":\"gate-7\",\"site_id\":\"north\","      \
    "\"nvr_id\":null,\"name\":\"\xe5\xa4\xa7\xe9\x96\x80\",\"provider\":\"vivotek\","              \
    "\"health\":\"DOWN\",\"severity\":\"critical\",\"reason\":\"timeout\","                        \
    "\"since\":\"2020-01-01T00:00:00.000Z\",\"latency_ms\":41,\"inner\":1}"
#define ROW_DOWN_OUT                                                                               \
    "{\"id\":\"gate-7\",\"site_id\":\"north\",\"nvr_id\":null,"                                    \
    "\"name\":\"\xe5\xa4\xa7\xe9\x96\x80\",\"provider\":\"vivotek\",\"health\":\"DOWN\","          \
    "\"severity\":\"critical\",\"reason\":\"timeout\",\"since\":\"2020-01-01T00:00:00.000Z\","     \
    "\"latency_ms\":41,\"last_seen_at\":\"2026-11-20T08:00:00.000Z\"}"
#define SUMMARY                                                                                    \
    "{\"cameras\":3,\"OK\":1,\"DEGRADED\":0,\"DOWN\":1,\"BLACKFRAME\":0,\"UNKNOWN\":0,"            \
    "\"DISABLED\":1"

static const struct answer status_script[] = {
    {"status", "[" ROW_DOWN "]", "{\"summary\":" SUMMARY "},\"cursor\":\"north/gate-7\"}", NULL},
    {"status.sites", "[{\"site_id\":\"north\",\"name\":\"North\",\"cameras\":3,\"OK\":1}]", NULL,
     NULL},
    {0},
};

Test(ctl_verbs, status_json_is_the_contract)
{
    it.script = status_script;
    listen_now();
    RUN("status", "--json", "--site", "north", "--limit", "1");
    cr_expect_eq(it.code, 0, "%s", ERR);
    cr_expect_str_eq(OUT, "{\"summary\":" SUMMARY ",\"next_cursor\":\"north/gate-7\"},"
                          "\"cameras\":[" ROW_DOWN_OUT "]}\n");
    expect_asked(0, "s status {\"all\":false,\"site\":\"north\",\"limit\":1}");
    RUN("status", "--jsonl", "--all", "--health", "DOWN", "--cursor", "x");
    cr_expect_str_eq(OUT, ROW_DOWN_OUT "\n");
    expect_asked(1, "s status {\"all\":true,\"health\":\"DOWN\",\"cursor\":\"x\"}");
}

Test(ctl_verbs, status_for_people_is_a_summary_and_a_table)
{
    it.script = status_script;
    listen_now();
    RUN("status");
    cr_expect_eq(it.code, 0);
    cr_expect_not_null(strstr(OUT, "3 cameras:  OK 1  DEGRADED 0  DOWN 1"), "%s", OUT);
    cr_expect_not_null(strstr(OUT, "SITE   CAMERA         PROVIDER  HEALTH  SEVERITY  REASON"),
                       "%s", OUT);
    cr_expect_not_null(strstr(OUT, "north  gate-7 (\xe5\xa4\xa7\xe9\x96\x80)  vivotek   DOWN    "
                                   "critical  timeout"),
                       "%s", OUT);
    cr_expect_not_null(strstr(OUT, "41 ms"));
    cr_expect_not_null(strstr(OUT, "--cursor north/gate-7"));
    cr_expect_null(strchr(OUT, '\x1b'), "no colours where there is no terminal");
}

Test(ctl_verbs, status_check_exits_with_1_when_something_is_not_ok)
{
    SCRIPT({"status", NULL, "{\"summary\":{\"cameras\":2,\"OK\":1,\"DOWN\":1},\"cursor\":null}"},
           {"status", NULL, "{\"summary\":{\"cameras\":2,\"OK\":1,\"DISABLED\":1}}"},
           {"status.sites", NULL, NULL});
    RUN("status", "--check", "--json");
    cr_expect_eq(it.code, 1);
    RUN("status", "--check");
    cr_expect_eq(it.code, 0);
    cr_expect_not_null(strstr(OUT, "everything is OK"));
}

Test(ctl_verbs, a_wrong_command_line_is_told_before_anything_is_asked)
{
    static char *const wrong[][6] = {
        {"status", "--limit", "0"},
        {"status", "--health", "BAD"},
        {"status", "gate-7"},
        {"events", "--since", "soon"},
        {"events", "--follow", "--json"},
        {"explain"},
        {"explain", "a", "b"},
        {"probe"},
        {"probe", "gate-7", "gate-8"},
        {"probe", "10.0.0.7", "--user", "u"},
        {"probe", "rtsp://u:p@h/", "--provider", "rtsp"},
        {"watch"},
        {"watch", "10.0.0.7:0"},
        {"watch", "10.0.0.7", "--id", "../x"},
        {"camera", "add"},
        {"camera", "add", "x", "host"},
        {"camera", "paint", "x"},
        {"credential", "add", "x"},
        {"credential", "set", "x", "--keep-password"},
        {"credential", "add", "x", "secret"},
        {"fleet", "load"},
        {"status", "--json", "--jsonl"},
        {"nothing"},
    };
    SCRIPT({0});
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        RUN(wrong[i][0], wrong[i][1], wrong[i][2], wrong[i][3], wrong[i][4]);
        cr_expect_eq(it.code, 2, "%s %s", wrong[i][0], wrong[i][1]);
        cr_expect_str_eq(OUT, "");
        cr_expect_not_null(strstr(ERR, "see: vmmctl help"), "%s", ERR);
    }
    cr_expect_eq(it.asked, 0);
}

Test(ctl_verbs, exit_codes_follow_the_errors)
{
    static const struct {
        const char *code;
        int exit;
    } codes[] = {
        {CTL_NOT_FOUND, 1}, {CTL_INVALID, 2}, {CTL_UNKNOWN_VERB, 2}, {CTL_DENIED, 4},
        {CTL_REFUSED, 4},   {CTL_BUSY, 4},    {CTL_INTERNAL, 4},     {CTL_TIMEOUT, 5},
    };
    struct answer script[] = {{"explain", NULL, NULL, NULL}, {0}};
    it.script = script;
    listen_now();
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        script[0].error = codes[i].code;
        RUN("explain", "gate-7");
        cr_expect_eq(it.code, codes[i].exit, "%s", codes[i].code);
        cr_expect_str_eq(ERR, "vmmctl: it is \\x1b[31mso\nvmmctl: do this\n");
    }
}

Test(ctl_verbs, without_vmmd_it_says_so_and_exits_with_3)
{
    RUN("status");
    cr_expect_eq(it.code, 3);
    cr_expect_not_null(strstr(ERR, "no vmmd listens at /tmp/vmm-ctl-"), "%s", ERR);
    RUN("reload");
    cr_expect_eq(it.code, 3);
    RUN("version", "--json");
    cr_expect_eq(it.code, 0);
    cr_expect_not_null(strstr(OUT, ",\"vmmd\":null}"), "%s", OUT);
}

/* ---- events, explain, plugins, flags, reload, metrics, version ---- */

#define EVENT_OUT                                                                                  \
    "{\"id\":\"e1\",\"ts\":\"2026-11-21T08:00:00.000Z\",\"site_id\":\"north\","                    \
    "\"camera_id\":\"gate-7\",\"type\":\"camera.down\",\"from\":\"OK\",\"to\":\"DOWN\","           \
    "\"severity\":\"critical\",\"reason\":\"timeout\",\"dedup_key\":\"k\"}"

Test(ctl_verbs, events_jsonl_is_the_contract)
{
    SCRIPT({"events",
            "[{\"node_id\":\"n\",\"dedup_key\":\"k\",\"id\":\"e1\",\"ts\":\"2026-11-21T08:00:00."
            "000Z\",\"site_id\":\"north\",\"camera_id\":\"gate-7\",\"type\":\"camera.down\","
            "\"from\":\"OK\",\"to\":\"DOWN\",\"severity\":\"critical\",\"reason\":\"timeout\"}]",
            NULL});
    RUN("events", "--jsonl", "--camera", "gate-7", "--since", "2026-11-21T09:00:00+01:00");
    cr_expect_eq(it.code, 0);
    cr_expect_str_eq(OUT, EVENT_OUT "\n");
    expect_asked(0, "s events {\"camera\":\"gate-7\",\"since\":\"2026-11-21T08:00:00.000Z\","
                    "\"limit\":100,\"follow\":false}");
    RUN("events", "--json", "--limit", "0", "--type", "camera.down");
    cr_expect_str_eq(OUT, "{\"events\":[" EVENT_OUT "]}\n");
    RUN("events");
    cr_expect_not_null(strstr(OUT, "OK > DOWN"), "%s", OUT);
    RUN("events", "--follow");
    cr_expect_not_null(strstr(OUT, "north  gate-7  camera.down  OK > DOWN"), "%s", OUT);
}

#define EXPLAIN_RESULT                                                                             \
    "{\"camera\":{\"id\":\"gate-7\",\"site_id\":\"north\",\"name\":\"Gate\",\"provider\":"         \
    "\"vivotek\",\"host\":\"10.0.0.7\",\"port\":80,\"enabled\":true},\"verdict\":{\"health\":"     \
    "\"DEGRADED\",\"severity\":\"suspect\",\"reason\":\"auth\",\"rung\":\"authenticate\","         \
    "\"since\":\"2020-01-01T00:00:00Z\",\"seen\":\"the device refuses the credential\",\"do\":"    \
    "\"correct the credential\",\"failures\":2,\"reasons\":[{\"reason\":\"auth\",\"health\":"      \
    "\"DEGRADED\",\"severity\":\"suspect\",\"seen\":\"refused\"}]},\"look\":{\"at\":"              \
    "\"2026-11-21T08:00:00Z\",\"scope\":\"full\",\"outcome\":\"auth\",\"rung\":\"authenticate\","  \
    "\"detail\":\"401 twice\",\"total_ms\":90,\"slowest_ms\":60,\"requests\":2,\"login\":"         \
    "\"refused\"},\"ledger\":{\"endpoint\":\"north/10.0.0.7\",\"account\":\"main\","               \
    "\"generation\":3,\"state\":\"refused\",\"retry_at\":\"2099-01-01T00:00:00Z\"},\"breaker\":"   \
    "{\"state\":\"closed\",\"failure_count\":0,\"opened_at\":null},\"next\":{\"at\":"              \
    "\"2099-01-01T00:00:00Z\",\"scope\":\"full\",\"why\":\"suspect\"}}"

Test(ctl_verbs, explain_shows_everything_there_is)
{
    SCRIPT({"explain",
            "[{\"step\":{\"asked\":\"GET /cgi\",\"came\":\"401 \\u001b]0;x\",\"start_ms\":1,"
            "\"took_ms\":12.5}},{\"fact\":{\"subject\":\"channel\",\"index\":2,\"fact\":"
            "\"signal\",\"value\":false,\"unit\":\"\",\"standing\":\"fault\",\"reason\":"
            "\"video_loss\"}},{\"event\":{\"id\":\"e1\",\"ts\":\"2026-11-21T07:00:00Z\",\"type\":"
            "\"camera.degraded\",\"from\":\"OK\",\"to\":\"DEGRADED\",\"reason\":\"auth\","
            "\"sinks\":[{\"sink\":\"jsonl\",\"state\":\"delivered\",\"why\":null},{\"sink\":"
            "\"gchat\",\"state\":\"retry\",\"why\":\"429\"}]}}]",
            EXPLAIN_RESULT});
    static const char *const expected[] = {
        "gate-7  Gate",
        "vivotek at 10.0.0.7:80",
        "DEGRADED, suspect",
        "auth at rung authenticate",
        "correct the credential",
        "2 in a row",
        "401 twice",
        "12.5 ms  401 \\x1b]0;x  GET /cgi",
        "channel 2  signal  no     fault     video_loss",
        "main at north/10.0.0.7: refused (generation 3), next login in ",
        "closed, 0 failures",
        "suspect",
        "jsonl delivered, gchat retry (429)",
    };
    RUN("explain", "gate-7");
    cr_expect_eq(it.code, 0, "%s", ERR);
    expect_asked(0, "s explain {\"camera\":\"gate-7\"}");
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        cr_expect_not_null(strstr(OUT, expected[i]), "\"%s\" is not in\n%s", expected[i], OUT);
    }
    cr_expect_null(strchr(OUT, '\x1b'));
    RUN("explain", "gate-7", "--json");
    json_t *all = json_loads(OUT, 0, NULL);
    cr_assert_not_null(all);
    cr_expect_eq(json_array_size(json_object_get(all, "steps")), 1);
    cr_expect_eq(json_array_size(json_object_get(all, "facts")), 1);
    cr_expect_eq(json_array_size(json_object_get(all, "events")), 1);
    cr_expect_not_null(json_object_get(all, "ledger"));
    json_decref(all);
}

Test(ctl_verbs, explain_of_a_camera_never_looked_at)
{
    SCRIPT({"explain", NULL,
            "{\"camera\":{\"id\":\"a\"},\"verdict\":{\"health\":\"UNKNOWN\",\"severity\":"
            "\"normal\",\"reason\":\"never_looked\"},\"look\":null,\"ledger\":null,\"breaker\":"
            "{\"state\":\"closed\"},\"next\":null}"});
    RUN("explain", "a");
    cr_expect_eq(it.code, 0);
    cr_expect_not_null(strstr(OUT, "none yet"), "%s", OUT);
    cr_expect_not_null(strstr(OUT, "no credential"));
}

Test(ctl_verbs, plugins_json_is_the_contract)
{
    SCRIPT({"plugins",
            "[{\"hosts\":[{\"pid\":7,\"state\":\"ready\"}],\"name\":\"rtsp\",\"kind\":\"probe\","
            "\"version\":\"0.1.0\",\"abi\":\"0.1\",\"path\":\"/p/rtsp.so\",\"flag\":"
            "\"FEATURE_VMS_RTSP_PROBE\",\"state\":\"ready\",\"pid\":7,\"generation\":1,"
            "\"restarts\":0,\"reason\":null}]",
            NULL});
    RUN("plugins", "--json");
    cr_expect_str_eq(OUT,
                     "{\"plugins\":[{\"name\":\"rtsp\",\"kind\":\"probe\",\"version\":\"0.1.0\","
                     "\"abi\":\"0.1\",\"path\":\"/p/rtsp.so\",\"flag\":\"FEATURE_VMS_RTSP_PROBE\","
                     "\"state\":\"ready\",\"pid\":7,\"generation\":1,\"restarts\":0,"
                     "\"reason\":null,\"hosts\":[{\"pid\":7,\"state\":\"ready\"}]}]}\n");
    RUN("plugins");
    cr_expect_not_null(strstr(OUT, "rtsp    probe  0.1.0    ready"), "%s", OUT);
}

Test(ctl_verbs, flags_say_what_the_environment_forces)
{
    SCRIPT({"flags",
            "[{\"name\":\"FEATURE_A\",\"on\":true,\"sites\":[\"n\",\"s\"],\"origin\":"
            "\"/etc/x.json\",\"forced\":false,\"owner\":null},{\"name\":\"FEATURE_B\",\"on\":"
            "false,\"sites\":null,\"origin\":\"environment\",\"forced\":true,\"owner\":\"rtsp\"}]",
            NULL});
    RUN("flags");
    cr_expect_not_null(strstr(OUT, "FEATURE_A  on     n, s   /etc/x.json"), "%s", OUT);
    cr_expect_not_null(strstr(OUT, "FEATURE_B  off    all    environment (until vmmd ends)"));
}

Test(ctl_verbs, reload_prints_what_changed_or_why_not)
{
    SCRIPT({"reload", NULL, "{\"changed\":[\"plugin rtsp: new file\"]}"},
           {"reload", NULL, "{\"changed\":[]}"},
           {"reload", "[{\"name\":\"vmmd.json\",\"why\":\"line 3: unknown key\"}]", NULL,
            CTL_REFUSED});
    RUN("reload");
    cr_expect_eq(it.code, 0);
    cr_expect_str_eq(OUT, "plugin rtsp: new file\n");
    expect_asked(0, "c reload {}");
    RUN("reload");
    cr_expect_str_eq(OUT, "nothing has changed\n");
    RUN("reload");
    cr_expect_eq(it.code, 4);
    cr_expect_str_eq(OUT, "");
    cr_expect_not_null(strstr(ERR, "vmmd.json: line 3: unknown key"));
    RUN("reload", "--json");
    cr_expect_str_eq(OUT,
                     "{\"refused\":[{\"name\":\"vmmd.json\",\"why\":\"line 3: unknown key\"}]}\n");
}

Test(ctl_verbs, metrics_are_put_together_from_their_pieces)
{
    SCRIPT({"metrics", "[{\"text\":\"a 1\\nb 2\\n\"},{\"text\":\"c 3\\n\"}]", NULL});
    RUN("metrics");
    cr_expect_str_eq(OUT, "a 1\nb 2\nc 3\n");
    RUN("metrics", "--json");
    cr_expect_str_eq(OUT, "{\"metrics\":\"a 1\\nb 2\\nc 3\\n\"}\n");
}

Test(ctl_verbs, version_tells_both)
{
    SCRIPT({"version", NULL,
            "{\"version\":\"9.9\",\"build_git_hash\":\"abc\",\"pid\":5,\"uptime_s\":61}"});
    RUN("version");
    cr_expect_not_null(strstr(OUT, "vmmd   9.9 (abc), pid 5, up 1 min 1 s\n"), "%s", OUT);
    RUN("version", "--json");
    cr_expect_not_null(strstr(OUT, "\"vmmd\":{\"version\":\"9.9\""), "%s", OUT);
}

/* ---- what changes ---- */

Test(ctl_verbs, fields_go_as_they_are_typed)
{
    SCRIPT({"camera.add", NULL, "{\"id\":\"g\",\"changed\":[\"host\"]}"},
           {"camera.set", NULL, "{\"id\":\"g\",\"changed\":[\"name\",\"enabled\"]}"},
           {"camera.set", NULL, "{\"id\":\"g\",\"changed\":[]}"},
           {"site.rm", NULL, "{\"removed\":[\"site north\",\"camera g\"]}"},
           {"nvr.list", "[{\"id\":\"n1\",\"port\":80,\"enabled\":false}]", NULL});
    RUN("camera", "add", "g", "host=10.0.0.7", "options.path=/a=b", "name=\xe5\xa4\xa7 x");
    cr_expect_str_eq(OUT, "added g\n");
    expect_asked(0, "c camera.add {\"id\":\"g\",\"set\":[\"host=10.0.0.7\","
                    "\"options.path=/a=b\",\"name=\xe5\xa4\xa7 x\"]}");
    RUN("camera", "set", "g", "enabled=false");
    cr_expect_str_eq(OUT, "changed: name, enabled\n");
    RUN("camera", "set", "g", "enabled=false");
    cr_expect_str_eq(OUT, "nothing has changed\n");
    RUN("site", "rm", "north", "--cascade");
    cr_expect_str_eq(OUT, "removed: site north, camera g\n");
    expect_asked(3, "c site.rm {\"id\":\"north\",\"cascade\":true}");
    RUN("nvr", "list", "--site", "north", "--jsonl");
    cr_expect_str_eq(OUT, "{\"id\":\"n1\",\"port\":80,\"enabled\":false}\n");
    expect_asked(4, "s nvr.list {\"site\":\"north\"}");
}

Test(ctl_verbs, a_test_that_fails_exits_with_1)
{
    SCRIPT({"camera.test",
            "[{\"device\":\"g\",\"provider\":\"rtsp\",\"outcome\":\"auth\",\"rung\":"
            "\"authenticate\",\"login\":\"refused\",\"took_ms\":31,\"detail\":\"401\"}]",
            "{\"tested\":1,\"ok\":0}"},
           {"site.test", NULL, "{\"tested\":0,\"ok\":0}"},
           {"nvr.test", NULL, "{\"tested\":2,\"ok\":2}"});
    RUN("camera", "test", "g");
    cr_expect_eq(it.code, 1);
    cr_expect_not_null(strstr(OUT, "g       rtsp      auth     authenticate  refused  31 ms  401"),
                       "%s", OUT);
    RUN("site", "test", "s");
    cr_expect_eq(it.code, 1, "nothing was tested");
    RUN("nvr", "test", "n", "--json");
    cr_expect_eq(it.code, 0);
    cr_expect_str_eq(OUT, "{\"tested\":2,\"ok\":2,\"tests\":[]}\n");
}

/* ---- secrets ---- */

Test(ctl_verbs, a_password_comes_from_standard_input_and_is_seen_nowhere)
{
    SCRIPT({"credential.add", NULL, "{\"id\":\"main\",\"changed\":[\"user\",\"password\"]}"},
           {"credential.set", NULL, "{\"id\":\"main\",\"changed\":[\"password\"]}"});
    RUN_INPUT(CANARY "\nnext line\n", "credential", "add", "main", "--user", "admin", "--site",
              "north", "--password-stdin");
    cr_expect_eq(it.code, 0, "%s", ERR);
    expect_asked(0, "c credential.add {\"id\":\"main\",\"user\":\"admin\",\"site_id\":\"north\","
                    "\"password\":\"" CANARY_JSON "\"}");
    RUN_INPUT(CANARY, "credential", "set", "main", "--password-stdin", "--json");
    cr_expect_eq(it.code, 0);
    expect_asked(1, "c credential.set {\"id\":\"main\",\"password\":\"" CANARY_JSON "\"}");
    RUN("credential", "set", "main", "--user", "root", "--keep-password");
    expect_asked(2, "c credential.set {\"id\":\"main\",\"user\":\"root\"}");
    cr_expect_gt(it.argv_seen.size, 0);
    expect_nowhere("c4n4ry");
}

Test(ctl_verbs, a_password_on_the_command_line_is_refused)
{
    SCRIPT({0});
    RUN("camera", "add", "g", "host=h", "password=c4n4ry");
    cr_expect_eq(it.code, 2);
    cr_expect_null(strstr(ERR, "c4n4ry"));
    RUN("camera", "set", "g", "options.password=c4n4ry");
    cr_expect_eq(it.code, 2);
    RUN("watch", "rtsp://admin:c4n4ry@10.0.0.7/");
    cr_expect_eq(it.code, 2);
    cr_expect_null(strstr(ERR, "c4n4ry"));
    cr_expect_eq(it.asked, 0);
}

Test(ctl_verbs, no_password_is_no_credential)
{
    SCRIPT({0});
    RUN_INPUT("", "credential", "add", "x", "--user", "u", "--password-stdin");
    cr_expect_eq(it.code, 2);
    cr_expect_not_null(strstr(ERR, "no password was given"));
    RUN_INPUT("\xff\xfe\n", "credential", "add", "x", "--user", "u", "--password-stdin");
    cr_expect_eq(it.code, 2);
    char longer[301];
    memset(longer, 'x', 300);
    longer[300] = '\0';
    RUN_INPUT(longer, "credential", "add", "x", "--user", "u", "--password-stdin");
    cr_expect_eq(it.code, 2);
    cr_expect_eq(it.asked, 0);
}

/* The program on a terminal of its own; `keys` are typed when it has asked. */
static void run_on_terminal(const char *keys, char *const *words)
{
    char *argv[32] = {"vmmctl", "--socket", it.folder};
    int terminal = -1;
    for (size_t i = 0; words[i] != NULL; i++) {
        argv[3 + i] = words[i];
    }
    pid_t pid = forkpty(&terminal, NULL, NULL, NULL);
    cr_assert_geq(pid, 0);
    if (pid == 0) {
        execv(VMMCTL, argv);
        _exit(127);
    }
    fcntl(terminal, F_SETFL, O_NONBLOCK);
    uint64_t give_up = clock_mono_us() + PATIENCE_US;
    buf_clear(&it.out);
    while (strstr(OUT, ": ") == NULL) {
        cr_assert_lt(clock_mono_us(), give_up, "it did not ask: %s", OUT);
        read_some(terminal, &it.out);
    }
    cr_assert_eq(write(terminal, keys, strlen(keys)), (ssize_t)strlen(keys));
    serve(pid, terminal, -1);
    close(terminal);
}

Test(ctl_verbs, a_password_typed_on_a_terminal_is_not_echoed)
{
    SCRIPT({"credential.add", NULL, "{\"id\":\"main\",\"changed\":[]}"});
    run_on_terminal("c4n4ry\n", (char *[]){"credential", "add", "main", "--user", "admin", NULL});
    cr_expect_eq(it.code, 0, "%s", OUT);
    cr_expect_not_null(strstr(OUT, "password of credential main: "), "%s", OUT);
    cr_expect_not_null(strstr(OUT, "added main"));
    expect_asked(0, "c credential.add {\"id\":\"main\",\"user\":\"admin\",\"password\":"
                    "\"c4n4ry\"}");
    expect_nowhere("c4n4ry");
}

Test(ctl_verbs, an_interrupted_prompt_gives_up)
{
    SCRIPT({0});
    run_on_terminal("c4n\x03", (char *[]){"credential", "add", "main", "--user", "admin", NULL});
    cr_expect_eq(it.code, 2);
    cr_expect_not_null(strstr(OUT, "no password was given"), "%s", OUT);
    cr_expect_eq(it.asked, 0);
}

/* ---- watch and probe ---- */

#define LOOK(outcome)                                                                              \
    "\"look\":{\"at\":\"2026-11-21T08:00:00Z\",\"scope\":\"full\",\"outcome\":\"" outcome          \
    "\",\"rung\":\"signal\",\"total_ms\":12,\"login\":\"accepted\"}"
#define VERDICT(health)                                                                            \
    "\"verdict\":{\"health\":\"" health "\",\"severity\":\"normal\",\"reason\":\"none\","          \
    "\"rung\":\"signal\"}"

Test(ctl_verbs, watch_adds_site_credential_and_camera_and_shows_the_verdict)
{
    SCRIPT({"site.list", NULL, NULL}, {"site.add", NULL, "{}"}, {"credential.add", NULL, "{}"},
           {"camera.add", NULL, "{}"},
           {"probe", "[{\"step\":{\"asked\":\"DESCRIBE /live\",\"came\":\"200\"}}]",
            "{" LOOK("ok") "," VERDICT("OK") "}"});
    RUN_INPUT("c4n4ry\n", "watch", "rtsp://admin@10.0.0.7:8554/live", "--password-stdin");
    cr_expect_eq(it.code, 0, "%s", ERR);
    cr_assert_eq(it.asked, 5);
    expect_asked(0, "s site.list {\"id\":\"default\"}");
    expect_asked(1, "c site.add {\"id\":\"default\",\"set\":[]}");
    expect_asked(2, "c credential.add {\"id\":\"cam-10.0.0.7-8554\",\"user\":\"admin\","
                    "\"password\":\"c4n4ry\",\"site_id\":\"default\"}");
    expect_asked(3, "c camera.add {\"id\":\"cam-10.0.0.7-8554\",\"set\":[\"site=default\","
                    "\"provider=rtsp\",\"host=10.0.0.7\",\"port=8554\",\"options.path=/live\","
                    "\"credential=cam-10.0.0.7-8554\"]}");
    expect_asked(4, "c probe {\"camera\":\"cam-10.0.0.7-8554\",\"deadline_ms\":28000}");
    cr_expect_not_null(strstr(OUT, "DESCRIBE /live"), "%s", OUT);
    cr_expect_not_null(strstr(OUT, "  OK, normal"));
    cr_expect_not_null(strstr(OUT, "vmmctl explain cam-10.0.0.7-8554"));
    expect_nowhere("c4n4ry");
}

Test(ctl_verbs, watch_again_sets_what_is_there_and_tells_what_is_wrong)
{
    SCRIPT({"site.list", "[{\"id\":\"s\"}]", NULL}, {"camera.add", NULL, NULL, CTL_EXISTS},
           {"camera.set", NULL, "{}"},
           {"probe", NULL, "{" LOOK("unreachable") "," VERDICT("UNKNOWN") "}"});
    RUN("watch", "10.0.0.7", "--provider", "vivotek", "--site", "s", "--id", "gate", "--json");
    cr_expect_eq(it.code, 1);
    cr_expect_str_eq(ERR, "");
    cr_assert_eq(it.asked, 4);
    expect_asked(2, "c camera.set {\"id\":\"gate\",\"set\":[\"site=s\",\"provider=vivotek\","
                    "\"host=10.0.0.7\"]}");
    cr_expect_not_null(strstr(OUT, "\"id\":\"gate\""), "%s", OUT);
}

Test(ctl_verbs, probe_asks_for_a_camera_or_an_address)
{
    SCRIPT({"probe", NULL, "{" LOOK("ok") "," VERDICT("OK") "}"},
           {"probe", NULL, "{" LOOK("timeout") ",\"verdict\":null}"},
           {"probe", NULL, "{" LOOK("ok") ",\"verdict\":null}"});
    RUN("probe", "gate-7", "--deadline", "5");
    cr_expect_eq(it.code, 0);
    expect_asked(0, "c probe {\"camera\":\"gate-7\",\"deadline_ms\":5000}");
    RUN_INPUT("c4n4ry\n", "probe", "10.0.0.7:81/x", "--provider", "generic", "--user", "u",
              "--password-stdin", "tls=off");
    cr_expect_eq(it.code, 1);
    expect_asked(1, "c probe {\"set\":[\"provider=generic\",\"host=10.0.0.7\",\"tls=off\","
                    "\"port=81\",\"options.path=/x\"],\"deadline_ms\":30000,\"user\":\"u\","
                    "\"password\":\"c4n4ry\"}");
    expect_nowhere("c4n4ry");
    RUN("probe", "10.0.0.7", "--provider", "generic", "--credential", "farm", "site=north");
    cr_expect_eq(it.code, 0);
    expect_asked(2, "c probe {\"set\":[\"provider=generic\",\"host=10.0.0.7\",\"site=north\","
                    "\"credential=farm\"],\"deadline_ms\":30000}");
}

/* ---- fleet ---- */

static const char *write_file(const char *name, const char *text)
{
    static char path[128];
    snprintf(path, sizeof(path), "%s/%s", it.folder, name);
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
    return path;
}

Test(ctl_verbs, fleet_load_sends_everything_with_the_passwords_in_place)
{
    char secret[128];
    char text[1024];
    snprintf(secret, sizeof(secret), "%s", write_file("secret", "c4n4ry\n"));
    snprintf(text, sizeof(text),
             "{\"sites\":[{\"id\":\"n\"}],\"credentials\":[{\"id\":\"main\",\"user\":\"u\","
             "\"site\":\"n\",\"password_file\":\"%s\"},{\"id\":\"old\",\"user\":\"v\"}],"
             "\"cameras\":[{\"id\":\"a\",\"port\":1}]}",
             secret);
    const char *path = write_file("fleet.json", text);
    SCRIPT({"fleet.load",
            "[{\"change\":{\"kind\":\"credential\",\"id\":\"main\",\"field\":null,\"from\":null,"
            "\"to\":\"new\"}},{\"change\":{\"kind\":\"camera\",\"id\":\"a\"}}]",
            "{\"added\":2,\"changed\":0,\"same\":2}"});
    RUN("fleet", "load", (char *)path);
    unlink(path);
    unlink(secret);
    cr_expect_eq(it.code, 0, "%s", ERR);
    cr_assert_eq(it.asked, 1);
    expect_asked(0, "c fleet.load {\"sites\":[{\"id\":\"n\"}],\"credentials\":[{\"id\":\"main\","
                    "\"user\":\"u\",\"site_id\":\"n\",\"password\":\"c4n4ry\"},{\"id\":\"old\","
                    "\"user\":\"v\"}],\"cameras\":[{\"id\":\"a\",\"port\":1}]}");
    cr_expect_str_eq(OUT, "new      credential main\nnew      camera a\n"
                          "2 new, 0 changed, 2 the same\n");
    cr_expect_str_eq(ERR, "");
    expect_nowhere("c4n4ry");
}

Test(ctl_verbs, fleet_load_cuts_a_long_file_into_requests_that_fit)
{
    struct buf text;
    buf_init(&text);
    buf_text(&text, "{\"cameras\":[");
    for (int i = 0; i < 3000; i++) {
        buf_printf(&text, "%s{\"id\":\"camera-%04d\",\"host\":\"10.0.0.1\",\"name\":\"%060d\"}",
                   i > 0 ? "," : "", i, i);
    }
    buf_text(&text, "]}");
    const char *path = write_file("fleet.json", buf_cstr(&text));
    buf_finish(&text);
    SCRIPT({"fleet.load", NULL, "{\"staged\":1}"});
    RUN("fleet", "load", (char *)path, "--dry-run");
    unlink(path);
    cr_expect_eq(it.code, 0, "%s", ERR);
    size_t cameras = 0;
    cr_expect_gt(it.asked, 4);
    for (size_t i = 0; i < it.asked; i++) {
        json_t *args = json_loads(it.requests[i] + strlen("c fleet.load "), 0, NULL);
        cr_assert_not_null(args);
        cameras += json_array_size(json_object_get(args, "cameras"));
        cr_expect(json_is_true(json_object_get(args, "dry_run")));
        cr_expect_eq(json_is_true(json_object_get(args, "more")), i + 1 < it.asked);
        json_decref(args);
    }
    cr_expect_eq(cameras, 3000);
}

Test(ctl_verbs, fleet_load_names_each_problem)
{
    const char *path = write_file("fleet.json", "{\"cameras\":[{\"id\":\"a\"}]}");
    SCRIPT({"fleet.load",
            "[{\"problem\":{\"kind\":\"camera\",\"index\":0,\"id\":\"a\",\"field\":\"port\","
            "\"problem\":\"70000 is no port\",\"remedy\":\"write 1 to 65535\"}}]",
            NULL, CTL_INVALID});
    RUN("fleet", "load", (char *)path);
    unlink(path);
    cr_expect_eq(it.code, 2);
    cr_expect_not_null(strstr(ERR, "camera[0] a: port: 70000 is no port; write 1 to 65535"), "%s",
                       ERR);
}

Test(ctl_verbs, a_file_that_is_no_fleet_is_refused_before_anything_is_sent)
{
    static const char *const wrong[] = {
        "{",
        "[]",
        "{\"camera\":[]}",
        "{\"cameras\":{}}",
        "{\"credentials\":[{\"id\":\"x\",\"password\":\"c4n4ry\"}]}",
        "{\"credentials\":[{\"id\":\"x\",\"password_env\":\"NOT_SET_ANYWHERE\"}]}",
        "{\"credentials\":[{\"id\":\"x\",\"password_file\":\"/nonexistent\"}]}",
    };
    SCRIPT({"fleet.load", NULL, "{}"});
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        const char *path = write_file("fleet.json", wrong[i]);
        size_t before = it.asked;
        RUN("fleet", "load", (char *)path);
        unlink(path);
        cr_expect_eq(it.code, 2, "%s", wrong[i]);
        cr_expect_not_null(strstr(ERR, "vmmctl: "), "%s", wrong[i]);
        cr_expect_null(strstr(ERR, "c4n4ry"));
        cr_expect_eq(it.asked, before);
    }
}

Test(ctl_verbs, fleet_export_makes_a_file_that_can_be_loaded)
{
    SCRIPT({"fleet.export",
            "[{\"credential\":{\"id\":\"main\",\"user\":\"u\"}},{\"site\":{\"id\":\"n\"}},"
            "{\"camera\":{\"id\":\"a\"}}]",
            NULL});
    RUN("fleet", "export", "--json");
    cr_expect_str_eq(OUT, "{\"sites\":[{\"id\":\"n\"}],\"credentials\":[{\"id\":\"main\",\"user\":"
                          "\"u\"}],\"nvrs\":[],\"cameras\":[{\"id\":\"a\"}]}\n");
}

/* ---- help ---- */

Test(ctl_verbs, help_completion_and_man_page_name_every_verb)
{
    static const char *const verbs[] = {
        "camera", "completion", "credential", "events",  "explain", "flags",
        "fleet",  "help",       "metrics",    "nvr",     "plugins", "probe",
        "reload", "site",       "status",     "version", "watch",
    };
    char words[3][65536];
    RUN("help");
    cr_expect_eq(it.code, 0);
    snprintf(words[0], sizeof(words[0]), "%s", OUT);
    RUN("completion", "bash");
    snprintf(words[1], sizeof(words[1]), "%s", OUT);
    RUN("help", "--man");
    snprintf(words[2], sizeof(words[2]), "%s", OUT);
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        char line[64];
        snprintf(line, sizeof(line), "\n  %-12s ", verbs[i]);
        cr_expect_not_null(strstr(words[0], line), "help: %s", verbs[i]);
        snprintf(line, sizeof(line), "    %s) words=", verbs[i]);
        cr_expect_not_null(strstr(words[1], line), "completion: %s", verbs[i]);
        snprintf(line, sizeof(line), "\n.SS %s\n", verbs[i]);
        cr_expect_not_null(strstr(words[2], line), "man page: %s", verbs[i]);
        RUN("help", (char *)verbs[i]);
        cr_expect_eq(it.code, 0);
        RUN((char *)verbs[i], "--help");
        cr_expect_eq(it.code, 0);
    }
}
