/* input_attack.h -- inputs moved a little so that the loss rises (Madry et al. 2018).
 *
 * A net gives gradients with respect to parameters only, so a sample is made one: the
 * network gets a first layer whose weights are the sample,
 *
 *     feed-forward  a 1 x 1 convolution of one-hot maps: plane p is 1 at place p, so that the
 *                   weight of channel c and plane p is the input's value there;
 *     LSNN          at step t input t is 1, and row t of W_in is the current x_t W_in,
 *
 * and runs with a batch of one.  The gradient of that weight is the input's (through W_in
 * once more for an LSNN).  Exact, and slower than a gradient made for the purpose: about
 * as much as one more step of training per step of the attack. */
#ifndef TRAINER_INPUT_ATTACK_H
#define TRAINER_INPUT_ATTACK_H

#include <stddef.h>
#include <stdint.h>

#include "specs/network.h"

#define INPUT_ATTACK_STEPS 3 /* as the paper's code; each of 2.5 size / 3 */

struct input_attack;

/* Whether the network can be probed so: a chain of layers without batch normalisation, or
 * an LSNN. */
int input_attack_fits(const struct network *network);

/* For a network that fits (borrowed). */
struct input_attack *input_attack_new(const struct network *network);
void input_attack_free(struct input_attack *attack); /* NULL is fine */

/* slope [count, features] = gradient of each sample's cross-entropy with respect to its
 * input. */
void input_attack_slope(struct input_attack *attack, const float *theta, const float *inputs,
                        const uint8_t *labels, size_t count, float *slope);

/* moved [count, features]: from a uniform start within `size` of each input value, sign steps
 * up the cross-entropy at theta, clipped to inputs +- size.  The start is a function of
 * (seed, step, index). */
void input_attack_run(struct input_attack *attack, const float *theta, double size,
                      const float *inputs, const uint8_t *labels, size_t count, uint64_t seed,
                      uint64_t step, float *moved);

#endif
