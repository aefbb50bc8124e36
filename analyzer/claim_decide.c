/* claim_decide.c -- see claim_decide.h. */
#include "claim_decide.h"

#include <gmp.h>
#include <string.h>

#include "console/exits.h"
#include "analyzer/claim_measure.h"
#include "analyzer/domains/trace.h"
#include "specs/decimal.h"

/* A promised probability is a decimal from 0 to 1. */
static int check_yield(const struct claim *claim, struct fault *fault)
{
    mpq_t p;
    mpq_init(p);
    int failed = decimal_parse(claim->probability, p, fault) || mpq_sgn(p) < 0 ||
                 mpq_cmp_ui(p, 1, 1) > 0;
    mpq_clear(p);
    return failed ? fault_set(fault, "chip_yield: '%.60s' is not a decimal from 0 to 1",
                              claim->probability) : 0;
}

int claim_ask(const struct claim *claim, struct arguments *a, struct fault *fault)
{
    struct box box;
    int criterion = criterion_from_name(claim->criterion);
    int domain = bounder_domain_from_name(claim->domain);
    int split = split_from_name(claim->split);
    if (criterion < 0)
        return fault_set(fault, "criterion: '%.60s' is unknown; margin or disjoint",
                         claim->criterion);
    if (domain < 0)
        return fault_set(fault, "domain: '%.60s' is unknown; auto, box, trace or linear",
                         claim->domain);
    if (split < 0)
        return fault_set(fault, "split: '%.60s' is unknown; test, valid or train", claim->split);
    if (claim->disjuncts < 1 || claim->disjuncts > TRACE_MOST_DISJUNCTS)
        return fault_set(fault, "disjuncts: %zu is not from 1 to %d", claim->disjuncts,
                         TRACE_MOST_DISJUNCTS);
    if (claim->splits > 1000000)
        return fault_set(fault, "splits: %zu is more than 1000000", claim->splits);
    if (box_form_parse(&a->settings.box, claim->box, fault) ||
        box_init(&box, BOX_RELATIVE, claim->zeta, fault))
        return -1;
    box_clear(&box);
    if (a->settings.box.kind == BOX_FILE)
        return fault_set(fault, "box: '%.60s' is a file, whose bytes a claim does not name; any "
                         "other kind", claim->box);
    if ((claim->has_yield && check_yield(claim, fault)) ||
        claim_measure_check(claim->promises, fault))
        return -1;
    memcpy(a->promises, claim->promises, sizeof a->promises);
    a->settings.box.exact_bias = claim->exact_bias;
    a->settings.box.folded_bias = claim->folded_bias;
    a->settings.criterion = (enum criterion)criterion;
    a->settings.domain = (enum bounder_domain)domain;
    a->settings.disjuncts = (int)claim->disjuncts;
    a->settings.splits = claim->splits;
    a->split = (enum split)split;
    a->whole = 0;
    a->from = claim->first;
    a->to = claim->first + claim->count;
    a->model = claim->model;
    a->zetas[0] = claim->zeta;
    a->zeta_count = 1;
    a->sigma = claim->has_yield ? claim->sigma : NULL;
    return 0;
}

int claim_check(const struct claim *claim, const struct model *model, const struct dataset *set,
                struct fault *fault)
{
    if (strcmp(claim->model_sha256, model->sha256))
        return fault_set(fault, "%.200s: another model than the claim's: sha256 %s, claimed %s",
                         claim->model, model->sha256, claim->model_sha256);
    if (strcmp(claim->data_sha256, set->sha256))
        return fault_set(fault, "%s: other data than the claim's: sha256 %s, claimed %s", set->name,
                         set->sha256, claim->data_sha256);
    return 0;
}

/* Is the promised probability proven (1), disproven (-1), or neither? */
static int compare_yield(const struct claim *claim, const struct yield *yield)
{
    mpq_t promised, bound;
    if (!yield)
        return 0;
    mpq_init(promised);
    mpq_init(bound);
    int known = decimal_parse(claim->probability, promised, NULL) == 0, sign = 0;
    mpq_set_d(bound, yield->lower);
    if (known && mpq_cmp(bound, promised) >= 0)
        sign = 1;
    mpq_set_d(bound, yield->upper);
    if (known && mpq_cmp(bound, promised) < 0)
        sign = -1;
    mpq_clear(promised);
    mpq_clear(bound);
    return sign;
}

/* Says what was measured of each promise.  Returns 1 if all are kept, -1 if one is not, 0 if that is
 * open. */
static int compare_promises(const struct claim *claim, size_t samples, const size_t *correct,
                               FILE *stream)
{
    int kept = 1;
    for (int kind = 0; kind < CLAIM_MEASURES; kind++) {
        const struct claim_promise *p = &claim->promises[kind];
        if (!p->made)
            continue;
        if (!correct) {
            kept = 0;
            continue;
        }
        fprintf(stream, "measured  %s, %s, %s: %zu of %zu answers right on %zu chip%s, %zu "
                "promised\n", claim_measure_names[kind], p->how, p->size, correct[kind],
                samples * p->chips, p->chips, p->chips == 1 ? "" : "s", p->correct);
        kept = correct[kind] < p->correct ? -1 : kept;
    }
    return kept;
}

int claim_verdict(const struct claim *claim, const struct prover_run *run,
                  const struct yield *yield, const size_t *correct, FILE *stream)
{
    int kept = compare_promises(claim, run->samples, correct, stream);
    if (kept < 0) {
        fprintf(stream, "claim     VIOLATED: a measurement does not reach what was promised\n");
        return EXIT_VIOLATED;
    }
    int chips = claim->has_yield ? compare_yield(claim, yield) : 1;
    size_t lost = run->falsified + run->misclassified;
    if (run->certified >= claim->certified && chips > 0 && kept > 0) {
        fprintf(stream, "claim     holds: %zu of %zu samples certified, %zu promised\n",
                run->certified, run->samples, claim->certified);
        return EXIT_DONE;
    }
    if (run->samples - lost < claim->certified || chips < 0) {
        fprintf(stream, "claim     VIOLATED: %zu of %zu samples are wrong or broken, %zu were "
                "promised right%s\n", lost, run->samples, claim->certified,
                chips < 0 ? "; a chip lies in the box less often than promised" : "");
        return EXIT_VIOLATED;
    }
    fprintf(stream, "claim     inconclusive: %zu of %zu samples certified, %zu promised%s%s\n",
            run->certified, run->samples, claim->certified,
            chips > 0 ? "" : "; the chips' yield is not decided",
            kept > 0 ? "" : "; not everything promised was measured");
    return EXIT_INCONCLUSIVE;
}

/* Text into a claim's buffer; -1 if it does not fit. */
static int put(char *into, size_t size, const char *text)
{
    return (size_t)snprintf(into, size, "%s", text) < size ? 0 : -1;
}

/* The model's name from the folder that the claim is in. */
static int name_model(struct claim *claim, const char *model, const char *path,
                      struct fault *fault)
{
    const char *name = strrchr(model, '/'), *own = strrchr(path, '/');
    size_t folder = name ? (size_t)(name - model) : 0;
    if (folder != (own ? (size_t)(own - path) : 0) || strncmp(model, path, folder))
        return fault_set(fault, "--claim: %.200s is not in the model's folder; a claim names its "
                         "model from there", path);
    return put(claim->model, sizeof claim->model, name ? name + 1 : model);
}

int claim_make(const struct report *r, const char *sigma, const struct yield *yield,
               const struct claim_promise *promises, const char *path, struct fault *fault)
{
    const struct prover_settings *s = r->settings;
    struct claim claim = {
        .first = r->first, .count = r->count, .exact_bias = s->box.exact_bias,
        .folded_bias = s->box.folded_bias, .disjuncts = (size_t)s->disjuncts,
        .splits = s->splits, .certified = r->runs[0].certified, .has_yield = yield != NULL,
    };
    memcpy(claim.promises, promises, sizeof claim.promises);
    if (name_model(&claim, r->model_path, path, fault))
        return -1;
    int failed = put(claim.model_sha256, DIGEST_HEX, r->model->sha256) ||
                 put(claim.data_sha256, DIGEST_HEX, r->set->sha256) ||
                 put(claim.split, CLAIM_TEXT, r->split) ||
                 put(claim.box, CLAIM_TEXT,
                     s->box.typed ? s->box.typed : box_kind_name(s->box.kind)) ||
                 put(claim.zeta, CLAIM_TEXT, r->runs[0].zeta) ||
                 put(claim.criterion, CLAIM_TEXT, criterion_name(s->criterion)) ||
                 put(claim.domain, CLAIM_TEXT, bounder_domain_name(s->domain));
    if (yield) {
        char least[YIELD_TEXT];
        yield_text(yield, least);
        failed |= put(claim.sigma, CLAIM_TEXT, sigma) ||
                  put(claim.probability, CLAIM_TEXT, least);
    }
    if (failed)
        return fault_set(fault, "--claim: the box's name is too long for a claim");
    return claim_write(&claim, path, fault);
}
