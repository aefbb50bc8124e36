/* double_neurons.c -- a spiking layer's kernels in the double engine.
 *
 * In a relative box the drive of a set of spikes needs two sums, of w and of
 * |w|: the interval is sum +- (zeta + gamma) |sum|.  An open spike adds
 * [min(0, wl), max(0, wu)], whose ends are (1 + zeta) max(w, 0) plus, once zeta
 * passes 1, (zeta - 1) max(-w, 0), and the mirror image below; the positive and
 * negative parts' sums are half of |sum| +- sum.  Other boxes
 * keep both ends of every weight. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "double_store.h"
#include "specs/fault.h"

static void fill_ends(struct weights *w, const struct double_part *part)
{
    size_t count = w->rows * w->columns;
    w->neg = fault_alloc_aligned(count, sizeof(double));
    w->hi = fault_alloc_aligned(count, sizeof(double));
    w->open_neg = fault_alloc_aligned(count, sizeof(double));
    w->open_hi = fault_alloc_aligned(count, sizeof(double));
    for (size_t i = 0; i < count; i++) {
        double_part_ends(part, i, &w->neg[i], &w->hi[i]);
        w->open_neg[i] = fmax(w->neg[i], 0);
        w->open_hi[i] = fmax(w->hi[i], 0);
    }
}

struct weights *double_matrix_new(const struct engine *engine, const float *values, size_t rows,
                                  size_t columns, const struct box *box)
{
    (void)engine;
    struct rounding_scope scope;
    struct double_part part = double_part_of(box, values, rows * columns);
    rounding_enter_upward(&scope);
    struct weights *w = fault_alloc(1, sizeof *w);
    w->form = part.relative ? FORM_CENTRE_RADIUS : FORM_ENDS;
    w->rows = rows;
    w->columns = columns;
    w->zeta = part.by_size;
    w->gamma = (double)(rows + 16) * 0x1.0001p-52;
    require(rows < 65536);
    if (w->form == FORM_CENTRE_RADIUS) {
        w->values = fault_alloc_aligned(rows * columns, sizeof(float));
        memcpy(w->values, values, rows * columns * sizeof(float));
    } else {
        fill_ends(w, &part);
    }
    rounding_leave(&scope);
    return w;
}

static void clear(double *values, size_t count)
{
    memset(values, 0, count * sizeof *values);
}

static void drive_inputs_of_ends(const struct weights *w, const float *values,
                                 struct intervals *y)
{
    for (size_t k = 0; k < w->rows; k++) {
        double v = values[k];
        const double *neg = w->neg + k * w->columns, *hi = w->hi + k * w->columns;
        for (size_t i = 0; i < w->columns; i++) {
            y->neg[i] += v >= 0 ? v * neg[i] : -v * hi[i];
            y->hi[i] += v >= 0 ? v * hi[i] : -v * neg[i];
        }
    }
    for (size_t i = 0; i < w->columns; i++) {
        y->neg[i] = fabs(y->neg[i]) < INFINITY ? y->neg[i] : INFINITY;
        y->hi[i] = fabs(y->hi[i]) < INFINITY ? y->hi[i] : INFINITY;
    }
}

void double_drive_inputs(const struct weights *w, const float *values, struct intervals *y)
{
    struct rounding_scope scope;
    rounding_enter_upward(&scope);
    size_t n = w->columns;
    require(n <= y->count);
    clear(y->neg, n);
    clear(y->hi, n);
    if (w->form == FORM_ENDS) {
        drive_inputs_of_ends(w, values, y);
    } else {
        /* Products of two float32 are exact in binary64 and cannot underflow. */
        double *sum = double_scratch(SCRATCH_FIRST, 4 * n), *magnitude = sum + n;
        struct drive_sums sums = {sum, magnitude, sum + 2 * n, sum + 3 * n,
                                  w->zeta + w->gamma, w->gamma, 0, 0};
        clear(sum, 4 * n);
        for (size_t k = 0; k < w->rows; k++)
            if (!(values[k] == 0))
                double_loops->scale_row(w->values + k * n, values[k], n, sum, magnitude);
        double_loops->gather(y->neg, y->hi, &sums, n);
    }
    y->channels = 1;
    y->plane = n;
    rounding_leave(&scope);
}

static void drive_spikes_of_ends(const struct weights *w, const uint8_t *spikes,
                                 struct intervals *y)
{
    for (size_t j = 0; j < w->rows; j++) {
        if (!(spikes[j] & SPIKE_FIRES))
            continue;
        size_t row = j * w->columns;
        int open = spikes[j] == SPIKE_OPEN;
        double_loops->add_row((open ? w->open_neg : w->neg) + row, w->columns, y->neg);
        double_loops->add_row((open ? w->open_hi : w->hi) + row, w->columns, y->hi);
    }
    for (size_t i = 0; i < w->columns; i++) {
        y->neg[i] = fabs(y->neg[i]) < INFINITY ? y->neg[i] : INFINITY;
        y->hi[i] = fabs(y->hi[i]) < INFINITY ? y->hi[i] : INFINITY;
    }
}

void double_drive_spikes(const struct weights *w, const uint8_t *spikes, struct intervals *y)
{
    struct rounding_scope scope;
    rounding_enter_upward(&scope);
    size_t n = w->columns, firing = 0, open = 0;
    if (w->form == FORM_ENDS) {
        drive_spikes_of_ends(w, spikes, y);
    } else {
        double *sum = double_scratch(SCRATCH_FIRST, 4 * n);
        uint16_t *list = (void *)double_scratch(SCRATCH_SECOND, w->rows);
        uint16_t *open_list = list + w->rows;
        for (size_t j = 0; j < w->rows; j++) {
            list[firing] = open_list[open] = (uint16_t)j;
            firing += spikes[j] == SPIKE_FIRES;
            open += spikes[j] == SPIKE_OPEN;
        }
        clear(sum, 4 * n);
        double_loops->sum_rows(w->values, n, list, firing, sum, sum + n);
        double_loops->sum_rows(w->values, n, open_list, open, sum + 2 * n, sum + 3 * n);
        struct drive_sums sums = {sum, sum + n, sum + 2 * n, sum + 3 * n, w->zeta + w->gamma,
                                  w->gamma, 1 + w->zeta, fmax(w->zeta - 1, 0)};
        double_loops->gather(y->neg, y->hi, &sums, n);
    }
    rounding_leave(&scope);
}

void double_combine(struct intervals *y, const struct scalar *a, const struct intervals *x,
                    const struct scalar *c, const struct intervals *z, size_t count)
{
    struct rounding_scope scope;
    rounding_enter_upward(&scope);
    require(a->lower >= 0 && c->lower >= 0);
    require(x->channels == 1 && z->channels == 1 && y->channels == 1);
    double_loops->combine(y->neg, a->lower, a->upper, x->neg, c->lower, c->upper, z->neg, count);
    double_loops->combine(y->hi, a->lower, a->upper, x->hi, c->lower, c->upper, z->hi, count);
    rounding_leave(&scope);
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

static double sound_end(double end)
{
    return fabs(end) < INFINITY ? end : INFINITY;
}

void double_offset(struct intervals *y, const struct scalar *a, const struct scalar *c,
                   const struct intervals *x, size_t count)
{
    struct rounding_scope scope;
    rounding_enter_upward(&scope);
    require(c->lower >= 0 && x->channels == 1 && y->channels == 1);
    const double down[4] = {-a->lower}, up[4] = {a->upper};
    double_loops->leak(y->neg, c->lower, c->upper, x->neg, down, NULL, count);
    double_loops->leak(y->hi, c->lower, c->upper, x->hi, up, NULL, count);
    rounding_leave(&scope);
}

void double_leak_and_add(struct intervals *y, const struct scalar *a, const struct scalar *c,
                         const uint8_t *spikes, size_t count)
{
    struct rounding_scope scope;
    rounding_enter_upward(&scope);
    require(a->lower >= 0 && c->lower >= 0);
    const double down[4] = {0, 0, -c->lower, 0}, up[4] = {0, 0, c->upper, c->upper};
    double_loops->leak(y->neg, a->lower, a->upper, y->neg, down, spikes, count);
    double_loops->leak(y->hi, a->lower, a->upper, y->hi, up, spikes, count);
    rounding_leave(&scope);
}

void double_subtract_where(struct intervals *y, const uint8_t *spikes,
                           const struct intervals *z, size_t count)
{
    struct rounding_scope scope;
    rounding_enter_upward(&scope);
    for (size_t i = 0; i < count; i++) {
        double down = z->hi[i], up = z->neg[i];
        if (spikes[i] == SPIKE_SILENT)
            continue;
        if (spikes[i] == SPIKE_OPEN) {
            down = larger(down, 0);
            up = larger(up, 0);
        }
        y->neg[i] = sound_end(y->neg[i] + down);
        y->hi[i] = sound_end(y->hi[i] + up);
    }
    rounding_leave(&scope);
}

void double_compare(const struct intervals *v, const struct intervals *b, uint8_t *result,
                    size_t count)
{
    struct rounding_scope scope;
    rounding_enter_upward(&scope);
    double_loops->compare(v->neg, v->hi, b->neg, b->hi, result, count);
    rounding_leave(&scope);
}
