/* prover_journal.h -- what a prover found of single samples, kept in a journal and recalled. */
#ifndef ANALYZER_PROVER_JOURNAL_H
#define ANALYZER_PROVER_JOURNAL_H

#include "analyzer/prover.h"
#include "console/journal.h"

/* A stage's name: what is done, with which size exactly (any text), by what. */
void prover_journal_name(char stage[JOURNAL_STAGE], const char *what, const char *size,
                         const char *means);

/* Begin the stage of that name over samples chosen[count]: those that an earlier process did are filled into
 * results and taken out of `chosen`; returns how many are left.  `journal` may be NULL. */
size_t prover_journal_begin(struct journal *journal, const char *stage, size_t *chosen,
                            size_t count, struct sample_result *results);

/* Keep sample `index`'s result of this stage; `journal` may be NULL. */
void prover_journal_keep(struct journal *journal, size_t index,
                         const struct sample_result *result);

#endif
