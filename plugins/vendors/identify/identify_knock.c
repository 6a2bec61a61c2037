/* SPDX-License-Identifier: MIT */
/* Connections that are not HTTP: RTSP's OPTIONS, one frame of DVRIP, and a port that is only knocked at. */
#include <stdio.h>
#include <string.h>

#include "identify_look.h"

/* ---- What came ---- */

static uint32_t port_of(const struct identify_look *look)
{
    static const uint32_t ports[] = {
        [STAGE_RTSP] = RTSP_PORT, [STAGE_DVRIP] = DVRIP_PORT, [STAGE_KNOCK] = OTHER_PORT};
    return look->port != 0 ? look->port : ports[look->stage];
}

/* "RTSP/1.0 401 Unauthorized" */
static uint32_t status_of(struct vmm_text line)
{
    int64_t status = 0;
    struct vmm_text word;
    (void)vmm_text_part(&line, ' ', &word);
    (void)vmm_text_part(&line, ' ', &word);
    return vmm_text_int(word, 100, 999, &status) == 0 ? (uint32_t)status : 0;
}

/* It is another port than that of the protocol: the operator's. */
static void set_place(const struct identify_look *look, const char *scheme, char place[32])
{
    if (look->port != 0) {
        snprintf(place, 32, "%s:%u", scheme, (unsigned)look->port);
    }
}

static void take_rtsp(struct identify_look *look)
{
    char place[32] = "";
    struct vmm_text rest = vmm_text_bytes(look->bytes, look->size);
    struct vmm_text first;
    if (!vmm_text_begins(rest, "RTSP/") || !vmm_text_line(&rest, &first)) {
        return;
    }
    set_place(look, "rtsp", place);
    look->answered = true;
    vmm_observe_vendor(&look->to, "rtsp", vmm_text_trim(first));
    look_tell(look, &(struct vmm_answer){.way = VMM_WAY_RTSP,
                                         .port = port_of(look),
                                         .status = status_of(first),
                                         .headers = rest.data,
                                         .headers_size = rest.size,
                                         .place = place});
}

static void take_dvrip(struct identify_look *look)
{
    char place[32] = "";
    if (look->size == 0 || (unsigned char)look->bytes[0] != 0xff) {
        return;
    }
    set_place(look, "dvrip", place);
    look->answered = true;
    look_tell(look, &(struct vmm_answer){.way = VMM_WAY_DVRIP,
                                         .port = port_of(look),
                                         .body = look->bytes,
                                         .body_size = look->size,
                                         .place = place});
}

/* The connection has done its part. */
static void conclude(struct identify_look *look)
{
    knock_stop(look);
    if (look->stage == STAGE_RTSP) {
        take_rtsp(look);
    } else if (look->stage == STAGE_DVRIP) {
        take_dvrip(look);
    }
    look->stage++;
    look_go_on(look);
}

/* ---- What is sent ---- */

/* The frame that any DVRIP device answers, though nobody is logged in: abilities, id 1360. */
static int send_dvrip(struct identify_look *look)
{
    static const char body[] = "{\"Name\":\"General\"}\n";
    char frame[20 + sizeof(body)] = {[0] = (char)0xff, [1] = 1, [14] = 0x50, [15] = 5};
    frame[16] = sizeof(body);
    memcpy(frame + 20, body, sizeof(body));
    return look->plugin->net->send(look->connection, frame, sizeof(frame));
}

static int send_rtsp(struct identify_look *look)
{
    char authority[AUTHORITY_MAX];
    char text[AUTHORITY_MAX + 128];
    int rc =
        look->plugin->net->authority(look->to.job, port_of(look), authority, sizeof(authority));
    int length = snprintf(text, sizeof(text),
                          "OPTIONS rtsp://%s/ RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: vmm\r\n\r\n",
                          rc == 0 ? authority : "");
    return rc != 0 ? rc : look->plugin->net->send(look->connection, text, (size_t)length);
}

static void on_connected(void *arg)
{
    struct identify_look *look = arg;
    look_add_port(look, port_of(look));
    if (look->stage == STAGE_KNOCK) {
        look_tell(look, &(struct vmm_answer){.way = VMM_WAY_OPEN, .port = port_of(look)});
    }
    int rc = look->stage == STAGE_RTSP    ? send_rtsp(look)
             : look->stage == STAGE_DVRIP ? send_dvrip(look)
                                          : VMM_E_NOENT; /* nothing is asked there */
    if (rc != 0) {
        conclude(look);
    }
}

/* The head of an answer is all that is wanted. */
static void on_received(void *arg, const uint8_t *bytes, size_t size)
{
    struct identify_look *look = arg;
    size_t room = sizeof(look->bytes) - look->size;
    size_t taken = size < room ? size : room;
    memcpy(look->bytes + look->size, bytes, taken);
    look->size += taken;
    bool whole = look->stage != STAGE_RTSP || look->size == sizeof(look->bytes) ||
                 memmem(look->bytes, look->size, "\r\n\r\n", 4) != NULL;
    if (whole) {
        conclude(look);
    }
}

static void on_closed(void *arg, const struct vmm_net_end *end)
{
    struct identify_look *look = arg;
    look->connection = NULL;
    if (end->outcome == VMM_OUTCOME_CANCELLED) {
        look_end(look, VMM_OUTCOME_CANCELLED, VMM_RUNG_NONE, 0, NULL);
        return;
    }
    conclude(look);
}

static const struct vmm_net_events events = {
    .struct_size = sizeof(events),
    .connected = on_connected,
    .received = on_received,
    .closed = on_closed,
};

/* ---- The connection ---- */

/* At a port that is set there is one protocol: where pages came from it, it is theirs. */
bool knock_is_wanted(const struct identify_look *look, enum stage stage)
{
    return look->port == 0 || (!look->answered && stage != STAGE_KNOCK);
}

int knock_start(struct identify_look *look)
{
    if (!knock_is_wanted(look, look->stage) || !look_may_open(look, 0)) {
        return 0;
    }
    look->size = 0;
    int rc = look->plugin->net->open(look->to.job, port_of(look), 0, CONNECT_MS,
                                     STEP_MS - CONNECT_MS, &events, look, &look->connection);
    look->connections += rc == 0 ? 1 : 0;
    return rc == 0; /* what the host does not allow is left out */
}

void knock_stop(struct identify_look *look)
{
    if (look->connection != NULL) {
        look->plugin->net->close(look->connection);
        look->connection = NULL;
    }
}
