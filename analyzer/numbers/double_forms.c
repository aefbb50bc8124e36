/* double_forms.c -- rows of linear forms in the double engine: storage, and all rules but
 * those of convolutions. */
#include "double_forms.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "double_store.h"
#include "specs/fault.h"

#define DENSE_ROWS 32 /* done at once */

const struct form_loops *double_form_loops(void)
{
    return double_loops == &double_avx512 ? &form_avx512 : &form_portable;
}

static struct forms *forms_new(const struct engine *engine)
{
    (void)engine;
    return fault_alloc(1, sizeof(struct forms));
}

static void forms_free(struct forms *forms)
{
    if (!forms)
        return;
    free(forms->lo);
    free(forms->neg);
    free(forms);
}

static void make_zero(double **values, size_t *capacity, size_t count)
{
    if (*capacity < count) {
        free(*values);
        *values = fault_alloc_aligned(count, sizeof(double));
        *capacity = count;
    }
    memset(*values, 0, count * sizeof(double));
}

static void reset(struct forms *forms, size_t rows, size_t count, int interval)
{
    forms->rows = rows;
    forms->count = count;
    forms->interval = interval;
    make_zero(&forms->lo, &forms->capacity[0], rows * count);
    if (interval)
        make_zero(&forms->neg, &forms->capacity[1], rows * count);
}

static void put(struct forms *forms, size_t row, size_t at, double value)
{
    require(row < forms->rows && at < forms->count);
    forms->lo[row * forms->count + at] = value;
    if (forms->interval)
        forms->neg[row * forms->count + at] = -value;
}

/* The best single coefficient for a value in [low, high] instead of one known to lie
 * in [least, most], and what it costs: at both ends of the value the bound holds,
 * and between them what it replaces, min(least v, most v), is concave. */
static double choose_one(double least, double most, double low, double high, double *constant)
{
    if (least == most || low >= 0)
        return least;
    if (high <= 0)
        return most;
    double slope = (least * high - most * low) / (high - low);
    double left = most * low + -slope * low, right = least * high + -slope * high;
    *constant += left < right ? left : right;
    return slope;
}

static void settle(struct forms *forms, struct grid grid, struct window window,
                   const double *low, const double *high, struct forms *constants)
{
    struct rounding_scope scope;
    rounding_enter_downward(&scope);
    size_t length = window.width * grid.stride;
    require(forms->count == window.height * length && constants->rows == forms->rows);
    for (size_t r = 0; r < forms->rows; r++) {
        double *lo = forms->lo + r * forms->count;
        for (size_t i = 0; forms->interval && i < forms->count; i++) {
            size_t at = ((window.top + i / length) * grid.width + window.left) * grid.stride +
                        i % length;
            lo[i] = choose_one(lo[i], -forms->neg[r * forms->count + i], low[at], high[at],
                               &constants->lo[r]);
        }
        constants->lo[r] += double_form_loops()->poison(lo, forms->count);
    }
    forms->interval = 0;
    rounding_leave(&scope);
}

/* Where weight k of an output goes in the layout of struct form_weights. */
static size_t weight_place(const struct form_weights *w, size_t k)
{
    const struct layer *l = w->layer;
    if (l->kind == LAYER_DENSE)
        return k;
    size_t area = l->kernel_height * l->kernel_width, channel = k / area;
    size_t channels = w->point ? l->in.channels : form_stride(l->in.channels);
    return k % area * channels + channel;
}

static void set_weight(struct form_weights *w, const struct double_part *part, size_t at,
                       size_t i)
{
    double neg, hi;
    double_part_ends(part, i, &neg, &hi);
    w->lo[at] = -neg;
    w->hi[at] = hi;
    w->unbounded |= !(neg < INFINITY && hi < INFINITY);
}

static void set_bias(struct form_weights *w, const struct double_part *part, size_t output)
{
    double neg, hi;
    double_part_ends(part, output, &neg, &hi);
    w->bias_lo[output] = -neg;
    w->bias_hi[output] = hi;
    w->unbounded |= !(neg < INFINITY && hi < INFINITY);
    if (w->point)
        set_weight(w, part, output * w->depth + patch_depth(w->layer), output);
}

static size_t depth_of(const struct layer *layer, int point)
{
    if (layer->kind == LAYER_DENSE)
        return form_stride(shape_count(layer->in));
    if (point)
        return patch_stride(layer);
    return layer->kernel_height * layer->kernel_width * form_stride(layer->in.channels);
}

static struct form_weights *weights_new(const struct engine *engine,
                                        const struct network *network,
                                        const struct layer *layer, const struct box *box)
{
    (void)engine;
    struct rounding_scope scope;
    const struct tensor *weight = &network->tensors[layer->weight];
    struct double_part part = double_part_of(box, network->theta + weight->offset, weight->count);
    struct double_part bias = {.values = NULL};
    if (layer->bias >= 0)
        bias = double_part_of(box, network->theta + network->tensors[layer->bias].offset,
                              network->tensors[layer->bias].count);
    rounding_enter_upward(&scope);
    struct form_weights *w = fault_alloc(1, sizeof *w);
    w->layer = layer;
    w->point = layer->kind == LAYER_CONV2D && layer->from == NETWORK_INPUT;
    w->outputs = weight->shape[0];
    w->depth = depth_of(layer, w->point);
    w->lo = fault_alloc_aligned(2 * w->outputs * w->depth, sizeof(double));
    w->hi = w->lo + w->outputs * w->depth;
    w->bias_lo = fault_alloc_aligned(2 * w->outputs, sizeof(double));
    w->bias_hi = w->bias_lo + w->outputs;
    size_t count = weight->count / w->outputs;
    for (size_t o = 0; o < w->outputs; o++) {
        for (size_t k = 0; k < count; k++)
            set_weight(w, &part, o * w->depth + weight_place(w, k), o * count + k);
        if (bias.values)
            set_bias(w, &bias, o);
    }
    rounding_leave(&scope);
    return w;
}

static void weights_free(struct form_weights *w)
{
    if (!w)
        return;
    free(w->lo);
    free(w->bias_lo);
    free(w);
}

void double_forms_give_up(const struct form_weights *w, struct forms *constants)
{
    for (size_t r = 0; w->unbounded && r < constants->rows; r++)
        constants->lo[r] = NAN;
}

/* The coefficients of one row that are not zero, `sign` times; one list.  A row's places
 * past the last output have no weights: they are 0, or `settle` has found them no numbers. */
static uint32_t list_outputs(const double *from, size_t count, double sign, struct item *items)
{
    uint32_t listed = 0;
    for (size_t o = 0; o < count; o++)
        if (!(from[o] == 0))
            items[listed++] = (struct item){sign * from[o], (int32_t)o, 0};
    return listed;
}

static struct items dense_items(const struct form_weights *w, const struct forms *from,
                                size_t first, size_t rows, double sign)
{
    struct item *items = (struct item *)double_scratch(SCRATCH_FIRST, 2 * rows * from->count);
    uint32_t *begin = (uint32_t *)double_scratch(SCRATCH_SECOND, rows + 1);
    begin[0] = 0;
    for (size_t r = 0; r < rows; r++)
        begin[r + 1] = begin[r] + list_outputs(from->lo + (first + r) * from->count,
                                               w->outputs, sign, items + begin[r]);
    return (struct items){rows, 0, items, begin};
}

/* An upper end is minus the lower end of the negative: the same sums with every
 * coefficient negated give it. */
static void dense(const struct form_weights *w, const struct forms *from, struct forms *to,
                  struct forms *constants)
{
    struct rounding_scope scope;
    rounding_enter_downward(&scope);
    require(to->count == w->depth && from->rows == to->rows && from->count >= w->outputs);
    for (size_t first = 0; first < from->rows; first += DENSE_ROWS) {
        size_t rows = from->rows - first < DENSE_ROWS ? from->rows - first : DENSE_ROWS;
        struct items list = dense_items(w, from, first, rows, 1);
        double_form_loops()->dense(&list, w->lo, w->hi, w->depth, to->lo + first * to->count);
        for (size_t r = 0; r < rows; r++)
            for (uint32_t i = list.begin[r]; i < list.begin[r + 1]; i++) {
                const struct item *item = &list.items[i];
                constants->lo[first + r] +=
                    item->value * (item->value > 0 ? w->bias_lo : w->bias_hi)[item->row];
            }
        if (to->interval) {
            list = dense_items(w, from, first, rows, -1);
            double_form_loops()->dense(&list, w->lo, w->hi, w->depth, to->neg + first * to->count);
        }
    }
    double_forms_give_up(w, constants);
    rounding_leave(&scope);
}

static void relax(const struct relaxation *table, struct window window,
                  const struct forms *from, struct forms *to, struct forms *constants)
{
    struct rounding_scope scope;
    rounding_enter_downward(&scope);
    size_t length = window.width * table->grid.stride;
    require(from->count == window_count(window, table->grid) && to->count == from->count);
    require(!to->interval);
    for (size_t r = 0; r < from->rows; r++)
        for (size_t y = 0; y < window.height; y++) {
            size_t at = ((window.top + y) * table->grid.width + window.left) *
                        table->grid.stride;
            size_t row = r * from->count + y * length;
            constants->lo[r] +=
                double_form_loops()->relax(table, at, length, from->lo + row, to->lo + row);
        }
    rounding_leave(&scope);
}

static void carry(const struct forms *from, const uint32_t *from_at, struct forms *to,
                  const uint32_t *to_at, size_t count, size_t divisor)
{
    struct rounding_scope scope;
    rounding_enter_downward(&scope);
    double d = (double)divisor;
    for (size_t r = 0; r < from->rows; r++) {
        const double *x = from->lo + r * from->count;
        double *lo = to->lo + r * to->count, *neg = to->neg + r * to->count;
        for (size_t i = 0; i < count; i++)
            lo[to_at[i]] += x[from_at[i]] / d;
        for (size_t i = 0; to->interval && i < count; i++)
            neg[to_at[i]] += -x[from_at[i]] / d;
    }
    rounding_leave(&scope);
}

static void spread_row(const struct relaxation *table, struct window from_window,
                       const double *from, struct grid input, struct window to_window,
                       double *lo, double *neg)
{
    size_t stride = table->grid.stride, places = from_window.height * from_window.width;
    for (size_t p = 0; p < places; p++)
        for (size_t c = 0; c < table->grid.channels; c++) {
            double value = from[p * stride + c];
            if (value == 0)
                continue;
            size_t site = (from_window.top + p / from_window.width) * table->grid.width +
                          from_window.left + p % from_window.width;
            size_t place = table->place[value < 0][site * stride + c];
            size_t row = place / input.width - to_window.top;
            size_t column = place % input.width - to_window.left;
            size_t at = (row * to_window.width + column) * input.stride + c;
            lo[at] += value;
            if (neg)
                neg[at] += -value;
        }
}

static void spread(const struct relaxation *table, struct window from_window,
                   const struct forms *from, struct grid input, struct window to_window,
                   struct forms *to)
{
    struct rounding_scope scope;
    rounding_enter_downward(&scope);
    require(from->count == window_count(from_window, table->grid));
    require(to->count == window_count(to_window, input));
    for (size_t r = 0; r < from->rows; r++)
        spread_row(table, from_window, from->lo + r * from->count, input, to_window,
                   to->lo + r * to->count, to->interval ? to->neg + r * to->count : NULL);
    rounding_leave(&scope);
}

static void evaluate(const struct forms *from, struct grid grid, struct window window,
                     const double *low, const double *high, struct forms *constants)
{
    struct rounding_scope scope;
    rounding_enter_downward(&scope);
    size_t length = window.width * grid.stride;
    require(from->count == window.height * length);
    for (size_t r = 0; r < from->rows; r++)
        for (size_t i = 0; i < from->count; i++) {
            size_t at = ((window.top + i / length) * grid.width + window.left) * grid.stride +
                        i % length;
            double value = from->lo[r * from->count + i];
            if (!(value == 0)) /* which an infinite bound does not change */
                constants->lo[r] += value * (value > 0 ? low : high)[at];
        }
    rounding_leave(&scope);
}

static void lower(const struct forms *constants, double *bounds)
{
    for (size_t r = 0; r < constants->rows; r++)
        bounds[r] = fabs(constants->lo[r]) < INFINITY ? constants->lo[r] : -INFINITY;
}

const struct form_kernels double_form_kernels = {
    .forms_new = forms_new,
    .forms_free = forms_free,
    .reset = reset,
    .put = put,
    .settle = settle,
    .weights_new = weights_new,
    .weights_free = weights_free,
    .dense = dense,
    .conv = double_forms_conv,
    .conv_point = double_forms_conv_point,
    .relax = relax,
    .carry = carry,
    .spread = spread,
    .evaluate = evaluate,
    .lower = lower,
};
