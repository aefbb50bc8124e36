/* mpfr_forms_layer.c -- linear forms through layers of weights, in mpfr. */
#include <stdlib.h>

#include "mpfr_forms.h"

static void fill(struct mpfr_row *lo, struct mpfr_row *hi, const struct box *box,
                 const float *values, size_t count, int bits)
{
    mpfr_row_init(lo, count, bits);
    mpfr_row_init(hi, count, bits);
    if (values)
        box_ends_mpfr(box, values, count, lo->at, hi->at);
}

struct form_weights *mpfr_form_weights_new(const struct engine *engine,
                                           const struct network *network,
                                           const struct layer *layer, const struct box *box)
{
    struct rounding_scope scope;
    rounding_enter_nearest(&scope);
    const struct tensor *weight = &network->tensors[layer->weight];
    struct form_weights *w = fault_alloc(1, sizeof *w);
    w->bits = engine->bits;
    w->layer = layer;
    w->outputs = weight->shape[0];
    w->depth = weight->count / w->outputs;
    fill(&w->lo, &w->hi, box, network->theta + weight->offset, weight->count, w->bits);
    fill(&w->bias_lo, &w->bias_hi, box,
         layer->bias < 0 ? NULL : network->theta + network->tensors[layer->bias].offset,
         w->outputs, w->bits);
    rounding_leave(&scope);
    return w;
}

void mpfr_form_weights_free(struct form_weights *w)
{
    if (!w)
        return;
    mpfr_row_clear(&w->lo);
    mpfr_row_clear(&w->hi);
    mpfr_row_clear(&w->bias_lo);
    mpfr_row_clear(&w->bias_hi);
    free(w);
}

void mpfr_form_dense(const struct form_weights *w, const struct forms *from, struct forms *to,
                     struct forms *constants)
{
    struct mpfr_desk desk;
    mpfr_desk_init(&desk, w->bits);
    for (size_t r = 0; r < from->rows; r++)
        for (size_t o = 0; o < w->outputs; o++) {
            mpfr_srcptr value = from->lo.at[r * from->count + o];
            if (mpfr_zero_p(value))
                continue;
            int up = mpfr_sgn(value) > 0;
            const mpfr_t *least = (up ? w->lo.at : w->hi.at) + o * w->depth;
            const mpfr_t *most = (up ? w->hi.at : w->lo.at) + o * w->depth;
            for (size_t k = 0; k < w->depth; k++) {
                mpfr_add_down(to->lo.at[r * to->count + k], value, least[k], desk.at[0]);
                if (!to->interval)
                    continue;
                mpfr_mul(desk.at[0], value, most[k], MPFR_RNDU);
                mpfr_add(to->hi.at[r * to->count + k], to->hi.at[r * to->count + k], desk.at[0],
                         MPFR_RNDU);
            }
            mpfr_add_down(constants->lo.at[r], value, up ? w->bias_lo.at[o] : w->bias_hi.at[o],
                          desk.at[0]);
        }
    mpfr_desk_clear(&desk);
}

/* The coefficients of one output channel of one row, and where in the layer's output
 * they stand. */
struct hits {
    size_t count;
    mpfr_srcptr *value;
    size_t *place;
};

static void hits_init(struct hits *hits, const struct conv_rule *rule)
{
    size_t places = rule->site_window.height * rule->site_window.width;
    hits->value = fault_alloc(places, sizeof *hits->value);
    hits->place = fault_alloc(places, sizeof *hits->place);
}

static void hits_clear(struct hits *hits)
{
    free(hits->value);
    free(hits->place);
}

static void find_hits(struct hits *hits, const struct conv_rule *rule, const struct forms *from,
                      size_t row, size_t output)
{
    const struct window *window = &rule->site_window;
    hits->count = 0;
    for (size_t p = 0; p < window->height * window->width; p++) {
        mpfr_srcptr value = from->lo.at[row * from->count + p * rule->sites.stride + output];
        if (mpfr_zero_p(value))
            continue;
        size_t site = (window->top + p / window->width) * rule->sites.width + window->left +
                      p % window->width;
        hits->value[hits->count] = value;
        hits->place[hits->count++] =
            rule->place ? rule->place[mpfr_sgn(value) < 0][site * rule->sites.stride + output]
                        : site;
    }
}

/* Which input a kernel place meets from a place of the output; 0 in the padding. */
static int meets(const struct conv_rule *rule, size_t place, size_t kernel, size_t *row,
                 size_t *column)
{
    const struct layer *l = rule->weights->layer;
    *row = place / rule->output_width * l->stride + kernel / l->kernel_width - l->top;
    *column = place % rule->output_width * l->stride + kernel % l->kernel_width - l->left;
    return *row < rule->input.height && *column < rule->input.width;
}

/* low <= G <= high for one kernel weight, its inputs anywhere in their bounds. */
static void sum_inputs(const struct conv_rule *rule, const struct hits *hits, size_t kernel,
                       size_t channel, mpfr_t low, mpfr_t high, mpfr_t product)
{
    mpfr_set_zero(low, 1);
    mpfr_set_zero(high, 1);
    for (size_t i = 0; i < hits->count; i++) {
        size_t row, column;
        if (!meets(rule, hits->place[i], kernel, &row, &column))
            continue;
        size_t at = (row * rule->input.width + column) * rule->input.stride + channel;
        int up = mpfr_sgn(hits->value[i]) > 0;
        mpfr_mul_d(product, hits->value[i], up ? rule->low[at] : rule->high[at], MPFR_RNDD);
        mpfr_add(low, low, product, MPFR_RNDD);
        mpfr_mul_d(product, hits->value[i], up ? rule->high[at] : rule->low[at], MPFR_RNDU);
        mpfr_add(high, high, product, MPFR_RNDU);
    }
}

/* kernel := a weight for which kernel G + (what constant gains) <= K G, for all K in
 * [lo, hi] and G in [low, high]. */
static void choose_kernel(mpfr_srcptr lo, mpfr_srcptr hi, mpfr_srcptr low, mpfr_srcptr high,
                          mpfr_t kernel, mpfr_t constant, mpfr_t left, mpfr_t right)
{
    if (mpfr_sgn(low) >= 0 || mpfr_sgn(high) <= 0) {
        mpfr_set(kernel, mpfr_sgn(low) >= 0 ? lo : hi, MPFR_RNDN);
        return;
    }
    mpfr_mul(right, lo, high, MPFR_RNDN);
    mpfr_mul(left, hi, low, MPFR_RNDN);
    mpfr_sub(kernel, right, left, MPFR_RNDN);
    mpfr_sub(left, high, low, MPFR_RNDN);
    mpfr_div(kernel, kernel, left, MPFR_RNDN);
    mpfr_sub(left, hi, kernel, MPFR_RNDU); /* times low < 0: rounded down */
    mpfr_mul(left, left, low, MPFR_RNDD);
    mpfr_sub(right, lo, kernel, MPFR_RNDD);
    mpfr_mul(right, right, high, MPFR_RNDD);
    mpfr_least(left, right);
    mpfr_add(constant, constant, left, MPFR_RNDD);
}

static void give_back(const struct conv_rule *rule, const struct hits *hits, size_t kernel,
                      size_t channel, mpfr_srcptr weight, struct forms *to, size_t r,
                      mpfr_t product)
{
    const struct window *window = &rule->input_window;
    for (size_t i = 0; i < hits->count; i++) {
        size_t row, column;
        if (!meets(rule, hits->place[i], kernel, &row, &column))
            continue;
        size_t at = r * to->count + channel +
                    ((row - window->top) * window->width + column - window->left) *
                        rule->input.stride;
        mpfr_add_down(to->lo.at[at], hits->value[i], weight, product);
        if (!to->interval)
            continue;
        mpfr_mul(product, hits->value[i], weight, MPFR_RNDU);
        mpfr_add(to->hi.at[at], to->hi.at[at], product, MPFR_RNDU);
    }
}

/* constant += min over the box of b B, with B the sum of the coefficients. */
static void add_bias(const struct form_weights *w, const struct hits *hits, size_t o,
                     mpfr_t constant, struct mpfr_desk *desk)
{
    mpfr_t *ends = desk->at, *product = &desk->at[2], *least = &desk->at[3];
    for (int end = 0; end < 2; end++) {
        mpfr_set_zero(ends[end], 1);
        for (size_t i = 0; i < hits->count; i++)
            mpfr_add(ends[end], ends[end], hits->value[i], end ? MPFR_RNDU : MPFR_RNDD);
    }
    mpfr_mul(*least, w->bias_lo.at[o], ends[0], MPFR_RNDD);
    mpfr_mul(*product, w->bias_hi.at[o], ends[0], MPFR_RNDD);
    mpfr_least(*least, *product);
    mpfr_mul(*product, w->bias_lo.at[o], ends[1], MPFR_RNDD);
    mpfr_least(*least, *product);
    mpfr_mul(*product, w->bias_hi.at[o], ends[1], MPFR_RNDD);
    mpfr_least(*least, *product);
    mpfr_add(constant, constant, *least, MPFR_RNDD);
}

static void conv_output(const struct conv_rule *rule, const struct hits *hits, size_t o,
                        struct forms *to, size_t r, mpfr_t constant, struct mpfr_desk *desk)
{
    const struct form_weights *w = rule->weights;
    size_t area = w->layer->kernel_height * w->layer->kernel_width;
    mpfr_t *low = &desk->at[0], *high = &desk->at[1], *kernel = &desk->at[2];
    for (size_t k = 0; k < w->depth; k++) {
        size_t at = o * w->depth + k;
        sum_inputs(rule, hits, k % area, k / area, *low, *high, desk->at[3]);
        choose_kernel(w->lo.at[at], w->hi.at[at], *low, *high, *kernel, constant, desk->at[3],
                      desk->at[4]);
        give_back(rule, hits, k % area, k / area, *kernel, to, r, desk->at[3]);
    }
}

/* constant += min over the box and over rounding of K G. */
static void add_point(const struct conv_rule *rule, const struct hits *hits, size_t o,
                      mpfr_t constant, struct mpfr_desk *desk)
{
    const struct form_weights *w = rule->weights;
    size_t area = w->layer->kernel_height * w->layer->kernel_width;
    mpfr_t *low = &desk->at[0], *high = &desk->at[1], *least = &desk->at[2];
    mpfr_t *product = &desk->at[3];
    for (size_t k = 0; k < w->depth; k++) {
        size_t at = o * w->depth + k;
        sum_inputs(rule, hits, k % area, k / area, *low, *high, *product);
        mpfr_mul(*least, w->lo.at[at], *low, MPFR_RNDD);
        mpfr_mul(*product, w->hi.at[at], *low, MPFR_RNDD);
        mpfr_least(*least, *product);
        mpfr_mul(*product, w->lo.at[at], *high, MPFR_RNDD);
        mpfr_least(*least, *product);
        mpfr_mul(*product, w->hi.at[at], *high, MPFR_RNDD);
        mpfr_least(*least, *product);
        mpfr_add(constant, constant, *least, MPFR_RNDD);
    }
}

static void each_output(const struct conv_rule *rule, const struct forms *from, struct forms *to,
                        struct forms *constants)
{
    struct mpfr_desk desk;
    struct hits hits;
    mpfr_desk_init(&desk, rule->weights->bits);
    hits_init(&hits, rule);
    for (size_t r = 0; r < from->rows; r++)
        for (size_t o = 0; o < rule->weights->outputs; o++) {
            find_hits(&hits, rule, from, r, o);
            if (!hits.count)
                continue;
            add_bias(rule->weights, &hits, o, constants->lo.at[r], &desk);
            if (to)
                conv_output(rule, &hits, o, to, r, constants->lo.at[r], &desk);
            else
                add_point(rule, &hits, o, constants->lo.at[r], &desk);
        }
    hits_clear(&hits);
    mpfr_desk_clear(&desk);
}

void mpfr_form_conv(const struct conv_rule *rule, const struct forms *from, struct forms *to,
                    struct forms *constants)
{
    require(to->count == window_count(rule->input_window, rule->input));
    each_output(rule, from, to, constants);
}

void mpfr_form_conv_point(const struct conv_rule *rule, const struct forms *from,
                          struct forms *constants)
{
    each_output(rule, from, NULL, constants);
}
