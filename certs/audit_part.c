/* audit_part.c -- see audit_part.h. */
#include "audit_part.h"

#include <arb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "specs/digest.h"
#include "specs/fault.h"

#define BITS 128

struct ticket {
    char hash[DIGEST_HEX];
    size_t index;
};

static int by_hash(const void *a, const void *b)
{
    return strcmp(((const struct ticket *)a)->hash, ((const struct ticket *)b)->hash);
}

void audit_part_choose(const char *digest, uint64_t seed, double fraction, size_t count,
                       unsigned char *chosen)
{
    struct ticket *tickets = fault_alloc(count, sizeof *tickets);
    double wish = fraction * (double)count;
    size_t wanted = wish < 1 ? 1 : wish >= (double)count ? count : (size_t)wish;
    for (size_t i = 0; i < count; i++) {
        char text[160];
        snprintf(text, sizeof text, "%s %llu %zu", digest, (unsigned long long)seed, i);
        digest_of(text, strlen(text), tickets[i].hash);
        tickets[i].index = i;
    }
    qsort(tickets, count, sizeof *tickets, by_hash);
    memset(chosen, 0, count);
    for (size_t i = 0; i < wanted; i++)
        chosen[tickets[i].index] = 1;
    free(tickets);
}

/* Is (1 - bad / all)^checked proven to be at most PART_DOUBT? */
static int unlikely(size_t bad, size_t checked, size_t all)
{
    arb_t chance, doubt;
    arb_init(chance);
    arb_init(doubt);
    arb_set_ui(chance, all - bad);
    arb_div_ui(chance, chance, all, BITS);
    arb_pow_ui(chance, chance, checked, BITS);
    arb_set_d(doubt, PART_DOUBT);
    int yes = arb_le(chance, doubt);
    arb_clear(chance);
    arb_clear(doubt);
    return yes;
}

size_t audit_part_false(size_t checked, size_t all)
{
    size_t low = 0, high = all; /* b is in (low, high] */
    if (checked >= all)
        return 1;
    while (all && checked && high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (unlikely(middle, checked, all))
            high = middle;
        else
            low = middle;
    }
    return high;
}
