/* box.h -- the set of parameter vectors that a claim speaks about (box.md).
 *
 * Every parameter theta_i ranges over its own closed interval, independently.  All kinds
 * but the file's and pcm's, whose ends are given, are
 *   [theta_i - r_i, theta_i + r_i],  r_i = zeta (a |theta_i| + b max|w| + c)
 * with max|w| over the tensor that theta_i belongs to and a, b, c by kind; zeta, a and b
 * are the exact rationals that the user's decimals mean. */
#ifndef SPECS_BOX_H
#define SPECS_BOX_H

#include <gmp.h>

#include "digest.h"
#include "fault.h"
#include "network.h"

enum box_kind { BOX_RELATIVE, BOX_ABSOLUTE, BOX_RANGE, BOX_AFFINE, BOX_QUANTISED, BOX_FILE,
                BOX_PCM };

/* What a user says of a box before its size: --box and the flags beside it. */
struct box_form {
    enum box_kind kind;
    const char *typed;       /* as written, "affine:0.1,0.02"; borrowed, NULL = the default */
    const char *path;        /* file: points into typed; pcm: where its ends are written, or NULL;
                              * borrowed */
    char part[2][64];        /* affine: A and B; pcm: K and T */
    char device[16];         /* pcm: "" = the default */
    const float *lower, *upper; /* pcm: ends at zeta 1, laid out as theta; borrowed from whoever
                                 * knows the device (analyzer/pcm_box.h), NULL until then */
    unsigned bits;           /* quantised */
    int exact_bias;          /* biases do not vary */
    int folded_bias;         /* biases that folding made vary too */
    const char *neuron;      /* relative size of the LSNN's constants, NULL = exact */
    int digital;             /* rounding of float32 executions is included (digital.md) */
};

/* What a box varies beside parameters, as bits. */
enum box_beyond { BOX_NEURON = 1, BOX_DIGITAL = 2 };

struct box {
    enum box_kind kind;
    char typed[64]; /* zeta as the user wrote it */
    mpq_t zeta;     /* exactly that, >= 0 */
    mpq_t by_size, by_range, constant; /* zeta a, zeta b, zeta c */
    mpq_t neuron;   /* tau, tau_ada, beta, b0 each within this, relatively */
    int beyond;     /* enum box_beyond */
    int sizes;      /* a view, see box_sizes */
    const struct network *network; /* whose parameters; NULL: any, all of them vary; borrowed */
    unsigned char *exact;          /* [tensors] that do not vary; NULL: none */
    float *lower, *upper;          /* file, pcm: ends at zeta 1, laid out as theta */
    char sha256[DIGEST_HEX];       /* file: of its bytes */
};

/* Read "relative", "absolute", "range", "affine:A,B", "quantised:BITS", "file:PATH" or
 * "pcm:K@T[@DEVICE]" into kind, typed, path, part, device and bits.  Returns 0, or -1 with the
 * reason. */
int box_form_parse(struct box_form *form, const char *text, struct fault *fault)
    __attribute__((warn_unused_result));

/* Is this a decimal of 0 or more and below 1?  0, or -1 with the reason. */
int box_check_neuron(const char *text, struct fault *fault) __attribute__((warn_unused_result));

/* What boxes of this form vary beside parameters (enum box_beyond), or might. */
int box_form_beyond(const struct box_form *form);

/* Does this kind have a size of its own, so that zeta only scales it (1 if not given)? */
int box_form_sized(const struct box_form *form);

/* The box of that form and size around the parameters of `network` (borrowed); reads the
 * file, if there is one; a pcm form must have its ends.  `folded` marks tensors that are biases made by folding a batch normalisation;
 * NULL: none.  Returns 0, or -1 with the reason (no decimal, negative, a file that does
 * not fit).  box_clear releases. */
int box_make(struct box *box, const struct box_form *form, const char *zeta,
             const struct network *network, const unsigned char *folded, struct fault *fault)
    __attribute__((warn_unused_result));

/* A relative, absolute or range box around any network's parameters, biases included. */
int box_init(struct box *box, enum box_kind kind, const char *zeta, struct fault *fault)
    __attribute__((warn_unused_result));
void box_clear(struct box *box);

/* Is nothing varied, so that the box is the model itself, in real arithmetic? */
int box_is_point(const struct box *box);

/* Views that share the box's memory.  box_weights: the same without what it varies
 * beyond parameters, which whoever asks for it takes care of.  box_sizes: the same as
 * intervals [-s, s], s = 2^-60 + the greatest absolute value in a parameter's. */
struct box box_weights(const struct box *box);
struct box box_sizes(const struct box *box);

/* One tensor's part of a box that varies parameters only: values[i] lies in
 *   [values[i] - r, values[i] + r], r = by_size |values[i]| + constant, or
 *   [values[i] - zeta (values[i] - lower[i]), values[i] + zeta (upper[i] - values[i])]
 * where there are ends. */
struct box_part {
    const float *values;
    size_t count;
    mpq_t by_size, constant, zeta;
    const float *lower, *upper;
    int sizes;
};

/* The part of the tensor at values[0 .. count): of the box's network, whose tensor begins
 * there, or else of any network.  box_part_clear releases. */
void box_part_init(struct box_part *part, const struct box *box, const float *values,
                   size_t count);
void box_part_clear(struct box_part *part);

/* Exact ends of element i; lo and hi must be initialised.  The caller's FTZ and DAZ must be off. */
void box_part_ends(const struct box_part *part, size_t i, mpq_t lo, mpq_t hi);

/* Is `value` in element i's interval?  Decided in exact rationals, without tolerance;
 * NaN and infinities are outside. */
int box_part_contains(const struct box_part *part, size_t i, double value);

/* Is the whole parameter vector star [parameter_count] in the box around the network's?
 * If not, *at (may be NULL) is the first parameter outside. */
int box_contains(const struct box *box, const struct network *network, const float *star,
                 size_t *at);

/* "relative", ..., "pcm". */
const char *box_kind_name(enum box_kind kind);

#endif
