/* audit_stages.c -- a chain of layers as stages; see audit_linear.h. */
#include <stdlib.h>

#include "audit_linear.h"

/* A layer's weights [unit][channel][row][column] with the channels last. */
static void relay_weights(struct stage *s, const struct audit_network *a)
{
    const struct network *n = a->network;
    size_t from = n->tensors[s->layer->weight].offset, cells = s->taps / s->channels;
    s->weights = audit_spans_new(s->units * s->taps);
    s->bias = audit_spans_new(s->units);
    for (size_t o = 0; o < s->units; o++) {
        for (size_t c = 0; c < s->channels; c++)
            for (size_t i = 0; i < cells; i++)
                span_put(&s->weights, o * s->taps + i * s->channels + c,
                         span_at(&a->theta, from++));
        if (s->layer->bias >= 0)
            span_put(&s->bias, o,
                     span_at(&a->theta, n->tensors[s->layer->bias].offset + o));
    }
}

/* Begin a stage that reads `in`, with flattening undone. */
static void begin(struct stage *s, const struct layer *l, size_t index, struct shape in)
{
    int dense = l->kind == LAYER_DENSE;
    size_t kernel_columns = dense ? in.width : l->kernel_width;
    *s = (struct stage){.layer = l, .index = index, .channels = in.channels, .size = 1};
    s->top = dense ? 0 : l->top;
    s->left = dense ? 0 : l->left;
    s->rows = in.height + (dense ? 0 : l->top + l->bottom);
    s->columns = in.width + (dense ? 0 : l->left + l->right);
    s->kernel_rows = dense ? in.height : l->kernel_height;
    s->run = kernel_columns * in.channels;
    s->taps = s->kernel_rows * s->run;
    s->stride = dense ? 1 : l->stride;
    s->height = l->out.height;
    s->width = l->out.width;
    s->units = l->out.channels;
}

static int same_shape(struct shape a, struct shape b)
{
    return a.channels == b.channels && a.height == b.height && a.width == b.width;
}

/* Take one layer in: `shape` is what the next one reads, with flattening undone. */
static int take(struct stages *stages, const struct layer *l, size_t index, struct shape *shape,
                struct fault *fault)
{
    struct stage *s = stages->count ? &stages->stage[stages->count - 1] : NULL;
    int flattened = !same_shape(l->in, *shape);
    switch (l->kind) {
    case LAYER_DENSE:
    case LAYER_CONV2D:
        if (flattened && l->kind == LAYER_CONV2D)
            break;
        if (s && !s->relu)
            return fault_set(fault, "layer %zu reads what may be negative", index);
        begin(&stages->stage[stages->count++], l, index, *shape);
        *shape = l->out;
        return 0;
    case LAYER_FLATTEN:
        return 0;
    case LAYER_RELU:
        if (s)
            s->relu = 1;
        return s ? 0 : fault_set(fault, "layer %zu: a ReLU of the input", index);
    case LAYER_MAXPOOL2D:
        if (!s || flattened || s->size > 1 || l->size > 6)
            break;
        s->size = l->size;
        s->height = l->out.height * l->size;
        s->width = l->out.width * l->size;
        *shape = l->out;
        return 0;
    default:
        break;
    }
    return fault_set(fault, "layer %zu is of a kind or at a place that linear evidence is not for",
                     index);
}

static void allocate(struct stage *s, const struct audit_network *a)
{
    s->reads = audit_spans_new(s->rows * s->columns * s->channels);
    s->values = audit_spans_new(s->height * s->width * s->units);
    s->lines = fault_alloc(stage_windows(s) * s->units, sizeof *s->lines);
    relay_weights(s, a);
}

int stages_make(struct stages *stages, const struct audit_network *a, const float *input,
                struct fault *fault)
{
    const struct network *n = a->network;
    struct shape shape = n->input_shape;
    stages->count = 0;
    if (n->kind != NETWORK_FEEDFORWARD || !network_is_chain(n) || !n->layer_count ||
        n->layers[n->layer_count - 1].kind != LAYER_DENSE)
        return fault_set(fault, "linear evidence is for chains of layers that end in a dense one");
    for (size_t i = 0; i < n->layer_count; i++)
        if (take(stages, &n->layers[i], i, &shape, fault))
            return -1;
    for (size_t k = 0; k < stages->count; k++)
        allocate(&stages->stage[k], a);
    struct stage *first = &stages->stage[0];
    size_t plane = n->input_shape.height * n->input_shape.width;
    for (size_t p = 0; p < plane; p++)
        for (size_t c = 0; c < first->channels; c++)
            span_put(&first->reads, stage_read(first, n->input_shape.width, p) + c,
                     span_point(input[c * plane + p]));
    return 0;
}

void stages_clear(struct stages *stages)
{
    for (size_t k = 0; k < stages->count; k++) {
        struct stage *s = &stages->stage[k];
        audit_spans_free(&s->reads);
        audit_spans_free(&s->weights);
        audit_spans_free(&s->bias);
        audit_spans_free(&s->values);
        free(s->lines);
    }
    stages->count = 0;
}
