/* SPDX-License-Identifier: MIT */
#include <kit/rtsp/rtsp_url.h>

#include <vmm/errors.h>

static bool is_scheme_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '-' || c == '.';
}

/* The length of a scheme with its "://"; 0 when there is none. */
static size_t scheme_length(struct vmm_rtsp_span text)
{
    size_t n = 0;
    while (n < text.len && is_scheme_char(text.at[n])) {
        n++;
    }
    bool found = n > 0 && text.len - n >= 3 && memcmp(text.at + n, "://", 3) == 0;
    return found ? n + 3 : 0;
}

bool vmm_rtsp_url_is_absolute(struct vmm_rtsp_span text)
{
    return scheme_length(vmm_rtsp_span_trim(text)) > 0;
}

static struct vmm_rtsp_span after_user(struct vmm_rtsp_span authority)
{
    const char *at =
        authority.len > 0 ? (const char *)memrchr(authority.at, '@', authority.len) : NULL;
    return at == NULL ? authority : vmm_rtsp_span_after(authority, (size_t)(at - authority.at) + 1);
}

static void read_host(struct vmm_rtsp_span authority, struct vmm_rtsp_url *url)
{
    struct vmm_rtsp_span rest;
    struct vmm_rtsp_span text = after_user(authority);
    if (text.len > 0 && text.at[0] == '[') {
        url->host = vmm_rtsp_span_cut(vmm_rtsp_span_after(text, 1), ']', &rest);
        return;
    }
    url->host = vmm_rtsp_span_cut(text, ':', &rest);
    if (rest.len > 0 && memchr(rest.at, ':', rest.len) != NULL) {
        url->host = text;
        url->broken = true;
    }
}

void vmm_rtsp_url_parse(struct vmm_rtsp_span text, struct vmm_rtsp_url *url)
{
    unsigned schemes = 0;
    *url = (struct vmm_rtsp_url){.host = {"", 0}, .target = {"", 0}};
    text = vmm_rtsp_span_trim(text);
    if (text.len > 0 && text.at[0] == '/') {
        url->target = text;
        return;
    }
    for (size_t n = scheme_length(text); n > 0; n = scheme_length(text)) {
        text = vmm_rtsp_span_after(text, n);
        schemes++;
    }
    url->broken = schemes != 1;
    size_t end = 0;
    while (end < text.len && text.at[end] != '/' && text.at[end] != '?') {
        end++;
    }
    url->target = vmm_rtsp_span_after(text, end);
    read_host((struct vmm_rtsp_span){text.at, end}, url);
}

bool vmm_rtsp_url_same_host(struct vmm_rtsp_span host, const char *authority)
{
    struct vmm_rtsp_url url = {.host = {"", 0}};
    read_host((struct vmm_rtsp_span){authority, strlen(authority)}, &url);
    return host.len == url.host.len && strncasecmp(host.at, url.host.at, host.len) == 0;
}

static bool is_sendable(struct vmm_rtsp_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.at[i];
        if (byte <= 0x20 || byte == 0x7f) {
            return false;
        }
    }
    return true;
}

/* Write `first`, made to begin with '/', and `second` behind it. */
static int write_target(struct vmm_rtsp_span first, struct vmm_rtsp_span second, char *out,
                        size_t size)
{
    size_t slash = first.len == 0 || first.at[0] != '/' ? 1 : 0;
    size_t len = slash + first.len + second.len;
    if (!is_sendable(first) || !is_sendable(second)) {
        return VMM_E_INVAL;
    }
    if (len >= size) {
        return VMM_E_TOOBIG;
    }
    out[0] = '/';
    if (first.len > 0) {
        memcpy(out + slash, first.at, first.len);
    }
    if (second.len > 0) {
        memcpy(out + slash + first.len, second.at, second.len);
    }
    out[len] = '\0';
    return (int)len;
}

int vmm_rtsp_url_join(struct vmm_rtsp_span base_target, struct vmm_rtsp_span control, char *out,
                      size_t size)
{
    struct vmm_rtsp_span none = {"", 0};
    control = vmm_rtsp_span_trim(control);
    if (control.len == 0 || vmm_rtsp_span_is(control, "*")) {
        return write_target(base_target, none, out, size);
    }
    if (vmm_rtsp_url_is_absolute(control)) {
        struct vmm_rtsp_url url;
        vmm_rtsp_url_parse(control, &url);
        return write_target(url.target, none, out, size);
    }
    if (base_target.len > 0 && base_target.at[base_target.len - 1] == '/') {
        base_target.len--;
    }
    if (control.at[0] == '/') {
        control = vmm_rtsp_span_after(control, 1);
    }
    int len = write_target(base_target, none, out, size);
    if (len < 0) {
        return len;
    }
    size_t used = base_target.len == 0 ? 0 : (size_t)len;
    int tail = write_target(control, none, out + used, size - used);
    return tail < 0 ? tail : (int)used + tail;
}
