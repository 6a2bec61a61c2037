/* SPDX-License-Identifier: MIT */
/* HTTP without a login, against the programs that people use for it. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "contest.h"

#define EXPORTER   "/usr/bin/prometheus-blackbox-exporter"
#define CHECK_HTTP "/usr/lib/nagios/plugins/check_http"

/* Looks a second. Nobody can keep the pace of another, so each has one that keeps its processor about half busy: an idle
 * one has to wake up for each step of a look, which would be measured instead. */
#define RATE          5000u
#define EXPORTER_RATE 500u
#define FORK_RATE     250u

static uint16_t free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        bench_fail("no free port: %s", strerror(errno));
    }
    close(fd);
    return ntohs(address.sin_port);
}

static void write_exporter_config(const char *path)
{
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        bench_fail("%s: %s", path, strerror(errno));
    }
    fputs("modules:\n  http_2xx:\n    prober: http\n    timeout: 10s\n"
          "    http:\n      preferred_ip_protocol: ip4\n",
          file);
    fclose(file);
}

static void wait_listening(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (int i = 0; i < 100; i++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        bool good = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
        close(fd);
        if (good) {
            return;
        }
        bench_sleep_ms(100);
    }
    bench_fail("the exporter does not listen");
}

static uint16_t start_exporter(const struct bench *bench, struct child *exporter)
{
    char config[300];
    char flag[340];
    char address[64];
    char log[300];
    static const char *const variables[] = {"GOMAXPROCS=1", NULL};
    uint16_t port = free_port();
    write_exporter_config(bench_path(bench, "blackbox.yml", config));
    snprintf(flag, sizeof(flag), "--config.file=%s", config);
    snprintf(address, sizeof(address), "--web.listen-address=127.0.0.1:%u", port);
    const char *arguments[] = {EXPORTER, flag, address, "--log.level=error", NULL};
    child_start(exporter, &(struct child_order){.arguments = arguments,
                                                .variables = variables,
                                                .log = bench_path(bench, "blackbox.log", log),
                                                .side = CHILD_MEASURED});
    wait_listening(port);
    return port;
}

static void start_driver(const struct bench *bench, struct child *driver, const char *program,
                         uint32_t period_ms, const char *option, enum child_side side)
{
    char fleet[300];
    char period[16];
    char log[300];
    snprintf(period, sizeof(period), "%u", period_ms);
    const char *arguments[] = {program, bench_path(bench, "fleet.txt", fleet), period, option,
                               NULL};
    child_start(driver, &(struct child_order){.arguments = arguments,
                                              .log = bench_path(bench, "peer.log", log),
                                              .side = side,
                                              .talks = true});
}

struct exporter {
    struct child process;
    struct child driver;
};

static void exporter_go(void *arg)
{
    struct exporter *exporter = arg;
    child_ask(&exporter->driver, "go", "going");
}

static void exporter_stop(void *arg)
{
    struct exporter *exporter = arg;
    child_ask(&exporter->driver, "stop", "stopped");
}

static double exporter_cpu(void *arg)
{
    struct exporter *exporter = arg;
    return usage_cpu_us(exporter->process.pid);
}

/* The processes, and starting them. */
static double forked_cpu(void *arg)
{
    return (double)child_ask(arg, "cpu", "cpu");
}

static void compare(struct subject *subject, struct farm *farm, struct exporter *exporter,
                    struct child *forker, uint32_t turn_ms)
{
    struct contest contest = {.contestants = {contest_subject("vmm", subject, farm),
                                              {.name = "blackbox",
                                               .arg = exporter,
                                               .go = exporter_go,
                                               .stop = exporter_stop,
                                               .meters = {exporter_cpu},
                                               .farm = farm,
                                               .own_pace = true},
                                              contest_peer("check_http", forker, farm)},
                              .count = 3,
                              .meters = 1,
                              .turn_ms = turn_ms};
    contest.contestants[2].meters[0] = forked_cpu;
    contest.contestants[2].own_pace = true;
    contest_run(&contest);
    contest_figure(&contest, 1, 0, "us CPU", "http-blackbox", 0.2);
    contest_figure(&contest, 2, 0, "us CPU", "http-check", 0.05);
}

static void measure(const struct bench *bench, uint32_t devices, struct subject *subject,
                    struct farm *farm)
{
    struct exporter exporter = {0};
    struct child forker = {0};
    char via[32];
    snprintf(via, sizeof(via), "via=%u", start_exporter(bench, &exporter.process));
    start_driver(bench, &exporter.driver, BENCH_PEERS "/peer_scrape",
                 devices * 1000 / EXPORTER_RATE, via, CHILD_HELPING);
    start_driver(bench, &forker, BENCH_PEERS "/peer_fork", devices * 1000 / FORK_RATE,
                 "program=" CHECK_HTTP, CHILD_MEASURED);
    compare(subject, farm, &exporter, &forker, devices * 1000 / RATE);
    child_stop(&forker);
    child_stop(&exporter.driver);
    child_stop(&exporter.process);
}

static void need_peers(void)
{
    if (access(EXPORTER, X_OK) != 0 || access(CHECK_HTTP, X_OK) != 0) {
        bench_fail(
            "prometheus-blackbox-exporter and monitoring-plugins-basic have to be installed");
    }
}

void bench_plain(const struct bench *bench)
{
    uint32_t devices = bench->quick ? 3000 : 15000;
    struct farm_group group = {.prefix = "cam-",
                               .base_address = "127.16.0.1",
                               .personality = "http-plain",
                               .count = devices};
    struct subject_order order = {.folder = bench->folder,
                                  .interval_ms = devices * 1000 / RATE,
                                  .spread_ms = devices * 1000 / RATE,
                                  .auth = "none"};
    struct farm farm;
    struct subject subject;
    char fleet[300];
    need_peers();
    farm_start(&farm, bench->folder, &group, 1);
    farm_write_fleet(&farm, bench_path(bench, "fleet.txt", fleet), "/status");
    subject_start(&subject, &order, &farm);
    subject_wait(&subject, &farm, false);
    usage_stop(&subject.group);
    measure(bench, devices, &subject, &farm);
    subject_stop(&subject);
    farm_stop(&farm);
}
