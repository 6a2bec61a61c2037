/* SPDX-License-Identifier: MIT */
#include "farm/report.h"

#include "farm/fault.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COUNT(name)                                                                                \
    {                                                                                              \
#name, offsetof(struct device_counts, name)                                                \
    }

static const struct {
    const char *name;
    size_t place;
} fields[] = {
    COUNT(connections),      COUNT(connections_refused),
    COUNT(connections_max),  COUNT(looks),
    COUNT(requests),         COUNT(malformed),
    COUNT(writes),           COUNT(logins_good),
    COUNT(logins_bad),       COUNT(logins_locked),
    COUNT(logins_unchecked), COUNT(logins_unasked),
    COUNT(lock_outs),        COUNT(nonces_issued),
    COUNT(nonces_stale),     COUNT(nonces_replayed),
    COUNT(nonces_foreign),   COUNT(basic_unoffered),
    COUNT(redirects_sent),   COUNT(redirects_followed),
};

#define FIELDS (sizeof fields / sizeof fields[0])

static uint64_t field_value(const struct device_counts *counts, size_t field)
{
    uint64_t value = 0;
    memcpy(&value, (const char *)counts + fields[field].place, sizeof value);
    return value;
}

bool report_count(const struct device *device, const char *name, uint64_t *value)
{
    if (strcmp(name, "logins") == 0) {
        *value = device->counts.logins_good + device->counts.logins_bad;
        return true;
    }
    for (size_t i = 0; i < FIELDS; i++) {
        if (strcmp(name, fields[i].name) == 0) {
            *value = field_value(&device->counts, i);
            return true;
        }
    }
    return false;
}

static void set_number(json_t *object, const char *name, uint64_t value)
{
    json_object_set_new(object, name, json_integer((json_int_t)value));
}

static void add_counts(json_t *object, const struct device_counts *counts)
{
    for (size_t i = 0; i < FIELDS; i++) {
        set_number(object, fields[i].name, field_value(counts, i));
    }
    json_t *methods = json_object();
    for (int i = 0; i < METHOD_COUNT; i++) {
        if (counts->methods[i] > 0) {
            set_number(methods, message_method_name((enum message_method)i), counts->methods[i]);
        }
    }
    json_object_set_new(object, "methods", methods);
}

/* A time as milliseconds with a fraction; null when there is none. */
static void set_ms(json_t *object, const char *name, uint64_t us)
{
    json_object_set_new(object, name, us == 0 ? json_null() : json_real((double)us / 1000.0));
}

static json_t *address_text(uint32_t address)
{
    struct in_addr raw = {.s_addr = htonl(address)};
    char text[INET_ADDRSTRLEN];
    return json_string(inet_ntop(AF_INET, &raw, text, sizeof text));
}

/* Who the device is: its own keys, for the report and for the list of places. */
static json_t *device_object(const struct device *device)
{
    const struct service *first = &device->services[0];
    json_t *object = json_object();
    json_object_set_new(object, "id", json_string(device->id));
    json_object_set_new(object, "site", json_string(device->site));
    json_object_set_new(object, "address", address_text(device->address));
    json_object_set_new(object, "port", json_integer(first->port));
    json_object_set_new(object, "personality", json_string(first->personality->name));
    return object;
}

static json_t *fault_list(const struct device *device)
{
    json_t *list = json_array();
    for (int kind = 0; kind < FAULT_COUNT; kind++) {
        if (fault_is_on(device, (enum fault_kind)kind)) {
            json_array_append_new(list, json_string(fault_name((enum fault_kind)kind)));
        }
    }
    return list;
}

static json_t *device_report(const struct farm *farm, const struct device *device)
{
    const struct device_looks *looks = &device->looks;
    json_t *object = device_object(device);
    add_counts(object, &device->counts);
    set_number(object, "open", device->open);
    set_ms(object, "gap_min_ms", looks->gap_min_us);
    set_ms(object, "gap_max_ms", looks->gap_max_us);
    set_ms(object, "last_request_ms",
           looks->last_request_us == 0 ? 0 : looks->last_request_us - farm->loop.start_us);
    json_object_set_new(object, "last_bad_login",
                        device->last_bad_login != NULL ? json_string(device->last_bad_login)
                                                       : json_null());
    json_object_set_new(object, "faults", fault_list(device));
    return object;
}

struct sums {
    struct device_counts counts;
    struct device_looks looks;
    uint64_t devices;
};

static void add_device(struct sums *sums, const struct device *device)
{
    device_counts_add(&sums->counts, &device->counts);
    uint64_t least = device->looks.gap_min_us;
    if (least != 0 && (sums->looks.gap_min_us == 0 || least < sums->looks.gap_min_us)) {
        sums->looks.gap_min_us = least;
    }
    if (device->looks.gap_max_us > sums->looks.gap_max_us) {
        sums->looks.gap_max_us = device->looks.gap_max_us;
    }
    sums->devices++;
}

static json_t *totals(const struct farm *farm, const struct sums *sums)
{
    json_t *object = json_object();
    set_number(object, "devices", sums->devices);
    add_counts(object, &sums->counts);
    set_ms(object, "gap_min_ms", sums->looks.gap_min_us);
    set_ms(object, "gap_max_ms", sums->looks.gap_max_us);
    set_number(object, "open", farm->counts.open);
    set_number(object, "open_max", farm->counts.open_max);
    set_number(object, "nobody", farm->counts.nobody);
    set_number(object, "starved", farm->counts.starved);
    return object;
}

json_t *report_make(const struct farm *farm, const char *pattern, bool each)
{
    json_t *report = json_object();
    json_t *list = json_array();
    struct sums sums = {0};
    for (size_t i = 0; i < farm->device_count; i++) {
        const struct device *device = &farm->devices[i];
        if (!device_matches(device, pattern)) {
            continue;
        }
        add_device(&sums, device);
        if (each) {
            json_array_append_new(list, device_report(farm, device));
        }
    }
    set_number(report, "version", 1);
    set_number(report, "seed", farm->seed);
    set_ms(report, "uptime_ms", farm->loop.now_us - farm->loop.start_us);
    json_object_set_new(report, "totals", totals(farm, &sums));
    json_object_set_new(report, "devices", list);
    return report;
}

static json_t *service_places(const struct device *device)
{
    json_t *list = json_array();
    for (size_t i = 0; i < device->service_count; i++) {
        const struct service *service = &device->services[i];
        json_t *object = json_object();
        json_object_set_new(object, "protocol",
                            json_string(service->personality->rtsp    ? "rtsp"
                                        : service->personality->dvrip ? "dvrip"
                                                                      : "http"));
        json_object_set_new(object, "port", json_integer(service->port));
        json_object_set_new(object, "personality", json_string(service->personality->name));
        json_array_append_new(list, object);
    }
    return list;
}

json_t *report_places(const struct farm *farm, const char *control)
{
    json_t *ports = json_object();
    for (size_t i = 0; i < farm->port_count; i++) {
        set_number(ports, farm->ports[i].name, farm->ports[i].bound);
    }
    json_t *devices = json_array();
    for (size_t i = 0; i < farm->device_count; i++) {
        json_t *object = device_object(&farm->devices[i]);
        json_object_set_new(object, "services", service_places(&farm->devices[i]));
        json_array_append_new(devices, object);
    }
    json_t *places = json_object();
    json_object_set_new(places, "ready", json_true());
    set_number(places, "pid", (uint64_t)getpid());
    json_object_set_new(places, "control", control != NULL ? json_string(control) : json_null());
    json_object_set_new(places, "ports", ports);
    json_object_set_new(places, "devices", devices);
    return places;
}

int report_write(const json_t *json, const char *path)
{
    if (strcmp(path, "-") == 0) {
        bool bad = json_dumpf(json, stdout, JSON_COMPACT) != 0 || putchar('\n') == EOF;
        return fflush(stdout) != 0 || bad ? -EIO : 0;
    }
    char temporary[4096];
    int length = snprintf(temporary, sizeof temporary, "%s.%ld", path, (long)getpid());
    if (length < 0 || (size_t)length >= sizeof temporary) {
        return -ENAMETOOLONG;
    }
    if (json_dump_file(json, temporary, JSON_INDENT(1)) != 0) {
        return -EIO;
    }
    if (rename(temporary, path) != 0) {
        int failed = -errno;
        unlink(temporary);
        return failed;
    }
    return 0;
}
