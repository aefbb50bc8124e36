/* crossbar.c -- see crossbar.h. */
#include "crossbar.h"

#include <math.h>
#include <oneapi/dnnl/dnnl.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "crossbar_run.h"
#include "lanes.h"

#define PERCENTILE 0.99995

struct crossbar *crossbar_new(const struct tiles *tiles, int dac_bits, int adc_bits)
{
    size_t count = tiles->network->parameter_count;
    struct crossbar *c = fault_alloc(1, sizeof *c);
    c->tiles = tiles;
    c->dac_bits = dac_bits;
    c->adc_bits = adc_bits;
    c->weight = fault_alloc_aligned(count, sizeof *c->weight);
    memcpy(c->weight, tiles->weight, count * sizeof *c->weight);
    c->alpha = fault_alloc(tiles->count, sizeof *c->alpha);
    for (size_t k = 0; k < tiles->count; k++)
        c->alpha[k] = 1;
    c->dac = fault_alloc((size_t)tiles->matrix_count, sizeof *c->dac);
    c->adc = fault_alloc(tiles->count, sizeof *c->adc);
    return c;
}

void crossbar_free(struct crossbar *c)
{
    if (!c)
        return;
    free(c->weight);
    free(c->alpha);
    free(c->dac);
    free(c->adc);
    free(c);
}

void crossbar_hold(struct crossbar *c, const float *change, const float *alpha)
{
    for (size_t i = 0; i < c->tiles->network->parameter_count; i++)
        c->weight[i] = c->tiles->weight[i] + change[i];
    memcpy(c->alpha, alpha, c->tiles->count * sizeof *c->alpha);
}

const struct tiles_matrix *crossbar_matrix(const struct crossbar *c, int tensor)
{
    const struct tiles_matrix *m = tiles_of(c->tiles, tensor);
    require(m);
    return m;
}

/* Round to the levels of a converter with this range. */
static void convert(int bits, float range, float *values, size_t count)
{
    float levels = (float)((1 << (bits - 1)) - 1), step = range / levels, scale = levels / range;
    for (size_t i = 0; i < count; i++) {
        float level = rintf(values[i] * scale);
        level = level < levels ? level : levels;
        values[i] = step * (level > -levels ? level : -levels);
    }
}

static void look(uint32_t *bins, const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        bins[bits << 1 >> 17]++;
    }
}

/* The upper end of the bin that reaches the percentile; 1 where nothing but zeros was seen. */
static float range_of(const uint32_t *bins)
{
    uint64_t all = 0, below = 0;
    for (uint32_t b = 0; b < CROSSBAR_BINS; b++)
        all += bins[b];
    for (uint32_t b = 0; b + 1 < CROSSBAR_BINS; b++) {
        below += bins[b];
        if ((double)below < PERCENTILE * (double)all)
            continue;
        uint32_t bits = (b + 1) << 16;
        float end;
        memcpy(&end, &bits, sizeof end);
        return b && isfinite(end) ? end : 1;
    }
    return 1;
}

void crossbar_drive(const struct crossbar *c, const struct tiles_matrix *m, float *values,
                    size_t count)
{
    size_t k = (size_t)(m - c->tiles->matrix);
    if (c->seen)
        look(c->seen + k * CROSSBAR_BINS, values, count);
    else if (c->dac_bits)
        convert(c->dac_bits, c->dac[k], values, count);
}

void crossbar_sense(const struct crossbar *c, size_t tile, float *values, size_t count)
{
    if (c->seen)
        look(c->seen + ((size_t)c->tiles->matrix_count + tile) * CROSSBAR_BINS, values, count);
    else if (c->adc_bits)
        convert(c->adc_bits, c->adc[tile], values, count);
}

/* One tile of a matrix. */
struct span {
    size_t tile, row, rows, column, columns;
};
static struct span span_of(const struct tiles_matrix *m, size_t r, size_t k)
{
    size_t row = tiles_begin(m->rows, m->row_parts, r);
    size_t column = tiles_begin(m->columns, m->column_parts, k);
    return (struct span){m->first + r * m->column_parts + k, row,
                         tiles_begin(m->rows, m->row_parts, r + 1) - row, column,
                         tiles_begin(m->columns, m->column_parts, k + 1) - column};
}

static const float *weights_of(const struct crossbar *c, const struct tiles_matrix *m,
                               const struct span *s)
{
    return c->weight + c->tiles->network->tensors[m->tensor].offset + s->row * m->row_step +
           s->column * m->column_step;
}

void crossbar_rows(const struct crossbar *c, const struct tiles_matrix *m, const float *in,
                   size_t count, float *part, float *out)
{
    int turned = c->tiles->network->kind == NETWORK_FEEDFORWARD;
    memset(out, 0, count * m->columns * sizeof *out);
    for (size_t r = 0; r < m->row_parts; r++)
        for (size_t k = 0; k < m->column_parts; k++) {
            struct span s = span_of(m, r, k);
            dnnl_sgemm('N', turned ? 'T' : 'N', (dnnl_dim_t)count, (dnnl_dim_t)s.columns,
                       (dnnl_dim_t)s.rows, 1, in + s.row, (dnnl_dim_t)m->rows,
                       weights_of(c, m, &s),
                       (dnnl_dim_t)(turned ? m->column_step : m->row_step), 0, part,
                       (dnnl_dim_t)s.columns);
            crossbar_sense(c, s.tile, part, count * s.columns);
            for (size_t i = 0; i < count; i++)
                for (size_t j = 0; j < s.columns; j++)
                    out[i * m->columns + s.column + j] +=
                        c->alpha[s.tile] * part[i * s.columns + j];
        }
}

void crossbar_columns(const struct crossbar *c, const struct tiles_matrix *m, const float *in,
                      size_t count, float *part, float *out)
{
    memset(out, 0, count * m->columns * sizeof *out);
    for (size_t r = 0; r < m->row_parts; r++)
        for (size_t k = 0; k < m->column_parts; k++) {
            struct span s = span_of(m, r, k);
            float *into = out + s.column * count;
            dnnl_sgemm('N', 'N', (dnnl_dim_t)s.columns, (dnnl_dim_t)count, (dnnl_dim_t)s.rows, 1,
                       weights_of(c, m, &s), (dnnl_dim_t)m->column_step, in + s.row * count,
                       (dnnl_dim_t)count, 0, part, (dnnl_dim_t)count);
            crossbar_sense(c, s.tile, part, count * s.columns);
            for (size_t i = 0; i < count * s.columns; i++)
                into[i] += c->alpha[s.tile] * part[i];
        }
}

static float *room(size_t count)
{
    return count ? fault_alloc_aligned(count, sizeof(float)) : NULL;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static void bench_init(struct crossbar_bench *b, const struct tiles *t)
{
    const struct network *n = t->network;
    size_t driven = n->input_count, windows = 0, part = 0;
    memset(b, 0, sizeof *b);
    if (n->kind == NETWORK_LSNN) {
        size_t units = n->lsnn.units;
        b->current = room(n->lsnn.steps * units);
        b->state = room(3 * units);
        b->fired = fault_alloc(units, sizeof *b->fired);
        part = larger(n->lsnn.steps * units, n->lsnn.classes);
    }
    for (size_t i = 0; i < n->layer_count; i++) {
        const struct layer *l = &n->layers[i];
        size_t places = l->out.height * l->out.width;
        b->maps[i] = room(CROSSBAR_SHARD * shape_count(l->out));
        driven = larger(driven, CROSSBAR_SHARD * shape_count(l->in));
        part = larger(part, CROSSBAR_SHARD * shape_count(l->out));
        if (l->kind == LAYER_CONV2D)
            windows = larger(windows,
                             l->in.channels * l->kernel_height * l->kernel_width * places);
    }
    b->driven = room(driven);
    b->columns = room(windows);
    b->part = room(part);
}

static void bench_clear(struct crossbar_bench *b)
{
    for (size_t i = 0; i < NETWORK_LAYERS; i++)
        free(b->maps[i]);
    free(b->driven);
    free(b->columns);
    free(b->part);
    free(b->current);
    free(b->state);
    free(b->fired);
}

static void run_shards(const struct crossbar *c, const float *inputs, size_t count, float *logits)
{
    const struct network *n = c->tiles->network;
    struct crossbar_bench bench;
    bench_init(&bench, c->tiles);
    unsigned mode = lanes_enter();
    omp_set_num_threads(1); /* of the library's products */
#pragma omp for schedule(dynamic, 1)
    for (size_t first = 0; first < count; first += CROSSBAR_SHARD) {
        size_t here = count - first < CROSSBAR_SHARD ? count - first : CROSSBAR_SHARD;
        const float *x = inputs + first * n->input_count;
        float *into = logits + first * n->class_count;
        if (n->kind == NETWORK_LSNN)
            crossbar_lsnn(c, &bench, x, here, into);
        else
            crossbar_feedforward(c, &bench, x, here, into);
    }
    lanes_leave(mode);
    bench_clear(&bench);
}

void crossbar_forward(struct crossbar *c, const float *inputs, size_t count, float *logits)
{
    require(c->calibrated || (!c->dac_bits && !c->adc_bits));
#pragma omp parallel
    run_shards(c, inputs, count, logits);
}

void crossbar_calibrate(struct crossbar *c, const float *inputs, size_t count)
{
    size_t matrices = (size_t)c->tiles->matrix_count;
    float *logits = fault_alloc(count * c->tiles->network->class_count, sizeof *logits);
    c->seen = fault_alloc((matrices + c->tiles->count) * CROSSBAR_BINS, sizeof *c->seen);
#pragma omp parallel num_threads(1)
    run_shards(c, inputs, count, logits);
    for (size_t k = 0; k < matrices; k++)
        c->dac[k] = range_of(c->seen + k * CROSSBAR_BINS);
    for (size_t k = 0; k < c->tiles->count; k++)
        c->adc[k] = range_of(c->seen + (matrices + k) * CROSSBAR_BINS);
    free(c->seen);
    free(logits);
    c->seen = NULL;
    c->calibrated = 1;
}
