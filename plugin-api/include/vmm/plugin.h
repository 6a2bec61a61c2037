/* SPDX-License-Identifier: MIT */
/*
 * The frame of every plugin: its descriptor, its configuration, and the table the host gives to it.
 *
 * A plugin is one shared object with one visible function, vmm_plugin_v0(), whose name carries the major
 * version of this ABI. It returns a descriptor that lives as long as the process. A host process loads
 * one plugin once and never unloads it; a newer build is loaded by a new process.
 *
 *   vmm_plugin_v0() ─▶ open() ─▶ { probe() | deliver() | … } ─▶ drain() ─▶ close() ─▶ the process ends
 *
 * Threads. Every call into the plugin, and every callback, comes on the host's loop thread, one at a
 * time, but for the `run` function of vmm_host.work(), which comes on a worker thread. A call on the loop
 * must return within 50 ms. The host's functions may be called on the loop thread only, but for log().
 *
 * Memory. What one side gives to the other as an argument is borrowed for the call, unless the function
 * says otherwise. Neither side frees what the other has allocated.
 *
 * Versions. Structs only grow at their end; each begins with its size, and the reader takes the smaller
 * of both. Before 1.0 major and minor must match exactly; from 1.0 on an older minor keeps working.
 */
#ifndef VMM_PLUGIN_H
#define VMM_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#include <vmm/errors.h>
#include <vmm/observation.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VMM_ABI_MAJOR 0u
#define VMM_ABI_MINOR 1u

#define VMM_KIND_PROBE   1u /* struct vmm_probe_ops in <vmm/probe.h> */
#define VMM_KIND_SINK    2u /* struct vmm_sink_ops in <vmm/sink.h> */
#define VMM_KIND_SERVICE 3u /* struct vmm_service_ops in <vmm/service.h> */

/* How two generations of a plugin meet when it is reloaded. */
#define VMM_GENERATION_OVERLAP   1u /* both run, the old one finishes what it has (probes) */
#define VMM_GENERATION_HANDOVER  2u /* the new one starts when the old one has answered (sinks) */
#define VMM_GENERATION_EXCLUSIVE 3u /* stop, start, and the old one again if the new is not ready */

/* Traits a plugin declares; the operator sees them, and some need consent. */
#define VMM_TRAIT_OWN_SOCKETS 1u /* a library of the plugin connects by itself */
#define VMM_TRAIT_WORKERS     2u /* the plugin uses vmm_host.work() */
#define VMM_TRAIT_SESSIONS    4u /* what it opens at a device may outlive the connection (RTSP, logins) */
#define VMM_TRAIT_PEOPLE      8u /* a sink that takes notifications for people, not events */
#define VMM_TRAIT_RECORD      16u /* a sink that takes the rows of the record, not events */
#define VMM_TRAIT_HANDS_OVER  32u /* a probe that only names who speaks to a device: its devices' options are for that one */

/* ---- Configuration ---- */

#define VMM_CONFIG_BOOL     1u
#define VMM_CONFIG_INT      2u  /* min and max apply */
#define VMM_CONFIG_NUMBER   3u  /* min and max apply */
#define VMM_CONFIG_TEXT     4u  /* min and max are lengths in bytes; max 0: 4096 */
#define VMM_CONFIG_WORD     5u  /* one of `words` */
#define VMM_CONFIG_PATH     6u  /* a file or folder the plugin may read; VMM_CONFIG_WRITE: and write */
#define VMM_CONFIG_URL      7u  /* http or https; its origin is one the plugin may reach */
#define VMM_CONFIG_SECRET   8u  /* a reference in the file, the secret itself in the plugin's JSON */
#define VMM_CONFIG_LISTEN   9u  /* "address:port" or a socket path; bound once by the supervisor */
#define VMM_CONFIG_DURATION 10u /* a number with its unit, "250ms", "30s", "4m", "1h"; milliseconds in JSON */
#define VMM_CONFIG_OBJECT   11u /* `items` are its members */
#define VMM_CONFIG_LIST     12u /* a list of objects made of `items`, or of texts when there are none */

#define VMM_CONFIG_REQUIRED 1u /* flag: there is no default, and the plugin cannot run without */
#define VMM_CONFIG_WRITE    2u /* flag of a path: the plugin writes there */
#define VMM_CONFIG_IS_URL   4u /* flag of a secret: it is a URL, and counts like one */

/* One setting. A list of pointers, ended by NULL, so that the struct can grow. */
struct vmm_config_item {
    uint32_t struct_size;
    uint32_t type;            /* VMM_CONFIG_* */
    const char *name;         /* lower case words joined by _ */
    const char *summary;      /* one line for the help and the schema */
    const char *default_json; /* as it would stand in the file; NULL: absent unless given */
    int64_t min;
    int64_t max;       /* 0 and 0: no limit but the type's own */
    const char *unit;  /* for a number: "s", "ms", "bytes" …; NULL when it has none */
    const char *words; /* for a word: "tcp|udp" */
    uint32_t flags;    /* VMM_CONFIG_REQUIRED … */
    uint32_t reserved;
    const struct vmm_config_item *const *items; /* of an object or a list of objects */
};

/* ---- The table of the host ---- */

#define VMM_LOG_ERROR 1u
#define VMM_LOG_WARN  2u
#define VMM_LOG_INFO  3u
#define VMM_LOG_DEBUG 4u

#define VMM_WATCH_READ  1u
#define VMM_WATCH_WRITE 2u

struct vmm_context; /* the host's own; handed back in each call */
struct vmm_timer;
struct vmm_watch;

typedef void (*vmm_timer_fn)(void *arg);
typedef void (*vmm_watch_fn)(void *arg, uint32_t events);
typedef void (*vmm_work_fn)(void *arg);

struct vmm_host {
    uint32_t struct_size;
    uint32_t abi_major;
    uint32_t abi_minor;
    uint32_t reserved;
    struct vmm_context *context; /* the first argument of each function below */

    /* Write one line to vmmd's log under the plugin's name. Any thread. Cut at 1,000 bytes; at most 100
     * lines a second are kept, the rest are counted. Never pass a secret: those of the settings are
     * covered with "***", others are not known. */
    void (*log)(struct vmm_context *context, uint32_t level, const char *text);

    /* Microseconds of a clock that only goes forward. */
    uint64_t (*monotonic_us)(struct vmm_context *context);

    /* Microseconds since 1970-01-01 UTC, as this machine believes. */
    int64_t (*wall_us)(struct vmm_context *context);

    /* Call fn(arg) once after delay_us. The timer is gone when fn is called or when it is cancelled. */
    int (*timer_start)(struct vmm_context *context, uint64_t delay_us, vmm_timer_fn fn, void *arg,
                       struct vmm_timer **timer);
    void (*timer_cancel)(struct vmm_context *context, struct vmm_timer *timer);

    /* Call fn whenever the descriptor is readable or writable. The plugin keeps owning the descriptor
     * and cancels the watch before it closes it. */
    int (*watch_start)(struct vmm_context *context, int fd, uint32_t events, vmm_watch_fn fn, void *arg,
                       struct vmm_watch **watch);
    void (*watch_cancel)(struct vmm_context *context, struct vmm_watch *watch);

    /* Run `run(arg)` on a worker thread, then `done(arg)` on the loop. Work cannot be cancelled; done is
     * always called. VMM_E_AGAIN when the queue is full. Needs VMM_TRAIT_WORKERS. */
    int (*work)(struct vmm_context *context, vmm_work_fn run, vmm_work_fn done, void *arg);

    /* The plugin's settings as a JSON object: validated, defaults filled in, secrets in place. Valid until
     * close(). */
    const char *(*config_json)(struct vmm_context *context);

    /* Add to a counter, or set a gauge. The name is vmm_<plugin>_<what>, with _total for a counter. At most
     * 64 names a plugin. */
    int (*metric_add)(struct vmm_context *context, const char *name, double value);
    int (*metric_set)(struct vmm_context *context, const char *name, double value);

    /* An extension of the host by its id, for example "vmm.http/1"; NULL when it has none. */
    const void *(*extension)(struct vmm_context *context, const char *id);
};

/* ---- The descriptor ---- */

struct vmm_extension {
    uint32_t struct_size;
    uint32_t reserved;
    const char *id;    /* "vmm.snapshot/1" */
    const void *table; /* what the extension's header says */
};

struct vmm_descriptor {
    /* These 16 bytes are frozen for every version to come. */
    uint32_t struct_size;
    uint32_t abi_major;
    uint32_t abi_minor;
    uint32_t kind; /* VMM_KIND_* */

    const char *name;    /* [a-z][a-z0-9_]{0,31}; the provider name of a probe */
    const char *version; /* of the plugin, MAJOR.MINOR.PATCH */
    const char *flag;    /* FEATURE_…, the flag that switches it on */
    const char *summary; /* one line */
    const char *licence; /* SPDX expression of the binary, libraries included */
    uint32_t traits;     /* VMM_TRAIT_* */
    uint32_t generation; /* VMM_GENERATION_* */

    /* Settings of the plugin, and of each device it probes (`options` of a device); NULL when none. */
    const struct vmm_config_item *const *config;
    const struct vmm_config_item *const *device_config;

    const void *ops; /* by kind: struct vmm_probe_ops, vmm_sink_ops or vmm_service_ops */

    /* What the plugin offers beyond its kind, ended by NULL; NULL when nothing. */
    const struct vmm_extension *const *extensions;
};

#if defined(__GNUC__)
#define VMM_EXPORT __attribute__((visibility("default")))
#else
#define VMM_EXPORT
#endif

/* The one function of a plugin. It must not fail, allocate, or start anything. */
VMM_EXPORT const struct vmm_descriptor *vmm_plugin_v0(void);

#define VMM_PLUGIN_ENTRY      "vmm_plugin_v0"
#define VMM_PLUGIN_NAME_MAX   32u
#define VMM_PLUGIN_CONFIG_MAX 64u /* items of one list; more are refused */

#ifdef __cplusplus
}
#endif

#endif
