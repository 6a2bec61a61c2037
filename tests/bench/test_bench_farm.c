/* SPDX-License-Identifier: MIT */
/* What the devices of a benchmark count: the other half of "each look gave one verdict". */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "farm.h"

#define LOOKS 20

static char folder[] = "/tmp/vmm-bench-farm-XXXXXX";

static void begin(void)
{
    cr_assert_not_null(mkdtemp(folder));
}

static void end(void)
{
    char command[100];
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(bench_farm, .init = begin, .fini = end, .timeout = 60);

/* Connect, and leave before there can be an answer. */
static void look_once(const json_t *device)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)json_integer_value(json_object_get(device, "port")))};
    const char *host = json_string_value(json_object_get(device, "address"));
    cr_assert_eq(inet_pton(AF_INET, host, &address.sin_addr), 1);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    close(fd);
}

Test(bench_farm, looks_one_right_after_another_are_looks_of_their_own)
{
    struct farm farm;
    struct farm_group group = {
        .prefix = "cam-", .base_address = "127.16.0.1", .personality = "http-plain", .count = 1};
    farm_start(&farm, folder, &group, 1);
    for (int i = 0; i < LOOKS; i++) {
        look_once(json_array_get(json_object_get(farm.ready, "devices"), 0));
    }
    char wait[120];
    snprintf(wait, sizeof(wait),
             "{\"do\":\"wait\",\"device\":\"*\",\"what\":\"connections\",\"count\":%d}", LOOKS);
    json_decref(farm_ask(&farm, wait));
    struct farm_totals totals;
    farm_totals(&farm, &totals);
    cr_expect_eq(totals.connections, LOOKS);
    cr_expect_eq(totals.looks, LOOKS, "%llu looks", (unsigned long long)totals.looks);
    farm_stop(&farm);
}
