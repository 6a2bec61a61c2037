/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/rtsp/rtsp_url.h>

#include <vmm/errors.h>

static struct vmm_rtsp_span span(const char *text)
{
    return (struct vmm_rtsp_span){text, strlen(text)};
}

static void assert_url(const char *text, const char *host, const char *target, bool broken)
{
    struct vmm_rtsp_url url;
    vmm_rtsp_url_parse(span(text), &url);
    cr_assert(url.host.len == strlen(host) && memcmp(url.host.at, host, url.host.len) == 0,
              "host of %s is '%.*s'", text, (int)url.host.len, url.host.at);
    cr_assert(url.target.len == strlen(target) &&
                  memcmp(url.target.at, target, url.target.len) == 0,
              "target of %s is '%.*s'", text, (int)url.target.len, url.target.at);
    cr_assert_eq(url.broken, broken, "%s", text);
}

static void assert_join(const char *base, const char *control, const char *expected)
{
    char out[128];
    int len = vmm_rtsp_url_join(span(base), span(control), out, sizeof(out));
    cr_assert_str_eq(out, expected);
    cr_assert_eq(len, (int)strlen(expected));
}

Test(url, plain_forms)
{
    assert_url("rtsp://192.0.2.1/live.sdp", "192.0.2.1", "/live.sdp", false);
    assert_url("rtsp://192.0.2.1:554/live.sdp/", "192.0.2.1", "/live.sdp/", false);
    assert_url(" RTSPS://cam.example:322?x=1\r\n", "cam.example", "?x=1", false);
    assert_url("rtsp://[2001:db8::1]:554/a", "2001:db8::1", "/a", false);
    assert_url("rtsp://192.0.2.1", "192.0.2.1", "", false);
    assert_url("/only/a/path", "", "/only/a/path", false);
    assert_url("", "", "", true);
}

Test(url, user_and_password_are_left_out)
{
    assert_url("rtsp://admin:p@ss@192.0.2.1/a", "192.0.2.1", "/a", false);
}

Test(url, without_a_scheme)
{
    assert_url("192.0.2.1:554/live/", "192.0.2.1", "/live/", true);
}

Test(url, with_the_scheme_twice)
{
    assert_url("rtsp://rtsp://192.0.2.1/a", "192.0.2.1", "/a", true);
}

Test(url, ipv6_without_brackets)
{
    assert_url("rtsp://::ffff:192.0.2.1/a", "::ffff:192.0.2.1", "/a", true);
}

Test(url, same_host_looks_at_the_host_alone)
{
    cr_assert(vmm_rtsp_url_same_host(span("cam.Example"), "CAM.example:8554"));
    cr_assert(vmm_rtsp_url_same_host(span("2001:db8::1"), "[2001:db8::1]:554"));
    cr_assert(vmm_rtsp_url_same_host(span("192.0.2.1"), "192.0.2.1"));
    cr_assert(!vmm_rtsp_url_same_host(span("192.0.2.10"), "192.0.2.1"));
    cr_assert(!vmm_rtsp_url_same_host(span(""), "192.0.2.1"));
}

Test(join, control_is_appended)
{
    assert_join("/live.sdp", "trackID=1", "/live.sdp/trackID=1");
    assert_join("/live.sdp/", "trackID=1", "/live.sdp/trackID=1");
    assert_join("/live.sdp/", "/trackID=1", "/live.sdp/trackID=1");
    assert_join("/", "track1", "/track1");
    assert_join("", "track1", "/track1");
    assert_join("/cam/realmonitor?channel=1&subtype=0/", "trackID=0",
                "/cam/realmonitor?channel=1&subtype=0/trackID=0");
    assert_join("?x=1", "t", "/?x=1/t");
}

Test(join, star_and_none_are_the_base)
{
    assert_join("/live.sdp/", "*", "/live.sdp/");
    assert_join("/live.sdp", " ", "/live.sdp");
    assert_join("", "*", "/");
}

Test(join, absolute_keeps_path_and_query_only)
{
    assert_join("/live.sdp", "rtsp://10.0.0.5:554/live.sdp/trackID=1?a=b",
                "/live.sdp/trackID=1?a=b");
    assert_join("/live.sdp", "rtsp://rtsp://10.0.0.5/t1", "/t1");
    assert_join("/live.sdp", "rtsp://10.0.0.5", "/");
}

Test(join, what_cannot_be_sent_is_refused)
{
    char out[16];
    cr_assert_eq(vmm_rtsp_url_join(span("/a"), span("b c"), out, sizeof(out)), VMM_E_INVAL);
    cr_assert_eq(vmm_rtsp_url_join(span("/a\r\nX:"), span("*"), out, sizeof(out)), VMM_E_INVAL);
    cr_assert_eq(vmm_rtsp_url_join(span("/0123456789"), span("abcd"), out, sizeof(out)),
                 VMM_E_TOOBIG);
    cr_assert_eq(vmm_rtsp_url_join(span("/0123456789"), span("abc"), out, sizeof(out)), 15);
    cr_assert_eq(vmm_rtsp_url_join(span("/0123456789abcde"), span("*"), out, sizeof(out)),
                 VMM_E_TOOBIG);
}
