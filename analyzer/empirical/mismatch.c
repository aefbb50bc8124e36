/* mismatch.c -- see mismatch.h. */
#include "mismatch.h"

#include <stdlib.h>

#include "network/net.h"
#include "trainer/evaluate.h"

#define BATCH 256

/* Noise of steps that neither a training run nor its validation (trainer/evaluate.c) reaches. */
#define FIRST_STEP ((uint64_t)1 << 50)

void mismatch_chip(const struct mismatch *m, double level, size_t i, float *theta)
{
    require(m->population < MISMATCH_POPULATIONS && m->first_chip + i < MISMATCH_CHIPS);
    noise_draw(m->network, m->scope, m->kind, level, m->network->theta, m->seed,
               FIRST_STEP + m->population * MISMATCH_CHIPS + m->first_chip + i, theta);
}

size_t mismatch_measure(const struct mismatch *m, double level, mismatch_progress *progress,
                        void *context, size_t *correct)
{
    struct net *net = net_new(m->network, BATCH);
    float *chip = fault_alloc_aligned(m->network->parameter_count, sizeof *chip);
    size_t done = 0;
    while (done < m->chips) {
        mismatch_chip(m, level, done, chip);
        correct[done++] = evaluate_correct(net, BATCH, chip, m->set);
        if (progress && progress(context))
            break;
    }
    free(chip);
    net_free(net);
    return done;
}
