/* SPDX-License-Identifier: MIT */
/*
 * Whose device is it? One gentle look, and an opinion of every plugin that is installed.
 *
 *   the probe plugin that looks ─▶ answer() … ─▶ transcript ─▶ opinion() of each plugin ─▶ the core ranks them
 *
 * The transcript is what a device answers to a fixed list of questions without a login, the same for every device. What
 * a maker's devices are told by is the knowledge of that maker's plugin: its opinion() is asked in a process of its own
 * in which the plugin is described and never opened, whether its flag is on or off.
 */
#ifndef VMM_IDENTIFY_H
#define VMM_IDENTIFY_H

#include <vmm/probe.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VMM_WAY_HTTP  1u /* a page */
#define VMM_WAY_RTSP  2u /* to OPTIONS; `headers` and `status` are set */
#define VMM_WAY_DVRIP 3u /* a frame of DVRIP; `body` is it */
#define VMM_WAY_OPEN  4u /* nothing was asked: the port takes connections */

#define VMM_TRANSCRIPT_ANSWERS_MAX 48u   /* of one transcript */
#define VMM_TRANSCRIPT_TEXT_MAX    4096u /* bytes of headers, and of a body; the rest is cut */
#define VMM_TRANSCRIPT_TARGET_MAX  255u
#define VMM_TRANSCRIPT_NAME_MAX    191u /* of whom a certificate names */
#define VMM_TRANSCRIPT_PLACE_MAX   31u

/* One answer of the device. Texts are never NULL; headers and body may hold any bytes. */
struct vmm_answer {
    uint32_t struct_size;
    uint32_t number;     /* in the transcript, from 1 on */
    uint32_t way;        /* VMM_WAY_* */
    uint32_t port;       /* that it came from */
    uint32_t tls;        /* 1: inside TLS */
    uint32_t status;     /* of HTTP and RTSP, else 0 */
    const char *target;  /* path and query that were asked for; "" of other ways */
    const char *headers; /* lines ended by CR LF, without the status line */
    size_t headers_size;
    const char *body;
    size_t body_size;
    const char *certificate; /* whom it names; "" without TLS */
    const char
        *place; /* where this was, if that is not what the operator has set: "https:443"; else "" */
};

/* All of them, in the order in which they were asked for. A question without an answer is not in it. */
struct vmm_transcript {
    uint32_t struct_size;
    uint32_t count;
    const struct vmm_answer *const *answers; /* so many pointers, so that the struct can grow */
};

#define VMM_OPINION_WHY_MAX 200u
#define VMM_OPINION_GENERAL                                                                        \
    1u /* flag: a protocol that many makers speak; it counts where no maker is near */
#define VMM_OPINION_CERTAIN 100u

/* What a plugin makes of a transcript. The host hands it over zeroed but for its size. */
struct vmm_opinion {
    uint32_t struct_size;
    uint32_t certainty; /* 0: not its device; 60 and more: known; up to VMM_OPINION_CERTAIN */
    uint32_t flags;     /* VMM_OPINION_GENERAL */
    uint32_t answer;    /* the number of the answer that told most; 0: none */
    uint32_t weight;    /* how much of the certainty that one told */
    uint32_t reserved;
    char
        family[VMM_PLUGIN_NAME_MAX + 1]; /* the provider that speaks to it: the plugin's own name */
    char why[VMM_OPINION_WHY_MAX];       /* what told it, one line ended by NUL */
};

/* The extension "vmm.identify/1" of a plugin. */
struct vmm_identify_ops {
    uint32_t struct_size;
    uint32_t reserved;

    /* Whose device the transcript shows. A pure function: the same transcript, the same opinion; no state, no host and
     * no open plugin is needed. It returns within 50 ms. */
    void (*opinion)(const struct vmm_transcript *seen, struct vmm_opinion *out);
};

#define VMM_IDENTIFY "vmm.identify/1"

/* The extension "vmm.transcript/1" of the host, for the plugin that looks. */
struct vmm_transcript_host {
    uint32_t struct_size;
    uint32_t reserved;

    /* Add an answer to the job's transcript, which goes to the core with the end of the job. `number` is the host's.
     * Everything is copied, headers and body up to VMM_TRANSCRIPT_TEXT_MAX. VMM_E_INVAL: no such way, or a text that is
     * too long; VMM_E_TOOBIG past VMM_TRANSCRIPT_ANSWERS_MAX; VMM_E_NOMEM; VMM_E_STATE after finish(), and once
     * the job has sent a credential: what came since is no answer to a stranger. */
    int (*answer)(struct vmm_job *job, const struct vmm_answer *answer);
};

#define VMM_TRANSCRIPT_HOST "vmm.transcript/1"

#ifdef __cplusplus
}
#endif

#endif
