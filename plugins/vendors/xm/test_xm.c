/* SPDX-License-Identifier: MIT */
/* Whole looks in the mock host: what is asked, in which order, and what is told. */
#include "test_xm.h"

#include "xm_frame.h"
#include "xm_note.h"

#include <kit/text.h>

#define EXCHANGES_MAX 24u

static struct vmm_mock *mock;
static struct vmm_mock_exchange exchanges[EXCHANGES_MAX];
static size_t exchange_count;

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

TestSuite(xm, .init = set_up, .fini = tear_down);

struct vmm_mock_exchange *answer_with(uint16_t id, const char *body)
{
    static uint8_t frames[EXCHANGES_MAX][16384];
    cr_assert_lt(exchange_count, EXCHANGES_MAX);
    uint8_t *frame = frames[exchange_count];
    size_t size = strlen(body);
    cr_assert_lt(size + XM_HEAD_SIZE + 2, sizeof(frames[0]));
    xm_head_write(frame, 0x57, 0, id, (uint32_t)size + 2);
    memcpy(frame + XM_HEAD_SIZE, body, size);
    memcpy(frame + XM_HEAD_SIZE + size, "\n", 2);
    struct vmm_mock_exchange *exchange = &exchanges[exchange_count++];
    *exchange = (struct vmm_mock_exchange){
        .expect = "", .reply = frame, .reply_size = XM_HEAD_SIZE + size + 2};
    return exchange;
}

struct vmm_mock_exchange *answer(uint16_t id, const char *fixture)
{
    return answer_with(id, vmm_expect_fixture(FIXTURES, fixture, NULL));
}

const struct vmm_mock_result *look(const struct vmm_mock_ask *ask)
{
    vmm_mock_connection(mock, &(struct vmm_mock_connection){.exchanges = exchanges,
                                                            .exchange_count = exchange_count});
    return vmm_mock_look(mock, ask);
}

void keep_answers(size_t count)
{
    exchange_count = count;
}

const char *sent_on(size_t place, size_t *size)
{
    return vmm_mock_sent(mock, place, size);
}

/* The ids and names of what was sent, "1000 1020:SystemInfo …". */
static const char *sent(void)
{
    static char list[512];
    size_t size = 0;
    const uint8_t *at = (const uint8_t *)vmm_mock_sent(mock, 0, &size);
    struct xm_reader reader;
    struct xm_message message;
    list[0] = '\0';
    xm_reader_init(&reader);
    cr_assert_eq(xm_reader_add(&reader, at, size), 0);
    while (xm_reader_next(&reader, &message) == 1) {
        char name[40] = "";
        sscanf(message.body.data, "{\"Name\":\"%39[^\"]", name);
        size_t used = strlen(list);
        snprintf(list + used, sizeof(list) - used, "%s%u%s%s", used > 0 ? " " : "", message.id,
                 name[0] != '\0' ? ":" : "", name);
    }
    xm_reader_finish(&reader);
    return list;
}

void play_recorder(void)
{
    answer(1001, "login.json");
    answer(1021, "system-recorder.json");
    answer(1043, "general.json");
    answer(1043, "ntp.json");
    answer(1049, "titles.json");
    answer(1021, "work.json");
    answer(1043, "channels.json");
    answer(1021, "storage.json");
    answer(1453, "time.json");
    answer(1043, "record.json");
    answer(1441, "files.json");
}

Test(xm, a_recorder_is_read_whole)
{
    play_recorder();
    const struct vmm_mock_result *seen = look(&(struct vmm_mock_ask){0});
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_CLOCK, 0);
    cr_expect_str_eq(sent(), "1000 1020:SystemInfo 1042:General.General 1042:NetWork.NetNTP "
                             "1048:ChannelTitle 1020:WorkState 1042:NetWork.ChnStatus "
                             "1020:StorageInfo 1452:OPTimeQuery 1042:Record 1440:OPFileQuery");
    vmm_expect_text(seen, VMM_FACT_MODEL, 0, "MBD6808T");
    vmm_expect_text(seen, VMM_FACT_FIRMWARE, 0, "V5.00.R02.000529B2.10010.040600.0020000");
    vmm_expect_text(seen, VMM_FACT_SERIAL, 0, "a166379674a3b447");
    vmm_expect_number(seen, VMM_FACT_UPTIME, 0, 0x1f532 * 60);
    vmm_expect_number(seen, VMM_FACT_CHANNELS, 0, 8);
    vmm_expect_text(seen, VMM_FACT_NTP_SERVER, 0, "pool.ntp.org");
    vmm_expect_number(seen, VMM_FACT_CLOCK_SYNC, 0, 1);
    cr_expect_eq(vmm_mock_accepted(mock), 1);
}

Test(xm, each_channel_is_judged_for_itself)
{
    play_recorder();
    const struct vmm_mock_result *seen = look(&(struct vmm_mock_ask){0});
    vmm_expect_number(seen, VMM_FACT_SIGNAL, 1, 1);
    vmm_expect_fault(seen, VMM_FACT_SIGNAL, 2, VMM_REASON_VIDEO_LOSS);
    vmm_expect_number(seen, VMM_FACT_SIGNAL, 5, 1);
    vmm_expect_fault(seen, VMM_FACT_SIGNAL, 6, VMM_REASON_VIDEO_LOSS);
    vmm_expect_text(seen, VMM_FACT_CHANNEL_STATE, 6, "LoginFailed");
    vmm_expect_unjudged(seen, VMM_FACT_SIGNAL, 7); /* not tried yet after a start */
    vmm_expect_absent(seen, VMM_FACT_SIGNAL, 8);   /* an empty slot */
    vmm_expect_number(seen, VMM_FACT_CHANNEL_ENABLED, 8, 0);
    vmm_expect_text(seen, VMM_FACT_CHANNEL_NAME, 2, "Yard");
    vmm_expect_text(seen, VMM_FACT_CHANNEL_NAME, 5, "D01");
    vmm_expect_text(seen, VMM_FACT_RECORDING_MODE, 1, "schedule");
    vmm_expect_text(seen, VMM_FACT_RECORDING_MODE, 2, "continuous");
    vmm_expect_text(seen, VMM_FACT_RECORDING_MODE, 3, "off");
    vmm_expect_number(seen, VMM_FACT_RECORDING_NOW, 1, 1);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NOW, 5); /* armed on dead channels too */
    vmm_expect_number(seen, VMM_FACT_RECORDING_NEWEST, 1, 100);
}

Test(xm, settings_are_read_at_the_first_look_and_each_channel_has_its_turn)
{
    /* The second look; channel 2 has lost its signal. */
    const uint8_t note[XM_NOTE_SIZE] = {3, 1, 2, 1, 0};
    answer(1001, "login.json");
    answer(1021, "system-recorder.json");
    answer(1021, "work.json");
    answer(1043, "channels.json");
    answer(1021, "storage.json");
    answer(1453, "time.json");
    answer(1043, "record.json");
    answer(1441, "files.json");
    const struct vmm_mock_result *seen =
        look(&(struct vmm_mock_ask){.note = note, .note_size = sizeof(note)});
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_CLOCK, 0);
    vmm_expect_number(seen, VMM_FACT_RECORDING_NEWEST, 4, 100); /* 3 is set to record nothing */
    const uint8_t next[XM_NOTE_SIZE] = {3, 2, 2, 4, 0};
    cr_assert_eq(seen->note_size, sizeof(next));
    cr_expect_arr_eq(seen->note, next, sizeof(next));
}

Test(xm, the_clock_is_judged_only_in_a_zone_that_is_given)
{
    play_recorder();
    const struct vmm_mock_result *seen = look(&(struct vmm_mock_ask){0});
    vmm_expect_unjudged(seen, VMM_FACT_CLOCK_OFFSET, 0);
}

Test(xm, with_a_zone_the_clock_is_judged)
{
    play_recorder();
    const struct vmm_mock_result *seen =
        look(&(struct vmm_mock_ask){.options = "{\"zone\":\"+08:00\"}"});
    const struct vmm_observation *offset =
        vmm_expect_fact(seen, VMM_FACT_CLOCK_OFFSET, 0, VMM_STANDING_OK);
    /* Noon at +08:00 is four hours after the mock's midnight UTC, give or take the look itself. */
    cr_expect_lt(llabs(offset->number - 4 * 3600 * 1000LL), 1000);
    vmm_expect_fact(seen, VMM_FACT_CLOCK_UNCERTAINTY, 0, VMM_STANDING_OK);
}

Test(xm, a_wrong_password_is_one_login_and_the_end)
{
    answer_with(1001, "{\"Name\":\"\",\"Ret\":203,\"SessionID\":\"0x00000000\"}");
    const struct vmm_mock_result *seen = look(&(struct vmm_mock_ask){0});
    vmm_expect_end(seen, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0);
    cr_expect_str_eq(sent(), "1000");
    cr_expect_eq(vmm_mock_refused(mock), 1);
    cr_expect_eq(vmm_mock_accepted(mock), 0);
}

Test(xm, a_locked_account_is_told_as_locked)
{
    answer_with(1001, "{\"Name\":\"\",\"Ret\":205,\"SessionID\":\"0x00000000\"}");
    const struct vmm_mock_result *seen = look(&(struct vmm_mock_ask){0});
    vmm_expect_end(seen, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_LOCKED);
    vmm_expect_number(seen, VMM_FACT_LOGIN_LOCKED, 0, 1);
}

Test(xm, another_answer_to_the_login_condemns_no_credential)
{
    answer_with(1001, "{\"Name\":\"\",\"Ret\":102,\"SessionID\":\"0x00000000\"}");
    const struct vmm_mock_result *seen = look(&(struct vmm_mock_ask){0});
    vmm_expect_end(seen, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_AUTHENTICATE, 0);
    cr_expect_eq(vmm_mock_refused(mock), 0);
}

Test(xm, encrypted_firmware_is_not_judged)
{
    answer_with(1001, "{\"DataUseAES\":true,\"Ret\":100,\"SessionID\":\"0x00000057\"}");
    vmm_expect_end(look(&(struct vmm_mock_ask){0}), VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
}

Test(xm, a_trial_asks_before_any_login)
{
    answer_with(1361, "{\"Name\":\"General\",\"Ret\":105}");
    vmm_expect_end(look(&(struct vmm_mock_ask){.scope = VMM_SCOPE_TRIAL}), VMM_OUTCOME_OK,
                   VMM_RUNG_ANSWER, 0);
    cr_expect_str_eq(sent(), "1360:General");
}

Test(xm, when_no_login_is_allowed_it_is_seen_that_it_answers)
{
    vmm_mock_authorize(mock, VMM_E_DENIED, "");
    answer_with(1361, "{\"Name\":\"General\",\"Ret\":105}");
    vmm_expect_end(look(&(struct vmm_mock_ask){0}), VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0);
    cr_expect_str_eq(sent(), "1360:General");
}

Test(xm, messages_of_others_are_passed_over)
{
    play_recorder();
    static uint8_t both[1024];
    const char alarm[] = "{\"AlarmInfo\":{\"Channel\":0,\"Event\":\"VideoMotion\"}}";
    xm_head_write(both, 0x57, 0, 1504, sizeof(alarm));
    memcpy(both + XM_HEAD_SIZE, alarm, sizeof(alarm));
    size_t size = XM_HEAD_SIZE + sizeof(alarm);
    memcpy(both + size, exchanges[0].reply, exchanges[0].reply_size);
    exchanges[0].reply = both;
    exchanges[0].reply_size += size;
    vmm_expect_end(look(&(struct vmm_mock_ask){0}), VMM_OUTCOME_OK, VMM_RUNG_CLOCK, 0);
}

Test(xm, a_name_that_this_firmware_does_not_know_is_not_judged)
{
    play_recorder();
    exchange_count = 2;
    answer_with(1043, "{\"Name\":\"General.General\",\"Ret\":607}");
    answer(1043, "ntp.json");
    answer(1049, "titles.json");
    answer(1021, "work.json");
    answer_with(1043, "{\"Name\":\"NetWork.ChnStatus\",\"Ret\":607}");
    answer(1021, "storage.json");
    answer(1453, "time.json");
    answer(1043, "record.json");
    answer(1441, "files.json");
    const struct vmm_mock_result *seen = look(&(struct vmm_mock_ask){0});
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_CLOCK, 0);
    vmm_expect_absent(seen, VMM_FACT_SIGNAL, 5);
    vmm_expect_absent(seen, VMM_FACT_DISK_OVERWRITE, 0);
}

Test(xm, an_answer_that_makes_no_sense_makes_the_look_partial)
{
    play_recorder();
    exchange_count = 5;
    answer_with(1021, "{\"Name\":\"WorkState\",\"Ret\":100,\"WorkState\":{}}");
    answer(1043, "channels.json");
    answer(1021, "storage.json");
    answer(1453, "time.json");
    answer(1043, "record.json");
    answer(1441, "files.json");
    const struct vmm_mock_result *seen = look(&(struct vmm_mock_ask){0});
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
    vmm_expect_detail(seen, "WorkState");
    vmm_expect_absent(seen, VMM_FACT_SIGNAL, 1);
    vmm_expect_number(seen, VMM_FACT_SIGNAL, 5, 1);
}

Test(xm, another_protocol_is_a_bad_reply)
{
    exchanges[0] = (struct vmm_mock_exchange){.expect = "", .reply = "SSH-2.0-dropbear\r\n"};
    exchange_count = 1;
    vmm_expect_end(look(&(struct vmm_mock_ask){0}), VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
}

Test(xm, a_device_that_falls_silent_is_a_timeout)
{
    answer(1001, "login.json")->then = VMM_MOCK_MUTE;
    const struct vmm_mock_result *seen = look(&(struct vmm_mock_ask){0});
    vmm_expect_end(seen, VMM_OUTCOME_TIMEOUT, VMM_RUNG_ANSWER, 0);
    vmm_expect_detail(seen, "SystemInfo: no answer");
}

/* As with the makes that speak HTTP: slow at some question is no reason to call the device down. */
Test(xm, what_was_read_before_it_fell_silent_or_hung_up_counts)
{
    static const uint32_t ends[] = {VMM_MOCK_MUTE, VMM_MOCK_CLOSE, VMM_MOCK_RESET};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        exchange_count = 0;
        play_recorder();
        exchanges[4].then = ends[i]; /* after the titles */
        exchange_count = 5;
        const struct vmm_mock_result *seen = look(&(struct vmm_mock_ask){0});
        vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
        vmm_expect_detail(seen, "WorkState: no usable answer");
        vmm_expect_text(seen, VMM_FACT_MODEL, 0, "MBD6808T");
        vmm_expect_absent(seen, VMM_FACT_SIGNAL, 1);
    }
}

Test(xm, a_device_that_hangs_up_is_unreachable)
{
    answer(1001, "login.json")->then = VMM_MOCK_CLOSE;
    vmm_expect_end(look(&(struct vmm_mock_ask){0}), VMM_OUTCOME_UNREACHABLE, VMM_RUNG_ANSWER, 0);
}

static void storage_is(const char *storage)
{
    char body[1024];
    play_recorder();
    exchange_count = 7;
    snprintf(body, sizeof(body), "{\"Name\":\"StorageInfo\",\"Ret\":100,\"StorageInfo\":%s}",
             storage);
    answer_with(1021, body);
    answer(1453, "time.json");
    answer(1043, "record.json");
    answer(1441, "files.json");
}

#define PARTITION(total, free, status)                                                             \
    "[{\"Partition\":[{\"TotalSpace\":\"" total "\",\"RemainSpace\":\"" free                       \
    "\",\"Status\":" status "}]}]"

Test(xm, a_disk_in_order)
{
    play_recorder();
    const struct vmm_mock_result *seen = look(&(struct vmm_mock_ask){0});
    vmm_expect_text(seen, VMM_FACT_DISK_STATE, 1, "ok");
    vmm_expect_number(seen, VMM_FACT_DISK_TOTAL, 1, 0x746fcLL << 20);
    vmm_expect_number(seen, VMM_FACT_DISK_FREE, 1, 0x73130LL << 20);
    vmm_expect_number(seen, VMM_FACT_DISK_OVERWRITE, 0, 1);
}

Test(xm, a_disk_that_cannot_be_written)
{
    storage_is(PARTITION("0x1000", "0x10", "4"));
    vmm_expect_fault(look(&(struct vmm_mock_ask){0}), VMM_FACT_DISK_STATE, 1,
                     VMM_REASON_DISK_FAULT);
}

Test(xm, a_full_disk_that_overwrites_is_no_fault)
{
    storage_is(PARTITION("0x1000", "0x0", "0"));
    vmm_expect_text(look(&(struct vmm_mock_ask){0}), VMM_FACT_DISK_STATE, 1, "ok");
}

/* What the core judges a full disk by stands in each look, the settings' twelfth or not. */
Test(xm, a_full_disk_where_recording_stops_is_told_with_it_in_each_look)
{
    const uint8_t note[XM_NOTE_SIZE] = {3, 1, 1, 0, 0};
    storage_is(
        "[{\"Partition\":[{\"TotalSpace\":\"0x1000\",\"RemainSpace\":\"0x0\",\"Status\":0}]},"
        "{\"Partition\":[{\"TotalSpace\":\"0x1000\",\"RemainSpace\":\"0x800\",\"Status\":0}]}]");
    /* Without the settings' three questions. */
    memmove(exchanges + 2, exchanges + 5, (exchange_count - 5) * sizeof(exchanges[0]));
    exchange_count -= 3;
    const struct vmm_mock_result *seen =
        look(&(struct vmm_mock_ask){.note = note, .note_size = sizeof(note)});
    vmm_expect_text(seen, VMM_FACT_DISK_STATE, 1, "ok");
    vmm_expect_text(seen, VMM_FACT_DISK_STATE, 2, "ok");
    vmm_expect_number(seen, VMM_FACT_DISK_OVERWRITE, 0, 0);
    vmm_expect_number(seen, VMM_FACT_DISK_FREE, 1, 0);
    vmm_expect_number(seen, VMM_FACT_DISK_FREE, 2, 0x800LL << 20);
}

Test(xm, a_recorder_without_a_disk)
{
    storage_is("[]");
    vmm_expect_fault(look(&(struct vmm_mock_ask){0}), VMM_FACT_DISK_STATE, 1,
                     VMM_REASON_DISK_MISSING);
}

Test(xm, disks_that_are_not_understood_are_not_missing)
{
    static const char *const answers[] = {"null",
                                          "{}",
                                          "\"none\"",
                                          "[{\"Partition\":null}]",
                                          "[{\"Parts\":[{\"TotalSpace\":\"0x1000\"}]}]",
                                          "[{\"Partition\":[{\"TotalSpace\":\"much\"}]}]"};
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        exchange_count = 0;
        storage_is(answers[i]);
        const struct vmm_mock_result *seen = look(&(struct vmm_mock_ask){0});
        vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
        vmm_expect_absent(seen, VMM_FACT_DISK_STATE, 1);
    }
}

Test(xm, only_of_a_recorder_a_disk_can_be_missing)
{
    static const char *const kinds[] = {"DVS", "IPC", ""};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        char login[128];
        snprintf(login, sizeof(login),
                 "{\"DeviceType \":\"%s\",\"Ret\":100,\"SessionID\":\"0x00000057\"}", kinds[i]);
        exchange_count = 0;
        storage_is("[]");
        size_t count = exchange_count;
        exchange_count = 0;
        answer_with(1001, login);
        exchange_count = count;
        vmm_expect_absent(look(&(struct vmm_mock_ask){0}), VMM_FACT_DISK_STATE, 1);
    }
}

Test(xm, a_camera_without_a_disk_misses_nothing)
{
    answer_with(1001, "{\"DeviceType\":\"IPC\",\"Ret\":100,\"SessionID\":\"0x00000057\"}");
    answer(1021, "system-camera.json");
    answer(1043, "general.json");
    answer(1043, "ntp.json");
    answer(1049, "titles.json");
    answer(1021, "work.json");
    answer_with(1021, "{\"Name\":\"StorageInfo\",\"Ret\":100,\"StorageInfo\":[]}");
    answer(1453, "time.json");
    answer_with(1043, "{\"Name\":\"Record\",\"Ret\":607}");
    answer_with(1441, "{\"Name\":\"OPFileQuery\",\"Ret\":120}");
    const struct vmm_mock_result *seen = look(&(struct vmm_mock_ask){0});
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
    vmm_expect_absent(seen, VMM_FACT_DISK_STATE, 1);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
    vmm_expect_number(seen, VMM_FACT_SIGNAL, 1, 1);
}

/* ---- Trouble ---- */

static void scenario(struct vmm_mock *m, void *arg)
{
    (void)arg;
    exchange_count = 0;
    play_recorder();
    vmm_mock_connection(
        m, &(struct vmm_mock_connection){.exchanges = exchanges, .exchange_count = exchange_count});
    if (vmm_mock_open(m) == 0) {
        vmm_mock_look(m, &(struct vmm_mock_ask){0});
    }
}

Test(xm_trouble, every_call_may_fail)
{
    char report[1024];
    cr_assert_gt(vmm_mock_each_failure(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)),
                 30);
    cr_assert_str_empty(report);
}

Test(xm_trouble, it_can_be_taken_back_at_every_step)
{
    char report[1024];
    cr_assert_gt(vmm_mock_each_cancel(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)), 10);
    cr_assert_str_empty(report);
}
