/* audit_verdict.c -- see audit_verdict.h. */
#include "audit_verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "specs/digest.h"

/* The samples named must exist, with these labels. */
static int check_samples(const struct audit *a, struct fault *fault)
{
    const struct certificate *c = &a->certificate;
    if (a->set.features != a->model.network.input_count ||
        a->set.classes != a->model.network.class_count)
        return fault_set(fault, "the data do not have the network's inputs and classes");
    if (c->first > a->set.count || c->count > a->set.count - c->first)
        return fault_set(fault, "samples %zu to %zu are claimed, the data have %zu", c->first,
                         c->first + c->count - 1, a->set.count);
    for (size_t i = 0; i < c->count; i++)
        if (c->samples[i].label != a->set.labels[c->first + i])
            return fault_set(fault, "line %zu: the label of sample %zu is %d", c->samples[i].line,
                             c->first + i, a->set.labels[c->first + i]);
    return 0;
}

/* The certificate, the model and the data, each bound to the next by its digest. */
static int open_files(struct audit *a, const char *certificate, const char *model,
                      const char *data, struct fault *fault)
{
    if (certificate_read(&a->certificate, certificate, fault) ||
        model_read(&a->model, model, fault))
        return -1;
    if (strcmp(a->certificate.model, a->model.sha256))
        return fault_set(fault, "%s: the certificate speaks of another model, SHA-256 %s", model,
                         a->certificate.model);
    if (dataset_load(&a->set, a->model.task, a->model.input, a->certificate.split, data, fault))
        return -1;
    if (strcmp(a->certificate.data, a->set.sha256))
        return fault_set(fault, "%s: the certificate speaks of other data, SHA-256 %s",
                         a->set.name, a->certificate.data);
    return check_samples(a, fault);
}

/* The box, and what encloses it and the model itself. */
static int enclose(struct audit *a, struct fault *fault)
{
    const struct certificate *c = &a->certificate;
    const struct network *network = &a->model.network;
    unsigned char folded[NETWORK_TENSORS];
    model_folded(&a->model, folded);
    return box_make(&a->box, &c->form, c->zeta, network, folded, fault) ||
           audit_network_prepare(&a->network, network, &a->box, fault);
}

int audit_open(struct audit *a, const char *certificate, const char *model, const char *data,
               struct fault *fault)
{
    *a = (struct audit){.name = certificate, .model_name = model, .first_rejected = SIZE_MAX};
    if (!open_files(a, certificate, model, data, fault) && !enclose(a, fault))
        return 0;
    audit_close(a);
    return -1;
}

void audit_close(struct audit *a)
{
    audit_network_clear(&a->network);
    if (a->box.network)
        box_clear(&a->box);
    dataset_clear(&a->set);
    model_clear(&a->model);
    certificate_clear(&a->certificate);
    memset(a, 0, sizeof *a);
}

struct ticket {
    char hash[DIGEST_HEX];
    size_t index;
};

static int by_hash(const void *a, const void *b)
{
    return strcmp(((const struct ticket *)a)->hash, ((const struct ticket *)b)->hash);
}

size_t audit_part_choose(const char *digest, uint64_t seed, double fraction, size_t count,
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
    const struct certificate_sample *sample = &a->certificate.samples[i];
    a->checked[sample->verdict] += outcome == EVIDENCE_HOLDS;
    a->rejected += outcome == EVIDENCE_FAILS;
    a->open -= outcome != EVIDENCE_OPEN;
    if (outcome == EVIDENCE_FAILS && i < a->first_rejected) {
        a->first_rejected = i;
        fault_set(&a->why, "line %zu, sample %zu, %s: %s", sample->line, a->certificate.first + i,
                  certificate_verdict_name(sample->verdict), why->text);
    }
}

void audit_run(struct audit *a, double fraction, uint64_t seed)
{
    const struct certificate *c = &a->certificate;
    unsigned char *chosen = fault_alloc(c->count, 1);
    a->looked = audit_part_choose(c->digest, seed, fraction, c->count, chosen);
    a->part = fraction < 1 || a->looked < c->count;
    a->open = a->looked; /* until something came of them */
#pragma omp parallel
    {
        int rounds = !audit_round_upward();
#pragma omp for schedule(dynamic, 1)
        for (size_t i = 0; i < c->count; i++) {
            const float *input = a->set.inputs + (c->first + i) * a->set.features;
            struct fault why = {"the machine does not round upward"};
            enum evidence outcome = EVIDENCE_FAILS;
            if (!chosen[i])
                continue;
            if (rounds)
                outcome = audit_evidence(&a->network, &a->box, &c->samples[i], input, &why);
#pragma omp critical(audit)
            take(a, i, outcome, &why);
        }
        audit_round_nearest();
    }
    free(chosen);
}
