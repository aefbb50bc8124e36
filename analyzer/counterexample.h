/* counterexample.h -- searching a box for a parameter vector that changes an answer.
 *
 * The search runs the network in float32 and follows its gradients: an oracle that nothing
 * rests on.  What it proposes counts only if confirmed: every parameter lies in the box,
 * decided in exact rationals (box_contains), and the mpfr engine, at that very vector (a box
 * of width zero), bounds f_label - f_j by 0 from above for some class j.  Then the
 * sample is falsified: no proof of it can be right.
 *
 * One attempt is projected sign ascent, as the trainer's adversary (trainer/adversary.h), but
 * over the ends of any kind of box: with steps of (upper - lower) / N,
 *     star_{t+1} = clip(star_t + step sign(gradient), lower, upper),   t = 1 .. N,
 * looking at every star_t and at last at the corner of the box that star_N leans to. */
#ifndef ANALYZER_COUNTEREXAMPLE_H
#define ANALYZER_COUNTEREXAMPLE_H

#include "analyzer/numbers/kernels.h"

struct counterexample_budget {
    size_t steps;    /* N of an attempt, at least 1 */
    size_t restarts; /* starts: at theta, then at random vectors of the box; each is tried
                        with two losses, cross-entropy and the margin to the next class */
};

/* What one search found; plain counts of work. */
struct counterexample_tally {
    size_t runs;     /* forward passes in float32 */
    size_t proposed; /* vectors that float32 took for a counterexample */
};

struct counterexample; /* one network in one box, to be searched: read-only, shared by threads */
/* `network` and `box` are borrowed; `bits` is mpfr's precision. */
struct counterexample *counterexample_new(const struct network *network, const struct box *box,
                                          const struct counterexample_budget *budget, int bits);
void counterexample_free(struct counterexample *search);

struct counterexample_work; /* one thread's memory */
struct counterexample_work *counterexample_work_new(const struct counterexample *search);
void counterexample_work_free(struct counterexample_work *work);

/* Search the box for a counterexample to `label` on `input`.  Returns 1 and fills star
 * [parameter_count] with a confirmed one, or 0.  Depends on (seed, draw) alone.
 * `tally` (may be NULL) is added to. */
int counterexample_find(const struct counterexample *search, struct counterexample_work *work,
                        const float *input, int label, uint64_t seed, uint64_t draw, float *star,
                        struct counterexample_tally *tally);

/* Is star in the box and, proven by mpfr, wrong on the input?  The only judge. */
int counterexample_confirm(const struct counterexample *search, const float *input, int label,
                           const float *star);

#endif
