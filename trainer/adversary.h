/* adversary.h -- the worst parameters near theta that a few gradient steps find.
 *
 * Algorithm 1 of the paper, with the projection that its code leaves out:
 *
 *     Theta*_0 = Theta + |Theta| start R                         R standard normal
 *     Theta*_t = clip(Theta*_{t-1} + (zeta |Theta| / N) sign(grad), t = 1 .. N
 *                     Theta - zeta |Theta|, Theta + zeta |Theta|)
 *
 * where grad is that of the loss at Theta*_{t-1} on the given batch, sign(0) = 0.
 * A parameter that is 0 stays 0.  All in float32; the box's ends are rounded to
 * nearest, so what is found is an oracle's proposal, never part of a proof. */
#ifndef TRAINER_ADVERSARY_H
#define TRAINER_ADVERSARY_H

#include <stddef.h>
#include <stdint.h>

#include "network/net.h"

struct adversary {
    size_t steps;       /* N, at least 1 */
    double zeta, start; /* relative size of the box, of the first noise */
};

/* What the adversary makes large: its value at logits [count, classes], with the
 * gradient written into dlogits.  `context` says the rest (labels, nominal logits). */
struct goal {
    double (*loss)(const void *context, const float *logits, size_t count, float *dlogits);
    const void *context;
};

/* A batch of samples and the net that runs them. */
struct batch {
    struct net *net;
    const float *inputs;
    size_t count;
};

/* Scratch of one attack, reused by the next. */
struct attack {
    size_t parameters;
    float *logits, *dlogits; /* [batch, classes], owned */
    float *gradient;         /* [parameters], owned */
};
void attack_init(struct attack *attack, size_t parameters, size_t batch, size_t classes);
void attack_clear(struct attack *attack); /* safe on a zeroed struct */

/* Run Algorithm 1 into star [parameters].  R depends on (seed, draw) alone.
 * The net is left as after a forward and backward pass at Theta*_{N-1}. */
void adversary_attack(const struct adversary *adversary, struct attack *attack,
                      const struct batch *batch, const float *theta, struct goal goal,
                      uint64_t seed, uint64_t draw, float *star);

/* star = theta + |theta| start R, clipped to the box; the start of Algorithm 1. */
void adversary_start(const struct adversary *adversary, const float *theta, size_t parameters,
                     uint64_t seed, uint64_t draw, float *star);

/* gradient[i] = d star_i / d theta_i * dstar[i] + gradient[i], the path through Theta* with
 * signs and clipping held fixed (the paper's Jacobian in its additive form):
 * 1 + sign(theta) (star - theta) / |theta| = star / theta, and 1 where theta is 0. */
void adversary_pull_back(const float *theta, const float *star, const float *dstar,
                         size_t parameters, float *gradient);

#endif
