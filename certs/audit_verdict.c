/* audit_verdict.c -- see audit_verdict.h. */
#include "audit_verdict.h"

#include <stdlib.h>
#include <string.h>

#include "audit_evidence.h"
#include "audit_part.h"

const double audit_doubt = PART_DOUBT;

const char audit_scope[] =
    "Proved: for every parameter vector in the box, in real arithmetic, the answers on the samples "
    "counted as certified and checked are right.  Not proved: anything about the rounding of a "
    "float32 execution, about other inputs, or about how likely a chip is in the box.";

static int same(const char *a, const char *b)
{
    return !strcmp(a, b);
}

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
    if (!same(a->certificate.model, a->model.sha256))
        return fault_set(fault, "%s: the certificate speaks of another model, SHA-256 %s", model,
                         a->certificate.model);
    if (dataset_load(&a->set, a->model.task, a->model.input, a->certificate.split, data, fault))
        return -1;
    if (!same(a->certificate.data, a->set.sha256))
        return fault_set(fault, "%s: the certificate speaks of other data, SHA-256 %s",
                         a->set.name, a->certificate.data);
    return check_samples(a, fault);
}

int audit_open(struct audit *a, const char *certificate, const char *model, const char *data,
               struct fault *fault)
{
    unsigned char folded[NETWORK_TENSORS];
    memset(a, 0, sizeof *a);
    a->first_rejected = SIZE_MAX;
    if (open_files(a, certificate, model, data, fault)) {
        audit_close(a);
        return -1;
    }
    model_folded(&a->model, folded);
    if (box_make(&a->box, &a->certificate.form, a->certificate.zeta, &a->model.network, folded,
                 fault)) {
        audit_close(a);
        return -1;
    }
    int failed = audit_network_prepare(&a->around, &a->model.network, &a->box, fault) ||
                 audit_network_prepare(&a->nominal, &a->model.network, NULL, fault);
    if (failed)
        audit_close(a);
    return failed ? -1 : 0;
}

void audit_close(struct audit *a)
{
    audit_network_clear(&a->around);
    audit_network_clear(&a->nominal);
    if (a->box.network)
        box_clear(&a->box);
    dataset_clear(&a->set);
    model_clear(&a->model);
    certificate_clear(&a->certificate);
}

/* Tell what came of sample i; one thread at a time. */
static void take(struct audit *a, size_t i, enum evidence outcome, const struct fault *why)
{
    const struct certificate_sample *sample = &a->certificate.samples[i];
    a->unseen--;
    if (outcome == EVIDENCE_HOLDS)
        a->checked[sample->verdict]++;
    a->open += outcome == EVIDENCE_OPEN;
    a->rejected += outcome == EVIDENCE_FAILS;
    if (outcome == EVIDENCE_FAILS && i < a->first_rejected) {
        a->first_rejected = i;
        fault_set(&a->why, "line %zu, sample %zu, %s: %s", sample->line, a->certificate.first + i,
                  certificate_verdict_name(sample->verdict), why->text);
    }
}

void audit_run(struct audit *a, double fraction, uint64_t seed)
{
    unsigned char *chosen = fault_alloc(a->certificate.count, 1);
    a->part = fraction < 1;
    audit_part_choose(a->certificate.digest, seed, fraction, a->certificate.count, chosen);
    a->looked = 0;
    for (size_t i = 0; i < a->certificate.count; i++)
        a->looked += chosen[i];
    a->unseen = a->looked;
#pragma omp parallel
    {
        int rounds = !audit_round_upward();
#pragma omp for schedule(dynamic, 1)
        for (size_t i = 0; i < a->certificate.count; i++) {
            if (!chosen[i])
                continue;
            struct fault why = {"the machine does not round upward"};
            size_t at = a->certificate.first + i;
            const float *input = a->set.inputs + at * a->set.features;
            enum evidence outcome =
                rounds ? evidence_check(&a->around, &a->nominal, &a->box,
                                        &a->certificate.samples[i], input, &why)
                       : EVIDENCE_FAILS;
#pragma omp critical(audit)
            take(a, i, outcome, &why);
        }
        audit_round_nearest();
    }
    a->open += a->unseen; /* none, or something went wrong */
    free(chosen);
}

const char *audit_word(const struct audit *a)
{
    return a->rejected ? "REJECTED" : a->open ? "INCONCLUSIVE" : a->part ? "ACCEPTED IN PART"
                                                                         : "ACCEPTED";
}

size_t audit_most_false(const struct audit *a)
{
    return audit_part_false(a->looked, a->certificate.count);
}

static double percent(size_t part, size_t whole)
{
    return 100.0 * (double)part / (double)whole;
}

void audit_print(FILE *stream, const struct audit *a, const char *certificate, const char *model)
{
    const struct certificate *c = &a->certificate;
    size_t proven = a->checked[CERTIFIED_BOX] + a->checked[CERTIFIED_TRACE] +
                    a->checked[CERTIFIED_LINEAR];
    size_t claimed = c->counts[CERTIFIED_BOX] + c->counts[CERTIFIED_TRACE] +
                     c->counts[CERTIFIED_LINEAR];
    fprintf(stream, "certificate  %s\n", certificate);
    fprintf(stream, "model        %s\n             sha256 %s\n", model, a->model.sha256);
    fprintf(stream, "data         %s, samples %zu to %zu of %zu\n             sha256 %s\n",
            a->set.name, c->first, c->first + c->count - 1, a->set.count, a->set.sha256);
    fprintf(stream, "box          %s, zeta %s%s\n", c->box_typed, c->zeta,
            c->form.exact_bias ? ", biases exact" : "");
    fprintf(stream, "\n%-16s %8s %8s\n", "verdict", "claimed", "checked");
    for (int v = 0; v < CERTIFICATE_VERDICTS; v++) {
        fprintf(stream, "%-16s %8zu", certificate_verdict_name((enum certificate_verdict)v),
                c->counts[v]);
        if (v == UNKNOWN || v == UNCLAIMED)
            fprintf(stream, " %8s\n", "-");
        else
            fprintf(stream, " %8zu\n", a->checked[v]);
    }
    fprintf(stream, "\ncertified accuracy claimed %.2f %%, proved here %.2f %%\n",
            percent(claimed, c->count), percent(proven, c->count));
    fprintf(stream, "\n%s\n", audit_scope);
    if (a->part && !a->rejected)
        fprintf(stream, "\nOnly %zu of %zu samples were looked at.  If %zu or more of all were "
                "false, this would\nhave been noticed with a probability of at least 1 - %g, "
                "provided that --seed was\nchosen after the certificate was made.\n",
                a->looked, c->count, audit_most_false(a), audit_doubt);
    fprintf(stream, "\n%s\n", audit_word(a));
}
