/* SPDX-License-Identifier: MIT */
/*
 * What a verb of vmmctl is. Each stands in a file of its own, verb_NAME.c; the table, the help, the
 * completion and the man page are made from what it says of itself here.
 */
#ifndef CTL_VERB_H
#define CTL_VERB_H

struct ctl;

/* An option, written --name or --name VALUE. */
struct ctl_option {
    const char *name;
    const char *value; /* what to write after it, in capitals; NULL: nothing */
    const char *help;  /* one line, without a full stop */
};

/* Exit codes; scripts rely on them. */
#define EXIT_OK       0 /* done */
#define EXIT_NEGATIVE 1 /* done, and the answer is no: not there, not OK, not reached */
#define EXIT_USAGE    2 /* the command line, or an argument, is wrong */
#define EXIT_NO_VMMD  3 /* nobody listens on the control socket, or it may not be opened */
#define EXIT_REFUSED  4 /* understood and not done */
#define EXIT_TIMEOUT  5 /* not finished in time */

struct ctl_verb {
    const char *name;
    const char *summary;              /* one line, without a full stop */
    const char *usage;                /* what follows the name; one line a form */
    const char *const *words;         /* what may come first after the name, NULL-ended; or NULL */
    const struct ctl_option *options; /* its own, ended by a name of NULL; or NULL */
    const char *text;                 /* paragraphs for help and man page; or NULL */
    const char *negative;             /* when it exits with EXIT_NEGATIVE; NULL: never */
    int (*run)(struct ctl *ctl);      /* returns an exit code */
};

/* All verbs by name, NULL at the end. */
extern const struct ctl_verb *const ctl_verbs[];

#endif
