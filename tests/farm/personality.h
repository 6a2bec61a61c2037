/* SPDX-License-Identifier: MIT */
/*
 * What a kind of device is like: its protocol, logins, limits, speed and answers. Written in JSON
 * (README.md has the format), compiled for each group of a scenario.
 */
#ifndef FARM_PERSONALITY_H
#define FARM_PERSONALITY_H

#include "farm/answer.h"
#include "farm/auth.h"
#include "farm/vivotek.h"

/* What a device does with a connection above its limit. */
enum personality_beyond { BEYOND_RESET, BEYOND_ANSWER, BEYOND_HANG };

/* How the lines of a head end: in LF alone all of them, or every second. */
enum personality_line_end { LINE_END_CRLF, LINE_END_LF, LINE_END_MIXED };

enum personality_cseq { CSEQ_RIGHT, CSEQ_WRONG, CSEQ_NONE, CSEQ_SPACES };

/* Answers that belong to no request of their own. */
enum personality_special {
    SPECIAL_UNAUTHORIZED,
    SPECIAL_LOCKED,
    SPECIAL_FORBIDDEN,
    SPECIAL_NOT_FOUND,
    SPECIAL_BAD_REQUEST,
    SPECIAL_BUSY,
    SPECIAL_ERROR,
    SPECIAL_OVER_LIMIT,
    SPECIAL_NO_SESSION,
    SPECIAL_COUNT
};

struct personality {
    const char *name;
    bool rtsp;
    bool dvrip;    /* else HTTP */
    size_t packet; /* DVRIP: longest body of a frame; 0: all in one */
    struct auth_policy auth;
    bool soap; /* logins or answers look into SOAP messages */
    const struct answer *answers;
    size_t answer_count;
    struct answer special[SPECIAL_COUNT];
    struct vivotek vivotek;
    enum answer_case header_case;
    enum personality_line_end line_end;
    bool old;                  /* answers as HTTP/1.0 */
    uint32_t connection_limit; /* 0: none */
    enum personality_beyond beyond;
    uint64_t latency_us; /* fixed, or the median of a log-normal one when p99 is set */
    uint64_t latency_p99_us;
    const char *const *writes; /* patterns of paths, or of targets, whose requests would write */
    size_t write_count;
    const char *const *reads; /* patterns of paths whose POSTs only read (SOAP) */
    size_t read_count;
    const char *const *operations; /* patterns of SOAP operations that only read; others write */
    size_t operation_count;
    enum personality_cseq cseq;
    bool user_agent_required;
    bool describe_once;   /* a second DESCRIBE on a connection gets the bad-request answer */
    uint32_t junk_before; /* bytes of interleaved data before each RTSP answer; 0: none */
};

/* Where personalities come from. */
struct personality_source {
    const json_t *inline_set; /* the scenario's own, or NULL */
    const char *const *directories;
    size_t directory_count;
};

/* The JSON of personality NAME with all it extends, and OVERRIDES (may be NULL) merged over it
 * (RFC 7386: objects merge, anything else replaces, null takes away). The caller owns the result;
 * NULL: a problem is noted. The directory it was found in goes to DIRECTORY (SIZE bytes). */
json_t *personality_load(const struct personality_source *source, const char *name,
                         const json_t *overrides, char *directory, size_t size,
                         struct problem *problem);

/* Compiles JSON into *PERSONALITY; NAMES are the group's variables. False: a problem is noted. */
bool personality_read(struct arena *arena, const char *name, const json_t *json,
                      const char *directory, const struct template_names *names,
                      struct personality *personality, struct problem *problem);

/* The answer for a request, or NULL. GIVEN has the bits of those that are given once and were. */
const struct answer *personality_answer(const struct personality *personality,
                                        const struct message *message, uint64_t given);

/* Reads a request's head at DATA, as message_read does, in the personality's protocol. */
enum message_state personality_read_head(const struct personality *personality, const char *data,
                                         size_t length, struct message *message);

/* Reads what the personality has to know of MESSAGE's body, which has come. */
void personality_read_body(const struct personality *personality, struct message *message);

/* Would this request change something on a real device? */
bool personality_writes(const struct personality *personality, const struct message *message);

#endif
