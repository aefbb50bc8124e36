/* exact.h -- feed-forward networks over the rational numbers.
 *
 * Shared by chapters that look for a parameter vector which leaves its bounds:
 * every layer's outputs, by the definitions of specs/network.md, for parameters
 * that are any rational numbers; and where a value's derivatives point, in double
 * precision, to aim at its bounds.  Written over lists of terms, plainly. */
#ifndef TESTS_EXACT_H
#define TESTS_EXACT_H

#include <gmp.h>
#include <math.h>
#include <stdlib.h>

#include "specs/box.h"
#include "specs/network.h"
#include "specs/random.h"

/* Parameter `parameter` (-1: the number one) times value `at` of layer `layer`'s
 * output (NETWORK_INPUT: of the input; -2: the number one). */
struct exact_term {
    long parameter;
    int layer;
    size_t at;
};

struct exact {
    const struct network *network;
    mpq_t *theta;
    mpq_t *value[NETWORK_LAYERS + 1]; /* [0]: the input; [i + 1]: layer i's output */
    struct exact_term *terms;
};

static mpq_t *exact_row(size_t count)
{
    mpq_t *row = malloc(count * sizeof *row);
    for (size_t i = 0; i < count; i++)
        mpq_init(row[i]);
    return row;
}

static void exact_row_free(mpq_t *row, size_t count)
{
    for (size_t i = 0; i < count; i++)
        mpq_clear(row[i]);
    free(row);
}

static size_t exact_count(const struct network *n, int layer)
{
    return layer < 0 ? n->input_count : shape_count(n->layers[layer].out);
}

static void exact_init(struct exact *x, const struct network *n, const float *input)
{
    x->network = n;
    x->theta = exact_row(n->parameter_count);
    for (int i = -1; i < (int)n->layer_count; i++)
        x->value[i + 1] = exact_row(exact_count(n, i));
    for (size_t i = 0; i < n->input_count; i++)
        mpq_set_d(x->value[0][i], input[i]);
    x->terms = malloc(100000 * sizeof *x->terms);
}

static void exact_clear(struct exact *x)
{
    const struct network *n = x->network;
    exact_row_free(x->theta, n->parameter_count);
    for (int i = -1; i < (int)n->layer_count; i++)
        exact_row_free(x->value[i + 1], exact_count(n, i));
    free(x->terms);
}

/* What output o of a layer is made of: a sum over `divisor`, or (0) the greatest. */
static size_t exact_terms(const struct network *n, size_t i, size_t o, struct exact_term *terms,
                          unsigned long *divisor)
{
    const struct layer *l = &n->layers[i];
    size_t plane = l->out.height * l->out.width, c = o / plane, count = 0;
    size_t y = o % plane / l->out.width, x = o % l->out.width, side = l->size;
    size_t in_plane = l->in.height * l->in.width;
    *divisor = 1;
    if (l->weight >= 0) {
        const struct tensor *t = &n->tensors[l->weight];
        size_t depth = t->count / l->out.channels;
        for (size_t k = 0; k < depth; k++) {
            size_t at = k;
            if (l->kind == LAYER_CONV2D) {
                size_t area = l->kernel_height * l->kernel_width;
                size_t row = y * l->stride + k % area / l->kernel_width - l->top;
                size_t column = x * l->stride + k % l->kernel_width - l->left;
                if (row >= l->in.height || column >= l->in.width)
                    continue;
                at = k / area * in_plane + row * l->in.width + column;
            }
            terms[count++] = (struct exact_term){(long)(t->offset + c * depth + k), l->from, at};
        }
        if (l->bias >= 0)
            terms[count++] = (struct exact_term){(long)(n->tensors[l->bias].offset + c), -2, 0};
        return count;
    }
    switch (l->kind) {
    case LAYER_RELU:
        *divisor = 0;
        terms[count++] = (struct exact_term){-1, l->from, o};
        break;
    case LAYER_MAXPOOL2D:
    case LAYER_AVGPOOL2D:
        *divisor = l->kind == LAYER_AVGPOOL2D ? side * side : 0;
        for (size_t k = 0; k < side * side; k++)
            terms[count++] = (struct exact_term){
                -1, l->from, c * in_plane + (y * side + k / side) * l->in.width + x * side + k % side};
        break;
    case LAYER_GLOBALAVGPOOL:
        *divisor = in_plane;
        for (size_t k = 0; k < in_plane; k++)
            terms[count++] = (struct exact_term){-1, l->from, o * in_plane + k};
        break;
    case LAYER_ADD:
        terms[count++] = (struct exact_term){-1, l->from, o};
        terms[count++] = (struct exact_term){-1, l->with, o};
        break;
    case LAYER_SLICE:
        terms[count++] = (struct exact_term){
            -1, l->from, c * in_plane + y * l->stride * l->in.width + x * l->stride};
        break;
    case LAYER_PAD:
        if (c >= l->before && c < l->before + l->in.channels)
            terms[count++] = (struct exact_term){-1, l->from, o - l->before * plane};
        break;
    default: /* flatten */
        terms[count++] = (struct exact_term){-1, l->from, o};
    }
    return count;
}

static void exact_forward(struct exact *x)
{
    const struct network *n = x->network;
    mpq_t product;
    mpq_init(product);
    for (size_t i = 0; i < n->layer_count; i++)
        for (size_t o = 0; o < exact_count(n, (int)i); o++) {
            unsigned long divisor;
            size_t count = exact_terms(n, i, o, x->terms, &divisor);
            mpq_t *out = &x->value[i + 1][o];
            mpq_set_ui(*out, 0, 1);
            for (size_t k = 0; k < count; k++) {
                const struct exact_term *t = &x->terms[k];
                if (t->layer == -2)
                    mpq_set(product, x->theta[t->parameter]);
                else if (t->parameter < 0)
                    mpq_set(product, x->value[t->layer + 1][t->at]);
                else
                    mpq_mul(product, x->theta[t->parameter], x->value[t->layer + 1][t->at]);
                int first = k == 0 && n->layers[i].kind != LAYER_RELU;
                if (divisor)
                    mpq_add(*out, *out, product);
                else if (first || mpq_cmp(product, *out) > 0)
                    mpq_set(*out, product);
            }
            if (divisor > 1) {
                mpq_set_ui(product, divisor, 1);
                mpq_div(*out, *out, product);
            }
        }
    mpq_clear(product);
}

/* gradient[p] := derivative by parameter p of value o of layer i, at x (of which
 * exact_forward has been run), in double precision. */
static void exact_gradient(struct exact *x, size_t i, size_t o, double *gradient)
{
    const struct network *n = x->network;
    double *adjoint[NETWORK_LAYERS + 1];
    for (int k = -1; k <= (int)i; k++)
        adjoint[k + 1] = calloc(exact_count(n, k), sizeof(double));
    for (size_t p = 0; p < n->parameter_count; p++)
        gradient[p] = 0;
    adjoint[i + 1][o] = 1;
    for (size_t k = i + 1; k-- > 0;)
        for (size_t q = 0; q < exact_count(n, (int)k); q++) {
            double a = adjoint[k + 1][q];
            unsigned long divisor;
            if (a == 0)
                continue;
            size_t count = exact_terms(n, k, q, x->terms, &divisor);
            for (size_t t = 0; t < count; t++) {
                const struct exact_term *term = &x->terms[t];
                if (term->layer == -2) {
                    gradient[term->parameter] += a;
                    continue;
                }
                mpq_t *value = &x->value[term->layer + 1][term->at];
                if (divisor == 0 && mpq_cmp(*value, x->value[k + 1][q]) != 0)
                    continue;
                double factor = term->parameter < 0 ? 1 : mpq_get_d(x->theta[term->parameter]);
                adjoint[term->layer + 1][term->at] += a * factor / (divisor ? (double)divisor : 1);
                if (term->parameter >= 0)
                    gradient[term->parameter] += a * mpq_get_d(*value);
            }
        }
    for (int k = -1; k <= (int)i; k++)
        free(adjoint[k + 1]);
}

/* theta[i] := its nominal value, moved by `push` (in [-1, 1]) times its radius. */
static void exact_move(struct exact *x, const struct box *box, size_t i, double push)
{
    mpq_t radius, share;
    mpq_inits(radius, share, NULL);
    mpq_set_d(x->theta[i], x->network->theta[i]);
    mpq_set(radius, box->zeta);
    if (box->kind == BOX_RELATIVE) {
        mpq_abs(share, x->theta[i]);
        mpq_mul(radius, radius, share);
    }
    mpq_set_d(share, push);
    mpq_mul(radius, radius, share);
    mpq_add(x->theta[i], x->theta[i], radius);
    mpq_clears(radius, share, NULL);
}

/* Draw `seed`: uniform in the box or one of its corners, in turn. */
static void exact_draw(struct exact *x, const struct box *box, uint64_t seed)
{
    for (size_t i = 0; i < x->network->parameter_count; i++) {
        int64_t whole = (int64_t)(random_u64(seed, RANDOM_SAMPLING, i) % 2049) - 1024;
        exact_move(x, box, i, seed % 2 ? (whole < 0 ? -1 : 1) : (double)whole / 1024);
    }
}

/* The corner that pushes value o of layer i the furthest, to first order. */
static void exact_aim(struct exact *x, const struct box *box, size_t i, size_t o, int sign)
{
    double *gradient = malloc(x->network->parameter_count * sizeof(double));
    for (size_t p = 0; p < x->network->parameter_count; p++)
        exact_move(x, box, p, 0);
    exact_forward(x);
    exact_gradient(x, i, o, gradient);
    for (size_t p = 0; p < x->network->parameter_count; p++)
        exact_move(x, box, p, gradient[p] == 0 ? 0 : sign * gradient[p] > 0 ? 1 : -1);
    free(gradient);
}

static int exact_compare(double bound, const mpq_t value)
{
    if (!(fabs(bound) < INFINITY))
        return bound > 0 ? 1 : -1;
    mpq_t exact;
    mpq_init(exact);
    mpq_set_d(exact, bound);
    int order = mpq_cmp(exact, value);
    mpq_clear(exact);
    return order;
}

#endif
