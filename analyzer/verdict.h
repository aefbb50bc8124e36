/* verdict.h -- from bounds to words, and nothing else.
 *
 * The only place that says "certified".  It says so on a positive test: every
 * needed lower bound is greater than zero.  NaN fails that test. */
#ifndef ANALYZER_VERDICT_H
#define ANALYZER_VERDICT_H

#include <stddef.h>

#include "analyzer/numbers/kernels.h"

enum verdict { VERDICT_UNKNOWN, VERDICT_CERTIFIED, VERDICT_FALSIFIED, VERDICT_MISCLASSIFIED };

/* margin: logit_label - logit_j > 0 for every j, bounded jointly.
 * disjoint: the label's logit interval lies above every other one (the paper's
 * Fig. S9); never stronger than margin. */
enum criterion { CRITERION_MARGIN, CRITERION_DISJOINT };

/* Is the label's logit proven the greatest for the whole box?  Never for fewer than
 * two classes: nothing would have been proven. */
int verdict_proves(const struct margins *margins, size_t classes, int label,
                   enum criterion criterion);

/* Is some other logit proven at least as great for the whole box? */
int verdict_refutes(const struct margins *margins, size_t classes, int label);

/* The least lower bound that the criterion asks to be positive; -inf where a
 * bound is NaN. */
double verdict_margin_lower(const struct margins *margins, size_t classes, int label,
                            enum criterion criterion);

/* Sum of absolute terms behind that least bound; the referee looks again where
 * the margin is a rounding error of it. */
double verdict_scale(const struct margins *margins, size_t classes, int label);

/* The class whose logit's centre is greatest; for display. */
int verdict_predicted(const struct margins *margins, size_t classes);

const char *verdict_name(enum verdict verdict);
int criterion_from_name(const char *name); /* -1 for another word */
const char *criterion_name(enum criterion criterion);

#endif
