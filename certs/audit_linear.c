/* audit_linear.c -- bounds of a feed-forward network's layers and margins, see audit_network.h.
 *
 * Every value has interval bounds by what it reads, and every window the lines that need no claim.
 * Linear evidence (certificate.md) claims more, layer by layer: each claim must follow, by a row
 * back through the layers before it, from bounds that were there or checked before. */
#include <stdlib.h>
#include <string.h>

#include "audit_linear.h"
#include "certificate_linear.h"
#include "specs/digest.h"

struct claims {
    const struct audit_network *network;
    struct rows rows;
    int given;               /* is there evidence, and what is left of it */
    struct linear_text text;
    struct fault *fault;
};

/* One value's bounds, claimed and checked, or by rows: one step back for an interval. */
static int take_value(struct claims *c, size_t k, size_t o, enum linear_source source)
{
    size_t value = c->network->graph.layers[k].first + o;
    size_t channels = c->network->network->layers[k].out.channels;
    const struct term above = {value, 1}, below = {value, -1};
    double low = INFINITY, high = -INFINITY;
    if (source == LINEAR_CLAIMED && linear_value(&c->text, &low, &high))
        return -1;
    c->rows.last = source == LINEAR_INTERVALS ? k : 0;
    struct span found = {rows_bound(&c->rows, k, &below, 1, -low),
                         rows_bound(&c->rows, k, &above, 1, high)};
    c->rows.values[value] = source == LINEAR_CLAIMED ? (struct span){-low, high} : found;
    if (!audit_finite(found))
        return fault_set(c->fault, "layer %zu: the bounds overflow", k);
    if (source != LINEAR_CLAIMED || (found.down <= -low && found.up <= high))
        return 0;
    return fault_set(c->fault, "layer %zu, place %zu, unit %zu: the %s bound %g is not implied", k,
                     o / channels, o % channels, found.up > high ? "upper" : "lower",
                     found.up > high ? high : low);
}

/* Intervals of layer k's values; or what the evidence has of those that window layer w reads, since
 * pooling may drop some. */
static int take_values(struct claims *c, size_t k, const struct graph_layer *w)
{
    size_t channels = c->network->network->layers[k].out.channels;
    const struct graph_layer *g = &c->network->graph.layers[k];
    enum linear_source source = LINEAR_INTERVALS;
    int failed = w ? linear_bounds(&c->text, k, &source) : 0;
    if (failed || (w && source == LINEAR_INTERVALS))
        return failed; /* or as they are */
    unsigned char *read = fault_alloc(g->count, 1);
    memset(read, !w, g->count);
    for (size_t i = 0; w && i < w->places * w->taps; i++)
        read[w->sources[i] - g->first] = 1;
    for (size_t o = 0; o < g->count && !failed; o++) {
        if (read[o])
            failed = take_value(c, k, o, source);
        if (read[o] && source == LINEAR_CLAIMED && !failed && o % channels == channels - 1)
            failed = linear_end(&c->text, "the end of the line after a place's units");
    }
    free(read);
    return failed;
}

/* Is a member at most the winner + excess, or no matter? */
static int is_beaten(struct claims *c, size_t k, size_t member, const struct line *line,
                     double least_maximum)
{
    const struct term terms[2] = {{member, 1}, {line->below, -1}};
    struct span v = c->rows.values[member], winner = c->rows.values[line->below];
    c->rows.last = 0;
    return v.up < least_maximum || v.up + winner.down <= line->excess ||
           rows_bound(&c->rows, k, terms, 2, line->excess) <= line->excess;
}

/* Bounds of window value o, and its line, from what is claimed of it (NULL: nothing).  Returns the
 * first member whose defeat is claimed but not proved, or their number. */
static size_t settle(struct claims *c, const struct graph_layer *g, size_t o,
                     const struct linear_window *w)
{
    const uint32_t *member = g->sources + o * g->taps;
    const struct span *values = c->rows.values;
    double least = g->floor ? 0 : -INFINITY; /* of what the maximum is over */
    struct span all = {-least, least};
    struct line line = {member[w ? w->winner : 0], member[w ? w->top : 0], 0, least,
                        w ? w->excess : 0};
    for (size_t i = 0; i < g->taps; i++) {
        struct span v = values[member[i]];
        all = (struct span){audit_min(all.down, v.down), audit_max(all.up, v.up)};
        if ((!w || w->named[i]) && member[i] != line.above)
            line.others = audit_max(line.others, v.up);
        if (!w && v.down < values[line.below].down)
            line.below = member[i];
    }
    for (size_t i = 0; w && i < g->taps; i++)
        if (!w->named[i] && values[member[i]].up > least &&
            !is_beaten(c, (size_t)g->from, member[i], &line, -all.down))
            return i;
    struct span below = values[line.below];
    line.follows = !g->floor || below.down <= 0 || below.up > below.down;
    c->rows.lines[g->first + o] = line;
    all.up = audit_min(line_at(&line, values[line.above].up), all.up);
    c->rows.values[g->first + o] = all;
    return g->taps;
}

/* Window layer k.  Only of windows that pool something other than the input is claimed. */
static int take_windows(struct claims *c, size_t k)
{
    const struct graph_layer *g = &c->network->graph.layers[k];
    size_t units = c->network->network->layers[k].out.channels;
    int claimed = c->given && g->taps > 1 && g->from >= 0;
    struct linear_window w;
    if (claimed && g->taps > LINEAR_MEMBERS)
        return fault_set(c->fault, "layer %zu: windows of more than %d values have no linear "
                         "evidence", k, LINEAR_MEMBERS);
    if (claimed && linear_head(&c->text, "windows", (size_t)g->from))
        return -1;
    for (size_t o = 0; o < g->count; o++) {
        if (claimed && linear_window(&c->text, g->taps, &w))
            return -1;
        size_t lost = settle(c, g, o, claimed ? &w : NULL);
        if (lost < g->taps)
            return fault_set(c->fault, "layer %d, window %zu, unit %zu: member %zu is not proved "
                             "to be at most member %zu + %g", g->from, o / units, o % units, lost,
                             w.winner, w.excess);
        if (claimed && o % units == units - 1 &&
            linear_end(&c->text, "the end of the line after a window's units"))
            return -1;
    }
    return 0;
}

/* Both ends of each margin, or with evidence the end that is claimed. */
static int take_margins(struct claims *c, size_t label, struct span *margins)
{
    const struct graph *graph = &c->network->graph;
    const struct shape out = c->network->network->layers[graph->last].out;
    if (c->given && linear_head(&c->text, "margins", graph->last))
        return -1;
    for (size_t j = 0; j < shape_count(out); j++) {
        size_t first = graph->layers[graph->last].first;
        const struct term over[2] = {{first + graph_index(out, j), 1},
                                     {first + graph_index(out, label), -1}};
        const struct term under[2] = {{over[1].value, 1}, {over[0].value, -1}};
        double margin = INFINITY;
        margins[j] = (struct span){INFINITY, INFINITY};
        if (j == label)
            continue;
        if (c->given && linear_margin(&c->text, j, &margin))
            return -1;
        margins[j].down = rows_bound(&c->rows, graph->last, over, 2, -margin);
        if (!c->given)
            margins[j].up = rows_bound(&c->rows, graph->last, under, 2, -INFINITY);
        else if (!(margins[j].down <= -margin))
            return fault_set(c->fault, "the margin %g over class %zu is not implied", margin, j);
    }
    return 0;
}

static int take_all(struct claims *c, size_t label, struct span *margins)
{
    const struct graph *graph = &c->network->graph;
    for (size_t k = 0; k <= graph->last; k++) {
        const struct graph_layer *g = &graph->layers[k];
        int window = g->kind == WINDOW;
        if (!g->readers)
            continue;
        if (c->given && window && g->from >= 0 && take_values(c, (size_t)g->from, g))
            return -1;
        if (window ? take_windows(c, k) : take_values(c, k, NULL))
            return -1;
    }
    c->rows.last = c->given ? 0 : graph->last;
    if (take_margins(c, label, margins))
        return -1;
    if (c->given && (linear_end(&c->text, "nothing after the margins") ||
                     c->text.text.at != c->text.text.end))
        return fault_set(c->fault, "evidence: expected nothing after the margins");
    return c->rows.disputed ? fault_set(c->fault, "MPFR contradicts a step of ours") : 0;
}

int audit_feedforward(const struct audit_network *a, const float *input, int label,
                      const struct text *text, struct span *margins, struct fault *fault)
{
    struct claims c = {.network = a, .given = text != NULL, .fault = fault};
    char digest[DIGEST_HEX];
    if (a->network->kind != NETWORK_FEEDFORWARD)
        return fault_set(fault, "linear evidence is for feed-forward networks");
    if (text) {
        c.text = (struct linear_text){*text, 1, fault};
        digest_of(text->at, (size_t)(text->end - text->at), digest);
    } else {
        digest_of(input, a->network->input_count * sizeof *input, digest);
    }
    digest[16] = 0; /* which rows MPFR looks at */
    rows_make(&c.rows, a, input, strtoull(digest, NULL, 16));
    int failed = take_all(&c, (size_t)label, margins);
    rows_clear(&c.rows);
    return failed ? -1 : 0;
}
