/* SPDX-License-Identifier: MIT */
/* Processes of the bench. All of them die with it. */
#ifndef BENCH_CHILD_H
#define BENCH_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

enum child_side {
    CHILD_MEASURED, /* on the first processor: what is measured */
    CHILD_HELPING,  /* on the second: simulated devices, drivers, the bench itself */
    CHILD_ANYWHERE, /* on both */
};

struct child {
    pid_t pid; /* 0: none */
    FILE *to;  /* its standard input; NULL without `talks` */
    FILE *from;
};

struct child_order {
    const char *const *arguments; /* the program's path first, ended by NULL */
    const char *const *variables; /* "NAME=VALUE" to set, ended by NULL; or NULL */
    const char *log; /* file that takes standard error, and standard output unless it talks */
    enum child_side side;
    bool talks; /* lines go both ways */
};

/* Ends the bench with a message when the process cannot be started. */
void child_start(struct child *child, const struct child_order *order);

/* Send a line, and read the answer's number after `word`; ends the bench when it is another answer. */
uint64_t child_ask(struct child *child, const char *line, const char *word);

/* TERM, KILL after a second; accepts what is not running. */
void child_stop(struct child *child);

/* Move the calling process to a side. */
void child_pin(enum child_side side);

/* Say what went wrong and end the bench, with everything it started. */
_Noreturn void bench_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A line about what is being done. */
void bench_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

void bench_sleep_ms(uint32_t ms);
uint64_t bench_now_us(void);

#endif
