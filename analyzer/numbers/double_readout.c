/* double_readout.c -- the last layer of the double engine.
 *
 * A margin's weights are the differences of two rows; each meets the same input
 * once, so the margin is bounded jointly.  Sums are kept times the divisor,
 * which is an exact integer: the sign and exact ties survive the division. */
#include <math.h>
#include <stdlib.h>

#include "double_store.h"
#include "specs/fault.h"

struct ends {
    double neg, hi;
};

static double *row_of(size_t count)
{
    return fault_alloc_aligned(count, sizeof(double));
}

struct weights *double_readout_new(const struct engine *engine, const float *weight,
                                   const float *bias, size_t classes, size_t inputs,
                                   int transposed, size_t divisor, const struct box *box)
{
    (void)engine;
    struct rounding_scope scope;
    struct double_part part = double_part_of(box, weight, classes * inputs);
    struct double_part biases = double_part_of(box, bias, bias ? classes : 0);
    rounding_enter_upward(&scope);
    require(classes <= MARGINS_CLASSES && divisor > 0);
    struct weights *w = fault_alloc(1, sizeof *w);
    w->classes = classes;
    w->inputs = inputs;
    w->divisor = divisor;
    w->weight_neg = row_of(classes * inputs);
    w->weight_hi = row_of(classes * inputs);
    w->bias_neg = row_of(classes);
    w->bias_hi = row_of(classes);
    for (size_t c = 0; c < classes; c++) {
        for (size_t i = 0; i < inputs; i++)
            double_part_ends(&part, transposed ? i * classes + c : c * inputs + i,
                             &w->weight_neg[c * inputs + i], &w->weight_hi[c * inputs + i]);
        if (bias)
            double_part_ends(&biases, c, &w->bias_neg[c], &w->bias_hi[c]);
    }
    rounding_leave(&scope);
    return w;
}

/* sum += [w][x], any signs. */
static inline void add_product(struct ends *sum, double w_neg, double w_hi, double x_neg,
                               double x_hi)
{
    double hi = fmax(fmax(w_hi * x_hi, w_hi * -x_neg), fmax(-w_neg * x_hi, w_neg * x_neg));
    double neg = fmax(fmax(-w_hi * x_hi, w_hi * x_neg), fmax(w_neg * x_hi, -w_neg * x_neg));
    sum->neg += neg;
    sum->hi += hi;
}

/* The end of sum / divisor, upward; anything unsound gives up. */
static double divided(double end, double divisor, int sound)
{
    double result = end / divisor;
    return sound && fabs(result) < INFINITY ? result : INFINITY;
}

static int all_finite(const double *values, size_t count)
{
    int finite = 1;
    for (size_t i = 0; i < count; i++)
        finite &= fabs(values[i]) < INFINITY;
    return finite;
}

static void logit(const struct weights *w, const double *neg, const double *hi, size_t class,
                  int sound, struct margins *result)
{
    double divisor = (double)w->divisor;
    struct ends sum = {divisor * w->bias_neg[class], divisor * w->bias_hi[class]};
    for (size_t i = 0; i < w->inputs; i++)
        add_product(&sum, w->weight_neg[class * w->inputs + i],
                    w->weight_hi[class * w->inputs + i], neg[i], hi[i]);
    sound &= fabs(sum.neg) < INFINITY && fabs(sum.hi) < INFINITY;
    result->logit_lower[class] = -divided(sum.neg, divisor, sound);
    result->logit_upper[class] = divided(sum.hi, divisor, sound);
}

static void margin(const struct weights *w, const double *neg, const double *hi, size_t label,
                   size_t other, int sound, struct margins *result)
{
    double divisor = (double)w->divisor, scale = 0;
    const double *yn = w->weight_neg + label * w->inputs, *yh = w->weight_hi + label * w->inputs;
    const double *on = w->weight_neg + other * w->inputs, *oh = w->weight_hi + other * w->inputs;
    struct ends sum = {divisor * (w->bias_neg[label] + w->bias_hi[other]),
                       divisor * (w->bias_hi[label] + w->bias_neg[other])};
    scale = fabs(sum.hi);
    for (size_t i = 0; i < w->inputs; i++) {
        double q_neg = yn[i] + oh[i], q_hi = yh[i] + on[i];
        add_product(&sum, q_neg, q_hi, neg[i], hi[i]);
        scale += fmax(fabs(q_neg), fabs(q_hi)) * fmax(fabs(neg[i]), fabs(hi[i]));
    }
    sound &= fabs(sum.neg) < INFINITY && fabs(sum.hi) < INFINITY;
    result->lower[other] = -divided(sum.neg, divisor, sound);
    result->upper[other] = divided(sum.hi, divisor, sound);
    result->scale[other] = scale / divisor;
}

void double_readout(const struct weights *w, const struct intervals *x, size_t first,
                    int label, struct margins *result)
{
    struct rounding_scope scope;
    rounding_enter_upward(&scope);
    require(first + w->inputs <= x->count && label >= 0 && (size_t)label < w->classes);
    const double *neg = x->neg + first, *hi = x->hi + first;
    double *flat_neg = double_scratch(SCRATCH_THIRD, 2 * w->inputs);
    if (x->channels > 1) {
        require(x->channels * x->plane == w->inputs);
        for (size_t i = 0; i < w->inputs; i++) {
            size_t at = i % x->plane * x->channels + i / x->plane;
            flat_neg[i] = neg[at];
            flat_neg[w->inputs + i] = hi[at];
        }
        neg = flat_neg;
        hi = flat_neg + w->inputs;
    }
    int sound = all_finite(neg, w->inputs) && all_finite(hi, w->inputs) &&
                all_finite(w->weight_neg, w->classes * w->inputs) &&
                all_finite(w->weight_hi, w->classes * w->inputs);
    for (size_t class = 0; class < w->classes; class++) {
        logit(w, neg, hi, class, sound, result);
        if (class == (size_t)label)
            result->lower[class] = result->upper[class] = result->scale[class] = 0;
        else
            margin(w, neg, hi, (size_t)label, class, sound, result);
    }
    rounding_leave(&scope);
}
