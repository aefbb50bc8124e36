/* engine_double.c -- storage and the table of the double engine. */
#include "engine_double.h"

#include <math.h>
#include <mpfr.h>
#include <stdlib.h>
#include <string.h>

#include "double_forms.h"
#include "double_store.h"
#include "specs/fault.h"

const struct double_kernels *double_loops = &double_portable;

/* Kept until the process ends: OpenMP's threads live as long. */
static _Thread_local struct {
    double *memory;
    size_t count;
} scratch[SCRATCH_SLOTS];

double *double_scratch(enum scratch_slot slot, size_t count)
{
    if (scratch[slot].count < count) {
        free(scratch[slot].memory);
        scratch[slot].memory = fault_alloc_aligned(count, sizeof(double));
        scratch[slot].count = count;
    }
    return scratch[slot].memory;
}

static struct intervals *intervals_new(const struct engine *engine, size_t count)
{
    (void)engine;
    struct intervals *x = fault_alloc(1, sizeof *x);
    x->count = count;
    x->channels = 1;
    x->plane = count ? count : 1;
    x->neg = fault_alloc_aligned(2 * count, sizeof(double));
    x->hi = x->neg + count;
    return x;
}

static void intervals_free(struct intervals *x)
{
    if (!x)
        return;
    free(x->neg);
    free(x);
}

static void set_points(struct intervals *x, const float *values, size_t count)
{
    struct rounding_scope scope;
    rounding_enter_upward(&scope);
    require(count <= x->count);
    x->channels = 1;
    x->plane = count;
    for (size_t i = 0; i < count; i++) {
        x->hi[i] = values[i];
        x->neg[i] = -x->hi[i];
    }
    rounding_leave(&scope);
}

static void set_counts(struct intervals *x, const int *lower, const int *upper, size_t count)
{
    require(count <= x->count);
    x->channels = 1;
    x->plane = count;
    for (size_t i = 0; i < count; i++) {
        x->hi[i] = upper[i];
        x->neg[i] = -(double)lower[i];
    }
}

static void set_ends(struct intervals *x, const double *lower, const double *upper,
                     size_t count)
{
    require(count <= x->count);
    x->channels = 1;
    x->plane = count;
    for (size_t i = 0; i < count; i++) {
        x->neg[i] = -lower[i];
        x->hi[i] = upper[i];
    }
}

/* Where [channel][row][column] index i is kept. */
static size_t place_of(const struct intervals *x, size_t i)
{
    size_t inside = i % (x->channels * x->plane);
    return i - inside + inside % x->plane * x->channels + inside / x->plane;
}

static void copy(struct intervals *y, size_t at, const struct intervals *x, size_t count)
{
    require(count <= x->count && at + count <= y->count);
    y->channels = 1;
    for (size_t i = 0; i < count; i++) {
        size_t from = x->channels == 1 ? i : place_of(x, i);
        y->neg[at + i] = x->neg[from];
        y->hi[at + i] = x->hi[from];
    }
}

static void get_ends(const struct intervals *x, size_t first, size_t count, double *lower,
                     double *upper)
{
    require(first + count <= x->count);
    for (size_t i = 0; i < count; i++) {
        size_t at = x->channels == 1 ? first + i : place_of(x, first + i);
        lower[i] = -x->neg[at];
        upper[i] = x->hi[at];
    }
}

static void relu(struct intervals *x, size_t count)
{
    struct rounding_scope scope;
    rounding_enter_upward(&scope);
    double_loops->relu(x->neg, x->hi, count);
    rounding_leave(&scope);
}

static void maxpool(const struct intervals *x, struct shape in, size_t size,
                    struct intervals *y, size_t batch)
{
    struct rounding_scope scope;
    rounding_enter_upward(&scope);
    size_t from = shape_count(in), rows = in.height / size, columns = in.width / size;
    size_t to = in.channels * rows * columns;
    require(x->channels == in.channels || x->channels == 1);
    require(batch * from <= x->count && batch * to <= y->count);
    /* Channels one after another are so many maps of one channel. */
    size_t maps = batch * in.channels / x->channels;
    from /= in.channels / x->channels;
    to /= in.channels / x->channels;
    for (size_t m = 0; m < maps; m++)
        double_loops->maxpool(x->neg + m * from, x->hi + m * from, in.height, in.width,
                              x->channels, size, y->neg + m * to, y->hi + m * to);
    y->channels = x->channels;
    y->plane = rows * columns;
    rounding_leave(&scope);
}

static void weights_free(struct weights *w)
{
    if (!w)
        return;
    for (int part = 0; part < PARTS; part++)
        free(w->panel[part]);
    free(w->start[0]);
    free(w->start[1]);
    free(w->values);
    free(w->neg);
    free(w->hi);
    free(w->open_neg);
    free(w->open_hi);
    free(w->own_neg);
    free(w->own_hi);
    free(w->weight_neg);
    free(w->weight_hi);
    free(w->bias_neg);
    free(w->bias_hi);
    free(w);
}

static struct scalar *scalar_new(const struct engine *engine, const struct constant *constant)
{
    (void)engine;
    struct scalar *scalar = fault_alloc(1, sizeof *scalar);
    constant_enclose_double(constant, &scalar->lower, &scalar->upper);
    return scalar;
}

static void scalar_free(struct scalar *scalar)
{
    free(scalar);
}

static const struct engine engine = {
    .name = "double",
    .bits = 53,
    .intervals_new = intervals_new,
    .intervals_free = intervals_free,
    .set_points = set_points,
    .set_counts = set_counts,
    .copy = copy,
    .set_ends = set_ends,
    .get_ends = get_ends,
    .layer_new = double_layer_new,
    .layer = double_layer,
    .relu = relu,
    .maxpool = maxpool,
    .matrix_new = double_matrix_new,
    .weights_free = weights_free,
    .drive_inputs = double_drive_inputs,
    .drive_spikes = double_drive_spikes,
    .scalar_new = scalar_new,
    .scalar_free = scalar_free,
    .combine = double_combine,
    .offset = double_offset,
    .leak_and_add = double_leak_and_add,
    .subtract_where = double_subtract_where,
    .compare = double_compare,
    .scalar_cover = double_scalar_cover,
    .scalar_loosen = double_scalar_loosen,
    .hull = double_hull,
    .spread = double_spread,
    .synapses_new = double_synapses_new,
    .drive_traces = double_drive_traces,
    .membrane = double_membrane,
    .pick = double_pick,
    .hulls = double_hulls,
    .readout_new = double_readout_new,
    .readout = double_readout,
    .forms = &double_form_kernels,
};

static int has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
}

const struct engine *engine_double(void)
{
    return engine_double_on(has_avx512() ? "avx512" : "portable");
}

const struct engine *engine_double_on(const char *path)
{
    if (!strcmp(path, "avx512") && !has_avx512())
        return NULL;
    double_loops = strcmp(path, "avx512") ? &double_portable : &double_avx512;
    return &engine;
}
