/* box_neuron.c -- one step of a spiking layer's neurons, and what their constants and
 * float32 do to it.
 *
 * Constants in intervals: at every step V' = rho V + (1 - rho) I is linear in rho, so for
 * any rho between two ends it lies between the values at those ends; the hull of the two
 * bounds it, 1 - rho moving along with rho.  Likewise b.
 *
 * float32 (specs/digital.md): constants are loosened by their own rounding, and every row
 * of states is spread by gamma_k times its terms' sizes. */
#include "box.h"
#include "digital.h"

/* Roundings of a term of V beside the additions: two products and a constant's factor,
 * with room. */
#define MEMBRANE_ROUNDINGS 8
/* Of b and B, at most: two products and an addition. */
#define STATE_ROUNDINGS 4

/* The decimal's value times 1 + sign Z. */
static void constant_at(const struct box *box, const char *decimal, int sign,
                        enum constant_kind kind, struct constant *constant)
{
    mpq_t factor;
    struct constant nominal;
    mpq_init(factor);
    mpq_set_ui(factor, 1, 1);
    if (sign > 0)
        mpq_add(factor, factor, box->neuron);
    else
        mpq_sub(factor, factor, box->neuron);
    constant_init(&nominal, CONSTANT_RATIONAL, decimal);
    mpq_mul(factor, factor, nominal.q);
    constant_init_rational(constant, kind, factor);
    constant_clear(&nominal);
    mpq_clear(factor);
}

/* The constant at one end of its interval, or over all of it (sign 0). */
static struct scalar *scalar_at(const struct domain *d, const struct box *box,
                                const char *decimal, int sign, enum constant_kind kind)
{
    struct constant low, high;
    constant_at(box, decimal, sign ? sign : -1, kind, &low);
    constant_at(box, decimal, sign ? sign : 1, kind, &high);
    struct scalar *scalar = d->engine->scalar_new(d->engine, &low);
    d->engine->scalar_cover(scalar, &high);
    if (d->beyond & BOX_DIGITAL)
        d->engine->scalar_loosen(scalar, DIGITAL_CONSTANT,
                                 kind == CONSTANT_COMPLEMENT ? DIGITAL_COMPLEMENT : 0);
    constant_clear(&low);
    constant_clear(&high);
    return scalar;
}

static struct decays decays_at(const struct domain *d, const struct box *box, int sign)
{
    const struct lsnn *l = &d->network->lsnn;
    return (struct decays){
        .membrane = scalar_at(d, box, l->tau, sign, CONSTANT_DECAY),
        .membrane_complement = scalar_at(d, box, l->tau, sign, CONSTANT_COMPLEMENT),
        .adaptation = scalar_at(d, box, l->tau_ada, sign, CONSTANT_DECAY),
        .adaptation_complement = scalar_at(d, box, l->tau_ada, sign, CONSTANT_COMPLEMENT),
    };
}

/* The greatest size of a rational constant, its rounding to float32 included. */
static double most_of(const struct box *box, const char *decimal)
{
    struct constant constant;
    double lower, upper;
    constant_at(box, decimal, 1, CONSTANT_RATIONAL, &constant);
    constant_enclose_double(&constant, &lower, &upper);
    constant_clear(&constant);
    return (-lower > upper ? -lower : upper) * (1 + 4 * DIGITAL_CONSTANT); /* of gamma too */
}

void box_neuron_prepare(struct domain *d, const struct box *box)
{
    const struct lsnn *l = &d->network->lsnn;
    d->low = decays_at(d, box, -1);
    if (d->beyond & BOX_NEURON)
        d->high = decays_at(d, box, 1);
    d->b0 = scalar_at(d, box, l->b0, 0, CONSTANT_RATIONAL);
    d->beta = scalar_at(d, box, l->beta, 0, CONSTANT_RATIONAL);
    d->most_b0 = most_of(box, l->b0);
    d->most_beta = most_of(box, l->beta);
}

void box_neuron_clear(struct domain *d)
{
    struct scalar *scalars[] = {
        d->low.membrane,   d->low.membrane_complement,
        d->low.adaptation, d->low.adaptation_complement,
        d->high.membrane,   d->high.membrane_complement,
        d->high.adaptation, d->high.adaptation_complement,
        d->b0,              d->beta,
    };
    for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++)
        if (scalars[i])
            d->engine->scalar_free(scalars[i]);
}

/* |x|, at least 2^-100: what is flushed to zero is less than gamma times that. */
static void take_sizes(const float *input, size_t count, float *sizes)
{
    for (size_t i = 0; i < count; i++) {
        sizes[i] = input[i] < 0 ? -input[i] : input[i];
        sizes[i] = sizes[i] > 0x1p-100f ? sizes[i] : 0x1p-100f;
    }
}

/* Terms of a drive that are not zero for sure. */
static size_t terms_of(const struct domain *d, const struct analysis *a)
{
    size_t terms = d->network->lsnn.inputs;
    for (size_t i = 0; i < d->network->lsnn.units; i++)
        terms += (a->spikes[i] & SPIKE_FIRES) != 0;
    return terms;
}

void box_neuron_drive(const struct domain *d, struct analysis *a, const float *input)
{
    const struct engine *e = d->engine;
    e->drive_inputs(d->w_in, input, a->drive);
    e->drive_spikes(d->w_rec, a->spikes, a->drive);
    if (!(d->beyond & BOX_DIGITAL))
        return;
    size_t k = terms_of(d, a) + MEMBRANE_ROUNDINGS;
    take_sizes(input, d->network->lsnn.inputs, a->frame);
    e->drive_inputs(d->size_in, a->frame, a->sizes);
    e->drive_spikes(d->size_rec, a->spikes, a->sizes);
    e->spread(a->sizes, a->sizes, digital_gamma(k), digital_floor(k), d->network->lsnn.units);
}

/* sizes := rho |V| + (1 - rho) sizes, each factor at its greatest. */
static void integrate_sizes(const struct domain *d, struct analysis *a)
{
    const struct engine *e = d->engine;
    const struct decays *high = d->beyond & BOX_NEURON ? &d->high : &d->low;
    size_t units = d->network->lsnn.units;
    e->set_counts(a->other, a->zeros, a->zeros, units);
    e->spread(a->other, a->membrane, 1, 0, units);
    e->combine(a->sizes, high->membrane, a->other, d->low.membrane_complement, a->sizes, units);
}

void box_neuron_integrate(const struct domain *d, struct analysis *a)
{
    const struct engine *e = d->engine;
    const struct decays *low = &d->low, *high = &d->high;
    size_t units = d->network->lsnn.units;
    if (d->beyond & BOX_DIGITAL)
        integrate_sizes(d, a);
    if (d->beyond & BOX_NEURON)
        e->combine(a->other, high->membrane, a->membrane, high->membrane_complement, a->drive,
                   units);
    e->combine(a->membrane, low->membrane, a->membrane, low->membrane_complement, a->drive, units);
    if (d->beyond & BOX_NEURON)
        e->hull(a->membrane, a->other, units);
}

void box_neuron_round(const struct domain *d, struct analysis *a)
{
    const struct engine *e = d->engine;
    size_t units = d->network->lsnn.units, k = terms_of(d, a) + 2 + MEMBRANE_ROUNDINGS;
    if (!(d->beyond & BOX_DIGITAL))
        return;
    e->spread(a->sizes, a->threshold, 1, 0, units);
    e->spread(a->membrane, a->sizes, digital_gamma(k), digital_floor(k), units);
}

void box_neuron_adapt(const struct domain *d, struct analysis *a)
{
    const struct engine *e = d->engine;
    const struct decays *low = &d->low, *high = &d->high;
    size_t units = d->network->lsnn.units;
    if (d->beyond & BOX_NEURON) {
        e->copy(a->other, 0, a->adaptation, units);
        e->leak_and_add(a->other, high->adaptation, high->adaptation_complement, a->spikes, units);
    }
    e->leak_and_add(a->adaptation, low->adaptation, low->adaptation_complement, a->spikes, units);
    if (d->beyond & BOX_NEURON)
        e->hull(a->adaptation, a->other, units);
    if (d->beyond & BOX_DIGITAL) /* b is a sum of terms that are not negative: its own size */
        e->spread(a->adaptation, a->adaptation, digital_gamma(STATE_ROUNDINGS),
                  digital_floor(STATE_ROUNDINGS), units);
    box_neuron_threshold(d, a);
}

void box_neuron_threshold(const struct domain *d, struct analysis *a)
{
    double gamma = digital_gamma(STATE_ROUNDINGS);
    size_t units = d->network->lsnn.units;
    d->engine->offset(a->threshold, d->b0, d->beta, a->adaptation, units);
    if (d->beyond & BOX_DIGITAL)
        d->engine->spread(a->threshold, a->adaptation, gamma * d->most_beta,
                          gamma * d->most_b0 + digital_floor(STATE_ROUNDINGS), units);
}
