/* conclude.c -- see conclude.h. */
#include "conclude.h"

#include <string.h>

#include "analyzer/certificate_write.h"
#include "analyzer/claim_decide.h"
#include "analyzer/claim_measure.h"
#include "analyzer/curve.h"
#include "console/exits.h"
#include "console/interrupt.h"

/* Measure what is promised of a run that went to its end; `measured` is what a claim may promise
 * then.  Returns `correct` filled, or NULL where it was not measured. */
static const size_t *measure_promises(const struct arguments *a, const struct report *report,
                                      struct claim_promise *measured, size_t *correct)
{
    memcpy(measured, a->promises, sizeof a->promises);
    if (!report->run_count || report->runs[0].interrupted ||
        claim_measure(a->promises, report->model, report->set, report->first, report->count,
                      interrupt_seen, correct))
        return NULL;
    for (int kind = 0; kind < CLAIM_MEASURES; kind++)
        measured[kind].correct = correct[kind];
    return correct;
}

static int write_reports(const struct arguments *a, const struct report *report,
                         const struct claim_promise *measured, const size_t *correct,
                         struct fault *fault)
{
    if (a->json && report_json(report, a->json, fault))
        return -1;
    if (a->csv && report_csv(report, a->csv, fault))
        return -1;
    if (a->claim && !correct)
        fprintf(stderr, "certify: no claim is written of a run that was stopped\n");
    else if (a->claim && claim_make(report, a->sigma, report->yields, measured, a->claim,
                                    fault))
        return -1;
    if (a->cert && report->run_count && certificate_write(report, &a->attack, a->detail, a->cert, fault))
        return -1;
    return a->plot ? curve_draw(report, a->plot, fault) : 0;
}

int conclude(const struct arguments *a, const struct claim *claim,
                    const struct report *report, int status, FILE *out, struct fault *fault)
{
    struct claim_promise measured[CLAIM_MEASURES];
    size_t counts[CLAIM_MEASURES] = {0};
    const size_t *correct =
        a->claim || a->is_claim ? measure_promises(a, report, measured, counts) : NULL;
    if (write_reports(a, report, measured, correct, fault)) {
        fprintf(stderr, "certify: %s\n", fault->text);
        return EXIT_INPUT;
    }
    if (a->claim && !correct)
        return EXIT_INCONCLUSIVE;
    if (a->is_claim && report->run_count)
        return claim_verdict(claim, &report->runs[0], report->yields, correct, out);
    return status;
}
