/* mpfr_forms.c -- rows of linear forms in mpfr: storage, and what needs no weights. */
#include "mpfr_forms.h"

#include <math.h>
#include <stdlib.h>

void mpfr_desk_init(struct mpfr_desk *desk, int bits)
{
    for (int i = 0; i < MPFR_DESK; i++)
        mpfr_init2(desk->at[i], bits);
}

void mpfr_desk_clear(struct mpfr_desk *desk)
{
    for (int i = 0; i < MPFR_DESK; i++)
        mpfr_clear(desk->at[i]);
}

void mpfr_add_down(mpfr_t sum, mpfr_srcptr a, mpfr_srcptr b, mpfr_t product)
{
    mpfr_mul(product, a, b, MPFR_RNDD);
    mpfr_add(sum, sum, product, MPFR_RNDD);
}

void mpfr_least(mpfr_t sum, mpfr_srcptr x)
{
    if (mpfr_nan_p(x) || mpfr_less_p(x, sum))
        mpfr_set(sum, x, MPFR_RNDD);
}

static struct forms *forms_new(const struct engine *engine)
{
    struct forms *forms = fault_alloc(1, sizeof *forms);
    forms->bits = engine->bits;
    return forms;
}

static void forms_free(struct forms *forms)
{
    if (!forms)
        return;
    mpfr_row_clear(&forms->lo);
    mpfr_row_clear(&forms->hi);
    free(forms);
}

static void make_zero(struct mpfr_row *row, size_t count, int bits)
{
    if (row->count < count) {
        mpfr_row_clear(row);
        mpfr_row_init(row, count, bits);
    }
    for (size_t i = 0; i < count; i++)
        mpfr_set_zero(row->at[i], 1);
}

static void reset(struct forms *forms, size_t rows, size_t count, int interval)
{
    forms->rows = rows;
    forms->count = count;
    forms->interval = interval;
    make_zero(&forms->lo, rows * count, forms->bits);
    if (interval)
        make_zero(&forms->hi, rows * count, forms->bits);
}

static void put(struct forms *forms, size_t row, size_t at, double value)
{
    require(row < forms->rows && at < forms->count);
    mpfr_set_d(forms->lo.at[row * forms->count + at], value, MPFR_RNDD);
    if (forms->interval)
        mpfr_set_d(forms->hi.at[row * forms->count + at], value, MPFR_RNDU);
}

/* constant += least, and lo := slope, of the line under min(lo v, hi v) on [low, high]. */
static void choose_one(mpfr_t lo, mpfr_t hi, double low, double high, mpfr_t constant,
                       struct mpfr_desk *desk)
{
    mpfr_t *slope = &desk->at[0], *left = &desk->at[1], *right = &desk->at[2];
    if (mpfr_equal_p(lo, hi) || low >= 0)
        return;
    if (high <= 0) {
        mpfr_set(lo, hi, MPFR_RNDN);
        return;
    }
    mpfr_mul_d(*left, hi, low, MPFR_RNDD);
    mpfr_mul_d(*right, lo, high, MPFR_RNDD);
    mpfr_sub(*slope, *right, *left, MPFR_RNDN);
    mpfr_div_d(*slope, *slope, high - low, MPFR_RNDN);
    mpfr_mul_d(hi, *slope, low, MPFR_RNDU);
    mpfr_sub(*left, *left, hi, MPFR_RNDD);
    mpfr_mul_d(hi, *slope, high, MPFR_RNDU);
    mpfr_sub(*right, *right, hi, MPFR_RNDD);
    mpfr_least(*left, *right);
    mpfr_add(constant, constant, *left, MPFR_RNDD);
    mpfr_set(lo, *slope, MPFR_RNDN);
}

static size_t grid_at(struct grid grid, struct window window, size_t i)
{
    size_t length = window.width * grid.stride;
    return ((window.top + i / length) * grid.width + window.left) * grid.stride + i % length;
}

static void settle(struct forms *forms, struct grid grid, struct window window,
                   const double *low, const double *high, struct forms *constants)
{
    struct mpfr_desk desk;
    mpfr_desk_init(&desk, forms->bits);
    require(forms->count == window_count(window, grid) && constants->rows == forms->rows);
    for (size_t r = 0; r < forms->rows; r++)
        for (size_t i = 0; i < forms->count; i++) {
            size_t at = r * forms->count + i, place = grid_at(grid, window, i);
            if (forms->interval)
                choose_one(forms->lo.at[at], forms->hi.at[at], low[place], high[place],
                           constants->lo.at[r], &desk);
            if (!mpfr_number_p(forms->lo.at[at]))
                mpfr_set_nan(constants->lo.at[r]);
        }
    forms->interval = 0;
    mpfr_desk_clear(&desk);
}

/* The line of a relaxation for one coefficient: out += its slope, constant += the rest. */
static void relax_one(const struct relaxation *table, size_t at, mpfr_t x, mpfr_t out,
                      mpfr_t constant, struct mpfr_desk *desk)
{
    mpfr_t *slope = &desk->at[0], *left = &desk->at[1], *right = &desk->at[2];
    mpfr_t *product = &desk->at[3];
    if (mpfr_sgn(x) > 0) {
        mpfr_mul_d(*slope, x, table->alpha[at], MPFR_RNDN);
        mpfr_add(out, out, *slope, MPFR_RNDD);
        return;
    }
    mpfr_mul_d(*slope, x, table->slope[at], MPFR_RNDN);
    mpfr_mul_d(*left, x, table->at_low[at], MPFR_RNDD);
    mpfr_mul_d(*product, *slope, table->low[at], MPFR_RNDU);
    mpfr_sub(*left, *left, *product, MPFR_RNDD);
    mpfr_mul_d(*right, x, table->at_high[at], MPFR_RNDD);
    mpfr_mul_d(*product, *slope, table->high[at], MPFR_RNDU);
    mpfr_sub(*right, *right, *product, MPFR_RNDD);
    mpfr_least(*left, *right);
    mpfr_add(constant, constant, *left, MPFR_RNDD);
    mpfr_add(out, out, *slope, MPFR_RNDD);
}

static void relax(const struct relaxation *table, struct window window,
                  const struct forms *from, struct forms *to, struct forms *constants)
{
    struct mpfr_desk desk;
    mpfr_desk_init(&desk, from->bits);
    require(from->count == window_count(window, table->grid) && to->count == from->count);
    require(!to->interval);
    for (size_t r = 0; r < from->rows; r++)
        for (size_t i = 0; i < from->count; i++) {
            size_t at = r * from->count + i;
            if (!mpfr_zero_p(from->lo.at[at]))
                relax_one(table, grid_at(table->grid, window, i), from->lo.at[at],
                          to->lo.at[at], constants->lo.at[r], &desk);
        }
    mpfr_desk_clear(&desk);
}

static void add_both(struct forms *to, size_t at, mpfr_srcptr value, size_t divisor,
                     struct mpfr_desk *desk)
{
    mpfr_div_ui(desk->at[0], value, divisor, MPFR_RNDD);
    mpfr_add(to->lo.at[at], to->lo.at[at], desk->at[0], MPFR_RNDD);
    if (!to->interval)
        return;
    mpfr_div_ui(desk->at[0], value, divisor, MPFR_RNDU);
    mpfr_add(to->hi.at[at], to->hi.at[at], desk->at[0], MPFR_RNDU);
}

static void carry(const struct forms *from, const uint32_t *from_at, struct forms *to,
                  const uint32_t *to_at, size_t count, size_t divisor)
{
    struct mpfr_desk desk;
    mpfr_desk_init(&desk, from->bits);
    for (size_t r = 0; r < from->rows; r++)
        for (size_t i = 0; i < count; i++)
            add_both(to, r * to->count + to_at[i], from->lo.at[r * from->count + from_at[i]],
                     divisor, &desk);
    mpfr_desk_clear(&desk);
}

static void spread(const struct relaxation *table, struct window from_window,
                   const struct forms *from, struct grid input, struct window to_window,
                   struct forms *to)
{
    struct mpfr_desk desk;
    mpfr_desk_init(&desk, from->bits);
    for (size_t r = 0; r < from->rows; r++)
        for (size_t i = 0; i < from->count; i++) {
            mpfr_srcptr value = from->lo.at[r * from->count + i];
            if (mpfr_zero_p(value))
                continue;
            size_t channel = i % table->grid.stride;
            size_t place =
                table->place[mpfr_sgn(value) < 0][grid_at(table->grid, from_window, i)];
            size_t row = place / input.width - to_window.top;
            size_t column = place % input.width - to_window.left;
            add_both(to, r * to->count + (row * to_window.width + column) * input.stride + channel,
                     value, 1, &desk);
        }
    mpfr_desk_clear(&desk);
}

static void evaluate(const struct forms *from, struct grid grid, struct window window,
                     const double *low, const double *high, struct forms *constants)
{
    struct mpfr_desk desk;
    mpfr_desk_init(&desk, from->bits);
    for (size_t r = 0; r < from->rows; r++)
        for (size_t i = 0; i < from->count; i++) {
            mpfr_srcptr value = from->lo.at[r * from->count + i];
            const double *end = mpfr_sgn(value) > 0 ? low : high;
            if (mpfr_zero_p(value))
                continue;
            mpfr_mul_d(desk.at[0], value, end[grid_at(grid, window, i)], MPFR_RNDD);
            mpfr_add(constants->lo.at[r], constants->lo.at[r], desk.at[0], MPFR_RNDD);
        }
    mpfr_desk_clear(&desk);
}

static void lower(const struct forms *constants, double *bounds)
{
    for (size_t r = 0; r < constants->rows; r++)
        bounds[r] = mpfr_number_p(constants->lo.at[r])
                        ? mpfr_get_d(constants->lo.at[r], MPFR_RNDD)
                        : -INFINITY;
}

const struct form_kernels mpfr_form_kernels = {
    .forms_new = forms_new,
    .forms_free = forms_free,
    .reset = reset,
    .put = put,
    .settle = settle,
    .weights_new = mpfr_form_weights_new,
    .weights_free = mpfr_form_weights_free,
    .dense = mpfr_form_dense,
    .conv = mpfr_form_conv,
    .conv_point = mpfr_form_conv_point,
    .relax = relax,
    .carry = carry,
    .spread = spread,
    .evaluate = evaluate,
    .lower = lower,
};
