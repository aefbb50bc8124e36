/* breaking.c -- see breaking.h. */
#include "breaking.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/numbers/rounding.h"

/* Search the box at place `at`.  1 found, 0 not, -1 with the reason. */
static int try_box(const struct breaking *b, size_t at, const float *input, int label,
                   uint64_t seed, uint64_t draw, float *star, struct fault *fault)
{
    struct box box;
    if (prover_box(b->settings, b->network, b->zetas[at], &box, fault))
        return -1;
    struct counterexample *search =
        counterexample_new(b->network, &box, b->budget, b->settings->bits);
    struct counterexample_work *work = counterexample_work_new(search);
    int found = counterexample_find(search, work, input, label, seed, draw, star, NULL);
    counterexample_work_free(work);
    counterexample_free(search);
    box_clear(&box);
    return found;
}

/* Is star in the box at place `at` already?  -1 with the reason. */
static int holds(const struct breaking *b, size_t at, const float *star, struct fault *fault)
{
    struct box box;
    struct rounding_scope scope;
    if (prover_box(b->settings, b->network, b->zetas[at], &box, fault))
        return -1;
    rounding_enter_nearest(&scope);
    int inside = box_contains(&box, b->network, star, NULL);
    rounding_leave(&scope);
    box_clear(&box);
    return inside;
}

int breaking_find(const struct breaking *b, const float *input, int label, uint64_t seed,
                  uint64_t draw, float *star, size_t *least, struct fault *fault)
{
    size_t low = 0; /* places below were searched in vain, or are below one that was */
    float *here = fault_alloc(b->network->parameter_count, sizeof *here);
    int found = 0;
    *least = b->count;
    while (low < *least && found >= 0) {
        size_t middle = *least == b->count && low == 0 ? b->count - 1 : low + (*least - low) / 2;
        found = try_box(b, middle, input, label, seed, draw, here, fault);
        if (found == 0)
            low = middle + 1;
        if (found <= 0)
            continue;
        memcpy(star, here, b->network->parameter_count * sizeof *star);
        *least = middle;
        while (*least > low && (found = holds(b, *least - 1, star, fault)) > 0)
            --*least;
    }
    free(here);
    return found < 0 ? -1 : 0;
}
