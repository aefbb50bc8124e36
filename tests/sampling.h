/* sampling.h -- trying to find a parameter vector that leaves its enclosure.
 *
 * Shared by the chapters on the box domain.  Bounds for a whole box are
 * remembered, then parameter vectors are drawn from the box, each run as a box
 * of width zero, and everything a neuron does is compared with what was
 * promised.  A point's own enclosure is a few ulps wide, so a violation is one
 * that lies wholly outside. */
#ifndef TESTS_SAMPLING_H
#define TESTS_SAMPLING_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/domains/domain.h"
#include "specs/random.h"

/* Everything seen of one sample, in order. */
struct sampling_trace {
    size_t count, capacity;
    double *lower, *upper;
    int *first_layer; /* does the value belong to the first layer, or LSNN drive? */
};

static void sampling_see(void *context, const struct sighting *s)
{
    struct sampling_trace *t = context;
    if (t->count + s->count > t->capacity) {
        t->capacity = 2 * (t->count + s->count);
        t->lower = realloc(t->lower, t->capacity * sizeof(double));
        t->upper = realloc(t->upper, t->capacity * sizeof(double));
        t->first_layer = realloc(t->first_layer, t->capacity * sizeof(int));
    }
    for (size_t i = 0; i < s->count; i++) {
        t->lower[t->count] = s->lower[i];
        t->upper[t->count] = s->upper[i];
        t->first_layer[t->count++] = s->quantity == QUANTITY_DRIVE || s->layer == 0;
    }
}

static void sampling_free(struct sampling_trace *t)
{
    free(t->lower);
    free(t->upper);
    free(t->first_layer);
}

/* Bounds of one sample; logits are appended to the trace. */
static void sampling_bound(const struct engine *engine, const struct network *network,
                           const struct box *box, const float *input, int label,
                           struct sampling_trace *trace)
{
    struct fault fault;
    struct domain *domain = domain_new(engine, network, box, &fault);
    struct analysis *analysis = analysis_new(domain);
    struct observer observer = {sampling_see, trace};
    struct margins margins;
    domain_bound(domain, analysis, &input, &label, 1, &margins, &observer);
    struct sighting logits = {.quantity = QUANTITY_SPIKE, .layer = 99,
                              .count = network->class_count,
                              .lower = margins.logit_lower, .upper = margins.logit_upper};
    sampling_see(trace, &logits);
    logits.lower = margins.lower;
    logits.upper = margins.upper;
    sampling_see(trace, &logits);
    analysis_free(analysis);
    domain_free(domain);
}

/* Values of `point` that lie wholly outside `promised`, all or the first layer's. */
static size_t sampling_outside(const struct sampling_trace *promised,
                               const struct sampling_trace *point, int first_layer_only)
{
    size_t outside = promised->count != point->count;
    for (size_t i = 0; i < promised->count && i < point->count; i++)
        if (!first_layer_only || promised->first_layer[i])
            outside += !(point->lower[i] <= promised->upper[i] &&
                         point->upper[i] >= promised->lower[i]);
    return outside;
}

/* The float32 nearest to theta + push |theta| that does not leave the box. */
static float sampling_inside(float theta, double push, double zeta)
{
    float value = (float)(theta + push * fabs((double)theta));
    while (fabs((double)value - theta) > zeta * (1 - 0x1p-50) * fabs((double)theta))
        value = nextafterf(value, theta);
    return value;
}

/* Push all weights into one neuron of one tensor the same way. */
static void sampling_aim(const struct network *n, uint64_t seed, double zeta, float *theta)
{
    int t = (int)(random_u64(seed, RANDOM_SAMPLING, 1) % (uint64_t)n->tensor_count);
    const struct tensor *tensor = &n->tensors[t];
    double push = random_u64(seed, RANDOM_SAMPLING, 2) & 1 ? zeta : -zeta;
    /* [out, ...] in feed-forward networks, [in, out] in LSNNs. */
    int lsnn = n->kind == NETWORK_LSNN && tensor->rank == 2;
    size_t outs = lsnn ? tensor->shape[1] : tensor->shape[0], depth = tensor->count / outs;
    size_t neuron = random_u64(seed, RANDOM_SAMPLING, 3) % outs;
    for (size_t k = 0; k < depth; k++) {
        size_t i = tensor->offset + (lsnn ? k * outs + neuron : neuron * depth + k);
        theta[i] = sampling_inside(n->theta[i], push, zeta);
    }
}

/* Parameters of draw `seed`: uniform in the box, one of its corners, or a corner
 * aimed at one neuron, in turn. */
static void sampling_draw(const struct network *n, uint64_t seed, double zeta, float *theta)
{
    int kind = (int)(seed % 3);
    for (size_t i = 0; i < n->parameter_count; i++) {
        double u = 2 * random_uniform(seed, RANDOM_SAMPLING, i + 16) - 1;
        theta[i] = sampling_inside(n->theta[i], zeta * (kind ? (u < 0 ? -1 : 1) : u), zeta);
    }
    if (kind == 2)
        sampling_aim(n, seed, zeta, theta);
}

/* Push every weight of the first layer the way that this input asks for. */
static void sampling_worst_first(const struct network *n, const float *input, uint64_t seed,
                                 double zeta, float *theta)
{
    const struct tensor *tensor = &n->tensors[n->kind == NETWORK_LSNN ? n->lsnn.w_in : 0];
    double sign = random_u64(seed, RANDOM_SAMPLING, 4) & 1 ? 1 : -1;
    size_t place = random_u64(seed, RANDOM_SAMPLING, 5);
    for (size_t i = 0; i < tensor->count; i++) {
        double x = 1;
        if (n->kind == NETWORK_LSNN) {
            size_t t = place % n->lsnn.steps;
            x = input[t * n->lsnn.inputs + i / tensor->shape[1]];
        } else if (tensor->rank == 2) {
            x = input[i % tensor->shape[1]];
        } else { /* the window in the middle of the map */
            const struct layer *l = &n->layers[0];
            size_t k = i % (l->in.channels * l->kernel_height * l->kernel_width);
            size_t c = k / (l->kernel_height * l->kernel_width);
            size_t dy = k / l->kernel_width % l->kernel_height, dx = k % l->kernel_width;
            size_t y = (l->out.height / 2 * l->stride + dy) - l->top;
            size_t xx = (l->out.width / 2 * l->stride + dx) - l->left;
            x = input[(c * l->in.height + y) * l->in.width + xx];
        }
        theta[tensor->offset + i] =
            sampling_inside(n->theta[tensor->offset + i], x < 0 ? -sign * zeta : sign * zeta, zeta);
    }
}

/* Run `draws` draws from the box of size `zeta` against bounds computed for the
 * box that `claimed` names; returns the number of values found outside. */
static size_t sampling_search(const struct engine *bounds_by, const struct engine *points_by,
                              struct network *network, const char *claimed, double zeta,
                              const float *input, int label, uint64_t first_draw, size_t draws,
                              int first_layer_only)
{
    struct box box, point;
    struct fault fault;
    if (box_init(&box, BOX_RELATIVE, claimed, &fault) || box_init(&point, BOX_RELATIVE, "0", &fault))
        return (size_t)-1;
    struct sampling_trace promised = {0}, found = {0};
    sampling_bound(bounds_by, network, &box, input, label, &promised);
    struct network moved = *network;
    moved.theta = malloc(network->parameter_count * sizeof(float));
    size_t outside = 0;
    for (size_t draw = 0; draw < draws; draw++) {
        sampling_draw(network, first_draw + draw, zeta, moved.theta);
        if (draw % 2)
            sampling_worst_first(network, input, first_draw + draw, zeta, moved.theta);
        found.count = 0;
        sampling_bound(points_by, &moved, &point, input, label, &found);
        outside += sampling_outside(&promised, &found, first_layer_only);
    }
    free(moved.theta);
    sampling_free(&promised);
    sampling_free(&found);
    box_clear(&box);
    box_clear(&point);
    return outside;
}

#endif
