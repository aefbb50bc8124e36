/* prover.h -- proving a list of samples, in parallel, with a referee.
 *
 * Every sample gets a verdict; one that could not be decided, or was not
 * reached, stays `unknown`.  Results do not depend on the number of threads. */
#ifndef ANALYZER_PROVER_H
#define ANALYZER_PROVER_H

#include <stddef.h>
#include <time.h>

#include "analyzer/bounder.h"
#include "analyzer/verdict.h"
#include "specs/dataset.h"
#include "specs/network.h"

enum prover_engine { PROVER_DOUBLE, PROVER_MPFR };
enum referee_kind { REFEREE_SAMPLES, REFEREE_PERCENT, REFEREE_FULL, REFEREE_OFF };

struct prover_settings {
    enum prover_engine engine;
    int bits; /* of mpfr, as engine and as referee */
    struct box_form box;
    const unsigned char *folded; /* tensors that are folded biases, NULL: none; borrowed */
    enum bounder_domain domain;
    int disjuncts; /* bounder.h */
    size_t splits;
    double budget;
    size_t refine;
    enum criterion criterion;
    enum referee_kind referee;
    double referee_percent;
    double seconds; /* a sample may take by each method, 0: any (not in the referee's hands) */
    uint64_t seed; /* of the referee's choice */
    struct journal *journal; /* keeps what is finished (console/journal.h), or NULL; borrowed */
};

/* What the nominal parameters do with a sample, decided by proof. */
enum nominal { NOMINAL_OPEN, NOMINAL_CORRECT, NOMINAL_WRONG };

struct sample_result {
    enum nominal nominal;
    int predicted;        /* by the nominal parameters */
    enum verdict verdict;
    double margin_lower;  /* verdict_margin_lower; -inf while unknown for want of a bound */
    enum method method;   /* that margin_lower is due to */
    size_t splits;        /* and the runs on cases, or refined cases, behind it */
    int done;             /* bounded; 0 where interrupted before */
    int suspect;          /* certified by a margin near its own rounding */
    int attacked;         /* a counterexample was looked for */
    int disproved;        /* certified, and yet one was found: a bug of ours */
    int adopted;          /* certified at zeta 0 by the nominal proof, mpfr's where needed */
};

/* Verdicts at one zeta. */
struct prover_run {
    const char *zeta; /* as typed, borrowed */
    size_t samples, done, nominal, certified, falsified, unknown, misclassified;
    size_t refereed, contradictions; /* mpfr's second opinion (referee.h) */
    size_t attacked, disproved;      /* counterexamples (falsify.h) */
    double seconds, cpu_seconds, referee_seconds, attack_seconds;
    int interrupted;
    struct sample_result *results; /* [samples], owned */
};

/* The box that the settings mean at size `zeta`; box_clear releases.  Returns 0, or -1 with
 * the reason. */
int prover_box(const struct prover_settings *settings, const struct network *network,
               const char *zeta, struct box *box, struct fault *fault)
    __attribute__((warn_unused_result));

/* Seconds on a clock of clock_gettime. */
double prover_clock(clockid_t clock);

/* Hears of progress: samples bounded so far out of all; called by one thread at
 * a time.  Returns nonzero to stop (results so far are kept): PROVER_STOP at once,
 * PROVER_LATE after the referee has looked at them. */
enum { PROVER_STOP = 1, PROVER_LATE };
typedef int prover_progress(void *context, size_t done, size_t total);

struct prover; /* one network, one list of samples */

/* Prepare: decides every sample's nominal verdict (zeta 0; where the double
 * engine leaves it open, mpfr with doubling precision up to 1024 bits).
 * `set` and `network` are borrowed; samples are set's [first, first + count).
 * NULL with the reason if the network cannot be certified. */
struct prover *prover_new(const struct network *network, const struct dataset *set,
                          size_t first, size_t count, const struct prover_settings *settings,
                          prover_progress *progress, void *context, struct fault *fault);
void prover_free(struct prover *prover);

/* Decide all samples for the box of size `zeta`.  Returns 0, or -1 with the
 * reason (zeta is no decimal, ...).  prover_run_clear releases. */
int prover_decide(struct prover *prover, const char *zeta, prover_progress *progress,
                  void *context, struct prover_run *run, struct fault *fault)
    __attribute__((warn_unused_result));
void prover_run_clear(struct prover_run *run);

#endif
