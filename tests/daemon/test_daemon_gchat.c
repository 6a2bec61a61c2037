/* SPDX-License-Identifier: MIT */
/* People are told at Google Chat, by a real vmmd: in threads, over a quota that others use too, and once, while the
 * service breaks off after it has taken a message and vmmd is killed. */
#include <criterion/criterion.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/rng.h"
#include "chat/chat_rig.h"
#include "procs.h"
#include "rig_crier.h"

#define FLEET 4

static const char fleet[] =
    "{\"ports\":{\"http\":0},"
    "\"users\":[{\"name\":\"admin\",\"password\":\"secret\",\"level\":\"admin\"}],\"groups\":["
    "{\"prefix\":\"cam-\",\"count\":4,\"first\":1,\"digits\":2,\"site\":\"north\","
    "\"base_address\":\"127.48.0.1\",\"personality\":\"vivotek-camera\","
    "\"clock\":{\"zone_min\":480}},"
    "{\"prefix\":\"calm-\",\"count\":8,\"first\":1,\"digits\":2,\"site\":\"north\","
    "\"base_address\":\"127.48.1.1\",\"personality\":\"vivotek-camera\","
    "\"clock\":{\"zone_min\":480}}]}";

static struct rig rig;
static struct chat_rig chat;

static void configure(void)
{
    char path[256];
    char config[2048];
    snprintf(path, sizeof(path), "%s/chat-ops", rig.folder);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(chat_rig_url(&chat, "ops"), file);
    fchmod(fileno(file), 0600);
    fclose(file);
    snprintf(config, sizeof(config),
             "{\"flags\":{\"FEATURE_VMM_SINK_GCHAT\":true},\"plugins\":{\"gchat\":{\"config\":{"
             "\"timeout\":\"1s\",\"rooms\":[{\"name\":\"ops\",\"url\":{\"file\":\"%s\"}}]}}}"
             "," CRIER_WATCH "}",
             path);
    rig_config(&rig, config);
}

/* `quota` writes at the room in two seconds; 0: no limit that matters. */
static void begin(uint32_t quota)
{
    chat_rig_start(&chat, quota > 0 ? quota : 100000, 2000);
    rig_open(&rig, fleet);
    rig_crier_policy(&rig, "{\"channels\":[\"gchat:ops\"],\"flapping\":{\"changes\":0}}");
    configure();
    rig_start(&rig);
    rig_load_farm(&rig, "vivotek", "{\"level\":\"admin\"}");
    rig_wait_all(&rig, "OK");
}

static void end(void)
{
    cr_assert_eq(rig_log_count(&rig, CHAT_RIG_KEY), 0);
    cr_assert_eq(rig_log_count(&rig, CHAT_RIG_TOKEN), 0);
    cr_assert_eq(chat_rig_count(&chat, "ops", "refused"), 0, "every message has a good shape");
    rig_close(&rig);
    chat_rig_stop(&chat);
}

/* ---- What the room has ---- */

#define ALARM    "🔴"
#define RECOVERY "✅"

static const char *title_of(const json_t *message)
{
    const json_t *cards = json_object_get(json_object_get(message, "body"), "cardsV2");
    const json_t *card = json_object_get(json_array_get(cards, 0), "card");
    const char *title =
        json_string_value(json_object_get(json_object_get(card, "header"), "title"));
    cr_assert_not_null(title);
    return title;
}

/* How many messages have this in their title and `camera` in their thread. */
static size_t count_messages(const char *sign, const char *camera)
{
    size_t count = 0;
    json_t *room = chat_rig_room(&chat, "ops");
    const json_t *messages = json_object_get(room, "messages");
    for (size_t i = 0; i < json_array_size(messages); i++) {
        const json_t *message = json_array_get(messages, i);
        const char *thread = json_string_value(json_object_get(message, "thread_key"));
        count += strstr(title_of(message), sign) != NULL && strstr(thread, camera) != NULL ? 1 : 0;
    }
    json_decref(room);
    return count;
}

struct wanted {
    const char *sign;
    const char *camera;
    size_t count;
};

static bool has_come(struct rig *one, const void *arg)
{
    const struct wanted *wanted = arg;
    (void)one;
    return count_messages(wanted->sign, wanted->camera) >= wanted->count;
}

static void wait_message(const char *sign, const char *camera, size_t count)
{
    struct wanted wanted = {sign, camera, count};
    char what[96];
    snprintf(what, sizeof(what), "%zu messages %s of %s", count, sign, camera);
    rig_until(&rig, RIG_WAIT_MS, what, has_come, &wanted);
}

/* ---- Tests ---- */

Test(daemon_gchat, a_camera_is_one_card_and_its_recovery_one_in_the_same_thread)
{
    begin(0);
    rig_crier_break(&rig, "cam-03");
    wait_message(ALARM, "cam-03", 1);
    rig_crier_mend(&rig, "cam-03");
    wait_message(RECOVERY, "cam-03", 1);
    json_t *room = chat_rig_room(&chat, "ops");
    const json_t *messages = json_object_get(room, "messages");
    cr_assert_eq(json_array_size(messages), 2);
    cr_assert_str_eq(json_string_value(json_object_get(json_array_get(messages, 0), "thread_key")),
                     json_string_value(json_object_get(json_array_get(messages, 1), "thread_key")));
    json_decref(room);
    end();
}

/* The camera is named in some message. */
static bool is_named(struct rig *one, const void *arg)
{
    (void)one;
    json_t *room = chat_rig_room(&chat, "ops");
    char *text = json_dumps(room, JSON_COMPACT | JSON_ENCODE_ANY);
    bool named = text != NULL && strstr(text, arg) != NULL;
    free(text);
    json_decref(room);
    return named;
}

Test(daemon_gchat, a_room_over_its_quota_hears_of_everything_although_others_write_too)
{
    begin(2);
    for (int i = 1; i <= FLEET; i++) {
        char camera[16];
        snprintf(camera, sizeof(camera), "cam-%02d", i);
        chat_rig_sender(&chat, "ops", 1);
        rig_crier_break(&rig, camera);
        rig_wait_health(&rig, camera, "DOWN unreachable");
    }
    for (int i = 1; i <= FLEET; i++) {
        char camera[16];
        snprintf(camera, sizeof(camera), "cam-%02d", i);
        rig_until(&rig, RIG_WAIT_MS, "each camera to be told of", is_named, camera);
    }
    cr_assert_leq(chat_rig_count(&chat, "ops", "most_writes"), 2);
    end();
}

/* One camera breaks and is mended, vmmd is killed somewhere in between, and the room has a mood. */
static void live_and_die(struct rng *rng, size_t round)
{
    static const char *const moods[] = {"429:1*3",         "drop",       "lost",
                                        "500 drop ok 429", "close hang", "503:1 lost"};
    char camera[16];
    struct procs hosts;
    snprintf(camera, sizeof(camera), "cam-%02zu", round % FLEET + 1);
    chat_rig_faults(&chat, moods[round % 6]);
    rig_crier_break(&rig, camera);
    rig_wait_health(&rig, camera, "DOWN unreachable");
    if (rng_next(rng) % 2 == 0) {
        rig_crier_mend(&rig, camera);
    }
    /* Not a wait for anything: the instant of the kill. */
    poll(NULL, 0, (int)(rng_next(rng) % 700));
    procs_children(rig.vmmd, &hosts);
    rig_kill(&rig);
    procs_wait_ended(&hosts, "a vmm-host has outlived its vmmd");
    rig_start(&rig);
    rig_crier_mend(&rig, camera);
    rig_wait_health(&rig, camera, "OK none");
}

/* What stands in each thread, by its key: true after an alarm, false after its recovery, null where something less than
 * an alarm came (a verdict may turn stale while the machine has no time). In each an alarm comes once, and a recovery
 * once behind it. `repeats` gets how often something came again. */
static json_t *read_threads(long *repeats)
{
    json_t *room = chat_rig_room(&chat, "ops");
    const json_t *messages = json_object_get(room, "messages");
    json_t *threads = json_object();
    *repeats = 0;
    for (size_t i = 0; i < json_array_size(messages); i++) {
        const json_t *message = json_array_get(messages, i);
        const char *thread = json_string_value(json_object_get(message, "thread_key"));
        const char *title = title_of(message);
        bool is_alarm = strstr(title, ALARM) != NULL;
        bool is_other = !is_alarm && strstr(title, RECOVERY) == NULL;
        const json_t *before = json_object_get(threads, thread);
        bool is_new = before == NULL || json_is_null(before);
        cr_assert(is_other || (is_alarm ? is_new : json_is_true(before) || json_is_null(before)),
                  "%s: \"%s\" comes %s", thread, title, is_new ? "first" : "again");
        if (!is_other || before == NULL) {
            json_object_set_new(threads, thread, is_other ? json_null() : json_boolean(is_alarm));
        }
        *repeats += (long)json_integer_value(json_object_get(message, "repeats"));
    }
    json_decref(room);
    return threads;
}

/* Each alarm has its recovery. */
static bool is_over(struct rig *one, const void *arg)
{
    const char *thread = NULL;
    json_t *open = NULL;
    long repeats = 0;
    bool over = true;
    (void)one;
    (void)arg;
    json_t *threads = read_threads(&repeats);
    json_object_foreach(threads, thread, open)
    {
        over = over && json_is_false(open);
    }
    json_decref(threads);
    return over;
}

static bool is_open(struct rig *one, const void *arg)
{
    return !is_over(one, arg);
}

Test(daemon_gchat, killed_at_any_instant_it_tells_of_each_incident_once)
{
    struct rng rng;
    long repeats = 0;
    size_t rounds = rig_soak(
        6, 200, "kills of vmmd before a chat room that answers 429 and 500, hangs and closes");
    begin(0);
    rng_init(&rng, 11);
    for (size_t round = 0; round < rounds; round++) {
        live_and_die(&rng, round);
    }
    chat_rig_faults(&chat, "");
    rig_until(&rig, RIG_WAIT_MS, "each alarm to have its recovery", is_over, NULL);
    /* An outage that ends before it is told of is not told of. This one is, and the answer to it is lost. */
    chat_rig_faults(&chat, "lost");
    rig_crier_break(&rig, "cam-01");
    rig_until(&rig, RIG_WAIT_MS, "the last outage to be told of", is_open, NULL);
    rig_crier_mend(&rig, "cam-01");
    rig_until(&rig, RIG_WAIT_MS, "the last alarm to have its recovery", is_over, NULL);
    json_t *threads = read_threads(&repeats);
    cr_assert_gt(json_object_size(threads), 0);
    json_decref(threads);
    cr_assert_gt(repeats, 0, "some answer was lost, and its message came again");
    end();
}

/* ---- Long refused, and killed meanwhile ---- */

struct refused {
    long requests;
};

static bool was_refused(struct rig *one, const void *arg)
{
    const struct refused *wanted = arg;
    (void)one;
    return chat_rig_count(&chat, "ops", "requests") >= wanted->requests;
}

/* The room has refused so many more requests. */
static void wait_refused(long more)
{
    struct refused wanted = {chat_rig_count(&chat, "ops", "requests") + more};
    rig_until(&rig, RIG_WAIT_MS, "the room to refuse", was_refused, &wanted);
}

static void kill_and_start(void)
{
    struct procs hosts;
    procs_children(rig.vmmd, &hosts);
    rig_kill(&rig);
    procs_wait_ended(&hosts, "a vmm-host has outlived its vmmd");
    rig_start(&rig);
}

static void break_and_wait(const char *camera)
{
    rig_crier_break(&rig, camera);
    rig_wait_health(&rig, camera, "DOWN unreachable");
}

static void mend_and_wait(const char *camera)
{
    rig_crier_mend(&rig, camera);
    rig_wait_health(&rig, camera, "OK none");
}

/* Where the first message of this camera with this sign stands in the room. */
static size_t place_of(const char *sign, const char *camera)
{
    json_t *room = chat_rig_room(&chat, "ops");
    const json_t *messages = json_object_get(room, "messages");
    size_t place = 0;
    while (place < json_array_size(messages)) {
        const json_t *message = json_array_get(messages, place);
        const char *thread = json_string_value(json_object_get(message, "thread_key"));
        if (strstr(title_of(message), sign) != NULL && strstr(thread, camera) != NULL) {
            break;
        }
        place++;
    }
    json_decref(room);
    return place;
}

Test(daemon_gchat, refused_for_long_and_killed_twice_it_loses_nothing_and_keeps_the_order)
{
    static const char *const cameras[] = {"cam-01", "cam-02", "cam-03", "cam-04"};
    long repeats = 0;
    begin(0);
    chat_rig_faults(&chat, "429:1*");
    break_and_wait("cam-01");
    wait_refused(2);
    break_and_wait("cam-02");
    kill_and_start();
    wait_refused(2);
    mend_and_wait("cam-01");
    break_and_wait("cam-03");
    kill_and_start();
    mend_and_wait("cam-02");
    break_and_wait("cam-04");
    wait_refused(2);
    cr_assert_eq(chat_rig_count(&chat, "ops", "messages"), 0, "all were refused");
    chat_rig_faults(&chat, "");
    mend_and_wait("cam-03");
    mend_and_wait("cam-04");
    for (size_t i = 0; i < 4; i++) {
        wait_message(RECOVERY, cameras[i], 1);
    }
    cr_assert_eq(chat_rig_count(&chat, "ops", "messages"), 8);
    for (size_t i = 1; i < 4; i++) {
        cr_expect_lt(place_of(ALARM, cameras[i - 1]), place_of(ALARM, cameras[i]), "%s",
                     cameras[i]);
    }
    json_decref(read_threads(&repeats));
    end();
}
