/* shard.c -- see shard.h. */
#include "shard.h"

#include <stdlib.h>
#include <string.h>

#define MOST 1000000

/* A whole number from `low` to MOST that ends at `end`. */
static int number(const char *text, char end, size_t low, size_t *value, const char **rest)
{
    char *stop;
    if (!text || *text < '0' || *text > '9')
        return -1;
    *value = strtoul(text, &stop, 10);
    *rest = stop + 1;
    return *stop != end || stop - text > 7 || *value < low || *value > MOST ? -1 : 0;
}

static int from_slurm(struct shard *shard, struct fault *fault)
{
    const char *id = getenv("SLURM_ARRAY_TASK_ID"), *rest;
    const char *min = getenv("SLURM_ARRAY_TASK_MIN"), *step = getenv("SLURM_ARRAY_TASK_STEP");
    size_t at, low = 0, stride = 1;
    if (!id)
        return fault_set(fault, "--shard slurm: SLURM_ARRAY_TASK_ID is not set; run as a task of an array, "
                         "or say I/N");
    if (number(id, 0, 0, &at, &rest) ||
        number(getenv("SLURM_ARRAY_TASK_COUNT"), 0, 1, &shard->of, &rest) ||
        (min && number(min, 0, 0, &low, &rest)) || (step && number(step, 0, 1, &stride, &rest)) ||
        at < low || (at - low) % stride || (at - low) / stride >= shard->of)
        return fault_set(fault, "--shard: SLURM_ARRAY_TASK_ID, _COUNT, _MIN and _STEP do not fit "
                         "each other (without _MIN the first task is 0)");
    shard->index = (at - low) / stride + 1;
    return 0;
}

int shard_parse(struct shard *shard, const char *text, struct fault *fault)
{
    const char *rest = text;
    if (!strcmp(text, "slurm"))
        return from_slurm(shard, fault);
    if (number(text, '/', 1, &shard->index, &rest) || number(rest, 0, 1, &shard->of, &rest) ||
        shard->index > shard->of)
        return fault_set(fault, "--shard: '%.40s' is not I/N with 1 <= I <= N, e.g. 2/8, nor slurm", text);
    return 0;
}

void shard_cut(const struct shard *shard, size_t *first, size_t *count)
{
    if (!shard->of)
        return;
    size_t whole = *count, before = shard->index - 1;
    size_t from = whole / shard->of * before + whole % shard->of * before / shard->of;
    size_t to = whole / shard->of * shard->index + whole % shard->of * shard->index / shard->of;
    *first += from;
    *count = to - from;
}
