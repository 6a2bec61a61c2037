/* SPDX-License-Identifier: MIT */
/* Looks by ONVIF, against a program that sends the same messages and reads none of the answers. */
#include <stdlib.h>

#include "bench.h"
#include "contest.h"

#define RATE  200u /* looks a second of either */
#define LIMIT 3

/* A look is seven questions one after another, more than a second of waiting: nobody could stand still in between
 * without breaking off half of what is under way. So each has devices of its own, both look all the time, and they are
 * read in turns. One look in twelve asks for more, at all devices at about the same time. So a pair of turns is an interval
 * and a twelfth: twelve pairs hold each kind of look, and each part of the interval, in which looks are never spread
 * evenly. */
static void start_farm(const struct bench *bench, const char *name, const char *address,
                       uint32_t devices, struct farm *farm)
{
    char folder[300];
    char command[400];
    struct farm_group group = {
        .prefix = "cam-", .base_address = address, .personality = "onvif-camera", .count = devices};
    snprintf(command, sizeof(command), "mkdir -p '%s'", bench_path(bench, name, folder));
    if (system(command) != 0) {
        bench_fail("%s cannot be made", folder);
    }
    farm_start(farm, folder, &group, 1);
}

static void start_peer(const struct bench *bench, const struct farm *farm, uint32_t period_ms,
                       struct child *peer)
{
    char fleet[300];
    char period[16];
    char log[300];
    farm_write_fleet(farm, bench_path(bench, "fleet.txt", fleet), "/");
    snprintf(period, sizeof(period), "%u", period_ms);
    const char *arguments[] = {BENCH_PEERS "/peer_onvif", fleet, period, NULL};
    child_start(peer, &(struct child_order){.arguments = arguments,
                                            .log = bench_path(bench, "peer.log", log),
                                            .side = CHILD_MEASURED,
                                            .talks = true});
    child_ask(peer, "prepare", "ready");
    child_ask(peer, "go", "going");
}

static void run(const struct bench *bench, struct contest *contest)
{
    uint32_t interval_ms = bench->quick ? 4000 : 8000;
    uint32_t devices = interval_ms / 1000 * RATE;
    struct subject_order order = {.folder = bench->folder,
                                  .interval_ms = interval_ms,
                                  .spread_ms = interval_ms,
                                  .undisturbed = true,
                                  .flag = "FEATURE_VMS_ONVIF_PROBE"};
    struct farm farm;
    struct farm peer_farm;
    struct subject subject;
    struct child peer = {0};
    start_farm(bench, "farm", "127.16.0.1", devices, &farm);
    start_farm(bench, "peer-farm", "127.32.0.1", devices, &peer_farm);
    subject_start(&subject, &order, &farm);
    subject_wait_judged(&subject);
    start_peer(bench, &peer_farm, interval_ms, &peer);
    *contest = (struct contest){.contestants = {contest_subject("vmm", &subject, &farm),
                                                contest_peer("bare libcurl", &peer, &peer_farm)},
                                .count = 2,
                                .meters = 1,
                                .turn_ms = interval_ms * 13 / 24};
    contest->contestants[0].go = contest->contestants[1].go = NULL;
    contest_run(contest);
    child_stop(&peer);
    subject_stop(&subject);
    farm_stop(&farm);
    farm_stop(&peer_farm);
}

void bench_onvif(const struct bench *bench)
{
    struct contest contest;
    run(bench, &contest);
    contest_figure(&contest, 1, 0, "us CPU", "onvif-curl", LIMIT);
}
