/* SPDX-License-Identifier: MIT */
#include "config/error.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

void config_error_clear(struct config_error *error)
{
    *error = (struct config_error){0};
}

void config_error_set(struct config_error *error, const char *pointer, const char *remedy,
                      const char *problem, ...)
{
    va_list args;
    va_start(args, problem);
    vsnprintf(error->problem, sizeof(error->problem), problem, args);
    va_end(args);
    text_format(error->pointer, sizeof(error->pointer), "%s", pointer);
    text_format(error->remedy, sizeof(error->remedy), "%s", remedy);
}

static void put_place(const struct config_error *error, char *out, size_t size)
{
    if (error->file[0] == '\0') {
        out[0] = '\0';
    } else if (error->line == 0) {
        text_format(out, size, "%s: ", error->file);
    } else {
        text_format(out, size, "%s:%u:%u: ", error->file, error->line, error->column);
    }
}

const char *config_error_text(const struct config_error *error, char line[CONFIG_ERROR_LINE])
{
    char place[sizeof(error->file) + 32];
    put_place(error, place, sizeof(place));
    text_format(line, CONFIG_ERROR_LINE, "%s%s%s%s%s%s", place, error->pointer,
                error->pointer[0] != '\0' ? ": " : "", error->problem,
                error->remedy[0] != '\0' ? "; " : "", error->remedy);
    return line;
}
