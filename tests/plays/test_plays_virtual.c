/* SPDX-License-Identifier: MIT */
/*
 * Each vendor plugin against each trouble that no make is spared, in the mock host and on a virtual clock: what a look
 * makes of it, and to which verdict the looks of a device that was well lead, repeats and rhythm as the watch has them.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <glob.h>
#include <stdio.h>
#include <string.h>

#include <mock/mock_host.h>

#include "health_play.h"
#include "make.h"

#define LOOKS_MAX       20 /* until the verdict, at most */
#define CONNECTIONS_MAX 64

static const struct vmm_mock_exchange mute = {.expect = "", .then = VMM_MOCK_MUTE};
static const struct vmm_mock_exchange ended = {.expect = "", .then = VMM_MOCK_CLOSE};
static const struct vmm_mock_exchange noise = {
    .expect = "",
    .reply =
        "\x8f\x01\xc3\x17\xa0\xee\x42\x99\xd1\x05\x7b\xfc\x30\x88\x6d\xb2\x8f\x01\xc3\x17\xa0\xee",
    .then = VMM_MOCK_CLOSE};

/* What the device does; what a look is then; which verdict it leads to. */
static const struct trouble {
    const char *word;
    struct vmm_mock_answer answer;         /* to every request of HTTP */
    struct vmm_mock_connection connection; /* each one of the other protocols */
    uint32_t outcome;
    uint32_t health;
    uint32_t reason;
    uint32_t most_s; /* until the verdict */
} troubles[] = {
    {.word = "refuses",
     .answer = {.outcome = VMM_OUTCOME_UNREACHABLE, .rung = VMM_RUNG_CONNECT},
     .connection = {.outcome = VMM_OUTCOME_UNREACHABLE},
     .outcome = VMM_OUTCOME_UNREACHABLE,
     .health = VMM_HEALTH_DOWN,
     .reason = VMM_REASON_UNREACHABLE,
     .most_s = 120},
    {.word = "is silent",
     .answer = {.outcome = VMM_OUTCOME_TIMEOUT, .rung = VMM_RUNG_ANSWER, .latency_ms = 10000},
     .connection = {.exchanges = &mute, .exchange_count = 1},
     .outcome = VMM_OUTCOME_TIMEOUT,
     .health = VMM_HEALTH_DOWN,
     .reason = VMM_REASON_TIMEOUT,
     .most_s = 120},
    {.word = "hangs up",
     .answer = {.outcome = VMM_OUTCOME_UNREACHABLE, .rung = VMM_RUNG_ANSWER},
     .connection = {.exchanges = &ended, .exchange_count = 1},
     .outcome = VMM_OUTCOME_UNREACHABLE,
     .health = VMM_HEALTH_DOWN,
     .reason = VMM_REASON_UNREACHABLE,
     .most_s = 120},
    {.word = "talks garbage",
     .answer = {.outcome = VMM_OUTCOME_BAD_REPLY, .rung = VMM_RUNG_ANSWER},
     .connection = {.exchanges = &noise, .exchange_count = 1},
     .outcome = VMM_OUTCOME_BAD_REPLY,
     .health = VMM_HEALTH_DEGRADED,
     .reason = VMM_REASON_BAD_REPLY,
     .most_s = 120},
    {.word = "is busy",
     .answer = {.status = 503},
     .outcome = VMM_OUTCOME_LIMIT,
     .health = VMM_HEALTH_DEGRADED,
     .reason = VMM_REASON_BUSY,
     .most_s = 600},
    {.word = "refuses the login",
     .answer = {.outcome = VMM_OUTCOME_AUTH,
                .rung = VMM_RUNG_AUTHENTICATE,
                .reason = VMM_REASON_AUTH,
                .status = 401},
     .outcome = VMM_OUTCOME_AUTH,
     .health = VMM_HEALTH_DEGRADED,
     .reason = VMM_REASON_AUTH,
     .most_s = 0},
};

/* Options that a plugin cannot do without. */
static const struct {
    const char *name;
    const char *options;
} needed[] = {{"generic", "{\"requests\":[{\"name\":\"a\",\"path\":\"/\"}]}"},
              {"rtsp", "{\"path\":\"/live\"}"}};

struct make {
    char name[32];
};

static struct make makes[64];

static size_t find_makes(void)
{
    glob_t found;
    size_t count = 0;
    if (glob(VMM_VENDORS "/*/CMakeLists.txt", 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc && count < sizeof(makes) / sizeof(makes[0]); i++) {
            const char *name = found.gl_pathv[i] + sizeof(VMM_VENDORS);
            snprintf(makes[count++].name, sizeof(makes[0].name), "%.*s", (int)strcspn(name, "/"),
                     name);
        }
        globfree(&found);
    }
    return count;
}

static const char *options_of(const char *name)
{
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        if (strcmp(needed[i].name, name) == 0) {
            return needed[i].options;
        }
    }
    return NULL;
}

/* Make the look that is due now, and give it to the verdict. */
static void look(struct vmm_mock *mock, const struct vmm_descriptor *make,
                 const struct trouble *trouble, struct play *play)
{
    uint32_t scope = health_scope(&play->state);
    bool is_trial =
        scope == HEALTH_SCOPE_TRIAL ||
        (scope == HEALTH_SCOPE_CONFIRM && health_confirm_scope(&play->state) == VMM_SCOPE_TRIAL);
    const struct vmm_mock_result *seen = vmm_mock_look(
        mock, &(struct vmm_mock_ask){.scope = is_trial ? VMM_SCOPE_TRIAL : VMM_SCOPE_FULL,
                                     .options = options_of(make->name)});
    cr_assert_eq(seen->accepted, 0, "%s %s", make->name, trouble->word);
    cr_expect_eq(seen->outcome, trouble->outcome, "%s, where the device %s: %s, %s", make->name,
                 trouble->word, outcome_word(seen->outcome), seen->detail);
    play_look(play, scope == HEALTH_SCOPE_CONFIRM ? HEALTH_INPUT_CONFIRM : HEALTH_INPUT_LOOK,
              is_trial ? HEALTH_SCOPE_TRIAL : HEALTH_SCOPE_FULL, seen->outcome, seen->rung,
              seen->reason);
}

static void await_verdict(struct vmm_mock *mock, const struct vmm_descriptor *make,
                          const struct trouble *trouble)
{
    struct play play;
    play_ok(&play);
    int64_t begun = play.elapsed;
    for (int i = 0; i < LOOKS_MAX && play.state.health == VMM_HEALTH_OK; i++) {
        look(mock, make, trouble, &play);
        if (play.state.health == VMM_HEALTH_OK) {
            bool repeats = (play.actions.did & HEALTH_DID_REPEAT) != 0;
            play_wait(&play, repeats ? (int64_t)play.actions.repeat_after_us : MINUTE);
        }
    }
    cr_expect_eq(play.state.health, trouble->health, "%s, where the device %s: %s", make->name,
                 trouble->word, health_word(play.state.health));
    cr_expect_eq(play.state.reason, trouble->reason, "%s, where the device %s: %s", make->name,
                 trouble->word, reason_word(play.state.reason));
    cr_expect_leq(play.elapsed - begun, trouble->most_s * SECOND, "%s, where the device %s: %lld s",
                  make->name, trouble->word, (long long)((play.elapsed - begun) / SECOND));
}

/* Whether the make can be in this trouble: not every one speaks HTTP, and not every one logs in. */
static bool has(const struct vmm_descriptor *make, const struct trouble *trouble)
{
    bool is_own = strcmp(make->name, "rtsp") == 0 || strcmp(make->name, "xm") == 0;
    bool is_http = trouble->connection.outcome == 0 && trouble->connection.exchange_count == 0;
    bool logs_in = (make->traits & VMM_TRAIT_HANDS_OVER) == 0;
    return !(is_own && is_http) && (logs_in || trouble->outcome != VMM_OUTCOME_AUTH);
}

ParameterizedTestParameters(plays_virtual, each_make_in_each_trouble_has_the_verdict_beside_it)
{
    return cr_make_param_array(struct make, makes, find_makes());
}

ParameterizedTest(struct make *name, plays_virtual,
                  each_make_in_each_trouble_has_the_verdict_beside_it)
{
    const struct vmm_descriptor *make = make_load(name->name);
    for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++) {
        const struct trouble *trouble = &troubles[i];
        if (!has(make, trouble)) {
            continue;
        }
        struct vmm_mock *mock = vmm_mock_create(make);
        cr_assert_eq(vmm_mock_open(mock), 0, "%s", make->name);
        vmm_mock_serve(mock, &trouble->answer);
        for (size_t k = 0; k < CONNECTIONS_MAX; k++) {
            vmm_mock_connection(mock, &trouble->connection);
        }
        await_verdict(mock, make, trouble);
        vmm_mock_close(mock);
        cr_expect_str_empty(vmm_mock_complaints(mock), "%s, where the device %s: %s", make->name,
                            trouble->word, vmm_mock_complaints(mock));
        vmm_mock_destroy(mock);
    }
}
