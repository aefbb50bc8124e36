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
    struct stages stages;
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

/* " LOW+WIDTH" of one value, checked. */
static int take_value(struct claims *c, size_t k, size_t place, size_t unit)
{
    struct stage *s = &c->stages.stage[k];
    size_t size, width;
    int minus;
    if (text_word(&c->text, " "))
        return malformed(c, "a blank before each value");
    minus = !text_word(&c->text, "-");
    if (text_number(&c->text, MOST_UNITS, &size) || (minus && !size) || text_word(&c->text, "+") ||
        text_number(&c->text, MOST_UNITS, &width))
        return malformed(c, "a value's bounds, LOW+WIDTH");
    double low = minus ? -(double)size : (double)size;
    struct span claim = {-low * c->unit, (low + (double)width) * c->unit};
    struct term above = {place, unit, 1}, below = {place, unit, -1};
    int wrong = !is_proved(c, k, &below, 1, claim.down) ? -1 : !is_proved(c, k, &above, 1, claim.up);
    if (wrong)
        return fault_set(c->fault, "layer %zu, place %zu, unit %zu: the %s bound %g is not implied",
                         s->index, place, unit, wrong < 0 ? "lower" : "upper",
                         wrong < 0 ? -claim.down : claim.up);
    span_put(&s->values, place * s->units + unit, claim);
    return 0;
}

/* Bounds that are computed, not claimed: the first layer's, and others by going all the way back. */
static int find_values(struct claims *c, size_t k)
{
    struct stage *s = &c->stages.stage[k];
    for (size_t i = 0; i < s->height * s->width * s->units; i++) {
        struct term above = {i / s->units, i % s->units, 1}, below = {above.place, above.unit, -1};
        struct span v = {rows_bound(&c->rows, k, &below, 1, -INFINITY),
                         rows_bound(&c->rows, k, &above, 1, -INFINITY)};
        if (!audit_finite(v))
            return fault_set(c->fault, "layer %zu: the bounds overflow", s->index);
        span_put(&s->values, i, v);
    }
    return 0;
}

static int take_values(struct claims *c, size_t k)
{
    const struct stage *s = &c->stages.stage[k];
    size_t found;
    if (k == 0)
        return find_values(c, k);
    if (!text_word(&c->text, " found "))
        return text_number(&c->text, s->index, &found) || found != s->index ||
                       text_word(&c->text, "\n")
                   ? fault_set(c->fault, "evidence: expected 'found' of layer %zu", s->index)
                   : find_values(c, k);
    if (read_head(c, "bounds", s->index))
        return -1;
    for (size_t place = 0; place < s->height * s->width; place++) {
        for (size_t unit = 0; unit < s->units; unit++)
            if (take_value(c, k, place, unit))
                return -1;
        if (text_word(&c->text, "\n"))
            return malformed(c, "the end of the line after a place's units");
    }
    return 0;
}

/* A window's claim: which members are named, and how. */
struct choice {
    size_t k, index, unit, members;
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
    const struct stage *s = &c->stages.stage[w->k];
    size_t place = stage_member(s, w->index, i), best = stage_member(s, w->index, w->winner);
    struct span v = span_at(&s->values, place * s->units + w->unit);
    struct span winner = span_at(&s->values, best * s->units + w->unit);
    if (v.up <= 0 || v.up < least_maximum || v.up + winner.down <= w->excess)
        return 1;
    struct term terms[2] = {{place, w->unit, 1}, {best, w->unit, -1}};
    return is_proved(c, w->k, terms, 2, w->excess);
}

/* Bounds of all members, then of the window, and its line, from what is claimed of it. */
static int settle_window(struct claims *c, const struct choice *w)
{
    struct stage *s = &c->stages.stage[w->k], *reader = s + 1;
    struct line *line = &s->lines[w->index * s->units + w->unit];
    struct span all = {INFINITY, -INFINITY};
    *line = (struct line){(uint32_t)stage_member(s, w->index, w->winner),
                          (uint32_t)stage_member(s, w->index, w->top), 0, 0, w->excess};
    for (size_t i = 0; i < w->members; i++) {
        size_t place = stage_member(s, w->index, i);
        struct span v = span_at(&s->values, place * s->units + w->unit);
        all = (struct span){audit_min(all.down, v.down), audit_max(all.up, v.up)};
        if (w->named[i] && i != w->top)
            line->others = audit_max(line->others, v.up);
    }
    for (size_t i = 0; i < w->members; i++)
        if (!w->named[i] && !is_beaten(c, w, i, -all.down))
            return fault_set(c->fault, "layer %zu, window %zu, unit %zu: member %zu is not proved "
                             "to be at most member %zu + %g", s->index, w->index, w->unit, i,
                             w->winner, w->excess);
    struct span winner = span_at(&s->values, line->below * s->units + w->unit);
    struct span top = span_at(&s->values, line->above * s->units + w->unit);
    line->follows = winner.down <= 0 || winner.up > winner.down;
    span_put(&reader->reads, stage_read(reader, s->width / s->size, w->index) + w->unit,
             (struct span){audit_min(all.down, 0),
                           audit_min(line_at(line, top.up), audit_max(all.up, 0))});
    return 0;
}

static int take_windows(struct claims *c, size_t k)
{
    const struct stage *s = &c->stages.stage[k];
    if (s->size > 1 && read_head(c, "windows", s->index))
        return -1;
    for (size_t index = 0; index < stage_windows(s); index++) {
        for (size_t unit = 0; unit < s->units; unit++) {
            struct choice w = {.k = k, .index = index, .unit = unit, .members = s->size * s->size,
                               .named = {0}};
            w.named[0] = s->size == 1;
            if ((s->size > 1 && read_window(c, &w)) || settle_window(c, &w))
                return -1;
        }
        if (s->size > 1 && text_word(&c->text, "\n"))
            return malformed(c, "the end of the line after a window's units");
    }
    return 0;
}

static int take_margins(struct claims *c, size_t classes, size_t label)
{
    size_t last = c->stages.count - 1;
    if (read_head(c, "margins", c->stages.stage[last].index))
        return -1;
    for (size_t j = 0; j < classes; j++) {
        size_t number;
        struct term own = {0, label, -1}, other = {0, j, 1};
        struct term terms[2] = {j < label ? other : own, j < label ? own : other};
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

/* All of it, for stages and rows that are made. */
static int take_all(struct claims *c, size_t classes, int label)
{
    for (size_t k = 0; k + 1 < c->stages.count; k++)
        if (take_values(c, k) || take_windows(c, k))
            return -1;
    return take_margins(c, classes, (size_t)label);
}

int audit_linear(const struct audit_network *a, const float *input, int label, const char *text,
                 const char *end, struct fault *fault)
{
    struct claims *c = fault_alloc(1, sizeof *c);
    c->text = (struct text){text, end};
    c->fault = fault;
    int failed = stages_make(&c->stages, a, input, fault);
    if (!failed) {
        rows_make(&c->rows, &c->stages, choice_of(text, end));
        failed = take_all(c, a->network->class_count, label);
        rows_clear(&c->rows);
    }
    stages_clear(&c->stages);
    free(c);
    return failed ? -1 : 0;
}
