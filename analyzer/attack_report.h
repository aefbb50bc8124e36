/* attack_report.h -- what `assess attack` found, as a table, CSV, JSON and a figure. */
#ifndef ANALYZER_ATTACK_REPORT_H
#define ANALYZER_ATTACK_REPORT_H

#include "analyzer/assess_subject.h"
#include "analyzer/empirical/attack_plan.h"
#include "analyzer/prover.h"

#define ATTACK_SCRIPT "attack.gp"
#define ATTACK_MOST_CORNERS 100

/* What was found in the box of one size. */
struct attack_finding {
    const char *zeta; /* as typed, borrowed */
    size_t corners, corner_correct[ATTACK_MOST_CORNERS]; /* random corners, and what they leave */
    struct attack_found whole; /* attacks on the whole set */
    int proved;                /* the samples were attacked one by one, and proofs cross-checked */
    struct prover_run run;     /* if so; owned */
    size_t confirmed;          /* certified samples that the whole set's vector breaks by proof */
};
void attack_finding_clear(struct attack_finding *finding);

/* Certified samples that were broken by proof, and contradictions of the referee: bugs of ours. */
size_t attack_finding_contradictions(const struct attack_finding *finding);

/* What was asked for and what is common to all sizes. */
struct attack_outcome {
    const struct assess_subject *subject;
    const char *box, *domain, *preset; /* names */
    size_t nominal;                    /* samples right at theta, in float32 */
    int interrupted;
    size_t count;
    struct attack_finding *findings; /* [count] done */
};

void attack_report_table(FILE *stream, const struct attack_outcome *outcome);

/* Schema steadfast/assess/1; a line per size; accuracies against the size.  0, or -1 with the
 * reason. */
int attack_report_json(const struct attack_outcome *outcome, const char *path,
                       struct fault *fault) __attribute__((warn_unused_result));
int attack_report_csv(const struct attack_outcome *outcome, const char *path,
                      struct fault *fault) __attribute__((warn_unused_result));
int attack_report_plot(const struct attack_outcome *outcome, const char *path,
                       struct fault *fault) __attribute__((warn_unused_result));

#endif
