/* fold.c -- see fold.h. */
#include "fold.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The batch normalisation of layer i, or NULL. */
static const struct layer *norm_after(const struct network *n, size_t i)
{
    return i + 1 < n->layer_count && n->layers[i + 1].kind == LAYER_BATCHNORM ? &n->layers[i + 1]
                                                                              : NULL;
}

static int move_tensor(const struct network *from, int tensor, enum role role,
                       struct network *to)
{
    if (tensor < 0)
        return -1;
    struct tensor *t = &to->tensors[to->tensor_count];
    *t = from->tensors[tensor];
    t->role = role;
    t->offset = to->parameter_count;
    to->parameter_count = to->trainable_count += t->count;
    return to->tensor_count++;
}

/* The description without its batch normalisations; the bias takes the name of the shift.
 * source[i] is the layer of `training` that layer i comes from. */
static void describe(const struct network *training, struct network *to,
                     size_t source[NETWORK_LAYERS])
{
    int place[NETWORK_LAYERS];
    memset(to, 0, sizeof *to);
    to->kind = training->kind;
    to->input_count = training->input_count;
    to->input_shape = training->input_shape;
    to->class_count = training->class_count;
    for (size_t i = 0; i < training->layer_count; i++) {
        const struct layer *l = &training->layers[i], *norm = norm_after(training, i);
        place[i] = (int)to->layer_count - (l->kind == LAYER_BATCHNORM);
        if (l->kind == LAYER_BATCHNORM)
            continue;
        struct layer *new = &to->layers[to->layer_count];
        source[to->layer_count++] = i;
        *new = *l;
        new->from = l->from < 0 ? l->from : place[l->from];
        new->with = l->with < 0 ? l->with : place[l->with];
        if (norm && norm->name[0])
            memcpy(new->name, norm->name, sizeof new->name);
        new->weight = move_tensor(training, l->weight, ROLE_WEIGHT, to);
        new->bias = move_tensor(training, norm ? norm->shift : l->bias, ROLE_BIAS, to);
    }
    to->theta = fault_alloc_aligned(to->parameter_count, sizeof(float));
}

static float *values(const struct network *n, int tensor)
{
    return n->theta + n->tensors[tensor].offset;
}

/* One layer; returns its [3, out] of s, mean and variance. */
static float *fold_layer(const struct network *training, const struct layer *l,
                         const struct layer *norm, struct network *to, const struct layer *new)
{
    size_t out = l->out.channels, depth = training->tensors[l->weight].count / out;
    float *kept = fault_alloc(3 * out, sizeof *kept);
    for (size_t c = 0; c < out; c++) {
        double mean = values(training, norm->mean)[c];
        double variance = values(training, norm->variance)[c];
        double s = values(training, norm->scale)[c] / sqrt(variance + NETWORK_NORM_EPSILON);
        for (size_t i = c * depth; i < (c + 1) * depth; i++)
            values(to, new->weight)[i] = (float)(values(training, l->weight)[i] * s);
        values(to, new->bias)[c] = (float)(values(training, norm->shift)[c] - mean * s);
        kept[c] = (float)s;
        kept[out + c] = (float)mean;
        kept[2 * out + c] = (float)variance;
    }
    return kept;
}

void fold_network(const struct network *training, struct model *model)
{
    size_t source[NETWORK_LAYERS];
    struct network *to = &model->network;
    if (training->kind != NETWORK_FEEDFORWARD) {
        *to = *training;
        to->theta = fault_alloc_aligned(to->parameter_count, sizeof(float));
        memcpy(to->theta, training->theta, to->parameter_count * sizeof(float));
        return;
    }
    describe(training, to, source);
    for (size_t i = 0; i < to->layer_count; i++) {
        const struct layer *l = &training->layers[source[i]], *new = &to->layers[i];
        const struct layer *norm = norm_after(training, source[i]);
        if (norm) {
            model->norms[i] = fold_layer(training, l, norm, to, new);
            continue;
        }
        int tensors[2][2] = {{l->weight, new->weight}, {l->bias, new->bias}};
        for (int k = 0; k < 2; k++)
            if (tensors[k][0] >= 0)
                memcpy(values(to, tensors[k][1]), values(training, tensors[k][0]),
                       training->tensors[tensors[k][0]].count * sizeof(float));
    }
}

static void unfold_layer(const struct network *from, const struct layer *l, const float *kept,
                         const struct network *training, const struct layer *new,
                         const struct layer *norm)
{
    size_t out = l->out.channels, depth = from->tensors[l->weight].count / out;
    for (size_t c = 0; c < out; c++) {
        double s = kept[c], mean = kept[out + c], variance = kept[2 * out + c];
        for (size_t i = c * depth; i < (c + 1) * depth; i++) {
            double w = values(from, l->weight)[i];
            values(training, new->weight)[i] = (float)(s == 0 ? w : w / s);
        }
        values(training, norm->scale)[c] = (float)(s * sqrt(variance + NETWORK_NORM_EPSILON));
        values(training, norm->shift)[c] = (float)(values(from, l->bias)[c] + mean * s);
        values(training, norm->mean)[c] = kept[out + c];
        values(training, norm->variance)[c] = kept[2 * out + c];
    }
}

static int same_network(const struct network *a, const struct network *b)
{
    char *left = network_print(a), *right = network_print(b);
    int same = !strcmp(left, right);
    free(left);
    free(right);
    return same;
}

int fold_undo(const struct model *model, struct network *training, struct fault *fault)
{
    size_t source[NETWORK_LAYERS];
    const struct network *from = &model->network;
    struct network folded = {0};
    int same;
    if (training->kind == NETWORK_FEEDFORWARD) {
        describe(training, &folded, source);
        same = same_network(&folded, from);
        network_clear(&folded);
    } else {
        same = same_network(training, from);
    }
    if (!same)
        return fault_set(fault, "it holds another network");
    if (training->parameter_count == from->parameter_count) {
        memcpy(training->theta, from->theta, from->parameter_count * sizeof(float));
        return 0;
    }
    for (size_t i = 0; i < from->layer_count; i++) {
        const struct layer *l = &from->layers[i], *new = &training->layers[source[i]];
        const struct layer *norm = norm_after(training, source[i]);
        if (norm && !model->norms[i])
            return fault_set(fault, "its batch normalisations are folded and tensor %s.norm is "
                             "missing", from->tensors[l->weight].name);
        if (norm) {
            unfold_layer(from, l, model->norms[i], training, new, norm);
            continue;
        }
        int tensors[2][2] = {{l->weight, new->weight}, {l->bias, new->bias}};
        for (int k = 0; k < 2; k++)
            if (tensors[k][0] >= 0)
                memcpy(values(training, tensors[k][1]), values(from, tensors[k][0]),
                       from->tensors[tensors[k][0]].count * sizeof(float));
    }
    return 0;
}
