/* lsnn_width.h -- how uncertain a spiking network's spikes would be on a weight box:
 * a differentiable shadow of the certifier along the nominal run.
 *
 * With the weights frozen in time the membrane is linear in them,
 * V_t = F_t W_in + G_t W_rec - resets, of low-passed inputs F and spikes G:
 *
 *     F_{t+1} = rho_V F_t + (1 - rho_V) x_t        G_{t+1} = rho_V G_t + (1 - rho_V) o_t
 *
 * so on the box W +- zeta |W| it moves by at most zeta (|F_t| |W_in| + G_t |W_rec|) for as
 * long as the spikes stay.  A neuron whose membrane is closer to its threshold than that
 * may spike or not; a_t in [0, 1] says how doubtful it is, and its doubt H reaches others:
 *
 *     u_t     = zeta (|F_t| |W_in| + G_t |W_rec|) + H_t |W_rec|
 *     a_t     = max(0, 1 - |V_t - B_t| / (u_t + 0.1 b0)), 0 for a blocked neuron
 *     H_{t+1} = 0.5 rho_V H_t + (1 - rho_V) a_t    F, G, H start at 0
 *
 * The penalty is the mean of a_t over samples, steps t = 1..T and neurons.  Its gradient is
 * exact but for the spikes, which follow the surrogate of lsnn.h: through V, B, |W_in|,
 * |W_rec| (with 0 where the weight is 0), G and H.  Private to network/. */
#ifndef NETWORK_LSNN_WIDTH_H
#define NETWORK_LSNN_WIDTH_H

#include "lsnn_run.h"

#define WIDTH_LEAK 0.5f  /* of doubt, per step, beside rho_V */
#define WIDTH_SLACK 0.1f /* of b0: half-width of the threshold's own doubt */

/* Workspace of the penalty of one run. */
struct lsnn_width {
    float zeta, weight;  /* of the box; dL/da_t */
    size_t in_stride;    /* inputs, padded to whole vectors */
    double sum;          /* of a_t over samples, steps and neurons */

    float *abs_in, *abs_rec;       /* |w_in|, |w_rec| of lsnn_run: rows of `stride` */
    float *from_in, *from_rec;     /* the same turned: [units, in_stride or stride] */
    float *d_in, *d_rec;           /* dL/d of the turned ones */
    float *filtered;               /* [slots, in_stride]: |F_t| / (1 - rho_V) */
    float *sources;                /* [slots, stride]: (zeta G_t + H_t) / (1 - rho_V) */

    /* The doubtful neurons of every slot, in rising order. */
    uint32_t *doubtful;            /* [slots]: how many */
    uint32_t *which;               /* [slots, stride] */
    float *doubt;                  /* [slots, stride]: a_t */
    float *slope;                  /* [slots, stride]: sign(V_t - B_t) / (u_t + 0.1 b0) */

    /* What the penalty adds: to dL/do_t of all, to dL/dV_t (and takes from dL/dB_t) of the
     * doubtful. */
    float *d_o, *d_v;              /* [slots, stride] */
    float *filter, *g, *h;         /* [in_stride], [stride]: F, G, H of the sample at work */
    float *g_width, *h_width;      /* [stride]: G |W_rec|, H |W_rec| */
    float *dg, *dh, *pull;         /* [stride] */
};

struct lsnn_width *lsnn_width_new(const struct lsnn_run *run);
void lsnn_width_free(struct lsnn_width *width);

/* After the samples have run: a_t of all of them, and their sum. */
void lsnn_width_forward(const struct lsnn_run *run, struct lsnn_width *width,
                        const float *inputs);

/* Before the run goes back in time: what `weight` times the sum of a_t adds to the
 * derivatives by V_t and o_t of every slot, and dL/d|W|. */
void lsnn_width_backward(const struct lsnn_run *run, struct lsnn_width *width);

/* gradient += sign(W) dL/d|W|. */
void lsnn_width_collect(const struct lsnn_run *run, const struct lsnn_width *width,
                        const float *theta, float *gradient);

#endif
