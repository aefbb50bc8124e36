/* shard.h -- a part of a run's samples, for work that is spread over machines. */
#ifndef ANALYZER_SHARD_H
#define ANALYZER_SHARD_H

#include <stddef.h>

#include "specs/fault.h"

struct shard {
    size_t index, of; /* 1 <= index <= of; 0 of 0: the whole */
};

/* Read "I/N" or "slurm", which means SLURM_ARRAY_TASK_ID and
 * SLURM_ARRAY_TASK_COUNT, counted from SLURM_ARRAY_TASK_MIN in steps of SLURM_ARRAY_TASK_STEP
 * where those are set.
 * Returns 0, or -1 with the reason. */
int shard_parse(struct shard *shard, const char *text, struct fault *fault)
    __attribute__((warn_unused_result));

/* Cut [*first, *first + *count) down to the shard's part.  All shards of one number are disjoint,
 * complete, in order, and of sizes that differ by 1 at most; a part may be empty. */
void shard_cut(const struct shard *shard, size_t *first, size_t *count);

#endif
