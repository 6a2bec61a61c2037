/* SPDX-License-Identifier: MIT */
#include "test_rtsp_play.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct vmm_mock *mock;
static struct vmm_mock_exchange script[16]; /* of all connections */
static size_t script_size;
static size_t script_begin; /* of the connection that is being written */
unsigned cseq;

void set_up(void)
{
    mock = vmm_mock_create(vmm_plugin_v0());
    cr_assert_eq(vmm_mock_open(mock), 0);
}

void tear_down(void)
{
    vmm_mock_close(mock);
    cr_assert_str_empty(vmm_mock_complaints(mock));
    vmm_mock_destroy(mock);
}

char *keep(const char *text)
{
    static char kept[16][2048];
    static size_t next;
    cr_assert_lt(next, LENGTH(kept));
    cr_assert_lt(strlen(text), sizeof(kept[0]));
    char *copy = kept[next++];
    snprintf(copy, sizeof(kept[0]), "%s", text);
    return copy;
}

const char *fixture(const char *name)
{
    char path[512];
    char text[2048];
    snprintf(path, sizeof(path), "%s/%s", FIXTURES, name);
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    return keep(text);
}

const char *answer(int status, const char *headers, const char *body)
{
    char text[2048];
    snprintf(text, sizeof(text), "RTSP/1.0 %d Text\r\nCSeq: %u\r\n%sContent-Length: %zu\r\n\r\n%s",
             status, ++cseq, headers, strlen(body), body);
    return keep(text);
}

const char *description(const char *sdp)
{
    return answer(200, SDP_TYPE, sdp);
}

struct vmm_mock_exchange *on(const char *expect, const char *reply)
{
    cr_assert_lt(script_size, LENGTH(script));
    script[script_size] = (struct vmm_mock_exchange){.expect = expect, .reply = reply};
    return &script[script_size++];
}

void end_connection(void)
{
    vmm_mock_connection(mock, &(struct vmm_mock_connection){
                                  .exchanges = script + script_begin,
                                  .exchange_count = script_size - script_begin,
                              });
    script_begin = script_size;
}

const struct vmm_mock_result *look_with(const struct vmm_mock_ask *ask)
{
    if (script_size > script_begin) {
        end_connection();
    }
    cseq = 0;
    return vmm_mock_look(mock, ask);
}

const struct vmm_mock_result *look(void)
{
    return look_with(&(struct vmm_mock_ask){.options = PATH});
}

const struct vmm_mock_result *trial(void)
{
    return look_with(&(struct vmm_mock_ask){.options = PATH, .scope = VMM_SCOPE_TRIAL});
}

void on_options(void)
{
    on(OPTIONS, answer(200, "Public: OPTIONS, DESCRIBE\r\n", ""));
}

void on_challenge(void)
{
    on(DESCRIBE, answer(401, CHALLENGE, ""));
}

void with_password(void)
{
    vmm_mock_authorize(mock, VMM_E_NOENT, NULL);
    vmm_mock_authorize(mock, VMM_E_NOENT, NULL);
    vmm_mock_authorize(mock, 0, DIGEST);
}

size_t count(const char *text, const char *part)
{
    size_t found = 0;
    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part)) {
        found++;
    }
    return found;
}

size_t logins(void)
{
    size_t found = 0;
    size_t size = 0;
    for (size_t i = 0; vmm_mock_sent(mock, i, &size) != NULL; i++) {
        found += count(vmm_mock_sent(mock, i, &size), "\r\nAuthorization: ");
    }
    return found;
}

const char *sent(size_t connection)
{
    size_t size = 0;
    const char *text = vmm_mock_sent(mock, connection, &size);
    cr_assert_not_null(text, "no connection %zu", connection);
    return text;
}

void assert_end(const struct vmm_mock_result *seen, uint32_t outcome, uint32_t rung,
                uint32_t reason)
{
    cr_assert_eq(seen->accepted, 0);
    cr_assert(seen->finished);
    cr_assert_eq(seen->outcome, outcome, "outcome %u: %s", seen->outcome, seen->detail);
    cr_assert_eq(seen->rung, rung, "rung %u: %s", seen->rung, seen->detail);
    cr_assert_eq(seen->reason, reason, "reason %u: %s", seen->reason, seen->detail);
}

void assert_ok(const struct vmm_mock_result *seen)
{
    assert_end(seen, VMM_OUTCOME_OK, VMM_RUNG_SIGNAL, 0);
    const struct vmm_observation *media = vmm_mock_find(seen, VMM_FACT_MEDIA, 1);
    cr_assert_not_null(media);
    cr_assert_eq(media->standing, VMM_STANDING_OK);
    cr_assert_eq(media->number, 1);
}

void assert_media_fault(const struct vmm_mock_result *seen, uint32_t reason)
{
    const struct vmm_observation *media = vmm_mock_find(seen, VMM_FACT_MEDIA, 1);
    cr_assert_not_null(media);
    cr_assert_eq(media->standing, VMM_STANDING_FAULT);
    cr_assert_eq(media->reason, reason);
}

void assert_text(const struct vmm_mock_result *seen, uint32_t fact, const char *text)
{
    const struct vmm_observation *o = vmm_mock_find(seen, fact, 1);
    cr_assert_not_null(o, "fact %u", fact);
    cr_assert_str_eq(o->text, text);
}

size_t findings(const struct vmm_mock_result *seen)
{
    size_t found = 0;
    for (size_t i = 0; i < seen->observation_count; i++) {
        found += seen->observations[i].fact == VMM_FACT_FINDING;
    }
    return found;
}

void assert_finding(const struct vmm_mock_result *seen, const char *part)
{
    for (size_t i = 0; i < seen->observation_count; i++) {
        const struct vmm_observation *o = &seen->observations[i];
        if (o->fact == VMM_FACT_FINDING && strstr(o->text, part) != NULL) {
            return;
        }
    }
    cr_assert_fail("no finding \"%s\"", part);
}

const struct vmm_mock_result *look_at(const struct vmm_mock_connection *connection)
{
    vmm_mock_connection(mock, connection);
    return look();
}
