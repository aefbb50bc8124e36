/* certificate_raster.c -- see certificate_raster.h. */
#include "certificate_raster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A script being read: which neuron every history belongs to. */
struct reading {
    const uint32_t *words;
    size_t at, units;
    size_t count;              /* histories */
    uint32_t *owner, *later;   /* [most histories] */
};

/* One neuron's outcomes and groups, where they are not those of silence. */
static void write_unit(FILE *text, const struct reading *r, uint32_t unit, size_t first,
                       size_t histories, size_t *next, size_t successors, uint32_t group)
{
    const uint32_t *from = r->words + r->at + 1, *groups = from + r->words[r->at];
    size_t begin = *next;
    int quiet = 1, identical = 1;
    char outcome[TRACE_MOST_DISJUNCTS + 1];
    for (size_t k = 0; k < histories; k++) {
        int fires = *next < successors && from[*next] == (uint32_t)(2 * (first + k) + 1);
        *next += (size_t)fires;
        int silent = *next < successors && from[*next] == (uint32_t)(2 * (first + k));
        *next += (size_t)silent;
        outcome[k] = "x-+?"[2 * fires + silent];
        quiet &= outcome[k] == '-';
    }
    for (size_t i = begin; i < *next; i++)
        identical &= groups[i] - group == i - begin;
    if (quiet && identical)
        return;
    fprintf(text, " %u%s%.*s%s", (unsigned)unit, histories > 1 ? ":" : "", (int)histories, outcome,
            identical ? "" : "/");
    for (size_t i = begin; !identical && i < *next; i++)
        fputc("0123456789abcdefghijklmnopqrstuv"[groups[i] - group], text);
}

static void write_step(FILE *text, struct reading *r)
{
    size_t successors = r->words[r->at], next = 0, first = 0, blank = (size_t)ftello(text);
    const uint32_t *from = r->words + r->at + 1, *groups = from + successors;
    uint32_t group = 0;
    while (first < r->count) {
        size_t to = first, begin = next;
        while (to < r->count && r->owner[to] == r->owner[first])
            to++;
        write_unit(text, r, r->owner[first], first, to - first, &next, successors, group);
        for (size_t i = begin; i < next; i++) {
            r->later[groups[i]] = r->owner[first];
            group = groups[i] + 1 > group ? groups[i] + 1 : group;
        }
        first = to;
    }
    require(next == successors);
    fputs((size_t)ftello(text) == blank ? " \n" : "\n", text);
    uint32_t *swap = r->owner;
    r->owner = r->later;
    r->later = swap;
    r->count = group;
    r->at += 1 + 2 * successors;
}

static void write_leaf(FILE *text, const struct trace_script *script, const struct lsnn *l)
{
    size_t count, most = 2 * TRACE_MOST_DISJUNCTS * l->units;
    struct reading r = {.units = l->units, .count = l->units};
    r.words = trace_script_words(script, &count);
    r.owner = fault_alloc(most, sizeof *r.owner);
    r.later = fault_alloc(most, sizeof *r.later);
    for (size_t i = 0; i < l->units; i++)
        r.owner[i] = (uint32_t)i;
    fputs(" leaf\n", text);
    for (size_t t = 0; t < l->steps; t++)
        write_step(text, &r);
    require(r.at == count);
    free(r.owner);
    free(r.later);
}

char *certificate_raster(const struct trace *trace, struct trace_run *run,
                         const struct network *network, const struct cases_request *request)
{
    struct margins margins;
    struct cases_record *record = cases_record_new();
    char *text = NULL;
    size_t length = 0;
    cases_bound(trace, run, request, record, &margins);
    if (verdict_proves(&margins, request->classes, request->label, request->criterion)) {
        FILE *stream = open_memstream(&text, &length);
        require(stream);
        for (size_t i = 0; i < cases_record_count(record); i++) {
            size_t step, unit;
            const struct trace_script *script = cases_record_node(record, i, &step, &unit);
            if (script)
                write_leaf(stream, script, &network->lsnn);
            else
                fprintf(stream, " split %zu %zu\n", step, unit);
        }
        require(!fclose(stream));
    }
    cases_record_free(record);
    return text;
}
