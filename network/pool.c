/* pool.c -- see pool.h. */
#include "pool.h"

#include <string.h>

/* The best of one window for `block` channels at once. */
static inline void window(const float *in, size_t row_stride, size_t size, size_t block,
                          int rectified, float *out, uint8_t *winner)
{
    for (size_t c = 0; c < block; c++) {
        out[c] = in[c];
        winner[c] = 0;
    }
    for (size_t place = 1; place < size * size; place++) {
        const float *at = in + place / size * row_stride + place % size * block;
        for (size_t c = 0; c < block; c++) {
            int better = at[c] > out[c];
            out[c] = better ? at[c] : out[c];
            winner[c] = better ? (uint8_t)place : winner[c];
        }
    }
    if (rectified)
        for (size_t c = 0; c < block; c++)
            out[c] = out[c] > 0 ? out[c] : 0;
}

static inline void map_forward(const struct pool *p, size_t block, const float *in, float *out,
                               uint8_t *winner)
{
    size_t row = p->in.width * block;
    for (size_t y = 0; y < p->out.height; y++)
        for (size_t x = 0; x < p->out.width; x++) {
            window(in + y * p->size * row + x * p->size * block, row, p->size, block,
                   p->rectified, out, winner);
            out += block;
            winner += block;
        }
}

void pool_forward(const struct pool *p, size_t batch, const float *in, float *out,
                  uint8_t *winner)
{
    size_t planes = batch * p->in.channels / p->block;
    size_t from = p->in.height * p->in.width * p->block;
    size_t to = p->out.height * p->out.width * p->block;
    for (size_t i = 0; i < planes; i++) {
        if (p->block == 16)
            map_forward(p, 16, in + i * from, out + i * to, winner + i * to);
        else
            map_forward(p, 1, in + i * from, out + i * to, winner + i * to);
    }
}

static inline void map_backward(const struct pool *p, size_t block, const float *out,
                                const uint8_t *winner, const float *dout, float *din)
{
    size_t row = p->in.width * block;
    /* Rows and columns that no window covers get nothing. */
    if (p->out.height * p->size < p->in.height || p->out.width * p->size < p->in.width)
        memset(din, 0, p->in.height * row * sizeof *din);
    for (size_t y = 0; y < p->out.height; y++)
        for (size_t x = 0; x < p->out.width; x++) {
            float kept[16];
            for (size_t c = 0; c < block; c++)
                kept[c] = !p->rectified || out[c] > 0 ? dout[c] : 0;
            for (size_t place = 0; place < p->size * p->size; place++) {
                float *at = din + (y * p->size + place / p->size) * row +
                            (x * p->size + place % p->size) * block;
                for (size_t c = 0; c < block; c++)
                    at[c] = winner[c] == place ? kept[c] : 0;
            }
            out += block;
            winner += block;
            dout += block;
        }
}

void pool_backward(const struct pool *p, size_t batch, const float *out, const uint8_t *winner,
                   const float *dout, float *din)
{
    size_t planes = batch * p->in.channels / p->block;
    size_t from = p->in.height * p->in.width * p->block;
    size_t to = p->out.height * p->out.width * p->block;
    for (size_t i = 0; i < planes; i++) {
        if (p->block == 16)
            map_backward(p, 16, out + i * to, winner + i * to, dout + i * to, din + i * from);
        else
            map_backward(p, 1, out + i * to, winner + i * to, dout + i * to, din + i * from);
    }
}
