/* interval_join.c -- shortcuts and means of maps, on ends of values: see interval_run.h.
 *
 * Maps are [sample][channel / block][row][column][block]. */
#include "interval_run.h"

/* Where a channel's row begins in one sample's maps of this shape. */
static size_t row_of(struct shape shape, size_t block, size_t channel, size_t row)
{
    size_t plane = shape.height * shape.width;
    return channel / block * block * plane + row * shape.width * block + channel % block;
}

/* to += from, where a shortcut's values meet; `back`: the other way round. */
static void join(const struct interval_run *run, const struct affine *a,
                 const struct affine *other, float *sum, float *kept, int back)
{
    struct shape out = a->layer.out, in = other->layer.out;
    const struct route_step *step = &a->step;
    for (size_t s = 0; s < run->batch; s++, sum += a->out_count, kept += other->kept_count)
        for (size_t c = 0; c < in.channels; c++)
            for (size_t row = 0; row < out.height; row++) {
                float *to = sum + row_of(out, a->block, step->before + c, row);
                float *from = kept + row_of(in, other->block, c, row * step->stride);
                for (size_t x = 0; x < out.width; x++) {
                    float *one = to + x * a->block;
                    float *two = from + x * step->stride * other->block;
                    if (back)
                        *two += *one;
                    else
                        *one += *two;
                }
            }
}

void interval_shortcut(const struct interval_run *run, struct affine *a, const struct affine *other)
{
    for (int end = 0; end < 2; end++)
        join(run, a, other, a->out[end], other->kept[end], 0);
}

void interval_shortcut_back(const struct interval_run *run, const struct affine *a,
                            struct affine *other)
{
    for (int end = 0; end < 2; end++)
        join(run, a, other, a->dout[end], other->dkept[end], 1);
}

void interval_average(struct interval_run *run)
{
    const struct affine *a = &run->affine[run->affines - 1];
    struct shape shape = a->layer.out;
    size_t plane = shape.height * shape.width;
    for (size_t i = 0; i < run->batch * shape.channels; i++) {
        size_t from = i / shape.channels * a->kept_count +
                      row_of(shape, a->block, i % shape.channels, 0);
        float low = 0, high = 0;
        for (size_t p = 0; p < plane; p++) {
            low += a->kept[0][from + p * a->block];
            high += a->kept[1][from + p * a->block];
        }
        run->box[0][i] = (high + low) / (float)(2 * plane);
        run->box[1][i] = (high - low) / (float)(2 * plane);
    }
}

void interval_average_back(struct interval_run *run)
{
    struct affine *a = &run->affine[run->affines - 1];
    struct shape shape = a->layer.out;
    size_t plane = shape.height * shape.width;
    for (size_t i = 0; i < run->batch * shape.channels; i++) {
        size_t to = i / shape.channels * a->kept_count +
                    row_of(shape, a->block, i % shape.channels, 0);
        float middle = run->dbox[0][i] / (float)(2 * plane);
        float radius = run->dbox[1][i] / (float)(2 * plane);
        for (size_t p = 0; p < plane; p++) {
            a->dkept[0][to + p * a->block] += middle - radius;
            a->dkept[1][to + p * a->block] += middle + radius;
        }
    }
}
