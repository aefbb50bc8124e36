/* mismatch_report.h -- what `assess mismatch` measured, as a table, CSV, JSON and a figure. */
#ifndef ANALYZER_MISMATCH_REPORT_H
#define ANALYZER_MISMATCH_REPORT_H

#include <stdio.h>

#include "analyzer/empirical/mismatch.h"
#include "specs/model.h"

#define MISMATCH_SCRIPT "mismatch.gp"
#define MISMATCH_CONFIDENCE 0.99

/* What was asked for; texts are borrowed. */
struct mismatch_request {
    const char *const *levels; /* [level_count], decimals */
    size_t level_count, chips, first_chip;
    enum noise_kind kind;
    uint64_t seed;
    const char *include, *exclude; /* tensors, or NULL */
    double at_least;               /* percent, or negative */
};

/* One model's chips. */
struct mismatch_outcome {
    const char *path;
    struct model model;
    struct dataset set;
    size_t *done;    /* [levels] chips measured; owned */
    size_t *correct; /* [levels][chips] samples right; owned */
};

void mismatch_outcome_clear(struct mismatch_outcome *outcome);

/* Was something left out? */
int mismatch_report_partial(const struct mismatch_request *request,
                            const struct mismatch_outcome *outcome);

/* `other` is the model compared with, or NULL.  Levels without a chip are left out. */
void mismatch_report_table(FILE *stream, const struct mismatch_request *request,
                           const struct mismatch_outcome *own,
                           const struct mismatch_outcome *other);

/* Schema steadfast/assess/1; a line per model, level and chip; mean, deviation and extremes
 * against the level.  Return 0, or -1 with the reason. */
int mismatch_report_json(const struct mismatch_request *request,
                         const struct mismatch_outcome *own, const struct mismatch_outcome *other,
                         const char *path, struct fault *fault)
    __attribute__((warn_unused_result));
int mismatch_report_csv(const struct mismatch_request *request,
                        const struct mismatch_outcome *own, const struct mismatch_outcome *other,
                        const char *path, struct fault *fault)
    __attribute__((warn_unused_result));
int mismatch_report_plot(const struct mismatch_request *request,
                         const struct mismatch_outcome *own, const struct mismatch_outcome *other,
                         const char *path, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
