/* pcm_measure.c -- see pcm_measure.h. */
#include "pcm_measure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/journal.h"
#include "network/crossbar.h"
#include "network/net.h"
#include "trainer/evaluate.h"
#include "trainer/loss.h"

#define BATCH 256

/* What a measurement works with. */
struct bench {
    struct tiles tiles;
    struct pcm_chip chip;
    struct net *net;
    struct crossbar *crossbar; /* NULL: perfect converters */
    float *change, *alpha, *theta, *logits;
};

static void bench_init(struct bench *b, const struct pcm_measure *m)
{
    const struct network *n = &m->model->network;
    memset(b, 0, sizeof *b);
    tiles_init(&b->tiles, m->model, m->side);
    pcm_chip_init(&b->chip, &b->tiles, &m->setup);
    b->change = fault_alloc(n->parameter_count, sizeof *b->change);
    b->alpha = fault_alloc(b->tiles.count, sizeof *b->alpha);
    b->theta = fault_alloc_aligned(n->parameter_count, sizeof *b->theta);
}

static void bench_clear(struct bench *b)
{
    pcm_chip_clear(&b->chip);
    tiles_clear(&b->tiles);
    net_free(b->net);
    crossbar_free(b->crossbar);
    free(b->change);
    free(b->alpha);
    free(b->theta);
    free(b->logits);
}

int pcm_measure_ideal(const struct pcm_measure *m)
{
    const struct network *n = &m->model->network;
    struct bench b;
    int same = 1;
    bench_init(&b, m);
    b.chip.setup.scales = (struct pcm_scales){0, 0, 0};
    pcm_chip_program(&b.chip, m->first_chip);
    for (size_t t = 0; t < m->time_count; t++) {
        pcm_chip_read(&b.chip, m->times[t], b.change, b.alpha);
        pcm_chip_theta(&b.chip, b.change, b.alpha, b.theta);
        same &= !memcmp(b.theta, n->theta, n->parameter_count * sizeof *b.theta);
    }
    bench_clear(&b);
    return same;
}

static void prepare(struct bench *b, const struct pcm_measure *m)
{
    const struct dataset *c = m->calibration;
    b->net = net_new(&m->model->network, BATCH);
    if (!m->dac_bits && !m->adc_bits)
        return;
    b->logits = fault_alloc(BATCH * m->set->classes, sizeof *b->logits);
    b->crossbar = crossbar_new(&b->tiles, m->dac_bits, m->adc_bits);
    crossbar_calibrate(b->crossbar, c->inputs,
                       c->count < PCM_CALIBRATION ? c->count : PCM_CALIBRATION);
}

static size_t crossbar_correct(struct bench *b, const struct dataset *set)
{
    size_t correct = 0;
    crossbar_hold(b->crossbar, b->change, b->alpha);
    for (size_t first = 0; first < set->count; first += BATCH) {
        size_t count = set->count - first < BATCH ? set->count - first : BATCH;
        crossbar_forward(b->crossbar, set->inputs + first * set->features, count, b->logits);
        correct += loss_correct(b->logits, set->labels + first, count, set->classes);
    }
    return correct;
}

/* rms over all pairs of what the weight is off by, after compensation, in parts of w_max. */
static double rms_error(const struct bench *b)
{
    const struct tiles *t = &b->tiles;
    double sum = 0;
    size_t pairs = 0;
    for (size_t i = 0; i < t->network->parameter_count; i++) {
        if (t->tile[i] == TILES_DIGITAL || t->largest[t->tile[i]] == 0)
            continue;
        double a = b->alpha[t->tile[i]];
        double off = ((a - 1) * t->weight[i] + a * b->change[i]) / t->largest[t->tile[i]];
        sum += off * off;
        pairs++;
    }
    return pairs ? sqrt(sum / (double)pairs) : 0;
}

/* The journal's stage of a time; is chip `c` in it? */
static int recall(const struct pcm_measure *m, size_t t, size_t c, struct pcm_measured *into)
{
    char stage[JOURNAL_STAGE];
    size_t at = t * m->chips + c;
    if (!m->journal)
        return 0;
    snprintf(stage, sizeof stage, "pcm:%s:%a", m->model->sha256, m->times[t]);
    journal_stage(m->journal, stage);
    const char *text = journal_recall(m->journal, m->first_chip + c);
    return text && sscanf(text, "%zu %la %la", &into->correct[at], &into->alpha[at],
                          &into->error[at]) == 3;
}

static void keep(const struct pcm_measure *m, size_t t, size_t c, const struct pcm_measured *from)
{
    char text[128];
    size_t at = t * m->chips + c;
    snprintf(text, sizeof text, "%zu %a %a", from->correct[at], from->alpha[at], from->error[at]);
    if (m->journal)
        journal_keep(m->journal, m->first_chip + c, text);
}

static void measure_time(struct bench *b, const struct pcm_measure *m, size_t t, size_t c,
                         struct pcm_measured *into)
{
    size_t at = t * m->chips + c;
    pcm_chip_read(&b->chip, m->times[t], b->change, b->alpha);
    pcm_chip_theta(&b->chip, b->change, b->alpha, b->theta);
    into->error[at] = rms_error(b);
    for (size_t k = 0; k < b->tiles.count; k++)
        into->alpha[at] += b->alpha[k] / (double)b->tiles.count;
    into->correct[at] = b->crossbar ? crossbar_correct(b, m->set)
                                    : evaluate_correct(b->net, BATCH, b->theta, m->set);
}

void pcm_measure(const struct pcm_measure *m, pcm_progress *progress, void *context,
                 struct pcm_measured *into)
{
    struct bench b;
    int stop = 0;
    bench_init(&b, m);
    prepare(&b, m);
    into->tiles = b.tiles.count;
    for (size_t k = 0; k < b.tiles.count; k++)
        into->pairs += b.tiles.largest[k] > 0 ? b.tiles.devices[k] : 0;
    into->digital = evaluate_correct(b.net, BATCH, m->model->network.theta, m->set);
    into->correct = fault_alloc(m->time_count * m->chips, sizeof *into->correct);
    into->alpha = fault_alloc(m->time_count * m->chips, sizeof *into->alpha);
    into->error = fault_alloc(m->time_count * m->chips, sizeof *into->error);
    for (size_t c = 0; c < m->chips && !stop; c++) {
        int programmed = 0;
        for (size_t t = 0; t < m->time_count && !stop; t++) {
            if (!recall(m, t, c, into)) {
                if (!programmed++)
                    pcm_chip_program(&b.chip, m->first_chip + c);
                into->alpha[t * m->chips + c] = 0;
                measure_time(&b, m, t, c, into);
                keep(m, t, c, into);
            }
            into->done += t + 1 == m->time_count;
            stop = progress && progress(context);
        }
    }
    bench_clear(&b);
}

void pcm_measured_clear(struct pcm_measured *measured)
{
    free(measured->correct);
    free(measured->alpha);
    free(measured->error);
}
