/* SPDX-License-Identifier: MIT */
/* A connection from the inside: shared by reading (conn.c), sending (conn_send.c) and memory. */
#ifndef FARM_CONN_STATE_H
#define FARM_CONN_STATE_H

#include "farm/conn.h"
#include "farm/server.h"

#define CONN_INPUT_BYTES  16384
#define CONN_FILLER_BYTES 65536

enum conn_state {
    CONN_READING,
    CONN_WAITING, /* for the device's latency */
    CONN_SENDING,
    CONN_SILENT /* never says anything */
};

struct conn {
    struct loop_watch watch; /* first member: the watch is the connection */
    struct loop_timer timer;
    struct farm *farm;
    struct conn *next; /* in the device's list, or in the pool */
    struct conn *previous;
    struct server_caller caller;
    struct server_plan plan;
    struct server_reply reply;
    struct message message; /* points into input */
    enum conn_state state;
    bool watched;
    char *pending; /* what the socket did not take at once; on the heap */
    size_t pending_len;
    size_t pending_at;
    size_t used; /* bytes of input that hold something */
    char input[CONN_INPUT_BYTES];
};

struct conn_slab;

struct conn_pool {
    struct conn_slab *slabs;
    struct conn *free;
    char filler[CONN_FILLER_BYTES];
};

/* A connection's memory, zero but for the input; never NULL. Give it back through free. */
struct conn *conn_pool_take(struct conn_pool *pool);

/* Closes the connection, by a reset or not, and gives its memory back. */
void conn_close(struct conn *conn, bool reset);

/* Begins to send the reply that stands in the farm's scratch, or goes on with it. True: the reply
 * is complete and the connection lives on; false: there is more to send, or it is closed. */
bool conn_send_start(struct conn *conn);
bool conn_send_continue(struct conn *conn);

#endif
