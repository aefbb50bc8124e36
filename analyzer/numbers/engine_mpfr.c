/* engine_mpfr.c -- storage, scalar helpers and the table of the mpfr engine. */
#include "engine_mpfr.h"

#include <pthread.h>
#include <stdlib.h>

#include "mpfr_forms.h"

#define MOST_PRECISIONS 64

void mpfr_row_init(struct mpfr_row *row, size_t count, int bits)
{
    size_t size = mpfr_custom_get_size((mpfr_prec_t)bits);
    row->count = count;
    row->at = fault_alloc(count, sizeof *row->at);
    row->digits = fault_alloc_aligned(count, size);
    for (size_t i = 0; i < count; i++) {
        void *digits = (char *)row->digits + i * size;
        mpfr_custom_init(digits, (mpfr_prec_t)bits);
        mpfr_custom_init_set(row->at[i], MPFR_ZERO_KIND, 0, (mpfr_prec_t)bits, digits);
    }
}

void mpfr_row_clear(struct mpfr_row *row)
{
    free(row->at);
    free(row->digits);
    *row = (struct mpfr_row){0};
}

void mpfr_pair_init(struct mpfr_pair *pair, int bits)
{
    mpfr_init2(pair->lo, bits);
    mpfr_init2(pair->hi, bits);
}

void mpfr_pair_clear(struct mpfr_pair *pair)
{
    mpfr_clear(pair->lo);
    mpfr_clear(pair->hi);
}

void mpfr_sound(mpfr_t lo, mpfr_t hi)
{
    if (!mpfr_number_p(lo) || !mpfr_number_p(hi)) {
        mpfr_set_inf(lo, -1);
        mpfr_set_inf(hi, 1);
    }
}

/* The product of two chosen ends, added to one end of the sum. */
static void add_corner(mpfr_t sum, mpfr_srcptr w, mpfr_srcptr x, mpfr_t scratch,
                       mpfr_rnd_t direction)
{
    mpfr_mul(scratch, w, x, direction);
    mpfr_add(sum, sum, scratch, direction);
}

/* Both factors straddle zero: the extreme is one of two corners. */
static void add_straddling(struct mpfr_pair *sum, mpfr_srcptr w_lo, mpfr_srcptr w_hi,
                           mpfr_srcptr x_lo, mpfr_srcptr x_hi, mpfr_t scratch[2])
{
    mpfr_mul(scratch[0], w_lo, x_hi, MPFR_RNDD);
    mpfr_mul(scratch[1], w_hi, x_lo, MPFR_RNDD);
    mpfr_add(sum->lo, sum->lo, mpfr_less_p(scratch[1], scratch[0]) ? scratch[1] : scratch[0],
             MPFR_RNDD);
    mpfr_mul(scratch[0], w_lo, x_lo, MPFR_RNDU);
    mpfr_mul(scratch[1], w_hi, x_hi, MPFR_RNDU);
    mpfr_add(sum->hi, sum->hi, mpfr_greater_p(scratch[1], scratch[0]) ? scratch[1] : scratch[0],
             MPFR_RNDU);
}

void mpfr_add_product(struct mpfr_pair *sum, mpfr_srcptr w_lo, mpfr_srcptr w_hi,
                      mpfr_srcptr x_lo, mpfr_srcptr x_hi, mpfr_t scratch[2])
{
    if (mpfr_zero_p(x_lo) && mpfr_zero_p(x_hi) && mpfr_number_p(w_lo) && mpfr_number_p(w_hi))
        return;
    int w_up = mpfr_sgn(w_lo) >= 0, w_down = mpfr_sgn(w_hi) <= 0;
    int x_up = mpfr_sgn(x_lo) >= 0, x_down = mpfr_sgn(x_hi) <= 0;
    mpfr_srcptr low_w, low_x, high_w, high_x;
    if (x_up) { /* x >= 0: the weight's sign chooses the end of x */
        low_w = w_lo, low_x = w_up ? x_lo : x_hi;
        high_w = w_hi, high_x = w_down ? x_lo : x_hi;
    } else if (x_down) {
        low_w = w_hi, low_x = w_down ? x_hi : x_lo;
        high_w = w_lo, high_x = w_up ? x_hi : x_lo;
    } else if (w_up) { /* x straddles zero */
        low_w = high_w = w_hi;
        low_x = x_lo, high_x = x_hi;
    } else if (w_down) {
        low_w = high_w = w_lo;
        low_x = x_hi, high_x = x_lo;
    } else {
        add_straddling(sum, w_lo, w_hi, x_lo, x_hi, scratch);
        return;
    }
    add_corner(sum->lo, low_w, low_x, scratch[0], MPFR_RNDD);
    add_corner(sum->hi, high_w, high_x, scratch[0], MPFR_RNDU);
}

static struct intervals *intervals_new(const struct engine *engine, size_t count)
{
    struct intervals *x = fault_alloc(1, sizeof *x);
    x->count = count;
    x->bits = engine->bits;
    mpfr_row_init(&x->lo, count, engine->bits);
    mpfr_row_init(&x->hi, count, engine->bits);
    return x;
}

static void intervals_free(struct intervals *x)
{
    if (!x)
        return;
    mpfr_row_clear(&x->lo);
    mpfr_row_clear(&x->hi);
    free(x);
}

/* mpfr reads and writes binary64 and float32 with their own arithmetic: the
 * caller's rounding mode, FTZ and DAZ must not reach it. */
static void set_points(struct intervals *x, const float *values, size_t count)
{
    struct rounding_scope scope;
    rounding_enter_nearest(&scope);
    require(count <= x->count);
    for (size_t i = 0; i < count; i++) {
        require(mpfr_set_flt(x->lo.at[i], values[i], MPFR_RNDD) == 0);
        require(mpfr_set_flt(x->hi.at[i], values[i], MPFR_RNDU) == 0);
    }
    rounding_leave(&scope);
}

static void set_counts(struct intervals *x, const int *lower, const int *upper, size_t count)
{
    require(count <= x->count);
    for (size_t i = 0; i < count; i++) {
        mpfr_set_si(x->lo.at[i], lower[i], MPFR_RNDD);
        mpfr_set_si(x->hi.at[i], upper[i], MPFR_RNDU);
    }
}

static void copy(struct intervals *y, size_t at, const struct intervals *x, size_t count)
{
    require(count <= x->count && at + count <= y->count);
    for (size_t i = 0; i < count; i++) {
        mpfr_set(y->lo.at[at + i], x->lo.at[i], MPFR_RNDD);
        mpfr_set(y->hi.at[at + i], x->hi.at[i], MPFR_RNDU);
    }
}

static void set_ends(struct intervals *x, const double *lower, const double *upper,
                     size_t count)
{
    require(count <= x->count);
    for (size_t i = 0; i < count; i++) {
        mpfr_set_d(x->lo.at[i], lower[i], MPFR_RNDD);
        mpfr_set_d(x->hi.at[i], upper[i], MPFR_RNDU);
    }
}

static void get_ends(const struct intervals *x, size_t first, size_t count, double *lower,
                     double *upper)
{
    struct rounding_scope scope;
    rounding_enter_nearest(&scope);
    require(first + count <= x->count);
    for (size_t i = 0; i < count; i++) {
        lower[i] = mpfr_get_d(x->lo.at[first + i], MPFR_RNDD);
        upper[i] = mpfr_get_d(x->hi.at[first + i], MPFR_RNDU);
    }
    rounding_leave(&scope);
}

static void relu(struct intervals *x, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (mpfr_sgn(x->lo.at[i]) < 0)
            mpfr_set_zero(x->lo.at[i], 1);
        if (mpfr_sgn(x->hi.at[i]) < 0)
            mpfr_set_zero(x->hi.at[i], 1);
    }
}

static void maxpool(const struct intervals *x, struct shape in, size_t size,
                    struct intervals *y, size_t batch)
{
    size_t rows = in.height / size, columns = in.width / size, to = 0;
    for (size_t plane = 0; plane < batch * in.channels; plane++)
        for (size_t row = 0; row < rows; row++)
            for (size_t column = 0; column < columns; column++, to++)
                for (size_t i = 0; i < size * size; i++) {
                    size_t from = (plane * in.height + row * size + i / size) * in.width +
                                  column * size + i % size;
                    if (i == 0 || mpfr_greater_p(x->lo.at[from], y->lo.at[to]))
                        mpfr_set(y->lo.at[to], x->lo.at[from], MPFR_RNDD);
                    if (i == 0 || mpfr_greater_p(x->hi.at[from], y->hi.at[to]))
                        mpfr_set(y->hi.at[to], x->hi.at[from], MPFR_RNDU);
                }
}

static void weights_free(struct weights *w)
{
    if (!w)
        return;
    mpfr_row_clear(&w->lo);
    mpfr_row_clear(&w->hi);
    mpfr_row_clear(&w->bias_lo);
    mpfr_row_clear(&w->bias_hi);
    mpfr_row_clear(&w->own_lo);
    mpfr_row_clear(&w->own_hi);
    free(w);
}

static const struct engine table = {
    .name = "mpfr",
    .intervals_new = intervals_new,
    .intervals_free = intervals_free,
    .set_points = set_points,
    .set_counts = set_counts,
    .copy = copy,
    .set_ends = set_ends,
    .get_ends = get_ends,
    .layer_new = mpfr_layer_new,
    .layer = mpfr_layer,
    .relu = relu,
    .maxpool = maxpool,
    .matrix_new = mpfr_matrix_new,
    .weights_free = weights_free,
    .drive_inputs = mpfr_drive_inputs,
    .drive_spikes = mpfr_drive_spikes,
    .scalar_new = mpfr_scalar_new,
    .scalar_free = mpfr_scalar_free,
    .combine = mpfr_combine,
    .offset = mpfr_offset,
    .leak_and_add = mpfr_leak_and_add,
    .subtract_where = mpfr_subtract_where,
    .compare = mpfr_compare,
    .scalar_cover = mpfr_scalar_cover,
    .scalar_loosen = mpfr_scalar_loosen,
    .hull = mpfr_hull,
    .spread = mpfr_spread,
    .synapses_new = mpfr_synapses_new,
    .drive_traces = mpfr_drive_traces,
    .membrane = mpfr_membrane,
    .pick = mpfr_pick,
    .hulls = mpfr_hulls,
    .readout_new = mpfr_readout_new,
    .readout = mpfr_readout,
    .forms = &mpfr_form_kernels,
};

const struct engine *engine_mpfr(int bits)
{
    static struct engine engines[MOST_PRECISIONS];
    static int used;
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    require(bits >= 24 && bits <= 4096 && mpfr_buildopt_tls_p());
    pthread_mutex_lock(&lock);
    int i = 0;
    while (i < used && engines[i].bits != bits)
        i++;
    require(i < MOST_PRECISIONS);
    if (i == used) {
        engines[i] = table;
        engines[i].bits = bits;
        used++;
    }
    pthread_mutex_unlock(&lock);
    return &engines[i];
}
