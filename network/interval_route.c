/* interval_route.c -- which networks can be bounded, and how their layers hang together: see
 * interval_run.h.
 *
 * Every layer's value is one of few things: the input; what a layer with weights gives, a
 * shortcut added to it or not; that after its ReLU; a part of the latter on its way to where it is
 * added; the means of its maps. */
#include "interval_run.h"

enum what { INPUT, SUM, KEPT, SHORTCUT, MEANS, NOTHING };

struct value {
    enum what what;
    int affine;
    size_t stride, before;
};

static int weighted(const struct layer *layer)
{
    return layer->kind == LAYER_DENSE || layer->kind == LAYER_CONV2D;
}

static struct value nothing(void)
{
    return (struct value){.what = NOTHING};
}

/* A layer with weights reads the input or what a ReLU left. */
static struct value weigh(struct interval_route *route, size_t layer, struct value in)
{
    int k = (int)route->count;
    if (in.what != KEPT && (in.what != INPUT || k))
        return nothing();
    route->step[k] = (struct route_step){.layer = layer, .from = k ? in.affine : -1, .with = -1};
    route->count++;
    return (struct value){SUM, k, 1, 0};
}

/* A shortcut is added to what a layer with weights gave, before its ReLU. */
static struct value add(struct interval_route *route, struct value a, struct value b)
{
    struct value sum = a.what == SUM ? a : b, other = a.what == SUM ? b : a;
    struct route_step *step = &route->step[sum.affine];
    if (sum.what != SUM || (other.what != KEPT && other.what != SHORTCUT) || step->with >= 0 ||
        step->pool)
        return nothing();
    step->with = other.affine;
    step->stride = other.stride;
    step->before = other.before;
    return sum;
}

/* Pooling looks at what nobody else reads: only chains have it. */
static struct value pool(struct interval_route *route, const struct layer *layer, int chain,
                         struct value in)
{
    if (!chain || (in.what != SUM && in.what != KEPT) || route->step[in.affine].pool ||
        route->step[in.affine].flattened)
        return nothing();
    route->step[in.affine].pool = layer;
    return in;
}

static struct value pass(struct interval_route *route, const struct network *n, size_t i,
                         struct value in, struct value with)
{
    const struct layer *l = &n->layers[i];
    switch (l->kind) {
    case LAYER_DENSE:
    case LAYER_CONV2D:
        return weigh(route, i, in);
    case LAYER_RELU:
        in.what = in.what == SUM ? KEPT : NOTHING;
        return in;
    case LAYER_MAXPOOL2D:
        return pool(route, l, network_is_chain(n), in);
    case LAYER_FLATTEN:
        if (in.what == SUM || in.what == KEPT)
            route->step[in.affine].flattened++;
        return in.what == INPUT || (in.what != MEANS && route->step[in.affine].flattened > 1)
                   ? nothing()
                   : in;
    case LAYER_ADD:
        return add(route, in, with);
    case LAYER_SLICE:
        return in.what == KEPT ? (struct value){SHORTCUT, in.affine, l->stride, 0} : nothing();
    case LAYER_PAD:
        in.before += l->before;
        in.what = in.what == KEPT || in.what == SHORTCUT ? SHORTCUT : NOTHING;
        return in;
    case LAYER_GLOBALAVGPOOL:
        in.what = in.what == KEPT ? MEANS : NOTHING;
        return in;
    case LAYER_AVGPOOL2D:
    case LAYER_BATCHNORM:
        break;
    }
    return nothing();
}

int interval_route(const struct network *network, struct interval_route *route)
{
    struct value values[NETWORK_LAYERS + 1] = {{INPUT, -1, 1, 0}}; /* of layer i at i + 1 */
    size_t last = network->layer_count - 1;
    *route = (struct interval_route){.count = 0};
    if (network->kind != NETWORK_FEEDFORWARD || !weighted(&network->layers[0]) ||
        network->layers[last].kind != LAYER_DENSE || network->layers[last].bias < 0)
        return -1;
    for (size_t i = 0; i < last; i++) {
        const struct layer *l = &network->layers[i];
        struct value with = l->kind == LAYER_ADD ? values[l->with + 1] : nothing();
        values[i + 1] = pass(route, network, i, values[l->from + 1], with);
        if (values[i + 1].what == NOTHING)
            return -1;
    }
    struct value end = values[network->layers[last].from + 1];
    route->averaged = end.what == MEANS;
    return (end.what == KEPT || end.what == MEANS) && end.affine == (int)route->count - 1 ? 0 : -1;
}

int interval_fits(const struct network *network)
{
    struct interval_route route;
    return !interval_route(network, &route);
}
