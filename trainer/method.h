/* method.h -- ways to train: each turns a batch into a gradient.
 *
 *   standard  cross-entropy at Theta
 *   forward-noise  cross-entropy at Theta~ (noise.h)
 *   beta      cross-entropy(Theta) + beta_rob KL(f(Theta) || f(Theta*)), Theta* from
 *             adversary.h on the same batch, differentiated through both
 *             arguments (paper section 3, additive Jacobian)
 *   beta-noise     cross-entropy(Theta~) + beta_rob KL(f(Theta) || f(Theta*)): the noise is
 *             in the task loss only
 *
 * LSNNs add the firing-rate penalty 0.001 sum (rate - 0.01)^2 to the cross-entropy. */
#ifndef TRAINER_METHOD_H
#define TRAINER_METHOD_H

#include <stddef.h>
#include <stdint.h>

#include "adversary.h"
#include "network/net.h"
#include "noise.h"
#include "scope.h"
#include "specs/network.h"

/* Everything that one gradient needs: set once per run, except the inputs of a step. */
struct lesson {
    const struct network *network; /* borrowed */
    struct net *net, *attacked;    /* at Theta; at Theta* (NULL when not needed); owned */
    struct adversary adversary;
    double beta_rob;
    double noise; /* eta of the forward noise */
    enum noise_kind noise_kind;
    struct scope scope; /* what is noisy */
    uint64_t seed;

    const float *theta, *inputs; /* of this step, borrowed */
    const uint8_t *labels;
    size_t count;
    uint64_t step; /* number of this step, counts the random draws */

    float *gradient;        /* [parameter_count]; diag(W_rec) of an LSNN is 0 */
    double loss, robust;    /* task loss with penalty; KL before its weight */
    size_t correct;         /* samples of the batch that Theta classifies correctly */

    float *logits, *dlogits, *rates, *drates;           /* at Theta */
    float *noisy;                                       /* Theta~ */
    float *star, *star_logits, *star_dlogits, *dstar;   /* at Theta* */
    struct attack attack;
};

struct method {
    const char *name, *summary;
    int attacks; /* uses zeta_attack, attack_steps, beta_rob */
    int noisy;   /* uses noise */
    void (*gradient)(struct lesson *lesson);
};

/* The table, ended by a name of NULL; and one by its name, or NULL. */
extern const struct method method_table[];
const struct method *method_find(const char *name);

/* Buffers and nets for batches of up to `batch` samples; then set adversary,
 * beta_rob and seed. */
void lesson_init(struct lesson *lesson, const struct method *method,
                 const struct network *network, size_t batch);
void lesson_clear(struct lesson *lesson); /* safe on a zeroed struct */

#endif
