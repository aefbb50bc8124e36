/* mpfr_neurons.c -- a spiking layer's kernels in mpfr. */
#include <stdlib.h>

#include "mpfr_store.h"

struct weights *mpfr_matrix_new(const struct engine *engine, const float *values, size_t rows,
                                size_t columns, const struct box *box)
{
    struct rounding_scope scope;
    rounding_enter_nearest(&scope);
    struct weights *w = fault_alloc(1, sizeof *w);
    w->bits = engine->bits;
    w->rows = rows;
    w->columns = columns;
    mpfr_row_init(&w->lo, rows * columns, engine->bits);
    mpfr_row_init(&w->hi, rows * columns, engine->bits);
    box_ends_mpfr(box, values, rows * columns, w->lo.at, w->hi.at);
    rounding_leave(&scope);
    return w;
}

void mpfr_drive_inputs(const struct weights *w, const float *values, struct intervals *y)
{
    struct rounding_scope scope;
    rounding_enter_nearest(&scope);
    struct mpfr_pair sum;
    mpfr_t scratch[2], value;
    mpfr_pair_init(&sum, w->bits);
    mpfr_inits2(w->bits, scratch[0], scratch[1], (mpfr_ptr)0);
    mpfr_init2(value, 24);
    require(w->columns <= y->count);
    for (size_t i = 0; i < w->columns; i++) {
        mpfr_set_zero(sum.lo, 1);
        mpfr_set_zero(sum.hi, 1);
        for (size_t k = 0; k < w->rows; k++) {
            size_t at = k * w->columns + i;
            require(mpfr_set_flt(value, values[k], MPFR_RNDN) == 0);
            mpfr_add_product(&sum, w->lo.at[at], w->hi.at[at], value, value, scratch);
        }
        mpfr_sound(sum.lo, sum.hi);
        mpfr_set(y->lo.at[i], sum.lo, MPFR_RNDD);
        mpfr_set(y->hi.at[i], sum.hi, MPFR_RNDU);
    }
    mpfr_clears(scratch[0], scratch[1], value, (mpfr_ptr)0);
    mpfr_pair_clear(&sum);
    rounding_leave(&scope);
}

void mpfr_drive_spikes(const struct weights *w, const uint8_t *spikes, struct intervals *y)
{
    for (size_t j = 0; j < w->rows; j++) {
        int open = spikes[j] == SPIKE_OPEN;
        if (!(spikes[j] & SPIKE_FIRES))
            continue;
        for (size_t i = 0; i < w->columns; i++) {
            mpfr_srcptr lo = w->lo.at[j * w->columns + i], hi = w->hi.at[j * w->columns + i];
            if (!open || mpfr_sgn(lo) < 0)
                mpfr_add(y->lo.at[i], y->lo.at[i], lo, MPFR_RNDD);
            if (!open || mpfr_sgn(hi) > 0)
                mpfr_add(y->hi.at[i], y->hi.at[i], hi, MPFR_RNDU);
        }
    }
    for (size_t i = 0; i < w->columns; i++)
        mpfr_sound(y->lo.at[i], y->hi.at[i]);
}

struct scalar *mpfr_scalar_new(const struct engine *engine, const struct constant *constant)
{
    struct scalar *scalar = fault_alloc(1, sizeof *scalar);
    mpfr_init2(scalar->lo, engine->bits);
    mpfr_init2(scalar->hi, engine->bits);
    constant_enclose(constant, scalar->lo, scalar->hi);
    return scalar;
}

void mpfr_scalar_free(struct scalar *scalar)
{
    mpfr_clear(scalar->lo);
    mpfr_clear(scalar->hi);
    free(scalar);
}

/* result := the end of a x, a >= 0, that `direction` asks for. */
static void scale_end(mpfr_t result, const struct scalar *a, mpfr_srcptr x, mpfr_rnd_t direction)
{
    int toward_larger = (direction == MPFR_RNDU) == (mpfr_sgn(x) >= 0);
    mpfr_mul(result, toward_larger ? a->hi : a->lo, x, direction);
}

void mpfr_combine(struct intervals *y, const struct scalar *a, const struct intervals *x,
                  const struct scalar *c, const struct intervals *z, size_t count)
{
    mpfr_t first, second;
    mpfr_inits2(y->bits, first, second, (mpfr_ptr)0);
    require(mpfr_sgn(a->lo) >= 0 && mpfr_sgn(c->lo) >= 0);
    for (size_t i = 0; i < count; i++) {
        scale_end(first, a, x->lo.at[i], MPFR_RNDD);
        scale_end(second, c, z->lo.at[i], MPFR_RNDD);
        mpfr_add(y->lo.at[i], first, second, MPFR_RNDD);
        scale_end(first, a, x->hi.at[i], MPFR_RNDU);
        scale_end(second, c, z->hi.at[i], MPFR_RNDU);
        mpfr_add(y->hi.at[i], first, second, MPFR_RNDU);
        mpfr_sound(y->lo.at[i], y->hi.at[i]);
    }
    mpfr_clears(first, second, (mpfr_ptr)0);
}

void mpfr_offset(struct intervals *y, const struct scalar *a, const struct scalar *c,
                 const struct intervals *x, size_t count)
{
    mpfr_t product;
    mpfr_init2(product, y->bits);
    require(mpfr_sgn(c->lo) >= 0);
    for (size_t i = 0; i < count; i++) {
        scale_end(product, c, x->lo.at[i], MPFR_RNDD);
        mpfr_add(y->lo.at[i], a->lo, product, MPFR_RNDD);
        scale_end(product, c, x->hi.at[i], MPFR_RNDU);
        mpfr_add(y->hi.at[i], a->hi, product, MPFR_RNDU);
        mpfr_sound(y->lo.at[i], y->hi.at[i]);
    }
    mpfr_clear(product);
}

void mpfr_leak_and_add(struct intervals *y, const struct scalar *a, const struct scalar *c,
                       const uint8_t *spikes, size_t count)
{
    mpfr_t product;
    mpfr_init2(product, y->bits);
    require(mpfr_sgn(a->lo) >= 0 && mpfr_sgn(c->lo) >= 0);
    for (size_t i = 0; i < count; i++) {
        scale_end(product, a, y->lo.at[i], MPFR_RNDD);
        mpfr_set(y->lo.at[i], product, MPFR_RNDD);
        if (spikes[i] == SPIKE_FIRES)
            mpfr_add(y->lo.at[i], product, c->lo, MPFR_RNDD);
        scale_end(product, a, y->hi.at[i], MPFR_RNDU);
        mpfr_set(y->hi.at[i], product, MPFR_RNDU);
        if (spikes[i] & SPIKE_FIRES)
            mpfr_add(y->hi.at[i], product, c->hi, MPFR_RNDU);
        mpfr_sound(y->lo.at[i], y->hi.at[i]);
    }
    mpfr_clear(product);
}

void mpfr_subtract_where(struct intervals *y, const uint8_t *spikes, const struct intervals *z,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!(spikes[i] & SPIKE_FIRES))
            continue;
        int open = spikes[i] == SPIKE_OPEN;
        if (!open || mpfr_sgn(z->hi.at[i]) > 0)
            mpfr_sub(y->lo.at[i], y->lo.at[i], z->hi.at[i], MPFR_RNDD);
        if (!open || mpfr_sgn(z->lo.at[i]) < 0)
            mpfr_sub(y->hi.at[i], y->hi.at[i], z->lo.at[i], MPFR_RNDU);
        mpfr_sound(y->lo.at[i], y->hi.at[i]);
    }
}

void mpfr_compare(const struct intervals *v, const struct intervals *b, uint8_t *result,
                  size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int never = mpfr_lessequal_p(v->hi.at[i], b->lo.at[i]);
        int always = mpfr_greater_p(v->lo.at[i], b->hi.at[i]);
        result[i] = (uint8_t)(never ? ABOVE_NEVER : always ? ABOVE_ALWAYS : ABOVE_OPEN);
    }
}
