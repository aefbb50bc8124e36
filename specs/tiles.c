/* tiles.c -- see tiles.h. */
#include "tiles.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

size_t tiles_parts(size_t length, size_t side)
{
    return (length + side - 1) / side;
}

size_t tiles_begin(size_t length, size_t parts, size_t i)
{
    size_t more = length % parts; /* that many parts are one longer */
    return i * (length / parts) + (i < more ? i : more);
}

static void add_matrix(struct tiles *t, int tensor, size_t rows, size_t columns, int turned,
                       size_t side)
{
    struct tiles_matrix *m = &t->matrix[t->matrix_count++];
    *m = (struct tiles_matrix){
        .tensor = tensor, .rows = rows, .columns = columns,
        .row_step = turned ? 1 : columns, .column_step = turned ? rows : 1,
        .row_parts = tiles_parts(rows, side), .column_parts = tiles_parts(columns, side),
        .first = t->count,
    };
    t->count += m->row_parts * m->column_parts;
}

static void list_matrices(struct tiles *t, size_t side)
{
    const struct network *n = t->network;
    if (n->kind == NETWORK_LSNN) {
        const struct lsnn *l = &n->lsnn;
        add_matrix(t, l->w_in, l->inputs, l->units, 0, side);
        add_matrix(t, l->w_rec, l->units, l->units, 0, side);
        add_matrix(t, l->w_out, l->units, l->classes, 0, side);
        return;
    }
    for (size_t i = 0; i < n->layer_count; i++)
        if (n->layers[i].weight >= 0) {
            size_t columns = n->layers[i].out.channels;
            add_matrix(t, n->layers[i].weight, n->tensors[n->layers[i].weight].count / columns,
                       columns, 1, side);
        }
}

/* Which part of `length` each place is in. */
static uint32_t *parts_of(size_t length, size_t parts)
{
    uint32_t *part = fault_alloc(length, sizeof *part);
    for (size_t p = 0; p < parts; p++)
        for (size_t i = tiles_begin(length, parts, p); i < tiles_begin(length, parts, p + 1); i++)
            part[i] = (uint32_t)p;
    return part;
}

/* s: a column's factors, or NULL. */
static void fill_matrix(struct tiles *t, const struct tiles_matrix *m, const float *s)
{
    const struct network *n = t->network;
    size_t offset = n->tensors[m->tensor].offset;
    uint32_t *row_part = parts_of(m->rows, m->row_parts);
    uint32_t *column_part = parts_of(m->columns, m->column_parts);
    int recurrent = n->kind == NETWORK_LSNN && m->tensor == n->lsnn.w_rec;
    for (size_t r = 0; r < m->rows; r++)
        for (size_t c = 0; c < m->columns; c++) {
            size_t at = offset + r * m->row_step + c * m->column_step;
            size_t tile = m->first + row_part[r] * m->column_parts + column_part[c];
            if (recurrent && r == c)
                continue;
            t->tile[at] = (uint32_t)tile;
            if (s && fabsf(s[c]) >= FLT_MIN)
                t->factor[at] = s[c];
            t->weight[at] = (float)((double)n->theta[at] / t->factor[at]);
            t->largest[tile] = fmaxf(t->largest[tile], fabsf(t->weight[at]));
            t->devices[tile]++;
        }
    free(row_part);
    free(column_part);
}

/* s of the layer that owns the tensor, or NULL. */
static const float *factors(const struct model *model, int tensor)
{
    const struct network *n = &model->network;
    for (size_t i = 0; n->kind == NETWORK_FEEDFORWARD && i < n->layer_count; i++)
        if (n->layers[i].weight == tensor)
            return model->norms[i];
    return NULL;
}

void tiles_init(struct tiles *t, const struct model *model, size_t side)
{
    const struct network *n = &model->network;
    size_t count = n->parameter_count;
    *t = (struct tiles){.network = n};
    list_matrices(t, side);
    t->tile = fault_alloc(count, sizeof *t->tile);
    t->factor = fault_alloc(count, sizeof *t->factor);
    t->weight = fault_alloc(count, sizeof *t->weight);
    t->largest = fault_alloc(t->count, sizeof *t->largest);
    t->devices = fault_alloc(t->count, sizeof *t->devices);
    for (size_t i = 0; i < count; i++) {
        t->tile[i] = TILES_DIGITAL;
        t->factor[i] = 1;
        t->weight[i] = n->theta[i];
    }
    for (int k = 0; k < t->matrix_count; k++)
        fill_matrix(t, &t->matrix[k], factors(model, t->matrix[k].tensor));
}

void tiles_clear(struct tiles *t)
{
    free(t->tile);
    free(t->factor);
    free(t->weight);
    free(t->largest);
    free(t->devices);
}

const struct tiles_matrix *tiles_of(const struct tiles *t, int tensor)
{
    for (int k = 0; k < t->matrix_count; k++)
        if (t->matrix[k].tensor == tensor)
            return &t->matrix[k];
    return NULL;
}
