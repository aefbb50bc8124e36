#include "adversary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ellipsoid.h"
#include "normals.h"
#include "specs/fault.h"
#include "specs/random.h"

#define PIECE 4096 /* parameters done at once, by one thread */

void attack_init(struct attack *attack, size_t parameters, size_t batch, size_t classes)
{
    *attack = (struct attack){.parameters = parameters, .scope = {1, {{0, parameters}}}};
    attack->logits = fault_alloc_aligned(batch * classes, sizeof *attack->logits);
    attack->dlogits = fault_alloc_aligned(batch * classes, sizeof *attack->dlogits);
    attack->gradient = fault_alloc_aligned(parameters, sizeof *attack->gradient);
}

void attack_clear(struct attack *attack)
{
    free(attack->logits);
    free(attack->dlogits);
    free(attack->gradient);
    free(attack->axes);
    free(attack->displacement);
    memset(attack, 0, sizeof *attack);
}

static inline float clip(float value, float low, float high)
{
    value = value < low ? low : value;
    return value > high ? high : value;
}

/* A length per parameter: relative |theta| + constant. */
struct length {
    float relative, constant;
};

static inline float along(struct length length, float theta)
{
    return length.relative * fabsf(theta) + length.constant;
}

static struct length reach_of(const struct adversary *adversary)
{
    return (struct length){(float)adversary->zeta, (float)adversary->constant};
}

/* Deviation of the start noise, over `start`. */
static struct length start_of(const struct adversary *adversary)
{
    if (adversary->constant == 0)
        return (struct length){1, 0};
    if (adversary->zeta == 0)
        return (struct length){0, 1};
    return (struct length){1, (float)(adversary->constant / adversary->zeta)};
}

/* What is not attacked stays. */
static void copy_rest(const struct attack *attack, const float *theta, float *star)
{
    size_t at = 0;
    for (size_t i = 0; i <= attack->scope.count; i++) {
        const struct span *span = &attack->scope.spans[i];
        size_t next = i < attack->scope.count ? span->first : attack->parameters;
        memcpy(star + at, theta + at, (next - at) * sizeof *star);
        at = i < attack->scope.count ? span->first + span->count : next;
    }
}

void adversary_start(const struct adversary *adversary, const struct attack *attack,
                     const float *theta, uint64_t seed, uint64_t draw, float *star)
{
    const float start = (float)adversary->start;
    const struct length reaches = reach_of(adversary), widths = start_of(adversary);
    copy_rest(attack, theta, star);
    for (size_t s = 0; s < attack->scope.count; s++) {
        const struct span span = attack->scope.spans[s];
#pragma omp parallel for schedule(static)
        for (size_t piece = 0; piece < (span.count + PIECE - 1) / PIECE; piece++) {
            float noise[PIECE];
            size_t first = span.first + piece * PIECE, left = span.count - piece * PIECE;
            size_t count = left < PIECE ? left : PIECE;
            normals_draw(seed, RANDOM_ATTACK_START + (draw << 8), first, count, noise);
            for (size_t k = 0, i = first; k < count; k++, i++) {
                float reach = along(reaches, theta[i]);
                star[i] = clip(theta[i] + along(widths, theta[i]) * start * noise[k],
                               theta[i] - reach, theta[i] + reach);
            }
        }
    }
}

/* One sign step uphill.  A few milliseconds of memory traffic at most, so one thread
 * does it: a parallel region's barriers would cost more. */
static void climb(const struct adversary *adversary, struct span span,
                  const float *restrict theta, const float *restrict gradient,
                  float *restrict star)
{
    const double share = adversary->scale / (double)adversary->steps;
    const struct length reaches = reach_of(adversary);
    const struct length steps = {(float)(adversary->scale * adversary->zeta /
                                         (double)adversary->steps),
                                 (float)(share * adversary->constant)};
    for (size_t i = span.first; i < span.first + span.count; i++) {
        float reach = along(reaches, theta[i]);
        float sign = (float)(gradient[i] > 0) - (float)(gradient[i] < 0);
        star[i] = clip(star[i] + sign * along(steps, theta[i]), theta[i] - reach,
                       theta[i] + reach);
    }
}

/* The gradient of the goal at star, of what may move. */
static void slope_at(struct attack *attack, const struct batch *batch, const struct goal *goal,
                     const float *star)
{
    net_forward(batch->net, star, batch->inputs, batch->count, attack->logits, goal->rates);
    goal->loss(goal->context, attack->logits, batch->count, attack->dlogits);
    net_backward(batch->net, star, batch->inputs, batch->count, attack->dlogits, goal->drates,
                 attack->gradient);
    if (goal->hold)
        goal->hold(goal->context, attack->gradient);
}

static void attack_box(const struct adversary *adversary, struct attack *attack,
                       const struct batch *batch, const float *theta, const struct goal *goal,
                       float *star)
{
    for (size_t t = 0; t < adversary->steps; t++) {
        slope_at(attack, batch, goal, star);
        for (size_t s = 0; s < attack->scope.count; s++)
            climb(adversary, attack->scope.spans[s], theta, attack->gradient, star);
    }
}

/* Axes of the ellipsoid, 0 out of scope. */
static void prepare_axes(const struct adversary *adversary, struct attack *attack,
                         const float *theta)
{
    const struct length reaches = reach_of(adversary);
    if (!attack->axes) {
        attack->axes = fault_alloc_aligned(attack->parameters, sizeof(float));
        attack->displacement = fault_alloc_aligned(attack->parameters, sizeof(float));
    }
    memset(attack->axes, 0, attack->parameters * sizeof(float));
    for (size_t s = 0; s < attack->scope.count; s++) {
        struct span span = attack->scope.spans[s];
        for (size_t i = span.first; i < span.first + span.count; i++)
            attack->axes[i] = along(reaches, theta[i]);
    }
}

/* displacement += step axes g / ||g||_2, the norm taken over what is attacked. */
static void push(struct attack *attack, double step)
{
    double square = 0;
    for (size_t s = 0; s < attack->scope.count; s++) {
        struct span span = attack->scope.spans[s];
        for (size_t i = span.first; i < span.first + span.count; i++)
            square += (double)attack->gradient[i] * attack->gradient[i];
    }
    const float by = square > 0 ? (float)(step / sqrt(square)) : 0;
    for (size_t i = 0; i < attack->parameters; i++)
        attack->displacement[i] += attack->axes[i] * (by * attack->gradient[i]);
}

static void settle(struct attack *attack, const float *theta, float *star)
{
    ellipsoid_project(attack->axes, attack->displacement, attack->parameters);
    for (size_t i = 0; i < attack->parameters; i++)
        star[i] = theta[i] + attack->displacement[i];
}

static void attack_ellipsoid(const struct adversary *adversary, struct attack *attack,
                             const struct batch *batch, const float *theta,
                             const struct goal *goal, float *star)
{
    prepare_axes(adversary, attack, theta);
    for (size_t i = 0; i < attack->parameters; i++)
        attack->displacement[i] = star[i] - theta[i];
    settle(attack, theta, star);
    for (size_t t = 0; t < adversary->steps; t++) {
        slope_at(attack, batch, goal, star);
        push(attack, adversary->scale / (double)adversary->steps);
        settle(attack, theta, star);
    }
}

void adversary_attack(const struct adversary *adversary, struct attack *attack,
                      const struct batch *batch, const float *theta, struct goal goal,
                      uint64_t seed, uint64_t draw, float *star)
{
    require(adversary->steps > 0 && adversary->scale > 0);
    adversary_start(adversary, attack, theta, seed, draw, star);
    if (goal.hold)
        goal.hold(goal.context, star);
    if (adversary->norm == ATTACK_BOX)
        attack_box(adversary, attack, batch, theta, &goal, star);
    else
        attack_ellipsoid(adversary, attack, batch, theta, &goal, star);
}

void adversary_pull_back(const struct adversary *adversary, const float *theta,
                         const float *star, const float *dstar, size_t parameters,
                         float *gradient)
{
    const float zeta = (float)adversary->zeta;
    const struct length reaches = reach_of(adversary);
    for (size_t i = 0; adversary->constant == 0 && i < parameters; i++) {
        float slope = theta[i] == 0 ? 1.0f : star[i] / theta[i];
        gradient[i] += slope * dstar[i];
    }
    for (size_t i = 0; adversary->constant > 0 && i < parameters; i++) {
        float sign = (float)(theta[i] > 0) - (float)(theta[i] < 0);
        float slope = 1 + sign * zeta * ((star[i] - theta[i]) / along(reaches, theta[i]));
        gradient[i] += slope * dstar[i];
    }
}
