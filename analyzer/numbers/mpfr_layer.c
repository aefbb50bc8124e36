/* mpfr_layer.c -- dense and convolution layers, and the readout, in mpfr. */
#include <math.h>
#include <stdlib.h>

#include "mpfr_store.h"

static void fill(struct mpfr_row *lo, struct mpfr_row *hi, const struct box *box,
                 const float *values, size_t count, int bits)
{
    mpfr_row_init(lo, count, bits);
    mpfr_row_init(hi, count, bits);
    box_ends_mpfr(box, values, count, lo->at, hi->at);
}

struct weights *mpfr_layer_new(const struct engine *engine, const struct network *network,
                               const struct layer *layer, const struct box *box)
{
    struct rounding_scope scope;
    rounding_enter_nearest(&scope);
    const struct tensor *weight = &network->tensors[layer->weight];
    struct weights *w = fault_alloc(1, sizeof *w);
    w->bits = engine->bits;
    w->layer = layer;
    w->rows = weight->shape[0];
    w->columns = weight->count / w->rows;
    fill(&w->lo, &w->hi, box, network->theta + weight->offset, weight->count, engine->bits);
    if (layer->bias >= 0) {
        fill(&w->bias_lo, &w->bias_hi, box,
             network->theta + network->tensors[layer->bias].offset, w->rows, engine->bits);
    } else { /* exactly zero */
        mpfr_row_init(&w->bias_lo, w->rows, engine->bits);
        mpfr_row_init(&w->bias_hi, w->rows, engine->bits);
    }
    rounding_leave(&scope);
    return w;
}

/* The input that weight k of an output position meets; -1 in the padding. */
static long source(const struct layer *l, size_t row, size_t column, size_t k)
{
    size_t area = l->kernel_height * l->kernel_width;
    size_t channel = k / area, dy = k % area / l->kernel_width, dx = k % l->kernel_width;
    long y = (long)(row * l->stride + dy) - (long)l->top;
    long x = (long)(column * l->stride + dx) - (long)l->left;
    if (y < 0 || x < 0 || y >= (long)l->in.height || x >= (long)l->in.width)
        return -1;
    return ((long)channel * (long)l->in.height + y) * (long)l->in.width + x;
}

static void bound_output(const struct weights *w, const struct intervals *x, size_t first,
                         size_t output, size_t row, size_t column, struct mpfr_pair *sum,
                         mpfr_t scratch[2])
{
    int convolution = w->layer->kind == LAYER_CONV2D;
    mpfr_set(sum->lo, w->bias_lo.at[output], MPFR_RNDD);
    mpfr_set(sum->hi, w->bias_hi.at[output], MPFR_RNDU);
    for (size_t k = 0; k < w->columns; k++) {
        long from = convolution ? source(w->layer, row, column, k) : (long)k;
        if (from < 0)
            continue;
        size_t at = output * w->columns + k;
        mpfr_add_product(sum, w->lo.at[at], w->hi.at[at], x->lo.at[first + (size_t)from],
                         x->hi.at[first + (size_t)from], scratch);
    }
    mpfr_sound(sum->lo, sum->hi);
}

void mpfr_layer(const struct weights *w, const struct intervals *x, struct intervals *y,
                size_t batch)
{
    const struct layer *l = w->layer;
    size_t from = shape_count(l->in), to = shape_count(l->out);
    size_t plane = l->out.height * l->out.width;
    struct mpfr_pair sum;
    mpfr_t scratch[2];
    mpfr_pair_init(&sum, w->bits);
    mpfr_inits2(w->bits, scratch[0], scratch[1], (mpfr_ptr)0);
    require(batch * from <= x->count && batch * to <= y->count);
    for (size_t i = 0; i < batch * to; i++) {
        size_t sample = i / to, place = i % to % plane;
        bound_output(w, x, sample * from, i % to / plane, place / l->out.width,
                     place % l->out.width, &sum, scratch);
        mpfr_set(y->lo.at[i], sum.lo, MPFR_RNDD);
        mpfr_set(y->hi.at[i], sum.hi, MPFR_RNDU);
    }
    mpfr_clears(scratch[0], scratch[1], (mpfr_ptr)0);
    mpfr_pair_clear(&sum);
}

struct weights *mpfr_readout_new(const struct engine *engine, const float *weight,
                                 const float *bias, size_t classes, size_t inputs,
                                 int transposed, size_t divisor, const struct box *box)
{
    struct rounding_scope scope;
    rounding_enter_nearest(&scope);
    require(classes <= MARGINS_CLASSES && divisor > 0);
    struct weights *w = fault_alloc(1, sizeof *w);
    struct mpfr_part part;
    mpfr_part_init(&part, box, weight, classes * inputs, engine->bits);
    w->bits = engine->bits;
    w->classes = classes;
    w->inputs = inputs;
    w->divisor = divisor;
    mpfr_row_init(&w->lo, classes * inputs, engine->bits);
    mpfr_row_init(&w->hi, classes * inputs, engine->bits);
    mpfr_row_init(&w->bias_lo, classes, engine->bits);
    mpfr_row_init(&w->bias_hi, classes, engine->bits);
    for (size_t i = 0; i < classes * inputs; i++)
        mpfr_part_ends(&part, transposed ? i % inputs * classes + i / inputs : i, w->lo.at[i],
                       w->hi.at[i]);
    if (bias)
        box_ends_mpfr(box, bias, classes, w->bias_lo.at, w->bias_hi.at);
    mpfr_part_clear(&part);
    rounding_leave(&scope);
    return w;
}

/* sum / divisor, outward, as binary64. */
static void divided(struct mpfr_pair *sum, size_t divisor, double *lower, double *upper)
{
    mpfr_sound(sum->lo, sum->hi);
    mpfr_div_ui(sum->lo, sum->lo, divisor, MPFR_RNDD);
    mpfr_div_ui(sum->hi, sum->hi, divisor, MPFR_RNDU);
    *lower = mpfr_get_d(sum->lo, MPFR_RNDD);
    *upper = mpfr_get_d(sum->hi, MPFR_RNDU);
}

static void logit(const struct weights *w, const struct intervals *x, size_t first, size_t class,
                  struct mpfr_pair *sum, mpfr_t scratch[2], struct margins *result)
{
    mpfr_mul_ui(sum->lo, w->bias_lo.at[class], w->divisor, MPFR_RNDD);
    mpfr_mul_ui(sum->hi, w->bias_hi.at[class], w->divisor, MPFR_RNDU);
    for (size_t i = 0; i < w->inputs; i++)
        mpfr_add_product(sum, w->lo.at[class * w->inputs + i], w->hi.at[class * w->inputs + i],
                         x->lo.at[first + i], x->hi.at[first + i], scratch);
    divided(sum, w->divisor, &result->logit_lower[class], &result->logit_upper[class]);
}

static double magnitude(mpfr_srcptr lo, mpfr_srcptr hi)
{
    return fmax(fabs(mpfr_get_d(lo, MPFR_RNDD)), fabs(mpfr_get_d(hi, MPFR_RNDU)));
}

static void margin(const struct weights *w, const struct intervals *x, size_t first,
                   size_t label, size_t other, struct mpfr_pair *sum, struct mpfr_pair *q,
                   mpfr_t scratch[2], struct margins *result)
{
    mpfr_sub(sum->lo, w->bias_lo.at[label], w->bias_hi.at[other], MPFR_RNDD);
    mpfr_sub(sum->hi, w->bias_hi.at[label], w->bias_lo.at[other], MPFR_RNDU);
    mpfr_mul_ui(sum->lo, sum->lo, w->divisor, MPFR_RNDD);
    mpfr_mul_ui(sum->hi, sum->hi, w->divisor, MPFR_RNDU);
    double scale = magnitude(sum->lo, sum->hi);
    for (size_t i = 0; i < w->inputs; i++) {
        size_t mine = label * w->inputs + i, theirs = other * w->inputs + i;
        mpfr_sub(q->lo, w->lo.at[mine], w->hi.at[theirs], MPFR_RNDD);
        mpfr_sub(q->hi, w->hi.at[mine], w->lo.at[theirs], MPFR_RNDU);
        mpfr_add_product(sum, q->lo, q->hi, x->lo.at[first + i], x->hi.at[first + i], scratch);
        scale += magnitude(q->lo, q->hi) * magnitude(x->lo.at[first + i], x->hi.at[first + i]);
    }
    divided(sum, w->divisor, &result->lower[other], &result->upper[other]);
    result->scale[other] = scale / (double)w->divisor;
}

void mpfr_readout(const struct weights *w, const struct intervals *x, size_t first, int label,
                  struct margins *result)
{
    struct rounding_scope scope;
    rounding_enter_nearest(&scope);
    require(first + w->inputs <= x->count && label >= 0 && (size_t)label < w->classes);
    struct mpfr_pair sum, q;
    mpfr_t scratch[2];
    mpfr_pair_init(&sum, w->bits);
    mpfr_pair_init(&q, w->bits);
    mpfr_inits2(w->bits, scratch[0], scratch[1], (mpfr_ptr)0);
    for (size_t class = 0; class < w->classes; class++) {
        logit(w, x, first, class, &sum, scratch, result);
        if (class == (size_t)label)
            result->lower[class] = result->upper[class] = result->scale[class] = 0;
        else
            margin(w, x, first, (size_t)label, class, &sum, &q, scratch, result);
    }
    mpfr_clears(scratch[0], scratch[1], (mpfr_ptr)0);
    mpfr_pair_clear(&q);
    mpfr_pair_clear(&sum);
    rounding_leave(&scope);
}
