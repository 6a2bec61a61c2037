/* SPDX-License-Identifier: MIT */
/* The Prometheus text format 0.0.4, read strictly: what a server would refuse, or take for something else. */
#ifndef PROM_H
#define PROM_H

/*
 * NULL when `text` is in order, else what is wrong with it (static memory): one HELP and one TYPE before the samples
 * of a name and all its samples together, names and labels spelt and escaped right, no series twice, a value that is
 * a number, counters that are neither negative nor NaN, a line end at the end.
 */
const char *prom_problem(const char *text);

#endif
