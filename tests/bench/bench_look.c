/* SPDX-License-Identifier: MIT */
/* Looks with a login, against programs that do nothing else. */
#include "bench.h"
#include "contest.h"

/* Devices, their rhythm, and who looks at them. */
struct set_up {
    const char *personality;
    const char *path;
    double expire_share;
    const char *raw_mode;
    bool with_curl;
};

struct rhythm {
    uint32_t devices;
    uint32_t turn_ms;
};

/* In one turn each device is looked at once: 3,000 looks a second, so that it is looks that are measured and not
 * how an idle processor wakes up. */
static struct rhythm rhythm_of(const struct bench *bench)
{
    if (bench->tiny) {
        return (struct rhythm){.devices = 100, .turn_ms = 600};
    }
    return bench->quick ? (struct rhythm){.devices = 1800, .turn_ms = 600}
                        : (struct rhythm){.devices = 12000, .turn_ms = 4000};
}

/* Twice the usual against libcurl: the interval of twelve is wider than what is left to that limit. */
static int turns_of(const struct bench *bench, const struct set_up *set_up)
{
    if (bench->tiny) {
        return 2;
    }
    return set_up->with_curl && !bench->quick ? CONTEST_MOST : CONTEST_TURNS;
}

static void start_peer(const struct bench *bench, struct child *peer, const char *program,
                       uint32_t period_ms, const char *option)
{
    char fleet[300];
    char period[16];
    char log[300];
    snprintf(period, sizeof(period), "%u", period_ms);
    const char *arguments[] = {program, bench_path(bench, "fleet.txt", fleet), period, option,
                               NULL};
    child_start(peer, &(struct child_order){.arguments = arguments,
                                            .log = bench_path(bench, "peer.log", log),
                                            .side = CHILD_MEASURED,
                                            .talks = true});
    child_ask(peer, "prepare", "ready");
}

static void run(const struct bench *bench, const struct set_up *set_up, struct contest *contest)
{
    struct rhythm rhythm = rhythm_of(bench);
    struct farm_group group = {.prefix = "cam-",
                               .base_address = "127.16.0.1",
                               .personality = set_up->personality,
                               .count = rhythm.devices,
                               .expire_share = set_up->expire_share};
    struct subject_order order = {.folder = bench->folder,
                                  .interval_ms = rhythm.turn_ms,
                                  .spread_ms = rhythm.turn_ms,
                                  .auth = "digest"};
    struct farm farm;
    struct subject subject;
    struct child raw = {0};
    struct child curl = {0};
    char fleet[300];
    farm_start(&farm, bench->folder, &group, 1);
    farm_write_fleet(&farm, bench_path(bench, "fleet.txt", fleet), set_up->path);
    subject_start(&subject, &order, &farm);
    subject_wait(&subject, &farm, false);
    usage_stop(&subject.group);
    start_peer(bench, &raw, BENCH_PEERS "/peer_raw", rhythm.turn_ms, set_up->raw_mode);
    *contest = (struct contest){.contestants = {contest_subject("vmm", &subject, &farm),
                                                contest_peer("raw loop", &raw, &farm)},
                                .count = 2,
                                .meters = 1,
                                .turns = turns_of(bench, set_up),
                                .turn_ms = rhythm.turn_ms};
    if (set_up->with_curl) {
        start_peer(bench, &curl, BENCH_PEERS "/peer_curl", rhythm.turn_ms, NULL);
        contest->contestants[contest->count++] = contest_peer("bare libcurl", &curl, &farm);
    }
    contest_run(contest);
    child_stop(&raw);
    child_stop(&curl);
    subject_stop(&subject);
    farm_stop(&farm);
}

void bench_look(const struct bench *bench)
{
    struct contest contest;
    run(bench,
        &(struct set_up){.personality = "http-digest",
                         .path = "/status",
                         .raw_mode = "mode=steady",
                         .with_curl = true},
        &contest);
    contest_figure(&contest, 1, 0, "us CPU", "http-steady", 4);
    contest_figure(&contest, 2, 0, "us CPU", "http-curl", 1.4);
}

void bench_cold(const struct bench *bench)
{
    struct contest contest;
    run(bench,
        &(struct set_up){.personality = "http-digest",
                         .path = "/status",
                         .expire_share = 1,
                         .raw_mode = "mode=cold"},
        &contest);
    contest_figure(&contest, 1, 0, "us CPU", "http-cold", 5);
}

void bench_rtsp(const struct bench *bench)
{
    struct contest contest;
    run(bench,
        &(struct set_up){
            .personality = "rtsp-camera", .path = "/live.sdp", .raw_mode = "mode=rtsp"},
        &contest);
    contest_figure(&contest, 1, 0, "us CPU", "rtsp", 4);
}
