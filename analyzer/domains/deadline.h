/* deadline.h -- a moment after which a bound may only get weaker, not later. */
#ifndef DOMAINS_DEADLINE_H
#define DOMAINS_DEADLINE_H

#define DEADLINE_NONE 0.0

/* The moment in so many seconds; DEADLINE_NONE for 0. */
double deadline_in(double seconds);

/* Never for DEADLINE_NONE. */
int deadline_passed(double deadline);

#endif
