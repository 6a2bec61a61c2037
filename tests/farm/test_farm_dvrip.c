/* SPDX-License-Identifier: MIT */
/* A device of DVRIP as a bare socket sees it: login, session, writes, lock. */
#include "farm/dvrip.h"
#include "farm/test_farm_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct rig rig;

static void start(const char *further)
{
    char scenario[1024];
    snprintf(scenario, sizeof scenario,
             "{\"ports\":{\"dvrip\":0},\"users\":[{\"name\":\"admin\",\"password\":\"right\"}],"
             "\"groups\":[{\"prefix\":\"d\",\"count\":1,\"base_address\":\"127.77.0.1\","
             "\"personality\":\"xm-dvr\"%s}]}",
             further);
    rig_start(&rig, scenario);
}

static void end(void)
{
    rig_end(&rig);
}

TestSuite(farm_dvrip, .fini = end);

/* The answer to one message, its body ended by NUL; "" when the connection ends. */
static const char *ask(int fd, uint16_t id, uint32_t session, const char *body)
{
    static char answer[8192];
    struct out frame = {0};
    struct message head;
    size_t used = 0;
    dvrip_write(&(struct message){.id = (uint16_t)(id - 1)}, session, slice_of(body), 0, &frame);
    cr_assert_eq(send(fd, frame.data, frame.len, MSG_NOSIGNAL), (ssize_t)frame.len);
    out_finish(&frame);
    for (;;) {
        ssize_t got = recv(fd, answer + used, sizeof answer - 1 - used, 0);
        if (got <= 0) {
            return "";
        }
        used += (size_t)got;
        if (dvrip_read(answer, used, &head) == MESSAGE_WHOLE &&
            used >= DVRIP_HEAD + head.body_len) {
            cr_expect_eq(head.id, id + 1);
            return answer + DVRIP_HEAD;
        }
    }
}

static const char *log_in(int fd, const char *password, uint32_t *session)
{
    char hash[DVRIP_HASH + 1];
    char body[200];
    unsigned number = 0;
    dvrip_hash(password, hash);
    snprintf(body, sizeof body,
             "{\"EncryptType\":\"MD5\",\"LoginType\":\"DVRIP-Web\",\"PassWord\":\"%s\","
             "\"UserName\":\"admin\"}",
             hash);
    const char *answer = ask(fd, DVRIP_LOGIN, 0, body);
    const char *told = strstr(answer, "\"SessionID\":\"");
    cr_assert_not_null(told, "%s", answer);
    sscanf(told + 13, "%x", &number);
    *session = number;
    return answer;
}

#define SYSTEM "{\"Name\":\"SystemInfo\",\"SessionID\":\"0x00000057\"}"

Test(farm_dvrip, a_session_belongs_to_its_connection)
{
    uint32_t session = 0;
    start("");
    int fd = rig_connect(&rig, "d1");
    cr_expect_not_null(strstr(ask(fd, 1360, 0, "{\"Name\":\"General\"}"), "\"Ret\":105"));
    cr_expect_not_null(strstr(ask(fd, 1020, 0, SYSTEM), "\"Ret\":105"));
    cr_expect_not_null(strstr(log_in(fd, "right", &session), "\"Ret\":100"));
    cr_expect_neq(session, 0);
    cr_expect_not_null(strstr(ask(fd, 1020, session, SYSTEM), "MBD6808T"));
    cr_expect_not_null(strstr(ask(fd, 1042, session, "{\"Name\":\"Nothing\"}"), "\"Ret\":607"));
    int other = rig_connect(&rig, "d1");
    cr_expect_not_null(strstr(ask(other, 1020, session, SYSTEM), "\"Ret\":105"));
    close(other);
    close(fd);
    cr_expect_eq(rig_count(&rig, "d1", "logins_good"), 1);
    cr_expect_eq(rig_count(&rig, "d1", "writes"), 0);
}

Test(farm_dvrip, a_message_that_is_not_listed_as_reading_writes)
{
    uint32_t session = 0;
    start("");
    int fd = rig_connect(&rig, "d1");
    log_in(fd, "right", &session);
    ask(fd, 1450, session, "{\"Name\":\"OPMachine\",\"OPMachine\":{\"Action\":\"Reboot\"}}");
    ask(fd, 1040, session, "{\"Name\":\"General.General\"}");
    close(fd);
    cr_expect_eq(rig_count(&rig, "d1", "writes"), 2);
}

Test(farm_dvrip, wrong_passwords_lock)
{
    uint32_t session = 0;
    start(",\"override\":{\"auth\":{\"lockout\":{\"after\":2}}}");
    int fd = rig_connect(&rig, "d1");
    cr_expect_not_null(strstr(log_in(fd, "wrong", &session), "\"Ret\":203"));
    cr_expect_not_null(strstr(log_in(fd, "wrong", &session), "\"Ret\":203"));
    cr_expect_not_null(strstr(log_in(fd, "right", &session), "\"Ret\":205"));
    close(fd);
    cr_expect_eq(rig_count(&rig, "d1", "lock_outs"), 1);
    cr_expect_eq(rig_count(&rig, "d1", "logins_bad"), 2);
    cr_expect_eq(rig_count(&rig, "d1", "logins_locked"), 1);
}

Test(farm_dvrip, what_is_no_frame_ends_the_connection)
{
    char answer[64];
    start("");
    int fd = rig_connect(&rig, "d1");
    cr_expect_eq(rig_exchange(fd, "GET / HTTP/1.1\r\n\r\n", NULL, answer, sizeof answer), 0);
    close(fd);
    cr_expect_eq(rig_count(&rig, "d1", "malformed"), 1);
}
