/* pcm_enclose.c -- see pcm_enclose.h. */
#include "pcm_enclose.h"

#include <stdio.h>

/* The decimal that a constant of a preset was written as; it has fewer than 15 digits. */
static void set_decimal(struct interval *z, double value)
{
    char text[40];
    snprintf(text, sizeof text, "%.15g", value);
    z->empty = 0;
    require(mpfr_set_str(z->lo, text, 10, MPFR_RNDD) == 0);
    require(mpfr_set_str(z->hi, text, 10, MPFR_RNDU) == 0);
}

static void init_decimal(struct interval *z, double value)
{
    interval_init(z, PCM_BITS);
    set_decimal(z, value);
}

/* Of a positive interval. */
static void set_log(struct interval *z, const struct interval *x)
{
    mpfr_log(z->lo, x->lo, MPFR_RNDD);
    mpfr_log(z->hi, x->hi, MPFR_RNDU);
}

/* z becomes the hull of z and x. */
static void widen(struct interval *z, const struct interval *x)
{
    mpfr_min(z->lo, z->lo, x->lo, MPFR_RNDD);
    mpfr_max(z->hi, z->hi, x->hi, MPFR_RNDU);
}

static void law_init(struct pcm_law *law, const struct pcm_curve *curve)
{
    init_decimal(&law->floor, PCM_LEAST_STATE);
    init_decimal(&law->constant, curve->constant);
    init_decimal(&law->slope, curve->slope);
    init_decimal(&law->power, curve->power);
    init_decimal(&law->least, curve->least);
    init_decimal(&law->most, curve->most);
    init_decimal(&law->edge, curve->edge);
    for (int i = 0; i < 4; i++)
        init_decimal(&law->polynomial[i], curve->polynomial[i]);
}

static void law_clear(struct pcm_law *law)
{
    struct interval *all[] = {&law->floor, &law->constant, &law->slope, &law->power, &law->least,
                              &law->most, &law->edge};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        interval_clear(all[i]);
    for (int i = 0; i < 4; i++)
        interval_clear(&law->polynomial[i]);
}

/* Horner; z is not x. */
static void polynomial(struct interval *z, const struct interval c[4], const struct interval *x)
{
    mpfr_set(z->lo, c[3].lo, MPFR_RNDD);
    mpfr_set(z->hi, c[3].hi, MPFR_RNDU);
    for (int i = 2; i >= 0; i--)
        interval_fma(z, z, x, &c[i]);
}

/* The law's piece below its edge. */
static void logarithmic(struct interval *z, const struct pcm_law *l, double power,
                        const struct interval *x)
{
    set_log(z, x);
    if (power != 0) {
        interval_mul(z, z, &l->power);
        interval_exp(z, z);
        interval_mul(z, z, &l->constant);
    } else {
        interval_fma(z, z, &l->slope, &l->constant);
    }
    interval_max(z, z, &l->least);
    interval_min(z, z, &l->most);
}

/* z: the law over x; z is not x. */
static void law_enclose(struct interval *z, const struct pcm_law *l, double power,
                        const struct interval *x)
{
    struct interval state, beyond;
    interval_init(&state, PCM_BITS);
    interval_init(&beyond, PCM_BITS);
    interval_max(&state, &l->floor, x);
    int under = mpfr_less_p(state.lo, l->edge.hi), over = mpfr_greaterequal_p(state.hi, l->edge.lo);
    if (under)
        logarithmic(z, l, power, &state);
    if (over)
        polynomial(under ? &beyond : z, l->polynomial, &state);
    if (under && over)
        widen(z, &beyond);
    interval_clear(&state);
    interval_clear(&beyond);
}

/* t' = T, or T + t_0. */
static void set_age(struct interval *age, const struct pcm_device *d, const struct interval *t)
{
    struct interval first;
    init_decimal(&first, d->t_0);
    mpfr_set(age->lo, t->lo, MPFR_RNDD);
    mpfr_set(age->hi, t->hi, MPFR_RNDU);
    if (d->clock == PCM_SINCE_READING)
        interval_add(age, age, &first);
    interval_clear(&first);
}

/* log_age and spread, from t'. */
static void set_times(struct pcm_enclosure *e, const struct interval *age)
{
    struct interval x, y;
    init_decimal(&x, e->device->t_0);
    init_decimal(&y, e->device->t_read);
    interval_div(&x, age, &x);
    set_log(&e->log_age, &x);
    if (mpfr_sgn(e->log_age.lo) < 0) /* T is not before t_0 */
        mpfr_set_zero(e->log_age.lo, 1);
    e->drifts = mpfr_sgn(e->log_age.hi) > 0;
    interval_add(&e->spread, age, &y);
    interval_div(&e->spread, &e->spread, &y);
    set_decimal(&x, e->device->divisor);
    interval_div(&e->spread, &e->spread, &x);
    set_log(&e->spread, &e->spread);
    interval_sqrt(&e->spread, &e->spread);
    interval_clear(&x);
    interval_clear(&y);
}

int pcm_enclosure_init(struct pcm_enclosure *e, const struct pcm_device *device, const mpq_t k,
                       const mpq_t t, struct fault *fault)
{
    struct interval time, age, first;
    interval_init(&time, PCM_BITS);
    interval_init(&age, PCM_BITS);
    interval_set_rational(&time, t);
    init_decimal(&first, pcm_first_time(device));
    int early = mpfr_cmp(time.hi, first.lo) < 0;
    *e = (struct pcm_enclosure){.device = device};
    if (early) {
        fault_set(fault, "the device '%s' is first read at %.9g s, the box's time is before that",
                  device->name, pcm_first_time(device));
    } else {
        interval_init(&e->within, PCM_BITS);
        interval_init(&e->log_age, PCM_BITS);
        interval_init(&e->spread, PCM_BITS);
        interval_set_rational(&e->within, k);
        mpfr_neg(e->within.lo, e->within.hi, MPFR_RNDD);
        for (int i = 0; i < 4; i++) {
            init_decimal(&e->program[i], device->g_max);
            struct interval c;
            init_decimal(&c, device->program[i]);
            interval_div(&e->program[i], &c, &e->program[i]);
            interval_clear(&c);
        }
        law_init(&e->mean, &device->mean);
        law_init(&e->deviation, &device->deviation);
        law_init(&e->share, &device->share);
        set_age(&age, device, &time);
        set_times(e, &age);
    }
    interval_clear(&time);
    interval_clear(&age);
    interval_clear(&first);
    return early ? -1 : 0;
}

void pcm_enclosure_clear(struct pcm_enclosure *e)
{
    interval_clear(&e->within);
    interval_clear(&e->log_age);
    interval_clear(&e->spread);
    for (int i = 0; i < 4; i++)
        interval_clear(&e->program[i]);
    law_clear(&e->mean);
    law_clear(&e->deviation);
    law_clear(&e->share);
}

static void get_ends(double ends[2], const struct interval *x)
{
    ends[0] = mpfr_get_d(x->lo, MPFR_RNDD);
    ends[1] = mpfr_get_d(x->hi, MPFR_RNDU);
}

static void not_negative(struct interval *x)
{
    if (mpfr_sgn(x->lo) < 0)
        mpfr_set_zero(x->lo, 1);
    if (mpfr_sgn(x->hi) < 0)
        mpfr_set_zero(x->hi, 1);
}

/* z: exp(-nu log_age), nu = |mean + deviation [-K, K]|. */
static void decay(struct interval *z, const struct pcm_enclosure *e, const struct interval *x)
{
    struct interval spread;
    interval_init(&spread, PCM_BITS);
    law_enclose(&spread, &e->deviation, e->device->deviation.power, x);
    law_enclose(z, &e->mean, e->device->mean.power, x);
    interval_fma(z, &spread, &e->within, z);
    interval_abs(z, z);
    interval_mul(z, z, &e->log_age);
    interval_neg(z, z);
    interval_exp(z, z);
    interval_clear(&spread);
}

void pcm_enclose(const struct pcm_enclosure *e, const struct interval *x, struct pcm_bounds *b)
{
    struct interval programmed, factor, noise;
    interval_init(&programmed, PCM_BITS);
    interval_init(&factor, PCM_BITS);
    interval_init(&noise, PCM_BITS);
    polynomial(&noise, e->program, x);
    not_negative(&noise);
    interval_fma(&programmed, &noise, &e->within, x);
    not_negative(&programmed);
    get_ends(b->programmed, &programmed);
    decay(&factor, e, x);
    get_ends(b->decay, &factor);
    law_enclose(&noise, &e->share, e->device->share.power,
                e->device->share_of_programmed ? &programmed : x);
    interval_mul(&noise, &noise, &e->spread);
    interval_mul(&noise, &noise, &e->within);
    interval_mul(&factor, &factor, &programmed);
    mpfr_add_ui(noise.lo, noise.lo, 1, MPFR_RNDD);
    mpfr_add_ui(noise.hi, noise.hi, 1, MPFR_RNDU);
    interval_mul(&noise, &noise, &factor);
    not_negative(&noise);
    get_ends(b->read, &noise);
    interval_clear(&programmed);
    interval_clear(&factor);
    interval_clear(&noise);
}
