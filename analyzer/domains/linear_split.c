/* linear_split.c -- the cases of a refined margin (linear_rival.h): where tightening does not
 * close one, an undecided neuron of the last hidden layer is taken to be on and to be off. */
#include "linear_rival.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/numbers/rounding.h"
#include "deadline.h"

#define HOPELESS 0.6 /* of the nominal margin, below zero */
#define THRESHOLD 20 /* binary digits between a margin's terms and the threshold */

/* Bounds, slopes and multipliers to come back to. */
struct kept {
    double *values[RIVAL_LAYERS]; /* low, high, alpha */
    int *exponent[RIVAL_LAYERS];
    double bound;
};

static void keep(const struct rival *rival, struct kept *kept)
{
    const struct linear_state *s = &rival->work->state;
    kept->bound = rival->bound;
    for (int t = 0; t < rival->layer_count; t++) {
        const struct rival_layer *layer = &rival->layers[t];
        size_t n = layer->count, size = n * sizeof(double);
        kept->values[t] = fault_alloc(3 * n, sizeof(double));
        kept->exponent[t] = fault_alloc(2 * n, sizeof(int));
        memcpy(kept->values[t], s->low[layer->dense], size);
        memcpy(kept->values[t] + n, s->high[layer->dense], size);
        memcpy(kept->values[t] + 2 * n, s->table[layer->relu]->alpha, size);
        memcpy(kept->exponent[t], layer->exponent, 2 * n * sizeof(int));
    }
}

static void come_back(struct rival *rival, const struct kept *kept)
{
    const struct linear_state *s = &rival->work->state;
    rival->bound = kept->bound;
    for (int t = 0; t < rival->layer_count; t++) {
        const struct rival_layer *layer = &rival->layers[t];
        size_t n = layer->count, size = n * sizeof(double);
        memcpy(s->low[layer->dense], kept->values[t], size);
        memcpy(s->high[layer->dense], kept->values[t] + n, size);
        rival_relax(rival, layer);
        memcpy(s->table[layer->relu]->alpha, kept->values[t] + 2 * n, size);
        memcpy(layer->exponent, kept->exponent[t], 2 * n * sizeof(int));
    }
}

static void forget(const struct rival *rival, struct kept *kept)
{
    for (int t = 0; t < rival->layer_count; t++) {
        free(kept->values[t]);
        free(kept->exponent[t]);
    }
}

/* The nominal coefficient of a last hidden value in the margin. */
static double coefficient(const struct rival *rival, size_t at)
{
    const struct linear *linear = rival->work->linear;
    const struct layer *last = &linear->nodes[linear->count - 1].layer;
    const float *weight = linear->network->theta + linear->network->tensors[last->weight].offset;
    size_t inputs = shape_count(last->in);
    return (double)weight[rival->label * inputs + at] - weight[rival->other * inputs + at];
}

/* The undecided neuron whose lines cost most, roughly; -1 if none is undecided. */
static long costliest(const struct rival *rival)
{
    const struct linear_state *s = &rival->work->state;
    const struct rival_layer *layer = &rival->layers[0];
    double most = 0;
    long found = -1;
    for (size_t i = 0; i < layer->count; i++) {
        double low = s->low[layer->dense][i], high = s->high[layer->dense][i];
        double cost = low < 0 && high > 0
                          ? fabs(coefficient(rival, i)) * high * -low / (high - low) : 0;
        if (cost > most) {
            most = cost;
            found = (long)i;
        }
    }
    return found;
}

/* Half of the present case: the last split's neuron is kept on its side. */
static void enter_half(struct rival *rival, size_t at, int sign)
{
    struct linear_state *s = &rival->work->state;
    int dense = rival->layers[0].dense;
    double weight = fabs(coefficient(rival, at));
    rival->splits[rival->split_count - 1] = (struct rival_split){at, sign, weight, 0};
    (sign > 0 ? s->low : s->high)[dense][at] = 0;
    rival_relax(rival, &rival->layers[0]);
    rival_multipliers(rival);
}

/* Is the bound so far off that cases would only cost time? */
static int is_hopeless(const struct rival *rival)
{
    const double *logits = rival->work->state.guess[rival->work->linear->count - 1];
    return !(-rival->bound < HOPELESS * (logits[rival->label] - logits[rival->other]));
}

static int refute(struct rival *rival, size_t allowed);

/* Both sides of a neuron, the one that looks harder first. */
static int refute_halves(struct rival *rival, size_t at, size_t allowed)
{
    struct kept kept;
    double bound[2];
    int closed = 1;
    keep(rival, &kept);
    rival->split_count++;
    for (int side = 0; side < 2; side++) {
        enter_half(rival, at, side ? 1 : -1);
        bound[side] = rival_margin(rival);
        come_back(rival, &kept);
    }
    int first = bound[1] < bound[0];
    size_t before = rival->cases;
    for (int turn = 0; turn < 2 && closed; turn++) {
        enter_half(rival, at, (turn ? !first : first) ? 1 : -1);
        closed = refute(rival, turn ? allowed - (rival->cases - before) : allowed / 2);
        come_back(rival, &kept);
    }
    rival->split_count--;
    forget(rival, &kept);
    return closed;
}

/* Is the present case impossible, by what `allowed` cases at most show? */
static int refute(struct rival *rival, size_t allowed)
{
    if (rival_tighten(rival)) {
        rival->cases++;
        return 1;
    }
    long at = costliest(rival);
    if (allowed < 2 || at < 0 || is_hopeless(rival) || rival->split_count == RIVAL_SPLITS ||
        deadline_passed(rival->work->deadline))
        return 0;
    return refute_halves(rival, (size_t)at, allowed);
}

static int refute_class(struct rival *rival, size_t other, size_t allowed, struct margins *result)
{
    struct kept kept;
    rival->other = other;
    rival->bound = result->lower[other];
    for (int t = 0; t < rival->layer_count; t++)
        for (size_t i = 0; i < 2 * rival->layers[t].count; i++)
            rival->layers[t].exponent[i] = RIVAL_NEW;
    if (!(result->scale[other] < INFINITY))
        return 0;
    rival->threshold = ldexp(1, ilogb(1 + result->scale[other]) - THRESHOLD);
    keep(rival, &kept);
    int closed = refute(rival, allowed);
    come_back(rival, &kept);
    forget(rival, &kept);
    if (closed)
        result->lower[other] = rival->threshold;
    return closed;
}

/* The class of the least margin that is not positive; `classes` if there is none. */
static size_t hardest(const struct margins *margins, size_t classes, size_t label)
{
    size_t found = classes;
    for (size_t j = 0; j < classes; j++)
        if (j != label && !(margins->lower[j] > 0) &&
            (found == classes || margins->lower[j] < margins->lower[found]))
            found = j;
    return found;
}

size_t linear_refute(struct linear_work *work, struct linear_work *second, int label,
                     size_t allowed, struct margins *result, size_t *wrong)
{
    size_t classes = work->linear->network->class_count, other;
    struct rival rival;
    struct margins found = *result;
    struct rounding_scope scope;
    int closed = 1;
    rounding_enter_nearest(&scope);
    rival_open(&rival, work, second, label);
    while (closed && rival.layer_count && (other = hardest(&found, classes, rival.label)) < classes)
        closed = refute_class(&rival, other, allowed, &found);
    rounding_leave(&scope);
    *wrong = rival.wrong;
    size_t cases = closed && rival.layer_count ? rival.cases : 0;
    rival_close(&rival);
    if (cases)
        *result = found;
    return cases;
}
