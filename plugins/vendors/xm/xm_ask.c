/* SPDX-License-Identifier: MIT */
#include "xm_ask.h"

#include <stdio.h>
#include <string.h>

#include <vmm/errors.h>

static const struct {
    uint16_t id;
    const char *name;   /* of the question */
    const char *member; /* of the answer */
} asks[XM_ASK_COUNT] = {
    [XM_ASK_ALIVE] = {1360, "General", ""},
    [XM_ASK_LOGIN] = {1000, "", ""},
    [XM_ASK_SYSTEM] = {1020, "SystemInfo", "SystemInfo"},
    [XM_ASK_STORAGE] = {1020, "StorageInfo", "StorageInfo"},
    [XM_ASK_WORK] = {1020, "WorkState", "WorkState"},
    [XM_ASK_TIME] = {1452, "OPTimeQuery", "OPTimeQuery"},
    [XM_ASK_CHANNELS] = {1042, "NetWork.ChnStatus", "NetWork.ChnStatus"},
    [XM_ASK_RECORD] = {1042, "Record", "Record"},
    [XM_ASK_GENERAL] = {1042, "General.General", "General.General"},
    [XM_ASK_NTP] = {1042, "NetWork.NetNTP", "NetWork.NetNTP"},
    [XM_ASK_TITLES] = {1048, "ChannelTitle", "ChannelTitle"},
    [XM_ASK_FILES] = {1440, "OPFileQuery", "OPFileQuery"},
    [XM_ASK_DAY] = {1440, "OPFileQuery", "OPFileQuery"},
};

uint16_t xm_ask_id(enum xm_ask ask)
{
    return asks[ask].id;
}

const char *xm_ask_member(enum xm_ask ask)
{
    return asks[ask].member;
}

const char *xm_ask_word(enum xm_ask ask)
{
    return ask == XM_ASK_LOGIN ? "login" : asks[ask].name;
}

int xm_ask_body(enum xm_ask ask, uint32_t session, const struct xm_span *span, char *out,
                size_t size)
{
    int length = 0;
    if (ask == XM_ASK_LOGIN) {
        length = snprintf(out, size,
                          "{\"EncryptType\":\"MD5\",\"LoginType\":\"DVRIP-Web\","
                          "\"PassWord\":\"{pass_sofia}\",\"UserName\":\"{user}\"}");
    } else if (ask == XM_ASK_FILES || ask == XM_ASK_DAY) {
        length = snprintf(out, size,
                          "{\"Name\":\"OPFileQuery\",\"SessionID\":\"0x%08X\",\"OPFileQuery\":{"
                          "\"BeginTime\":\"%s\",\"EndTime\":\"%s\",\"Channel\":%u,"
                          "\"DriverTypeMask\":\"0x0000FFFF\",\"Event\":\"*\",\"Type\":\"%s\","
                          "\"StreamType\":\"0x00000000\"}}",
                          (unsigned)session, span->begin, span->end, (unsigned)span->channel,
                          span->h264 ? "h264" : "*");
    } else {
        length = snprintf(out, size, "{\"Name\":\"%s\",\"SessionID\":\"0x%08X\"}", asks[ask].name,
                          (unsigned)session);
    }
    return length > 0 && (size_t)length < size ? length : VMM_E_TOOBIG;
}
