/* loss.h -- what training minimises, and its gradients with respect to logits and rates.
 *
 * All values are computed in binary64 from float32 logits, sample after sample
 * in order.  Softmax is taken as log-softmax with the largest logit subtracted,
 * so no logit overflows; a NaN among the logits makes the value NaN.
 * Arrays are [count, classes] row-major; gradients are overwritten. */
#ifndef TRAINER_LOSS_H
#define TRAINER_LOSS_H

#include <stddef.h>
#include <stdint.h>

/* Mean over the batch of -log softmax(logits)[label]. */
double loss_cross_entropy(const float *logits, const uint8_t *labels, size_t count,
                          size_t classes, float *dlogits);

/* Mean over the batch of KL(softmax(p) || softmax(q)) = sum P (log P - log Q), the paper's
 * robustness loss with p the nominal and q the attacked logits.  The paper's
 * code floors Q at 1e-6, which takes the attack's gradient away just where it
 * succeeds; with log-softmax no floor is needed and there is none.
 * Gradients into dp and dq; either may be NULL. */
double loss_divergence(const float *p, const float *q, size_t count, size_t classes,
                       float *dp, float *dq);

/* Mean over the batch of the Jensen-Shannon divergence (KL(P || M) + KL(Q || M)) / 2 with
 * M = (P + Q) / 2, at most log 2; otherwise as loss_divergence. */
double loss_jensen_shannon(const float *p, const float *q, size_t count, size_t classes,
                           float *dp, float *dq);

/* strength times the sum over batch and units (not a mean: as in the paper's code) of
 * (rate - target)^2.  rates, drates [count, units]. */
double loss_rates(const float *rates, size_t count, size_t units, double strength,
                  double target, float *drates);

/* Mean over the batch of min(0, runner-up - label's logit): 0 for a sample that is wrong
 * already, so that its gradient is spent on the others. */
double loss_margin(const float *logits, const uint8_t *labels, size_t count, size_t classes,
                   float *dlogits);

/* The class with the greatest logit but `label`; classes >= 2. */
size_t loss_runner_up(const float *logits, size_t classes, size_t label);

/* How many samples have their label's logit strictly above all others; a tie is
 * wrong, and so is a NaN. */
size_t loss_correct(const float *logits, const uint8_t *labels, size_t count, size_t classes);

#endif
