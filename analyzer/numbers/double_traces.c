/* double_traces.c -- filtered spike trains in the double engine.
 *
 * In a relative box the drive of interval traces is two sums, as in a dense
 * layer (engine_double.h): mid = W p and rad = |W| q.  For x >= 0 and zeta > 1
 * the range of m (1 +- zeta) x is m hi +- |m| zeta hi.  Other boxes keep both
 * ends of every weight. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "double_store.h"
#include "specs/fault.h"

/* Ends of the diagonal, which is then zero. */
static int take_diagonal(struct weights *w)
{
    int any = 0;
    for (size_t i = 0; i < w->rows; i++) {
        size_t at = i * w->columns + i;
        if (w->form == FORM_CENTRE_RADIUS) {
            double value = w->values[at], radius = w->zeta * fabs(value);
            w->own_neg[i] = radius - value;
            w->own_hi[i] = value + radius;
            w->values[at] = 0;
        } else {
            w->own_neg[i] = w->neg[at];
            w->own_hi[i] = w->hi[at];
            w->neg[at] = w->hi[at] = w->open_neg[at] = w->open_hi[at] = 0;
        }
        any |= !(w->own_neg[i] == 0 && w->own_hi[i] == 0);
    }
    return any;
}

struct weights *double_synapses_new(const struct engine *engine, const float *values,
                                    size_t units, const struct box *box)
{
    struct weights *w = double_matrix_new(engine, values, units, units, box);
    struct rounding_scope scope;
    rounding_enter_upward(&scope);
    w->own_neg = fault_alloc_aligned(units, sizeof(double));
    w->own_hi = fault_alloc_aligned(units, sizeof(double));
    if (!take_diagonal(w)) {
        free(w->own_neg);
        free(w->own_hi);
        w->own_neg = w->own_hi = NULL;
    }
    rounding_leave(&scope);
    return w;
}

static double sound_end(double end)
{
    return fabs(end) < INFINITY ? end : INFINITY;
}

/* Places where x is not [0, 0]; -1 where an end is no finite number. */
static long list_active(const struct intervals *x, size_t rows, uint16_t *list)
{
    size_t listed = 0;
    int finite = 1;
    for (size_t k = 0; k < rows; k++) {
        finite &= fabs(x->neg[k]) < INFINITY && fabs(x->hi[k]) < INFINITY;
        list[listed] = (uint16_t)k;
        listed += !(x->neg[k] == 0 && x->hi[k] == 0);
    }
    return finite ? (long)listed : -1;
}

/* p and q of one trace, for zeta > 1: weights straddle zero. */
static void straddling(double neg, double hi, double zeta, double gamma, double *p, double *q)
{
    if (neg <= 0) {
        *p = hi;
        *q = zeta * hi + gamma * hi;
    } else {
        double c = 0.5 * (hi - neg), r = fmax(hi - c, c + neg);
        *p = c;
        *q = r + zeta * (fabs(c) + r) + gamma * fabs(c);
    }
}

static void drive_centre_radius(const struct weights *w, const struct intervals *x,
                                const uint16_t *list, size_t listed, struct intervals *y)
{
    size_t n = w->columns;
    double *neg = double_scratch(SCRATCH_THIRD, 4 * w->rows), *hi = neg + w->rows;
    double *p = hi + w->rows, *q = p + w->rows;
    double *mid = double_scratch(SCRATCH_FIRST, 2 * n), *rad = mid + n;
    for (size_t k = 0; k < listed; k++) {
        neg[k] = x->neg[list[k]];
        hi[k] = x->hi[list[k]];
    }
    if (w->zeta > 1)
        for (size_t k = 0; k < listed; k++)
            straddling(neg[k], hi[k], w->zeta, w->gamma, p + k, q + k);
    else
        double_loops->centre_radius(neg, hi, listed, w->zeta, w->gamma, p, q);
    memset(mid, 0, n * sizeof *mid);
    for (size_t i = 0; i < n; i++)
        rad[i] = 0x1p-1040; /* what underflow in 65536 products may lose */
    double_loops->sum_traces(w->values, n, list, listed, p, q, mid, rad);
    for (size_t i = 0; i < n; i++) {
        y->neg[i] = sound_end(y->neg[i] + (rad[i] - mid[i]));
        y->hi[i] = sound_end(y->hi[i] + (rad[i] + mid[i]));
    }
}

static void drive_ends(const struct weights *w, const struct intervals *x, const uint16_t *list,
                       size_t listed, struct intervals *y)
{
    size_t n = w->columns;
    for (size_t k = 0; k < listed; k++) {
        size_t row = (size_t)list[k] * n;
        double_loops->add_products(w->neg + row, w->hi + row, n, x->neg[list[k]],
                                   x->hi[list[k]], y->neg, y->hi);
    }
    for (size_t i = 0; i < n; i++) {
        y->neg[i] = sound_end(y->neg[i]);
        y->hi[i] = sound_end(y->hi[i]);
    }
}

void double_drive_traces(const struct weights *w, const struct intervals *x, struct intervals *y)
{
    struct rounding_scope scope;
    rounding_enter_upward(&scope);
    require(w->rows <= x->count && w->columns <= y->count);
    uint16_t *list = (void *)double_scratch(SCRATCH_SECOND, w->rows);
    long listed = list_active(x, w->rows, list);
    if (listed < 0)
        for (size_t i = 0; i < w->columns; i++)
            y->neg[i] = y->hi[i] = INFINITY;
    else if (listed > 0 && w->form == FORM_CENTRE_RADIUS)
        drive_centre_radius(w, x, list, (size_t)listed, y);
    else if (listed > 0)
        drive_ends(w, x, list, (size_t)listed, y);
    rounding_leave(&scope);
}

/* y += own synapse's weight times the trace x. */
static void add_own(const struct weights *w, const uint32_t *owner, const struct intervals *x,
                    struct intervals *y, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double_loops->add_products(w->own_neg + owner[i], w->own_hi + owner[i], 1, x->neg[i],
                                   x->hi[i], y->neg + i, y->hi + i);
        int sound = fabs(x->neg[i]) < INFINITY && fabs(x->hi[i]) < INFINITY;
        y->neg[i] = sound ? sound_end(y->neg[i]) : INFINITY;
        y->hi[i] = sound ? sound_end(y->hi[i]) : INFINITY;
    }
}

void double_membrane(const struct weights *w, const struct intervals *drive,
                     const uint32_t *owner, const struct intervals *x, const struct intervals *r,
                     struct intervals *y, size_t count)
{
    struct rounding_scope scope;
    rounding_enter_upward(&scope);
    require(count <= x->count && count <= r->count && count <= y->count);
    double_loops->add_owned(y->neg, drive->neg, owner, r->neg, count);
    double_loops->add_owned(y->hi, drive->hi, owner, r->hi, count);
    if (w->own_neg)
        add_own(w, owner, x, y, count);
    rounding_leave(&scope);
}

void double_pick(struct intervals *y, const struct intervals *x, const uint32_t *from,
                 size_t count)
{
    require(count <= y->count && y != x && x->channels == 1 && y->channels == 1);
    double_loops->pick(y->neg, x->neg, from, count);
    double_loops->pick(y->hi, x->hi, from, count);
}

void double_hulls(struct intervals *y, const struct intervals *x, const uint32_t *member,
                  const uint32_t *start, size_t count)
{
    struct rounding_scope scope;
    rounding_enter_upward(&scope); /* comparisons read subnormal numbers as they are */
    require(count <= y->count && y != x);
    double_loops->greatest(y->neg, x->neg, member, start, count);
    double_loops->greatest(y->hi, x->hi, member, start, count);
    rounding_leave(&scope);
}
