#include "settings.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double late = 0.75; /* where the step schedule drops */
static const double drop = 0.2;  /* factor at a milestone */

/* Epochs for `standard`; a method of many passes, which costs up to thirteen times as
 * much per step, gets fewer. */
static const struct defaults {
    const char *task;
    size_t epochs, costly_epochs, batch, units;
    double lr, lr_final;
    enum schedule schedule;
    enum augment augment;
    enum optimiser_kind optimiser;
    double weight_decay;
} table[] = {
    {"synth-ecg", 60, 50, 100, 256, 5e-3, 5e-5, SCHEDULE_COSINE, AUGMENT_NONE, OPTIMISER_ADAM, 0},
    {"ecg", 60, 50, 100, 256, 5e-3, 5e-5, SCHEDULE_COSINE, AUGMENT_NONE, OPTIMISER_ADAM, 0},
    {"fmnist", 12, 8, 128, 0, 1e-3, 1e-5, SCHEDULE_COSINE, AUGMENT_FLIP, OPTIMISER_ADAM, 0},
    {"speech", 60, 30, 100, 256, 5e-3, 5e-5, SCHEDULE_COSINE, AUGMENT_WAVEFORM, OPTIMISER_ADAM, 0},
    {"cifar10", 30, 10, 256, 0, 0.1, 8e-4, SCHEDULE_MILESTONES, AUGMENT_CROP, OPTIMISER_SGD, 5e-4},
};
#define TASKS (sizeof table / sizeof table[0])

static const char *const schedules[] = {"step", "cosine", "milestones"};
static const char *const optimisers[] = {"adam", "sgd"};
static const char *const augments[] = {"none", "flip", "shift", "crop", "cutout", "waveform"};

static int find_name(const char *const *names, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

int schedule_from_name(const char *name)
{
    return find_name(schedules, sizeof schedules / sizeof *schedules, name);
}

int augment_from_name(const char *name)
{
    return find_name(augments, sizeof augments / sizeof *augments, name);
}

int optimiser_from_name(const char *name)
{
    return find_name(optimisers, sizeof optimisers / sizeof *optimisers, name);
}

/* Proofs of spiking networks need few spikes, and so large steps and inputs that carry fast
 * features. */
static void certify(struct settings *settings)
{
    if (!settings->units)
        return;
    settings->epochs = 20;
    settings->lr = 1e-2;
    settings->lr_final = 2e-4;
    settings->encoder = strcmp(settings->task, "speech") != 0 ? ENCODER_CAUSAL6 : ENCODER_RAW;
}

int settings_default(struct settings *settings, const char *task, const struct method *method,
                     struct fault *fault)
{
    const struct defaults *d = NULL;
    for (size_t i = 0; i < TASKS; i++)
        if (strcmp(table[i].task, task) == 0)
            d = &table[i];
    if (!d)
        return fault_set(fault, "--task: '%s' is unknown; --list shows the tasks", task);
    *settings = (struct settings){
        .task = task, .method = method,
        .epochs = method->costly ? d->costly_epochs : d->epochs,
        .batch = d->batch, .units = d->units,
        .lr = d->lr, .lr_final = d->lr_final, .schedule = d->schedule, .augment = d->augment,
        .milestone_count = 3, .milestones = {0.5, 0.75, 0.9},
        .optimiser = d->optimiser, .momentum = 0.9, .weight_decay = d->weight_decay,
        .recipe = recipe_default(method, task),
    };
    if (method->uses & USES_CERTIFY)
        certify(settings);
    return 0;
}

void settings_data_options(const struct settings *settings, char text[64])
{
    int six = settings->encoder == ENCODER_CAUSAL6;
    snprintf(text, 64, "%s%s%s", settings->by_patient ? "split-by=patient" : "",
             settings->by_patient && six ? "," : "", six ? "encoder=causal6" : "");
}

double settings_rate(const struct settings *settings, double done)
{
    if (settings->schedule == SCHEDULE_STEP)
        return done < late ? settings->lr : settings->lr_final;
    if (settings->schedule == SCHEDULE_MILESTONES) {
        double rate = settings->lr;
        for (size_t i = 0; i < settings->milestone_count; i++)
            rate *= done < settings->milestones[i] ? 1 : drop;
        return rate;
    }
    double half = 0.5 * (1 + cos(M_PI * done));
    return settings->lr_final + half * (settings->lr - settings->lr_final);
}

static json_t *decimal(double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.12g", value);
    return json_string(text);
}

static void print_optimiser(const struct settings *settings, json_t *object)
{
    json_object_set_new(object, "optimizer", json_string(optimisers[settings->optimiser]));
    json_object_set_new(object, "weight-decay", decimal(settings->weight_decay));
    if (settings->optimiser == OPTIMISER_SGD)
        json_object_set_new(object, "momentum", decimal(settings->momentum));
    if (settings->schedule != SCHEDULE_MILESTONES)
        return;
    json_t *milestones = json_array();
    for (size_t i = 0; i < settings->milestone_count; i++)
        json_array_append_new(milestones, decimal(settings->milestones[i]));
    json_object_set_new(object, "milestones", milestones);
}

json_t *settings_print(const struct settings *settings)
{
    char seed[32];
    snprintf(seed, sizeof seed, "%" PRIu64, settings->seed);
    json_t *object = json_pack(
        "{s:s, s:s, s:I, s:I, s:o, s:o, s:s, s:s, s:s, s:{s:s, s:s}}",
        "task", settings->task, "method", settings->method->name,
        "epochs", (json_int_t)settings->epochs, "batch", (json_int_t)settings->batch,
        "lr", decimal(settings->lr), "lr-final", decimal(settings->lr_final),
        "schedule", schedules[settings->schedule], "augment", augments[settings->augment],
        "seed", seed, "data", "train", settings->train, "valid", settings->valid);
    require(object);
    print_optimiser(settings, object);
    if (settings->select_noise > 0)
        json_object_set_new(object, "select-noise", decimal(settings->select_noise));
    if (settings->units)
        json_object_set_new(object, "units", json_integer((json_int_t)settings->units));
    if (settings->limit)
        json_object_set_new(object, "limit", json_integer((json_int_t)settings->limit));
    if (settings->by_patient)
        json_object_set_new(object, "split-by", json_string("patient"));
    if (settings->encoder != ENCODER_RAW)
        json_object_set_new(object, "encoder", json_string(encoder_name(settings->encoder)));
    if (settings->from[0])
        json_object_set_new(object, "from", json_string(settings->from));
    recipe_print(&settings->recipe, settings->method, object);
    return object;
}

void settings_list(FILE *stream)
{
    fprintf(stream, "%-10s %6s %14s %6s %7s %8s  %-10s %-9s %s\n", "task", "epochs",
            "if costly", "batch", "lr", "lr-final", "schedule", "optimizer", "augment");
    for (size_t i = 0; i < TASKS; i++)
        fprintf(stream, "%-10s %6zu %14zu %6zu %7g %8g  %-10s %-9s %s\n", table[i].task,
                table[i].epochs, table[i].costly_epochs, table[i].batch, table[i].lr,
                table[i].lr_final, schedules[table[i].schedule],
                optimisers[table[i].optimiser], augments[table[i].augment]);
    const char *tasks[TASKS + 1] = {NULL};
    for (size_t i = 0; i < TASKS; i++)
        tasks[i] = table[i].task;
    for (const struct method *method = method_table; method->name; method++) {
        fprintf(stream, "\n%s: %s%s (%s)\n", method->name, method->summary,
                method->costly ? "; costly" : "", method->source);
        recipe_list(method, tasks, stream);
    }
}
