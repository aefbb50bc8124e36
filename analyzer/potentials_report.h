/* potentials_report.h -- what `assess potentials` measured, as a table, CSV, JSON and a figure. */
#ifndef ANALYZER_POTENTIALS_REPORT_H
#define ANALYZER_POTENTIALS_REPORT_H

#include "analyzer/assess_subject.h"
#include "analyzer/empirical/potentials.h"

#define POTENTIALS_SCRIPT "potentials.gp"

/* A model's potentials, with the file's name (borrowed) and digest. */
struct potentials_outcome {
    const char *path, *sha256;
    struct potentials found;
};

/* The subject's own first, then `count` - 1 models beside it; every one with samples > 0. */
struct potentials_report {
    const struct assess_subject *subject;
    const struct potentials_outcome *outcomes;
    size_t count;
    int interrupted;
};

void potentials_report_table(FILE *stream, const struct potentials_report *report);

/* Schema steadfast/assess/1; a line per bin; the distribution over V / B.  0, or -1 with the
 * reason. */
int potentials_report_json(const struct potentials_report *report, const char *path,
                           struct fault *fault) __attribute__((warn_unused_result));
int potentials_report_csv(const struct potentials_report *report, const char *path,
                          struct fault *fault) __attribute__((warn_unused_result));
int potentials_report_plot(const struct potentials_report *report, const char *path,
                           struct fault *fault) __attribute__((warn_unused_result));

#endif
