/* SPDX-License-Identifier: MIT */
/* vmm-farm: simulated cameras, scripted and faulty, on the addresses of 127.0.0.0/8. */
#include "farm/ask.h"
#include "farm/control.h"
#include "farm/digest.h"
#include "farm/farm.h"
#include "farm/listener.h"
#include "farm/report.h"
#include "farm/scenario.h"
#include "farm/schedule.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define EXIT_USAGE 2

struct options {
    struct scenario_options scenario;
    int64_t seed;
    const char *port_file;
    const char *control;
    const char *report;
    const char *line; /* with control: to be sent to a farm that runs */
};

static const char usage[] =
    "vmm-farm --scenario FILE.json [--personalities DIR] [--port-file FILE] [--control SOCKET]\n"
    "         [--report FILE.json] [--seed N]\n"
    "vmm-farm --control SOCKET --ask LINE\n"
    "Plays the devices of the scenario until SIGTERM or SIGINT; or says one line to a farm\n"
    "that runs and prints its answer; see tests/farm/README.md.\n";

static bool read_seed(const char *text, struct options *options)
{
    char *end = NULL;
    errno = 0;
    options->seed = strtoll(text, &end, 10);
    options->scenario.seed = &options->seed;
    return errno == 0 && *text != '\0' && *end == '\0' && options->seed >= 0;
}

static bool read_option(int option, struct options *options)
{
    switch (option) {
    case 's':
        options->scenario.path = optarg;
        return true;
    case 'P':
        options->scenario.personalities = optarg;
        return true;
    case 'p':
        options->port_file = optarg;
        return true;
    case 'c':
        options->control = optarg;
        return true;
    case 'r':
        options->report = optarg;
        return true;
    case 'S':
        return read_seed(optarg, options);
    case 'a':
        options->line = optarg;
        return true;
    default:
        return false;
    }
}

static bool read_options(int argc, char **argv, struct options *options)
{
    static const struct option known[] = {
        {"scenario", required_argument, NULL, 's'},
        {"personalities", required_argument, NULL, 'P'},
        {"port-file", required_argument, NULL, 'p'},
        {"control", required_argument, NULL, 'c'},
        {"report", required_argument, NULL, 'r'},
        {"seed", required_argument, NULL, 'S'},
        {"ask", required_argument, NULL, 'a'},
        {NULL, 0, NULL, 0},
    };
    int option = getopt_long(argc, argv, "", known, NULL);
    for (; option != -1; option = getopt_long(argc, argv, "", known, NULL)) {
        if (!read_option(option, options)) {
            return false;
        }
    }
    bool asks = options->line != NULL;
    bool plays = options->scenario.path != NULL;
    return optind == argc && asks != plays && (plays || options->control != NULL);
}

static void raise_file_limit(void)
{
    struct rlimit limit = {0};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

struct stopper {
    struct loop_watch watch; /* first member: the watch is the stopper */
    struct loop *loop;
};

static void stopper_ready(struct loop_watch *watch)
{
    ((struct stopper *)watch)->loop->stop = true;
}

/* SIGTERM and SIGINT end the loop; a broken pipe ends nothing. */
static bool catch_signals(struct loop *loop, struct stopper *stopper)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    stopper->watch.fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    stopper->watch.ready = stopper_ready;
    stopper->loop = loop;
    return stopper->watch.fd >= 0 && loop_watch_read(loop, &stopper->watch) == 0;
}

static bool write_file(json_t *json, const char *path, struct problem *problem)
{
    int failed = path != NULL ? report_write(json, path) : 0;
    json_decref(json);
    return failed == 0 || problem_note(problem, "%s: %s", path, strerror(-failed));
}

/* From listening to the report. */
static bool play(struct farm *farm, const struct options *options, struct problem *problem)
{
    struct control *control = NULL;
    if (options->control != NULL) {
        control = control_create(farm, options->control, problem);
        if (control == NULL) {
            return false;
        }
    }
    schedule_start(farm);
    bool good = write_file(report_places(farm, options->control), options->port_file, problem);
    if (good) {
        loop_run(&farm->loop);
        good = write_file(report_make(farm, "*", true), options->report, problem);
    }
    control_destroy(control);
    return good;
}

static int ask(const struct options *options)
{
    struct problem problem = {0};
    bool good = ask_farm(options->control, options->line, &problem);
    if (!good) {
        fprintf(stderr, "vmm-farm: %s\n", problem.text);
    }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct options options = {0};
    struct problem problem = {0};
    struct stopper stopper = {.watch = {.fd = -1}};
    struct farm farm;
    if (!read_options(argc, argv, &options)) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    if (options.line != NULL) {
        return ask(&options);
    }
    raise_file_limit();
    if (options.port_file != NULL) {
        unlink(options.port_file); /* nobody is to take an earlier farm's file for this one's */
    }
    if (digest_init() != 0 || farm_init(&farm) != 0) {
        fputs("vmm-farm: cannot start: OpenSSL or epoll\n", stderr);
        return EXIT_FAILURE;
    }
    bool good = catch_signals(&farm.loop, &stopper) &&
                scenario_load(&farm, &options.scenario, &problem) &&
                listener_open_all(&farm, &problem) && play(&farm, &options, &problem);
    if (!good) {
        fprintf(stderr, "vmm-farm: %s\n", problem.text);
    }
    close(stopper.watch.fd);
    farm_finish(&farm);
    digest_finish();
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
