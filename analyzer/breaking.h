/* breaking.h -- per sample, the smallest box of a list in which a counterexample was found. */
#ifndef ANALYZER_BREAKING_H
#define ANALYZER_BREAKING_H

#include "analyzer/counterexample.h"
#include "analyzer/prover.h"

/* What is searched: boxes of the settings' form around the network, of rising sizes. */
struct breaking {
    const struct network *network;
    const struct prover_settings *settings;
    const struct counterexample_budget *budget;
    const char *const *zetas; /* [count], decimals, rising */
    size_t count;
};

/* Find by bisection a small box that holds a counterexample to `label` on `input`: *least is
 * its place in zetas, or count where none was found; star [parameter_count] (then) is the
 * counterexample, confirmed.  A search that fails proves nothing, so a smaller box may hold
 * one too.  Returns 0, or -1 with the reason (a box that cannot be made). */
int breaking_find(const struct breaking *breaking, const float *input, int label, uint64_t seed,
                  uint64_t draw, float *star, size_t *least, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
