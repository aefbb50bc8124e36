/* bench.c -- our side of the side-by-side timings (bench/run prints the ratios).
 *
 *   bench FOLDER JOB...      prover cnn lsnn resnet chips kernels threads
 *   bench attack FOLDER                                         attack.h
 *   bench export TASK|MODEL SPLIT FILE                          export.h
 *   bench initial TASK SEED FILE
 *   bench batches TASK EPOCHS SEED LIMIT BATCH AUGMENT
 *
 * FOLDER holds the models fmnist.bin and ecg.bin; bench.h says what comes to lie beside them.
 * All jobs but `threads` run on one thread and count CPU time. */
#include <omp.h>
#include <stdio.h>
#include <string.h>

#include "attack.h"
#include "bench.h"
#include "export.h"

static const struct job {
    const char *name;
    void (*run)(const char *folder);
} jobs[] = {
    {"prover", time_prover}, {"cnn", time_cnn},         {"lsnn", time_lsnn},
    {"resnet", time_resnet}, {"chips", time_chips},     {"kernels", time_kernels},
    {"threads", time_threads},
};
#define JOBS (sizeof jobs / sizeof jobs[0])

static const struct job *find(const char *name)
{
    for (size_t i = 0; i < JOBS; i++)
        if (strcmp(jobs[i].name, name) == 0)
            return &jobs[i];
    return NULL;
}

static int usage(void)
{
    fprintf(stderr, "usage: bench FOLDER JOB...\n"
                    "       bench attack FOLDER\n"
                    "       bench export TASK|MODEL SPLIT FILE\n"
                    "       bench initial TASK SEED FILE\n"
                    "       bench batches TASK EPOCHS SEED LIMIT BATCH AUGMENT\njobs:");
    for (size_t i = 0; i < JOBS; i++)
        fprintf(stderr, " %s", jobs[i].name);
    fprintf(stderr, "\n");
    return 2;
}

int main(int argc, char **argv)
{
    if (argc == 2 + EXPORT_BATCHES_WORDS && strcmp(argv[1], "batches") == 0)
        return export_batches(argv + 2);
    if (argc == 5 && strcmp(argv[1], "initial") == 0)
        return export_initial(argv[2], argv[3], argv[4]);
    if (argc == 5 && strcmp(argv[1], "export") == 0)
        return export_samples(argv[2], argv[3], argv[4]);
    if (argc == 3 && strcmp(argv[1], "attack") == 0)
        return attack_export(argv[2]);
    if (argc < 3)
        return usage();
    for (int i = 2; i < argc; i++)
        if (!find(argv[i]))
            return usage();
    omp_set_num_threads(1);
    for (int i = 2; i < argc; i++)
        find(argv[i])->run(argv[1]);
    return 0;
}
