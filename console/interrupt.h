/* interrupt.h -- Ctrl-C asks the program to stop; it does so at its next safe point.
 *
 * The first SIGINT or SIGTERM only sets a flag.  A second one ends the program
 * at once, as if nothing had been caught. */
#ifndef CONSOLE_INTERRUPT_H
#define CONSOLE_INTERRUPT_H

/* Catch SIGINT and SIGTERM from now on. */
void interrupt_catch(void);

/* The signal that came, or 0.  May be asked from any thread. */
int interrupt_seen(void);

#endif
