/* audit_rows.c -- a row back through the layers; see audit_linear.h.
 *
 * AFFINE.  One weight K acts at many places with G = sum of coefficients times what it reads
 * there, in [low, high].  max(K G) over K's interval is convex in G: a line is above it if it is
 * at both ends.  So K G <= tilted G + cost with any number `tilted`, and tilted G is a sum of
 * coefficients on what is read.
 *
 * WINDOW.  A coefficient c < 0 takes a value that a is at least, c > 0 one that a is at most: c
 * times the line is convex in v, so again any slope will do that is paid for at both ends.
 *
 * A coefficient is rounded upward, which is sound on a value that is not negative; what rounding
 * may have added to it is paid for where the value may be negative. */
#include <stdlib.h>
#include <string.h>

#include "audit_linear.h"

void rows_make(struct rows *rows, const struct audit_network *a, const float *input,
               uint64_t choice)
{
    size_t taps = 1, values = a->graph.values;
    for (size_t k = 0; k < a->network->layer_count; k++)
        taps = a->graph.layers[k].taps > taps ? a->graph.layers[k].taps : taps;
    *rows = (struct rows){.network = a, .choice = choice, .one_in = SPOT_ONE_IN};
    rows->values = fault_alloc(values + 1, sizeof *rows->values);
    rows->lines = fault_alloc(values + 1, sizeof *rows->lines);
    rows->coefficients = fault_alloc(values + 1, sizeof(double));
    rows->live = fault_alloc(a->network->layer_count, sizeof *rows->live);
    rows->gathered = fault_alloc(taps, sizeof *rows->gathered);
    rows->tilted = fault_alloc(taps, sizeof(double));
    rows->before = fault_alloc(values + 1, sizeof(double));
    for (size_t v = 0; v < values; v++)
        rows->values[v] = (struct span){INFINITY, INFINITY};
    for (size_t i = 0; i < a->network->input_count; i++)
        rows->values[graph_index(a->network->input_shape, i)] = span_point(input[i]);
}

void rows_clear(struct rows *rows)
{
    free(rows->values);
    free(rows->lines);
    free(rows->coefficients);
    free(rows->live);
    free(rows->gathered);
    free(rows->tilted);
    free(rows->before);
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

/* Add to the coefficient of a value a number that is somewhere in c.  The value is in layer k, of
 * the input, or outside all maps. */
static inline void put(struct rows *rows, int k, size_t value, struct span c)
{
    struct span v = rows->values[value];
    double before = rows->coefficients[value], after = before + c.up;
    double added = after + (-before + c.down); /* at most so much by rounding */
    if (value == rows->network->graph.values)
        return;
    if (k < 0) {
        rows->constant += span_times(c, v).up;
        return;
    }
    rows->coefficients[value] = after;
    if (v.down > 0 && !(added <= 0))
        rows->constant += added * v.down;
    struct reach *reach = &rows->live[k];
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
        for (size_t t = 0; c != 0 && t < g->taps; t++) {
            struct span x = rows->values[source[t]];
            rows->gathered[t].down += size * (c > 0 ? x.down : x.up);
            rows->gathered[t].up += size * (c > 0 ? x.up : x.down);
        }
        sum = span_add(sum, span_point(c));
    }
    return sum;
}

/* Through an affine layer, of which places in reach have coefficients.  Of the input G is known,
 * and well enough where all that is asked for is one value's interval: nothing is left of it. */
static void affine_step(struct rows *rows, const struct graph_layer *g, struct reach places)
{
    int known = g->from < 0 || rows->interval;
    const struct span *theta = rows->network->theta;
    for (size_t u = 0; u < g->units; u++) {
        const double *c = rows->coefficients + g->first + u;
        size_t used = places.low;
        while (used < places.high && c[used * g->units] == 0)
            used++;
        if (used == places.high)
            continue;
        struct span sum = gather(rows, g, (struct reach){used, places.high}, c);
        double constant = audit_finite(sum) ? rows->constant : INFINITY;
        if (g->bias < SIZE_MAX)
            constant += span_times(sum, theta[g->bias + u]).up;
        for (size_t t = 0; t < g->taps; t++) {
            struct span x = rows->gathered[t];
            double tilted = tilt(theta[g->weights + u * g->taps + t], x, &constant);
            if (known)
                constant += audit_max(tilted * x.up, -tilted * x.down);
            rows->tilted[t] = tilted;
            if (!audit_finite(x))
                constant = INFINITY;
        }
        rows->constant = constant;
        for (size_t p = used; !known && p < places.high; p++)
            for (size_t t = 0; c[p * g->units] != 0 && t < g->taps; t++)
                put(rows, g->from, g->sources[p * g->taps + t],
                    (struct span){-c[p * g->units] * rows->tilted[t],
                                  c[p * g->units] * rows->tilted[t]});
    }
}

/* Through a window with coefficient c, by its line: one coefficient on a value that it reads. */
static void window_step(struct rows *rows, const struct graph_layer *g, const struct line *l,
                        double c)
{
    if (c < 0) {
        put(rows, g->from, l->below, span_point(l->follows ? c : 0));
        return;
    }
    struct span v = rows->values[l->above];
    double at_low = line_at(l, -v.down), at_high = line_at(l, v.up);
    double slope = c * ((at_high - at_low) / (v.up + v.down));
    if (!(slope > 0 && slope < INFINITY))
        slope = 0;
    rows->constant += audit_max(c * at_low + slope * v.down, c * at_high + -slope * v.up);
    put(rows, g->from, l->above, span_point(slope));
}

static void step(struct rows *rows, size_t k)
{
    const struct graph_layer *g = &rows->network->graph.layers[k];
    size_t low = rows->live[k].low - g->first, high = rows->live[k].high - g->first;
    const double *c = rows->coefficients + g->first;
    if (g->kind == AFFINE)
        affine_step(rows, g, (struct reach){low / g->units, (high - 1) / g->units + 1});
    for (size_t o = low; g->kind != AFFINE && o < high; o++) {
        if (c[o] == 0)
            continue;
        if (!isfinite(c[o]))
            rows->constant = INFINITY;
        for (size_t t = 0; g->kind == SUM && t < g->taps; t++)
            put(rows, t && g->with > -2 ? g->with : g->from, g->sources[o * g->taps + t],
                (struct span){-c[o] / g->cells, c[o] / g->cells});
        if (g->kind == WINDOW)
            window_step(rows, g, &rows->lines[g->first + o], c[o]);
    }
    forget(rows, k);
}

/* The most that the row comes to with its values anywhere within their bounds. */
static double most_of(const struct rows *rows)
{
    double sum = rows->constant;
    for (size_t k = 0; k < rows->network->network->layer_count; k++)
        for (size_t i = rows->live[k].low; i < rows->live[k].high; i++) {
            double c = rows->coefficients[i];
            if (!isfinite(c))
                return INFINITY;
            if (c != 0)
                sum += c > 0 ? c * rows->values[i].up : -c * rows->values[i].down;
        }
    return sum;
}

double rows_bound(struct rows *rows, size_t k, const struct term *terms, size_t count, double goal)
{
    const struct audit_network *a = rows->network;
    uint64_t hash = spot_hash(rows->choice, rows->asked++);
    int looked_at = hash % rows->one_in == 0;
    rows->constant = 0;
    rows->interval = count == 1 && k == rows->last;
    for (size_t i = 0; i < count; i++)
        put(rows, (int)k, terms[i].value, span_point(terms[i].factor));
    double best = audit_min(most_of(rows), INFINITY);
    for (k++; best > goal && k-- > rows->last;) {
        if (!rows->live[k].high)
            continue;
        const struct graph_layer *g = &a->graph.layers[k];
        if (looked_at) {
            memcpy(rows->before, rows->coefficients, (g->first + g->count) * sizeof(double));
            rows->before[a->graph.values] = rows->constant;
        }
        step(rows, k);
        if (looked_at)
            rows->disputed |= !spot_step(rows, k, hash);
        if (g->kind != WINDOW)
            best = audit_min(most_of(rows), best);
    }
    for (k = 0; k < a->network->layer_count; k++)
        forget(rows, k);
    return best;
}
