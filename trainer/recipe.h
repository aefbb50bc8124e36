/* recipe.h -- all that a method can be told: sizes of attacks and noise, weights, counts.
 *
 * A method reads the entries that it uses (method.h) and ignores the others. */
#ifndef TRAINER_RECIPE_H
#define TRAINER_RECIPE_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

#include "adversary.h"
#include "noise.h"
#include "specs/fault.h"
#include "specs/network.h"

/* The robustness loss, from the nominal softmax P and the attacked one Q; what the adversary
 * makes large, and what beta and beta-noise make small. */
enum attack_loss {
    ATTACK_KL,           /* KL(P || Q) */
    ATTACK_REVERSE_KL,   /* KL(Q || P) */
    ATTACK_JS,           /* (KL(P || M) + KL(Q || M)) / 2, M = (P + Q) / 2 */
    ATTACK_CROSS_ENTROPY /* the task loss at the attacked parameters */
};

struct recipe {
    struct adversary adversary;
    enum attack_loss attack_loss;
    double beta_rob;        /* weight of the robustness loss */
    int constant;           /* drop the gradient's path through Theta* */
    double warm_up;         /* epochs in which beta_rob, or awp's gamma, grows from 0 */
    double noise;           /* eta of the forward noise */
    enum noise_kind noise_kind;
    double dropout;         /* probability; 0 = none */
    double gamma;           /* awp: share of the perturbation; entropy-sgd: first scope */
    double input_attack;    /* awp: size of the attack on inputs; 0 = none */
    double radius;          /* amp: of the l2 ball */
    double inner_rate;      /* amp, abcd, entropy-sgd: of the inner steps */
    size_t inner_steps;     /* the same: their number */
    double certify_zeta;    /* certified: size of the box that training looks at */
    double certify_weight;  /* of the doubt; of the worst-case loss against the plain one */
    double certify_margin;  /* LSNN: taken off the label's logit */
    double certify_ramp;    /* share of the run in which both grow from 0 */
    double weight_clip;     /* bound of weights in standard deviations; 0 = none */
    const char *include, *exclude; /* tensor names with commas between, or NULL; borrowed */
};

struct method;

/* One thing that can be told: a flag of `train` and an entry of a recipe. */
struct recipe_option {
    const char *flag, *argument, *help; /* argument NULL: a switch */
    unsigned uses;                      /* methods with any of these bits read it; 0: all */
    enum { OPTION_NUMBER, OPTION_COUNT, OPTION_SWITCH, OPTION_WORD, OPTION_TEXT } kind;
    size_t offset;                      /* of a double, size_t, int, enum or const char * */
    double low, high;                   /* numbers and counts */
    const char *const *words;           /* names of the enum's values, ended by NULL */
};

/* The table, ended by a flag of NULL. */
extern const struct recipe_option recipe_options[];

/* Whether the method reads the option. */
int recipe_reads(const struct method *method, const struct recipe_option *option);

/* The defaults of a method on a task (paper section 4 and its code); task NULL: on any. */
struct recipe recipe_default(const struct method *method, const char *task);

/* Add what the method reads of the recipe to a JSON object, by flag; numbers as strings,
 * switches and texts only where set. */
void recipe_print(const struct recipe *recipe, const struct method *method, json_t *object);

/* What the method reads and its defaults, a line each for any task and for those that differ. */
void recipe_list(const struct method *method, const char *const *tasks, FILE *stream);

/* out[number] = 1 for each tensor that stays out of attack and noise: those that `exclude` names,
 * or that `include` does not.  Returns 0, or -1 with a name that the network does not have
 * or that is a batch normalisation's, which are out anyway (scope.h). */
int recipe_scope(const struct recipe *recipe, const struct network *network,
                 unsigned char out[NETWORK_TENSORS], struct fault *fault)
    __attribute__((warn_unused_result));

#endif
