/* dataset.c -- see dataset.h; the parts of every task are defined in data.md. */
#include "dataset.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cifar.h"
#include "ecg.h"
#include "fmnist.h"
#include "input.h"
#include "speech.h"
#include "synth.h"

#define TASKS "synth-ecg, ecg, fmnist, cifar10, speech"

static const char *const split_names[] = {"train", "valid", "test"};

int split_from_name(const char *name)
{
    for (int i = 0; i < 3; i++)
        if (!strcmp(name, split_names[i]))
            return i;
    return -1;
}

const char *split_name(enum split split)
{
    return split_names[split];
}

/* What a list of data options says. */
struct options {
    int patient;
    enum encoder_kind encoder;
};

static int read_option(struct options *options, const char *task, const char *word,
                       struct fault *fault)
{
    const char *value = strchr(word, '=');
    size_t length = value ? (size_t)(value++ - word) : 0;
    int ecg = !strcmp(task, "ecg"), beats = ecg || !strcmp(task, "synth-ecg");
    if (length == 8 && !strncmp(word, "split-by", length)) {
        if (!ecg)
            return fault_set(fault, "'%s': only the task ecg has this option", word);
        options->patient = !strcmp(value, "patient");
        if (options->patient || !strcmp(value, "beat"))
            return 0;
    } else if (length == 7 && !strncmp(word, "encoder", length)) {
        if (!beats)
            return fault_set(fault, "'%s': only the tasks ecg and synth-ecg have this option",
                             word);
        int kind = encoder_from_name(value);
        options->encoder = (enum encoder_kind)kind;
        if (kind >= 0)
            return 0;
    }
    return fault_set(fault, "'%s': the data option is unknown; known are split-by=beat|patient "
                     "and encoder=raw|causal6", word);
}

static int read_options(struct options *options, const char *task, const char *text,
                        struct fault *fault)
{
    char *copy = strdup(text), *rest = copy, *word;
    int bad = 0;
    *options = (struct options){0, ENCODER_RAW};
    while (*text && !bad && (word = strsep(&rest, ",")))
        bad = read_option(options, task, word, fault);
    free(copy);
    return bad;
}

char *dataset_input(const char *task, const char *options, struct fault *fault)
{
    struct options o;
    char text[400];
    if (read_options(&o, task, options, fault))
        return NULL;
    const char *split = o.patient ? "patient" : "beat";
    int six = o.encoder == ENCODER_CAUSAL6;
    if (!strcmp(task, "fmnist"))
        return strdup("{\"shape\":[1,28,28],\"mean\":\"0.2860\",\"std\":\"0.3530\"}");
    if (!strcmp(task, "ecg")) {
        snprintf(text, sizeof text, "{\"shape\":[100,%d],%s,\"split\":\"%s\"}", six ? 6 : 2,
                 six ? encoder_causal6_entry : "\"encoder\":\"raw\"", split);
        return strdup(text);
    }
    if (!strcmp(task, "synth-ecg")) {
        snprintf(text, sizeof text, "{\"shape\":[100,%d],%s%s\"seed\":\"0\"}", six ? 6 : 2,
                 six ? encoder_causal6_entry : "", six ? "," : "");
        return strdup(text);
    }
    if (!strcmp(task, "cifar10"))
        return strdup(cifar_input);
    if (!strcmp(task, "speech"))
        return strdup(speech_input);
    fault_set(fault, "task '%s' is unknown; known are " TASKS, task);
    return NULL;
}

static int ecg_from_input(struct dataset *set, const json_t *input, enum split split,
                          const char *folder, struct fault *fault)
{
    static const char *const keys[] = {"shape", "encoder", "decay", "split", NULL};
    struct encoder encoder;
    int division = input_word(input, "split", "beat", "patient", fault);
    if (division < 0 || input_keys(input, keys, fault) || encoder_read(&encoder, input, fault))
        return -1;
    return ecg_load(set, (enum ecg_division)division, &encoder, split, folder, fault);
}

static int synth_from_input(struct dataset *set, const json_t *input, enum split split,
                            struct fault *fault)
{
    static const char *const keys[] = {"shape", "encoder", "decay", "seed", NULL};
    const char *text = json_string_value(json_object_get(input, "seed"));
    struct encoder encoder;
    if (input_keys(input, keys, fault) || encoder_read(&encoder, input, fault))
        return -1;
    if (!text || !*text || strlen(text) > 18 || strspn(text, "0123456789") != strlen(text))
        return fault_set(fault, "input: \"seed\" must be a whole number in quotes");
    synth_load(set, strtoull(text, NULL, 10), &encoder, split);
    return 0;
}

static void add_digest(struct dataset *set)
{
    struct digest digest;
    digest_begin(&digest);
    digest_add(&digest, set->inputs, set->count * set->features * sizeof *set->inputs);
    digest_add(&digest, set->labels, set->count);
    digest_end(&digest, set->sha256);
}

int dataset_load(struct dataset *set, const char *task, const char *input, enum split split,
                 const char *folder, struct fault *fault)
{
    *set = (struct dataset){0};
    json_error_t error;
    json_t *object = json_loads(input, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(object)) {
        json_decref(object);
        return fault_set(fault, "input: no JSON object: %.100s", error.text);
    }
    int bad;
    if (!strcmp(task, "fmnist"))
        bad = fmnist_load(set, object, split, folder, fault);
    else if (!strcmp(task, "cifar10"))
        bad = cifar_load(set, object, split, folder, fault);
    else if (!strcmp(task, "speech"))
        bad = speech_load(set, object, split, folder, fault);
    else if (!strcmp(task, "ecg"))
        bad = ecg_from_input(set, object, split, folder, fault);
    else if (!strcmp(task, "synth-ecg"))
        bad = synth_from_input(set, object, split, fault);
    else
        bad = fault_set(fault, "task '%.40s' is unknown; known are " TASKS, task);
    json_decref(object);
    if (bad) {
        dataset_clear(set);
        return -1;
    }
    snprintf(set->name, sizeof set->name, "%.40s/%s", task, split_name(split));
    add_digest(set);
    return 0;
}

void dataset_clear(struct dataset *set)
{
    free(set->inputs);
    free(set->labels);
    speech_free(set->speech);
    *set = (struct dataset){0};
}
