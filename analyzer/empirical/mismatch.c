/* mismatch.c -- see mismatch.h. */
#include "mismatch.h"

#include <stdio.h>
#include <stdlib.h>

#include "console/journal.h"
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

/* The chip's count from the journal, or measured and kept there. */
static size_t measure(const struct mismatch *m, double level, size_t i, struct net *net,
                      float *chip)
{
    const char *known = m->journal ? journal_recall(m->journal, m->first_chip + i) : NULL;
    char text[32];
    if (known)
        return strtoul(known, NULL, 10);
    mismatch_chip(m, level, i, chip);
    size_t correct = evaluate_correct(net, BATCH, chip, m->set);
    snprintf(text, sizeof text, "%zu", correct);
    if (m->journal)
        journal_keep(m->journal, m->first_chip + i, text);
    return correct;
}

size_t mismatch_measure(const struct mismatch *m, double level, mismatch_progress *progress,
                        void *context, size_t *correct)
{
    struct net *net = net_new(m->network, BATCH);
    float *chip = fault_alloc_aligned(m->network->parameter_count, sizeof *chip);
    size_t done = 0;
    char stage[64];
    snprintf(stage, sizeof stage, "mismatch:%u:%a", m->population, level);
    if (m->journal)
        journal_stage(m->journal, stage);
    while (done < m->chips) {
        correct[done] = measure(m, level, done, net, chip);
        done++;
        if (progress && progress(context))
            break;
    }
    free(chip);
    net_free(net);
    return done;
}
