/* random.h -- counter-based random numbers (Philox 4x32-10, Random123).
 *
 * A value depends only on (seed, stream, index), never on how many values
 * were drawn before: the same for any number of threads, shards or restarts.
 * Streams keep uses apart; take one from the list, never a bare number. */
#ifndef SPECS_RANDOM_H
#define SPECS_RANDOM_H

#include <stdint.h>

enum random_stream {
    RANDOM_SYNTH_ECG = 1,   /* the generated data set */
    RANDOM_INITIAL,         /* initial parameters; plus the tensor's number << 8 */
    RANDOM_SHUFFLE,         /* order of samples; index = epoch-dependent */
    RANDOM_ATTACK_START,    /* start noise of the adversary */
    RANDOM_AUGMENT,         /* data augmentation */
    RANDOM_SAMPLING,        /* parameter draws of tests and assess */
    RANDOM_CHOICE,          /* choices by hash, e.g. the referee's samples */
    RANDOM_NOISE,           /* forward noise; plus the step << 8, as all below */
    RANDOM_DROPOUT,         /* which units a batch drops */
    RANDOM_BLOCKS,          /* which half of the parameters ascends (ABCD) */
    RANDOM_LANGEVIN,        /* inner steps of Entropy-SGD */
    RANDOM_INPUT_ATTACK,    /* where the attack on inputs starts */
    RANDOM_PCM_PROGRAM,     /* of a phase-change chip: what is programmed; plus the chip << 8, */
    RANDOM_PCM_DRIFT,       /* its drift, */
    RANDOM_PCM_READ,        /* its read noise, */
    RANDOM_PCM_REFERENCE    /* the readings that global compensation compares */
};

/* Four independent 32-bit words. */
struct random_words {
    uint32_t word[4];
};
struct random_words random_words(uint64_t seed, uint64_t stream, uint64_t index);

/* A 64-bit word. */
uint64_t random_u64(uint64_t seed, uint64_t stream, uint64_t index);

/* Uniform in [0, 1), 53 bits. */
double random_uniform(uint64_t seed, uint64_t stream, uint64_t index);

/* Standard normal (Box-Muller in binary64). */
double random_normal(uint64_t seed, uint64_t stream, uint64_t index);

/* A permutation of 0..count-1 (Fisher-Yates), into order[count]. */
void random_permutation(uint64_t seed, uint64_t stream, uint64_t index,
                        uint32_t count, uint32_t *order);

#endif
