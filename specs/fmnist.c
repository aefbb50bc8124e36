/* fmnist.c -- see fmnist.h. */
#include "fmnist.h"

#include <stdio.h>
#include <string.h>

#include "idx.h"
#include "input.h"

#define SIDE 28
#define CLASSES 10
#define VALID 5000 /* the last of the training file */

static int check(const struct idx *images, const struct idx *labels, const char *path,
                 struct fault *fault)
{
    if (images->shape[1] != SIDE || images->shape[2] != SIDE)
        return fault_set(fault, "%s: images of %zu x %zu; they must be 28 x 28", path,
                         images->shape[1], images->shape[2]);
    if (images->shape[0] != labels->shape[0])
        return fault_set(fault, "%s: %zu images, but the label file has %zu; both must come "
                         "from one set", path, images->shape[0], labels->shape[0]);
    for (size_t i = 0; i < labels->shape[0]; i++)
        if (labels->bytes[i] >= CLASSES)
            return fault_set(fault, "%s: the label of image %zu is %d; labels are 0 to 9", path,
                             i, labels->bytes[i]);
    return 0;
}

static int fill(struct dataset *set, const struct idx *images, const struct idx *labels,
                enum split split, double mean, double deviation, const char *path,
                struct fault *fault)
{
    size_t all = images->shape[0], first = 0, count = all;
    if (split != SPLIT_TEST) {
        if (all <= VALID)
            return fault_set(fault, "%s: %zu images; more than %d are needed to train and "
                             "validate", path, all, VALID);
        first = split == SPLIT_TRAIN ? 0 : all - VALID;
        count = split == SPLIT_TRAIN ? all - VALID : VALID;
    }
    set->count = count;
    set->features = SIDE * SIDE;
    set->classes = CLASSES;
    set->black[0] = (float)((0 - mean) / deviation);
    set->inputs = fault_alloc_aligned(count * set->features, sizeof(float));
    set->labels = fault_alloc(count, 1);
    for (size_t i = 0; i < count * set->features; i++)
        set->inputs[i] =
            (float)((images->bytes[first * set->features + i] / 255.0 - mean) / deviation);
    memcpy(set->labels, labels->bytes + first, count);
    return 0;
}

int fmnist_load(struct dataset *set, const json_t *input, enum split split, const char *folder,
                struct fault *fault)
{
    static const char *const keys[] = {"shape", "mean", "std", NULL};
    const char *part = split == SPLIT_TEST ? "t10k" : "train";
    double mean, deviation;
    char image_path[4200], label_path[4200];
    struct idx images = {0}, labels = {0};
    if (input_keys(input, keys, fault) || input_number(input, "mean", &mean, fault) ||
        input_number(input, "std", &deviation, fault))
        return -1;
    if (!(deviation > 0))
        return fault_set(fault, "input: \"std\" must be greater than 0");
    snprintf(image_path, sizeof image_path,
             "%.4000s/fashion-mnist/%s-images-idx3-ubyte.gz", folder, part);
    snprintf(label_path, sizeof label_path,
             "%.4000s/fashion-mnist/%s-labels-idx1-ubyte.gz", folder, part);
    int bad = idx_read(&images, image_path, 3, fault) || idx_read(&labels, label_path, 1, fault) ||
              check(&images, &labels, image_path, fault) ||
              fill(set, &images, &labels, split, mean, deviation, image_path, fault);
    idx_clear(&images);
    idx_clear(&labels);
    return bad ? -1 : 0;
}
