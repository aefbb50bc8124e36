/* evaluate.h -- how many samples a float32 network classifies correctly.
 *
 * A measurement, not a proof: certify decides the same in real arithmetic. */
#ifndef TRAINER_EVALUATE_H
#define TRAINER_EVALUATE_H

#include <stddef.h>

#include "network/net.h"
#include "specs/dataset.h"

/* Samples of `set` whose label's logit is strictly the largest under theta; `net`
 * takes batches of up to `batch`. */
size_t evaluate_correct(struct net *net, size_t batch, const float *theta,
                        const struct dataset *set);

#endif
