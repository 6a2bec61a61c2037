/* SPDX-License-Identifier: MIT */
/*
 * The log: one line an event on standard error or in a file: time, level, program, area, text.
 * A secret never goes in here. Text from outside is cleaned (see text.h) before it is logged.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdint.h>

#define LOG_ERROR 1
#define LOG_WARN  2
#define LOG_INFO  3
#define LOG_DEBUG 4

/* Set the highest level that is written, and the name of the program in each line. Not thread-safe. */
void log_setup(const char *program, int level);

/* Write to this file from now on (append, 0640); again on log_reopen(). 0 or VMM_E_IO. */
int log_file(const char *path);
void log_reopen(void);

/* Write one line: time, level, program, area, text. Thread-safe: one write(2) a line, at most 2,000 bytes.
 * Line breaks and control characters in the text are replaced. */
void log_line(int level, const char *area, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define log_error(area, ...) log_line(LOG_ERROR, area, __VA_ARGS__)
#define log_warn(area, ...)  log_line(LOG_WARN, area, __VA_ARGS__)
#define log_info(area, ...)  log_line(LOG_INFO, area, __VA_ARGS__)
#define log_debug(area, ...) log_line(LOG_DEBUG, area, __VA_ARGS__)

/* The word of a level, and the level of a word (0: no such word). */
const char *log_level_word(int level);
int log_level_parse(const char *word);

#endif
