/* kernels.h -- the interval arithmetic that abstract domains are written on.
 *
 * An engine implements these kernels; domains are written once and run on any
 * engine: `double` (binary64 rounded outward, fast) and `mpfr` (any precision,
 * the referee).
 *
 * The contract of every kernel is inclusion: whenever each operand contains a
 * real number, the result contains the exact real result of the operation on
 * those numbers.  Rounding only widens.  Trouble (overflow, NaN) widens to
 * [-inf, +inf] and never narrows.  Kernels neither depend on nor change the
 * caller's rounding mode, FTZ or DAZ, and never allocate (the _new ones aside).
 *
 * Spatial intervals are indexed [channel][row][column], parameters as the model
 * stores them.  An engine may keep the maps that `layer` and `maxpool` give in another
 * order; those two, relu, copy, get_ends and readout know, and copy gives the plain order
 * that all other kernels ask for. */
#ifndef NUMBERS_KERNELS_H
#define NUMBERS_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/numbers/constant.h"
#include "analyzer/numbers/forms.h"
#include "specs/box.h"
#include "specs/network.h"

/* A row of intervals; its representation belongs to the engine. */
struct intervals;

/* Parameters of one layer inside their box, prepared for an engine; read-only
 * once made, shared by threads. */
struct weights;

/* An interval constant; filled by the engine, plain data inside. */
struct scalar;

/* What is known of a neuron's spike: the set of outcomes still possible. */
enum spike { SPIKE_SILENT = 1, SPIKE_FIRES = 2, SPIKE_OPEN = 3 };

/* What is known of v > b. */
enum above { ABOVE_NEVER = 1, ABOVE_ALWAYS = 2, ABOVE_OPEN = 3 };

#define SPREAD_LARGEST 0x1p127

/* Bounds on the last layer for one sample and one label; arrays of `classes`. */
#define MARGINS_CLASSES 64
struct margins {
    double logit_lower[MARGINS_CLASSES], logit_upper[MARGINS_CLASSES];
    double lower[MARGINS_CLASSES], upper[MARGINS_CLASSES]; /* logit_label - logit_j */
    double scale[MARGINS_CLASSES];
};

struct engine {
    const char *name; /* "double" or "mpfr" */
    int bits;         /* 53, or mpfr's precision */

    /* count intervals, all [0, 0]. */
    struct intervals *(*intervals_new)(const struct engine *, size_t count);
    void (*intervals_free)(struct intervals *);

    /* x[i] := [values[i], values[i]], exactly. */
    void (*set_points)(struct intervals *x, const float *values, size_t count);

    /* x[i] := [lower[i], upper[i]] for integers, exactly. */
    void (*set_counts)(struct intervals *x, const int *lower, const int *upper, size_t count);

    /* y[at + i] := x[i] for i < count. */
    void (*copy)(struct intervals *y, size_t at, const struct intervals *x, size_t count);

    /* x[i] := [lower[i], upper[i]], exactly (mpfr: of 53 bits or more; else outward). */
    void (*set_ends)(struct intervals *x, const double *lower, const double *upper,
                     size_t count);

    /* The ends of x[first .. first + count) as binary64, rounded outward; overflow
     * gives infinities. */
    void (*get_ends)(const struct intervals *x, size_t first, size_t count, double *lower,
                     double *upper);

    /* ---- feed-forward layers; `batch` samples stand one after another ---- */

    /* Parameters of a dense or conv2d layer: every weight and bias in its box. */
    struct weights *(*layer_new)(const struct engine *, const struct network *,
                                 const struct layer *, const struct box *);

    /* y := W x + b, or the convolution, for x of any sign.  Exact interval
     * products and sums but for rounding whenever the weights' box does not
     * straddle zero or x does not; else still an enclosure. */
    void (*layer)(const struct weights *, const struct intervals *x, struct intervals *y,
                  size_t batch);

    /* x := max(x, 0). */
    void (*relu)(struct intervals *x, size_t count);

    /* y := maximum over size x size windows; a last partial window is dropped. */
    void (*maxpool)(const struct intervals *x, struct shape in, size_t size,
                    struct intervals *y, size_t batch);

    /* ---- neurons of a spiking layer (all rows have `units` intervals) ---- */

    /* Parameters [rows][columns] of one tensor, in their box. */
    struct weights *(*matrix_new)(const struct engine *, const float *values, size_t rows,
                                  size_t columns, const struct box *);
    void (*weights_free)(struct weights *);

    /* y[i] := sum_k values[k] w[k][i]. */
    void (*drive_inputs)(const struct weights *, const float *values, struct intervals *y);

    /* y[i] += sum_j o_j w[j][i], o_j in {0}, {1} or {0, 1} as spikes[j] says. */
    void (*drive_spikes)(const struct weights *, const uint8_t *spikes, struct intervals *y);

    /* Constants: a decimal's exact value, a decay exp(-1/tau), its complement. */
    struct scalar *(*scalar_new)(const struct engine *, const struct constant *);
    void (*scalar_free)(struct scalar *);

    /* y[i] := a x[i] + c z[i], for a, c >= 0. */
    void (*combine)(struct intervals *y, const struct scalar *a, const struct intervals *x,
                    const struct scalar *c, const struct intervals *z, size_t count);

    /* y[i] := a + c x[i], for c >= 0. */
    void (*offset)(struct intervals *y, const struct scalar *a, const struct scalar *c,
                   const struct intervals *x, size_t count);

    /* y[i] := a y[i] + c o_i, for a, c >= 0. */
    void (*leak_and_add)(struct intervals *y, const struct scalar *a, const struct scalar *c,
                         const uint8_t *spikes, size_t count);

    /* y[i] := y[i] - o_i z[i]. */
    void (*subtract_where)(struct intervals *y, const uint8_t *spikes,
                           const struct intervals *z, size_t count);

    /* result[i] := what is known of v[i] > b[i] (an enum above). */
    void (*compare)(const struct intervals *v, const struct intervals *b, uint8_t *result,
                    size_t count);

    /* ---- what varies beside parameters: constants, rounding errors ---- */

    /* scalar := the hull of it and another constant. */
    void (*scalar_cover)(struct scalar *, const struct constant *);

    /* scalar := it +- (relative times its size + absolute); one that was nowhere negative
     * stays so. */
    void (*scalar_loosen)(struct scalar *, double relative, double absolute);

    /* y[i] := the hull of y[i] and x[i]. */
    void (*hull)(struct intervals *y, const struct intervals *x, size_t count);

    /* y[i] := y[i] +- (scale s + offset), s the greatest absolute value in x[i], for scale,
     * offset >= 0 taken exactly; [-inf, inf] where (1 + scale) s + offset may be greater
     * than SPREAD_LARGEST, so that a float32 sum of terms whose sizes add up to s does not
     * overflow, in whatever order.  x may be y. */
    void (*spread)(struct intervals *y, const struct intervals *x, double scale, double offset,
                   size_t count);

    /* ---- filtered spike trains: rows of any length, several histories a neuron ---- */

    /* Synapses [units][units] in their box, a neuron's own kept apart: drive_traces
     * takes the diagonal for zero, membrane adds it. */
    struct weights *(*synapses_new)(const struct engine *, const float *values, size_t units,
                                    const struct box *);

    /* y[i] := y[i] + sum_k w[k][i] x[k]; of synapses, over k other than i.  Rows
     * whose x[k] is [0, 0] are not read. */
    void (*drive_traces)(const struct weights *, const struct intervals *x, struct intervals *y);

    /* y[i] := drive[o] + w[o][o] x[i] + r[i], o = owner[i], for synapses w. */
    void (*membrane)(const struct weights *, const struct intervals *drive,
                     const uint32_t *owner, const struct intervals *x, const struct intervals *r,
                     struct intervals *y, size_t count);

    /* y[i] := x[from[i]]; y and x are different rows. */
    void (*pick)(struct intervals *y, const struct intervals *x, const uint32_t *from,
                 size_t count);

    /* y[i] := the hull of x[member[k]] over start[i] <= k < start[i + 1], at least one. */
    void (*hulls)(struct intervals *y, const struct intervals *x, const uint32_t *member,
                  const uint32_t *start, size_t count);

    /* ---- verdicts ---- */

    /* The last layer, logit_c = (sum_i W[c][i] x_i) / divisor + b[c].
     * `transposed`: weight stored [inputs][classes] instead of [classes][inputs].
     * Released by weights_free. */
    struct weights *(*readout_new)(const struct engine *, const float *weight,
                                   const float *bias, size_t classes, size_t inputs,
                                   int transposed, size_t divisor, const struct box *);

    /* For the samples' x at x[first .. first + inputs): per class j,
     * logit ends (rounded outward to binary64) and the lower and upper end of
     * logit_label - logit_j, bounded jointly: each weight and x_i is the same
     * number in both logits.  For j = label the margin is [0, 0].
     * scale[j]: an approximation of the sum of absolute terms of that margin. */
    void (*readout)(const struct weights *, const struct intervals *x, size_t first,
                    int label, struct margins *result);

    /* ---- backward substitution ---- */
    const struct form_kernels *forms;
};

#endif
