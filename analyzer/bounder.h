/* bounder.h -- the ways of bounding a sample, behind one face.
 *
 * A bounder is a network in one box, prepared for one method on one engine:
 * read-only, shared by threads.  A bounder_work is one thread's memory. */
#ifndef ANALYZER_BOUNDER_H
#define ANALYZER_BOUNDER_H

#include "analyzer/domains/domain.h"
#include "analyzer/verdict.h"

/* By rising cost. */
enum method { METHOD_NONE, METHOD_BOX, METHOD_TRACE, METHOD_LINEAR };
const char *method_name(enum method method);

/* What a user asks for.  auto: box, then trace where the network has spikes, linear where
 * it has layers. */
enum bounder_domain { BOUNDER_AUTO, BOUNDER_BOX, BOUNDER_TRACE, BOUNDER_LINEAR };
int bounder_domain_from_name(const char *name); /* -1 for another word */
const char *bounder_domain_name(enum bounder_domain domain);

/* The methods that a domain means, in turn, for boxes that vary what `beyond` says beside
 * parameters (enum box_beyond), which only box knows; returns how many, or -1 with the reason
 * if the network cannot be bounded so. */
#define BOUNDER_METHODS 2
int bounder_methods(enum bounder_domain domain, const struct network *network, int beyond,
                    enum method methods[BOUNDER_METHODS], struct fault *fault)
    __attribute__((warn_unused_result));

struct bounder_settings {
    enum criterion criterion; /* what cases must prove */
    int disjuncts;            /* trace: histories per neuron, 0 = the default */
    size_t splits;            /* trace: runs that may be spent on cases */
    double seconds;           /* a sample may take before it is left undecided; 0: any */
    double budget;            /* linear: multiply-adds between the layers, 0 = the default */
    size_t refine;            /* linear: cases that a margin may be refined in, 0 = it is not */
};

struct bounder;
struct bounder *bounder_new(enum method method, const struct engine *engine,
                            const struct network *network, const struct box *box,
                            const struct bounder_settings *settings, struct fault *fault);
void bounder_free(struct bounder *bounder);

struct bounder_work;
struct bounder_work *bounder_work_new(const struct bounder *bounder);
void bounder_work_free(struct bounder_work *work);

/* Bound `batch` <= DOMAIN_BATCH samples; splits[i] is how many runs on cases sample
 * i's bound rests on, or cases of refined margins. */
void bounder_bound(const struct bounder *bounder, struct bounder_work *work,
                   const float *const inputs[], const int labels[], size_t batch,
                   struct margins results[], size_t splits[]);

/* A sample's bounds by the first bounder, and by the second with the choices that
 * the first one made; `splits` as bounder_bound told them.  Returns 0, or -1 if the second finds possible what the first
 * excluded. */
int bounder_compare(const struct bounder *first, struct bounder_work *first_work,
                    const struct bounder *second, struct bounder_work *second_work,
                    const float *input, int label, size_t splits, struct margins *by_first,
                    struct margins *by_second) __attribute__((warn_unused_result));

#endif
