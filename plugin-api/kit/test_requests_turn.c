/* SPDX-License-Identifier: MIT */
/* Rows that are no request, and rows that judge a timeout. */
#include <criterion/criterion.h>

#include <kit/requests.h>
#include <mock/mock_host.h>

#include <string.h>

/* What the row that is no request comes to, and when. */
static struct vmm_part result;
static int refusal;
static const struct vmm_host *the_host;
static struct vmm_turn *due;

struct state {
    char unused;
};

static void on_time(void *arg)
{
    (void)arg;
    vmm_observe_text(vmm_turn_observer(due), VMM_FACT_MODEL, 0, vmm_text_of("seen"));
    vmm_row_done(due, &result);
}

static int start(void *state, const struct vmm_request_row *row, struct vmm_turn *turn)
{
    struct vmm_timer *timer = NULL;
    (void)state;
    (void)row;
    due = turn;
    return refusal != 0 ? refusal
                        : the_host->timer_start(the_host->context, 50000, on_time, NULL, &timer);
}

static void read_late(void *state, const struct vmm_request_row *row,
                      const struct vmm_http_answer *answer, const struct vmm_observer *to,
                      struct vmm_part *part)
{
    (void)state;
    (void)row;
    (void)part;
    vmm_observe_text(to, VMM_FACT_SERIAL, 0,
                     vmm_text_of(answer->outcome == VMM_OUTCOME_TIMEOUT ? "late" : "in time"));
}

static const struct vmm_request_row rows[] = {
    {.name = "talk", .target = "/", .scopes = VMM_SCOPE_FULL, .start = start},
    {.name = "page",
     .target = "/page",
     .scopes = VMM_SCOPE_FULL,
     .flags = VMM_ROW_ANY_END,
     .connect_timeout_ms = 700,
     .read = read_late},
};

static int begin(void *plugin, void *state, const struct vmm_look *look,
                 struct vmm_request_list *list, struct vmm_part *part)
{
    static const struct vmm_http_tls tls = {.struct_size = sizeof(tls), .server_name = "door.test"};
    (void)state;
    (void)look;
    (void)part;
    the_host = plugin;
    *list = (struct vmm_request_list){.rows = rows, .count = 2, .tls = &tls};
    return 0;
}

static const struct vmm_requests_table table = {.state_size = sizeof(struct state), .begin = begin};
VMM_REQUESTS_PLUGIN(table, .name = "turn", .version = "0.1.0", .flag = "FEATURE_TURN",
                    .summary = "a row that is no request", .licence = "MIT");

static struct vmm_mock *mock;

static void set_up(void)
{
    result = (struct vmm_part){0};
    refusal = 0;
    mock = vmm_mock_create(vmm_plugin_v0());
    cr_assert_eq(vmm_mock_open(mock), 0);
}

static void tear_down(void)
{
    vmm_mock_close(mock);
    cr_expect_str_empty(vmm_mock_complaints(mock));
    cr_expect_eq(vmm_mock_unasked(mock), 0);
    vmm_mock_destroy(mock);
}

TestSuite(requests_turn, .init = set_up, .fini = tear_down);

static const struct vmm_mock_result *look(void)
{
    return vmm_mock_look(mock, &(struct vmm_mock_ask){0});
}

Test(requests_turn, the_next_row_follows_when_it_is_done)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = "/page"});
    const struct vmm_mock_result *seen = look();
    cr_expect_eq(seen->outcome, VMM_OUTCOME_OK, "%s", seen->detail);
    cr_expect_not_null(vmm_mock_find(seen, VMM_FACT_MODEL, 0));
    cr_expect_str_eq(vmm_mock_find(seen, VMM_FACT_SERIAL, 0)->text, "in time");
    cr_expect_eq(vmm_mock_request(mock, 0)->connect_timeout_ms, 700);
    cr_expect_str_eq(vmm_mock_request(mock, 0)->server_name, "door.test");
}

Test(requests_turn, one_that_fails_ends_the_look)
{
    vmm_part_set(&result, VMM_OUTCOME_TIMEOUT, VMM_RUNG_ANSWER, 0, "nothing came");
    const struct vmm_mock_result *seen = look();
    cr_expect_eq(seen->outcome, VMM_OUTCOME_TIMEOUT);
    cr_expect_str_eq(seen->detail, "talk: nothing came");
}

Test(requests_turn, one_that_cannot_start_is_ours)
{
    refusal = VMM_E_NOMEM;
    cr_expect_eq(look()->outcome, VMM_OUTCOME_INTERNAL);
}

Test(requests_turn, one_that_is_taken_back_ends_as_cancelled)
{
    struct vmm_job *job = vmm_mock_probe(mock, &(struct vmm_mock_ask){0});
    vmm_mock_cancel(mock, job);
    vmm_mock_run(mock);
    cr_expect_eq(vmm_mock_result(job)->outcome, VMM_OUTCOME_CANCELLED);
}

Test(requests_turn, a_row_may_judge_a_timeout_and_nothing_else_that_is_no_answer)
{
    vmm_mock_answer(
        mock, &(struct vmm_mock_answer){.outcome = VMM_OUTCOME_TIMEOUT, .rung = VMM_RUNG_ANSWER});
    const struct vmm_mock_result *seen = look();
    cr_expect_eq(seen->outcome, VMM_OUTCOME_OK, "%s", seen->detail);
    cr_expect_str_eq(vmm_mock_find(seen, VMM_FACT_SERIAL, 0)->text, "late");
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.outcome = VMM_OUTCOME_UNREACHABLE,
                                                    .rung = VMM_RUNG_CONNECT});
    seen = look();
    cr_expect_eq(seen->outcome, VMM_OUTCOME_UNREACHABLE);
    cr_expect_null(vmm_mock_find(seen, VMM_FACT_SERIAL, 0));
}

/* A device that is not there is late as well. */
Test(requests_turn, a_connection_that_did_not_stand_is_no_timeout_to_judge)
{
    static const uint32_t rungs[] = {VMM_RUNG_CONNECT, VMM_RUNG_TLS};
    for (size_t i = 0; i < sizeof(rungs) / sizeof(rungs[0]); i++) {
        vmm_mock_answer(
            mock, &(struct vmm_mock_answer){.outcome = VMM_OUTCOME_TIMEOUT, .rung = rungs[i]});
        const struct vmm_mock_result *seen = look();
        cr_expect_eq(seen->outcome, VMM_OUTCOME_TIMEOUT, "%s", seen->detail);
        cr_expect_eq(seen->rung, rungs[i]);
        cr_expect_null(vmm_mock_find(seen, VMM_FACT_SERIAL, 0));
    }
}
