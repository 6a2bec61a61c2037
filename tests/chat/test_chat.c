/* SPDX-License-Identifier: MIT */
/* The mock itself: what it takes, refuses, remembers, and breaks on command. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "chat/chat_rig.h"
#include "chat/schema.h"

#define ROOM  "/v1/spaces/AAAA/messages?key=k&token=t"
#define HELLO "{\"text\":\"hello\"}"

static struct chat_rig chat;
static char answer[65536];

static void begin(void)
{
    chat_rig_start(&chat, 3, 60000);
}

static void end(void)
{
    chat_rig_stop(&chat);
}

TestSuite(chat, .init = begin, .fini = end);

static int post(const char *path, const char *body)
{
    return chat_rig_post(&chat, path, body, answer, sizeof(answer));
}

static void assert_answer(const char *part)
{
    cr_assert(strstr(answer, part) != NULL, "%s is not in: %s", part, answer);
}

Test(chat, a_message_is_created_and_told)
{
    cr_assert_eq(post(ROOM "&requestId=r1", "{\"text\":\"a\",\"thread\":{\"threadKey\":\"t\"}}"),
                 200);
    assert_answer("spaces/AAAA/messages/1.1");
    json_t *room = chat_rig_room(&chat, "AAAA");
    const json_t *message = json_array_get(json_object_get(room, "messages"), 0);
    cr_assert_str_eq(json_string_value(json_object_get(message, "request_id")), "r1");
    cr_assert_str_eq(json_string_value(json_object_get(message, "thread_key")), "t");
    json_decref(room);
    cr_assert_null(chat_rig_room(&chat, "BBBB"));
}

Test(chat, a_request_id_makes_one_message)
{
    cr_assert_eq(post(ROOM "&requestId=r1", HELLO), 200);
    cr_assert_eq(post(ROOM "&requestId=r1", "{\"text\":\"other\"}"), 200);
    assert_answer("spaces/AAAA/messages/1.1");
    assert_answer("hello");
    cr_assert_eq(chat_rig_count(&chat, "AAAA", "messages"), 1);
    cr_assert_eq(post(ROOM "&requestId=r2", HELLO), 200);
    cr_assert_eq(chat_rig_count(&chat, "AAAA", "messages"), 2);
}

Test(chat, all_senders_share_the_quota_of_a_room)
{
    cr_assert_eq(chat_rig_sender(&chat, "AAAA", 2), 2);
    cr_assert_eq(post(ROOM, HELLO), 200);
    cr_assert_eq(post(ROOM, HELLO), 429);
    assert_answer("RESOURCE_EXHAUSTED");
    cr_assert_eq(chat_rig_sender(&chat, "AAAA", 5), 0);
    cr_assert_eq(post("/v1/spaces/BBBB/messages?key=k&token=t", HELLO), 200);
    cr_assert_eq(chat_rig_count(&chat, "AAAA", "throttled"), 1);
    cr_assert_eq(chat_rig_count(&chat, "AAAA", "most_writes"), 3);
}

Test(chat, a_message_has_32000_bytes_at_most)
{
    static char body[32100];
    static const char head[] = "{\"text\":\"";
    memset(body, 'x', sizeof(body));
    memcpy(body, head, strlen(head));
    strcpy(body + 31998, "\"}");
    cr_assert_eq(strlen(body), 32000);
    cr_assert_eq(post(ROOM, body), 200);
    memset(body + 31998, 'x', 1);
    strcpy(body + 31999, "\"}");
    cr_assert_eq(post(ROOM, body), 400);
    assert_answer("too large");
}

Test(chat, addresses_that_are_refused)
{
    cr_assert_eq(post("/v1/spaces/AAAA/messages", HELLO), 403);
    cr_assert_eq(post("/v1/spaces/AAAA/messages?key=revoked&token=t", HELLO), 400);
    assert_answer("API_KEY_INVALID");
    cr_assert_eq(post("/v1/spaces/AAAA/messages?key=k&token=revoked", HELLO), 401);
    cr_assert_eq(post("/v1/spaces/gone/messages?key=k&token=t", HELLO), 404);
    cr_assert_eq(post(ROOM "&threadkey=x", HELLO), 400);
    cr_assert_eq(post("/v1/spaces", HELLO), 404);
    cr_assert_eq(chat_rig_count(&chat, "AAAA", "messages"), 0);
}

Test(chat, trouble_on_command)
{
    chat_rig_faults(&chat, "429:7 500*2 close drop page ok");
    cr_assert_eq(post(ROOM "&requestId=a", HELLO), 429);
    cr_assert_eq(post(ROOM "&requestId=a", HELLO), 500);
    cr_assert_eq(post(ROOM "&requestId=a", HELLO), 500);
    cr_assert_eq(post(ROOM "&requestId=a", HELLO), 0);
    cr_assert_eq(chat_rig_count(&chat, "AAAA", "messages"), 0);
    cr_assert_eq(post(ROOM "&requestId=a", HELLO), 0);
    cr_assert_eq(chat_rig_count(&chat, "AAAA", "messages"), 1);
    cr_assert_eq(post(ROOM "&requestId=a", HELLO), 200);
    assert_answer("<html>");
    cr_assert_eq(post(ROOM "&requestId=a", HELLO), 200);
    cr_assert_eq(chat_rig_count(&chat, "AAAA", "messages"), 1);
    cr_assert_eq(chat_rig_post(&chat, "/faults", "nonsense", answer, sizeof(answer)), 400);
    chat_rig_faults(&chat, "500*");
    for (int i = 0; i < 5; i++) {
        cr_assert_eq(post(ROOM, HELLO), 500);
    }
    chat_rig_faults(&chat, "");
    cr_assert_eq(post(ROOM, HELLO), 200);
}

Test(chat, any_webhook_is_taken_and_its_trouble_too)
{
    cr_assert_eq(post("/hook/erp", "{}"), 400);
    cr_assert_eq(chat_rig_count(&chat, "erp", "refused"), 1);
    chat_rig_faults(&chat, "500");
    cr_assert_eq(post("/hook/erp", "{}"), 500);
    cr_assert_eq(post("/hook/", "{}"), 404);
}

/* ---- Shapes ---- */

static void assert_fault(const char *text, const char *expected)
{
    char why[CHAT_WHY_SIZE];
    json_error_t error;
    json_t *message = json_loads(text, 0, &error);
    cr_assert_not_null(message, "%s", error.text);
    const char *fault = chat_schema_fault(message, why);
    if (expected == NULL) {
        cr_assert_null(fault, "%s", fault);
    } else {
        cr_assert_not_null(fault, "%s", text);
        cr_assert(strstr(fault, expected) != NULL, "%s", fault);
    }
    json_decref(message);
}

#define CARD(inside)   "{\"cardsV2\":[{\"cardId\":\"a\",\"card\":{" inside "}}]}"
#define WIDGET(inside) CARD("\"sections\":[{\"widgets\":[{" inside "}]}]")
#define BUTTON(inside) WIDGET("\"buttonList\":{\"buttons\":[{\"text\":\"x\"" inside "}]}")
#define PARAGRAPH      "\"textParagraph\":{\"text\":\"x\"}"

Test(chat_schema, messages_that_are_good)
{
    assert_fault(HELLO, NULL);
    assert_fault(
        CARD("\"header\":{\"title\":\"t\"},\"sections\":[{\"widgets\":[{" PARAGRAPH "}]}]"), NULL);
    assert_fault(BUTTON(",\"onClick\":{\"openLink\":{\"url\":\"https://a/\"}}"), NULL);
}

Test(chat_schema, messages_that_are_not)
{
    assert_fault("{}", "the message is empty");
    assert_fault("{\"text\":7}", "no text at 'text'");
    assert_fault("{\"text\":\"x\",\"cards\":[]}", "Unknown name at 'cards'");
    assert_fault(CARD("\"header\":{\"title\":\"t\"}"), "a Card needs sections");
    assert_fault(CARD("\"sections\":[]"), "a card shows nothing");
    assert_fault(CARD("\"sections\":[{\"widgets\":[]}]"), "a section has no widgets");
    assert_fault(
        CARD("\"header\":{\"Title\":\"t\"},\"sections\":[{\"widgets\":[{" PARAGRAPH "}]}]"),
        "Unknown name at 'cardsV2[0].card.header.Title'");
    assert_fault(WIDGET("\"textParagraph\":{\"text\":\"x\",\"bold\":true}"), "textParagraph.bold");
    assert_fault(WIDGET(PARAGRAPH ",\"divider\":{}"), "a widget is one thing");
    assert_fault(BUTTON(""), "a Button needs onClick");
    assert_fault(BUTTON(",\"onClick\":{\"openLink\":{\"url\":\"javascript:x\"}}"), "no http");
    assert_fault("{\"text\":\"x\",\"thread\":{\"threadKey\":\"\"}}", "key of the thread");
    assert_fault("{\"cardsV2\":[{\"card\":{\"sections\":[{\"widgets\":[{" PARAGRAPH "}]}]}},"
                 "{\"card\":{\"sections\":[{\"widgets\":[{" PARAGRAPH "}]}]}}]}",
                 "a cardId each");
}
