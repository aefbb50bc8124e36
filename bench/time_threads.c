/* time_threads.c -- wall time of training steps on one thread and on two.
 *
 * Worth something only while nobody else computes: the kernel's own account says
 * how much processor time others had meanwhile, and runs are judged by it. */
#include <omp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

enum { RUNS = 7, RUNS_DISTURBED = 2 };
static const double run_seconds = 0.6, /* the account has steps of 10 ms */
                    quiet = 0.03;      /* processors that others may use */
static int runs = RUNS;

/* Processor seconds that were spent, or taken by the host, since the start;
 * negative when nobody knows. */
static double busy_seconds(void)
{
    double user, nice, system, idle, wait, irq, soft, steal = 0;
    FILE *file = fopen("/proc/stat", "r");
    if (!file)
        return -1;
    int fields = fscanf(file, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", &user, &nice, &system, &idle,
                        &wait, &irq, &soft, &steal);
    fclose(file);
    if (fields < 7)
        return -1;
    return (user + nice + system + irq + soft + steal) / (double)sysconf(_SC_CLK_TCK);
}

/* Whether to hope for anything: looks on for a second. */
static void look_around(void)
{
    double busy = busy_seconds();
    sleep(1);
    double foreign = busy < 0 ? 1 : busy_seconds() - busy;
    if (foreign <= quiet)
        return;
    runs = RUNS_DISTURBED;
    fprintf(stderr, "bench: the machine is not idle, others use %.2f processors: what `threads` "
                    "measures now is of no use\n", foreign);
}

struct measure {
    double wall;    /* seconds per step, best of the quietest runs */
    double foreign; /* processors that others used meanwhile */
};

/* One run; it replaces `best` when it is quieter by far, or faster and as quiet. */
static void measure(struct step *step, int threads, size_t steps, struct measure *best)
{
    omp_set_num_threads(threads);
    step_run(step);
    double busy = busy_seconds(), cpu = bench_cpu_seconds(), wall = bench_wall_seconds();
    for (size_t i = 0; i < steps; i++)
        step_run(step);
    wall = bench_wall_seconds() - wall;
    cpu = bench_cpu_seconds() - cpu;
    busy = busy < 0 ? cpu + wall : busy_seconds() - busy; /* unknown counts as disturbed */
    struct measure now = {wall / (double)steps, busy > cpu ? (busy - cpu) / wall : 0};
    int now_quiet = now.foreign <= quiet, best_quiet = best->foreign <= quiet;
    if (best->wall == 0 || now_quiet > best_quiet ||
        (now_quiet == best_quiet && now.wall < best->wall))
        *best = now;
}

static void time_speedup(const char *name, struct subject *subject, const char *method,
                         size_t batch, enum optimiser_kind optimiser)
{
    struct measure one = {0}, two = {0};
    struct step step;
    char text[100];
    omp_set_num_threads(1);
    step_init(&step, subject, method, batch, optimiser);
    size_t steps = (size_t)(run_seconds / bench_best(step_run, &step, 1)) + 1;
    for (int run = 0; run < runs; run++) {
        measure(&step, 1, steps, &one);
        measure(&step, 2, 2 * steps, &two);
    }
    omp_set_num_threads(1);
    bench_print(name, one.wall / two.wall);
    snprintf(text, sizeof text, "%s-wall", name);
    bench_print(text, two.wall);
    snprintf(text, sizeof text, "%s-foreign", name);
    bench_print(text, one.foreign > two.foreign ? one.foreign : two.foreign);
    step_clear(&step);
}

void time_threads(const char *folder)
{
    struct subject cnn, lsnn, resnet;
    look_around();
    subject_load(&cnn, folder, "fmnist");
    time_speedup("threads-cnn", &cnn, "standard", 128, OPTIMISER_ADAM);
    time_speedup("threads-cnn-attacked", &cnn, "beta", 128, OPTIMISER_ADAM);
    subject_clear(&cnn);
    subject_load(&lsnn, folder, "ecg");
    time_speedup("threads-lsnn-ecg", &lsnn, "standard", 100, OPTIMISER_ADAM);
    subject_clear(&lsnn);
    subject_lsnn(&lsnn, folder, "speech", 98, 40, 8);
    time_speedup("threads-lsnn-speech", &lsnn, "standard", 100, OPTIMISER_ADAM);
    subject_clear(&lsnn);
    subject_resnet(&resnet);
    time_speedup("threads-resnet", &resnet, "standard", 256, OPTIMISER_SGD);
    subject_clear(&resnet);
}
