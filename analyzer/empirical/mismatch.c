/* mismatch.c -- see mismatch.h. */
#include "mismatch.h"

#include <stdlib.h>

#include "network/net.h"
#include "trainer/evaluate.h"

#define BATCH 256

size_t mismatch_measure(const struct mismatch *m, double level, mismatch_progress *progress,
                        void *context, size_t *correct)
{
    struct net *net = net_new(m->network, BATCH);
    float *chip = fault_alloc_aligned(m->network->parameter_count, sizeof *chip);
    size_t done = 0;
    while (done < m->chips) {
        noise_draw(m->network, m->scope, m->kind, level, m->network->theta, m->seed,
                   m->first_chip + done, chip);
        correct[done++] = evaluate_correct(net, BATCH, chip, m->set);
        if (progress && progress(context))
            break;
    }
    free(chip);
    net_free(net);
    return done;
}
