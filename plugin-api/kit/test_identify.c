/* SPDX-License-Identifier: MIT */
/* The finders of an opinion, on transcripts as they are recorded. */
#include <criterion/criterion.h>

#include <string.h>

#include <kit/identify.h>
#include <mock/mock_host.h>

static void opinion(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    vmm_opinion_begin(out, "acme");
    vmm_opinion_add(out, vmm_seen_body(seen, "/hello", "ACME-model="), 30, "a model");
    vmm_opinion_add(out, vmm_seen_refusal(seen, "/deep", "digest"), 1, "a refusal");
    vmm_opinion_add(out, vmm_seen_realm(seen, "acme cam"), 2, "a realm");
    vmm_opinion_add(out, vmm_seen_header(seen, "server", "AcmeHttpd"), 4, "a server");
    vmm_opinion_add(out, vmm_seen_certificate(seen, "o=acme"), 8, "a certificate");
    vmm_opinion_add(out, vmm_seen_way(seen, VMM_WAY_DVRIP), 16, "a frame");
    vmm_opinion_add(out, vmm_seen_body(seen, NULL, "everywhere"), 90, "a word");
}

VMM_IDENTIFY_BY(opinion);

static int acme_open(const struct vmm_host *host, void **self)
{
    (void)host;
    *self = NULL;
    return 0;
}

static void acme_close(void *self)
{
    (void)self;
}

static int acme_probe(void *self, struct vmm_job *job, const struct vmm_look *look)
{
    (void)self;
    (void)job;
    (void)look;
    return VMM_E_NOTSUP;
}

static void acme_cancel(void *self, struct vmm_job *job)
{
    (void)self;
    (void)job;
}

static const struct vmm_probe_ops ops = {.struct_size = sizeof(ops),
                                         .open = acme_open,
                                         .close = acme_close,
                                         .probe = acme_probe,
                                         .cancel = acme_cancel};
static const struct vmm_descriptor acme = {.struct_size = sizeof(acme),
                                           .abi_major = VMM_ABI_MAJOR,
                                           .abi_minor = VMM_ABI_MINOR,
                                           .kind = VMM_KIND_PROBE,
                                           .name = "acme",
                                           .version = "0.1.0",
                                           .flag = "FEATURE_VMS_ACME",
                                           .summary = "has an opinion",
                                           .licence = "MIT",
                                           .generation = VMM_GENERATION_OVERLAP,
                                           .ops = &ops,
                                           .extensions = vmm_identify_extensions};

static struct vmm_mock *mock;

static void set_up(void)
{
    mock = vmm_mock_create(&acme);
}

static void tear_down(void)
{
    cr_expect_str_empty(vmm_mock_complaints(mock));
    vmm_mock_destroy(mock);
}

TestSuite(identify, .init = set_up, .fini = tear_down);

static uint32_t certainty(const char *recorded)
{
    return vmm_mock_identify(mock, recorded)->certainty;
}

Test(identify, a_body_is_that_of_its_page_in_any_case_of_letters)
{
    cr_expect_eq(certainty("=== http 80 /hello\nHTTP/1.1 200 OK\n\nx acme-MODEL=7\n"), 30);
    cr_expect_eq(certainty("=== http 80 /other\nHTTP/1.1 200 OK\n\nacme-model=7\n"), 0);
    cr_expect_eq(certainty("=== http 80 /hello\nHTTP/1.1 200 OK\n\nacme-model\n"), 0);
    cr_expect_eq(certainty("=== http 80 /any\nHTTP/1.1 200 OK\n\nis everywhere\n"), 90);
}

#define DEEP                                                                                       \
    "=== http 80 /deep\nHTTP/1.1 401 Unauthorized\nWWW-Authenticate: Digest realm=\"x\"\n\n"

Test(identify, a_refusal_counts_where_not_every_path_is_refused)
{
    cr_expect_eq(certainty(DEEP), 1);
    cr_expect_eq(certainty("=== http 80 /\nHTTP/1.1 200 OK\n\n\n" DEEP), 1);
    cr_expect_eq(certainty("=== http 80 /\nHTTP/1.1 401 No\n\n\n" DEEP), 0);
    cr_expect_eq(certainty("=== http 80 /vmm/nobody/has/this\nHTTP/1.1 401 No\n\n\n" DEEP), 0);
    cr_expect_eq(certainty("=== http 80 /deep\nHTTP/1.1 401 No\nWWW-Authenticate: Basic "
                           "realm=\"x\"\n\n"),
                 0, "another scheme");
    cr_expect_eq(certainty("=== http 80 /deep\nHTTP/1.1 403 No\nWWW-Authenticate: Digest "
                           "realm=\"x\"\n\n"),
                 0, "another status");
}

Test(identify, realms_headers_certificates_and_protocols_are_found_wherever_they_are)
{
    cr_expect_eq(certainty("=== https 443 /a | CN=7,O=Acme Ltd\nHTTP/1.1 401 No\n"
                           "WWW-Authenticate: Basic realm=\"An Acme Cam\"\n\n"),
                 2 + 8);
    cr_expect_eq(certainty("=== http 80 /a\nHTTP/1.1 200 OK\nServer: acmehttpd/2\n\n"), 4);
    cr_expect_eq(certainty("=== http 80 /a\nHTTP/1.1 200 OK\nX-Server: acmehttpd\n\n"), 0);
    cr_expect_eq(certainty("=== rtsp 554\nRTSP/1.0 200 OK\nServer: AcmeHttpd\n"), 0,
                 "the headers of pages alone");
    cr_expect_eq(certainty("=== dvrip 34567\n"), 16);
    cr_expect_eq(certainty("=== open 34567\n"), 0);
}

Test(identify, what_fits_is_added_up_to_a_hundred_and_the_weightiest_is_named)
{
    const struct vmm_opinion *seen = vmm_mock_identify(
        mock, "=== dvrip 34567\n=== http 80 /hello\nHTTP/1.1 200 OK\n\nacme-model=everywhere\n");
    cr_expect_eq(seen->certainty, 100);
    cr_expect_eq(seen->answer, 2);
    cr_expect_str_eq(seen->family, "acme");
    cr_expect_str_eq(seen->why, "a model; a frame; a word");
}

Test(identify, nothing_is_thought_of_nothing)
{
    const struct vmm_opinion *seen = vmm_mock_identify(mock, "");
    cr_expect_eq(seen->certainty, 0);
    cr_expect_eq(seen->answer, 0);
    cr_expect_str_empty(seen->why);
}
