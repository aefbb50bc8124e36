/* pcm.c -- see pcm.h. */
#include "pcm.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ALWAYS 2 /* an edge that no x reaches */

/* Nandakumar et al. (ICECS 2019), as aihwkit's PCMLikeNoiseModel prints them. */
#define DRIFT_MEAN {.constant = 0.0244, .slope = -0.0155, .least = 0.049, .most = 0.1, .edge = ALWAYS}
#define DRIFT_DEVIATION \
    {.constant = -0.0059, .slope = -0.0125, .least = 0.008, .most = 0.045, .edge = ALWAYS}
#define READ_SHARE {.constant = 0.0088, .power = -0.65, .least = 0, .most = 0.2, .edge = ALWAYS}

static const struct pcm_device presets[] = {
    {
        .name = "paper", .about = "the paper's equations; drift as in aihwkit, first reading at 25 s",
        .g_max = 25, .program = {0.2635, 1.9650, -1.1731},
        .mean = DRIFT_MEAN, .deviation = DRIFT_DEVIATION, .share = READ_SHARE,
        .clock = PCM_SINCE_PULSE, .t_0 = 25, .t_read = 250e-9, .divisor = 1,
    }, {
        .name = "aihwkit", .about = "aihwkit's PCM-like model: Q of what is programmed",
        .g_max = 25, .program = {0.26348, 1.9650, -1.1731},
        .mean = DRIFT_MEAN, .deviation = DRIFT_DEVIATION, .share = READ_SHARE,
        .share_of_programmed = 1,
        .clock = PCM_SINCE_READING, .t_0 = 20, .t_read = 250e-9, .divisor = 2,
    }, {
        .name = "joshi", .about = "programming as in Joshi et al. 2020, figure 3b; first reading at 27.36 s",
        .g_max = 25, .program = {0.28638599, 1.896431, -1.11729375},
        .mean = DRIFT_MEAN, .deviation = DRIFT_DEVIATION, .share = READ_SHARE,
        .clock = PCM_SINCE_PULSE, .t_0 = 27.36, .t_read = 250e-9, .divisor = 2,
    }, {
        .name = "hermes", .about = "one device per polarity on the HERMES chip, as aihwkit fits it",
        .g_max = 10.35, .program = {0.15781817, 2.32443916, -2.16310839, 0.68841818},
        .mean = {-0.0182, -0.0387, 0, 0.072, 0.13, 0.0945, {0.0736, -0.0126, -0.0436}},
        .deviation = {-0.0023, -0.0120, 0, 0.0124, 0.04, 0.3039, {0.0104, 0.0116, -0.0165}},
        .share = {0.0038, -0.0078, 0, 0.0179, 0.04, 0.1591, {0.0088, 0.0768, -0.1352, 0.0664}},
        .share_of_programmed = 1,
        .clock = PCM_SINCE_READING, .t_0 = 200, .t_read = 512e-9, .divisor = 2,
    },
};
#define PRESETS (int)(sizeof presets / sizeof *presets)

const struct pcm_device *pcm_preset(int i)
{
    return i < PRESETS ? &presets[i] : NULL;
}

const struct pcm_device *pcm_find(const char *name, struct fault *fault)
{
    char all[128] = "";
    for (int i = 0; i < PRESETS; i++) {
        if (!strcmp(name, presets[i].name))
            return &presets[i];
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%s",
                 !i ? "" : i + 1 < PRESETS ? ", " : " or ", presets[i].name);
    }
    fault_set(fault, "'%.60s' is no device; choose %s", name, all);
    return NULL;
}

static double polynomial(const double c[4], double x)
{
    return c[0] + x * (c[1] + x * (c[2] + x * c[3]));
}

double pcm_curve(const struct pcm_curve *curve, double x)
{
    x = x > PCM_LEAST_STATE ? x : PCM_LEAST_STATE;
    if (x >= curve->edge)
        return polynomial(curve->polynomial, x);
    double value = curve->power != 0 ? curve->constant * pow(x, curve->power)
                                     : curve->constant + curve->slope * log(x);
    return fmin(fmax(value, curve->least), curve->most);
}

double pcm_program_sigma(const struct pcm_device *device, double x)
{
    return fmax(polynomial(device->program, x), 0);
}

double pcm_first_time(const struct pcm_device *device)
{
    return device->clock == PCM_SINCE_PULSE ? device->t_0 : 0;
}

int pcm_check_time(const struct pcm_device *device, double t, struct fault *fault)
{
    double first = pcm_first_time(device);
    if (t >= first && isfinite(t))
        return 0;
    return fault_set(fault, "%g s: the device '%s' is first read at %g s; name times from then on", t,
                     device->name, first);
}

/* Seconds since the last pulse. */
static double since_pulse(const struct pcm_device *device, double t)
{
    return device->clock == PCM_SINCE_PULSE ? t : t + device->t_0;
}

double pcm_read_spread(const struct pcm_device *device, double t)
{
    double r = device->t_read;
    return sqrt(log((since_pulse(device, t) + r) / (device->divisor * r)));
}

double pcm_log_age(const struct pcm_device *device, double t)
{
    return log(since_pulse(device, t) / device->t_0);
}

double pcm_programmed(const struct pcm_device *device, double scale, double x, double xi)
{
    return fmax(0, device->g_max * x + scale * pcm_program_sigma(device, x) * xi);
}

double pcm_exponent(const struct pcm_device *device, double scale, double x, double xi)
{
    return scale * fabs(pcm_curve(&device->mean, x) + pcm_curve(&device->deviation, x) * xi);
}

double pcm_read_share(const struct pcm_device *device, double x, double programmed)
{
    return pcm_curve(&device->share, device->share_of_programmed ? programmed / device->g_max : x);
}

double pcm_read(double drifted, double share, double spread, double xi)
{
    return fmax(0, drifted + drifted * share * spread * xi);
}
