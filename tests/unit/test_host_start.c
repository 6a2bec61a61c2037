/* SPDX-License-Identifier: MIT */
/* The command line, the checks of a descriptor, and small parts: handles, the trace, addresses. */
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <string.h>

#include "host/handle.h"
#include "host/loader.h"
#include "host/options.h"
#include "host/resolve.h"
#include "host/trace.h"

/* ---- Options ---- */

Test(host_options, a_name_and_limits)
{
    struct options options;
    char *const argv[] = {(char *)"vmm-host",
                          (char *)"rtsp",
                          (char *)"--files",
                          (char *)"100",
                          (char *)"--keep",
                          (char *)"7",
                          (char *)"--keep",
                          (char *)"8",
                          (char *)"--memory-mb",
                          (char *)"256",
                          NULL};
    cr_assert_eq(options_read(10, argv, &options), 0);
    cr_assert_str_eq(options.name, "rtsp");
    cr_assert_eq(options.files, 100);
    cr_assert_eq(options.memory_mb, 256);
    cr_assert_eq(options.processes, 0);
    cr_assert_eq(options.keep_count, 2);
    cr_assert_eq(options.keep[1], 8);
    cr_assert_eq(options_read(2, argv, &options), 0);
    cr_assert_gt(options.files, 1000);
}

Test(host_options, anything_else_is_refused)
{
    struct options options;
    static const char *const wrong[][2] = {{"--files", "-1"}, {"--files", "1x"},
                                           {"--files", ""},   {"--files", " 1"},
                                           {"--other", "1"},  {"--keep", "99999999999"}};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char *const argv[] = {(char *)"vmm-host", (char *)"x", (char *)wrong[i][0],
                              (char *)wrong[i][1], NULL};
        cr_assert_neq(options_read(4, argv, &options), 0, "%s %s", wrong[i][0], wrong[i][1]);
        cr_assert_neq(options_read(3, argv, &options), 0);
    }
    char *const none[] = {(char *)"vmm-host", NULL};
    cr_assert_neq(options_read(1, none, &options), 0);
}

/* ---- Descriptors ---- */

static int open_probe(const struct vmm_host *host, void **self)
{
    (void)host;
    (void)self;
    return 0;
}

static void close_probe(void *self)
{
    (void)self;
}

static int probe(void *self, struct vmm_job *job, const struct vmm_look *look)
{
    (void)self;
    (void)job;
    (void)look;
    return 0;
}

static void cancel(void *self, struct vmm_job *job)
{
    (void)self;
    (void)job;
}

static struct vmm_probe_ops ops;
static struct vmm_descriptor descriptor;
static struct plugin plugin;
static char why[LOADER_WHY_SIZE];

static void make(void)
{
    ops = (struct vmm_probe_ops){.struct_size = sizeof(ops),
                                 .open = open_probe,
                                 .close = close_probe,
                                 .probe = probe,
                                 .cancel = cancel};
    descriptor = (struct vmm_descriptor){.struct_size = sizeof(descriptor),
                                         .abi_major = VMM_ABI_MAJOR,
                                         .abi_minor = VMM_ABI_MINOR,
                                         .kind = VMM_KIND_PROBE,
                                         .name = "good",
                                         .ops = &ops};
}

TestSuite(host_loader, .init = make);

static void expect_refused(int rc, const char *words)
{
    cr_assert_eq(loader_check(&descriptor, "file", &plugin, why), rc);
    cr_assert(strstr(why, words) != NULL, "%s", why);
    make();
}

Test(host_loader, a_good_one)
{
    cr_assert_eq(loader_check(&descriptor, "file", &plugin, why), 0);
    cr_assert_eq(plugin.probe.probe, probe);
    descriptor.struct_size += 64; /* a later build of the same minor, grown at the end */
    cr_assert_eq(loader_check(&descriptor, "file", &plugin, why), 0);
}

Test(host_loader, versions_must_match_and_are_named)
{
    descriptor.abi_major = VMM_ABI_MAJOR + 1;
    expect_refused(VMM_E_VERSION, "ABI 1.1");
    descriptor.abi_minor = VMM_ABI_MINOR + 4;
    expect_refused(VMM_E_VERSION, "ABI 0.5");
    descriptor.abi_minor = VMM_ABI_MINOR - 1;
    expect_refused(VMM_E_VERSION, "ABI 0.0");
}

Test(host_loader, sizes_names_kinds_and_operations)
{
    descriptor.struct_size = 15;
    expect_refused(VMM_E_INVAL, "15 bytes");
    descriptor.struct_size = sizeof(descriptor) - 1;
    expect_refused(VMM_E_INVAL, "truncated");
    static const char *const names[] = {
        NULL, "", "Upper", "9x", "a-b", "_a", "a123456789012345678901234567890123"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        descriptor.name = names[i];
        expect_refused(VMM_E_INVAL, "name");
    }
    descriptor.kind = 4;
    expect_refused(VMM_E_INVAL, "kind 4");
    descriptor.ops = NULL;
    expect_refused(VMM_E_INVAL, "operations");
    ops.cancel = NULL;
    expect_refused(VMM_E_INVAL, "operations");
    ops.struct_size = sizeof(ops) - 8;
    expect_refused(VMM_E_INVAL, "operations");
    cr_assert_eq(loader_check(NULL, "file", &plugin, why), VMM_E_INVAL);
}

/* ---- Small parts ---- */

Test(host_handle, tells_its_object_and_life)
{
    _Alignas(HANDLE_ALIGN) static char object[HANDLE_ALIGN];
    for (uint32_t serial = 0; serial < 3 * HANDLE_ALIGN; serial += 1023) {
        void *handle = handle_make(object, serial);
        cr_assert_eq(handle_object(handle), (void *)object);
        cr_assert_eq(handle_serial(handle), serial % HANDLE_ALIGN);
    }
}

Test(host_trace, keeps_32_steps_on_one_line_each)
{
    static struct trace trace;
    struct result_step steps[MESSAGE_STEPS_MAX];
    char longest[500];
    memset(longest, 'x', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    trace_add(&trace, "GET /\r\nevil", "200\x1b[31m", 1500, 4500);
    trace_add(&trace, longest, longest, 9000, 8000);
    for (int i = 0; i < 100; i++) {
        trace_add(&trace, "more", "more", 0, 0);
    }
    trace_view(&trace, steps);
    cr_assert_eq(trace.count, MESSAGE_STEPS_MAX);
    cr_assert_str_eq(steps[0].asked, "GET /  evil");
    cr_assert_str_eq(steps[0].came, "200 [31m");
    cr_assert_eq(steps[0].start_ms, 1);
    cr_assert_eq(steps[0].took_us, 3000);
    cr_assert_eq(strlen(steps[1].asked), TRACE_ASKED_SIZE - 1);
    cr_assert_eq(steps[1].took_us, 0);
}

Test(host_resolve, literal_addresses_need_no_resolver)
{
    struct resolve_address address;
    cr_assert_eq(resolve_literal("192.0.2.1", 80, &address), 0);
    cr_assert_eq(address.storage.ss_family, AF_INET);
    cr_assert_eq(((struct sockaddr_in *)&address.storage)->sin_port, htons(80));
    cr_assert_eq(resolve_literal("2001:db8::1", 554, &address), 0);
    cr_assert_eq(address.storage.ss_family, AF_INET6);
    cr_assert_neq(resolve_literal("camera.example", 80, &address), 0);
    cr_assert_neq(resolve_literal("", 80, &address), 0);
}
