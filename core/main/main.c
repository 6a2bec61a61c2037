/* SPDX-License-Identifier: MIT */
/* vmmd: the daemon that watches. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include "base/log.h"
#include "config/config_check.h"
#include "gateway/policy_schema.h"
#include "ipc/json_memory.h"
#include "main/check.h"
#include "main/daemon.h"
#include "main/notify.h"

extern char **environ;

static const char usage[] =
    "usage: vmmd [--config FILE] [--check-config | --print-schema | --version]\n"
    "\n"
    "  --config FILE    read FILE and the folder conf.d beside it (default: etc/vmmd.json)\n"
    "  --check-config   check the configuration, print the first error or a summary, and end\n"
    "  --print-schema   print the JSON Schema of the configuration, and end\n"
    "  --print-gateway-schema\n"
    "                   the same of gateway.json\n"
    "  --version        print the version and end\n"
    "\n"
    "signals: HUP reloads, USR1 reopens the log file, TERM stops in order\n";

static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                        {"check-config", no_argument, NULL, 'k'},
                                        {"print-schema", no_argument, NULL, 's'},
                                        {"print-gateway-schema", no_argument, NULL, 'g'},
                                        {"version", no_argument, NULL, 'v'},
                                        {"help", no_argument, NULL, 'h'},
                                        {NULL, 0, NULL, 0}};

/* Files are the daemon's own, and a crash writes no memory that holds secrets. */
static void protect(void)
{
    struct rlimit none = {0, 0};
    struct rlimit files;
    umask(0027);
    setrlimit(RLIMIT_CORE, &none);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

/* The configuration, gateway.json beside it, and the settings of the plugins that are on. */
static int check(const struct config_sources *sources)
{
    struct config *config = NULL;
    struct policy *policy = NULL;
    struct config_error error;
    char line[CONFIG_ERROR_LINE];
    int status = config_check(sources, stdout, &config);
    if (status != 0) {
        return status;
    }
    if (notify_read_policy(sources, config, &policy, &error) != 0) {
        printf("error: %s\n", config_error_text(&error, line));
        status = EXIT_FAILURE;
    }
    if (check_plugins(config, stdout) != 0) {
        status = EXIT_FAILURE;
    }
    if (status == 0) {
        config_print_summary(config, stdout);
    }
    policy_destroy(policy);
    config_destroy(config);
    return status;
}

static int watch(const struct config_sources *sources)
{
    struct daemon daemon;
    int status = EXIT_FAILURE;
    if (daemon_open(&daemon, sources) == 0) {
        status = daemon_run(&daemon);
    }
    daemon_close(&daemon);
    return status;
}

int main(int argc, char **argv)
{
    char host[256] = "node";
    json_memory_wipe();
    gethostname(host, sizeof(host) - 1);
    struct config_sources sources = {
        .file = "etc/vmmd.json", .host_name = host, .environment = environ};
    bool only_check = false;
    for (int c = getopt_long(argc, argv, "", options, NULL); c != -1;
         c = getopt_long(argc, argv, "", options, NULL)) {
        switch (c) {
        case 'c':
            sources.file = optarg;
            break;
        case 'k':
            only_check = true;
            break;
        case 's':
            return config_print_schema(stdout);
        case 'g':
            return policy_print_schema(stdout);
        case 'v':
            printf("vmmd %s (%s)\n", VMM_VERSION, VMM_GIT_HASH);
            return EXIT_SUCCESS;
        case 'h':
            fputs(usage, stdout);
            return EXIT_SUCCESS;
        default:
            fputs(usage, stderr);
            return 2;
        }
    }
    protect();
    log_setup("vmmd", LOG_INFO);
    return only_check ? check(&sources) : watch(&sources);
}
