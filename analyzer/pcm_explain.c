/* pcm_explain.c -- see pcm_explain.h. */
#include "pcm_explain.h"

#include <inttypes.h>

const char *pcm_compensation_name(enum pcm_compensation compensation)
{
    static const char *const names[] = {"none", "ideal", "noisy"};
    return names[compensation];
}

static void print_polynomial(FILE *out, const double c[4])
{
    static const char *const powers[] = {"", " x", " x^2", " x^3"};
    fprintf(out, "%.9g", c[0]);
    for (int k = 1; k < 4; k++)
        if (c[k] != 0)
            fprintf(out, " %c %.9g%s", c[k] < 0 ? '-' : '+', c[k] < 0 ? -c[k] : c[k], powers[k]);
}

static void print_curve(FILE *out, const char *name, const struct pcm_curve *c)
{
    fprintf(out, "  %-8s = ", name);
    if (c->power != 0)
        fprintf(out, "%.9g x^(%.9g)", c->constant, c->power);
    else
        fprintf(out, "%.9g %c %.9g ln x", c->constant, c->slope < 0 ? '-' : '+',
                c->slope < 0 ? -c->slope : c->slope);
    fprintf(out, " within [%.9g, %.9g]", c->least, c->most);
    if (c->edge <= 1) {
        fprintf(out, " where x < %.9g, else ", c->edge);
        print_polynomial(out, c->polynomial);
    }
    fprintf(out, "\n");
}

static void print_noise(FILE *out, const struct pcm_device *d, const struct pcm_scales *s)
{
    fprintf(out, "\nProgramming, once per device; factor s_P = %.9g\n"
                 "  G_P = max(0, G_T + s_P sigma_P xi)\n  sigma_P  = ", s->program);
    print_polynomial(out, d->program);
    fprintf(out, " uS  (%.2f %% of g_max at x = 0, %.2f %% at x = 1)\n",
            100 * pcm_program_sigma(d, 0) / d->g_max, 100 * pcm_program_sigma(d, 1) / d->g_max);
    fprintf(out, "\nDrift, nu once per device, always from G_P; factor s_D = %.9g\n"
                 "  nu = s_D |mu_nu + sigma_nu xi|\n", s->drift);
    print_curve(out, "mu_nu", &d->mean);
    print_curve(out, "sigma_nu", &d->deviation);
    if (d->clock == PCM_SINCE_PULSE)
        fprintf(out, "  G_D = G_P (t / %.9g s)^(-nu)   t since the last pulse\n", d->t_0);
    else
        fprintf(out, "  G_D = G_P ((t + %.9g s) / %.9g s)^(-nu)   t since the first reading\n",
                d->t_0, d->t_0);
    fprintf(out, "\nRead noise, once per time; factor s_R = %.9g\n"
                 "  G_R = max(0, G_D (1 + s_R Q L xi))\n", s->read);
    print_curve(out, "Q", &d->share);
    fprintf(out, "             of x = %s\n", d->share_of_programmed ? "G_P / g_max" : "G_T / g_max");
    fprintf(out, "  L(t) = sqrt(ln((t%s + t_r) / (%.9g t_r)))   t_r = %.9g ns\n",
            d->clock == PCM_SINCE_PULSE ? "" : " + t_0", d->divisor, 1e9 * d->t_read);
}

static void print_converter(FILE *out, const char *name, int bits)
{
    if (bits)
        fprintf(out, "  %s %d bits: %d levels over its range, steps of range / %d\n", name, bits,
                (1 << bits) - 1, (1 << (bits - 1)) - 1);
    else
        fprintf(out, "  %s off: exact\n", name);
}

void pcm_explain(FILE *out, const struct pcm_measure *m)
{
    const struct pcm_device *d = m->setup.device;
    fprintf(out, "Device '%s': %s\n  x = G_T / g_max in [0, 1], at least %g in logarithms and "
                 "powers; g_max = %.9g uS;\n  ln is natural; xi is standard normal, drawn anew "
                 "everywhere; uS is microsiemens.\n", d->name, d->about, PCM_LEAST_STATE, d->g_max);
    fprintf(out, "\nA weight is a pair on a tile of at most %zu x %zu with the largest weight w_max\n"
                 "  G+_T = g_max max(0, w) / w_max    G-_T = g_max max(0, -w) / w_max\n"
                 "  w = (G+ - G-) w_max / g_max; biases are digital; batch normalisation is\n"
                 "  unfolded, its factors digital.\n", m->side, m->side);
    print_noise(out, d, &m->setup.scales);
    fprintf(out, "\nCompensation %s", pcm_compensation_name(m->setup.compensation));
    if (m->setup.compensation != PCM_NONE)
        fprintf(out, ": alpha = R(as programmed) / R(t) per tile,\n"
                     "  R = max(1e-4, mean |G+ - G-| / g_max), read %s noise",
                m->setup.compensation == PCM_IDEAL ? "without" : "with its own");
    fprintf(out, "\n  y = factor sum over tiles of alpha ADC(DAC(a) W) + bias\n\nConverters\n");
    print_converter(out, "DAC", m->dac_bits);
    print_converter(out, "ADC", m->adc_bits);
    if (m->dac_bits || m->adc_bits)
        fprintf(out, "  ranges: the 99.995 percentile of |values|, of a matrix's inputs and of a "
                     "tile's\n  outputs, in the digital network on up to %d samples that are not "
                     "tested\n", PCM_CALIBRATION);
    fprintf(out, "\nDraws depend on (seed %" PRIu64 ", chip, parameter, device), read noise also on "
                 "t.\n", m->setup.seed);
}
