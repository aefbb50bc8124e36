#include "course.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "augment.h"
#include "console/interrupt.h"
#include "console/progress.h"
#include "evaluate.h"
#include "initial.h"
#include "specs/outfile.h"
#include "specs/random.h"
#include "weight_clip.h"

#define SELECT_DRAWS 3 /* noisy chips that choose the best epoch */

/* What a run needs beside its state. */
struct desk {
    const struct course *course;
    json_t *settings;
    struct lesson lesson;
    struct augmenter augmenter;
    struct shaking shaking; /* with --select noisy */
    struct progress progress;
    size_t count, batch, batches; /* samples, per batch, batches per epoch */
    uint32_t *order;
    float *inputs;
    uint8_t *labels;
    double started; /* of the epoch */
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

size_t course_samples(const struct course *course)
{
    size_t limit = course->settings->limit, count = course->train->count;
    return limit && limit < count ? limit : count;
}

static void desk_init(struct desk *desk, const struct course *course)
{
    const struct settings *settings = course->settings;
    memset(desk, 0, sizeof *desk);
    desk->course = course;
    desk->settings = settings_print(settings);
    desk->count = course_samples(course);
    desk->batch = settings->batch < desk->count ? settings->batch : desk->count;
    desk->batches = desk->count / desk->batch;
    lesson_init(&desk->lesson, settings->method, course->network, desk->batch);
    desk->lesson.recipe = settings->recipe;
    lesson_scope(&desk->lesson, course->out);
    desk->lesson.seed = settings->seed;
    if (settings->select_noise > 0)
        desk->shaking = (struct shaking){
            course->network, &desk->lesson.scope, settings->recipe.noise_kind,
            settings->select_noise,
            settings->seed, SELECT_DRAWS,
            fault_alloc_aligned(course->network->parameter_count, sizeof(float))};
    augment_init(&desk->augmenter, course->train, course->network->input_shape,
                 settings->augment, settings->seed);
    desk->order = fault_alloc(desk->count, sizeof *desk->order);
    desk->inputs = fault_alloc_aligned(desk->batch * course->train->features, sizeof(float));
    desk->labels = fault_alloc(desk->batch, 1);
    desk->lesson.inputs = desk->inputs;
    desk->lesson.labels = desk->labels;
    desk->lesson.count = desk->batch;
}

static void desk_clear(struct desk *desk)
{
    json_decref(desk->settings);
    lesson_clear(&desk->lesson);
    free(desk->order);
    free(desk->inputs);
    free(desk->labels);
    free(desk->shaking.noisy);
}

/* A NaN parameter need not show in an LSNN's loss (a neuron then never spikes), so the
 * gradient is looked at too: is any exponent all ones? */
static int all_finite(const float *values, size_t count)
{
    uint32_t bad = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], 4);
        bad |= (bits & 0x7f800000u) == 0x7f800000u;
    }
    return !bad;
}

/* The method's own step, or its gradient followed by the optimiser's; then the clip.
 * Returns -1 when the loss or a gradient is no number. */
static int learn(struct desk *desk, struct state *state, double rate)
{
    struct lesson *lesson = &desk->lesson;
    const struct settings *settings = desk->course->settings;
    const struct method *method = settings->method;
    if (method->step)
        method->step(lesson, &state->optimiser, state->theta, rate);
    else
        method->gradient(lesson);
    if (!isfinite(lesson->loss) || !isfinite(lesson->robust) ||
        !all_finite(lesson->gradient, state->parameters))
        return -1;
    if (!method->step)
        optimiser_step(&state->optimiser, state->theta, lesson->gradient, rate);
    weight_clip(lesson->network, settings->recipe.weight_clip, state->theta);
    net_track(lesson->net, state->theta);
    return 0;
}

/* One batch.  Returns -1 as `learn`. */
static int take_step(struct desk *desk, struct state *state)
{
    struct lesson *lesson = &desk->lesson;
    const struct settings *settings = desk->course->settings;
    uint64_t step = state->epoch * desk->batches + state->batch;
    double all = (double)settings->epochs * (double)desk->batches;
    augment_batch(&desk->augmenter, state->epoch, desk->order + state->batch * desk->batch,
                  desk->batch, desk->inputs, desk->labels);
    lesson->theta = state->theta;
    lesson->step = step;
    lesson->epochs = (double)step / (double)desk->batches;
    lesson->done = (double)step / all;
    if (learn(desk, state, settings_rate(settings, lesson->done)))
        return -1;
    state->loss += lesson->loss;
    state->robust += lesson->robust;
    state->correct += lesson->correct;
    state->batch++;
    return 0;
}

static int save_log(const struct desk *desk, const struct state *state, struct fault *fault)
{
    struct outfile file;
    if (!desk->course->log)
        return 0;
    if (outfile_open(&file, desk->course->log, fault))
        return -1;
    fprintf(file.stream, "epoch,loss,robust,train,valid,seconds,noisy\n%s", state->log);
    return outfile_commit(&file, fault);
}

/* What is proved still grows when the accuracy has settled, and the best accuracy is that of an
 * epoch before the ramp: `certified` keeps its last epoch. */
static int keeps_last(const struct method *method)
{
    return (method->uses & USES_CERTIFY) != 0;
}

/* Validate, keep the best, print the line, write the checkpoint. */
static int end_epoch(struct desk *desk, struct state *state, struct fault *fault)
{
    const struct course *course = desk->course;
    net_training(desk->lesson.net, 0);
    size_t correct = evaluate_correct(desk->lesson.net, desk->batch, state->theta,
                                      course->valid);
    size_t score = correct;
    int noisy_choice = course->settings->select_noise > 0;
    if (noisy_choice)
        score = evaluate_noisy(desk->lesson.net, desk->batch, state->theta, course->valid,
                               &desk->shaking);
    net_training(desk->lesson.net, 1);
    double loss = state->loss / (double)state->batch;
    double robust = state->robust / (double)state->batch;
    double train = 100 * (double)state->correct / (double)(state->batch * desk->batch);
    double valid = 100 * (double)correct / (double)course->valid->count;
    double seconds = now() - desk->started;
    state->epoch++;
    if (keeps_last(course->settings->method) || !state->best_epoch || score > state->best_score) {
        state->best_epoch = state->epoch;
        state->best_score = score;
        state->best_correct = correct;
        memcpy(state->best, state->theta, state->parameters * sizeof *state->best);
    }
    state->loss = state->robust = 0;
    state->correct = state->batch = 0;
    state_log(state, "%" PRIu64 ",%.6g,%.6g,%.4f,%.4f,%.1f,", state->epoch, loss, robust, train,
              valid, seconds);
    progress_end(&desk->progress);
    printf("%5" PRIu64 "  %8.4f  %8.5f  %6.2f  %6.2f  %7.1f", state->epoch, loss, robust, train,
           valid, seconds);
    if (noisy_choice) {
        double noisy = 100 * (double)score / (double)(SELECT_DRAWS * course->valid->count);
        state_log(state, "%.4f", noisy);
        printf("  %6.2f", noisy);
    }
    state_log(state, "\n");
    printf("\n");
    fflush(stdout);
    if (save_log(desk, state, fault))
        return -1;
    return state_write(state, desk->settings, course->checkpoint, fault);
}

static enum outcome stop(struct desk *desk, const struct state *state, struct fault *fault)
{
    const char *path = desk->course->checkpoint;
    progress_end(&desk->progress);
    if (state_write(state, desk->settings, path, fault))
        return OUTCOME_FAULT;
    fault_set(fault, "stopped in epoch %" PRIu64 "; %s is written: the same command with "
              "--resume goes on from there", state->epoch + 1, path);
    return OUTCOME_STOPPED;
}

static enum outcome diverge(struct desk *desk, const struct state *state, struct fault *fault)
{
    progress_end(&desk->progress);
    fault_set(fault, "the loss or its gradient is not a number in epoch %" PRIu64
              ", batch %" PRIu64 "; try a smaller --lr than %g%s",
              state->epoch + 1, state->batch + 1,
              desk->course->settings->lr,
              state->epoch ? " (the checkpoint of the last good epoch is kept)" : "");
    return OUTCOME_DIVERGED;
}

static void show(struct desk *desk, const struct state *state)
{
    double done = (double)state->batch;
    progress_note(&desk->progress, "epoch %" PRIu64 "/%zu  loss %.4f  accuracy %.1f%%",
                  state->epoch + 1, desk->course->settings->epochs, state->loss / done,
                  100 * (double)state->correct / (done * (double)desk->batch));
    progress_add(&desk->progress, 1);
}

static enum outcome run_epoch(struct desk *desk, struct state *state, struct fault *fault)
{
    const struct settings *settings = desk->course->settings;
    desk->started = now();
    random_permutation(settings->seed, RANDOM_SHUFFLE, state->epoch, (uint32_t)desk->count,
                       desk->order);
    while (state->batch < desk->batches) {
        if (interrupt_seen())
            return stop(desk, state, fault);
        if (take_step(desk, state))
            return diverge(desk, state, fault);
        show(desk, state);
    }
    return end_epoch(desk, state, fault) ? OUTCOME_FAULT : OUTCOME_DONE;
}

enum outcome course_run(const struct course *course, struct state *state, struct fault *fault)
{
    struct desk desk;
    enum outcome outcome = OUTCOME_DONE;
    desk_init(&desk, course);
    printf("%5s  %8s  %8s  %6s  %6s  %7s%s\n", "epoch", "loss", "robust", "train%", "valid%",
           "seconds", course->settings->select_noise > 0 ? "  noisy%" : "");
    fflush(stdout);
    while (outcome == OUTCOME_DONE && state->epoch < course->settings->epochs) {
        size_t left = (course->settings->epochs - state->epoch) * desk.batches - state->batch;
        progress_begin(&desk.progress, "train", left, course->quiet);
        outcome = run_epoch(&desk, state, fault);
    }
    desk_clear(&desk);
    return outcome;
}
