/* time_prover.c -- bounds by interval propagation, both engines, seconds per sample. */
#include "analyzer/domains/domain.h"
#include "analyzer/numbers/engine_double.h"
#include "analyzer/numbers/engine_mpfr.h"
#include "bench.h"

/* Bound the first `count` samples of a subject. */
struct bounds {
    const struct subject *subject;
    struct domain *domain;
    struct analysis *analysis;
    size_t count;
};

static void bound(void *context)
{
    static struct margins results[DOMAIN_BATCH];
    const struct bounds *b = context;
    const struct dataset *set = &b->subject->set;
    for (size_t first = 0; first < b->count; first += DOMAIN_BATCH) {
        const float *inputs[DOMAIN_BATCH];
        int labels[DOMAIN_BATCH];
        size_t batch = b->count - first < DOMAIN_BATCH ? b->count - first : DOMAIN_BATCH;
        for (size_t i = 0; i < batch; i++) {
            inputs[i] = set->inputs + (first + i) * set->features;
            labels[i] = set->labels[first + i];
        }
        domain_bound(b->domain, b->analysis, inputs, labels, batch, results, NULL);
    }
}

static void time_bounds(const char *name, const struct subject *s, const struct engine *engine,
                        const char *zeta, size_t count, int repeats)
{
    struct fault fault = {""};
    struct box box;
    bench_check(box_init(&box, BOX_RELATIVE, zeta, &fault), &fault);
    struct bounds b = {.subject = s, .count = count};
    b.domain = domain_new(engine, &s->model.network, &box, &fault);
    bench_check(!b.domain, &fault);
    b.analysis = analysis_new(b.domain);
    bench_print(name, bench_best(bound, &b, repeats) / (double)count);
    analysis_free(b.analysis);
    domain_free(b.domain);
    box_clear(&box);
}

void time_prover(const char *folder)
{
    struct subject cnn, lsnn;
    subject_load(&cnn, folder, "fmnist");
    subject_load(&lsnn, folder, "ecg");
    time_bounds("cnn-box", &cnn, engine_double(), "1e-4", 128, 5);
    time_bounds("cnn-box-mpfr", &cnn, engine_mpfr(128), "1e-4", 2, 0);
    time_bounds("lsnn-box-1e-05", &lsnn, engine_double(), "1e-5", 100, 5);
    time_bounds("lsnn-box-0.001", &lsnn, engine_double(), "1e-3", 100, 5);
    time_bounds("lsnn-box-mpfr", &lsnn, engine_mpfr(128), "1e-5", 4, 0);
    subject_clear(&cnn);
    subject_clear(&lsnn);
}
