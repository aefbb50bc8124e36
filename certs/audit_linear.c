/* audit_linear.c -- a sample's linear evidence (certificate.md), claim by claim.
 *
 * Every bound claimed must follow, by a row back through the layers before it, from bounds
 * that were claimed and checked before; the margins come last. */
#include <stdlib.h>

#include "audit_linear.h"
#include "certificate_linear.h"
#include "specs/digest.h"

struct claims {
    const struct audit_network *network;
    struct rows rows;
    struct linear_text text;
    struct fault *fault;
};

static int is_proved(struct claims *c, size_t k, const struct term *terms, size_t count,
                     double most)
{
    return rows_bound(&c->rows, k, terms, count, most) <= most;
}

/* The windows of a layer over the maps of the one that it reads, layer k: rows of `width` places;
 * windows `across` side by side, `windows` to a unit. */
struct pooling {
    size_t k, size, width, across, windows, units;
};

static struct pooling pooling_of(const struct audit_network *a, const struct graph_layer *window)
{
    struct shape s = a->network->layers[window->from].out;
    struct pooling g = {.k = (size_t)window->from, .size = 1, .width = s.width,
                        .units = s.channels};
    while (g.size * g.size < window->taps)
        g.size++;
    g.across = s.width / g.size;
    g.windows = s.height / g.size * g.across;
    return g;
}

/* Number of the value at a place, counted without those that pooling drops. */
static size_t value_at(const struct claims *c, const struct pooling *g, size_t place, size_t unit)
{
    size_t columns = g->across * g->size;
    size_t cell = place / columns * g->width + place % columns;
    return c->network->graph.layers[g->k].first + cell * g->units + unit;
}

/* One value's bounds, claimed and checked. */
static int take_value(struct claims *c, const struct pooling *g, size_t place, size_t unit)
{
    size_t value = value_at(c, g, place, unit);
    const struct term above = {value, 1}, below = {value, -1};
    double low, high;
    if (linear_value(&c->text, &low, &high))
        return -1;
    int lower = is_proved(c, g->k, &below, 1, -low);
    if (!lower || !is_proved(c, g->k, &above, 1, high))
        return fault_set(c->fault, "layer %zu, place %zu, unit %zu: the %s bound %g is not implied",
                         g->k, place, unit, lower ? "upper" : "lower", lower ? high : low);
    c->rows.values[value] = (struct span){-low, high};
    return 0;
}

/* Bounds that are computed, not claimed, by going all the way back. */
static int find_value(struct claims *c, const struct pooling *g, size_t place, size_t unit)
{
    size_t value = value_at(c, g, place, unit);
    const struct term above = {value, 1}, below = {value, -1};
    struct span v = {rows_bound(&c->rows, g->k, &below, 1, -INFINITY),
                     rows_bound(&c->rows, g->k, &above, 1, -INFINITY)};
    c->rows.values[value] = v;
    return audit_finite(v) ? 0
                           : fault_set(c->fault, "layer %zu: the bounds overflow", g->k);
}

/* Is there no window between a layer and the input? */
static int is_first(const struct audit_network *a, int k)
{
    return k < 0 || (a->graph.layers[k].kind != WINDOW && is_first(a, a->graph.layers[k].from) &&
                     (a->graph.layers[k].with == -2 || is_first(a, a->graph.layers[k].with)));
}

static int take_values(struct claims *c, const struct pooling *g)
{
    size_t places = g->windows * g->size * g->size;
    int claimed = is_first(c->network, (int)g->k) ? 0 : linear_found(&c->text, g->k);
    if (claimed < 0 || (claimed && linear_head(&c->text, "bounds", g->k)))
        return -1;
    for (size_t place = 0; place < places; place++) {
        for (size_t unit = 0; unit < g->units; unit++)
            if (claimed ? take_value(c, g, place, unit) : find_value(c, g, place, unit))
                return -1;
        if (claimed && linear_end(&c->text, "the end of the line after a place's units"))
            return -1;
    }
    return 0;
}

/* Is member i at most the winner + excess, or no matter? */
static int is_beaten(struct claims *c, size_t k, const uint32_t *member,
                     const struct linear_window *w, size_t i, double least_maximum)
{
    const struct term terms[2] = {{member[i], 1}, {member[w->winner], -1}};
    struct span v = c->rows.values[member[i]], winner = c->rows.values[member[w->winner]];
    return v.up <= 0 || v.up < least_maximum || v.up + winner.down <= w->excess ||
           is_proved(c, k, terms, 2, w->excess);
}

/* Bounds of a window's value, and its line, from what is claimed of it; layer k has its members.
 * Returns the first member whose defeat is claimed but not proved, or their number. */
static size_t settle(struct claims *c, size_t k, const uint32_t *member, size_t members,
                     const struct linear_window *w, size_t value)
{
    const struct span *values = c->rows.values;
    struct line line = {member[w->winner], member[w->top], 0, 0, w->excess};
    struct span all = {INFINITY, -INFINITY};
    for (size_t i = 0; i < members; i++) {
        struct span v = values[member[i]];
        all = (struct span){audit_min(all.down, v.down), audit_max(all.up, v.up)};
        if (w->named[i] && i != w->top)
            line.others = audit_max(line.others, v.up);
    }
    for (size_t i = 0; i < members; i++)
        if (!w->named[i] && !is_beaten(c, k, member, w, i, -all.down))
            return i;
    line.follows = values[line.below].down <= 0 || values[line.below].up > values[line.below].down;
    c->rows.lines[value] = line;
    double most = audit_min(line_at(&line, values[line.above].up), audit_max(all.up, 0));
    c->rows.values[value] = (struct span){audit_min(all.down, 0), most};
    return members;
}

static int take_windows(struct claims *c, size_t layer, const struct pooling *g)
{
    const struct graph_layer *window = &c->network->graph.layers[layer];
    if (g->size > 1 && linear_head(&c->text, "windows", g->k))
        return -1;
    for (size_t index = 0; index < g->windows; index++) {
        for (size_t unit = 0; unit < g->units; unit++) {
            struct linear_window w = {.named = {1}};
            size_t o = graph_index(c->network->network->layers[layer].out,
                                   unit * g->windows + index);
            if (g->size > 1 && linear_window(&c->text, window->taps, &w))
                return -1;
            size_t lost = settle(c, g->k, window->sources + o * window->taps, window->taps, &w,
                                 window->first + o);
            if (lost < window->taps)
                return fault_set(c->fault, "layer %zu, window %zu, unit %zu: member %zu is not "
                                 "proved to be at most member %zu + %g", g->k, index, unit, lost,
                                 w.winner, w.excess);
        }
        if (g->size > 1 && linear_end(&c->text, "the end of the line after a window's units"))
            return -1;
    }
    c->rows.bounded[layer] = 1;
    return 0;
}

static int has_window(const struct audit_network *a, size_t k)
{
    for (size_t i = k + 1; i < a->network->layer_count; i++)
        if (a->graph.layers[i].kind == WINDOW && a->graph.layers[i].readers &&
            a->graph.layers[i].from == (int)k)
            return 1;
    return 0;
}

/* A layer about which nothing is claimed has interval bounds if what it reads has bounds. */
static void pass_on(struct claims *c, size_t k)
{
    const struct graph_layer *g = &c->network->graph.layers[k];
    c->rows.bounded[k] = (g->from < 0 || c->rows.bounded[g->from]) &&
                         (g->with < 0 || c->rows.bounded[g->with]);
    for (size_t o = 0; c->rows.bounded[k] && o < g->count; o++) {
        c->rows.values[g->first + o] = audit_value(c->network, g, c->rows.values, o);
        c->rows.bounded[k] = (unsigned char)audit_finite(c->rows.values[g->first + o]);
    }
}

static int take_margins(struct claims *c, size_t last, size_t label)
{
    const struct graph_layer *logits = &c->network->graph.layers[last];
    double margin;
    if (linear_head(&c->text, "margins", last))
        return -1;
    for (size_t j = 0; j < logits->count; j++) {
        const struct term terms[2] = {{logits->first + j, 1}, {logits->first + label, -1}};
        if (j == label)
            continue;
        if (linear_margin(&c->text, j, &margin))
            return -1;
        if (!is_proved(c, last, terms, 2, -margin))
            return fault_set(c->fault, "the margin %g over class %zu is not implied", margin, j);
    }
    if (linear_end(&c->text, "nothing after the margins"))
        return -1;
    if (c->text.text.at != c->text.text.end)
        return fault_set(c->fault, "evidence: expected nothing after the margins");
    return c->rows.disputed ? fault_set(c->fault, "MPFR contradicts a step of ours") : 0;
}

static int take_all(struct claims *c, size_t label)
{
    const struct audit_network *a = c->network;
    size_t last = a->network->layer_count - 1;
    if (a->network->layers[last].kind != LAYER_DENSE)
        return fault_set(c->fault, "linear evidence is for networks that end in a dense layer");
    if (rows_suit(a, c->fault))
        return -1;
    for (size_t k = 0; k < last; k++) {
        const struct graph_layer *g = &a->graph.layers[k];
        if (g->readers && (g->kind == SUM || (g->kind == AFFINE && !has_window(a, k))))
            pass_on(c, k);
        if (!g->readers || g->kind != WINDOW)
            continue;
        if (g->taps > LINEAR_MEMBERS)
            return fault_set(c->fault, "layer %zu: windows of more than %d values have no linear "
                             "evidence", k, LINEAR_MEMBERS);
        struct pooling grid = pooling_of(a, g);
        if (take_values(c, &grid) || take_windows(c, k, &grid))
            return -1;
    }
    return take_margins(c, last, label);
}

/* Which rows MPFR looks at depends on the evidence. */
static uint64_t choice_of(const struct text *text)
{
    char digest[DIGEST_HEX];
    digest_of(text->at, (size_t)(text->end - text->at), digest);
    digest[16] = 0;
    return strtoull(digest, NULL, 16);
}

int audit_linear(const struct audit_network *a, const float *input, int label,
                 const struct text *text, struct fault *fault)
{
    struct claims c = {.network = a, .text = {*text, 1, fault}, .fault = fault};
    if (a->network->kind != NETWORK_FEEDFORWARD)
        return fault_set(fault, "linear evidence is for feed-forward networks");
    rows_make(&c.rows, a, input, choice_of(text));
    int failed = take_all(&c, (size_t)label);
    rows_clear(&c.rows);
    return failed ? -1 : 0;
}
