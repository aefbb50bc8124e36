/* audit_linear.c -- a sample's linear evidence (certificate.md), claim by claim.
 *
 * Every bound claimed must follow, by a row back through the layers before it, from bounds
 * that were claimed and checked before; the margins come last. */
#include <stdlib.h>
#include <string.h>

#include "audit_linear.h"
#include "audit_text.h"
#include "specs/digest.h"

#define MOST_UNITS ((size_t)1 << 52) /* so that sums of two are exact */
#define MOST_EXPONENT 900
#define MOST_MEMBERS 36

struct claims {
    const struct audit_network *network;
    struct rows rows;
    struct text text;
    double unit; /* 2^-exponent */
    struct fault *fault;
};

static int malformed(struct claims *c, const char *expected)
{
    return fault_set(c->fault, "evidence: expected %s", expected);
}

/* " NAME INDEX EXPONENT": what follows is in units of 2^-EXPONENT. */
static int read_head(struct claims *c, const char *name, size_t index)
{
    size_t read, exponent;
    if (text_word(&c->text, " ") || text_word(&c->text, name) || text_word(&c->text, " ") ||
        text_number(&c->text, index, &read) || read != index || text_word(&c->text, " ") ||
        text_number(&c->text, MOST_EXPONENT, &exponent) || text_word(&c->text, "\n"))
        return fault_set(c->fault, "evidence: expected '%s' of layer %zu", name, index);
    c->unit = ldexp(1, -(int)exponent);
    return 0;
}

static int is_proved(struct claims *c, size_t k, const struct term *terms, size_t count,
                     double most)
{
    return rows_bound(&c->rows, k, terms, count, most) <= most;
}

/* The windows of a layer over the maps of the one that it reads, layer k: rows of `width` places;
 * windows `across` side by side, `windows` to a unit. */
struct grid {
    size_t k, size, width, across, windows, units;
};

static struct grid grid_of(const struct audit_network *a, const struct graph_layer *window)
{
    struct shape s = a->network->layers[window->from].out;
    struct grid g = {.k = (size_t)window->from, .size = 1, .width = s.width,
                     .units = s.channels};
    while (g.size * g.size < window->taps)
        g.size++;
    g.across = s.width / g.size;
    g.windows = s.height / g.size * g.across;
    return g;
}

/* Number of the value at a place, counted without those that pooling drops. */
static size_t value_at(const struct claims *c, const struct grid *g, size_t place, size_t unit)
{
    size_t columns = g->across * g->size;
    size_t cell = place / columns * g->width + place % columns;
    return c->network->layers[g->k].first + cell * g->units + unit;
}

/* " LOW+WIDTH" of one value, checked. */
static int take_value(struct claims *c, const struct grid *g, size_t place, size_t unit)
{
    size_t size, width, value = value_at(c, g, place, unit);
    int minus;
    if (text_word(&c->text, " "))
        return malformed(c, "a blank before each value");
    minus = !text_word(&c->text, "-");
    if (text_number(&c->text, MOST_UNITS, &size) || (minus && !size) || text_word(&c->text, "+") ||
        text_number(&c->text, MOST_UNITS, &width))
        return malformed(c, "a value's bounds, LOW+WIDTH");
    double low = minus ? -(double)size : (double)size;
    struct span claim = {-low * c->unit, (low + (double)width) * c->unit};
    struct term above = {value, 1}, below = {value, -1};
    int wrong = !is_proved(c, g->k, &below, 1, claim.down)  ? -1
                : !is_proved(c, g->k, &above, 1, claim.up);
    if (wrong)
        return fault_set(c->fault, "layer %zu, place %zu, unit %zu: the %s bound %g is not implied",
                         g->k, place, unit, wrong < 0 ? "lower" : "upper",
                         wrong < 0 ? -claim.down : claim.up);
    c->rows.values[value] = claim;
    return 0;
}

/* Bounds that are computed, not claimed, by going all the way back. */
static int find_value(struct claims *c, const struct grid *g, size_t place, size_t unit)
{
    size_t value = value_at(c, g, place, unit);
    struct term above = {value, 1}, below = {value, -1};
    struct span v = {rows_bound(&c->rows, g->k, &below, 1, -INFINITY),
                     rows_bound(&c->rows, g->k, &above, 1, -INFINITY)};
    if (!audit_finite(v))
        return fault_set(c->fault, "layer %zu: the bounds overflow", g->k);
    c->rows.values[value] = v;
    return 0;
}

/* Is there no window between a layer and the input? */
static int is_first(const struct audit_network *a, int k)
{
    return k < 0 || (a->layers[k].kind != WINDOW && is_first(a, a->layers[k].from) &&
                     (a->layers[k].with == -2 || is_first(a, a->layers[k].with)));
}

static int take_values(struct claims *c, const struct grid *g)
{
    size_t found, places = g->windows * g->size * g->size;
    int computed = is_first(c->network, (int)g->k);
    if (!computed && !text_word(&c->text, " found ")) {
        computed = 1;
        if (text_number(&c->text, g->k, &found) || found != g->k || text_word(&c->text, "\n"))
            return fault_set(c->fault, "evidence: expected 'found' of layer %zu", g->k);
    }
    if (!computed && read_head(c, "bounds", g->k))
        return -1;
    for (size_t place = 0; place < places; place++) {
        for (size_t unit = 0; unit < g->units; unit++)
            if (computed ? find_value(c, g, place, unit) : take_value(c, g, place, unit))
                return -1;
        if (!computed && text_word(&c->text, "\n"))
            return malformed(c, "the end of the line after a place's units");
    }
    return 0;
}

/* A window's claim: which members are named, and how. */
struct choice {
    const struct grid *grid;
    size_t index, unit, members;
    const uint32_t *member;
    size_t winner, top;
    double excess;
    unsigned char named[MOST_MEMBERS]; /* not said to be at most the winner + excess */
};

static int read_member(struct claims *c, const struct choice *w, size_t *member)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    const char *digit = c->text.at < c->text.end ? memchr(digits, *c->text.at, w->members) : NULL;
    if (!digit)
        return -1;
    *member = (size_t)(digit - digits);
    c->text.at++;
    return 0;
}

/* " W", " W+EXCESS" or " W:TOP..." */
static int read_window(struct claims *c, struct choice *w)
{
    size_t number, last = 0, i = 0;
    if (text_word(&c->text, " ") || read_member(c, w, &w->winner))
        return malformed(c, "a window's winner");
    w->top = w->winner;
    w->named[w->winner] = 1;
    if (!text_word(&c->text, "+")) {
        if (text_number(&c->text, MOST_UNITS, &number) || !number)
            return malformed(c, "a window's excess");
        w->excess = (double)number * c->unit;
    } else if (!text_word(&c->text, ":")) {
        int listed = 0;
        if (read_member(c, w, &w->top))
            return malformed(c, "a window's top");
        listed = w->top == w->winner;
        w->named[w->top] = 1;
        for (; !read_member(c, w, &i); last = i + 1) {
            if (i < last || i == w->top)
                return malformed(c, "a window's rivals by rising number");
            listed |= i == w->winner;
            w->named[i] = 1;
        }
        if (!listed || (w->top == w->winner && !last))
            return malformed(c, "a window's rivals, the winner among them");
    }
    return 0;
}

/* Is member i at most the winner + excess, or no matter? */
static int is_beaten(struct claims *c, const struct choice *w, size_t i, double least_maximum)
{
    struct term terms[2] = {{w->member[i], 1}, {w->member[w->winner], -1}};
    struct span v = c->rows.values[terms[0].value], winner = c->rows.values[terms[1].value];
    return v.up <= 0 || v.up < least_maximum || v.up + winner.down <= w->excess ||
           is_proved(c, w->grid->k, terms, 2, w->excess);
}

/* Bounds of all members, then of the window, and its line, from what is claimed of it. */
static int settle_window(struct claims *c, const struct choice *w, size_t value)
{
    const struct span *values = c->rows.values;
    struct line *line = &c->rows.lines[value];
    struct span all = {INFINITY, -INFINITY};
    *line = (struct line){w->member[w->winner], w->member[w->top], 0, 0, w->excess};
    for (size_t i = 0; i < w->members; i++) {
        struct span v = values[w->member[i]];
        all = (struct span){audit_min(all.down, v.down), audit_max(all.up, v.up)};
        if (w->named[i] && i != w->top)
            line->others = audit_max(line->others, v.up);
    }
    for (size_t i = 0; i < w->members; i++)
        if (!w->named[i] && !is_beaten(c, w, i, -all.down))
            return fault_set(c->fault, "layer %zu, window %zu, unit %zu: member %zu is not proved "
                             "to be at most member %zu + %g", w->grid->k, w->index, w->unit, i,
                             w->winner, w->excess);
    struct span winner = values[line->below];
    line->follows = winner.down <= 0 || winner.up > winner.down;
    c->rows.values[value] = (struct span){
        audit_min(all.down, 0),
        audit_min(line_at(line, values[line->above].up), audit_max(all.up, 0))};
    return 0;
}

static int take_windows(struct claims *c, const struct graph_layer *window, const struct grid *g)
{
    struct shape out = c->network->network->layers[window - c->network->layers].out;
    if (g->size > 1 && read_head(c, "windows", g->k))
        return -1;
    for (size_t index = 0; index < g->windows; index++) {
        for (size_t unit = 0; unit < g->units; unit++) {
            size_t o = audit_index(out, unit * g->windows + index);
            struct choice w = {.grid = g, .index = index, .unit = unit, .members = window->taps,
                               .member = window->sources + o * window->taps, .named = {0}};
            w.named[0] = g->size == 1;
            if ((g->size > 1 && read_window(c, &w)) || settle_window(c, &w, window->first + o))
                return -1;
        }
        if (g->size > 1 && text_word(&c->text, "\n"))
            return malformed(c, "the end of the line after a window's units");
    }
    return 0;
}

/* A layer that only passes values on has bounds if these have. */
static void pass_on(struct claims *c, size_t k)
{
    const struct graph_layer *g = &c->network->layers[k];
    c->rows.bounded[k] = c->rows.bounded[g->from] && (g->with < 0 || c->rows.bounded[g->with]);
    for (size_t o = 0; c->rows.bounded[k] && o < g->count; o++)
        c->rows.values[g->first + o] = audit_value(c->network, g, c->rows.values, o);
}

static int take_margins(struct claims *c, size_t last, size_t label)
{
    const struct graph_layer *logits = &c->network->layers[last];
    if (read_head(c, "margins", last))
        return -1;
    for (size_t j = 0; j < logits->count; j++) {
        size_t number;
        const struct term terms[2] = {{logits->first + j, 1}, {logits->first + label, -1}};
        if (j == label)
            continue;
        if (text_word(&c->text, " ") || text_number(&c->text, MOST_UNITS, &number))
            return malformed(c, "a margin");
        if (!number)
            return fault_set(c->fault, "the margin over class %zu is not positive", j);
        if (!is_proved(c, last, terms, 2, -(double)number * c->unit))
            return fault_set(c->fault, "the margin %g over class %zu is not implied",
                             (double)number * c->unit, j);
    }
    if (text_word(&c->text, "\n") || c->text.at != c->text.end)
        return malformed(c, "nothing after the margins");
    return c->rows.disputed ? fault_set(c->fault, "MPFR contradicts a step of ours") : 0;
}

/* Which rows MPFR looks at depends on the evidence. */
static uint64_t choice_of(const char *text, const char *end)
{
    char digest[DIGEST_HEX];
    digest_of(text, (size_t)(end - text), digest);
    digest[16] = 0;
    return strtoull(digest, NULL, 16);
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
        const struct graph_layer *g = &a->layers[k];
        if (!g->readers || g->kind == AFFINE)
            continue;
        if (g->kind == SUM) {
            pass_on(c, k);
            continue;
        }
        struct grid grid = grid_of(a, g);
        if (take_values(c, &grid) || take_windows(c, g, &grid))
            return -1;
        c->rows.bounded[k] = 1;
    }
    return take_margins(c, last, label);
}

int audit_linear(const struct audit_network *a, const float *input, int label, const char *text,
                 const char *end, struct fault *fault)
{
    struct claims c = {.network = a, .text = {text, end}, .fault = fault};
    if (a->network->kind != NETWORK_FEEDFORWARD)
        return fault_set(fault, "linear evidence is for feed-forward networks");
    rows_make(&c.rows, a, input, choice_of(text, end));
    int failed = take_all(&c, (size_t)label);
    rows_clear(&c.rows);
    return failed ? -1 : 0;
}
