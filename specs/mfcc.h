/* mfcc.h -- mel-frequency cepstral coefficients of one second of sound (data.md).
 *
 * As TensorFlow's speech tutorial computes them, which the paper's code uses: frames of
 * 480 samples every 160, periodic Hann window, magnitudes of a Fourier transform of
 * 512, 40 triangles on the mel scale (HTK) from 125 to 3,800 Hz, logarithm of their sums
 * plus 1e-12, all 40 coefficients of the cosine transform.
 *
 * In binary64 with additions, multiplications, divisions and square roots in a fixed
 * order and the functions of portable.h: the same bits on every machine. */
#ifndef SPECS_MFCC_H
#define SPECS_MFCC_H

#define MFCC_SAMPLES 16000
#define MFCC_FRAMES 98
#define MFCC_COUNT 40

/* Tables; reading them from several threads is safe. */
struct mfcc;
struct mfcc *mfcc_new(void);
void mfcc_free(struct mfcc *mfcc); /* NULL is fine */

/* wave [16000] in [-1, 1] to coefficients [98, 40]. */
void mfcc_run(const struct mfcc *mfcc, const double *wave, double *coefficients);

#endif
