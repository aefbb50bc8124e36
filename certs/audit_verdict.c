/* audit_verdict.c -- see audit_verdict.h. */
#include "audit_verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "specs/digest.h"

int audit_open(struct audit *a, const struct statement_files *files, struct fault *fault)
{
    struct statement *s = &a->statement;
    *a = (struct audit){.first_rejected = SIZE_MAX};
    if (!statement_open(s, files, fault) &&
        !audit_network_prepare(&a->network, &s->model.network, &s->box, fault))
        return 0;
    audit_close(a);
    return -1;
}

void audit_close(struct audit *a)
{
    audit_network_clear(&a->network);
    statement_close(&a->statement);
}

static int by_hash(const void *a, const void *b)
{
    return memcmp(a, b, DIGEST_HEX);
}

size_t audit_part_choose(const char *digest, uint64_t seed, double fraction, size_t count,
                         unsigned char *chosen)
{
    char(*hash)[DIGEST_HEX] = fault_alloc(2 * count, sizeof *hash); /* the second half: sorted */
    double wish = fraction * (double)count;
    size_t wanted = wish < 1 ? 1 : wish >= (double)count ? count : (size_t)wish;
    for (size_t i = 0; i < count; i++) {
        char text[160];
        snprintf(text, sizeof text, "%s %llu %zu", digest, (unsigned long long)seed, i);
        digest_of(text, strlen(text), hash[i]);
        memcpy(hash[count + i], hash[i], DIGEST_HEX);
    }
    qsort(hash + count, count, DIGEST_HEX, by_hash);
    for (size_t i = 0; i < count; i++)
        chosen[i] = by_hash(hash[i], hash[count + wanted - 1]) <= 0;
    free(hash);
    return wanted;
}

size_t audit_part_false(size_t checked, size_t all)
{
    arb_t share;
    arf_t most;
    if (checked >= all || !checked)
        return checked ? 1 : all;
    arb_init(share);
    arf_init(most);
    arb_set_d(share, PART_DOUBT);
    arb_root_ui(share, share, checked, AUDIT_BITS);
    arb_sub_ui(share, share, 1, AUDIT_BITS);
    arb_neg(share, share);
    arb_mul_ui(share, share, all, AUDIT_BITS); /* all (1 - PART_DOUBT^(1/checked)) */
    arb_get_ubound_arf(most, share, AUDIT_BITS);
    size_t least = (size_t)arf_get_si(most, ARF_RND_CEIL);
    arb_clear(share);
    arf_clear(most);
    return least;
}

/* Count what came of sample i; one thread at a time. */
static void take(struct audit *a, size_t i, enum evidence outcome, const struct fault *why)
{
    const struct certificate *c = &a->statement.certificate;
    const struct certificate_sample *sample = &c->samples[i];
    a->checked[sample->verdict] += outcome == EVIDENCE_HOLDS;
    a->rejected += outcome == EVIDENCE_FAILS;
    a->open -= outcome != EVIDENCE_OPEN;
    if (outcome == EVIDENCE_FAILS && i < a->first_rejected) {
        a->first_rejected = i;
        fault_set(&a->why, "line %zu, sample %zu, %s: %s", sample->line, c->first + i,
                  certificate_verdict_name(sample->verdict), why->text);
    }
}

void audit_run(struct audit *a, double fraction, uint64_t seed)
{
    const struct statement *s = &a->statement;
    const struct certificate *c = &s->certificate;
    unsigned char *chosen = fault_alloc(c->count, 1);
    a->looked = audit_part_choose(c->digest, seed, fraction, c->count, chosen);
    a->part = fraction < 1 || a->looked < c->count;
    a->open = a->looked; /* until something came of them */
#pragma omp parallel
    {
        int rounds = !audit_round_upward();
#pragma omp for schedule(dynamic, 1)
        for (size_t i = 0; i < c->count; i++) {
            const float *input = s->set.inputs + (c->first + i) * s->set.features;
            struct fault why = {"the machine does not round upward"};
            enum evidence outcome = EVIDENCE_FAILS;
            if (!chosen[i])
                continue;
            if (rounds)
                outcome = audit_evidence(&a->network, &s->box, &c->samples[i], input, &why);
#pragma omp critical(audit)
            take(a, i, outcome, &why);
        }
        audit_round_nearest();
    }
    free(chosen);
}
