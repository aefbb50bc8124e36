/* ranks.c -- see ranks.h. */
#include "ranks.h"

#ifndef STEADFAST_MPI

static size_t dealt;

void ranks_begin(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
}

void ranks_end(void)
{
}

int ranks_first(void)
{
    return 1;
}

void ranks_meet(void)
{
}

int ranks_greatest(int value)
{
    return value;
}

int ranks_differ(const char *text)
{
    (void)text;
    return 0;
}

void ranks_deal(void)
{
    dealt = 0;
}

size_t ranks_next(void)
{
    return __atomic_fetch_add(&dealt, 1, __ATOMIC_RELAXED);
}

void ranks_skip(size_t count)
{
    __atomic_fetch_add(&dealt, count, __ATOMIC_RELAXED);
}

void ranks_share(void *records, size_t size, size_t count, const unsigned char *own)
{
    (void)records;
    (void)size;
    (void)count;
    (void)own;
}

#else

#include <mpi.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "specs/digest.h"
#include "specs/fault.h"

static int rank, ranks = 1, running;
static MPI_Win window; /* of the first rank's counter */
static uint64_t *counter;

static void leave(int status, void *unused)
{
    (void)unused;
    fflush(NULL);
    if (running && status && ranks > 1)
        MPI_Abort(MPI_COMM_WORLD, status);
    ranks_end();
}

void ranks_begin(int *argc, char ***argv)
{
    int level;
    MPI_Init_thread(argc, argv, MPI_THREAD_SERIALIZED, &level);
    require(level >= MPI_THREAD_SERIALIZED);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    MPI_Win_allocate(rank ? 0 : sizeof *counter, sizeof *counter, MPI_INFO_NULL, MPI_COMM_WORLD,
                     &counter, &window);
    if (rank == 0)
        *counter = 0;
    MPI_Win_lock_all(0, window);
    running = 1;
    on_exit(leave, NULL);
    if (rank)
        require(freopen("/dev/null", "w", stdout) && freopen("/dev/null", "w", stderr));
}

void ranks_end(void)
{
    if (!running)
        return;
    running = 0;
    MPI_Win_unlock_all(window);
    MPI_Win_free(&window);
    MPI_Finalize();
}

int ranks_first(void)
{
    return rank == 0;
}

void ranks_meet(void)
{
    if (running)
        MPI_Barrier(MPI_COMM_WORLD);
}

int ranks_greatest(int value)
{
    int greatest = value;
    if (running)
        MPI_Allreduce(&value, &greatest, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    return greatest;
}

int ranks_differ(const char *text)
{
    char own[DIGEST_HEX], first[DIGEST_HEX];
    digest_of(text, strlen(text), own);
    memcpy(first, own, sizeof first);
    if (running)
        MPI_Bcast(first, sizeof first, MPI_CHAR, 0, MPI_COMM_WORLD);
    return ranks_greatest(memcmp(first, own, sizeof own) != 0);
}

/* Add to the counter; one thread at a time.  Returns what it was. */
static uint64_t add(uint64_t more)
{
    static uint64_t alone; /* before ranks_begin and after ranks_end */
    uint64_t was = alone;
    if (!running) {
        alone += more;
        return was;
    }
    MPI_Fetch_and_op(&more, &was, MPI_UINT64_T, 0, 0, MPI_SUM, window);
    MPI_Win_flush(0, window);
    return was;
}

void ranks_deal(void)
{
    ranks_meet(); /* nobody is still dealing */
    if (rank == 0)
        add(-add(0));
    ranks_meet();
}

size_t ranks_next(void)
{
    uint64_t item;
#pragma omp critical(ranks)
    item = add(1);
    return (size_t)item;
}

void ranks_skip(size_t count)
{
#pragma omp critical(ranks)
    add(count);
}

/* Every rank's records one after the other; each is its number and its bytes. */
void ranks_share(void *records, size_t size, size_t count, const unsigned char *own)
{
    size_t each = sizeof(uint64_t) + size, mine = 0;
    if (!running || ranks == 1)
        return;
    for (size_t i = 0; i < count; i++)
        mine += own[i] != 0;
    unsigned char *send = fault_alloc(mine + 1, each), *at = send;
    for (uint64_t i = 0; i < count; i++)
        if (own[i]) {
            memcpy(at, &i, sizeof i);
            memcpy(at + sizeof i, (char *)records + i * size, size);
            at += each;
        }
    int *lengths = fault_alloc((size_t)ranks, sizeof *lengths);
    int *places = fault_alloc((size_t)ranks, sizeof *places);
    int length = (int)(mine * each), total = 0;
    MPI_Allgather(&length, 1, MPI_INT, lengths, 1, MPI_INT, MPI_COMM_WORLD);
    for (int r = 0; r < ranks; r++) {
        places[r] = total;
        total += lengths[r];
    }
    unsigned char *all = fault_alloc((size_t)total + 1, 1);
    MPI_Allgatherv(send, length, MPI_BYTE, all, lengths, places, MPI_BYTE, MPI_COMM_WORLD);
    for (const unsigned char *from = all; from < all + total; from += each) {
        uint64_t i;
        memcpy(&i, from, sizeof i);
        require(i < count);
        memcpy((char *)records + i * size, from + sizeof i, size);
    }
    free(send);
    free(lengths);
    free(places);
    free(all);
}

#endif
