/* SPDX-License-Identifier: MIT */
/*
 * The copies of the record from inside: record.c knows them, record_pipe.c moves pages to them, record_resume.c finds
 * out where they go on.
 */
#ifndef MAIN_RECORD_COPY_H
#define MAIN_RECORD_COPY_H

#include <vmm/sink.h>

#include "base/rng.h"
#include "base/text.h"
#include "main/record.h"
#include "main/record_page.h"

#define RECORD_AREA       "record"
#define RECORD_CURSOR     "record:" /* in front of the name of a copy: its cursor in the store */
#define RECORD_COPIES_MAX 8u

/* What a sink has said: where it goes on. */
struct resumption {
    struct host *host; /* NULL: nothing is open */
    uint32_t asked;    /* RESUME frames without an answer */
    uint32_t open;     /* places that are being looked up */
    bool wanted[FEED_ORDERED];
    int64_t numbers[FEED_TABLES];
};

struct copy {
    struct record *record;
    char name[64];
    struct plugin *plugin;
    struct host *host; /* that has resumed, and gets the pages */
    struct resumption resumption;
    uint32_t
        lookups[FEED_ORDERED]; /* under way; they are answered in order, only the last is wanted */
    struct feed feed;
    struct event *timer;
    struct record_page staged;
    struct record_page out;
    uint32_t out_open; /* messages of `out` that are not settled */
    uint32_t asked_ms; /* the longest pause that it asked for */
    bool refused;
    char why[TEXT_MAX + 1];
    bool failing;     /* it did not take the last page; said once */
    int64_t has_seq;  /* of the journal; -1: not known yet */
    uint64_t rows;    /* taken */
    uint64_t dropped; /* never to be taken */
    uint64_t refusals;
};

struct record {
    struct daemon *daemon;
    struct copy *copies[RECORD_COPIES_MAX];
    size_t count;
    uint64_t batches;
    char session[20]; /* of this run: numbers of another say nothing */
    struct rng rng;
};

/* Do what the feed wants, and wait for what it waits for. */
void copy_act(struct copy *copy, uint32_t todo);

/* Its host is gone, or is not the one that takes work any more: what is out is lost. */
void copy_lost(struct copy *copy);

/* A verdict on a message of the page that is out. */
void copy_settled(struct copy *copy, const struct settled_message *message);

/* What the sink said in `host`, as a RESUME frame. */
void copy_resume(struct copy *copy, struct host *host, const struct resume_message *message);

/* Go on where it said when everything is there for that: its host takes work, its places are known, and no other host
 * has a page under way. */
void copy_try_resume(struct copy *copy);

#endif
