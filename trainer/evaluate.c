#include "evaluate.h"

#include <stdlib.h>

#include "loss.h"
#include "specs/fault.h"

size_t evaluate_correct(struct net *net, size_t batch, const float *theta,
                        const struct dataset *set)
{
    float *logits = fault_alloc_aligned(batch * set->classes, sizeof *logits);
    size_t correct = 0;
    for (size_t first = 0; first < set->count; first += batch) {
        size_t count = set->count - first < batch ? set->count - first : batch;
        net_forward(net, theta, set->inputs + first * set->features, count, logits, NULL);
        correct += loss_correct(logits, set->labels + first, count, set->classes);
    }
    free(logits);
    return correct;
}

/* Noise of steps that no training run reaches. */
#define VALIDATION_STEPS ((uint64_t)1 << 48)

size_t evaluate_noisy(struct net *net, size_t batch, const float *theta,
                      const struct dataset *set, const struct shaking *shaking)
{
    size_t correct = 0;
    for (size_t draw = 0; draw < shaking->draws; draw++) {
        noise_draw(shaking->network, shaking->scope, shaking->kind, shaking->eta, theta,
                   shaking->seed, VALIDATION_STEPS + draw, shaking->noisy);
        correct += evaluate_correct(net, batch, shaking->noisy, set);
    }
    return correct;
}
