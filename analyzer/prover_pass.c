/* prover_pass.c -- see prover_pass.h. */
#include "prover_pass.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "console/ranks.h"

/* What a batch of samples is told to the domain, and what comes back. */
struct batch {
    const float *inputs[DOMAIN_BATCH];
    int labels[DOMAIN_BATCH];
    size_t index[DOMAIN_BATCH]; /* within the prover's samples */
    size_t count;
    struct margins margins[DOMAIN_BATCH];
    size_t splits[DOMAIN_BATCH];
};

static void batch_add(struct batch *batch, const struct prover *prover, size_t index)
{
    size_t sample = prover->first + index;
    batch->inputs[batch->count] = prover->set->inputs + sample * prover->set->features;
    batch->labels[batch->count] = prover->set->labels[sample];
    batch->index[batch->count++] = index;
}

/* Tell progress; only one thread at a time gets here. */
static void report(const struct pass *pass, size_t *done, size_t more, int *stop)
{
#pragma omp critical(prover_progress)
    {
        *done += more;
        int wish = pass->progress ? pass->progress(pass->context, pass->done_before + *done,
                                                   pass->total) : 0;
        if (wish)
            __atomic_store_n(stop, wish, __ATOMIC_RELAXED);
    }
}

static void bound_block(const struct pass *pass, struct bounder_work *work, struct batch *batch,
                        size_t block)
{
    batch->count = 0;
    for (size_t i = block * pass->block; i < pass->count && batch->count < pass->block; i++)
        batch_add(batch, pass->prover, pass->chosen[i]);
    bounder_bound(pass->bounder, work, batch->inputs, batch->labels, batch->count,
                  batch->margins, batch->splits);
    for (size_t i = 0; i < batch->count; i++) {
        size_t index = batch->index[i];
        pass->take(pass, index, &batch->margins[i], batch->splits[i]);
        pass->mine[index] = 1;
        prover_journal_keep(pass->prover->settings.journal, index, pass->into + index);
    }
}

/* Bound samples pass->chosen.  Returns nonzero if stopped. */
static int bound_all(const struct pass *pass)
{
    int stop = 0;
    size_t done = 0, blocks = (pass->count + pass->block - 1) / pass->block;
#pragma omp parallel
    {
        struct bounder_work *work = bounder_work_new(pass->bounder);
        struct batch *batch = fault_alloc(1, sizeof *batch);
        for (size_t block; (block = ranks_next()) < blocks;) {
            bound_block(pass, work, batch, block);
            report(pass, &done, batch->count, &stop);
            if (__atomic_load_n(&stop, __ATOMIC_RELAXED))
                ranks_skip(blocks);
        }
        free(batch);
        bounder_work_free(work);
    }
    return stop;
}

int pass_run(const struct pass *pass)
{
    struct pass rest = *pass;
    size_t *left = fault_alloc(pass->count, sizeof *left);
    memcpy(left, pass->chosen, pass->count * sizeof *left);
    rest.chosen = left;
    rest.count = prover_journal_begin(pass->prover->settings.journal, pass->stage, left,
                                      pass->count, pass->into);
    rest.done_before += pass->count - rest.count;
    rest.mine = fault_alloc(pass->prover->count, 1);
    ranks_deal();
    int stop = ranks_greatest(bound_all(&rest));
    ranks_share(pass->into, sizeof *pass->into, pass->prover->count, rest.mine);
    free(rest.mine);
    free(left);
    return stop;
}

/* Small blocks keep Ctrl-C quick and threads busy; full ones are for speed. */
size_t pass_block(const struct network *network, const struct engine *engine,
                         enum method method, size_t count)
{
    if (!strcmp(engine->name, "mpfr") || method == METHOD_TRACE || method == METHOD_LINEAR)
        return 1;
    if (network->kind == NETWORK_LSNN)
        return 8;
    size_t share = (count + (size_t)omp_get_max_threads() - 1) / (size_t)omp_get_max_threads();
    size_t block = share < DOMAIN_BATCH ? share : DOMAIN_BATCH;
    return block ? block : 1;
}
