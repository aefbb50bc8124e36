/* evaluate.h -- how many samples a float32 network classifies correctly.
 *
 * A measurement, not a proof: certify decides the same in real arithmetic. */
#ifndef TRAINER_EVALUATE_H
#define TRAINER_EVALUATE_H

#include <stddef.h>

#include "network/net.h"
#include "noise.h"
#include "specs/dataset.h"

/* Samples of `set` whose label's logit is strictly the largest under theta; `net`
 * takes batches of up to `batch`. */
size_t evaluate_correct(struct net *net, size_t batch, const float *theta,
                        const struct dataset *set);

/* The same summed over `draws` noisy copies of theta, each of them the same in every call with
 * this seed, so that epochs are compared on the same chips.  `noisy` [parameter_count] is
 * scratch. */
struct shaking {
    const struct network *network;
    const struct scope *scope;
    enum noise_kind kind;
    double eta;
    uint64_t seed;
    size_t draws;
    float *noisy;
};
size_t evaluate_noisy(struct net *net, size_t batch, const float *theta,
                      const struct dataset *set, const struct shaking *shaking);

#endif
