/* prover_pass.h -- one method's bounds of a list of samples, in parallel; private to the prover. */
#ifndef ANALYZER_PROVER_PASS_H
#define ANALYZER_PROVER_PASS_H

#include "analyzer/prover_journal.h"
#include "analyzer/prover_store.h"

/* A pass over chosen samples: which, and what to do with their bounds. */
struct pass {
    const struct prover *prover;
    const struct bounder *bounder;
    enum method method;
    const size_t *chosen;
    size_t count, block;
    void (*take)(const struct pass *, size_t index, const struct margins *, size_t splits);
    struct sample_result *into;
    prover_progress *progress;
    void *context;
    unsigned char *mine; /* [samples] bounded by this rank; pass_run's own */
    size_t done_before, total;
    char stage[JOURNAL_STAGE]; /* its name in a journal */
};

/* Bound the chosen samples that the journal does not know.  Returns nonzero if stopped. */
int pass_run(const struct pass *pass);

/* Samples that are best bounded together. */
size_t pass_block(const struct network *network, const struct engine *engine, enum method method,
                  size_t count);

#endif
