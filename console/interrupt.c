#include "interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "specs/fault.h"

static int seen;

static void asked_to_stop(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
}

static void *wait_for_signals(void *unused)
{
    sigset_t set;
    int number;
    (void)unused;
    asked_to_stop(&set);
    sigwait(&set, &number);
    __atomic_store_n(&seen, number, __ATOMIC_RELEASE);
    /* The next one finds a thread that lets it through, and its default action. */
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    while (pause())
        continue;
    return NULL;
}

void interrupt_catch(void)
{
    sigset_t set;
    pthread_t waiter;
    asked_to_stop(&set);
    /* A shell's background job starts with SIGINT ignored; an ignored signal never comes. */
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    require(pthread_create(&waiter, NULL, wait_for_signals, NULL) == 0);
    pthread_detach(waiter);
}

int interrupt_seen(void)
{
    return __atomic_load_n(&seen, __ATOMIC_ACQUIRE);
}
