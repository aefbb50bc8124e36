/* certified_feedforward.h -- image networks that a prover can follow.
 *
 * The gradient is that of
 *
 *     (1 - k) cross-entropy + k cross-entropy of the worst logits
 *
 * where the worst logits are 0 for the label and minus the lower bound of its margin for every
 * other class, by interval arithmetic on the relative weight box r certify-zeta (interval.h);
 * k = r certify-weight, and the ramp r goes from 0 to 1 over the first `certify-ramp` of the
 * run (Gowal et al. 2018, arXiv 1810.12715, with boxes on weights in place of inputs).  A
 * worst-case loss L above LARGE counts as LARGE (1 + log(L / LARGE)): the bounds of a deep
 * network begin many orders of magnitude too wide, and an optimiser that has seen such
 * gradients would not notice usual ones for long. */
#ifndef TRAINER_CERTIFIED_FEEDFORWARD_H
#define TRAINER_CERTIFIED_FEEDFORWARD_H

#include "lesson.h"

/* gradient, loss (the plain one), robust (the worst-case one) and correct at `theta`. */
void certified_feedforward_gradient(struct lesson *lesson, const float *theta);

#endif
