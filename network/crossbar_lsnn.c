/* crossbar_lsnn.c -- a shard of a spiking network on tiles, one sample after the other. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "crossbar_run.h"

struct constants {
    float rho_v, drive_v, rho_b, drive_b, beta, b0;
};

static struct constants constants_of(const struct lsnn *l)
{
    double tau = strtod(l->tau, NULL), tau_ada = strtod(l->tau_ada, NULL);
    return (struct constants){(float)exp(-1 / tau),     (float)-expm1(-1 / tau),
                              (float)exp(-1 / tau_ada), (float)-expm1(-1 / tau_ada),
                              strtof(l->beta, NULL),    strtof(l->b0, NULL)};
}

/* out [columns] += what the rows of the neurons that spiked at `step` give.  A tile on which
 * nothing spiked gives exactly 0. */
static void spread(const struct crossbar *c, const struct tiles_matrix *m, const uint32_t *fired,
                   uint32_t step, float *part, float *out)
{
    const float *weight = c->weight + c->tiles->network->tensors[m->tensor].offset;
    for (size_t r = 0; r < m->row_parts; r++) {
        size_t end = tiles_begin(m->rows, m->row_parts, r + 1), spikes = 0;
        memset(part, 0, m->columns * sizeof *part);
        for (size_t j = tiles_begin(m->rows, m->row_parts, r); j < end; j++) {
            if (fired[j] != step)
                continue;
            spikes++;
            for (size_t k = 0; k < m->columns; k++)
                part[k] += weight[j * m->row_step + k];
        }
        for (size_t p = 0; spikes && p < m->column_parts; p++) {
            size_t tile = m->first + r * m->column_parts + p;
            size_t first = tiles_begin(m->columns, m->column_parts, p);
            size_t last = tiles_begin(m->columns, m->column_parts, p + 1);
            crossbar_sense(c, tile, part + first, last - first);
            for (size_t k = first; k < last; k++)
                out[k] += c->alpha[tile] * part[k];
        }
    }
}

/* From step t to t + 1, where fired[j] is the last step at which neuron j spiked, 0 for never. */
static void advance(const struct lsnn *l, const struct constants *k, uint32_t t,
                    const float *current, float *v, float *b, uint32_t *fired)
{
    for (size_t j = 0; j < l->units; j++) {
        float o = t && fired[j] == t, before = k->b0 + k->beta * b[j];
        b[j] = k->rho_b * b[j] + k->drive_b * o;
        float after = k->b0 + k->beta * b[j];
        v[j] = k->rho_v * v[j] + k->drive_v * current[j] -
               o * (l->reset == RESET_ADAPTED ? after : before);
        int blocked = fired[j] && t + 1 - fired[j] <= (uint32_t)l->refractory;
        if (v[j] > after && !blocked)
            fired[j] = t + 1;
    }
}

static void sample(const struct crossbar *c, struct crossbar_bench *bench, const float *input,
                   float *logits)
{
    const struct network *n = c->tiles->network;
    const struct lsnn *l = &n->lsnn;
    const struct tiles_matrix *in = crossbar_matrix(c, l->w_in), *rec = crossbar_matrix(c, l->w_rec);
    const struct tiles_matrix *out = crossbar_matrix(c, l->w_out);
    const float *bias = n->theta + n->tensors[l->b_out].offset;
    const struct constants k = constants_of(l);
    float *v = bench->state, *b = v + l->units, *current = b + l->units;
    memset(v, 0, 2 * l->units * sizeof *v);
    memset(bench->fired, 0, l->units * sizeof *bench->fired);
    memset(logits, 0, l->classes * sizeof *logits);
    memcpy(bench->driven, input, l->steps * l->inputs * sizeof *input);
    crossbar_drive(c, in, bench->driven, l->steps * l->inputs);
    crossbar_rows(c, in, bench->driven, l->steps, bench->part, bench->current);
    for (uint32_t t = 0; t < l->steps; t++) {
        memcpy(current, bench->current + t * l->units, l->units * sizeof *current);
        if (t)
            spread(c, rec, bench->fired, t, bench->part, current);
        advance(l, &k, t, current, v, b, bench->fired);
        spread(c, out, bench->fired, t + 1, bench->part, logits);
    }
    for (size_t j = 0; j < l->classes; j++)
        logits[j] = logits[j] / (float)l->steps + bias[j];
}

void crossbar_lsnn(const struct crossbar *c, struct crossbar_bench *bench, const float *inputs,
                   size_t count, float *logits)
{
    const struct network *n = c->tiles->network;
    for (size_t s = 0; s < count; s++)
        sample(c, bench, inputs + s * n->input_count, logits + s * n->class_count);
}
