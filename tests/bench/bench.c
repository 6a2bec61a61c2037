/* SPDX-License-Identifier: MIT */
/* vmm-bench [NAME …] [--json FILE] [--quick]: the figures, measured. Run by ./vmm bench. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"
#include "child.h"
#include "figure.h"

#define FOLDER_MAX 200

struct group {
    const char *name;
    const char *about;
    const char *figures; /* their names, each between blanks; a part of the name will do */
    void (*run)(const struct bench *bench);
    bool is_long; /* a quick run has it only when it is named */
};

static const struct group groups[] = {
    {"look", "a steady look with digest, against a raw loop and against bare libcurl",
     " http-steady http-curl ", bench_look, false},
    {"cold", "a look whose nonce has expired, against a raw loop", " http-cold ", bench_cold,
     false},
    {"rtsp", "OPTIONS and DESCRIBE with digest, against a raw loop", " rtsp ", bench_rtsp, false},
    {"onvif", "a look by ONVIF, against bare libcurl sending the same", " onvif-curl ", bench_onvif,
     true},
    {"recorder", "a recorder with 64 channels, and its cameras", " recorder-cpu recorder-requests ",
     bench_recorder, true},
    {"plain", "HTTP without login, against blackbox_exporter and check_http",
     " http-blackbox http-check ", bench_plain, false},
    {"scale", "a small and a large fleet: disk, store, processor, system calls, memory",
     " disk-small disk-large store-wait scale-cpu scale-syscalls scale-allocations ", bench_scale,
     false},
    {"reload", "a plugin replaced under load", " reload-verdicts reload-late reload-pids ",
     bench_reload, false},
    {"journal", "events on disk, against the same rows into bare SQLite",
     " journal-append journal-bytes ", bench_journal, true},
    {"backlog", "a long journal drained, and what that costs others",
     " backlog-memory backlog-delay backlog-rate ", bench_backlog, true},
    {"postgres", "the journal into PostgreSQL, against a bare COPY", " postgres-copy ",
     bench_postgres, true},
};
#define GROUPS (sizeof(groups) / sizeof(groups[0]))

struct options {
    bool quick;
    bool tiny;
    const char *json;
    bool chosen[GROUPS];
    bool any_chosen;
};

static int usage(void)
{
    fputs("usage: ./vmm bench [NAME ...] [--json FILE] [--quick]\n", stderr);
    for (size_t i = 0; i < GROUPS; i++) {
        fprintf(stderr, "  %-8s %s:%s\n", groups[i].name, groups[i].about, groups[i].figures);
    }
    return 2;
}

static bool choose(struct options *options, const char *name)
{
    char word[64];
    bool found = false;
    snprintf(word, sizeof(word), " %s ", name);
    for (size_t i = 0; i < GROUPS; i++) {
        if (strcmp(name, groups[i].name) == 0 || strstr(groups[i].figures, word) != NULL) {
            options->chosen[i] = true;
            found = true;
        }
    }
    options->any_chosen = options->any_chosen || found;
    return found;
}

static bool read_options(struct options *options, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--quick") == 0) {
            options->quick = true;
        } else if (strcmp(argv[i], "--tiny") == 0) {
            options->tiny = true;
        } else if (strcmp(argv[i], "--json") == 0 && i + 1 < argc) {
            options->json = argv[++i];
        } else if (!choose(options, argv[i])) {
            return false;
        }
    }
    return true;
}

const char *bench_path(const struct bench *bench, const char *name, char out[300])
{
    snprintf(out, 300, "%s/%s", bench->folder, name);
    return out;
}

static void make_folder(const char *path)
{
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        bench_fail("%s: %s", path, strerror(errno));
    }
}

static void run_group(const struct options *options, const struct group *group, const char *base)
{
    char folder[FOLDER_MAX + 16];
    char command[FOLDER_MAX + 64];
    snprintf(folder, sizeof(folder), "%s/%s", base, group->name);
    snprintf(command, sizeof(command), "rm -rf -- '%s'", folder);
    if (system(command) != 0) {
        bench_fail("%s cannot be removed", folder);
    }
    make_folder(folder);
    uint64_t begun = bench_now_us();
    bench_say("%s: %s", group->name, group->about);
    group->run(&(struct bench){.quick = options->quick, .tiny = options->tiny, .folder = folder});
    bench_say("  %llu s", (unsigned long long)((bench_now_us() - begun) / 1000000));
}

/* A simulated device needs no descriptor, a look under way two. */
static void raise_limits(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

/* A vmmd takes settings from its environment; those of the benchmarks stand in their files. */
static void clean_environment(void)
{
    char name[128];
    for (char **at = environ; *at != NULL;) {
        size_t length = strcspn(*at, "=");
        bool is_setting = strncmp(*at, "VMM_", 4) == 0 || strncmp(*at, "FEATURE_", 8) == 0;
        if (is_setting && length < sizeof(name)) {
            snprintf(name, sizeof(name), "%.*s", (int)length, *at);
            unsetenv(name);
            at = environ;
        } else {
            at++;
        }
    }
}

/* What was named; without a name all, but in a quick run not what takes long. */
static bool is_wanted(const struct options *options, size_t group)
{
    if (options->any_chosen) {
        return options->chosen[group];
    }
    return !(options->quick && groups[group].is_long);
}

static struct options options;

/* Also when a group could not be finished: what was measured before it stands. */
static void report(void)
{
    figure_print_table();
    if (options.json != NULL) {
        figure_write_json(options.json);
    }
}

int main(int argc, char **argv)
{
    if (!read_options(&options, argc, argv)) {
        return usage();
    }
    const char *run = getenv("VMM_RUN_DIR");
    char base[FOLDER_MAX];
    if (run == NULL || snprintf(base, sizeof(base), "%s/bench", run) >= (int)sizeof(base)) {
        bench_fail("VMM_RUN_DIR is not set, or too long");
    }
    signal(SIGPIPE, SIG_IGN);
    atexit(report);
    raise_limits();
    make_folder(run);
    make_folder(base);
    clean_environment();
    child_pin(CHILD_HELPING);
    for (size_t i = 0; i < GROUPS; i++) {
        if (is_wanted(&options, i)) {
            run_group(&options, &groups[i], base);
        } else if (!options.any_chosen) {
            bench_say("%s: not in a quick run unless named", groups[i].name);
        }
    }
    return figure_any_missed() ? 1 : 0;
}
