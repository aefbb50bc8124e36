/* sparse.c -- see sparse.h.
 *
 * The kernel is cut into tiles of 4 x 4 places, filled up with zero weights, and a
 * sample's map is copied into a zero border wide enough for every tile, so that
 * no winner needs a bounds check.  A tile of one input block, sixteen vectors, is
 * kept in registers while the winners of one output channel (weights) or of one
 * output place (input) are added to it.  A first layer has too few channels for
 * that: there the patch under each output place is laid out in vectors. */
#include "sparse.h"

#include <stdlib.h>
#include <string.h>

#include "lanes.h"
#include "specs/fault.h"

enum { SIDE = 4, TAPS = SIDE * SIDE };

/* A winner's gradient, and where its partner in the product begins. */
struct entry {
    float value;
    int32_t at;
};

struct list {
    size_t count;
    struct entry *entries;
};

struct sparse {
    const struct layer *conv;
    const struct pool *pool;
    int deep;                  /* in blocks of channels, not a first layer */
    size_t blocks, tiles_x, tiles; /* input blocks; tiles of the kernel (deep) */
    size_t rows, columns;      /* of the map with its border */
    size_t vectors;            /* per patch (first layer) */
    struct list *of_channel;   /* [out channels], deep only, as all lists */
    struct list *of_place;     /* [output places] */
    struct entry *entries;     /* of all lists */
    int32_t *corner;           /* [output places]: of their patch in the bordered map */
    float *map, *dmap;         /* one block (deep) or all channels (first layer), bordered */
    float *patches;            /* [output place][vectors][LANES], first layer */
    float *weight, *dweight;   /* [block][out channel][tile][tap][LANES] or [out][vectors][LANES] */
};

static size_t up(size_t a, size_t b)
{
    return (a + b - 1) / b;
}

int sparse_fits(const struct layer *conv, size_t in_block, size_t out_block, int wants_input)
{
    return conv->kind == LAYER_CONV2D && out_block == LANES && (in_block == LANES || !wants_input);
}

static size_t packed_count(const struct sparse *s)
{
    size_t outs = s->conv->out.channels;
    return s->deep ? s->blocks * outs * s->tiles * TAPS * LANES : outs * s->vectors * LANES;
}

static void plan_lists(struct sparse *s)
{
    const struct layer *l = s->conv;
    size_t windows = s->pool->out.height * s->pool->out.width;
    size_t channels = l->out.channels, places = l->out.height * l->out.width;
    s->of_channel = fault_alloc(channels, sizeof *s->of_channel);
    s->of_place = fault_alloc(places, sizeof *s->of_place);
    s->corner = fault_alloc(places, sizeof *s->corner);
    /* One more each: append writes before it counts. */
    s->entries = fault_alloc(channels * (windows + 1) + places * (channels + 1),
                             sizeof *s->entries);
    for (size_t c = 0; c < channels; c++)
        s->of_channel[c].entries = s->entries + c * (windows + 1);
    for (size_t p = 0; p < places; p++) {
        s->of_place[p].entries =
            s->entries + channels * (windows + 1) + p * (channels + 1);
        s->corner[p] = (int32_t)((p / l->out.width * s->columns + p % l->out.width) *
                                 l->stride * LANES);
    }
}

struct sparse *sparse_new(const struct layer *conv, const struct pool *pool, size_t in_block)
{
    struct sparse *s = fault_alloc(1, sizeof *s);
    size_t high = up(conv->kernel_height, SIDE) * SIDE, wide = up(conv->kernel_width, SIDE) * SIDE;
    s->conv = conv;
    s->pool = pool;
    s->deep = in_block == LANES;
    s->blocks = conv->in.channels / in_block;
    s->tiles_x = wide / SIDE;
    s->tiles = high / SIDE * s->tiles_x;
    s->rows = (conv->out.height - 1) * conv->stride + high;
    s->columns = (conv->out.width - 1) * conv->stride + wide;
    if (s->rows < conv->in.height + conv->top)
        s->rows = conv->in.height + conv->top;
    if (s->columns < conv->in.width + conv->left)
        s->columns = conv->in.width + conv->left;
    s->vectors = up(conv->in.channels * conv->kernel_height * wide, LANES);
    if (s->deep)
        plan_lists(s);
    size_t depth = s->deep ? LANES : conv->in.channels;
    size_t places = s->deep ? 0 : conv->out.height * conv->out.width;
    s->map = fault_alloc_aligned(s->rows * s->columns * depth, sizeof(float));
    s->dmap = fault_alloc_aligned(s->deep ? s->rows * s->columns * depth : 0, sizeof(float));
    s->patches = fault_alloc_aligned(places * s->vectors * LANES, sizeof(float));
    s->weight = fault_alloc_aligned(s->deep ? packed_count(s) : 0, sizeof(float));
    s->dweight = fault_alloc_aligned(packed_count(s), sizeof(float));
    return s;
}

void sparse_free(struct sparse *s)
{
    if (!s)
        return;
    free(s->of_channel);
    free(s->of_place);
    free(s->entries);
    free(s->corner);
    free(s->map);
    free(s->dmap);
    free(s->patches);
    free(s->weight);
    free(s->dweight);
    free(s);
}

/* Where kernel place (row, column) of (out, in) lies among the packed weights. */
static size_t packed_at(const struct sparse *s, size_t out, size_t in, size_t row, size_t column)
{
    size_t outs = s->conv->out.channels;
    if (!s->deep)
        return out * s->vectors * LANES +
               (in * s->conv->kernel_height + row) * s->tiles_x * SIDE + column;
    size_t tile = row / SIDE * s->tiles_x + column / SIDE;
    size_t tap = row % SIDE * SIDE + column % SIDE;
    return (((in / LANES * outs + out) * s->tiles + tile) * TAPS + tap) * LANES + in % LANES;
}

/* plain [out, in, kernel height, kernel width] from or to packed. */
static void repack(const struct sparse *s, float *plain, float *packed, int pack)
{
    const struct layer *l = s->conv;
    for (size_t out = 0; out < l->out.channels; out++)
        for (size_t in = 0; in < l->in.channels; in++)
            for (size_t row = 0; row < l->kernel_height; row++)
                for (size_t column = 0; column < l->kernel_width; column++) {
                    float *to = packed + packed_at(s, out, in, row, column);
                    if (pack)
                        *to = *plain++;
                    else
                        *plain++ = *to;
                }
}

/* Of one window and sixteen channels, where the winner of each lane is, in output
 * places times `scale`, and its gradient: zero for a channel without a winner. */
static inline void find_winners(const struct sparse *s, size_t window, const uint16_t *winner,
                                const float *dpooled, size_t scale, int32_t at[LANES],
                                float value[LANES])
{
    size_t size = s->pool->size, wide = s->pool->out.width;
    size_t corner = (window / wide * s->conv->out.width + window % wide) * size;
    lanes_int found = {0};
    uint16_t any = 0;
    for (size_t place = 0; place < size * size; place++) {
        size_t p = corner + place / size * s->conv->out.width + place % size;
        found = lanes_set_bit(found, winner[place], (int32_t)(p * scale));
        any |= winner[place];
    }
    memcpy(at, &found, sizeof found);
    lanes_store(value, lanes_keep(any, lanes_load(dpooled)));
}

/* Appended and then counted or not: winners come too irregularly to branch on. */
static inline void append(struct list *list, float value, int32_t at)
{
    list->entries[list->count] = (struct entry){value, at};
    list->count += value != 0;
}

/* The lists of one sample. */
static void enlist(struct sparse *s, const uint16_t *winner, const float *dpooled)
{
    size_t windows = s->pool->out.height * s->pool->out.width, size = s->pool->size;
    size_t channels = s->conv->out.channels, kernel = s->tiles * TAPS * LANES;
    for (size_t c = 0; c < channels; c++)
        s->of_channel[c].count = 0;
    for (size_t p = 0; p < s->conv->out.height * s->conv->out.width; p++)
        s->of_place[p].count = 0;
    for (size_t first = 0; first < channels; first += LANES)
        for (size_t window = 0; window < windows; window++) {
            int32_t at[LANES];
            float value[LANES];
            find_winners(s, window, winner, dpooled, 1, at, value);
            for (size_t lane = 0; lane < LANES; lane++) {
                size_t c = first + lane;
                append(&s->of_channel[c], value[lane], s->corner[at[lane]]);
                append(&s->of_place[at[lane]], value[lane], (int32_t)(c * kernel));
            }
            winner += size * size;
            dpooled += LANES;
        }
}

/* sum [tap][LANES] += value * partner's vector at the tap, over the list. */
static void add_patches(const struct list *list, const float *partner, size_t row, float *sum)
{
    lanes tap[TAPS];
    for (size_t t = 0; t < TAPS; t++)
        tap[t] = lanes_load(sum + t / SIDE * (SIDE * LANES) + t % SIDE * LANES);
    for (size_t n = 0; n < list->count; n++) {
        lanes value = lanes_all(list->entries[n].value);
        const float *at = partner + list->entries[n].at;
        for (size_t t = 0; t < TAPS; t++)
            tap[t] = lanes_fma(value, lanes_load(at + t / SIDE * row + t % SIDE * LANES), tap[t]);
    }
    for (size_t t = 0; t < TAPS; t++)
        lanes_store(sum + t / SIDE * (SIDE * LANES) + t % SIDE * LANES, tap[t]);
}

/* The same where the sum lies in a map and the partners are weights. */
static void add_weights(const struct list *list, const float *partner, size_t row, float *sum)
{
    lanes tap[TAPS];
    for (size_t t = 0; t < TAPS; t++)
        tap[t] = lanes_load(sum + t / SIDE * row + t % SIDE * LANES);
    for (size_t n = 0; n < list->count; n++) {
        lanes value = lanes_all(list->entries[n].value);
        const float *at = partner + list->entries[n].at;
        for (size_t t = 0; t < TAPS; t++)
            tap[t] = lanes_fma(value, lanes_load(at + t * LANES), tap[t]);
    }
    for (size_t t = 0; t < TAPS; t++)
        lanes_store(sum + t / SIDE * row + t % SIDE * LANES, tap[t]);
}

/* Copy one plane of `depth`-vectors between its map and the bordered one. */
static void border(const struct sparse *s, size_t depth, float *plane, float *bordered, int in)
{
    const struct layer *l = s->conv;
    size_t bytes = l->in.width * depth * sizeof(float);
    for (size_t y = 0; y < l->in.height; y++) {
        float *at = bordered + ((y + l->top) * s->columns + l->left) * depth;
        float *row = plane + y * l->in.width * depth;
        if (in)
            memcpy(at, row, bytes);
        else
            memcpy(row, at, bytes);
    }
}

static size_t tile_at(const struct sparse *s, size_t tile)
{
    return (tile / s->tiles_x * s->columns + tile % s->tiles_x) * (SIDE * LANES);
}

/* One input block of one sample; the lists are its. */
static void deep_block(struct sparse *s, size_t block, const float *in, float *din)
{
    const struct layer *l = s->conv;
    size_t row = s->columns * LANES, kernel = s->tiles * TAPS * LANES;
    float *dweight = s->dweight + block * l->out.channels * kernel;
    border(s, LANES, (float *)(size_t)in, s->map, 1);
    for (size_t c = 0; c < l->out.channels; c++)
        for (size_t t = 0; t < s->tiles; t++)
            add_patches(&s->of_channel[c], s->map + tile_at(s, t), row,
                        dweight + c * kernel + t * TAPS * LANES);
    if (!din)
        return;
    const float *weight = s->weight + block * l->out.channels * kernel;
    memset(s->dmap, 0, s->rows * row * sizeof(float));
    for (size_t y = 0; y < l->out.height; y++)
        for (size_t x = 0; x < l->out.width; x++) {
            const struct list *here = &s->of_place[y * l->out.width + x];
            float *at = s->dmap + (y * s->columns + x) * l->stride * LANES;
            for (size_t t = 0; t < s->tiles && here->count; t++)
                add_weights(here, weight + t * TAPS * LANES, row, at + tile_at(s, t));
        }
    border(s, LANES, din, s->dmap, 0);
}

/* Lay out the patch under every output place: four kernel columns at a time. */
static void lay_patches(struct sparse *s, const float *in)
{
    const struct layer *l = s->conv;
    size_t plane = l->in.height * l->in.width;
    for (size_t c = 0; c < l->in.channels; c++)
        border(s, 1, (float *)(size_t)in + c * plane, s->map + c * s->rows * s->columns, 1);
    for (size_t y = 0; y < l->out.height; y++)
        for (size_t x = 0; x < l->out.width; x++) {
            const float *from = s->map + (y * s->columns + x) * l->stride;
            float *to = s->patches + (y * l->out.width + x) * s->vectors * LANES;
            for (size_t c = 0; c < l->in.channels; c++, from += s->rows * s->columns)
                for (size_t k = 0; k < l->kernel_height; k++)
                    for (size_t q = 0; q < s->tiles_x; q++, to += SIDE)
                        memcpy(to, from + k * s->columns + q * SIDE, SIDE * sizeof(float));
        }
}

/* Sixteen output channels at a time, one sum for each. */
static void first_layer(struct sparse *s, const uint16_t *winner, const float *dpooled)
{
    size_t windows = s->pool->out.height * s->pool->out.width, area = s->pool->size * s->pool->size;
    size_t depth = s->vectors * LANES;
    for (size_t c = 0; c < s->conv->out.channels; c += LANES)
        for (size_t v = 0; v < s->vectors; v++) {
            const float *patches = s->patches + v * LANES;
            float *into = s->dweight + c * depth + v * LANES;
            lanes sum[LANES];
            for (size_t k = 0; k < LANES; k++)
                sum[k] = lanes_load(into + k * depth);
            for (size_t w = c / LANES * windows; w < (c / LANES + 1) * windows; w++) {
                int32_t at[LANES];
                float value[LANES];
                find_winners(s, w % windows, winner + w * area, dpooled + w * LANES, depth, at,
                             value);
                for (size_t k = 0; k < LANES; k++)
                    sum[k] = lanes_fma(lanes_all(value[k]), lanes_load(patches + at[k]), sum[k]);
            }
            for (size_t k = 0; k < LANES; k++)
                lanes_store(into + k * depth, sum[k]);
        }
}

/* dbias += the gradients of all winners. */
static void add_bias(const struct sparse *s, const uint16_t *winner, const float *dpooled,
                     float *dbias)
{
    size_t windows = s->pool->out.height * s->pool->out.width, area = s->pool->size * s->pool->size;
    for (size_t c = 0; c < s->conv->out.channels; c += LANES) {
        lanes sum = lanes_load(dbias + c);
        for (size_t w = 0; w < windows; w++, dpooled += LANES) {
            uint16_t any = 0;
            for (size_t place = 0; place < area; place++)
                any |= *winner++;
            sum += lanes_keep(any, lanes_load(dpooled));
        }
        lanes_store(dbias + c, sum);
    }
}

void sparse_backward(struct sparse *s, size_t batch, const float *weight, const float *in,
                     const uint16_t *winner, const float *dpooled, float *din, float *dweight,
                     float *dbias)
{
    const struct layer *l = s->conv;
    size_t in_count = shape_count(l->in), pooled = shape_count(s->pool->out);
    size_t masks = pool_masks(s->pool, 1);
    if (din)
        repack(s, (float *)(size_t)weight, s->weight, 1);
    memset(s->dweight, 0, packed_count(s) * sizeof(float));
    memset(dbias, 0, l->out.channels * sizeof(float));
    for (size_t i = 0; i < batch; i++, winner += masks, dpooled += pooled) {
        const float *x = in + i * in_count;
        add_bias(s, winner, dpooled, dbias);
        if (!s->deep) {
            lay_patches(s, x);
            first_layer(s, winner, dpooled);
            continue;
        }
        enlist(s, winner, dpooled);
        for (size_t b = 0, step = in_count / s->blocks; b < s->blocks; b++)
            deep_block(s, b, x + b * step, din ? din + i * in_count + b * step : NULL);
    }
    repack(s, dweight, s->dweight, 0);
}
