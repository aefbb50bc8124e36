/* maps.c -- see maps.h. */
#include "maps.h"

#include <string.h>

/* A window's sides and its plane's: the whole map for a global pooling. */
struct window {
    size_t height, width, rows, columns; /* of a window; how many there are */
};

static struct window window_of(const struct layer *l)
{
    if (l->kind == LAYER_GLOBALAVGPOOL)
        return (struct window){l->in.height, l->in.width, 1, 1};
    return (struct window){l->size, l->size, l->out.height, l->out.width};
}

void maps_average(const struct layer *l, size_t block, size_t batch, const float *in, float *out)
{
    struct window w = window_of(l);
    size_t row = l->in.width * block;
    const float share = 1 / (float)(w.height * w.width);
    for (size_t map = 0; map < batch * l->in.channels / block; map++, in += l->in.height * row)
        for (size_t y = 0; y < w.rows; y++)
            for (size_t x = 0; x < w.columns; x++, out += block) {
                const float *corner = in + y * w.height * row + x * w.width * block;
                memset(out, 0, block * sizeof *out);
                for (size_t i = 0; i < w.height; i++)
                    for (size_t k = 0; k < w.width * block; k++)
                        out[k % block] += corner[i * row + k];
                for (size_t k = 0; k < block; k++)
                    out[k] *= share;
            }
}

void maps_average_backward(const struct layer *l, size_t block, size_t batch, const float *dout,
                           float *din)
{
    struct window w = window_of(l);
    size_t row = l->in.width * block;
    const float share = 1 / (float)(w.height * w.width);
    memset(din, 0, batch * shape_count(l->in) * sizeof *din);
    for (size_t map = 0; map < batch * l->in.channels / block; map++, din += l->in.height * row)
        for (size_t y = 0; y < w.rows; y++)
            for (size_t x = 0; x < w.columns; x++, dout += block) {
                float *corner = din + y * w.height * row + x * w.width * block;
                for (size_t i = 0; i < w.height; i++)
                    for (size_t k = 0; k < w.width * block; k++)
                        corner[i * row + k] = dout[k % block] * share;
            }
}

void maps_slice(const struct layer *l, size_t block, size_t batch, const float *in, float *out)
{
    size_t row = l->in.width * block, bytes = block * sizeof *out;
    for (size_t map = 0; map < batch * l->in.channels / block; map++, in += l->in.height * row)
        for (size_t y = 0; y < l->out.height; y++)
            for (size_t x = 0; x < l->out.width; x++, out += block)
                memcpy(out, in + y * l->stride * row + x * l->stride * block, bytes);
}

void maps_slice_backward(const struct layer *l, size_t block, size_t batch, const float *dout,
                         float *din)
{
    size_t row = l->in.width * block, bytes = block * sizeof *din;
    memset(din, 0, batch * shape_count(l->in) * sizeof *din);
    for (size_t map = 0; map < batch * l->in.channels / block; map++, din += l->in.height * row)
        for (size_t y = 0; y < l->out.height; y++)
            for (size_t x = 0; x < l->out.width; x++, dout += block)
                memcpy(din + y * l->stride * row + x * l->stride * block, dout, bytes);
}

static float *channel_at(struct view v, size_t sample, size_t channel)
{
    size_t plane = v.shape.height * v.shape.width;
    return v.values + sample * shape_count(v.shape) + channel / v.block * plane * v.block +
           channel % v.block;
}

void maps_copy(struct view from, struct view to, size_t channels, size_t batch)
{
    size_t plane = from.shape.height * from.shape.width;
    for (size_t sample = 0; sample < batch; sample++)
        for (size_t c = 0; c < channels; c++) {
            const float *in = channel_at(from, sample, from.first + c);
            float *out = channel_at(to, sample, to.first + c);
            for (size_t i = 0; i < plane; i++)
                out[i * to.block] = in[i * from.block];
        }
}
