/* box_feedforward.c -- interval bound propagation through layers.
 *
 * Each layer's enclosure is computed from the one before; correlations between
 * neurons are forgotten.  The last layer is kept for the joint margin.  Maps
 * are run sample by sample while they fit the caches, flat rows in batches. */
#include <stdlib.h>

#include "box.h"
#include "digital.h"

static int has_weights(const struct layer *layer)
{
    return layer->kind == LAYER_DENSE || layer->kind == LAYER_CONV2D;
}

static struct weights *readout_of(const struct domain *domain, const struct layer *last,
                                  const struct box *box)
{
    const struct network *n = domain->network;
    const float *bias = last->bias < 0 ? NULL : n->theta + n->tensors[last->bias].offset;
    return domain->engine->readout_new(
        domain->engine, n->theta + n->tensors[last->weight].offset, bias,
        shape_count(last->out), shape_count(last->in), 0, 1, box);
}

/* Sums of sizes, for the rounding of a float32 execution. */
static int prepare_sizes(struct domain *domain, const struct layer *last, const struct box *box,
                         struct fault *fault)
{
    const struct network *n = domain->network;
    struct box sizes = box_sizes(box);
    for (size_t i = 0; i < n->layer_count; i++)
        if (domain->layers[i])
            domain->size_layers[i] =
                domain->engine->layer_new(domain->engine, n, &domain->plan[i], &sizes);
    domain->size_readout = readout_of(domain, last, &sizes);
    return digital_check(n, fault);
}

/* Rows and columns of a convolution that its pooling drops are not bounded. */
static void crop(struct domain *domain)
{
    const struct network *n = domain->network;
    for (size_t i = 0; i < n->layer_count; i++)
        domain->plan[i] = n->layers[i];
    for (size_t i = 0; i + 1 < n->layer_count; i++) {
        struct layer *conv = &domain->plan[i];
        size_t pool = i + 1 + (conv[1].kind == LAYER_RELU);
        if (conv->kind != LAYER_CONV2D || pool >= n->layer_count ||
            n->layers[pool].kind != LAYER_MAXPOOL2D)
            continue;
        const struct layer *p = &n->layers[pool];
        struct shape used = {conv->out.channels, p->out.height * p->size, p->out.width * p->size};
        conv->out = used;
        for (size_t j = i + 1; j <= pool; j++)
            domain->plan[j].in = used;
        if (pool == i + 2)
            domain->plan[i + 1].out = used;
    }
}

/* Is this a list of layers of weights, ReLUs, maximum poolings and flattenings, each
 * reading the one before? */
static int is_known(const struct network *n)
{
    for (size_t i = 0; i < n->layer_count; i++)
        if (n->layers[i].kind > LAYER_FLATTEN)
            return 0;
    return network_is_chain(n);
}

int box_feedforward_prepare(struct domain *domain, const struct box *box, struct fault *fault)
{
    const struct network *n = domain->network;
    const struct layer *last = &n->layers[n->layer_count - 1];
    if (n->layer_count == 0 || last->kind != LAYER_DENSE)
        return fault_set(fault, "the network's last layer must be dense to be certified");
    struct box weights = box_weights(box);
    if (!is_known(n)) {
        if (domain->beyond & BOX_DIGITAL)
            return fault_set(fault, "--digital: the rounding of a graph's sums and means is not "
                             "accounted for");
        if (box_graph_prepare(domain, &weights, fault))
            return -1;
        domain->readout = readout_of(domain, last, &weights);
        return 0;
    }
    crop(domain);
    domain->first_dense = n->layer_count;
    for (size_t i = 0; i < n->layer_count; i++) {
        const struct layer *layer = &n->layers[i];
        size_t size = shape_count(layer->in);
        if (size > domain->widest)
            domain->widest = size;
        if (layer->kind == LAYER_DENSE && domain->first_dense == n->layer_count)
            domain->first_dense = i;
        if (has_weights(layer) && layer != last)
            domain->layers[i] =
                domain->engine->layer_new(domain->engine, n, &domain->plan[i], &weights);
    }
    domain->readout = readout_of(domain, last, &weights);
    return domain->beyond & BOX_DIGITAL ? prepare_sizes(domain, last, box, fault) : 0;
}

/* Widest flat row from the first dense layer on. */
static size_t widest_flat(const struct domain *domain)
{
    size_t widest = 0;
    for (size_t i = domain->first_dense; i < domain->network->layer_count; i++) {
        size_t size = shape_count(domain->network->layers[i].in);
        widest = size > widest ? size : widest;
    }
    return widest;
}

void box_feedforward_workspace(struct analysis *analysis)
{
    const struct domain *d = analysis->domain;
    if (d->graph) {
        box_graph_workspace(analysis);
        return;
    }
    for (int i = 0; i < 2; i++) {
        analysis->rows[i] = d->engine->intervals_new(d->engine, d->widest);
        analysis->flat[i] = d->engine->intervals_new(d->engine, DOMAIN_BATCH * widest_flat(d));
    }
    if (d->size_readout) {
        size_t flat = DOMAIN_BATCH * widest_flat(d);
        analysis->sizes =
            d->engine->intervals_new(d->engine, d->widest > flat ? d->widest : flat);
    }
    analysis->lower = fault_alloc(d->widest, sizeof(double));
    analysis->upper = fault_alloc(d->widest, sizeof(double));
}

void box_feedforward_show(struct analysis *a, const struct intervals *x, size_t first,
                          size_t count, size_t sample, size_t layer,
                          const struct observer *observer)
{
    if (!observer)
        return;
    a->domain->engine->get_ends(x, first, count, a->lower, a->upper);
    struct sighting sighting = {
        .quantity = QUANTITY_PREACTIVATION, .sample = sample, .layer = layer,
        .count = count, .lower = a->lower, .upper = a->upper,
    };
    observer->see(observer->context, &sighting);
}

/* Is layer i a ReLU right before a pooling layer?  Both take maxima, so they may
 * change places, and after pooling there is less to do. */
static int pool_follows(const struct network *n, size_t i)
{
    return n->layers[i].kind == LAYER_RELU && i + 1 < n->layer_count &&
           n->layers[i + 1].kind == LAYER_MAXPOOL2D;
}

/* Roundings that a term of this layer meets: its product, and its sum with all others. */
static size_t roundings_of(const struct domain *d, const struct layer *layer)
{
    const struct tensor *weight = &d->network->tensors[layer->weight];
    return weight->count / weight->shape[0] + 3;
}

/* The rounding of a layer's outputs y, on inputs x. */
static void round_layer(const struct domain *d, struct analysis *a, size_t i,
                        const struct intervals *x, struct intervals *y, size_t batch)
{
    size_t k = roundings_of(d, &d->plan[i]);
    d->engine->layer(d->size_layers[i], x, a->sizes, batch);
    d->engine->spread(y, a->sizes, digital_gamma(k), digital_floor(k),
                      batch * shape_count(d->plan[i].out));
}

/* Run layers [from, to) on `batch` samples that stand in rows[*now]. */
static void run_layers(const struct domain *d, struct analysis *a, size_t from, size_t to,
                       struct intervals *rows[2], int *now, size_t batch, size_t sample,
                       const struct observer *observer)
{
    for (size_t i = from; i < to; i++) {
        const struct layer *layer = &d->plan[i];
        struct intervals *x = rows[*now], *y = rows[!*now];
        size_t size = shape_count(layer->out);
        switch (layer->kind) {
        case LAYER_DENSE:
        case LAYER_CONV2D:
            d->engine->layer(d->layers[i], x, y, batch);
            if (d->size_layers[i])
                round_layer(d, a, i, x, y, batch);
            for (size_t s = 0; s < batch; s++)
                box_feedforward_show(a, y, s * size, size, sample + s, i, observer);
            *now = !*now;
            break;
        case LAYER_RELU:
            if (!pool_follows(d->network, i))
                d->engine->relu(x, batch * size);
            break;
        case LAYER_MAXPOOL2D:
            d->engine->maxpool(x, layer->in, layer->size, y, batch);
            if (i > 0 && pool_follows(d->network, i - 1))
                d->engine->relu(y, batch * size);
            *now = !*now;
            break;
        case LAYER_FLATTEN:
            break; /* intervals are indexed [channel][row][column] already */
        default:
            require(0); /* refused when prepared */
        }
    }
}

void box_feedforward_bound(const struct domain *domain, struct analysis *analysis,
                           const float *const inputs[], const int labels[], size_t batch,
                           struct margins results[], const struct observer *observer)
{
    const struct engine *e = domain->engine;
    const struct network *n = domain->network;
    if (domain->graph) {
        box_graph_bound(domain, analysis, inputs, labels, batch, results, observer);
        return;
    }
    size_t width = shape_count(n->layers[domain->first_dense].in);
    for (size_t s = 0; s < batch; s++) {
        int now = 0;
        e->set_points(analysis->rows[0], inputs[s], n->input_count);
        if (domain->size_readout) /* an input may be flushed to zero */
            e->spread(analysis->rows[0], analysis->rows[0], 0, DIGITAL_SMALLEST, n->input_count);
        run_layers(domain, analysis, 0, domain->first_dense, analysis->rows, &now, 1, s,
                   observer);
        e->copy(analysis->flat[0], s * width, analysis->rows[now], width);
    }
    int now = 0;
    run_layers(domain, analysis, domain->first_dense, n->layer_count - 1, analysis->flat, &now,
               batch, 0, observer);
    size_t last = shape_count(n->layers[n->layer_count - 1].in);
    for (size_t s = 0; s < batch; s++) {
        e->readout(domain->readout, analysis->flat[now], s * last, labels[s], &results[s]);
        if (!domain->size_readout)
            continue;
        struct margins sizes;
        e->readout(domain->size_readout, analysis->flat[now], s * last, labels[s], &sizes);
        digital_margins(&results[s], &sizes, n->class_count, labels[s], 1, last + 3);
    }
}
