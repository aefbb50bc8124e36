/* certificate_raster.c -- see certificate_raster.h. */
#include "certificate_raster.h"

#include <stdio.h>
#include <string.h>

/* The next node: 1 for a leaf, 0 for a split, or -1 with the defect. */
static int read_node(struct text *text, size_t steps, size_t units, struct raster_case *split,
                     struct fault *fault)
{
    if (!text_word(text, " leaf\n"))
        return 1;
    if (text->at == text->end)
        return fault_set(fault, "the evidence ends before the last case");
    if (text_word(text, " split "))
        return fault_set(fault, "neither a leaf nor a split");
    if (text_number(text, steps - 1, &split->step) || text_word(text, " ") ||
        text_number(text, units - 1, &split->unit) || text_word(text, "\n"))
        return fault_set(fault, "a split is at none of the steps and neurons");
    split->fires = 1;
    return 0;
}

int raster_leaf(struct raster_tree *t, size_t steps, size_t units, struct fault *fault)
{
    int leaf;
    while (t->leaves && t->depth && !t->cases[t->depth - 1].fires)
        t->depth--; /* both of its cases are done */
    if (t->leaves && !t->depth)
        return t->text.at == t->text.end
                   ? 0
                   : fault_set(fault, "evidence goes on after the last case");
    if (t->leaves)
        t->cases[t->depth - 1].fires = 0;
    while (!(leaf = read_node(&t->text, steps, units, &t->cases[t->depth], fault)))
        if (++t->depth == RASTER_CASES || ++t->splits == RASTER_CASES)
            return fault_set(fault, "more than %d cases", RASTER_CASES);
    t->leaves++;
    return leaf;
}

static int wrong(const struct raster *r, size_t unit, const char *what)
{
    return fault_set(r->fault, "step %zu, neuron %zu: %s", r->step, unit, what);
}

int raster_line(struct raster *r)
{
    const char *from = r->text.at, *stop = memchr(from, '\n', (size_t)(r->text.end - from));
    if (!stop)
        return fault_set(r->fault, "step %zu: the raster ends too early", r->step);
    r->line = (struct text){from, stop};
    r->text.at = stop + 1;
    if (stop - from == 1 && *from == ' ') /* nobody fires */
        r->line.at++;
    return 0;
}

int raster_line_end(struct raster *r)
{
    size_t left = (size_t)(r->line.end - r->line.at);
    if (left)
        return fault_set(r->fault, "step %zu: the line goes on with '%.*s'", r->step,
                         left < 20 ? (int)left : 20, r->line.at);
    r->step++;
    return 0;
}

/* Is the line's next word about this neuron? */
static int concerns(struct raster *r, size_t unit)
{
    char name[32];
    struct text *line = &r->line, before = *line;
    snprintf(name, sizeof name, " %zu", unit);
    if (text_word(line, name))
        return 0;
    if (line->at == line->end || *line->at < '0' || *line->at > '9')
        return 1;
    *line = before;
    return 0;
}

static int read_groups(struct raster *r, size_t unit, int named, struct raster_word *word)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
    size_t joined = 0;
    if (!named || text_word(&r->line, "/")) {
        for (size_t s = 0; s < word->successors; s++)
            word->group[s] = (unsigned char)s;
        word->groups = word->successors;
        return word->groups > RASTER_HISTORIES ? wrong(r, unit, "too many histories") : 0;
    }
    word->groups = 0;
    for (size_t s = 0; s < word->successors; s++, r->line.at++) {
        const char *at = r->line.at;
        const char *digit = at < r->line.end && *at ? strchr(digits, *at) : NULL;
        if (!digit || (size_t)(digit - digits) > word->groups)
            return wrong(r, unit, "the groups of its histories are not numbered in order");
        word->group[s] = (unsigned char)(digit - digits);
        joined += word->group[s] < word->groups;
        word->groups += word->group[s] == word->groups;
    }
    return joined ? 0 : wrong(r, unit, "groups are written that join nothing");
}

int raster_word(struct raster *r, size_t unit, size_t histories, struct raster_word *word)
{
    int quiet = 1, named = concerns(r, unit);
    if (named && histories > 1 && text_word(&r->line, ":"))
        return wrong(r, unit, "a colon is missing before its histories");
    word->successors = 0;
    for (size_t k = 0; k < histories; k++) {
        char outcome = !named ? '-' : r->line.at < r->line.end ? *r->line.at++ : ' ';
        if (!strchr("+-?x", outcome) || !outcome)
            return wrong(r, unit, "an outcome is missing or none of + - ? x");
        word->outcome[k] = outcome;
        quiet &= outcome == '-';
        word->successors += outcome == '?' ? 2 : outcome != 'x';
    }
    if (!word->successors)
        return wrong(r, unit, "no history is left");
    if (read_groups(r, unit, named, word))
        return -1;
    return named && quiet && word->groups == histories
               ? wrong(r, unit, "it is written that nothing happens")
               : 0;
}
