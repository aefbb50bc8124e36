/* pcm_box.c -- see pcm_box.h. */
#include "pcm_box.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/pcm_alpha.h"
#include "specs/decimal.h"
#include "specs/tiles.h"

/* What the ends are computed from. */
struct work {
    const struct network *network;
    struct tiles tiles;
    struct pcm_enclosure device;
    struct interval *largest;        /* [tiles] |weight| */
    struct pcm_pair *pairs;          /* [parameters] */
    const struct pcm_pair **order;   /* the pairs on tiles, tile by tile */
    size_t *first;                   /* [tiles + 1] of a tile's in `order` */
    double (*alpha)[2];              /* [tiles] */
};

static int on_tile(const struct tiles *t, size_t i)
{
    return t->tile[i] != TILES_DIGITAL && t->largest[t->tile[i]] > 0;
}

/* |theta / factor|, the weight before rounding. */
static void set_size(struct interval *z, const struct tiles *t, size_t i)
{
    struct interval factor;
    interval_init(&factor, PCM_BITS);
    double value = fabs((double)t->network->theta[i]), by = fabs((double)t->factor[i]);
    interval_set_doubles(z, value, value);
    interval_set_doubles(&factor, by, by);
    if (by != 1)
        interval_div(z, z, &factor);
    interval_clear(&factor);
}

static void work_init(struct work *w, const struct model *model)
{
    size_t count = model->network.parameter_count;
    w->network = &model->network;
    tiles_init(&w->tiles, model, PCM_BOX_TILE);
    w->largest = fault_alloc(w->tiles.count, sizeof *w->largest);
    w->pairs = fault_alloc(count, sizeof *w->pairs);
    w->order = fault_alloc(count, sizeof *w->order);
    w->first = fault_alloc(w->tiles.count + 1, sizeof *w->first);
    w->alpha = fault_alloc(w->tiles.count, sizeof *w->alpha);
    for (size_t k = 0; k < w->tiles.count; k++)
        interval_init(&w->largest[k], PCM_BITS);
}

static void work_clear(struct work *w)
{
    for (size_t k = 0; k < w->tiles.count; k++)
        interval_clear(&w->largest[k]);
    tiles_clear(&w->tiles);
    free(w->largest);
    free(w->pairs);
    free(w->order);
    free(w->first);
    free(w->alpha);
}

static void find_largest(struct work *w)
{
    struct interval size;
    interval_init(&size, PCM_BITS);
    for (size_t i = 0; i < w->network->parameter_count; i++) {
        if (!on_tile(&w->tiles, i))
            continue;
        set_size(&size, &w->tiles, i);
        interval_max(&w->largest[w->tiles.tile[i]], &w->largest[w->tiles.tile[i]], &size);
    }
    interval_clear(&size);
}

/* The devices of weight i; `off` is one that is programmed to 0. */
static void enclose_pair(struct work *w, size_t i, const struct pcm_bounds *off)
{
    struct interval x;
    struct pcm_pair *pair = &w->pairs[i];
    int negative = (w->network->theta[i] < 0) != (w->tiles.factor[i] < 0);
    pair->side[0] = pair->side[1] = *off;
    if (w->network->theta[i] == 0)
        return;
    interval_init(&x, PCM_BITS);
    set_size(&x, &w->tiles, i);
    interval_div(&x, &x, &w->largest[w->tiles.tile[i]]);
    pcm_enclose(&w->device, &x, &pair->side[negative]);
    interval_clear(&x);
}

static void enclose_devices(struct work *w)
{
    struct interval zero;
    struct pcm_bounds off;
    interval_init(&zero, PCM_BITS);
    pcm_enclose(&w->device, &zero, &off);
    interval_clear(&zero);
#pragma omp parallel for schedule(dynamic, 256)
    for (size_t i = 0; i < w->network->parameter_count; i++)
        if (on_tile(&w->tiles, i))
            enclose_pair(w, i, &off);
}

static void sort_pairs(struct work *w)
{
    const struct tiles *t = &w->tiles;
    for (size_t k = 0; k < t->count; k++)
        w->first[k + 1] = w->first[k] + (t->largest[k] > 0 ? t->devices[k] : 0);
    size_t *next = fault_alloc(t->count, sizeof *next);
    memcpy(next, w->first, t->count * sizeof *next);
    for (size_t i = 0; i < w->network->parameter_count; i++)
        if (on_tile(t, i))
            w->order[next[t->tile[i]]++] = &w->pairs[i];
    free(next);
}

static int find_alphas(struct work *w, struct pcm_box *box, struct fault *fault)
{
    int bad = 0;
#pragma omp parallel for schedule(dynamic, 1) reduction(| : bad)
    for (size_t k = 0; k < w->tiles.count; k++)
        if (w->tiles.largest[k] > 0)
            bad |= pcm_alpha(w->order + w->first[k], w->first[k + 1] - w->first[k], w->alpha[k]);
    if (bad)
        return fault_set(fault, "so many sigmas leave drift compensation without a bound; take a "
                         "smaller K");
    box->least_alpha = INFINITY;
    for (size_t k = 0; k < w->tiles.count; k++) {
        if (w->tiles.largest[k] == 0)
            continue;
        box->tiles++;
        box->least_alpha = fmin(box->least_alpha, w->alpha[k][0]);
        box->most_alpha = fmax(box->most_alpha, w->alpha[k][1]);
    }
    return 0;
}

/* factor alpha (G+ - G-) w_max, outward, and theta. */
static void set_ends(const struct work *w, size_t i, float *lower, float *upper)
{
    struct interval z, x;
    const struct pcm_bounds *plus = &w->pairs[i].side[0], *minus = &w->pairs[i].side[1];
    size_t tile = w->tiles.tile[i];
    double factor = w->tiles.factor[i];
    interval_init(&z, PCM_BITS);
    interval_init(&x, PCM_BITS);
    interval_set_doubles(&z, plus->read[0], plus->read[1]);
    interval_set_doubles(&x, minus->read[0], minus->read[1]);
    interval_sub(&z, &z, &x);
    interval_set_doubles(&x, w->alpha[tile][0], w->alpha[tile][1]);
    interval_mul(&z, &z, &x);
    interval_mul(&z, &z, &w->largest[tile]);
    interval_set_doubles(&x, factor, factor);
    interval_mul(&z, &z, &x);
    *lower = fminf(mpfr_get_flt(z.lo, MPFR_RNDD), *lower);
    *upper = fmaxf(mpfr_get_flt(z.hi, MPFR_RNDU), *upper);
    interval_clear(&z);
    interval_clear(&x);
}

static int set_all_ends(const struct work *w, struct pcm_box *box, struct fault *fault)
{
    size_t count = w->network->parameter_count;
    int wild = 0;
    box->lower = fault_alloc(count, sizeof *box->lower);
    box->upper = fault_alloc(count, sizeof *box->upper);
    memcpy(box->lower, w->network->theta, count * sizeof *box->lower);
    memcpy(box->upper, w->network->theta, count * sizeof *box->upper);
#pragma omp parallel for schedule(static) reduction(| : wild)
    for (size_t i = 0; i < count; i++) {
        if (on_tile(&w->tiles, i))
            set_ends(w, i, &box->lower[i], &box->upper[i]);
        wild |= !isfinite(box->lower[i]) || !isfinite(box->upper[i]);
    }
    return wild ? fault_set(fault, "the ends of the box leave float32; take a smaller K") : 0;
}

/* Three standard normals per device: programming, drift once there is any, read noise. */
static void count_variables(const struct work *w, struct pcm_box *box)
{
    size_t pairs = w->first[w->tiles.count];
    box->variables = 2 * pairs * (w->device.drifts ? 3 : 2);
}

static int compute(struct pcm_box *box, const struct model *model, const mpq_t k, const mpq_t t,
                   struct fault *fault)
{
    struct work w = {.network = NULL};
    if (pcm_enclosure_init(&w.device, box->device, k, t, fault))
        return -1;
    work_init(&w, model);
    find_largest(&w);
    enclose_devices(&w);
    sort_pairs(&w);
    int bad = find_alphas(&w, box, fault) || set_all_ends(&w, box, fault);
    count_variables(&w, box);
    yield_within(k, box->variables, &box->yield);
    work_clear(&w);
    pcm_enclosure_clear(&w.device);
    return bad ? -1 : 0;
}

int pcm_box_init(struct pcm_box *box, struct box_form *form, const struct model *model,
                 struct fault *fault)
{
    mpq_t k, t;
    *box = (struct pcm_box){.device = NULL};
    if (form->kind != BOX_PCM)
        return 0;
    box->device = form->device[0] ? pcm_find(form->device, fault) : pcm_preset(0);
    if (!box->device)
        return -1;
    mpq_inits(k, t, NULL);
    int bad = decimal_parse(form->part[0], k, fault) || decimal_parse(form->part[1], t, fault) ||
              compute(box, model, k, t, fault);
    mpq_clears(k, t, NULL);
    form->lower = box->lower;
    form->upper = box->upper;
    return bad ? -1 : 0;
}

void pcm_box_clear(struct pcm_box *box)
{
    free(box->lower);
    free(box->upper);
}
