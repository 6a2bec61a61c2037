/* SPDX-License-Identifier: MIT */
/* The transcript that a look gathers, and what a plugin thinks of a recorded one. */
#include "mock/mock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/identify.h>

#define MARK "=== "

/* ---- Gathering ---- */

static bool fits(const char *text, size_t max)
{
    return text == NULL || strlen(text) <= max;
}

static const char *wrong_answer(const struct vmm_answer *answer)
{
    if (answer->struct_size != sizeof(*answer)) {
        return "struct_size";
    }
    if (answer->way < VMM_WAY_HTTP || answer->way > VMM_WAY_OPEN) {
        return "a way that is none";
    }
    if (answer->port > UINT16_MAX || answer->status > 999) {
        return "a port or a status that is none";
    }
    bool good = fits(answer->target, VMM_TRANSCRIPT_TARGET_MAX) &&
                fits(answer->certificate, VMM_TRANSCRIPT_NAME_MAX) &&
                fits(answer->place, VMM_TRANSCRIPT_PLACE_MAX);
    return good ? NULL : "a text that is too long";
}

static size_t cut(size_t size)
{
    return size < VMM_TRANSCRIPT_TEXT_MAX ? size : VMM_TRANSCRIPT_TEXT_MAX;
}

static struct vmm_answer *copy_answer(const struct vmm_answer *given, uint32_t number)
{
    struct vmm_answer *answer = mock_copy(given, sizeof(*given));
    answer->number = number;
    answer->headers_size = cut(given->headers_size);
    answer->body_size = cut(given->body_size);
    answer->target = mock_string(given->target);
    answer->headers = mock_copy(given->headers, answer->headers_size);
    answer->body = mock_copy(given->body, answer->body_size);
    answer->certificate = mock_string(given->certificate);
    answer->place = mock_string(given->place);
    return answer;
}

static int gather(struct vmm_job *job, const struct vmm_answer *given)
{
    struct vmm_transcript *transcript = &job->transcript;
    const char *wrong = wrong_answer(given);
    if (job->result.finished) {
        mock_complain(job->mock, "answer() after finish()");
        return VMM_E_STATE;
    }
    if (job->login_tried) {
        return VMM_E_STATE;
    }
    int rc = mock_call(job->mock);
    if (rc != 0) {
        return rc;
    }
    if (wrong != NULL) {
        mock_complain(job->mock, "an answer of the transcript: %s", wrong);
        return VMM_E_INVAL;
    }
    if (transcript->count == VMM_TRANSCRIPT_ANSWERS_MAX) {
        mock_complain(job->mock, "more than %u answers", VMM_TRANSCRIPT_ANSWERS_MAX);
        return VMM_E_TOOBIG;
    }
    job->answers[transcript->count] = copy_answer(given, transcript->count + 1);
    transcript->count++;
    return 0;
}

const struct vmm_transcript_host mock_transcript_host = {
    .struct_size = sizeof(struct vmm_transcript_host), .answer = gather};

static void release_answer(const struct vmm_answer *answer)
{
    free((void *)answer->target);
    free((void *)answer->headers);
    free((void *)answer->body);
    free((void *)answer->certificate);
    free((void *)answer->place);
    free((void *)answer);
}

void mock_transcript_init(struct vmm_job *job)
{
    job->transcript =
        (struct vmm_transcript){.struct_size = sizeof(job->transcript), .answers = job->answers};
    job->result.transcript = &job->transcript;
}

void mock_transcript_release(struct vmm_job *job)
{
    for (uint32_t i = 0; i < job->transcript.count; i++) {
        release_answer(job->answers[i]);
    }
    job->transcript.count = 0;
}

/* ---- A recorded one ---- */

/* "http 80 /path | O=Acme", behind the mark. False when it is no such line. */
static bool read_mark(const char *line, struct vmm_answer *answer, char target[256],
                      char certificate[192])
{
    static const struct {
        const char *word;
        uint32_t way;
        uint32_t tls;
    } ways[] = {{"http", VMM_WAY_HTTP, 0},
                {"https", VMM_WAY_HTTP, 1},
                {"rtsp", VMM_WAY_RTSP, 0},
                {"dvrip", VMM_WAY_DVRIP, 0},
                {"open", VMM_WAY_OPEN, 0}};
    char word[8] = "";
    target[0] = '\0';
    certificate[0] = '\0';
    if (sscanf(line, "%7s %u %255s | %191[^\n]", word, &answer->port, target, certificate) < 2) {
        return false;
    }
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        if (strcmp(ways[i].word, word) == 0) {
            answer->way = ways[i].way;
            answer->tls = ways[i].tls;
            return true;
        }
    }
    return false;
}

/* A line and where the next one begins; NULL at the end. */
static const char *next_line(const char *at, const char *end)
{
    const char *newline = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
    return newline != NULL ? newline + 1 : end;
}

/* Status line and headers up to the empty line, then the body. */
static void read_text(struct vmm_answer *answer, const char *at, const char *end,
                      struct mock_text *headers)
{
    mock_text_add(headers, "", 0);
    if (answer->way == VMM_WAY_HTTP || answer->way == VMM_WAY_RTSP) {
        const char *space = memchr(at, ' ', (size_t)(end - at));
        answer->status = space != NULL ? (uint32_t)strtoul(space, NULL, 10) : 0;
        at = next_line(at, end);
        while (at < end && *at != '\n') {
            const char *next = next_line(at, end);
            mock_text_add(headers, at, (size_t)(next - at) - (next[-1] == '\n'));
            mock_text_add(headers, "\r\n", 2);
            at = next;
        }
        at = at < end ? at + 1 : at;
    }
    answer->headers = headers->data;
    answer->headers_size = headers->size;
    answer->body = at;
    answer->body_size = (size_t)(end - at);
}

/* Take one answer off the text, up to the next mark. False: there is none, or it is no record. */
static bool read_answer(const char **rest, struct vmm_job *job)
{
    char target[256];
    char certificate[192];
    struct mock_text headers = {0};
    struct vmm_answer answer = {.struct_size = sizeof(answer)};
    if (strncmp(*rest, MARK, strlen(MARK)) != 0 ||
        !read_mark(*rest + strlen(MARK), &answer, target, certificate)) {
        return false;
    }
    const char *end = strstr(*rest, "\n" MARK);
    const char *next = end != NULL ? end + 1 : *rest + strlen(*rest);
    const char *text = next_line(*rest, next);
    answer.target = target;
    answer.certificate = certificate;
    read_text(&answer, text, next > text && next[-1] == '\n' ? next - 1 : next, &headers);
    gather(job, &answer);
    free(headers.data);
    *rest = next;
    return true;
}

/* ---- What the plugin thinks ---- */

static const struct vmm_identify_ops *identify_ops(const struct vmm_descriptor *descriptor)
{
    const struct vmm_extension *const *at = descriptor->extensions;
    while (at != NULL && *at != NULL && strcmp((*at)->id, VMM_IDENTIFY) != 0) {
        at++;
    }
    return at != NULL && *at != NULL ? (*at)->table : NULL;
}

static const char *wrong_opinion(const struct vmm_mock *mock, const struct vmm_opinion *opinion,
                                 uint32_t answers)
{
    if (opinion->certainty > VMM_OPINION_CERTAIN) {
        return "more than certain";
    }
    if (strcmp(opinion->family, mock->descriptor->name) != 0) {
        return "of another family than its own";
    }
    if (opinion->answer > answers) {
        return "by an answer that there is not";
    }
    bool says = memchr(opinion->why, '\0', sizeof(opinion->why)) != NULL &&
                strpbrk(opinion->why, "\r\n") == NULL;
    return !says || (opinion->certainty > 0 && opinion->why[0] == '\0')
               ? "without one line that says why"
               : NULL;
}

static void ask_twice(struct vmm_mock *mock, const struct vmm_transcript *seen,
                      struct vmm_opinion *out)
{
    const struct vmm_identify_ops *ops = identify_ops(mock->descriptor);
    struct vmm_opinion again = {.struct_size = sizeof(again)};
    *out = (struct vmm_opinion){.struct_size = sizeof(*out)};
    if (ops == NULL || ops->opinion == NULL) {
        return;
    }
    ops->opinion(seen, out);
    ops->opinion(seen, &again);
    const char *wrong = wrong_opinion(mock, out, seen->count);
    if (wrong != NULL) {
        mock_complain(mock, "an opinion %s", wrong);
    }
    if (memcmp(out, &again, sizeof(again)) != 0) {
        mock_complain(mock, "the same transcript gives another opinion");
    }
}

const struct vmm_opinion *vmm_mock_identify(struct vmm_mock *mock, const char *recorded)
{
    static struct vmm_opinion opinion;
    struct vmm_job job = {.mock = mock};
    mock_transcript_init(&job);
    while (*recorded != '\0') {
        if (!read_answer(&recorded, &job)) {
            mock_complain(mock, "no record of a transcript: %.40s", recorded);
            break;
        }
    }
    ask_twice(mock, &job.transcript, &opinion);
    mock_transcript_release(&job);
    return &opinion;
}
