/* SPDX-License-Identifier: MIT */
/*
 * The usual HTTP probe as a table: requests one after another, each with a pure reader of its
 * answer.
 *
 *   probe() ─▶ begin() ─▶ [ request ─▶ answer ─▶ read() ] … ─▶ end() ─▶ finish(), exactly once
 *
 * A plugin gives its rows, the size of what it keeps during a look, and how a look begins and ends;
 * VMM_REQUESTS_PLUGIN makes the rest of it.
 * Sending, cancelling, judging statuses, adding the parts up and finishing are done here, alike for
 * each vendor:
 *
 * - No answer (unreachable, timeout) or a refusal for load (429, 503): the look ends there. It ends
 * with that outcome, or as partial when a required row was answered before and the row that failed
 * is optional.
 * - The credential refused: the look ends with auth, whatever row it was, so that no further login
 * is made.
 * - A request that the password goes into (VMM_HTTP_TEMPLATE), where there is none or none may be sent: auth.
 * - Beside a login a path or header line that a row builds holds no '{': it may come from the device, which would
 * get the password in its place. VMM_ROW_WORDS_BUILT is for rows whose own words stand there; they keep braces out
 * of all they put beside them, as each build_body() has to. Anything else ends the look as internal, unsent.
 * - 403: that part is not judged, the next one is asked. When no row was allowed at all: auth.
 * - 404, 405, 501, another 4xx, a redirect: unsupported. Another 5xx: bad reply, reason
 * error_status.
 * - A required row that fails ends the look, a failed optional row makes it partial and the next is
 * asked.
 *
 * All on the loop thread. Nothing here keeps anything about a device from one look to the next;
 * that is what vmm_probe_host.note() is for.
 */
#ifndef VMM_KIT_REQUESTS_H
#define VMM_KIT_REQUESTS_H

#include <vmm/http.h>

#include <kit/observe.h>

#define VMM_ROW_OPTIONAL   1u /* the look is worth something without this part */
#define VMM_ROW_ALIVE      2u /* any status proves what is asked; read() may be NULL */
#define VMM_ROW_ANY_STATUS 4u /* read() judges the status too; vmm_part_status() helps it */
#define VMM_ROW_REPEAT     8u /* ask again as long as wanted() says so and read() saw the answer */
#define VMM_ROW_ANY_END                                                                            \
    16u /* read() judges a timeout too, once connection and TLS stood: outcome and rung of the answer, status 0 */
#define VMM_ROW_WORDS_BUILT                                                                        \
    32u /* build() and build_headers() themselves write words of VMM_HTTP_TEMPLATE, see above */

#define VMM_REQUESTS_MAX       64u   /* requests in one look; the next one ends it as internal */
#define VMM_REQUEST_TARGET_MAX 2048u /* bytes of a target with its NUL */
#define VMM_REQUEST_BODY_MAX   4096u /* bytes of a body with its NUL that build_body() writes */
#define VMM_REQUEST_LINES_MAX                                                                      \
    2048u /* bytes of header lines with their NUL that build_headers() writes */
#define VMM_PART_DETAIL_MAX 160u

/* What became of one part. All zero: answered and read. */
struct vmm_part {
    uint32_t outcome; /* VMM_OUTCOME_*; PARTIAL: answered, but not judged */
    uint32_t rung;    /* the first that failed, or the highest reached; 0: VMM_RUNG_PARSE */
    uint32_t reason;  /* VMM_REASON_*, or 0 */
    char detail[VMM_PART_DETAIL_MAX];
};

/* A row under way that is no request: the look's own, gone with vmm_row_done(). */
struct vmm_turn;

struct vmm_request_row {
    const char *name;   /* a word for explain: "identity" */
    const char *method; /* NULL: GET */
    const char *target; /* path and query; NULL: build() makes it */
    const char *headers;
    const void *body;
    size_t body_size;
    uint32_t scopes; /* VMM_SCOPE_TRIAL, VMM_SCOPE_FULL, or both */
    uint32_t flags;  /* VMM_ROW_* */
    uint32_t http_flags;
    uint32_t timeout_ms;
    uint32_t max_bytes;
    const void *arg; /* the reader's own */

    /* Whether to ask; NULL: always. */
    bool (*wanted)(const void *state);

    /* Write the target. 0, or VMM_E_* which ends the look as internal. */
    int (*build)(void *state, char *target, size_t size);

    /* Write the header lines, or the body, as texts; NULL: those above stay. They answer like
     * build(). What they wrote is wiped when it is sent. */
    int (*build_headers)(void *state, char *headers, size_t size);
    int (*build_body)(void *state, char *body, size_t size);

    /* Read the answer: report facts to `to`, and say in `part` when there is something to say. It
     * comes with a status 200 to 299, or with any when the row has VMM_ROW_ANY_STATUS. */
    void (*read)(void *state, const struct vmm_request_row *row,
                 const struct vmm_http_answer *answer, const struct vmm_observer *to,
                 struct vmm_part *part);

    uint32_t connect_timeout_ms; /* 0: the site's profile */

    /* Instead of a request: whatever else is asked of the device, over vmm.net/1. 0, and then
     * vmm_row_done() is called exactly once, later, from the loop, also when the look is taken back
     * (outcome CANCELLED); or VMM_E_* which ends the look as internal. */
    int (*start)(void *state, const struct vmm_request_row *row, struct vmm_turn *turn);
};

/* The rows of one look. */
struct vmm_request_list {
    const struct vmm_request_row *rows;
    size_t count;
    uint32_t http_flags;            /* added to those of each row */
    const struct vmm_http_tls *tls; /* of each row; NULL: as the operator has set the device */
    const char *proxy;              /* of each row that is a request; NULL: none */
};

/* The list of all rows of an array, as the table has it. */
#define VMM_REQUEST_LIST(array)                                                                    \
    {                                                                                              \
        .rows = (array), .count = sizeof(array) / sizeof((array)[0])                               \
    }

struct vmm_requests_table {
    /* The rows of each look, unless begin() sets others. */
    struct vmm_request_list list;

    /* Bytes of the state of a look, zeroed before begin(). */
    size_t state_size;

    /* Make and release what all looks share: `plugin` of begin() and end(). Without open() that is
     * the host's table, a const struct vmm_host. close() is called only after open() answered 0. */
    int (*open)(const struct vmm_host *host, void **plugin);
    void (*close)(void *plugin);

    /* Read options and note, and set the rows, which stay valid until end(). An error refuses the
     * job; an outcome in `part` ends it at once. Without 0 end() does not come. May be NULL. */
    int (*begin)(void *plugin, void *state, const struct vmm_look *look,
                 struct vmm_request_list *list, struct vmm_part *part);

    /* Just before finish(): keep a note, release what begin() took. May be NULL. */
    void (*end)(void *plugin, void *state, const struct vmm_observer *to,
                const struct vmm_part *result);

    /* The credential was refused, and the look ends: read what the answer says of it, a lock or the
     * tries that are left. `part` says auth already and may be given reason and detail. May be
     * NULL. */
    void (*refused)(void *state, const struct vmm_http_answer *answer,
                    const struct vmm_observer *to, struct vmm_part *part);
};

/* What the operations of a probe do that is a table. VMM_E_NOTSUP where the host has no vmm.probe/1
 * or vmm.http/1. The table stays the plugin's. */
int vmm_requests_open(const struct vmm_host *host, const struct vmm_requests_table *table,
                      void **self);
void vmm_requests_close(void *self);
int vmm_requests_probe(void *self, struct vmm_job *job, const struct vmm_look *look);

/* The look ends as cancelled with the callback of the request that is under way. */
void vmm_requests_cancel(void *self, struct vmm_job *job);

/* The plugin that is `table`: its operations, descriptor and entry. What follows are the fields of
 * the descriptor that are its own: .name, .version, .flag, .summary, .licence, and what else it has.
 *
 *   VMM_REQUESTS_PLUGIN(table, .name = "acme", .version = "0.1.0", …);
 */
#define VMM_REQUESTS_PLUGIN(table, ...)                                                            \
    static int requests_plugin_open(const struct vmm_host *host, void **self)                      \
    {                                                                                              \
        return vmm_requests_open(host, &(table), self);                                            \
    }                                                                                              \
    static const struct vmm_descriptor requests_plugin;                                            \
    const struct vmm_descriptor *vmm_plugin_v0(void)                                               \
    {                                                                                              \
        return &requests_plugin;                                                                   \
    }                                                                                              \
    static const struct vmm_probe_ops requests_plugin_ops = {                                      \
        .struct_size = sizeof(requests_plugin_ops),                                                \
        .open = requests_plugin_open,                                                              \
        .close = vmm_requests_close,                                                               \
        .probe = vmm_requests_probe,                                                               \
        .cancel = vmm_requests_cancel,                                                             \
    };                                                                                             \
    static const struct vmm_descriptor requests_plugin = {                                         \
        .struct_size = sizeof(requests_plugin),                                                    \
        .abi_major = VMM_ABI_MAJOR,                                                                \
        .abi_minor = VMM_ABI_MINOR,                                                                \
        .kind = VMM_KIND_PROBE,                                                                    \
        .generation = VMM_GENERATION_OVERLAP,                                                      \
        .ops = &requests_plugin_ops,                                                               \
        __VA_ARGS__,                                                                               \
    }

/* The observer of the look that a turn belongs to. */
const struct vmm_observer *vmm_turn_observer(const struct vmm_turn *turn);

/* A row that start() began is done: the look goes on, or is gone when this returns. */
void vmm_row_done(struct vmm_turn *turn, const struct vmm_part *part);

/* Say what became of a part; `detail` may be NULL. */
void vmm_part_set(struct vmm_part *part, uint32_t outcome, uint32_t rung, uint32_t reason,
                  const char *detail);

/* Judge a status by the list above. True for 200 to 299, and then `part` is left alone. */
bool vmm_part_status(struct vmm_part *part, const struct vmm_http_answer *answer);

#endif
