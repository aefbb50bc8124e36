/* time_chips.c -- accuracy of one chip with mismatch: its parameters drawn, the samples run. */
#include "analyzer/empirical/mismatch.h"
#include "bench.h"

#include <stdio.h>

static void measure(void *context)
{
    size_t correct;
    mismatch_measure(context, 0.3, NULL, NULL, &correct);
}

void time_chips(const char *folder)
{
    static const char *const names[] = {"fmnist", "ecg"};
    for (int i = 0; i < 2; i++) {
        char name[64];
        struct subject s;
        struct scope scope;
        subject_load(&s, folder, names[i]);
        s.set.count = SUBJECT_SAMPLES;
        scope_init(&scope, &s.model.network, NULL);
        struct mismatch chips = {.network = &s.model.network, .set = &s.set, .scope = &scope,
                                 .kind = NOISE_RELATIVE, .chips = 1};
        snprintf(name, sizeof name, "chip-%s", names[i]);
        bench_print(name, bench_best(measure, &chips, 5));
        subject_clear(&s);
    }
}
