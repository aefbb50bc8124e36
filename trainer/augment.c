#include "augment.h"

#include <string.h>

#include "specs/random.h"

void augment_init(struct augmenter *augmenter, const struct dataset *set, struct shape shape,
                  enum augment kind, uint64_t seed)
{
    *augmenter = (struct augmenter){set, shape, kind, seed, 0};
    for (size_t i = 0; i < set->count * set->features; i++)
        if (i == 0 || set->inputs[i] < augmenter->blank)
            augmenter->blank = set->inputs[i];
}

/* One channel, mirrored and moved by (down, right). */
static void move_plane(const float *from, struct shape shape, int mirror, int down, int right,
                       float blank, float *to)
{
    int height = (int)shape.height, width = (int)shape.width;
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            int row = y - down, column = x - right;
            int inside = row >= 0 && row < height && column >= 0 && column < width;
            column = mirror ? width - 1 - column : column;
            to[y * width + x] = inside ? from[row * width + column] : blank;
        }
    }
}

static void serve(const struct augmenter *augmenter, uint64_t epoch, uint32_t sample, float *to)
{
    const struct dataset *set = augmenter->set;
    const float *from = set->inputs + sample * set->features;
    if (augmenter->kind == AUGMENT_NONE) {
        memcpy(to, from, set->features * sizeof *to);
        return;
    }
    struct random_words words = random_words(augmenter->seed, RANDOM_AUGMENT,
                                             epoch << 32 | sample);
    int mirror = words.word[0] >> 31;
    int moves = augmenter->kind == AUGMENT_SHIFT;
    int down = moves ? (int)(words.word[1] % 3) - 1 : 0;
    int right = moves ? (int)(words.word[2] % 3) - 1 : 0;
    size_t plane = augmenter->shape.height * augmenter->shape.width;
    for (size_t c = 0; c < augmenter->shape.channels; c++)
        move_plane(from + c * plane, augmenter->shape, mirror, down, right, augmenter->blank,
                   to + c * plane);
}

void augment_batch(const struct augmenter *augmenter, uint64_t epoch, const uint32_t *order,
                   size_t count, float *inputs, uint8_t *labels)
{
    size_t features = augmenter->set->features;
    for (size_t s = 0; s < count; s++) {
        serve(augmenter, epoch, order[s], inputs + s * features);
        labels[s] = augmenter->set->labels[order[s]];
    }
}
