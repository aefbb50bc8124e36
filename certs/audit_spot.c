/* audit_spot.c -- steps of rows once more; see audit_linear.h. */
#include <mpfr.h>

#include "audit_linear.h"

#define BITS 2200 /* products of binary64 numbers, and their sums, unless very far apart */

uint64_t spot_hash(uint64_t choice, uint64_t i)
{
    uint64_t x = choice + 0x9e3779b97f4a7c15u * (i + 1);
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

/* An end of a value's bounds. */
static double corner(const struct rows *rows, size_t value, uint64_t hash)
{
    struct span v = rows->values[value];
    return spot_hash(hash, value) & 1 ? v.up : -v.down;
}

/* sum += a b / cells, rounded down if at all */
static void add(mpfr_t sum, double a, double b, double cells)
{
    mpfr_t product;
    mpfr_init2(product, BITS);
    mpfr_set_d(product, a, MPFR_RNDD);
    mpfr_mul_d(product, product, b, MPFR_RNDD);
    mpfr_div_d(product, product, cells, MPFR_RNDD);
    mpfr_add(sum, sum, product, MPFR_RNDD);
    mpfr_clear(product);
}

/* gap += what coefficients c on one unit come to with the worst weights. */
static void add_unit(mpfr_t gap, const struct rows *rows, const struct graph_layer *g, size_t unit,
                     const double *c, uint64_t hash)
{
    const struct span *theta = rows->network->theta;
    size_t first = 0, terms = g->taps + (g->bias < SIZE_MAX); /* the last one: the bias */
    mpfr_t sum;
    while (first < g->places && c[first * g->units] == 0)
        first++;
    mpfr_init2(sum, BITS);
    for (size_t t = 0; first < g->places && t < terms; t++) {
        struct span w = theta[t < g->taps ? g->weights + unit * g->taps + t : g->bias + unit];
        mpfr_set_zero(sum, 1);
        for (size_t p = first; p < g->places; p++)
            if (c[p * g->units] != 0)
                add(sum, c[p * g->units],
                    t < g->taps ? corner(rows, g->sources[p * g->taps + t], hash) : 1, 1);
        mpfr_mul_d(sum, sum, mpfr_sgn(sum) > 0 ? w.up : -w.down, MPFR_RNDD);
        mpfr_add(gap, gap, sum, MPFR_RNDD);
    }
    mpfr_clear(sum);
}

/* gap += what coefficient c on value o of a layer without weights comes to. */
static void add_value(mpfr_t gap, const struct rows *rows, const struct graph_layer *g, size_t o,
                      double c, uint64_t hash)
{
    const struct line *l = &rows->lines[g->first + o];
    for (size_t t = 0; g->kind == SUM && t < g->taps; t++)
        add(gap, c, corner(rows, g->sources[o * g->taps + t], hash), g->cells);
    if (g->kind == WINDOW && c < 0 && l->follows)
        add(gap, c, corner(rows, l->below, hash), 1);
    if (g->kind == WINDOW && c > 0) {
        add(gap, c, audit_max(corner(rows, l->above, hash), l->others), 1);
        add(gap, c, l->excess, 1);
    }
}

/* What was, less what is now, must not be positive. */
int spot_step(const struct rows *rows, size_t k, uint64_t hash)
{
    const struct audit_network *a = rows->network;
    const struct graph_layer *g = &a->graph.layers[k];
    const double *before = rows->before, *c = before + g->first;
    mpfr_t gap;
    int bound = rows->constant < INFINITY; /* what comes to no bound claims nothing */
    mpfr_init2(gap, BITS);
    mpfr_set_d(gap, before[a->graph.values], MPFR_RNDD);
    add(gap, -1, rows->constant, 1);
    for (size_t u = 0; g->kind == AFFINE && u < g->units; u++)
        add_unit(gap, rows, g, u, c + u, hash);
    for (size_t o = 0; g->kind != AFFINE && o < g->count; o++)
        if (c[o] != 0)
            add_value(gap, rows, g, o, c[o], hash);
    for (size_t v = 0; v < g->first; v++)
        if (rows->coefficients[v] != before[v]) {
            bound &= isfinite(rows->coefficients[v]);
            add(gap, before[v], corner(rows, v, hash), 1);
            add(gap, -rows->coefficients[v], corner(rows, v, hash), 1);
        }
    int holds = mpfr_number_p(gap) && mpfr_sgn(gap) <= 0;
    mpfr_clear(gap);
    return holds || !bound;
}
