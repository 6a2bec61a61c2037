/* SPDX-License-Identifier: MIT */
/*
 * Text with variables in braces, compiled once, rendered for each answer.
 *
 *   {NAME}            a variable of the device's group or personality
 *   {id} {index} {address} {port}   the device
 *   {date:FORMAT}     the device's local time, by strftime;  {utc:FORMAT} its idea of UTC
 *   {epoch}           its idea of the seconds since 1970
 *   {date-300:FORMAT} {utc+60:FORMAT} {epoch-86400}   so many seconds earlier or later
 *   {zone}            its zone as +HH:MM;  {zone40} in units of 40 an hour;  {zone_posix} as POSIX has it: -08:00 is east
 *   {url} {path}      of the request
 *   {session}         of a login by DVRIP, as 0x and eight digits
 *   {nonce}           a fresh one for digest: with it begins a session
 *   {{                a brace. A brace that no name follows stands for itself (JSON stays JSON).
 */
#ifndef FARM_TEMPLATE_H
#define FARM_TEMPLATE_H

#include "farm/arena.h"
#include "farm/clock.h"
#include "farm/problem.h"

struct template_piece;

struct template
{
    const struct template_piece *pieces;
    size_t count;
};

/* The variables' names; their values stand in the same order in template_input. */
struct template_names {
    const char *const *names;
    size_t count;
};

/* What a rendering may show. URL and PATH are empty where there is no request. */
struct template_input {
    const char *id;
    uint32_t index;
    uint32_t address; /* IPv4, host byte order */
    uint16_t port;
    const char *const *values;
    struct clock clock;
    int64_t wall_us;
    struct slice url;
    struct slice path;
    const char *nonce; /* NULL where none is told */
    uint32_t session;  /* 0: none */
};

/* Compiles TEXT (copied into ARENA). False with a problem noted for an unknown name. */
bool template_compile(struct arena *arena, struct slice text, const struct template_names *names,
                      struct template *result, struct problem *problem);

/* Whether it has {nonce} in it. */
bool template_tells_nonce(const struct template *text);

/* Appends the text for INPUT. */
void template_render(const struct template *text, const struct template_input *input,
                     struct out *out);

#endif
