/* linear.h -- backward substitution with the parameters as perturbed variables.
 *
 * A feed-forward network's margin, and what every ReLU and pooling window reads,
 * is bounded from below by substituting layer after layer, from the quantity back
 * to the input, a linear lower bound of each layer's outputs in terms of its
 * inputs, over the whole box of parameters: linear.md has the equations and
 * why they hold.  Every bound is intersected with that of interval propagation,
 * so it is never looser than `box`.
 *
 * A struct linear is one network, in one box, prepared on one engine: read-only,
 * shared by threads.  A linear_work is one thread's memory, with the bounds of the
 * sample that was looked at last. */
#ifndef DOMAINS_LINEAR_H
#define DOMAINS_LINEAR_H

#include "analyzer/domains/domain.h"

/* Steps of the cascade, by rising cost. */
enum linear_depth {
    LINEAR_MARGINS, /* margins substituted back, bounds between by interval propagation */
    LINEAR_FULL     /* those bounds, and differences in pooling windows, substituted too */
};

/* Can the network be bounded so?  0, or -1 with the reason (fault may be NULL). */
int linear_check(const struct network *network, struct fault *fault);

/* Multiply-adds, in the worst case, that a sample may spend on bounds between the layers:
 * enough for the paper's CNN thirty times over; deep residual networks run out of it.
 * Each layer may use an equal share of what is left; what is not substituted keeps its
 * interval bounds.  Counted, not timed, so that results do not depend on the machine. */
#define LINEAR_BUDGET 1e11

/* Cases of a refined margin when not told otherwise. */
#define LINEAR_CASES 8

/* NULL with the reason if not.  `network` is borrowed. */
struct linear *linear_prepare(const struct engine *engine, const struct network *network,
                          const struct box *box, struct fault *fault);
void linear_release(struct linear *linear);

/* Another budget than LINEAR_BUDGET. */
void linear_set_budget(struct linear *linear, double multiply_adds);

struct linear_work;
struct linear_work *linear_work_new(const struct linear *linear);
void linear_work_free(struct linear_work *work);

/* Samples bounded from now on leave out what is not begun by then (deadline.h). */
void linear_set_deadline(struct linear_work *work, double deadline);

/* Is it past that deadline? */
int linear_late(const struct linear_work *work);

/* Bound one sample to a depth; `logits`: each logit by substitution too, not only by
 * intervals.  `observer` (may be NULL) sees the bounds of every layer with weights and
 * of every sum that a ReLU or pooling reads. */
void linear_bound(const struct linear *linear, struct linear_work *work, const float *input,
                  int label, enum linear_depth depth, int logits, struct margins *result,
                  const struct observer *observer);

/* After linear_bound(LINEAR_FULL) of a sample, whose bounds stay: each margin that is not
 * positive in `result` is proved by contradiction, in at most `allowed` cases; what is then
 * known is that it is above a small threshold, which becomes its lower bound.  All or
 * nothing: returns how many cases the positive margins rest on, or 0 and `result` as it was.
 * second (may be NULL): another engine's work, which looks again at all that ends a case and some of the
 * steps; wrong: how often it does not find what the first did. */
size_t linear_refute(struct linear_work *work, struct linear_work *second, int label,
                     size_t allowed, struct margins *result, size_t *wrong);

/* The second work's engine looks again at part of what linear_bound last found with the
 * first: neurons of every layer, chosen by a hash of the sample, and margins, each from
 * the first's bounds of the layers before.  by_second: by_first, where looked at again
 * the second's.  Returns 0, or -1 if it finds less than the first claimed. */
int linear_review(struct linear_work *first, struct linear_work *second, const float *input,
                  int label, const struct margins *by_first, struct margins *by_second)
    __attribute__((warn_unused_result));

#endif
