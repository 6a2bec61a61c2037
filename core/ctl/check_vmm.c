/* SPDX-License-Identifier: MIT */
/* check_vmm: the state of all cameras, of a site, or of one camera, as a check of Nagios, Icinga or Zabbix. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/text.h"
#include "ctl/check.h"
#include "ctl/run_dir.h"
#include "ctl/show.h"
#include "ipc/ctl_client.h"

#define ROWS 20 /* more than are named: switched-off cameras are among them */

static const char usage[] =
    "usage: check_vmm [--site ID | --camera ID] [--warning N[%]] [--critical N[%]]\n"
    "                 [--latency-warning MS] [--latency-critical MS] [--socket DIR] [--timeout S]\n"
    "\n"
    "  --site ID              the cameras of this site alone\n"
    "  --camera ID            this camera: WARNING when DEGRADED, CRITICAL when DOWN or "
    "BLACKFRAME\n"
    "  -w, --warning N[%]     WARNING when more than N cameras are not OK (default 0)\n"
    "  -c, --critical N[%]    CRITICAL when more than N are DOWN or BLACKFRAME (default 0)\n"
    "  --latency-warning MS   with --camera: WARNING when its slowest request took longer\n"
    "  --latency-critical MS  with --camera: CRITICAL when it did\n"
    "  --socket DIR           folder of vmmd's sockets (default: $VMM_RUN_DIR, ./.run or "
    "/run/vmm)\n"
    "  -t, --timeout S        how long to wait for vmmd (default 10)\n"
    "\n"
    "Cameras that are switched off do not count. Exit codes: 0 OK, 1 WARNING, 2 CRITICAL, 3 "
    "UNKNOWN:\n"
    "vmmd does not answer, monitoring is off, or nothing is known.\n";

static const struct option options[] = {
    {"site", required_argument, NULL, 's'},
    {"camera", required_argument, NULL, 'C'},
    {"warning", required_argument, NULL, 'w'},
    {"critical", required_argument, NULL, 'c'},
    {"latency-warning", required_argument, NULL, 'l'},
    {"latency-critical", required_argument, NULL, 'L'},
    {"socket", required_argument, NULL, 'S'},
    {"timeout", required_argument, NULL, 't'},
    {"version", no_argument, NULL, 'V'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

struct order {
    const char *site;
    const char *camera;
    const char *socket;
    uint32_t timeout_s;
    struct check_limits limits;
    bool done; /* help or version was shown */
};

static bool read_number(const char *text, uint32_t min, uint32_t max, uint32_t *number)
{
    struct check_limit limit;
    bool good = check_read_limit(text, &limit) && !limit.percent && limit.number >= min &&
                limit.number <= max;
    *number = good ? limit.number : *number;
    return good;
}

/* False when the value is none of the option. */
static bool take_option(struct order *order, int c)
{
    switch (c) {
    case 's':
        order->site = optarg;
        return true;
    case 'C':
        order->camera = optarg;
        return true;
    case 'S':
        order->socket = optarg;
        return true;
    case 'w':
        return check_read_limit(optarg, &order->limits.warning);
    case 'c':
        return check_read_limit(optarg, &order->limits.critical);
    case 'l':
        return read_number(optarg, 1, 3600000, &order->limits.latency_warning_ms);
    case 'L':
        return read_number(optarg, 1, 3600000, &order->limits.latency_critical_ms);
    case 't':
        return read_number(optarg, 1, 3600, &order->timeout_s);
    case 'V':
        printf("check_vmm %s\n", VMM_VERSION);
        order->done = true;
        return true;
    case 'h':
        fputs(usage, stdout);
        order->done = true;
        return true;
    default:
        return false;
    }
}

static bool read_order(struct order *order, int argc, char **argv)
{
    *order = (struct order){.timeout_s = 10};
    for (int c = getopt_long(argc, argv, "w:c:t:Vh", options, NULL); c != -1;
         c = getopt_long(argc, argv, "w:c:t:Vh", options, NULL)) {
        if (!take_option(order, c)) {
            return false;
        }
    }
    return optind == argc && (order->site == NULL || order->camera == NULL);
}

static int add_row(void *arg, json_t *row)
{
    return json_array_append(arg, row) == 0 ? 0 : VMM_E_NOMEM;
}

static json_t *arguments(const struct order *order)
{
    return order->camera != NULL ? json_pack("{s:s}", "camera", order->camera)
           : order->site != NULL ? json_pack("{s:s, s:i}", "site", order->site, "limit", ROWS)
                                 : json_pack("{s:i}", "limit", ROWS);
}

static void judge(const struct order *order, int rc, const json_t *rows, const json_t *result,
                  struct check_answer *answer)
{
    const json_t *error = json_object_get(result, "error");
    if (rc != 0) {
        check_failed(rc == VMM_E_TIMEOUT ? "vmmd does not answer in time" : "vmmd does not answer",
                     answer);
    } else if (error != NULL) {
        check_failed(show_text(error, "message"), answer);
    } else if (order->camera != NULL) {
        check_camera(json_array_get(rows, 0), &order->limits, answer);
    } else {
        check_fleet(json_object_get(result, "summary"), rows, &order->limits, answer);
    }
}

static void ask(const struct order *order, struct check_answer *answer)
{
    char path[RUN_DIR_MAX + 32];
    struct ctl_client *client = NULL;
    text_format(path, sizeof(path), "%s/%s", order->socket != NULL ? order->socket : run_dir(),
                CTL_SOCKET_STATUS);
    if (ctl_client_open(path, &client) != 0) {
        char why[CHECK_TEXT_MAX];
        text_format(why, sizeof(why), "no vmmd listens at %.400s", path);
        check_failed(why, answer);
        return;
    }
    json_t *rows = json_array();
    json_t *result = NULL;
    int rc = ctl_client_call(client, "status", arguments(order), add_row, rows,
                             order->timeout_s * 1000, &result);
    judge(order, rc, rows, result, answer);
    json_decref(rows);
    json_decref(result);
    ctl_client_close(client);
}

int main(int argc, char **argv)
{
    struct order order;
    struct check_answer answer;
    if (!read_order(&order, argc, argv)) {
        fputs(usage, stderr);
        printf("VMM UNKNOWN - the command line is wrong\n");
        return CHECK_UNKNOWN;
    }
    if (order.done) {
        return CHECK_OK;
    }
    ask(&order, &answer);
    printf("VMM %s - %s%s%s\n", check_word(answer.state), answer.text,
           answer.figures[0] != '\0' ? " | " : "", answer.figures);
    return (int)answer.state;
}
