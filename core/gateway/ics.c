/* SPDX-License-Identifier: MIT */
#include "gateway/ics.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <vmm/errors.h>

#include "base/text.h"

#define LINE_MAX_BYTES 1000u
#define YEARS_MAX      400

struct event {
    bool has_start;
    bool has_end;
    bool is_odd; /* says something that is not understood */
    struct closed_days days;
    int64_t end; /* the day after the last */
    long count;  /* of its repeats; 0: not told */
};

struct lines {
    const char *at;
    const char *end;
    char line[LINE_MAX_BYTES];
};

/* The next line, with what is folded into further lines joined to it. A longer one is cut. False at the end. */
static bool next_line(struct lines *lines)
{
    size_t used = 0;
    if (lines->at >= lines->end) {
        return false;
    }
    for (;;) {
        const char *stop = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
        const char *next = stop != NULL ? stop + 1 : lines->end;
        for (const char *p = lines->at; p < (stop != NULL ? stop : lines->end); p++) {
            if (*p != '\r' && *p != '\0' && used < sizeof(lines->line) - 1) {
                lines->line[used++] = *p;
            }
        }
        lines->at = next;
        if (next >= lines->end || (*next != ' ' && *next != '\t')) {
            break;
        }
        lines->at++;
    }
    lines->line[used] = '\0';
    return true;
}

/* The value of a property of this name, behind its parameters; NULL when the line is another one. */
static const char *value_of(const char *line, const char *name)
{
    size_t length = strlen(name);
    if (strncasecmp(line, name, length) != 0 || (line[length] != ':' && line[length] != ';')) {
        return NULL;
    }
    const char *colon = strchr(line + length, ':');
    return colon != NULL ? colon + 1 : NULL;
}

/* "20261225", also with a time behind it. */
static bool read_day(const char *value, int64_t *day)
{
    char date[9];
    if (strlen(value) < 8 || (value[8] != '\0' && value[8] != 'T')) {
        return false;
    }
    memcpy(date, value, 8);
    date[8] = '\0';
    return civil_parse_date(date, day);
}

static void read_rule_part(struct event *event, const char *part)
{
    int64_t day;
    if (strcasecmp(part, "FREQ=YEARLY") == 0) {
        event->days.yearly = true;
    } else if (strncasecmp(part, "UNTIL=", 6) == 0 && read_day(part + 6, &day)) {
        event->days.until = day;
    } else if (strncasecmp(part, "COUNT=", 6) == 0) {
        long count = strtol(part + 6, NULL, 10);
        event->count = count < 1 ? 1 : count > YEARS_MAX ? YEARS_MAX : count;
    } else if (strcasecmp(part, "INTERVAL=1") != 0 && strncasecmp(part, "WKST=", 5) != 0) {
        event->is_odd = true;
    }
}

static void read_rule(struct event *event, char *value)
{
    event->days.until = INT64_MAX;
    for (char *part = strsep(&value, ";"); part != NULL; part = strsep(&value, ";")) {
        read_rule_part(event, part);
    }
    event->is_odd = event->is_odd || !event->days.yearly;
}

static void read_property(struct event *event, char *line)
{
    const char *start = value_of(line, "DTSTART");
    const char *end = value_of(line, "DTEND");
    const char *rule = value_of(line, "RRULE");
    if (start != NULL) {
        event->has_start = read_day(start, &event->days.first);
    } else if (end != NULL) {
        /* An end at a time of day counts that day in. */
        event->has_end = read_day(end, &event->end);
        event->end += event->has_end && end[8] == 'T' && strncmp(end + 9, "000000", 6) != 0;
    } else if (rule != NULL) {
        read_rule(event, line + (rule - line));
    } else if (value_of(line, "RDATE") != NULL || value_of(line, "DURATION") != NULL) {
        event->is_odd = true;
    }
}

static bool complete(struct event *event)
{
    if (!event->has_start || event->is_odd) {
        return false;
    }
    if (event->count > 0) {
        event->days.until = event->days.first + event->count * 366 - 183;
    }
    event->days.last =
        event->has_end && event->end > event->days.first ? event->end - 1 : event->days.first;
    return event->days.last - event->days.first < 366;
}

int ics_parse(const char *text, size_t size, ics_days_fn days, void *arg, size_t *skipped)
{
    struct lines lines = {.at = text, .end = text + size};
    struct event event = {0};
    bool in_event = false;
    int count = 0;
    *skipped = 0;
    if (size > ICS_SIZE_MAX || !next_line(&lines) ||
        strcasecmp(lines.line, "BEGIN:VCALENDAR") != 0) {
        return VMM_E_INVAL;
    }
    while (next_line(&lines)) {
        if (strcasecmp(lines.line, "BEGIN:VEVENT") == 0) {
            event = (struct event){0};
            in_event = true;
        } else if (strcasecmp(lines.line, "END:VEVENT") == 0 && in_event) {
            in_event = false;
            bool good = complete(&event);
            int rc = good ? days(arg, &event.days) : 0;
            if (rc < 0) {
                return rc;
            }
            count += good;
            *skipped += !good;
        } else if (in_event) {
            read_property(&event, lines.line);
        }
    }
    return count;
}
