/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/requests.h>
#include <mock/mock_host.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A probe of three rows: "must", "may" and "again", whose answers say what to do. */

struct state {
    uint32_t again; /* how often "again" is still to be asked */
    bool skip_may;
    bool form;
    char moved[32]; /* a path that the device told */
};

static bool wants_may(const void *state)
{
    return !((const struct state *)state)->skip_may;
}

static bool wants_form(const void *state)
{
    return ((const struct state *)state)->form;
}

static int build_lines(void *state, char *headers, size_t size)
{
    (void)state;
    snprintf(headers, size, "Accept: text/plain\r\n");
    return 0;
}

static int build_form(void *state, char *body, size_t size)
{
    (void)state;
    int length = snprintf(body, size, "u={user}&p={pass}");
    return (size_t)length < size ? 0 : VMM_E_TOOBIG;
}

/* What a device said goes into the path of a login. */
static bool wants_moved(const void *state)
{
    return ((const struct state *)state)->moved[0] != '\0';
}

static int build_moved(void *state, char *target, size_t size)
{
    snprintf(target, size, "%s", ((const struct state *)state)->moved);
    return 0;
}

static int build_moved_lines(void *state, char *headers, size_t size)
{
    snprintf(headers, size, "Referer: %s\r\n", ((const struct state *)state)->moved);
    return 0;
}

static bool wants_again(const void *state)
{
    return ((const struct state *)state)->again > 0;
}

static int build_again(void *state, char *target, size_t size)
{
    snprintf(target, size, "/again?%u", ((const struct state *)state)->again);
    return 0;
}

/* The body tells: a digit sets `again`, "bad" and "odd" are what they say. */
static void read_any(void *state, const struct vmm_request_row *row,
                     const struct vmm_http_answer *answer, const struct vmm_observer *to,
                     struct vmm_part *part)
{
    struct state *s = state;
    const char *body = (const char *)answer->body;
    vmm_observe_text(to, VMM_FACT_MODEL, 0, vmm_text_of(row->name));
    if (strcmp(row->name, "again") == 0) {
        s->again--;
    } else if (strcmp(body, "bad") == 0) {
        vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0, "bad body");
    } else if (strcmp(body, "odd") == 0) {
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, VMM_REASON_EXPECTATION, "odd body");
    } else if (strcmp(body, "signal") == 0) {
        part->rung = VMM_RUNG_SIGNAL;
    } else if (body[0] >= '0' && body[0] <= '9') {
        s->again = (uint32_t)atoi(body);
    } else if (body[0] == '/') {
        snprintf(s->moved, sizeof(s->moved), "%s", body);
    } else if (strcmp(body, "skip") == 0) {
        s->skip_may = true;
    }
}

static const struct vmm_request_row rows[] = {
    {.name = "alive",
     .target = "/alive",
     .method = "HEAD",
     .scopes = VMM_SCOPE_TRIAL,
     .flags = VMM_ROW_ALIVE},
    {.name = "must", .target = "/must", .scopes = VMM_SCOPE_FULL, .read = read_any},
    {.name = "form",
     .method = "POST",
     .target = "/form",
     .scopes = VMM_SCOPE_FULL,
     .http_flags = VMM_HTTP_SAFE | VMM_HTTP_TEMPLATE,
     .wanted = wants_form,
     .build_headers = build_lines,
     .build_body = build_form,
     .read = read_any},
    {.name = "moved",
     .scopes = VMM_SCOPE_FULL,
     .http_flags = VMM_HTTP_TEMPLATE,
     .wanted = wants_moved,
     .build = build_moved,
     .read = read_any},
    {.name = "moved lines",
     .target = "/lines?{user}",
     .scopes = VMM_SCOPE_FULL,
     .http_flags = VMM_HTTP_TEMPLATE,
     .wanted = wants_moved,
     .build_headers = build_moved_lines,
     .read = read_any},
    {.name = "moved by itself",
     .scopes = VMM_SCOPE_FULL,
     .flags = VMM_ROW_WORDS_BUILT,
     .http_flags = VMM_HTTP_TEMPLATE,
     .wanted = wants_moved,
     .build = build_moved,
     .read = read_any},
    {.name = "may",
     .target = "/may",
     .scopes = VMM_SCOPE_FULL,
     .flags = VMM_ROW_OPTIONAL,
     .http_flags = VMM_HTTP_SAME_DEVICE,
     .wanted = wants_may,
     .read = read_any},
    {.name = "again",
     .scopes = VMM_SCOPE_FULL,
     .flags = VMM_ROW_OPTIONAL | VMM_ROW_REPEAT,
     .wanted = wants_again,
     .build = build_again,
     .read = read_any},
};

static uint32_t ends;
/* What all looks share is a number here, counted up by open() and down by close(). */
static int shared = 0;

static int begin(void *plugin, void *state, const struct vmm_look *look,
                 struct vmm_request_list *list, struct vmm_part *part)
{
    struct state *s = state;
    cr_expect_eq(plugin, &shared);
    s->form = strcmp(look->device_id, "form") == 0;
    if (strcmp(look->device_id, "refuse") == 0) {
        return VMM_E_INVAL;
    }
    if (strcmp(look->device_id, "end") == 0) {
        vmm_part_set(part, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0, "nothing to ask");
    }
    *list = (struct vmm_request_list){
        .rows = rows, .count = sizeof(rows) / sizeof(rows[0]), .http_flags = VMM_HTTP_BASIC_OK};
    return 0;
}

static void end(void *plugin, void *state, const struct vmm_observer *to,
                const struct vmm_part *result)
{
    (void)plugin;
    (void)state;
    ends++;
    to->probe->note(to->job, &result->outcome, sizeof(result->outcome));
}

static void refused(void *state, const struct vmm_http_answer *answer,
                    const struct vmm_observer *to, struct vmm_part *part)
{
    (void)state;
    vmm_observe_int(to, VMM_FACT_LOGIN_TRIES, 0, answer->status == 401 ? 2 : 0);
    if (strcmp((const char *)answer->body, "locked") == 0) {
        part->reason = VMM_REASON_LOCKED;
    }
}

static int open_shared(const struct vmm_host *host, void **plugin)
{
    if (host->extension(host->context, VMM_AUTH_HOST) == NULL) {
        return VMM_E_NOTSUP;
    }
    shared++;
    *plugin = &shared;
    return 0;
}

static void close_shared(void *plugin)
{
    cr_expect_eq(plugin, &shared);
    shared--;
}

static const struct vmm_requests_table table = {.state_size = sizeof(struct state),
                                                .open = open_shared,
                                                .close = close_shared,
                                                .begin = begin,
                                                .end = end,
                                                .refused = refused};

VMM_REQUESTS_PLUGIN(table, .name = "table", .version = "0.0.1", .flag = "FEATURE_PLUGIN_TABLE",
                    .summary = "a table of requests", .licence = "MIT");

static struct vmm_mock *mock;

static void set_up(void)
{
    mock = vmm_mock_create(vmm_plugin_v0());
    cr_assert_eq(vmm_mock_open(mock), 0);
}

static void tear_down(void)
{
    vmm_mock_close(mock);
    cr_assert_str_empty(vmm_mock_complaints(mock));
    cr_assert_eq(vmm_mock_unasked(mock), 0);
    vmm_mock_destroy(mock);
}

TestSuite(kit_requests, .init = set_up, .fini = tear_down);

static void expect(const char *target, const char *body, uint32_t status)
{
    vmm_mock_answer(mock,
                    &(struct vmm_mock_answer){.target = target, .body = body, .status = status});
}

static void expect_outcome(const char *target, uint32_t outcome, uint32_t rung)
{
    vmm_mock_answer(
        mock, &(struct vmm_mock_answer){
                  .target = target, .outcome = outcome, .rung = rung, .detail = "it says so"});
}

static const struct vmm_mock_result *look(void)
{
    return vmm_mock_look(mock, &(struct vmm_mock_ask){0});
}

static void assert_end(const struct vmm_mock_result *seen, uint32_t outcome, uint32_t rung,
                       const char *detail)
{
    cr_assert_eq(seen->accepted, 0);
    cr_assert_eq(seen->outcome, outcome, "outcome %u: %s", seen->outcome, seen->detail);
    cr_assert_eq(seen->rung, rung, "rung %u: %s", seen->rung, seen->detail);
    cr_assert_str_eq(seen->detail, detail);
}

Test(kit_requests, runs_the_rows_of_the_scope_one_after_another)
{
    expect("/must", "x", 200);
    expect("/may", "x", 200);
    assert_end(look(), VMM_OUTCOME_OK, VMM_RUNG_PARSE, "");
    cr_assert_eq(vmm_mock_request(mock, 0)->flags, VMM_HTTP_BASIC_OK | VMM_HTTP_MORE);
    cr_assert_eq(vmm_mock_request(mock, 1)->flags, VMM_HTTP_BASIC_OK | VMM_HTTP_SAME_DEVICE);
}

Test(kit_requests, a_trial_runs_its_own_rows)
{
    expect("/alive", "", 404);
    const struct vmm_mock_result *seen =
        vmm_mock_look(mock, &(struct vmm_mock_ask){.scope = VMM_SCOPE_TRIAL});
    assert_end(seen, VMM_OUTCOME_OK, VMM_RUNG_ANSWER, "");
    cr_assert_str_eq(vmm_mock_request(mock, 0)->method, "HEAD");
}

Test(kit_requests, the_highest_rung_counts_when_all_is_well)
{
    expect("/must", "signal", 200);
    expect("/may", "x", 200);
    assert_end(look(), VMM_OUTCOME_OK, VMM_RUNG_SIGNAL, "");
}

Test(kit_requests, an_answer_decides_what_is_asked_next)
{
    expect("/must", "skip", 200);
    assert_end(look(), VMM_OUTCOME_OK, VMM_RUNG_PARSE, "");
    expect("/must", "2", 200);
    expect("/may", "x", 200);
    expect("/again?2", "", 200);
    expect("/again?1", "", 200);
    assert_end(look(), VMM_OUTCOME_OK, VMM_RUNG_PARSE, "");
}

Test(kit_requests, a_refusal_may_tell_more)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = "/must",
                                                    .outcome = VMM_OUTCOME_AUTH,
                                                    .rung = VMM_RUNG_AUTHENTICATE,
                                                    .status = 401,
                                                    .body = "locked"});
    const struct vmm_mock_result *seen = look();
    assert_end(seen, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, "must: not answered");
    cr_assert_eq(seen->reason, VMM_REASON_LOCKED);
    cr_assert_eq(vmm_mock_find(seen, VMM_FACT_LOGIN_TRIES, 0)->number, 2);
}

Test(kit_requests, a_row_that_never_ends_is_ended)
{
    vmm_mock_serve(mock, &(struct vmm_mock_answer){.body = "1000"});
    const struct vmm_mock_result *seen = look();
    assert_end(seen, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE,
               "again: too many requests in one look (-4)");
    cr_assert_eq(vmm_mock_request_count(mock), VMM_REQUESTS_MAX);
}

/* Nothing has counted it, so the same would be asked again and again. */
Test(kit_requests, a_row_whose_answer_was_not_read_is_not_repeated)
{
    expect("/must", "3", 200);
    expect("/may", "x", 200);
    expect("/again?3", "", 200);
    expect_outcome("/again?2", VMM_OUTCOME_BAD_REPLY, VMM_RUNG_ANSWER);
    assert_end(look(), VMM_OUTCOME_PARTIAL, VMM_RUNG_ANSWER, "again: it says so");
    cr_assert_eq(vmm_mock_request_count(mock), 4);
    expect("/must", "3", 200);
    expect("/may", "x", 200);
    expect("/again?3", "", 404);
    assert_end(look(), VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, "again: status 404");
    cr_assert_eq(vmm_mock_request_count(mock), 4 + 3);
}

Test(kit_requests, a_required_row_that_fails_ends_the_look)
{
    expect("/must", "bad", 200);
    assert_end(look(), VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, "must: bad body");
}

Test(kit_requests, an_optional_row_that_fails_makes_the_look_partial_and_it_goes_on)
{
    expect("/must", "1", 200);
    expect("/may", "bad", 200);
    expect("/again?1", "", 200);
    assert_end(look(), VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, "may: bad body");
}

Test(kit_requests, the_first_failed_part_names_the_look)
{
    expect("/must", "odd", 200);
    expect("/may", "bad", 200);
    assert_end(look(), VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, "must: odd body");
}

static void assert_status(uint32_t status, uint32_t outcome, uint32_t rung, uint32_t reason)
{
    expect("/must", "", status);
    const struct vmm_mock_result *seen = look();
    cr_assert_eq(seen->outcome, outcome, "status %u", status);
    cr_assert_eq(seen->rung, rung, "status %u", status);
    cr_assert_eq(seen->reason, reason, "status %u", status);
}

Test(kit_requests, statuses_have_their_meaning)
{
    assert_status(401, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0);
    assert_status(429, VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, 0);
    assert_status(503, VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, 0);
    assert_status(404, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
    assert_status(501, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
    assert_status(302, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
    assert_status(500, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_ANSWER, VMM_REASON_ERROR_STATUS);
    assert_status(502, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_ANSWER, VMM_REASON_ERROR_STATUS);
}

Test(kit_requests, a_403_ends_only_its_part)
{
    expect("/must", "", 403);
    expect("/may", "x", 200);
    assert_end(look(), VMM_OUTCOME_PARTIAL, VMM_RUNG_AUTHENTICATE, "must: status 403");
    expect("/must", "x", 200);
    expect("/may", "", 403);
    assert_end(look(), VMM_OUTCOME_PARTIAL, VMM_RUNG_AUTHENTICATE, "may: status 403");
}

Test(kit_requests, nothing_but_403_is_a_matter_of_the_credential)
{
    expect("/must", "", 403);
    expect("/may", "", 403);
    assert_end(look(), VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE,
               "the account may read none of the parts asked for");
}

Test(kit_requests, a_refused_credential_stops_everything_even_in_an_optional_row)
{
    expect("/must", "5", 200);
    expect_outcome("/may", VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE);
    assert_end(look(), VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, "may: it says so");
}

Test(kit_requests, a_body_may_be_built_from_what_was_read)
{
    expect("/must", "5", 200);
    expect("/form", "", 200);
    expect("/may", "skip", 200);
    vmm_mock_serve(mock, &(struct vmm_mock_answer){.target = "/again*"});
    vmm_mock_look(mock, &(struct vmm_mock_ask){.device_id = "form"});
    const struct vmm_mock_request *form = vmm_mock_request(mock, 1);
    cr_assert_str_eq(form->method, "POST");
    cr_assert_str_eq(form->headers, "Accept: text/plain\r\n");
    cr_assert_str_eq(form->body, "u={user}&p={pass}");
    cr_assert_eq(form->body_size, 17);
}

Test(kit_requests, a_path_from_the_device_holds_no_words_of_a_login)
{
    expect("/must", "/x/{pass}", 200);
    assert_end(look(), VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE,
               "moved: the request could not be sent (-1)");
    cr_assert_eq(vmm_mock_request_count(mock), 1, "it was not sent");
}

Test(kit_requests, header_lines_from_the_device_hold_none_either)
{
    expect("/must", "/plain", 200);
    expect("/plain", "/{user}", 200);
    assert_end(look(), VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE,
               "moved lines: the request could not be sent (-1)");
    cr_assert_eq(vmm_mock_request_count(mock), 2, "they were not sent");
}

Test(kit_requests, what_a_row_says_it_builds_with_words_is_sent)
{
    expect("/must", "/plain", 200);
    expect("/plain", "x", 200);
    expect("/lines?{user}", "/{pass}", 200);
    expect("/{pass}", "x", 200);
    expect("/may", "x", 200);
    assert_end(look(), VMM_OUTCOME_OK, VMM_RUNG_PARSE, "");
}

Test(kit_requests, a_password_that_may_not_go_out_is_a_matter_of_the_credential)
{
    expect("/must", "x", 200);
    const struct vmm_mock_result *seen =
        vmm_mock_look(mock, &(struct vmm_mock_ask){.device_id = "form", .no_credential = true});
    assert_end(seen, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE,
               "form: the device asks for a login and there is no credential");
    cr_assert_eq(seen->reason, VMM_REASON_CREDENTIAL_MISSING);
    expect("/must", "x", 200);
    seen = vmm_mock_look(mock, &(struct vmm_mock_ask){.device_id = "form", .no_login = true});
    assert_end(seen, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE,
               "form: the device asks for a login and none is allowed now");
    cr_assert_eq(seen->reason, VMM_REASON_NONE);
    cr_assert_eq(vmm_mock_request_count(mock), 2, "neither was sent");
}

Test(kit_requests, a_device_that_dies_after_the_required_part_leaves_a_partial_look)
{
    expect("/must", "5", 200);
    expect_outcome("/may", VMM_OUTCOME_TIMEOUT, VMM_RUNG_CONNECT);
    assert_end(look(), VMM_OUTCOME_PARTIAL, VMM_RUNG_CONNECT, "may: it says so");
}

Test(kit_requests, a_device_that_dies_before_has_failed)
{
    expect_outcome("/must", VMM_OUTCOME_UNREACHABLE, VMM_RUNG_CONNECT);
    assert_end(look(), VMM_OUTCOME_UNREACHABLE, VMM_RUNG_CONNECT, "must: it says so");
    expect("/must", "", 403);
    expect_outcome("/may", VMM_OUTCOME_TIMEOUT, VMM_RUNG_ANSWER);
    assert_end(look(), VMM_OUTCOME_TIMEOUT, VMM_RUNG_ANSWER, "may: it says so");
}

Test(kit_requests, a_new_tls_key_is_a_finding_told_once)
{
    for (int i = 0; i < 2; i++) {
        vmm_mock_answer(mock,
                        &(struct vmm_mock_answer){.flags = VMM_HTTP_KEY_CHANGED, .body = "x"});
    }
    const struct vmm_mock_result *seen = look();
    size_t findings = 0;
    for (size_t i = 0; i < seen->observation_count; i++) {
        findings += seen->observations[i].fact == VMM_FACT_FINDING ? 1 : 0;
    }
    cr_assert_eq(findings, 1);
}

Test(kit_requests, a_look_may_be_refused_or_ended_before_it_begins)
{
    ends = 0;
    const struct vmm_mock_result *seen =
        vmm_mock_look(mock, &(struct vmm_mock_ask){.device_id = "refuse"});
    cr_assert_eq(seen->accepted, VMM_E_INVAL);
    cr_assert_eq(ends, 0);
    seen = vmm_mock_look(mock, &(struct vmm_mock_ask){.device_id = "end"});
    assert_end(seen, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, "nothing to ask");
    cr_assert_eq(ends, 1);
}

Test(kit_requests, the_note_is_kept_before_the_end)
{
    expect("/must", "bad", 200);
    const struct vmm_mock_result *seen = look();
    cr_assert_eq(seen->note_size, sizeof(uint32_t));
    cr_assert_eq(*(const uint32_t *)(const void *)seen->note, VMM_OUTCOME_BAD_REPLY);
}

Test(kit_requests, many_looks_run_at_once_and_one_is_taken_back)
{
    enum { LOOKS = 50 };
    struct vmm_job *jobs[LOOKS];
    vmm_mock_serve(mock, &(struct vmm_mock_answer){.body = "x"});
    for (size_t i = 0; i < LOOKS; i++) {
        jobs[i] = vmm_mock_probe(mock, &(struct vmm_mock_ask){0});
    }
    vmm_mock_cancel(mock, jobs[20]);
    vmm_mock_run(mock);
    for (size_t i = 0; i < LOOKS; i++) {
        cr_assert_eq(vmm_mock_result(jobs[i])->outcome,
                     i == 20 ? VMM_OUTCOME_CANCELLED : VMM_OUTCOME_OK);
    }
}

Test(kit_requests, a_look_past_its_deadline_is_taken_back)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.latency_ms = 60000});
    const struct vmm_mock_result *seen = look();
    cr_assert_eq(seen->outcome, VMM_OUTCOME_CANCELLED);
}

static void scenario(struct vmm_mock *m, void *arg)
{
    (void)arg;
    vmm_mock_answer(m, &(struct vmm_mock_answer){.target = "/must", .body = "3"});
    vmm_mock_serve(m, &(struct vmm_mock_answer){.body = "x"});
    if (vmm_mock_open(m) == 0) {
        vmm_mock_look(m, &(struct vmm_mock_ask){0});
    }
}

Test(kit_requests_trouble, survives_failing_calls_and_cancelling_at_each_step)
{
    char report[1024];
    cr_assert_gt(vmm_mock_each_failure(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)),
                 10);
    cr_assert_str_empty(report);
    cr_assert_gt(vmm_mock_each_cancel(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)), 5);
    cr_assert_str_empty(report);
}

Test(kit_requests_trouble, what_all_looks_share_is_made_and_released_once)
{
    struct vmm_mock *one = vmm_mock_create(vmm_plugin_v0());
    cr_assert_eq(vmm_mock_open(one), 0);
    cr_expect_eq(shared, 1);
    vmm_mock_close(one);
    cr_expect_eq(shared, 0);
    cr_expect_str_empty(vmm_mock_complaints(one));
    vmm_mock_destroy(one);
}

Test(kit_requests_trouble, an_extension_that_is_missing_keeps_it_from_opening)
{
    static const char *const needed[] = {VMM_PROBE_HOST, VMM_HTTP_HOST, VMM_AUTH_HOST};
    for (size_t i = 0; i < 3; i++) {
        struct vmm_mock *bare = vmm_mock_create(vmm_plugin_v0());
        vmm_mock_withhold(bare, needed[i]);
        cr_assert_eq(vmm_mock_open(bare), VMM_E_NOTSUP);
        vmm_mock_destroy(bare);
    }
}
