/* dataset.c -- see dataset.h; the parts of every task are defined in data.md. */
#include "dataset.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decimal.h"
#include "ecg.h"
#include "idx.h"
#include "synth.h"

#define FMNIST_SIDE 28
#define FMNIST_CLASSES 10
#define FMNIST_VALID 5000 /* the last of the training file */

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

char *dataset_input(const char *task, const char *options, struct fault *fault)
{
    int patient = !strcmp(options, "split-by=patient");
    if (*options && strcmp(options, "split-by=beat") && !patient) {
        fault_set(fault, "'%s': the data option is unknown; known is split-by=beat|patient",
                  options);
        return NULL;
    }
    if (*options && strcmp(task, "ecg")) {
        fault_set(fault, "'%s': only the task ecg has this option", options);
        return NULL;
    }
    if (!strcmp(task, "fmnist"))
        return strdup("{\"shape\":[1,28,28],\"mean\":\"0.2860\",\"std\":\"0.3530\"}");
    if (!strcmp(task, "ecg"))
        return strdup(patient
                          ? "{\"shape\":[100,2],\"encoder\":\"raw\",\"split\":\"patient\"}"
                          : "{\"shape\":[100,2],\"encoder\":\"raw\",\"split\":\"beat\"}");
    if (!strcmp(task, "synth-ecg"))
        return strdup("{\"shape\":[100,2],\"seed\":\"0\"}");
    fault_set(fault, "task '%s' is unknown; known are synth-ecg, ecg, fmnist", task);
    return NULL;
}

/* The value of a decimal in the input entry, rounded to nearest in binary64. */
static int input_number(const json_t *input, const char *key, double *value,
                        struct fault *fault)
{
    const char *text = json_string_value(json_object_get(input, key));
    mpq_t exact;
    mpq_init(exact);
    int bad = !text || decimal_parse(text, exact, NULL);
    mpq_clear(exact);
    if (bad)
        return fault_set(fault, "input: \"%s\" must be a decimal in quotes", key);
    *value = strtod(text, NULL);
    return 0;
}

static int input_word(const json_t *input, const char *key, const char *first,
                      const char *second, struct fault *fault)
{
    const char *text = json_string_value(json_object_get(input, key));
    if (text && !strcmp(text, first))
        return 0;
    if (text && second && !strcmp(text, second))
        return 1;
    return fault_set(fault, "input: \"%s\" must be \"%s\"%s%s%s", key, first,
                     second ? " or \"" : "", second ? second : "", second ? "\"" : "");
}

/* Every task has its own keys; another one would be silently without effect. */
static int input_keys(const json_t *input, const char *const keys[], size_t count,
                      struct fault *fault)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)input, key, value) {
        size_t i = 0;
        while (i < count && strcmp(key, keys[i]))
            i++;
        if (i == count)
            return fault_set(fault, "input: unknown key \"%.60s\"", key);
    }
    return 0;
}

static int fmnist_check(const struct idx *images, const struct idx *labels, const char *path,
                        struct fault *fault)
{
    if (images->shape[1] != FMNIST_SIDE || images->shape[2] != FMNIST_SIDE)
        return fault_set(fault, "%s: images of %zu x %zu; they must be 28 x 28", path,
                         images->shape[1], images->shape[2]);
    if (images->shape[0] != labels->shape[0])
        return fault_set(fault, "%s: %zu images, but the label file has %zu; both must come "
                         "from one set", path, images->shape[0], labels->shape[0]);
    for (size_t i = 0; i < labels->shape[0]; i++)
        if (labels->bytes[i] >= FMNIST_CLASSES)
            return fault_set(fault, "%s: the label of image %zu is %d; labels are 0 to 9", path,
                             i, labels->bytes[i]);
    return 0;
}

static int fmnist_fill(struct dataset *set, const struct idx *images, const struct idx *labels,
                       enum split split, double mean, double deviation, const char *path,
                       struct fault *fault)
{
    size_t all = images->shape[0], first = 0, count = all;
    if (split != SPLIT_TEST) {
        if (all <= FMNIST_VALID)
            return fault_set(fault, "%s: %zu images; more than %d are needed to train and "
                             "validate", path, all, FMNIST_VALID);
        first = split == SPLIT_TRAIN ? 0 : all - FMNIST_VALID;
        count = split == SPLIT_TRAIN ? all - FMNIST_VALID : FMNIST_VALID;
    }
    set->count = count;
    set->features = FMNIST_SIDE * FMNIST_SIDE;
    set->classes = FMNIST_CLASSES;
    set->inputs = fault_alloc_aligned(count * set->features, sizeof(float));
    set->labels = fault_alloc(count, 1);
    for (size_t i = 0; i < count * set->features; i++)
        set->inputs[i] =
            (float)((images->bytes[first * set->features + i] / 255.0 - mean) / deviation);
    memcpy(set->labels, labels->bytes + first, count);
    return 0;
}

static int fmnist_load(struct dataset *set, const json_t *input, enum split split,
                       const char *folder, struct fault *fault)
{
    static const char *const keys[] = {"shape", "mean", "std"};
    const char *part = split == SPLIT_TEST ? "t10k" : "train";
    double mean, deviation;
    char image_path[4200], label_path[4200];
    struct idx images = {0}, labels = {0};
    if (input_keys(input, keys, 3, fault) || input_number(input, "mean", &mean, fault) ||
        input_number(input, "std", &deviation, fault))
        return -1;
    if (!(deviation > 0))
        return fault_set(fault, "input: \"std\" must be greater than 0");
    snprintf(image_path, sizeof image_path,
             "%.4000s/fashion-mnist/%s-images-idx3-ubyte.gz", folder, part);
    snprintf(label_path, sizeof label_path,
             "%.4000s/fashion-mnist/%s-labels-idx1-ubyte.gz", folder, part);
    int bad = idx_read(&images, image_path, 3, fault) || idx_read(&labels, label_path, 1, fault) ||
              fmnist_check(&images, &labels, image_path, fault) ||
              fmnist_fill(set, &images, &labels, split, mean, deviation, image_path, fault);
    idx_clear(&images);
    idx_clear(&labels);
    return bad ? -1 : 0;
}

static int ecg_from_input(struct dataset *set, const json_t *input, enum split split,
                          const char *folder, struct fault *fault)
{
    static const char *const keys[] = {"shape", "encoder", "split"};
    int division = input_word(input, "split", "beat", "patient", fault);
    if (division < 0 || input_keys(input, keys, 3, fault) ||
        input_word(input, "encoder", "raw", NULL, fault) < 0)
        return -1;
    return ecg_load(set, (enum ecg_division)division, split, folder, fault);
}

static int synth_from_input(struct dataset *set, const json_t *input, enum split split,
                            struct fault *fault)
{
    static const char *const keys[] = {"shape", "seed"};
    const char *text = json_string_value(json_object_get(input, "seed"));
    if (input_keys(input, keys, 2, fault))
        return -1;
    if (!text || !*text || strlen(text) > 18 || strspn(text, "0123456789") != strlen(text))
        return fault_set(fault, "input: \"seed\" must be a whole number in quotes");
    synth_load(set, strtoull(text, NULL, 10), split);
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
    else if (!strcmp(task, "ecg"))
        bad = ecg_from_input(set, object, split, folder, fault);
    else if (!strcmp(task, "synth-ecg"))
        bad = synth_from_input(set, object, split, fault);
    else
        bad = fault_set(fault, "task '%.40s' is unknown; known are synth-ecg, ecg, fmnist", task);
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
    *set = (struct dataset){0};
}
