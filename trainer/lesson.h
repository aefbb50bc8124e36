/* lesson.h -- one batch at work: the passes that the methods are made of.
 *
 * The task loss is the mean cross-entropy; LSNNs add the firing-rate penalty
 * 0.001 sum (rate - 0.01)^2 over batch and neurons. */
#ifndef TRAINER_LESSON_H
#define TRAINER_LESSON_H

#include <stddef.h>
#include <stdint.h>

#include "input_attack.h"
#include "network/interval.h"
#include "network/net.h"
#include "recipe.h"
#include "specs/network.h"

struct method;

/* Everything that one gradient needs: set once per run, except the inputs of a step. */
struct lesson {
    const struct network *network; /* borrowed */
    struct net *net, *attacked;    /* at Theta; at Theta* (NULL when not needed); owned */
    struct recipe recipe;
    struct scope scope; /* what is attacked and noisy */
    uint64_t seed;

    const float *theta, *inputs; /* of this step, borrowed */
    const uint8_t *labels;
    size_t count;
    uint64_t step;  /* number of this step, counts the random draws */
    double epochs;  /* done so far, a fraction: for warm_up */
    double done;    /* of all steps of the run, from 0 to 1: for the ramp of certified */

    float *gradient;        /* [parameter_count]; diag(W_rec) of an LSNN is 0 */
    double loss, robust;    /* task loss; robustness loss before its weight */
    size_t correct;         /* samples classified correctly where the task loss was taken */

    float *logits, *dlogits, *rates, *drates;         /* at Theta, or Theta~ */
    float *star, *star_logits, *star_dlogits, *dstar; /* at Theta* */
    float *star_rates, *star_drates;
    float *noisy;           /* Theta~, and other parameters that a method moves to */
    float *mean;            /* of the parameters visited (entropy-sgd) */
    unsigned char *ascends; /* [parameter_count]: which go uphill (abcd) */
    float *thinned;         /* Theta without the dropped units */
    unsigned char *dropped; /* [dropout_units]; all 0 without dropout */
    struct attack attack;
    struct input_attack *input_attack; /* made when first needed; with its inputs, owned */
    float *moved;
    struct interval *interval;                        /* certified, images; owned */
    float *margins, *dmargins, *bound_gradient;
};

/* Buffers and nets for batches of up to `batch` samples and the method's default recipe;
 * then set seed and what differs in the recipe. */
void lesson_init(struct lesson *lesson, const struct method *method,
                 const struct network *network, size_t batch);
void lesson_clear(struct lesson *lesson); /* safe on a zeroed struct */

/* Leave the tensors with out[number] = 1 out of attack and noise. */
void lesson_scope(struct lesson *lesson, const unsigned char *out);

/* Choose the units that this batch drops; Theta, thinned. */
const float *lesson_thin(struct lesson *lesson);

/* Set to 0 what must not move: diag(W_rec), and what reads a dropped unit. */
void lesson_hold(const struct lesson *lesson, float *values);

/* Task loss, correct and logits at `theta`, and its gradient there, held. */
void lesson_task(struct lesson *lesson, const float *theta, float *gradient);

/* The two halves: forward with loss and correct, dlogits and drates its derivatives;
 * backward from whatever dlogits and drates have become. */
void lesson_forward(struct lesson *lesson, const float *theta);
void lesson_backward(struct lesson *lesson, const float *theta, float *gradient);

/* Theta* of the recipe's adversary from `theta` on, into star; for ATTACK_CROSS_ENTROPY the
 * labels decide, else the logits of the last forward pass. */
void lesson_attack(struct lesson *lesson, const float *theta);

/* Robustness loss at star, with derivatives into dlogits (may be NULL), star_dlogits and
 * star_drates. */
double lesson_robust(struct lesson *lesson, float *dlogits);

/* The gradient of `weight` times the robustness loss with respect to Theta*, held, into dstar;
 * after lesson_robust. */
void lesson_star_backward(struct lesson *lesson, double weight);

/* How far warm-up has come: 0 to 1; and certified's ramp. */
double lesson_warmth(const struct lesson *lesson);
double lesson_ramp(const struct lesson *lesson);

#endif
