/* adam.h -- the optimiser of Kingma and Ba (2015), Algorithm 1.
 *
 * beta1 0.9, beta2 0.999, epsilon 1e-8 as in the paper's code. */
#ifndef TRAINER_ADAM_H
#define TRAINER_ADAM_H

#include <stddef.h>
#include <stdint.h>

struct adam {
    size_t count;
    uint64_t step; /* steps taken */
    float *m, *v;  /* [count] running means of gradient and squared gradient, owned */
};

/* Zero moments for `count` parameters. */
void adam_init(struct adam *adam, size_t count);

/* theta -= lr * mhat / (sqrt(vhat) + epsilon), elementwise in float32. */
void adam_step(struct adam *adam, float *theta, const float *gradient, double lr);

/* Safe on a zeroed struct. */
void adam_clear(struct adam *adam);

#endif
