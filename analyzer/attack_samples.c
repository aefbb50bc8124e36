/* attack_samples.c -- see attack_samples.h. */
#include "attack_samples.h"

#include "analyzer/falsify.h"
#include "console/interrupt.h"

static int on_sample(void *context, size_t done, size_t total)
{
    (void)context;
    (void)done;
    (void)total;
    return interrupt_seen() ? PROVER_STOP : 0;
}

size_t attack_samples_replay(const struct model *model, const struct dataset *set,
                             const struct prover_settings *prover, const char *zeta,
                             const float *star, const unsigned char *wrong,
                             struct prover_run *run)
{
    const struct counterexample_budget budget = {1, 1};
    struct fault fault;
    struct box box;
    size_t broken = 0;
    require(prover_box(prover, &model->network, zeta, &box, &fault) == 0);
    struct counterexample *judge =
        counterexample_new(&model->network, &box, &budget, prover->bits);
    for (size_t i = 0; i < run->samples && !interrupt_seen(); i++) {
        struct sample_result *r = &run->results[i];
        int open = r->verdict == VERDICT_UNKNOWN && r->done && r->nominal == NOMINAL_CORRECT;
        if (!wrong[i] || !(open || r->verdict == VERDICT_CERTIFIED) ||
            !counterexample_confirm(judge, set->inputs + i * set->features, set->labels[i], star))
            continue;
        broken += !open;
        if (!open)
            continue;
        r->verdict = VERDICT_FALSIFIED;
        r->attacked = 1;
        run->unknown--;
        run->falsified++;
        run->attacked++;
    }
    counterexample_free(judge);
    box_clear(&box);
    return broken;
}

int attack_samples(const struct model *model, const struct dataset *set,
                   const struct prover_settings *settings,
                   const struct counterexample_budget *budget, const char *zeta,
                   const float *star, const unsigned char *wrong, struct attack_finding *finding,
                   struct fault *fault)
{
    const struct falsify_settings all = {.undecided = set->count, .certified = set->count,
                                         .budget = *budget};
    struct prover *prover = prover_new(&model->network, set, 0, set->count, settings, on_sample,
                                       NULL, fault);
    if (!prover)
        return -1;
    int failed = prover_decide(prover, zeta, on_sample, NULL, &finding->run, fault);
    if (!failed)
        finding->confirmed = attack_samples_replay(model, set, settings, zeta, star, wrong,
                                                   &finding->run);
    if (!failed && !interrupt_seen())
        failed = falsify_run(model, set, 0, settings, &all, on_sample, NULL, &finding->run, fault);
    finding->proved = !failed && !interrupt_seen();
    prover_free(prover);
    return failed;
}
