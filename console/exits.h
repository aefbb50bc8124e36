/* exits.h -- what the exit status of every program means. */
#ifndef CONSOLE_EXITS_H
#define CONSOLE_EXITS_H

enum exits {
    EXIT_DONE = 0,         /* done; the claim holds */
    EXIT_VIOLATED = 1,     /* a claim or threshold does not hold */
    EXIT_USAGE = 2,        /* a flag that is wrong or missing */
    EXIT_INPUT = 3,        /* unreadable, inconsistent or unwritable files, no memory */
    EXIT_INCONCLUSIVE = 4, /* stopped early: interrupted, out of budget */
    EXIT_SELF_CHECK = 5    /* the program contradicted itself */
};

#endif
