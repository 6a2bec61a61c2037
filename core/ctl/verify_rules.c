/* SPDX-License-Identifier: MIT */
#include "ctl/verify.h"

#include <stdarg.h>
#include <stdio.h>

#include <vmm/plugin.h>

#define DEADLINE_MS 1500u /* of a look, on a machine that has time */
#define TRIES       2u
#define STARVED_US  100000u /* less changes no verdict */

const struct verify_rule verify_rules[] = {
    {"file", "a regular file nobody else can write", 0, false, verify_file},
    {"entry", "shows its entry function and nothing else", 0, false, verify_entry},
    {"describes", "loads, and describes itself for this ABI", 0, false, verify_describes},
    {"imports", "calls nothing that belongs to the process or the network", 0, false,
     verify_imports},
    {"fragment", "its fragment says the same as its descriptor", 0, false, verify_fragment},
    {"opens", "opens with its default settings", 0, false, verify_opens},
    {"options", "says at once, and twice the same, what it thinks of options", VMM_KIND_PROBE, true,
     verify_options},
    {"identify", "has opinions in bounds, of its own devices", VMM_KIND_PROBE, false,
     verify_identify},
    {"process", "leaves signals, umask, output and threads alone", 0, true, verify_process},
    {"prompt", "no call holds up the loop", VMM_KIND_PROBE, true, verify_prompt},
    {"refused", "a refused connection is no success", VMM_KIND_PROBE, true, verify_refused},
    {"silent", "a silent device ends the look in its time", VMM_KIND_PROBE, true, verify_silent},
    {"closes", "a connection that ends is no success", VMM_KIND_PROBE, true, verify_closes},
    {"garbage", "garbage is no success", VMM_KIND_PROBE, true, verify_garbage},
    {"missing", "a device without its pages is no success", VMM_KIND_PROBE, true, verify_missing},
    {"empty", "empty answers tell nothing good", VMM_KIND_PROBE, true, verify_empty},
    {"endless", "an answer without an end is cut", VMM_KIND_PROBE, true, verify_endless},
    {"login", "no login without leave, no secret in a word", VMM_KIND_PROBE, true, verify_login},
    {"cancel", "a look taken back ends as cancelled", VMM_KIND_PROBE, true, verify_cancel},
    {"many", "looks at the same time end once each", VMM_KIND_PROBE, true, verify_many},
    {"leaks", "two hundred looks leave nothing behind", VMM_KIND_PROBE, true, verify_leaks},
    {"settles", "each message is settled once", VMM_KIND_SINK, true, verify_settles},
    {"ends", "drains, closes and ends when told", 0, true, verify_ends},
    {NULL, NULL, 0, false, NULL},
};

enum verify_verdict verify_try(struct verify *verify, const struct verify_rule *rule)
{
    enum verify_verdict verdict = VERIFY_BROKEN;
    verify->deadline_ms = DEADLINE_MS;
    for (unsigned i = 0; i < TRIES && verdict == VERIFY_BROKEN; i++) {
        verify->starved_us = 0;
        verify->detail[0] = '\0';
        verdict = rule->try(verify);
        if (verify->starved_us < STARVED_US) {
            break;
        }
        verify->deadline_ms *= 3;
    }
    return verdict;
}

enum verify_verdict verify_say(struct verify *verify, enum verify_verdict verdict,
                               const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(verify->detail, sizeof(verify->detail), format, args);
    va_end(args);
    return verdict;
}
