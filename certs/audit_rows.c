/* audit_rows.c -- a row back through the layers; see audit_linear.h.
 *
 * AFFINE.  One weight K acts at many places with G = sum of coefficients times what it reads
 * there, in [low, high].  max(K G) over K's interval is convex in G: a line is above it if it is
 * at both ends.  So K G <= tilted G + cost with any number `tilted`, and tilted G is a sum of
 * coefficients on what is read.  These values are not negative, so that coefficients may
 * be rounded upward.  The first layer reads the input itself: G is known, nothing is left.
 *
 * WINDOW.  A coefficient c < 0 takes a value that a is at least, c > 0 one that a is at most: c
 * times the line is convex in v, so again any slope will do that is paid for at both ends. */
#include <stdlib.h>
#include <string.h>

#include "audit_linear.h"

void rows_make(struct rows *rows, const struct audit_network *a, const float *input,
               uint64_t choice)
{
    size_t taps = 1, values = a->graph.values + 1;
    for (size_t k = 0; k < a->network->layer_count; k++)
        taps = a->graph.layers[k].taps > taps ? a->graph.layers[k].taps : taps;
    *rows = (struct rows){.network = a, .choice = choice, .one_in = SPOT_ONE_IN};
    rows->values = fault_alloc(values, sizeof *rows->values);
    rows->lines = fault_alloc(values, sizeof *rows->lines);
    rows->coefficients = fault_alloc(values, sizeof(double));
    rows->live = fault_alloc(a->network->layer_count, sizeof *rows->live);
    rows->bounded = fault_alloc(a->network->layer_count, 1);
    rows->gathered = fault_alloc(taps, sizeof *rows->gathered);
    rows->tilted = fault_alloc(taps, sizeof(double));
    for (size_t i = 0; i < a->network->input_count; i++)
        rows->values[graph_index(a->network->input_shape, i)] = span_point(input[i]);
}

void rows_clear(struct rows *rows)
{
    free(rows->values);
    free(rows->lines);
    free(rows->coefficients);
    free(rows->live);
    free(rows->bounded);
    free(rows->gathered);
    free(rows->tilted);
}

int rows_suit(const struct audit_network *a, struct fault *fault)
{
    unsigned char signless[NETWORK_LAYERS] = {0};
    for (size_t k = 0; k < a->network->layer_count; k++) {
        const struct graph_layer *g = &a->graph.layers[k];
        const int read[2] = {g->from, g->with};
        signless[k] = g->kind != AFFINE;
        if (g->kind == WINDOW && g->readers && !g->floor)
            return fault_set(fault, "layer %zu: linear evidence has no windows without a ReLU", k);
        for (int i = 0; g->readers && i < 1 + (g->with > -2); i++) {
            const struct graph_layer *from = read[i] < 0 ? NULL : &a->graph.layers[read[i]];
            int sure = from && signless[read[i]];
            int exact = from && g->kind != AFFINE && g->cells == 1 && from->readers == 1 &&
                        (g->kind == SUM || from->kind != WINDOW);
            if (!sure && !exact && (from || g->kind != AFFINE))
                return fault_set(fault, "layer %zu reads what may be negative", k);
            signless[k] &= g->kind == WINDOW || sure;
        }
    }
    return 0;
}

/* K g <= tilted g + cost for all K in w and g in G; *constant += cost. */
static double tilt(struct span w, struct span g, double *constant)
{
    if (g.down <= 0)
        return w.up;
    if (g.up <= 0)
        return -w.down;
    double tilted = (w.up * g.up - w.down * g.down) / (g.up + g.down);
    *constant += audit_max(w.up * g.up + -tilted * g.up, w.down * g.down + tilted * g.down);
    return tilted;
}

/* Add to a value's coefficient; it is in layer k, or outside all maps. */
static void put(struct rows *rows, int k, size_t value, double c)
{
    struct reach *reach = &rows->live[k];
    if (value == rows->network->graph.values)
        return;
    rows->coefficients[value] += c;
    if (reach->high == 0)
        *reach = (struct reach){value, value + 1};
    reach->low = value < reach->low ? value : reach->low;
    reach->high = value < reach->high ? reach->high : value + 1;
}

/* No more coefficients on layer k. */
static void forget(struct rows *rows, size_t k)
{
    struct reach *reach = &rows->live[k];
    memset(rows->coefficients + reach->low, 0, (reach->high - reach->low) * sizeof(double));
    *reach = (struct reach){0, 0};
}

/* G for every tap of one unit, whose coefficients are c, at places in reach; returns their sum. */
static struct span gather(struct rows *rows, const struct graph_layer *g, struct reach places,
                          const double *coefficients)
{
    struct span sum = {0, 0};
    memset(rows->gathered, 0, g->taps * sizeof *rows->gathered);
    for (size_t p = places.low; p < places.high; p++) {
        const uint32_t *source = g->sources + p * g->taps;
        double c = coefficients[p * g->units], size = fabs(c);
        for (size_t t = 0; c > 0 && t < g->taps; t++) {
            struct span x = rows->values[source[t]];
            rows->gathered[t].down += size * x.down;
            rows->gathered[t].up += size * x.up;
        }
        for (size_t t = 0; c < 0 && t < g->taps; t++) {
            struct span x = rows->values[source[t]];
            rows->gathered[t].down += size * x.up;
            rows->gathered[t].up += size * x.down;
        }
        sum = span_add(sum, span_point(c));
    }
    return sum;
}

static void affine_step(struct rows *rows, const struct graph_layer *g, struct reach places)
{
    const struct span *theta = rows->network->theta;
    for (size_t u = 0; u < g->units; u++) {
        const double *c = rows->coefficients + g->first + u;
        size_t used = places.low;
        while (used < places.high && c[used * g->units] == 0)
            used++;
        if (used == places.high)
            continue;
        struct span sum = gather(rows, g, (struct reach){used, places.high}, c);
        if (!audit_finite(sum))
            rows->constant = INFINITY;
        if (g->bias < SIZE_MAX)
            rows->constant += span_times(sum, theta[g->bias + u]).up;
        for (size_t t = 0; t < g->taps; t++) {
            struct span w = theta[g->weights + u * g->taps + t], x = rows->gathered[t];
            if (g->from < 0)
                rows->constant += span_times(w, x).up;
            else
                rows->tilted[t] = tilt(w, x, &rows->constant);
            if (!audit_finite(x))
                rows->constant = INFINITY;
        }
        for (size_t p = used; g->from >= 0 && p < places.high; p++)
            for (size_t t = 0; c[p * g->units] != 0 && t < g->taps; t++)
                put(rows, g->from, g->sources[p * g->taps + t],
                    c[p * g->units] * rows->tilted[t]);
    }
}

/* The value that a line reads and its coefficient, for coefficient c on the line's window. */
static struct term line_step(const struct rows *rows, const struct line *l, double c,
                             double *constant)
{
    if (c < 0)
        return (struct term){l->below, l->follows ? c : 0};
    struct span v = rows->values[l->above];
    double at_low = line_at(l, -v.down), at_high = line_at(l, v.up);
    double slope = c * ((at_high - at_low) / (v.up + v.down));
    if (!(slope > 0 && slope < INFINITY))
        slope = 0;
    *constant += audit_max(c * at_low + slope * v.down, c * at_high + -slope * v.up);
    return (struct term){l->above, slope};
}

static void step(struct rows *rows, size_t k)
{
    const struct graph_layer *g = &rows->network->graph.layers[k];
    struct reach reach = rows->live[k];
    double *c = rows->coefficients + g->first;
    reach.low -= g->first, reach.high -= g->first;
    if (g->kind == AFFINE)
        affine_step(rows, g, (struct reach){reach.low / g->units, (reach.high - 1) / g->units + 1});
    for (size_t o = reach.low; g->kind != AFFINE && o < reach.high; o++) {
        if (c[o] == 0)
            continue;
        if (!isfinite(c[o]))
            rows->constant = INFINITY;
        for (size_t t = 0; g->kind == SUM && t < g->taps; t++)
            put(rows, t && g->with >= 0 ? g->with : g->from, g->sources[o * g->taps + t],
                c[o] / g->cells);
        if (g->kind == SUM)
            continue;
        struct term term = line_step(rows, &rows->lines[g->first + o], c[o], &rows->constant);
        put(rows, g->from, term.value, term.factor);
    }
    forget(rows, k);
}

/* The most that coefficients on values come to, if all have bounds. */
static double most_of(const struct rows *rows)
{
    double sum = rows->constant;
    for (size_t k = 0; k < rows->network->network->layer_count; k++) {
        struct reach reach = rows->live[k];
        if (reach.high && !rows->bounded[k])
            return INFINITY;
        for (size_t i = reach.low; i < reach.high; i++) {
            double c = rows->coefficients[i];
            if (c != 0)
                sum += c > 0 ? c * rows->values[i].up : -c * rows->values[i].down;
        }
    }
    return sum;
}

double rows_bound(struct rows *rows, size_t k, const struct term *terms, size_t count, double goal)
{
    const struct audit_network *a = rows->network;
    double best = INFINITY, *before = NULL;
    uint64_t hash = spot_hash(rows->choice, rows->asked++);
    if (hash % rows->one_in == 0)
        before = fault_alloc(a->graph.values + 2, sizeof *before);
    rows->constant = 0;
    for (size_t i = 0; i < count; i++)
        put(rows, (int)k, terms[i].value, terms[i].factor);
    for (k++; k-- > 0 && best > goal;) {
        if (!rows->live[k].high)
            continue;
        if (before) {
            memcpy(before, rows->coefficients, a->graph.values * sizeof *before);
            before[a->graph.values] = rows->constant;
        }
        step(rows, k);
        if (before)
            rows->disputed |= !spot_step(rows, k, before, hash);
        if (a->graph.layers[k].kind != WINDOW)
            best = audit_min(most_of(rows), best);
    }
    for (k = 0; k < a->network->layer_count; k++)
        forget(rows, k);
    free(before);
    return best;
}
