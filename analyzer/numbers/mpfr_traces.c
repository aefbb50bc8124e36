/* mpfr_traces.c -- filtered spike trains in mpfr. */
#include <stdlib.h>

#include "mpfr_store.h"

struct weights *mpfr_synapses_new(const struct engine *engine, const float *values, size_t units,
                                  const struct box *box)
{
    struct weights *w = mpfr_matrix_new(engine, values, units, units, box);
    mpfr_row_init(&w->own_lo, units, engine->bits);
    mpfr_row_init(&w->own_hi, units, engine->bits);
    for (size_t i = 0; i < units; i++) {
        size_t at = i * units + i;
        mpfr_set(w->own_lo.at[i], w->lo.at[at], MPFR_RNDD);
        mpfr_set(w->own_hi.at[i], w->hi.at[at], MPFR_RNDU);
        mpfr_set_zero(w->lo.at[at], 1);
        mpfr_set_zero(w->hi.at[at], 1);
    }
    return w;
}

/* Places where x is not [0, 0]. */
static size_t list_active(const struct intervals *x, size_t rows, uint32_t *list)
{
    size_t listed = 0;
    for (size_t k = 0; k < rows; k++)
        if (!mpfr_zero_p(x->lo.at[k]) || !mpfr_zero_p(x->hi.at[k]))
            list[listed++] = (uint32_t)k;
    return listed;
}

void mpfr_drive_traces(const struct weights *w, const struct intervals *x, struct intervals *y)
{
    struct mpfr_pair sum;
    mpfr_t scratch[2];
    uint32_t *list = fault_alloc(w->rows, sizeof *list);
    mpfr_pair_init(&sum, w->bits);
    mpfr_inits2(w->bits, scratch[0], scratch[1], (mpfr_ptr)0);
    require(w->rows <= x->count && w->columns <= y->count);
    size_t listed = list_active(x, w->rows, list);
    for (size_t i = 0; i < w->columns; i++) {
        mpfr_set_zero(sum.lo, 1);
        mpfr_set_zero(sum.hi, 1);
        for (size_t k = 0; k < listed; k++) {
            size_t at = list[k] * w->columns + i;
            mpfr_add_product(&sum, w->lo.at[at], w->hi.at[at], x->lo.at[list[k]],
                             x->hi.at[list[k]], scratch);
        }
        mpfr_add(y->lo.at[i], y->lo.at[i], sum.lo, MPFR_RNDD);
        mpfr_add(y->hi.at[i], y->hi.at[i], sum.hi, MPFR_RNDU);
        mpfr_sound(y->lo.at[i], y->hi.at[i]);
    }
    mpfr_clears(scratch[0], scratch[1], (mpfr_ptr)0);
    mpfr_pair_clear(&sum);
    free(list);
}

void mpfr_membrane(const struct weights *w, const struct intervals *drive, const uint32_t *owner,
                   const struct intervals *x, const struct intervals *r, struct intervals *y,
                   size_t count)
{
    struct mpfr_pair sum;
    mpfr_t scratch[2];
    mpfr_pair_init(&sum, w->bits);
    mpfr_inits2(w->bits, scratch[0], scratch[1], (mpfr_ptr)0);
    require(count <= x->count && count <= r->count && count <= y->count);
    for (size_t i = 0; i < count; i++) {
        size_t o = owner[i];
        mpfr_add(sum.lo, drive->lo.at[o], r->lo.at[i], MPFR_RNDD);
        mpfr_add(sum.hi, drive->hi.at[o], r->hi.at[i], MPFR_RNDU);
        mpfr_add_product(&sum, w->own_lo.at[o], w->own_hi.at[o], x->lo.at[i], x->hi.at[i],
                         scratch);
        mpfr_sound(sum.lo, sum.hi);
        mpfr_set(y->lo.at[i], sum.lo, MPFR_RNDD);
        mpfr_set(y->hi.at[i], sum.hi, MPFR_RNDU);
    }
    mpfr_clears(scratch[0], scratch[1], (mpfr_ptr)0);
    mpfr_pair_clear(&sum);
}

void mpfr_pick(struct intervals *y, const struct intervals *x, const uint32_t *from, size_t count)
{
    require(count <= y->count && y != x);
    for (size_t i = 0; i < count; i++) {
        mpfr_set(y->lo.at[i], x->lo.at[from[i]], MPFR_RNDD);
        mpfr_set(y->hi.at[i], x->hi.at[from[i]], MPFR_RNDU);
    }
}

void mpfr_hulls(struct intervals *y, const struct intervals *x, const uint32_t *member,
                const uint32_t *start, size_t count)
{
    require(count <= y->count && y != x);
    for (size_t i = 0; i < count; i++) {
        mpfr_srcptr lo = x->lo.at[member[start[i]]], hi = x->hi.at[member[start[i]]];
        for (size_t k = start[i] + 1; k < start[i + 1]; k++) {
            if (mpfr_less_p(x->lo.at[member[k]], lo))
                lo = x->lo.at[member[k]];
            if (mpfr_greater_p(x->hi.at[member[k]], hi))
                hi = x->hi.at[member[k]];
        }
        mpfr_set(y->lo.at[i], lo, MPFR_RNDD);
        mpfr_set(y->hi.at[i], hi, MPFR_RNDU);
    }
}
