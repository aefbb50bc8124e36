/* audit_rows.c -- a row back through layers and lines; see audit_linear.h.
 *
 * A layer.  One weight K acts at many places with G = sum of coefficients times what it reads
 * there, in [low, high].  max(K G) over K's interval is convex in G: a line is above it if it is
 * at both ends.  So K G <= tilted G + cost with any number `tilted`, and tilted G is a sum of
 * coefficients on what is read.  These values are not negative, so that coefficients may
 * be rounded upward.  The first layer reads the input itself: G is known, nothing is left.
 *
 * Lines.  A coefficient c < 0 takes a value that a is at least, c > 0 one that a is at most: c
 * times the line is convex in v, so again any slope will do that is paid for at both ends. */
#include <stdlib.h>
#include <string.h>

#include "audit_linear.h"

static size_t reads_of(const struct stage *s)
{
    return s->rows * s->columns * s->channels;
}

void rows_make(struct rows *rows, const struct stages *stages, uint64_t choice)
{
    size_t most = 2, widest = 0, taps = 0;
    for (size_t k = 0; k < stages->count; k++) {
        const struct stage *s = &stages->stage[k];
        size_t outputs = stage_windows(s) * s->units;
        most = outputs > most ? outputs : most;
        widest = reads_of(s) > widest ? reads_of(s) : widest;
        taps = s->taps > taps ? s->taps : taps;
    }
    *rows = (struct rows){.stages = stages, .choice = choice, .one_in = SPOT_ONE_IN};
    rows->terms = fault_alloc(most, sizeof *rows->terms);
    rows->coefficients = fault_alloc(widest, sizeof(double));
    rows->gathered = audit_spans_new(taps);
    rows->tilted = fault_alloc(taps, sizeof(double));
}

void rows_clear(struct rows *rows)
{
    free(rows->terms);
    free(rows->coefficients);
    audit_spans_free(&rows->gathered);
    free(rows->tilted);
}

/* Nearly all the time is spent here. */
static void add_multiple(double *restrict sum, double factor, const double *restrict x,
                         size_t count)
{
    for (size_t i = 0; i < count; i++)
        sum[i] += factor * x[i];
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

/* The terms of one unit through its weights. */
static void unit_step(struct rows *rows, const struct stage *s, int first,
                      const struct term *terms, size_t count)
{
    struct span bias = {0, 0};
    size_t row = s->columns * s->channels, unit = terms[0].unit;
    memset(rows->gathered.down, 0, s->taps * sizeof(double));
    memset(rows->gathered.up, 0, s->taps * sizeof(double));
    for (size_t t = 0; t < count; t++) {
        double c = terms[t].value;
        size_t corner = stage_corner(s, terms[t].place);
        const double *high = (c > 0 ? s->reads.up : s->reads.down) + corner;
        const double *low = (c > 0 ? s->reads.down : s->reads.up) + corner;
        for (size_t i = 0; i < s->kernel_rows; i++) {
            add_multiple(rows->gathered.up + i * s->run, fabs(c), high + i * row, s->run);
            add_multiple(rows->gathered.down + i * s->run, fabs(c), low + i * row, s->run);
        }
        bias = span_add(bias, span_point(c));
    }
    rows->constant += span_times(bias, span_at(&s->bias, unit)).up;
    for (size_t i = 0; i < s->taps; i++) {
        struct span w = span_at(&s->weights, unit * s->taps + i), g = span_at(&rows->gathered, i);
        if (first)
            rows->constant += span_times(w, g).up;
        else
            rows->tilted[i] = tilt(w, g, &rows->constant);
        if (!audit_finite(g))
            rows->constant = INFINITY;
    }
    for (size_t t = 0; !first && t < count; t++)
        for (size_t i = 0; i < s->kernel_rows; i++)
            add_multiple(rows->coefficients + stage_corner(s, terms[t].place) + i * row,
                         terms[t].value, rows->tilted + i * s->run, s->run);
}

static void layer_step(struct rows *rows, size_t k)
{
    const struct stage *s = &rows->stages->stage[k];
    memset(rows->coefficients, 0, reads_of(s) * sizeof(double));
    for (size_t first = 0, end; first < rows->count; first = end) {
        for (end = first; end < rows->count; end++)
            if (rows->terms[end].unit != rows->terms[first].unit)
                break;
        unit_step(rows, s, k == 0, rows->terms + first, end - first);
    }
}

/* The most that coefficients on bounded values come to. */
static double most_of(const struct rows *rows, const struct stage *s)
{
    double sum = rows->constant;
    for (size_t i = 0; i < reads_of(s); i++) {
        double c = rows->coefficients[i];
        if (c != 0)
            sum += c > 0 ? c * s->reads.up[i] : -c * s->reads.down[i];
    }
    return sum;
}

/* One coefficient to what its line reads. */
static struct term line_step(const struct stage *s, const struct line *l, size_t unit, double c,
                             double *constant)
{
    if (c < 0)
        return (struct term){l->below, unit, l->follows ? c : 0};
    struct span v = span_at(&s->values, l->above * s->units + unit);
    double at_low = line_at(l, -v.down), at_high = line_at(l, v.up);
    double slope = c * ((at_high - at_low) / (v.up + v.down));
    if (!(slope > 0 && slope < INFINITY))
        slope = 0;
    *constant += audit_max(c * at_low + slope * v.down, c * at_high + -slope * v.up);
    return (struct term){l->above, unit, slope};
}

static void lines_step(struct rows *rows, size_t k)
{
    const struct stage *s = &rows->stages->stage[k], *reader = &rows->stages->stage[k + 1];
    size_t across = s->width / s->size;
    rows->count = 0;
    for (size_t unit = 0; unit < s->units; unit++)
        for (size_t w = 0; w < stage_windows(s); w++) {
            double c = rows->coefficients[stage_read(reader, across, w) + unit];
            if (c == 0)
                continue;
            struct term term =
                line_step(s, &s->lines[w * s->units + unit], unit, c, &rows->constant);
            if (!isfinite(c))
                rows->constant = INFINITY;
            else if (term.value != 0)
                rows->terms[rows->count++] = term;
        }
}

/* Terms before a step, for MPFR to look at. */
static struct row_before remember(const struct rows *rows)
{
    struct row_before before = {.count = rows->count, .constant = rows->constant};
    before.terms = fault_alloc(rows->count + 1, sizeof *before.terms);
    memcpy(before.terms, rows->terms, rows->count * sizeof *before.terms);
    return before;
}

double rows_bound(struct rows *rows, size_t k, const struct term *terms, size_t count, double goal)
{
    double best = INFINITY;
    uint64_t hash = spot_hash(rows->choice, rows->asked++);
    int looked = hash % rows->one_in == 0;
    memcpy(rows->terms, terms, count * sizeof *terms);
    rows->count = count;
    rows->constant = 0;
    for (;; k--) {
        struct row_before before = {NULL, 0, 0};
        if (looked)
            before = remember(rows);
        layer_step(rows, k);
        if (looked)
            rows->disputed |= !spot_layer(rows, k, &before, hash);
        free(before.terms);
        if (k == 0)
            return audit_min(best, rows->constant);
        best = audit_min(best, most_of(rows, &rows->stages->stage[k]));
        if (best <= goal)
            return best;
        double constant = rows->constant;
        lines_step(rows, k - 1);
        if (looked)
            rows->disputed |= !spot_lines(rows, k - 1, constant, hash);
    }
}
