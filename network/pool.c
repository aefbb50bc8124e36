/* pool.c -- see pool.h. */
#include "pool.h"

#include <string.h>

#include "lanes.h"

/* Sixteen channels of one window. */
static inline void window_lanes(const float *in, size_t row, size_t size, int rectified,
                                float *out, uint16_t *won)
{
    lanes best = lanes_load(in);
    won[0] = 0xffff;
    for (size_t place = 1; place < size * size; place++) {
        lanes value = lanes_load(in + place / size * row + place % size * LANES);
        uint16_t better = lanes_greater(value, best);
        best = lanes_keep(better, value) + lanes_keep((uint16_t)~better, best);
        for (size_t earlier = 0; earlier < place; earlier++)
            won[earlier] &= (uint16_t)~better;
        won[place] = better;
    }
    if (rectified) {
        uint16_t positive = lanes_greater(best, lanes_all(0));
        best = lanes_keep((uint16_t)~lanes_greater(lanes_all(0), best), best);
        for (size_t place = 0; place < size * size; place++)
            won[place] &= positive;
    }
    lanes_store(out, best);
}

/* The same for a single channel. */
static inline void window_one(const float *in, size_t row, size_t size, int rectified,
                              float *out, uint16_t *won)
{
    float best = in[0];
    size_t winner = 0;
    for (size_t place = 1; place < size * size; place++) {
        float value = in[place / size * row + place % size];
        if (value > best) {
            best = value;
            winner = place;
        }
    }
    for (size_t place = 0; place < size * size; place++)
        won[place] = place == winner && (!rectified || best > 0);
    *out = rectified && best < 0 ? 0 : best;
}

/* One block of channels of one sample. */
static void map_forward(const struct pool *p, const float *in, float *out, uint16_t *winner)
{
    size_t row = p->in.width * p->block;
    for (size_t y = 0; y < p->out.height; y++)
        for (size_t x = 0; x < p->out.width; x++) {
            const float *at = in + y * p->size * row + x * p->size * p->block;
            if (p->block == LANES)
                window_lanes(at, row, p->size, p->rectified, out, winner);
            else
                window_one(at, row, p->size, p->rectified, out, winner);
            out += p->block;
            winner += p->size * p->size;
        }
}

static void map_backward(const struct pool *p, const uint16_t *winner, const float *dout,
                         float *din)
{
    size_t row = p->in.width * p->block;
    /* Rows and columns that no window covers get nothing. */
    if (p->out.height * p->size < p->in.height || p->out.width * p->size < p->in.width)
        memset(din, 0, p->in.height * row * sizeof *din);
    for (size_t y = 0; y < p->out.height; y++)
        for (size_t x = 0; x < p->out.width; x++) {
            float *at = din + y * p->size * row + x * p->size * p->block;
            for (size_t place = 0; place < p->size * p->size; place++) {
                float *to = at + place / p->size * row + place % p->size * p->block;
                if (p->block == LANES)
                    lanes_store(to, lanes_keep(*winner++, lanes_load(dout)));
                else
                    *to = *winner++ ? *dout : 0;
            }
            dout += p->block;
        }
}

static size_t planes(const struct pool *p, size_t batch)
{
    return batch * p->in.channels / p->block;
}

size_t pool_masks(const struct pool *p, size_t batch)
{
    return planes(p, batch) * p->out.height * p->out.width * p->size * p->size;
}

void pool_forward(const struct pool *p, size_t batch, const float *in, float *out,
                  uint16_t *winner)
{
    size_t from = p->in.height * p->in.width * p->block;
    size_t to = p->out.height * p->out.width * p->block;
    size_t masks = p->out.height * p->out.width * p->size * p->size;
    for (size_t i = 0; i < planes(p, batch); i++)
        map_forward(p, in + i * from, out + i * to, winner + i * masks);
}

void pool_backward(const struct pool *p, size_t batch, const uint16_t *winner,
                   const float *dout, float *din)
{
    size_t from = p->in.height * p->in.width * p->block;
    size_t to = p->out.height * p->out.width * p->block;
    size_t masks = p->out.height * p->out.width * p->size * p->size;
    for (size_t i = 0; i < planes(p, batch); i++)
        map_backward(p, winner + i * masks, dout + i * to, din + i * from);
}
