/* SPDX-License-Identifier: MIT */
#include <kit/rtsp/rtsp_session.h>

#include <stdio.h>

#include <kit/rtsp/rtsp_request.h>
#include <kit/rtsp/rtsp_url.h>
#include <vmm/errors.h>

#define DENIALS_MAX   4u /* a caller that keeps the rules of <kit/auth.h> gives up before */
#define REDIRECTS_MAX 1u
#define RETRIES_MAX   1u

enum state {
    STATE_CONNECTING = 0,
    STATE_AUTHORIZING,
    STATE_WAITING,
    STATE_FINISHED,
};

static enum vmm_rtsp_action finish(struct vmm_rtsp_session *session, enum vmm_rtsp_kind kind)
{
    session->state = STATE_FINISHED;
    session->result.kind = (uint8_t)kind;
    session->result.quirks |= session->parser.quirks | session->result.sdp.quirks;
    explicit_bzero(session->out, sizeof(session->out));
    session->out_len = 0;
    return VMM_RTSP_FINISHED;
}

static bool is_plain(const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte <= 0x20 || byte == 0x7f) {
            return false;
        }
    }
    return true;
}

/* A user in the authority would put a credential into every request and log. */
static bool is_authority(const char *text)
{
    return text[0] != '\0' && is_plain(text) && strpbrk(text, "@/?#") == NULL;
}

int vmm_rtsp_session_init(struct vmm_rtsp_session *session, const struct vmm_rtsp_options *options)
{
    const char *scheme = options->tls != 0 ? "rtsps" : "rtsp";
    memset(session, 0, sizeof(*session));
    vmm_rtsp_parser_init(&session->parser);
    if (!is_authority(options->authority) || options->path[0] != '/' || !is_plain(options->path)) {
        return VMM_E_INVAL;
    }
    int len = snprintf(session->uri, sizeof(session->uri), "%s://%s%s", scheme, options->authority,
                       options->path);
    if (len < 0 || (size_t)len >= sizeof(session->uri)) {
        return VMM_E_TOOBIG;
    }
    session->path_at = (size_t)len - strlen(options->path);
    session->authority = options->authority;
    session->user_agent = options->user_agent;
    session->last_stage = options->last_stage;
    session->stage = VMM_RTSP_STAGE_OPTIONS;
    return 0;
}

void vmm_rtsp_session_finish(struct vmm_rtsp_session *session)
{
    vmm_rtsp_parser_finish(&session->parser);
    explicit_bzero(session->out, sizeof(session->out));
}

/* Ask for the Authorization of the request of this stage; it differs with each method. */
static enum vmm_rtsp_action ask(struct vmm_rtsp_session *session, const char *const *challenges)
{
    session->method = session->stage == VMM_RTSP_STAGE_OPTIONS ? "OPTIONS" : "DESCRIBE";
    session->challenges = challenges;
    session->state = STATE_AUTHORIZING;
    return VMM_RTSP_AUTHORIZE;
}

static enum vmm_rtsp_action go_to(struct vmm_rtsp_session *session, enum vmm_rtsp_stage stage)
{
    session->stage = (uint8_t)stage;
    session->denials = 0;
    return ask(session, NULL);
}

static enum vmm_rtsp_action send_out(struct vmm_rtsp_session *session)
{
    session->state = STATE_WAITING;
    session->result.requests++;
    return VMM_RTSP_SEND;
}

enum vmm_rtsp_action vmm_rtsp_session_connected(struct vmm_rtsp_session *session)
{
    if (session->state != STATE_CONNECTING) {
        return session->state == STATE_FINISHED ? VMM_RTSP_FINISHED : VMM_RTSP_WAIT;
    }
    vmm_rtsp_parser_reset(&session->parser);
    session->renew = 0;
    session->served = 0;
    if (session->result.stage == VMM_RTSP_STAGE_NONE) {
        session->result.stage = VMM_RTSP_STAGE_CONNECTED;
    }
    return session->out_len > 0 ? send_out(session) : ask(session, NULL);
}

enum vmm_rtsp_action vmm_rtsp_session_failed(struct vmm_rtsp_session *session,
                                             enum vmm_rtsp_kind kind)
{
    return session->state == STATE_FINISHED ? VMM_RTSP_FINISHED : finish(session, kind);
}

static enum vmm_rtsp_action reconnect(struct vmm_rtsp_session *session)
{
    session->state = STATE_CONNECTING;
    session->result.reconnects++;
    return VMM_RTSP_RECONNECT;
}

static int write_request(struct vmm_rtsp_session *session, const char *authorization)
{
    const struct vmm_rtsp_request request = {
        .method = session->method,
        .uri = session->uri,
        .cseq = ++session->cseq,
        .user_agent = session->user_agent,
        .accept = session->stage == VMM_RTSP_STAGE_DESCRIBE ? "application/sdp" : NULL,
        .authorization = authorization,
    };
    int len = vmm_rtsp_request_write(&request, session->out, sizeof(session->out));
    session->out_len = len > 0 ? (size_t)len : 0;
    return len;
}

enum vmm_rtsp_action vmm_rtsp_session_authorized(struct vmm_rtsp_session *session, int rc,
                                                 const char *value)
{
    if (session->state != STATE_AUTHORIZING) {
        return session->state == STATE_FINISHED ? VMM_RTSP_FINISHED : VMM_RTSP_WAIT;
    }
    if (session->challenges != NULL && rc < 0) {
        session->result.auth_error = rc;
        return finish(session, VMM_RTSP_AUTH);
    }
    session->challenges = NULL;
    if (write_request(session, rc < 0 ? NULL : value) < 0) {
        return finish(session, VMM_RTSP_INTERNAL);
    }
    return session->renew != 0 ? reconnect(session) : send_out(session);
}

/* Remember that a URL names another host than the one we talk to. */
static void note_host(struct vmm_rtsp_session *session, const struct vmm_rtsp_url *url)
{
    struct vmm_rtsp_result *result = &session->result;
    result->quirks |= url->broken ? VMM_RTSP_QUIRK_BAD_URL : 0;
    if (url->host.len == 0 || vmm_rtsp_url_same_host(url->host, session->authority)) {
        return;
    }
    result->quirks |= VMM_RTSP_QUIRK_OTHER_HOST;
    if (result->other_host[0] == '\0') {
        size_t len = url->host.len < sizeof(result->other_host) ? url->host.len
                                                                : sizeof(result->other_host) - 1;
        memcpy(result->other_host, url->host.at, len);
    }
}

/* Collect the WWW-Authenticate values, each ended by a NUL in the parser's own buffer. */
static const char *const *collect_challenges(struct vmm_rtsp_session *session,
                                             const struct vmm_rtsp_message *message)
{
    size_t count = 0;
    struct vmm_rtsp_span value;
    struct vmm_rtsp_span found[VMM_RTSP_CHALLENGES_MAX];
    while (count < VMM_RTSP_CHALLENGES_MAX &&
           vmm_rtsp_header(message, "WWW-Authenticate", count, &value)) {
        found[count++] = value;
    }
    for (size_t i = 0; i < count; i++) {
        session->parser.buf[found[i].at + found[i].len - session->parser.buf] = '\0';
        session->values[i] = found[i].at;
    }
    session->values[count] = NULL;
    return session->values;
}

static enum vmm_rtsp_action on_challenge(struct vmm_rtsp_session *session,
                                         const struct vmm_rtsp_message *message)
{
    session->denials++;
    if (session->denials >= DENIALS_MAX) {
        return finish(session, VMM_RTSP_AUTH);
    }
    return ask(session, collect_challenges(session, message));
}

/* Only the path of a Location is followed, so one that names the path we asked leads to another
 * device. */
static enum vmm_rtsp_action on_redirect(struct vmm_rtsp_session *session,
                                        const struct vmm_rtsp_message *message)
{
    char target[VMM_RTSP_URI_MAX];
    struct vmm_rtsp_span location;
    struct vmm_rtsp_span none = {"", 0};
    struct vmm_rtsp_url url;
    size_t room = sizeof(session->uri) - session->path_at;
    if (!vmm_rtsp_header(message, "Location", 0, &location)) {
        return finish(session, VMM_RTSP_BAD_ANSWER);
    }
    vmm_rtsp_url_parse(location, &url);
    note_host(session, &url);
    session->result.quirks |= VMM_RTSP_QUIRK_REDIRECTS;
    int len = vmm_rtsp_url_join(url.target, none, target, sizeof(target));
    if (len < 0 || (size_t)len >= room) {
        return finish(session, VMM_RTSP_BAD_ANSWER);
    }
    if (session->redirects >= REDIRECTS_MAX ||
        strcmp(target, session->uri + session->path_at) == 0) {
        return finish(session, VMM_RTSP_REDIRECTED);
    }
    session->redirects++;
    memcpy(session->uri + session->path_at, target, (size_t)len + 1);
    return go_to(session, VMM_RTSP_STAGE_DESCRIBE);
}

/* What control URLs are joined to: the session's own control, Content-Base, Content-Location, our
 * path. */
static struct vmm_rtsp_span base_target(struct vmm_rtsp_session *session,
                                        const struct vmm_rtsp_message *message)
{
    const char *path = session->uri + session->path_at;
    struct vmm_rtsp_span value = session->result.sdp.control;
    struct vmm_rtsp_url url;
    if (!vmm_rtsp_url_is_absolute(value) && !vmm_rtsp_header(message, "Content-Base", 0, &value) &&
        !vmm_rtsp_header(message, "Content-Location", 0, &value)) {
        return (struct vmm_rtsp_span){path, strlen(path)};
    }
    vmm_rtsp_url_parse(value, &url);
    note_host(session, &url);
    return url.target.len > 0 ? url.target : (struct vmm_rtsp_span){path, strlen(path)};
}

static void take_video(struct vmm_rtsp_session *session, const struct vmm_rtsp_message *message)
{
    struct vmm_rtsp_result *result = &session->result;
    const struct vmm_sdp_media *video = vmm_sdp_video(&result->sdp);
    struct vmm_rtsp_span base = base_target(session, message);
    if (video == NULL) {
        return;
    }
    result->has_video = 1;
    memcpy(result->codec, video->codec, sizeof(result->codec));
    if (vmm_rtsp_url_is_absolute(video->control)) {
        struct vmm_rtsp_url url;
        vmm_rtsp_url_parse(video->control, &url);
        note_host(session, &url);
    }
    if (vmm_rtsp_url_join(base, video->control, result->control, sizeof(result->control)) < 0) {
        result->control[0] = '\0';
        result->quirks |= VMM_RTSP_QUIRK_BAD_URL;
    }
}

static enum vmm_rtsp_action on_description(struct vmm_rtsp_session *session,
                                           const struct vmm_rtsp_message *message)
{
    struct vmm_rtsp_span type = {"", 0};
    if (!vmm_rtsp_header(message, "Content-Type", 0, &type) ||
        !vmm_rtsp_span_begins(type, "application/sdp")) {
        session->result.quirks |= VMM_RTSP_QUIRK_CONTENT_TYPE;
    }
    if (vmm_sdp_parse(message->body, &session->result.sdp) < 0) {
        session->result.sdp = (struct vmm_sdp){.media_count = 0};
        return finish(session, VMM_RTSP_BAD_ANSWER);
    }
    take_video(session, message);
    /* No video in the part that came says nothing of the rest. */
    bool is_short = (session->parser.quirks & VMM_RTSP_QUIRK_SHORT_BODY) != 0;
    return finish(session,
                  is_short && session->result.has_video == 0 ? VMM_RTSP_BAD_ANSWER : VMM_RTSP_OK);
}

static enum vmm_rtsp_kind kind_of(int status)
{
    switch (status) {
    case 403:
        return VMM_RTSP_FORBIDDEN;
    case 404:
    case 410:
        return VMM_RTSP_WRONG_PATH;
    case 405:
    case 501:
    case 505:
        return VMM_RTSP_NOT_SUPPORTED;
    case 453:
    case 503:
        return VMM_RTSP_BUSY;
    default:
        return VMM_RTSP_ERROR_STATUS;
    }
}

/* Whatever OPTIONS was answered with, DESCRIBE is asked: many cameras refuse the one and know the
 * other. */
static enum vmm_rtsp_action on_options(struct vmm_rtsp_session *session, int status)
{
    bool good = status >= 200 && status < 300;
    session->result.quirks |= good ? 0 : VMM_RTSP_QUIRK_NO_OPTIONS;
    if (kind_of(status) == VMM_RTSP_BUSY) {
        return finish(session, VMM_RTSP_BUSY);
    }
    return go_to(session, VMM_RTSP_STAGE_DESCRIBE);
}

static enum vmm_rtsp_action on_answer(struct vmm_rtsp_session *session,
                                      const struct vmm_rtsp_message *message)
{
    struct vmm_rtsp_result *result = &session->result;
    int status = message->status;
    result->status = status;
    result->stage = result->stage > session->stage ? result->stage : session->stage;
    result->quirks |= message->cseq != (int32_t)session->cseq ? VMM_RTSP_QUIRK_CSEQ : 0;
    result->quirks |= message->close ? VMM_RTSP_QUIRK_CLOSES : 0;
    if (message->close || (result->quirks & VMM_RTSP_QUIRK_DROPS) != 0) {
        session->renew = 1;
    }
    session->served = 1;
    explicit_bzero(session->out, session->out_len);
    session->out_len = 0;
    if (session->last_stage == VMM_RTSP_STAGE_OPTIONS) {
        return finish(session, kind_of(status) == VMM_RTSP_BUSY ? VMM_RTSP_BUSY : VMM_RTSP_OK);
    }
    if (status == 401) {
        return on_challenge(session, message);
    }
    if (session->stage == VMM_RTSP_STAGE_OPTIONS) {
        return on_options(session, status);
    }
    if (status >= 300 && status < 400) {
        return on_redirect(session, message);
    }
    return status < 300 ? on_description(session, message) : finish(session, kind_of(status));
}

/* Take messages until one is the answer; provisional ones and requests of the device's own are
 * passed over. */
static enum vmm_rtsp_action take_messages(struct vmm_rtsp_session *session, uint32_t flags)
{
    struct vmm_rtsp_message message;
    if (session->stage == VMM_RTSP_STAGE_DESCRIBE) {
        flags |= VMM_RTSP_BODY_EXPECTED;
    }
    for (;;) {
        int rc = vmm_rtsp_parser_next(&session->parser, flags, &message);
        if (rc == VMM_E_AGAIN) {
            return VMM_RTSP_WAIT;
        }
        if (rc < 0) {
            return finish(session, VMM_RTSP_BAD_ANSWER);
        }
        if (message.status >= 200) {
            return on_answer(session, &message);
        }
    }
}

enum vmm_rtsp_action vmm_rtsp_session_bytes(struct vmm_rtsp_session *session, const void *bytes,
                                            size_t size)
{
    switch (session->state) {
    case STATE_FINISHED:
        return VMM_RTSP_FINISHED;
    case STATE_AUTHORIZING:
        return VMM_RTSP_AUTHORIZE;
    case STATE_CONNECTING:
        return VMM_RTSP_WAIT;
    default:
        break;
    }
    int rc = vmm_rtsp_parser_feed(&session->parser, bytes, size);
    if (rc < 0) {
        return finish(session, rc == VMM_E_NOMEM ? VMM_RTSP_INTERNAL : VMM_RTSP_BAD_ANSWER);
    }
    return take_messages(session, 0);
}

/* A camera that serves one request a connection is asked once more, on a connection of its own. */
static enum vmm_rtsp_action on_drop(struct vmm_rtsp_session *session)
{
    if (session->served == 0 || session->retries >= RETRIES_MAX) {
        return finish(session, VMM_RTSP_CLOSED);
    }
    session->retries++;
    session->result.quirks |= VMM_RTSP_QUIRK_DROPS;
    explicit_bzero(session->out, session->out_len);
    session->out_len = 0;
    return reconnect(session);
}

enum vmm_rtsp_action vmm_rtsp_session_eof(struct vmm_rtsp_session *session)
{
    if (session->state == STATE_FINISHED) {
        return VMM_RTSP_FINISHED;
    }
    session->renew = 1;
    if (session->state != STATE_WAITING) {
        return session->state == STATE_AUTHORIZING ? VMM_RTSP_AUTHORIZE : VMM_RTSP_WAIT;
    }
    enum vmm_rtsp_action action = take_messages(session, VMM_RTSP_AT_END);
    return action == VMM_RTSP_WAIT ? on_drop(session) : action;
}

enum vmm_rtsp_action vmm_rtsp_session_timeout(struct vmm_rtsp_session *session)
{
    struct vmm_rtsp_message message;
    if (session->state == STATE_FINISHED) {
        return VMM_RTSP_FINISHED;
    }
    if (session->state == STATE_WAITING && session->stage == VMM_RTSP_STAGE_DESCRIBE &&
        vmm_rtsp_parser_next(&session->parser, VMM_RTSP_BODY_EXPECTED | VMM_RTSP_AT_END,
                             &message) == 0 &&
        message.status == 200 && message.body.len > 0) {
        return on_answer(session, &message);
    }
    return finish(session, VMM_RTSP_TIMEOUT);
}
