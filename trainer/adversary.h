/* adversary.h -- the worst parameters near theta that a few gradient steps find.
 *
 * Algorithm 1 of the paper, with the projection that its code leaves out.  With the
 * reach a = zeta |Theta| + c of each parameter and R standard normal:
 *
 *     Theta*_0 = P(Theta + |Theta| start R)
 *     Theta*_t = P(Theta*_{t-1} + (scale / N) a v),  t = 1 .. N
 *
 * in l-infinity   v = sign(g), P clips to the box Theta - a, Theta + a;
 * in l2           v = g / ||g||_2 over all parameters, P is the Euclidean projection onto
 *                 the ellipsoid sum ((x_i - Theta_i) / a_i)^2 <= 1 (ellipsoid.h).
 *
 * g is the gradient of the loss at Theta*_{t-1} on the given batch; sign(0) = 0.  In
 * both norms N steps in one direction just reach the edge (scale 1).  The
 * ellipsoid bounds the relative change of all parameters together: noise of relative
 * deviation s is as long as zeta = s sqrt(number of parameters).
 *
 * With a constant part c the start noise grows with the reach, |Theta| + c / zeta in
 * place of |Theta|; where zeta is 0 it is start R.  A parameter whose reach is 0
 * stays as it is.  All in float32; ends are rounded to nearest, so what is found is
 * an oracle's proposal, never part of a proof. */
#ifndef TRAINER_ADVERSARY_H
#define TRAINER_ADVERSARY_H

#include <stddef.h>
#include <stdint.h>

#include "network/net.h"
#include "scope.h"

enum attack_norm { ATTACK_BOX, ATTACK_ELLIPSOID };

struct adversary {
    size_t steps;       /* N, at least 1 */
    double zeta, start; /* relative size of the box, of the first noise */
    double constant;    /* c, absolute */
    double scale;       /* of the steps, above 0 */
    enum attack_norm norm;
};

/* What the adversary makes large: its value at logits [count, classes], with the
 * gradient written into dlogits.  `context` says the rest (labels, nominal logits). */
struct goal {
    double (*loss)(const void *context, const float *logits, size_t count, float *dlogits);
    const void *context;
    /* For a loss that looks at an LSNN's firing rates, [count, units]: filled before the
     * call, and by it; else NULL. */
    float *rates, *drates;
    /* Set to 0 the entries of a parameter vector that must not move (they are 0 in theta);
     * NULL where there are none. */
    void (*hold)(const void *context, float *values);
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
    struct scope scope;         /* what is attacked: everything after attack_init */
    float *logits, *dlogits;    /* [batch, classes], owned */
    float *gradient;            /* [parameters], owned */
    float *axes, *displacement; /* [parameters], owned; for the ellipsoid, else NULL */
};
void attack_init(struct attack *attack, size_t parameters, size_t batch, size_t classes);
void attack_clear(struct attack *attack); /* safe on a zeroed struct */

/* Run Algorithm 1 into star [parameters].  R depends on (seed, draw) alone.
 * The net is left as after a forward and backward pass at Theta*_{N-1}. */
void adversary_attack(const struct adversary *adversary, struct attack *attack,
                      const struct batch *batch, const float *theta, struct goal goal,
                      uint64_t seed, uint64_t draw, float *star);

/* The start of Algorithm 1 in the box; star [attack->parameters]. */
void adversary_start(const struct adversary *adversary, const struct attack *attack,
                     const float *theta, uint64_t seed, uint64_t draw, float *star);

/* gradient[i] = d star_i / d theta_i * dstar[i] + gradient[i], the path through Theta* with
 * directions and projections held fixed (the paper's Jacobian in its additive form):
 * 1 + sign(theta) zeta (star - theta) / reach, which is star / theta where c = 0, and 1
 * where theta is 0. */
void adversary_pull_back(const struct adversary *adversary, const float *theta,
                         const float *star, const float *dstar, size_t parameters,
                         float *gradient);

#endif
