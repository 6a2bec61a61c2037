/* SPDX-License-Identifier: MIT */
/*
 * URLs as cameras write them in Content-Base, Location and a=control. Of all of them only path and
 * query are used: the host is the one that is configured, and a difference is a finding.
 */
#ifndef VMM_KIT_RTSP_URL_H
#define VMM_KIT_RTSP_URL_H

#include <kit/rtsp/rtsp_span.h>

/* The parts of a URL, borrowed from its text. A user and password in it are left out. */
struct vmm_rtsp_url {
    struct vmm_rtsp_span host;   /* without brackets and port; empty when there is none */
    struct vmm_rtsp_span target; /* path and query; may be empty, or lack the '/' before a '?' */
    bool broken;                 /* no scheme, a scheme twice, an IPv6 address without brackets */
};

/* Whether the text begins with a scheme and "//". */
bool vmm_rtsp_url_is_absolute(struct vmm_rtsp_span text);

/* Take apart what should be an absolute URL; what begins with '/' is a target alone. */
void vmm_rtsp_url_parse(struct vmm_rtsp_span text, struct vmm_rtsp_url *url);

/* Whether `host` is the host of "host:port", "[address]:port" or the same without the port. */
bool vmm_rtsp_url_same_host(struct vmm_rtsp_span host, const char *authority);

/*
 * Write the path and query of a media's control URL, ended by NUL: of an absolute control its own;
 * of "*" or none the base's; else the base, a '/' and the control, as live555 and FFmpeg have
 * taught the cameras, and not as RFC 3986 would join them. The length; VMM_E_TOOBIG; VMM_E_INVAL
 * for blanks or control characters.
 */
int vmm_rtsp_url_join(struct vmm_rtsp_span base_target, struct vmm_rtsp_span control, char *out,
                      size_t size);

#endif
