/* SPDX-License-Identifier: MIT */
#include "peer.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

uint64_t peer_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* ---- devices ------------------------------------------------------------------------------------------- */

static int read_device(struct peer_device *device, const char *line)
{
    char address[16];
    unsigned port = 0;
    if (sscanf(line, "%15s %u", address, &port) != 2 || port > 65535) {
        return -1;
    }
    *device = (struct peer_device){.address = {.sin_family = AF_INET}};
    device->address.sin_port = htons((uint16_t)port);
    snprintf(device->host, sizeof(device->host), "%s:%u", address, port);
    return inet_pton(AF_INET, address, &device->address.sin_addr) == 1 ? 0 : -1;
}

static int read_devices(struct peer_fleet *fleet, FILE *file)
{
    char line[256];
    uint32_t room = 0;
    while (fgets(line, sizeof(line), file) != NULL) {
        if (fleet->count == room) {
            room = room > 0 ? room * 2 : 1024;
            struct peer_device *devices = realloc(fleet->devices, room * sizeof(*devices));
            if (devices == NULL) {
                return -1;
            }
            fleet->devices = devices;
        }
        if (read_device(&fleet->devices[fleet->count], line) != 0) {
            return -1;
        }
        fleet->count++;
    }
    return fleet->count > 0 ? 0 : -1;
}

int peer_fleet_read(struct peer_fleet *fleet, const char *path)
{
    *fleet = (struct peer_fleet){0};
    char line[256];
    FILE *file = fopen(path, "r");
    bool good = file != NULL && fgets(line, sizeof(line), file) != NULL &&
                sscanf(line, "%63s %63s %127s", fleet->user, fleet->password, fleet->path) == 3 &&
                read_devices(fleet, file) == 0;
    if (file != NULL) {
        fclose(file);
    }
    if (!good) {
        fprintf(stderr, "%s: no fleet file\n", path);
        peer_fleet_finish(fleet);
    }
    return good ? 0 : -1;
}

void peer_fleet_finish(struct peer_fleet *fleet)
{
    free(fleet->devices);
    *fleet = (struct peer_fleet){0};
}

/* ---- pace ---------------------------------------------------------------------------------------------- */

/* splitmix64: the same times in each run. */
static uint64_t draw(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static int compare_times(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

static void shuffle(uint32_t *numbers, uint32_t count, uint64_t *state)
{
    for (uint32_t i = count; i > 1; i--) {
        uint32_t other = (uint32_t)(draw(state) % i);
        uint32_t kept = numbers[i - 1];
        numbers[i - 1] = numbers[other];
        numbers[other] = kept;
    }
}

int pacer_init(struct pacer *pacer, uint32_t count, uint32_t period_ms)
{
    uint64_t state = 1;
    *pacer = (struct pacer){.count = count, .period_ms = period_ms};
    pacer->at_ms = malloc(count * sizeof(*pacer->at_ms));
    pacer->device = malloc(count * sizeof(*pacer->device));
    if (pacer->at_ms == NULL || pacer->device == NULL) {
        pacer_finish(pacer);
        return -1;
    }
    for (uint32_t i = 0; i < count; i++) {
        pacer->at_ms[i] = (uint32_t)(draw(&state) % period_ms);
        pacer->device[i] = i;
    }
    qsort(pacer->at_ms, count, sizeof(*pacer->at_ms), compare_times);
    shuffle(pacer->device, count, &state);
    return 0;
}

void pacer_finish(struct pacer *pacer)
{
    free(pacer->at_ms);
    free(pacer->device);
    *pacer = (struct pacer){0};
}

void pacer_start(struct pacer *pacer, uint64_t now_us)
{
    pacer->base_us = now_us - (uint64_t)pacer->at_ms[pacer->next] * 1000;
}

uint64_t pacer_wait_us(const struct pacer *pacer, uint64_t now_us)
{
    uint64_t due = pacer->base_us + (uint64_t)pacer->at_ms[pacer->next] * 1000;
    return due > now_us ? due - now_us : 0;
}

uint32_t pacer_take(struct pacer *pacer, uint64_t now_us)
{
    if (pacer_wait_us(pacer, now_us) > 0) {
        return PEER_NONE;
    }
    uint32_t device = pacer->device[pacer->next];
    pacer->next++;
    if (pacer->next == pacer->count) {
        pacer->next = 0;
        pacer->base_us += (uint64_t)pacer->period_ms * 1000;
    }
    return device;
}

/* ---- commands ------------------------------------------------------------------------------------------ */

int peer_init(struct peer *peer, int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s FLEET PERIOD_MS [OPTION=VALUE ...]\n", argv[0]);
        return 2;
    }
    uint32_t period_ms = (uint32_t)strtoul(argv[2], NULL, 10);
    peer->to_prepare = PEER_NONE;
    if (period_ms == 0 || peer_fleet_read(&peer->fleet, argv[1]) != 0 ||
        pacer_init(&peer->pacer, peer->fleet.count, period_ms) != 0) {
        return 1;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    return 0;
}

void peer_finish(struct peer *peer)
{
    pacer_finish(&peer->pacer);
    peer_fleet_finish(&peer->fleet);
}

const char *peer_option(int argc, char **argv, const char *name, const char *otherwise)
{
    size_t length = strlen(name);
    for (int i = 3; i < argc; i++) {
        if (strncmp(argv[i], name, length) == 0 && argv[i][length] == '=') {
            return argv[i] + length + 1;
        }
    }
    return otherwise;
}

static long long time_us(const struct rusage *usage)
{
    return (long long)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000000 +
           usage->ru_utime.tv_usec + usage->ru_stime.tv_usec;
}

static void tell_cpu(void)
{
    struct rusage own;
    struct rusage children;
    getrusage(RUSAGE_SELF, &own);
    getrusage(RUSAGE_CHILDREN, &children);
    printf("cpu %lld\n", time_us(&own) + time_us(&children));
}

static void stop(struct peer *peer)
{
    peer->going = false;
    peer->abort(peer);
    printf("stopped %llu %llu %llu\n", (unsigned long long)peer->begun,
           (unsigned long long)peer->good, (unsigned long long)peer->failed);
    peer->begun = peer->good = peer->failed = 0;
}

bool peer_command(struct peer *peer)
{
    char line[64];
    ssize_t got = read(STDIN_FILENO, line, sizeof(line) - 1);
    if (got <= 0) {
        return false;
    }
    line[got] = '\0';
    if (strcmp(line, "prepare\n") == 0) {
        peer->to_prepare = 0;
    } else if (strcmp(line, "go\n") == 0) {
        pacer_start(&peer->pacer, peer_now_us());
        peer->going = true;
        puts("going");
    } else if (strcmp(line, "stop\n") == 0) {
        stop(peer);
    } else if (strcmp(line, "cpu\n") == 0) {
        tell_cpu();
    } else {
        fprintf(stderr, "unknown command: %s", line);
        return false;
    }
    return true;
}

/* ---- looks --------------------------------------------------------------------------------------------- */

static void begin(struct peer *peer, uint32_t number)
{
    struct peer_device *device = &peer->fleet.devices[number];
    if (device->busy) {
        return;
    }
    peer->begun++;
    device->busy = true;
    peer->in_flight++;
    if (!peer->look(peer, number)) {
        peer_look_done(peer, number, false);
    }
}

static void begin_prepared(struct peer *peer)
{
    while (peer->to_prepare < peer->fleet.count && peer->in_flight < PEER_PREPARE) {
        begin(peer, peer->to_prepare++);
    }
}

void peer_begin_due(struct peer *peer)
{
    if (peer->to_prepare != PEER_NONE) {
        begin_prepared(peer);
    }
    if (peer->going) {
        uint64_t now = peer_now_us();
        for (uint32_t device = pacer_take(&peer->pacer, now); device != PEER_NONE;
             device = pacer_take(&peer->pacer, now)) {
            begin(peer, device);
        }
    }
}

void peer_look_done(struct peer *peer, uint32_t number, bool good)
{
    peer->fleet.devices[number].busy = false;
    peer->in_flight--;
    peer->good += good;
    peer->failed += !good;
    if (peer->to_prepare == peer->fleet.count && peer->in_flight == 0) {
        peer->to_prepare = PEER_NONE;
        printf("ready %llu\n", (unsigned long long)peer->good);
        peer->begun = peer->good = peer->failed = 0;
    }
}

uint64_t peer_timeout_us(const struct peer *peer)
{
    return peer->to_prepare != PEER_NONE ? PEER_IMPATIENT_US : PEER_TIMEOUT_US;
}

int peer_wait_ms(const struct peer *peer)
{
    bool preparing = peer->to_prepare < peer->fleet.count && peer->in_flight < PEER_PREPARE;
    if (preparing) {
        return 0;
    }
    return peer->going ? (int)((pacer_wait_us(&peer->pacer, peer_now_us()) + 999) / 1000) : -1;
}
