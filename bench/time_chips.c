/* time_chips.c -- accuracy of one chip with mismatch: its parameters drawn, the test part run. */
#include "analyzer/empirical/mismatch.h"
#include "bench.h"
#include "specs/outfile.h"

#include <stdio.h>

/* All inputs, for the peer: FOLDER/chip-NAME.f32. */
static void write_inputs(const struct dataset *set, const char *folder, const char *name)
{
    char path[4096];
    struct fault fault = {""};
    struct outfile file;
    snprintf(path, sizeof path, "%s/chip-%s.f32", folder, name);
    bench_check(outfile_open(&file, path, &fault), &fault);
    fwrite(set->inputs, sizeof(float) * set->features, set->count, file.stream);
    bench_check(outfile_commit(&file, &fault), &fault);
}

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
        write_inputs(&s.set, folder, names[i]);
        scope_init(&scope, &s.model.network, NULL);
        struct mismatch chips = {.network = &s.model.network, .set = &s.set, .scope = &scope,
                                 .kind = NOISE_RELATIVE, .chips = 1};
        snprintf(name, sizeof name, "chip-%s", names[i]);
        bench_print(name, bench_best(measure, &chips, 3));
        subject_clear(&s);
    }
}
