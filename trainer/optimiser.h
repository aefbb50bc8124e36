/* optimiser.h -- how a gradient moves the parameters.
 *
 *   adam  Kingma and Ba (2015), Algorithm 1: beta1 0.9, beta2 0.999, epsilon 1e-8 as in
 *         the paper's code
 *   sgd   Nesterov's momentum as torch.optim.SGD has it: with g the gradient,
 *         m := momentum m + g, theta := theta - rate (g + momentum m); momentum 0 is plain
 *         gradient descent
 *
 * For both, weight_decay * theta is added to the gradient first, of biases too. */
#ifndef TRAINER_OPTIMISER_H
#define TRAINER_OPTIMISER_H

#include <stddef.h>
#include <stdint.h>

enum optimiser_kind { OPTIMISER_ADAM, OPTIMISER_SGD };

struct optimiser {
    enum optimiser_kind kind;
    size_t count;
    uint64_t step; /* steps taken */
    double momentum, weight_decay;
    float *m, *v;  /* [count] running means of gradient and squared gradient (sgd: v unused);
                      owned */
};

/* For the first `count` of the parameters: network->trainable_count.  Zero state, momentum 0.9,
 * no weight decay; the latter two may be set. */
void optimiser_init(struct optimiser *optimiser, enum optimiser_kind kind, size_t count);

/* One step in float32, elementwise. */
void optimiser_step(struct optimiser *optimiser, float *theta, const float *gradient,
                    double rate);

/* Safe on a zeroed struct. */
void optimiser_clear(struct optimiser *optimiser);

#endif
