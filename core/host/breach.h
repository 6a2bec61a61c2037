/* SPDX-License-Identifier: MIT */
/* The end of a host whose plugin broke the contract in a way that cannot be answered with an
 * error. */
#ifndef HOST_BREACH_H
#define HOST_BREACH_H

/* Log what was done, then abort(): the supervisor sees SIGABRT and reads the line. Any thread. */
_Noreturn void breach(const char *what);

#endif
