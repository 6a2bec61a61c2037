/* SPDX-License-Identifier: MIT */
/*
 * What both ends of a control socket agree on; docs/control-protocol.md has the verbs.
 *
 * A request is one line of JSON, {"verb":"status","args":{…}}; `args` may be left out. Its answer
 * is any number of pages {"rows":[…]} and one last line: {"done":true, …} or
 * {"done":true,"error":{"code","message","remedy"}}. A connection may carry many requests; each is
 * answered before the next is read.
 */
#ifndef IPC_CTL_PROTOCOL_H
#define IPC_CTL_PROTOCOL_H

#define CTL_LINE_MAX (64u << 10) /* bytes of a line of either side, its line break included */
#define CTL_VERB_MAX 32u         /* bytes of a verb */

#define CTL_SOCKET_STATUS  "status.sock"  /* verbs that read */
#define CTL_SOCKET_CONTROL "control.sock" /* all verbs */

/* Codes of errors; a closed list. */
#define CTL_BAD_REQUEST  "bad-request"  /* no request: not JSON, no verb, too long */
#define CTL_UNKNOWN_VERB "unknown-verb" /* no such verb */
#define CTL_INVALID      "invalid"      /* an argument is missing, unknown, or has no such value */
#define CTL_NOT_FOUND    "not-found"    /* what the arguments name is not there */
#define CTL_EXISTS       "exists"       /* what was to be added is there already */
#define CTL_IN_USE       "in-use"       /* what was to be removed is referred to */
#define CTL_DENIED       "denied"       /* not on this socket, or not for this peer */
#define CTL_REFUSED      "refused"      /* understood, and not done */
#define CTL_BUSY         "busy"         /* too many clients, or the same is under way */
#define CTL_TIMEOUT      "timeout"      /* not finished within its time */
#define CTL_UNAVAILABLE  "unavailable"  /* a part of vmmd that is needed does not work now */
#define CTL_INTERNAL     "internal"     /* vmmd has broken a promise of its own */

#endif
