/* ranks.h -- the processes that share one run: MPI's ranks after make MPI=1, else just this one.
 *
 * All ranks do the same steps with the same data; long lists of items are dealt out as ranks
 * become free, and what each found is given to all, so that every rank goes on with the same
 * results as a single process would.  Only the first rank speaks: the others' standard
 * streams lead nowhere. */
#ifndef CONSOLE_RANKS_H
#define CONSOLE_RANKS_H

#include <stddef.h>

/* First and last thing a program does with ranks.  One that exits before ranks_end, with a status
 * other than 0, ends all. */
void ranks_begin(int *argc, char ***argv);
void ranks_end(void);

/* Is this the first rank, which reads and writes for all? */
int ranks_first(void);

/* Wait until all ranks are here. */
void ranks_meet(void);

/* The greatest of all ranks' values.  All ranks must call it, as those below. */
int ranks_greatest(int value);

/* Do any rank's `text` and the first's differ?  All get the same answer. */
int ranks_differ(const char *text);

/* Begin to deal items 0, 1, ...; then each call of ranks_next, by any thread of any rank, gives
 * the next one.  ranks_skip makes all later ones at least `count`. */
void ranks_deal(void);
size_t ranks_next(void);
void ranks_skip(size_t count);

/* Give all ranks the items that this one has: records[i] of `size` bytes for every i < count with
 * own[i]; no two ranks own the same. */
void ranks_share(void *records, size_t size, size_t count, const unsigned char *own);

#endif
