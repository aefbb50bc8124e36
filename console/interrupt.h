/* interrupt.h -- Ctrl-C asks the program to stop; it does so at its next safe point.
 *
 * The first SIGINT or SIGTERM only sets a flag.  A second one ends the program
 * at once, as if nothing had been caught.
 *
 * No handler ever runs: a thread of its own waits for the signals, and all others block
 * them.  oneDNN's generated kernels (seen in 2.6.3) use the stack pointer as one more
 * register while they compute, so a handler's frame would be written over the heap. */
#ifndef CONSOLE_INTERRUPT_H
#define CONSOLE_INTERRUPT_H

/* Catch SIGINT and SIGTERM from now on.  Call it first in main, before any thread (an
 * OpenMP pool) exists: threads made later inherit the block. */
void interrupt_catch(void);

/* The signal that came, or 0.  May be asked from any thread. */
int interrupt_seen(void);

#endif
