/* claim_measure.c -- see claim_measure.h. */
#include "claim_measure.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/box_floats.h"
#include "analyzer/empirical/attack_plan.h"
#include "analyzer/empirical/mismatch.h"
#include "analyzer/empirical/pcm_measure.h"
#include "specs/box.h"
#include "specs/decimal.h"

#define MOST_SIZE 100

/* The number that a decimal of 0 or more means, rounded; -1 for another text. */
static double number(const char *text)
{
    mpq_t value;
    mpq_init(value);
    double d = decimal_parse(text, value, NULL) || mpq_sgn(value) < 0 ? -1 : mpq_get_d(value);
    mpq_clear(value);
    return d;
}

static int check_one(enum claim_measure kind, const struct claim_promise *p, struct fault *fault)
{
    static const char *const words[CLAIM_PCM][2] = {{"paper", "strong"}, {"relative", "range"}};
    const struct pcm_device *device;
    if (number(p->size) < 0)
        return fault_set(fault, "%s: '%.60s' is not a decimal of 0 or more",
                         claim_measure_names[kind], p->size);
    if (kind != CLAIM_PCM) {
        if (!(number(p->size) <= MOST_SIZE)) /* as assess has it: parameters stay finite */
            return fault_set(fault, "%s: '%.60s' is more than %d", claim_measure_names[kind],
                             p->size, MOST_SIZE);
        if (strcmp(p->how, words[kind][0]) && strcmp(p->how, words[kind][1]))
            return fault_set(fault, "%s: '%.60s' is unknown; choose %s or %s",
                             claim_measure_names[kind], p->how, words[kind][0], words[kind][1]);
        return 0;
    }
    device = pcm_find(p->how, fault);
    return device ? pcm_check_time(device, number(p->size), fault) : -1;
}

int claim_measure_check(const struct claim_promise *promises, struct fault *fault)
{
    for (int kind = 0; kind < CLAIM_MEASURES; kind++)
        if (promises[kind].made && check_one((enum claim_measure)kind, &promises[kind], fault))
            return -1;
    return 0;
}

/* A wish to stop, as the measurements ask for it. */
struct wish {
    int (*stop)(void);
    int stopped;
};

static int on_progress(void *context)
{
    struct wish *wish = context;
    wish->stopped |= wish->stop && wish->stop();
    return wish->stopped;
}

static size_t measure_attack(const struct claim_promise *p, const struct model *model,
                             const struct dataset *set, struct wish *wish)
{
    const struct network *n = &model->network;
    struct attack_plan plan = {.paper = !strcmp(p->how, "paper"), .loss = ATTACK_PLAN_OWN};
    struct fault fault;
    struct box box;
    float *ends = fault_alloc_aligned(3 * n->parameter_count, sizeof *ends);
    require(box_init(&box, BOX_RELATIVE, p->size, &fault) == 0);
    box_floats(&box, n, ends, ends + n->parameter_count);
    struct setattack attack = {n, set, ends, ends + n->parameter_count, 0};
    size_t correct = attack_plan_run(&plan, &attack, NULL, on_progress, wish,
                                     ends + 2 * n->parameter_count).correct;
    box_clear(&box);
    free(ends);
    return correct;
}

static size_t sum(const size_t *correct, size_t count)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += correct[i];
    return total;
}

static size_t measure_mismatch(const struct claim_promise *p, const struct model *model,
                               const struct dataset *set, struct wish *wish)
{
    struct scope scope;
    size_t *correct = fault_alloc(p->chips, sizeof *correct);
    scope_init(&scope, &model->network, NULL);
    struct mismatch what = {&model->network, set, &scope,
                            strcmp(p->how, "range") ? NOISE_RELATIVE : NOISE_RANGE, 0, 0, 0,
                            p->chips, NULL};
    size_t done = mismatch_measure(&what, number(p->size), on_progress, wish, correct);
    size_t total = sum(correct, done);
    free(correct);
    return total;
}

static size_t measure_pcm(const struct claim_promise *p, const struct model *model,
                          const struct dataset *set, struct wish *wish)
{
    double time = number(p->size);
    struct pcm_measured found = {0};
    struct fault fault;
    struct pcm_measure what = {
        .model = model, .set = set, .calibration = set, .side = 256, .chips = p->chips,
        .setup = {pcm_find(p->how, &fault), {1, 1, 1}, PCM_NOISY, 0}, .times = &time,
        .time_count = 1};
    pcm_measure(&what, on_progress, wish, &found);
    size_t total = sum(found.correct, found.done);
    pcm_measured_clear(&found);
    return total;
}

int claim_measure(const struct claim_promise *promises, const struct model *model,
                  const struct dataset *set, size_t first, size_t count, int (*stop)(void),
                  size_t *correct)
{
    static size_t (*const measure[CLAIM_MEASURES])(const struct claim_promise *,
                                                   const struct model *, const struct dataset *,
                                                   struct wish *) = {
        measure_attack, measure_mismatch, measure_pcm};
    struct wish wish = {stop, 0};
    struct dataset part = *set;
    part.inputs += first * set->features;
    part.labels += first;
    part.count = count;
    for (int kind = 0; kind < CLAIM_MEASURES && !wish.stopped; kind++)
        if (promises[kind].made)
            correct[kind] = measure[kind](&promises[kind], model, &part, &wish);
    return wish.stopped ? -1 : 0;
}
