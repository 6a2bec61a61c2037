/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <vmm/errors.h>

#include "base/clock.h"

#define LINE_MAX_BYTES 2000

static const char *const level_words[] = {"", "error", "warn", "info", "debug"};

static char log_program[32] = "vmm";
static char log_path[4096];
static atomic_int log_level = LOG_INFO;
static atomic_int log_fd = STDERR_FILENO;

const char *log_level_word(int level)
{
    return level >= LOG_ERROR && level <= LOG_DEBUG ? level_words[level] : "";
}

int log_level_parse(const char *word)
{
    for (int level = LOG_ERROR; level <= LOG_DEBUG; level++) {
        if (strcmp(word, level_words[level]) == 0) {
            return level;
        }
    }
    return 0;
}

void log_setup(const char *program, int level)
{
    snprintf(log_program, sizeof(log_program), "%s", program);
    atomic_store(&log_level, level);
}

int log_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0) {
        return VMM_E_IO;
    }
    if (path != log_path) {
        snprintf(log_path, sizeof(log_path), "%s", path);
    }
    int old = atomic_exchange(&log_fd, fd);
    if (old != STDERR_FILENO) {
        close(old);
    }
    return 0;
}

void log_reopen(void)
{
    if (log_path[0] != '\0' && log_file(log_path) != 0) {
        log_error("log", "%s: %s; the old file stays in use", log_path, strerror(errno));
    }
}

void log_line(int level, const char *area, const char *format, ...)
{
    if (level > atomic_load_explicit(&log_level, memory_order_relaxed)) {
        return;
    }
    int saved = errno;
    char line[LINE_MAX_BYTES];
    char when[CLOCK_TEXT_SIZE];
    int head = snprintf(line, sizeof(line), "%s %s %s %s: ", clock_text(clock_wall_us(), when),
                        log_level_word(level), log_program, area);
    va_list args;
    va_start(args, format);
    int body = vsnprintf(line + head, sizeof(line) - (size_t)head - 1, format, args);
    va_end(args);
    size_t size = (size_t)head + (body > 0 ? (size_t)body : 0);
    if (size > sizeof(line) - 2) {
        size = sizeof(line) - 2;
    }
    for (size_t i = (size_t)head; i < size; i++) {
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f) {
            line[i] = ' ';
        }
    }
    line[size] = '\n';
    /* A log that cannot be written must not stop the watch. */
    ssize_t written = write(atomic_load(&log_fd), line, size + 1);
    (void)written;
    errno = saved;
}
