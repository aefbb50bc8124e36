/* network.h -- what a network is: its layers or neuron constants, and tensors.
 *
 * The meaning of each layer and of the spiking network, over the real
 * numbers, is defined in network.md; a certificate speaks about that.  A
 * struct network only describes: running it in float32 is network/'s work,
 * bounding it analyzer/'s. */
#ifndef SPECS_NETWORK_H
#define SPECS_NETWORK_H

#include <stddef.h>
#include <stdint.h>

#include "fault.h"

#define NETWORK_RANK 4
#define NETWORK_LAYERS 160
#define NETWORK_TENSORS (3 * NETWORK_LAYERS)

/* What a tensor is to training.  Running means and variances of a batch normalisation
 * are not trained: optimisers, adversaries and noise leave them alone. */
enum role {
    ROLE_WEIGHT,
    ROLE_BIAS,
    ROLE_NORM_SCALE,
    ROLE_NORM_SHIFT,
    ROLE_NORM_MEAN,
    ROLE_NORM_VARIANCE
};

/* A parameter tensor: float32, row-major, meaning its exact values. */
struct tensor {
    char name[64];
    enum role role;
    int rank;
    size_t shape[NETWORK_RANK]; /* entries past `rank` are 1 */
    size_t count;
    size_t offset; /* of its first value in the network's theta */
};

/* Shape of what flows between layers; a flat vector has height = width = 1. */
struct shape {
    size_t channels, height, width;
};
static inline size_t shape_count(struct shape s)
{
    return s.channels * s.height * s.width;
}

enum layer_kind {
    LAYER_DENSE,
    LAYER_CONV2D,
    LAYER_RELU,
    LAYER_MAXPOOL2D,
    LAYER_FLATTEN,
    LAYER_ADD,
    LAYER_AVGPOOL2D,
    LAYER_GLOBALAVGPOOL,
    LAYER_SLICE,
    LAYER_PAD,
    LAYER_BATCHNORM
};

#define NETWORK_INPUT (-1)        /* as the layer read: the network's input */
#define NETWORK_NORM_EPSILON 1e-5 /* added to a batch normalisation's variance */

/* One layer of a feed-forward network.
 * dense     weight [out, in], bias [out]
 * conv2d    weight [out, in, kernel height, kernel width], bias [out]; zero padding
 * maxpool2d, avgpool2d  windows of `size` x `size`, stride = size, a last partial window
 *           is dropped
 * add       the sum of the layers `from` and `with`, of the same shape
 * slice     every stride-th row and column from the first on
 * pad       `before` and `after` channels of zeros
 * batchnorm of the dense or conv2d layer right before it, which has no bias and no
 *           other reader; only in networks to be trained, see specs/fold.h */
struct layer {
    enum layer_kind kind;
    char name[64];                      /* "" where it has none */
    int from, with;                     /* layers read (with: add, else -2), NETWORK_INPUT */
    struct shape in, out;
    int weight, bias;                   /* indices into tensors, or -1 */
    size_t kernel_height, kernel_width; /* conv2d */
    size_t stride;                      /* conv2d, slice */
    size_t top, bottom, left, right;    /* conv2d padding */
    size_t size;                        /* maxpool2d, avgpool2d */
    size_t before, after;               /* pad */
    int scale, shift, mean, variance;   /* batchnorm: indices into tensors, or -1 */
};

enum reset_kind { RESET_SPIKE, RESET_ADAPTED };

/* Constants of an LSNN.  Decimals are kept as typed: they mean exact rationals.
 * W_in [inputs, units], W_rec [units, units], W_out [units, classes], b_out [classes]. */
struct lsnn {
    size_t steps, inputs, units, classes;
    char tau[32], tau_ada[32], beta[32], b0[32];
    int refractory;        /* blocked steps after a spike */
    enum reset_kind reset; /* threshold subtracted: B_t (spike) or B_{t+1} (adapted) */
    int w_in, w_rec, w_out, b_out; /* indices into tensors */
};

enum network_kind { NETWORK_FEEDFORWARD, NETWORK_LSNN };

struct network {
    enum network_kind kind;
    size_t layer_count;
    struct layer layers[NETWORK_LAYERS]; /* feed-forward */
    struct lsnn lsnn;                    /* LSNN */
    size_t input_count;                  /* values per sample */
    struct shape input_shape;            /* feed-forward: of the first layer; LSNN: {1, steps, inputs} */
    size_t class_count;
    int tensor_count;
    struct tensor tensors[NETWORK_TENSORS];
    size_t parameter_count;
    size_t trainable_count; /* of theta, the first; running statistics come after them */
    float *theta; /* all tensors, one after another; owned, 64-byte aligned */
};

/* Build a description from `text`, the JSON of a model's "network" entry,
 * with shapes inferred and checked; tensors are listed with their shapes,
 * theta is allocated and zero.  Returns 0, or -1 with the reason. */
int network_parse(struct network *network, const char *text, struct fault *fault)
    __attribute__((warn_unused_result));

/* The JSON text that network_parse reads back to the same description.
 * The caller frees it. */
char *network_print(const struct network *network);

/* The networks of the paper, by task name; NULL text when there is none.
 * `units` and `inputs` (values per step) are for LSNNs, 0 = the task's default.  That of
 * cifar10 is ResNet32 with its batch normalisations, to be trained.  The caller frees it. */
char *network_default(const char *task, size_t units, size_t inputs);

/* How many layers read the output of layer `layer` (or NETWORK_INPUT); an add that
 * reads it twice counts twice. */
int network_readers(const struct network *network, int layer);

/* Whether every layer reads the one before it and no other. */
int network_is_chain(const struct network *network);

/* Frees what the struct owns.  Safe on a zeroed struct. */
void network_clear(struct network *network);

#endif
