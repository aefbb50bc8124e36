#include "augment.h"

#include <string.h>

#include "specs/random.h"
#include "specs/speech.h"

#define HOLE 16 /* side of what cutout takes away */

void augment_init(struct augmenter *augmenter, const struct dataset *set, struct shape shape,
                  enum augment kind, uint64_t seed)
{
    require(kind != AUGMENT_WAVEFORM || set->speech);
    *augmenter = (struct augmenter){set, shape, kind, seed};
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

/* The square from 8 before to 7 behind (row, column), as far as it lies inside. */
static void cut_hole(float *plane, struct shape shape, int row, int column)
{
    int height = (int)shape.height, width = (int)shape.width;
    for (int y = row < HOLE / 2 ? 0 : row - HOLE / 2; y < height && y < row + HOLE / 2; y++)
        for (int x = column < HOLE / 2 ? 0 : column - HOLE / 2;
             x < width && x < column + HOLE / 2; x++)
            plane[y * width + x] = 0;
}

/* By how many pixels an image is moved at most. */
static int farthest(enum augment kind)
{
    return kind == AUGMENT_CROP || kind == AUGMENT_CUTOUT ? 4 : kind == AUGMENT_SHIFT;
}

static void serve(const struct augmenter *augmenter, uint64_t epoch, uint32_t sample, float *to)
{
    const struct dataset *set = augmenter->set;
    const float *from = set->inputs + sample * set->features;
    if (augmenter->kind == AUGMENT_NONE) {
        memcpy(to, from, set->features * sizeof *to);
        return;
    }
    if (augmenter->kind == AUGMENT_WAVEFORM) {
        speech_augment(set->speech, augmenter->seed, epoch, sample, to);
        return;
    }
    struct random_words words = random_words(augmenter->seed, RANDOM_AUGMENT,
                                             epoch << 32 | sample);
    struct shape shape = augmenter->shape;
    int mirror = words.word[0] >> 31, most = farthest(augmenter->kind);
    int down = (int)(words.word[1] % (2 * (unsigned)most + 1)) - most;
    int right = (int)(words.word[2] % (2 * (unsigned)most + 1)) - most;
    size_t plane = shape.height * shape.width;
    for (size_t c = 0; c < shape.channels; c++) {
        move_plane(from + c * plane, shape, mirror, down, right, set->black[c], to + c * plane);
        if (augmenter->kind == AUGMENT_CUTOUT)
            cut_hole(to + c * plane, shape, (int)((words.word[3] >> 16) % shape.height),
                     (int)((words.word[3] & 0xffff) % shape.width));
    }
}

void augment_batch(const struct augmenter *augmenter, uint64_t epoch, const uint32_t *order,
                   size_t count, float *inputs, uint8_t *labels)
{
    size_t features = augmenter->set->features;
    int sound = augmenter->kind == AUGMENT_WAVEFORM;
#pragma omp parallel for schedule(static) if (sound)
    for (size_t s = 0; s < count; s++) {
        serve(augmenter, epoch, order[s], inputs + s * features);
        labels[s] = augmenter->set->labels[order[s]];
    }
}
