/* prover_store.h -- a prover from inside; private to prover.c and radius.c. */
#ifndef ANALYZER_PROVER_STORE_H
#define ANALYZER_PROVER_STORE_H

#include "analyzer/prover.h"

struct prover {
    const struct network *network;
    const struct dataset *set;
    size_t first, count;
    struct prover_settings settings;
    struct sample_result *nominal; /* [count]: nominal, predicted, margin at zeta 0 */
    int interrupted;
};

/* Bound chosen samples in a box by the settings' methods in turn, each on what the
 * ones before left undecided; `chosen` is used up.  Sets *interrupted if progress
 * said so.  Returns 0, or -1 with the reason. */
int prover_attempt(const struct prover *prover, const struct box *box, size_t *chosen,
                   size_t count, prover_progress *progress, void *context,
                   struct sample_result *results, int *interrupted, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
