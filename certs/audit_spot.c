/* audit_spot.c -- steps of rows once more, exactly; see audit_linear.h. */
#include <mpfr.h>

#include "audit_linear.h"
#include "specs/fault.h"

#define BITS 2200 /* products of binary64 numbers, and their sums, unless very far apart */

uint64_t spot_hash(uint64_t choice, uint64_t i)
{
    uint64_t x = choice + 0x9e3779b97f4a7c15u * (i + 1);
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

/* An end of the i-th interval. */
static double corner(const struct spans *s, size_t i, uint64_t hash)
{
    return spot_hash(hash, i) & 1 ? s->up[i] : -s->down[i];
}

/* sum += a * b */
static void add_product(mpfr_t sum, double a, double b)
{
    mpfr_t product;
    mpfr_init2(product, 106);
    mpfr_set_d(product, a, MPFR_RNDN);
    mpfr_mul_d(product, product, b, MPFR_RNDN);
    mpfr_add(sum, sum, product, MPFR_RNDN);
    mpfr_clear(product);
}

static void begin(mpfr_t *gap, double constant)
{
    mpfr_init2(*gap, BITS);
    mpfr_set_d(*gap, constant, MPFR_RNDN);
    mpfr_clear_flags();
}

/* What was, less what is now, must not be positive; and nothing was rounded. */
static int holds(mpfr_t gap)
{
    int yes = mpfr_number_p(gap) && mpfr_sgn(gap) <= 0 && !mpfr_inexflag_p();
    mpfr_clear(gap);
    return yes;
}

/* gap += what the terms of one unit are for the corner and the worst weights. */
static void add_unit(mpfr_t gap, const struct stage *s, const struct term *terms, size_t count,
                     uint64_t hash)
{
    mpfr_t sum;
    mpfr_init2(sum, BITS);
    for (size_t tap = 0; tap <= s->taps; tap++) { /* the last: the bias */
        size_t from = tap / s->run * s->columns * s->channels + tap % s->run;
        struct span w = tap < s->taps ? span_at(&s->weights, terms[0].unit * s->taps + tap)
                                      : span_at(&s->bias, terms[0].unit);
        mpfr_set_zero(sum, 1);
        for (size_t t = 0; t < count; t++)
            add_product(sum, terms[t].value,
                        tap < s->taps
                            ? corner(&s->reads, stage_corner(s, terms[t].place) + from, hash)
                            : 1);
        mpfr_mul_d(sum, sum, mpfr_sgn(sum) > 0 ? w.up : -w.down, MPFR_RNDN);
        mpfr_add(gap, gap, sum, MPFR_RNDN);
    }
    mpfr_clear(sum);
}

int spot_layer(const struct rows *rows, size_t k, const struct row_before *before, uint64_t hash)
{
    const struct stage *s = &rows->stages->stage[k];
    mpfr_t gap;
    if (!(rows->constant < INFINITY))
        return 1; /* no bound, no claim */
    begin(&gap, before->constant);
    for (size_t first = 0, end; first < before->count; first = end) {
        for (end = first; end < before->count; end++)
            if (before->terms[end].unit != before->terms[first].unit)
                break;
        add_unit(gap, s, before->terms + first, end - first, hash);
    }
    for (size_t i = 0; k > 0 && i < s->rows * s->columns * s->channels; i++)
        add_product(gap, -rows->coefficients[i], corner(&s->reads, i, hash));
    add_product(gap, -1, rows->constant);
    return holds(gap);
}

int spot_lines(const struct rows *rows, size_t k, double constant_before, uint64_t hash)
{
    const struct stage *s = &rows->stages->stage[k], *reader = &rows->stages->stage[k + 1];
    size_t across = s->width / s->size, windows = stage_windows(s);
    mpfr_t gap;
    if (!(rows->constant < INFINITY))
        return 1;
    begin(&gap, constant_before);
    for (size_t i = 0; i < windows * s->units; i++) {
        const struct line *l = &s->lines[i];
        size_t unit = i % s->units;
        double c = rows->coefficients[stage_read(reader, across, i / s->units) + unit];
        double below = corner(&s->values, l->below * s->units + unit, hash);
        double above = corner(&s->values, l->above * s->units + unit, hash);
        if (c < 0 && l->follows)
            add_product(gap, c, below);
        if (c > 0) {
            add_product(gap, c, audit_max(above, l->others));
            add_product(gap, c, l->excess);
        }
    }
    for (size_t t = 0; t < rows->count; t++) {
        const struct term *term = &rows->terms[t];
        add_product(gap, -term->value,
                    corner(&s->values, term->place * s->units + term->unit, hash));
    }
    add_product(gap, -1, rows->constant);
    return holds(gap);
}
