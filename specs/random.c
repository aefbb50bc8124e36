/* random.c -- see random.h. */
#include "random.h"

#include <Random123/philox.h>
#include <math.h>

struct random_words random_words(uint64_t seed, uint64_t stream, uint64_t index)
{
    philox4x32_key_t key = {{(uint32_t)seed, (uint32_t)(seed >> 32)}};
    philox4x32_ctr_t counter = {{(uint32_t)index, (uint32_t)(index >> 32),
                                 (uint32_t)stream, (uint32_t)(stream >> 32)}};
    philox4x32_ctr_t drawn = philox4x32(counter, key);
    return (struct random_words){{drawn.v[0], drawn.v[1], drawn.v[2], drawn.v[3]}};
}

static uint64_t join(uint32_t high, uint32_t low)
{
    return (uint64_t)high << 32 | low;
}

static double unit(uint64_t bits)
{
    return (double)(bits >> 11) * 0x1p-53;
}

uint64_t random_u64(uint64_t seed, uint64_t stream, uint64_t index)
{
    struct random_words words = random_words(seed, stream, index);
    return join(words.word[0], words.word[1]);
}

double random_uniform(uint64_t seed, uint64_t stream, uint64_t index)
{
    return unit(random_u64(seed, stream, index));
}

double random_normal(uint64_t seed, uint64_t stream, uint64_t index)
{
    struct random_words words = random_words(seed, stream, index);
    double radius_at = 1.0 - unit(join(words.word[0], words.word[1])); /* in (0, 1] */
    double angle_at = unit(join(words.word[2], words.word[3]));
    return sqrt(-2.0 * log(radius_at)) * cos(6.283185307179586 * angle_at);
}

void random_permutation(uint64_t seed, uint64_t stream, uint64_t index,
                        uint32_t count, uint32_t *order)
{
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    for (uint32_t i = count; i > 1; i--) {
        uint64_t word = random_u64(seed, stream, index << 32 | i);
        uint32_t j = (uint32_t)(((unsigned __int128)word * i) >> 64);
        uint32_t swapped = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swapped;
    }
}
