/* attack.c -- see attack.h. */
#include "attack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "specs/outfile.h"
#include "trainer/adversary.h"
#include "trainer/loss.h"

/* The KL divergence from the logits at theta. */
struct nominal {
    const float *logits;
    size_t classes;
};

static double divergence(const void *context, const float *logits, size_t count, float *dlogits)
{
    const struct nominal *nominal = context;
    return loss_divergence(nominal->logits, logits, count, nominal->classes, NULL, dlogits);
}

static void write_model(struct subject *s, const float *theta, const char *folder,
                        const char *name, const char *what, size_t number)
{
    struct fault fault = {""};
    char path[4096];
    float *own = s->model.network.theta;
    snprintf(path, sizeof path, "%s/%s-%s-%zu.bin", folder, name, what, number);
    s->model.network.theta = (float *)(size_t)theta;
    bench_check(model_write(&s->model, path, &fault), &fault);
    s->model.network.theta = own;
}

static void attack_batch(struct subject *s, const char *folder, const char *name, size_t number)
{
    const struct network *n = &s->model.network;
    const struct adversary adversary = {.steps = 10, .zeta = 0.1, .start = 0.01, .scale = 1};
    const uint64_t seed = 1;
    struct net *net = net_new(n, ATTACK_BATCH);
    struct batch batch = {net, s->set.inputs + number * ATTACK_BATCH * s->set.features,
                          ATTACK_BATCH};
    struct attack attack;
    float *star = fault_alloc_aligned(n->parameter_count, sizeof *star);
    float *logits = fault_alloc(2 * ATTACK_BATCH * n->class_count, sizeof *logits);
    float *attacked = logits + ATTACK_BATCH * n->class_count;
    attack_init(&attack, n->parameter_count, ATTACK_BATCH, n->class_count);
    adversary_start(&adversary, &attack, n->theta, seed, number, star);
    write_model(s, star, folder, name, "start", number);
    net_forward(net, n->theta, batch.inputs, batch.count, logits, NULL);
    struct nominal nominal = {logits, n->class_count};
    struct goal goal = {.loss = divergence, .context = &nominal};
    adversary_attack(&adversary, &attack, &batch, n->theta, goal, seed, number, star);
    write_model(s, star, folder, name, "star", number);
    net_forward(net, star, batch.inputs, batch.count, attacked, NULL);
    printf("%s %zu %.9g\n", name, number,
           loss_divergence(logits, attacked, batch.count, n->class_count, NULL, NULL));
    attack_clear(&attack);
    net_free(net);
    free(star);
    free(logits);
}

static void write_labels(const struct subject *s, const char *folder, const char *name)
{
    char path[4096];
    struct fault fault = {""};
    struct outfile file;
    snprintf(path, sizeof path, "%s/%s-labels.u8", folder, name);
    bench_check(outfile_open(&file, path, &fault), &fault);
    fwrite(s->set.labels, 1, ATTACK_BATCHES * ATTACK_BATCH, file.stream);
    bench_check(outfile_commit(&file, &fault), &fault);
}

int attack_export(const char *folder)
{
    static const char *const names[] = {"fmnist", "ecg"};
    for (int i = 0; i < 2; i++) {
        struct subject s;
        subject_load(&s, folder, names[i]);
        write_labels(&s, folder, names[i]);
        for (size_t number = 0; number < ATTACK_BATCHES; number++)
            attack_batch(&s, folder, names[i], number);
        subject_clear(&s);
    }
    return 0;
}
