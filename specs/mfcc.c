/* mfcc.c -- see mfcc.h. */
#include "mfcc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "portable.h"

#define WINDOW 480
#define HOP 160
#define LENGTH 512          /* of the transform */
#define HALF (LENGTH / 2)   /* complex points that do its work */
#define BINS (HALF + 1)
#define MELS MFCC_COUNT
#define LOWEST 125.0        /* Hz */
#define HIGHEST 3800.0
#define RATE 16000.0

/* A mel filter: its weights for bins first .. first + count - 1. */
struct filter {
    int first, count;
    double weight[BINS];
};

struct mfcc {
    double window[WINDOW];
    double cosine[LENGTH], sine[LENGTH]; /* of parts of a turn */
    int place[HALF];                     /* bits reversed */
    int first_bin, last_bin;             /* that any filter looks at */
    struct filter filter[MELS];
    double transform[MELS][MELS]; /* [mel][coefficient] */
};

/* Of one frame. */
struct spectrum {
    double re[HALF], im[HALF], magnitude[BINS];
};

static double mel_of(double hertz)
{
    return 1127 * portable_log(1 + hertz / 700);
}

/* Triangles in the mel domain; bin 0 belongs to none. */
static void fill_filters(struct mfcc *m)
{
    double low = mel_of(LOWEST), step = (mel_of(HIGHEST) - low) / (MELS + 1);
    m->first_bin = BINS;
    for (int i = 0; i < MELS; i++) {
        struct filter *filter = &m->filter[i];
        double begin = low + step * i, centre = low + step * (i + 1), end = low + step * (i + 2);
        for (int k = 1; k < BINS; k++) {
            double mel = mel_of(k * (RATE / LENGTH));
            double up = (mel - begin) / (centre - begin), down = (end - mel) / (end - centre);
            double weight = up < down ? up : down;
            if (weight <= 0)
                continue;
            if (!filter->count)
                filter->first = k;
            filter->weight[filter->count++] = weight;
            m->first_bin = k < m->first_bin ? k : m->first_bin;
            m->last_bin = k > m->last_bin ? k : m->last_bin;
        }
    }
}

struct mfcc *mfcc_new(void)
{
    struct mfcc *m = fault_alloc(1, sizeof *m);
    for (unsigned long n = 0; n < WINDOW; n++)
        m->window[n] = 0.5 - 0.5 * portable_cosine(n, WINDOW);
    for (unsigned long n = 0; n < LENGTH; n++) {
        m->cosine[n] = portable_cosine(n, LENGTH);
        m->sine[n] = portable_sine(n, LENGTH);
    }
    for (int i = 1; i < HALF; i++)
        m->place[i] = m->place[i / 2] / 2 + (i % 2) * (HALF / 2);
    fill_filters(m);
    /* cos(pi (2 n + 1) k / 80); the factor is the orthonormal one, also for k = 0. */
    for (unsigned long n = 0; n < MELS; n++)
        for (unsigned long k = 0; k < MELS; k++)
            m->transform[n][k] = sqrt(2.0 / MELS) * portable_cosine((2 * n + 1) * k, 4 * MELS);
    return m;
}

void mfcc_free(struct mfcc *mfcc)
{
    free(mfcc);
}

/* The windowed frame at `wave`: even samples as real parts, odd ones as imaginary parts,
 * at the places from which the transform works in order; zeros up to its length. */
static void place_frame(const struct mfcc *m, const double *wave, struct spectrum *s)
{
    for (int n = 0; n < HALF; n++) {
        int inside = 2 * n < WINDOW;
        s->re[m->place[n]] = inside ? wave[2 * n] * m->window[2 * n] : 0;
        s->im[m->place[n]] = inside ? wave[2 * n + 1] * m->window[2 * n + 1] : 0;
    }
}

/* The discrete Fourier transform of HALF complex points (Cooley and Tukey, radix 2). */
static void transform(const struct mfcc *m, double *re, double *im)
{
    for (int span = 1; span < HALF; span *= 2)
        for (int k = 0; k < span; k++) {
            double c = m->cosine[k * (HALF / span)], d = -m->sine[k * (HALF / span)];
            for (int a = k; a < HALF; a += 2 * span) {
                int b = a + span;
                double turned_re = re[b] * c - im[b] * d, turned_im = re[b] * d + im[b] * c;
                re[b] = re[a] - turned_re;
                im[b] = im[a] - turned_im;
                re[a] += turned_re;
                im[a] += turned_im;
            }
        }
}

/* Magnitudes of the real transform of twice the length, from its two interleaved halves:
 * X_k = E_k + exp(-2 pi i k / 512) O_k, E and O from Z_k and the conjugate of Z_-k. */
static void magnitudes(const struct mfcc *m, struct spectrum *s)
{
    for (int k = m->first_bin; k <= m->last_bin; k++) {
        int plus = k % HALF, minus = (HALF - k) % HALF;
        double even_re = 0.5 * (s->re[plus] + s->re[minus]);
        double even_im = 0.5 * (s->im[plus] - s->im[minus]);
        double odd_re = 0.5 * (s->im[plus] + s->im[minus]);
        double odd_im = 0.5 * (s->re[minus] - s->re[plus]);
        double re = even_re + (odd_re * m->cosine[k] + odd_im * m->sine[k]);
        double im = even_im + (odd_im * m->cosine[k] - odd_re * m->sine[k]);
        s->magnitude[k] = sqrt(re * re + im * im);
    }
}

static void cepstrum(const struct mfcc *m, const double *magnitude, double *into)
{
    memset(into, 0, MFCC_COUNT * sizeof *into);
    for (int n = 0; n < MELS; n++) {
        const struct filter *filter = &m->filter[n];
        double sum = 0;
        for (int i = 0; i < filter->count; i++)
            sum += filter->weight[i] * magnitude[filter->first + i];
        double level = portable_log(sum + 1e-12);
        for (int k = 0; k < MFCC_COUNT; k++)
            into[k] += level * m->transform[n][k];
    }
}

void mfcc_run(const struct mfcc *mfcc, const double *wave, double *coefficients)
{
    struct spectrum s;
    for (int frame = 0; frame < MFCC_FRAMES; frame++) {
        place_frame(mfcc, wave + frame * HOP, &s);
        transform(mfcc, s.re, s.im);
        magnitudes(mfcc, &s);
        cepstrum(mfcc, s.magnitude, coefficients + frame * MFCC_COUNT);
    }
}
