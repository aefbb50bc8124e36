/* box.c -- see box.h. */
#include "box.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "box_file.h"
#include "box_read.h"
#include "decimal.h"

/* a, b and c of the kind, not yet times zeta. */
static int set_coefficients(struct box *box, const struct box_form *form, struct fault *fault)
{
    int bad = 0;
    if (form->kind == BOX_RELATIVE)
        mpq_set_ui(box->by_size, 1, 1);
    if (form->kind == BOX_ABSOLUTE)
        mpq_set_ui(box->constant, 1, 1);
    if (form->kind == BOX_RANGE)
        mpq_set_ui(box->by_range, 1, 1);
    if (form->kind == BOX_AFFINE)
        bad = box_read_size(form->part[0], box->by_size, fault) ||
              box_read_size(form->part[1], box->by_range, fault);
    if (form->kind == BOX_QUANTISED) /* half a step */
        mpq_set_ui(box->by_range, 1, 2 * ((1ul << (form->bits - 1)) - 1));
    mpq_mul(box->by_size, box->by_size, box->zeta);
    mpq_mul(box->by_range, box->by_range, box->zeta);
    mpq_mul(box->constant, box->constant, box->zeta);
    return bad;
}

static int parse_neuron(const char *text, mpq_t value, struct fault *fault)
{
    if (box_read_size(text, value, fault))
        return -1;
    if (mpq_cmp_ui(value, 1, 1) >= 0)
        return fault_set(fault, "'%s' lets a time constant reach 0; give less than 1", text);
    return 0;
}

int box_check_neuron(const char *text, struct fault *fault)
{
    mpq_t value;
    mpq_init(value);
    int bad = parse_neuron(text, value, fault);
    mpq_clear(value);
    return bad;
}

static int set_neuron(struct box *box, const struct box_form *form, struct fault *fault)
{
    if (!form->neuron)
        return 0;
    if (parse_neuron(form->neuron, box->neuron, fault))
        return -1;
    if (mpq_sgn(box->neuron) > 0)
        box->beyond |= BOX_NEURON;
    return 0;
}

static int begin(struct box *box, const struct box_form *form, const char *zeta,
                 struct fault *fault)
{
    *box = (struct box){.kind = form->kind};
    mpq_inits(box->zeta, box->by_size, box->by_range, box->constant, box->neuron, NULL);
    box->beyond = form->digital ? BOX_DIGITAL : 0;
    if (box_read_size(zeta, box->zeta, fault) || set_coefficients(box, form, fault) ||
        set_neuron(box, form, fault)) {
        box_clear(box);
        return -1;
    }
    strncpy(box->typed, zeta, sizeof box->typed - 1);
    return 0;
}

/* Tensors that the flags keep exact. */
static void set_exact(struct box *box, const struct box_form *form, const unsigned char *folded)
{
    const struct network *n = box->network;
    box->exact = fault_alloc((size_t)n->tensor_count, 1);
    for (int i = 0; folded && !form->folded_bias && i < n->tensor_count; i++)
        box->exact[i] = folded[i];
    if (!form->exact_bias)
        return;
    if (n->kind == NETWORK_LSNN)
        box->exact[n->lsnn.b_out] = 1;
    for (size_t i = 0; n->kind == NETWORK_FEEDFORWARD && i < n->layer_count; i++)
        if (n->layers[i].bias >= 0)
            box->exact[n->layers[i].bias] = 1;
}

/* Ends that are given, where the kind has them. */
static int set_ends(struct box *box, const struct box_form *form, struct fault *fault)
{
    size_t count = box->network->parameter_count;
    if (form->kind != BOX_FILE && form->kind != BOX_PCM)
        return 0;
    if (form->kind == BOX_PCM && !form->lower)
        return fault_set(fault, "the ends of the box '%.80s' are not known here; only certify and "
                         "assess attack make them", form->typed);
    box->lower = fault_alloc(count, sizeof *box->lower);
    box->upper = fault_alloc(count, sizeof *box->upper);
    if (form->kind == BOX_FILE)
        return box_file_read(form->path, box->network, box->lower, box->upper, box->sha256, fault);
    memcpy(box->lower, form->lower, count * sizeof *box->lower);
    memcpy(box->upper, form->upper, count * sizeof *box->upper);
    return 0;
}

int box_make(struct box *box, const struct box_form *form, const char *zeta,
             const struct network *network, const unsigned char *folded, struct fault *fault)
{
    if (begin(box, form, zeta, fault))
        return -1;
    box->network = network;
    if (form->neuron && network->kind != NETWORK_LSNN) {
        box_clear(box);
        return fault_set(fault, "--zeta-neuron: the network has no spiking neurons");
    }
    set_exact(box, form, folded);
    if (!set_ends(box, form, fault))
        return 0;
    box_clear(box);
    *box = (struct box){.network = NULL};
    return -1;
}

int box_init(struct box *box, enum box_kind kind, const char *zeta, struct fault *fault)
{
    require(kind <= BOX_RANGE);
    struct box_form form = {.kind = kind};
    return begin(box, &form, zeta, fault);
}

void box_clear(struct box *box)
{
    mpq_clears(box->zeta, box->by_size, box->by_range, box->constant, box->neuron, NULL);
    free(box->exact);
    free(box->lower);
    free(box->upper);
}

int box_is_point(const struct box *box)
{
    return mpq_sgn(box->zeta) == 0 && !box->beyond;
}

struct box box_weights(const struct box *box)
{
    struct box view = *box;
    view.beyond = 0;
    return view;
}

struct box box_sizes(const struct box *box)
{
    struct box view = box_weights(box);
    view.sizes = 1;
    return view;
}

/* The number of the box's tensor that begins at `values`; -1 where it belongs to none. */
static int tensor_at(const struct box *box, const float *values, size_t count)
{
    const struct network *n = box->network;
    for (int i = 0; n && values && i < n->tensor_count; i++)
        if (values == n->theta + n->tensors[i].offset && count == n->tensors[i].count)
            return i;
    return -1;
}

static double greatest(const float *values, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = fabs((double)values[i]) > most ? fabs((double)values[i]) : most;
    return most;
}

void box_part_init(struct box_part *part, const struct box *box, const float *values,
                   size_t count)
{
    require(!box->beyond); /* whoever bounds parameters alone must have said so */
    int tensor = tensor_at(box, values, count);
    require(!box->lower || tensor >= 0 || !count);
    *part = (struct box_part){.values = values, .count = count, .sizes = box->sizes};
    mpq_inits(part->by_size, part->constant, part->zeta, NULL);
    if (tensor >= 0 && box->exact && box->exact[tensor])
        return;
    mpq_set(part->by_size, box->by_size);
    if (mpq_sgn(box->by_range)) {
        mpq_set_d(part->constant, greatest(values, count));
        mpq_mul(part->constant, part->constant, box->by_range);
    }
    mpq_add(part->constant, part->constant, box->constant);
    if (box->lower && count) {
        mpq_set(part->zeta, box->zeta);
        part->lower = box->lower + box->network->tensors[tensor].offset;
        part->upper = box->upper + box->network->tensors[tensor].offset;
    }
}

void box_part_clear(struct box_part *part)
{
    mpq_clears(part->by_size, part->constant, part->zeta, NULL);
}

/* How far element i may go down and up. */
static void reaches(const struct box_part *part, size_t i, mpq_t down, mpq_t up)
{
    mpq_set_d(down, part->values[i]);
    if (part->lower) {
        mpq_set(up, down);
        mpq_t end;
        mpq_init(end);
        mpq_set_d(end, part->lower[i]);
        mpq_sub(down, down, end);
        mpq_set_d(end, part->upper[i]);
        mpq_sub(up, end, up);
        mpq_mul(down, down, part->zeta);
        mpq_mul(up, up, part->zeta);
        mpq_clear(end);
        return;
    }
    mpq_abs(down, down);
    mpq_mul(down, down, part->by_size);
    mpq_add(down, down, part->constant);
    mpq_set(up, down);
}

void box_part_ends(const struct box_part *part, size_t i, mpq_t lo, mpq_t hi)
{
    require(i < part->count);
    mpq_t value;
    mpq_init(value);
    reaches(part, i, lo, hi);
    mpq_set_d(value, part->values[i]);
    mpq_sub(lo, value, lo);
    mpq_add(hi, value, hi);
    if (part->sizes) {
        mpq_neg(lo, lo);
        if (mpq_cmp(lo, hi) > 0)
            mpq_set(hi, lo);
        mpq_set_d(value, 0x1p-60);
        mpq_add(hi, hi, value);
        mpq_neg(lo, hi);
    }
    mpq_clear(value);
}

int box_part_contains(const struct box_part *part, size_t i, double value)
{
    if (!isfinite(value) || !isfinite(part->values[i]))
        return 0;
    if (value == part->values[i] && !part->sizes)
        return 1;
    mpq_t lo, hi, exact;
    mpq_inits(lo, hi, exact, NULL);
    box_part_ends(part, i, lo, hi);
    mpq_set_d(exact, value);
    int inside = mpq_cmp(lo, exact) <= 0 && mpq_cmp(exact, hi) <= 0;
    mpq_clears(lo, hi, exact, NULL);
    return inside;
}

int box_contains(const struct box *box, const struct network *network, const float *star,
                 size_t *at)
{
    struct box view = box_weights(box);
    for (int t = 0; t < network->tensor_count; t++) {
        const struct tensor *tensor = &network->tensors[t];
        struct box_part part;
        size_t i = 0;
        box_part_init(&part, &view, network->theta + tensor->offset, tensor->count);
        while (i < tensor->count && box_part_contains(&part, i, star[tensor->offset + i]))
            i++;
        box_part_clear(&part);
        if (i == tensor->count)
            continue;
        if (at)
            *at = tensor->offset + i;
        return 0;
    }
    return 1;
}
