/* trace_script.c -- a run's choices, written down and followed.
 *
 * Per step: the number of successors; for each the history it comes from, times
 * two, plus one if it fires; and for each the number of its group. */
#include <stdlib.h>
#include <string.h>

#include "trace_store.h"

static void put(struct trace_script *script, uint32_t word)
{
    if (script->count == script->capacity) {
        size_t capacity = script->capacity ? 2 * script->capacity : 1 << 14;
        uint32_t *words = realloc(script->words, capacity * sizeof *words);
        require(words);
        script->words = words;
        script->capacity = capacity;
    }
    script->words[script->count++] = word;
}

void trace_record(const struct trace_run *r, struct trace_script *script)
{
    const struct histories *s = &r->next;
    put(script, (uint32_t)s->count);
    for (size_t i = 0; i < s->count; i++)
        put(script, s->from[i] << 1 | (s->spike[i] == SPIKE_FIRES));
    for (size_t i = 0; i < s->count; i++)
        put(script, r->group[i]);
}

const uint32_t *trace_script_words(const struct trace_script *script, size_t *count)
{
    *count = script->count;
    return script->words;
}

static uint32_t get(const struct trace_script *script, size_t *at)
{
    require(*at < script->count);
    return script->words[(*at)++];
}

int trace_replay_successors(struct trace_run *r, const struct trace_script *script, size_t *at)
{
    size_t left = 0;
    r->scripted = get(script, at);
    for (size_t i = 0; i < r->now.count; i++)
        left += (size_t)(r->possible[i] & 1) + (size_t)(r->possible[i] >> 1);
    r->next.count = 0;
    for (size_t i = 0; i < r->scripted; i++) {
        uint32_t word = get(script, at), from = r->place[word >> 1];
        enum spike spike = word & 1 ? SPIKE_FIRES : SPIKE_SILENT;
        r->successor_place[i] = TRACE_NOWHERE;
        if (from == TRACE_NOWHERE || !(r->possible[from] & spike))
            continue;
        r->successor_place[i] = (uint32_t)r->next.count;
        trace_add_successor(r, from, spike);
    }
    return r->next.count == left ? 0 : -1;
}

/* Scripted groups that have a member here are numbered anew, in order. */
void trace_replay_groups(struct trace_run *r, const struct trace_script *script, size_t *at)
{
    const uint32_t *group = script->words + *at;
    uint32_t *place = r->next_place;
    *at += r->scripted;
    require(*at <= script->count);
    for (size_t i = 0; i < r->scripted; i++)
        place[group[i]] = TRACE_NOWHERE;
    for (size_t i = 0; i < r->scripted; i++)
        if (r->successor_place[i] != TRACE_NOWHERE)
            place[group[i]] = 0;
    r->groups = 0;
    size_t groups = 0; /* scripted groups are numbered in the order they appear */
    for (size_t i = 0; i < r->scripted; i++)
        if (group[i] == groups) {
            groups++;
            if (place[group[i]] != TRACE_NOWHERE)
                place[group[i]] = (uint32_t)r->groups++;
        }
    for (size_t i = 0; i < r->scripted; i++)
        if (r->successor_place[i] != TRACE_NOWHERE)
            r->group[r->successor_place[i]] = place[group[i]];
    r->next_place = r->place;
    r->place = place;
}
