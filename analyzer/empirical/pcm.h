/* pcm.h -- a phase-change-memory device: what is programmed, how it drifts, how it is read.
 *
 * specs/pcm.md has the equations and where every constant comes from.  A device is asked for a
 * target x = G_T / g_max in [0, 1]; conductances are in microsiemens, times in seconds, and xi is
 * the standard normal that makes this device this one:
 *
 *     programmed   G_P = max(0, g_max x + sigma_P(x) xi)
 *     exponent     nu  = |mu_nu(x) + sigma_nu(x) xi|                once per device
 *     drifted      G_D = G_P decay(t)^nu     decay = t_0/t, or t_0/(t + t_0)
 *     read         G_R = max(0, G_D (1 + Q L(t) xi))                fresh for every t
 *
 * Everything is a function of its arguments alone. */
#ifndef EMPIRICAL_PCM_H
#define EMPIRICAL_PCM_H

#include "specs/fault.h"

/* A quantity that depends on x, which is floored at PCM_LEAST_STATE.  Below `edge` it is
 * constant + slope ln x, or constant x^power where power is not 0, within [least, most];
 * from there on a polynomial. */
#define PCM_LEAST_STATE 1e-7
struct pcm_curve {
    double constant, slope, power, least, most;
    double edge;
    double polynomial[4];
};

/* Where the clock of drift starts: t counts from the last pulse and t_0 is the first reading
 * (no earlier t has a meaning), or t counts from the first reading, t_0 after the pulse. */
enum pcm_clock { PCM_SINCE_PULSE, PCM_SINCE_READING };

struct pcm_device {
    const char *name, *about;
    double g_max;
    double program[4];                  /* sigma_P in microsiemens: a polynomial in x */
    struct pcm_curve mean, deviation;   /* mu_nu, sigma_nu */
    struct pcm_curve share;             /* Q, of the target or of G_P / g_max */
    int share_of_programmed;
    enum pcm_clock clock;
    double t_0;
    double t_read, divisor;             /* L(t) = sqrt(ln((t' + t_read) / (divisor t_read))) */
};

/* The presets, in order; the first is the default.  NULL at the end. */
const struct pcm_device *pcm_preset(int i);

/* The preset of that name, or NULL with the reason, which lists them. */
const struct pcm_device *pcm_find(const char *name, struct fault *fault);

double pcm_curve(const struct pcm_curve *curve, double x);

/* Standard deviation of what is programmed, in microsiemens. */
double pcm_program_sigma(const struct pcm_device *device, double x);

/* The first time that the model speaks of, when a chip is programmed and its drift begins. */
double pcm_first_time(const struct pcm_device *device);

/* Does the model say anything of this time?  0, or -1 with the reason. */
int pcm_check_time(const struct pcm_device *device, double t, struct fault *fault)
    __attribute__((warn_unused_result));

/* L(t), and the logarithm of how many times t_0 has passed: G_D = G_P exp(-nu log_age). */
double pcm_read_spread(const struct pcm_device *device, double t);
double pcm_log_age(const struct pcm_device *device, double t);

/* Factors on each kind of noise; 0 turns it off, 1 is the device as it is. */
struct pcm_scales {
    double program, drift, read;
};

double pcm_programmed(const struct pcm_device *device, double scale, double x, double xi);
double pcm_exponent(const struct pcm_device *device, double scale, double x, double xi);
/* Q of a device with that target, programmed to G_P. */
double pcm_read_share(const struct pcm_device *device, double x, double programmed);
/* spread: scale L(t).  With spread 0, or share 0, what has drifted is read as it is. */
double pcm_read(double drifted, double share, double spread, double xi);

#endif
