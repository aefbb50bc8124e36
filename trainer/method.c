#include "method.h"

#include <string.h>

#define ADVERSARY (USES_ATTACK | USES_ZETA | USES_WARM_UP | USES_SCOPE | USES_DROPOUT)
#define NOISE (USES_NOISE | USES_SCOPE | USES_DROPOUT)

const struct method method_table[] = {
    {"standard", "the task loss", "paper 4", 0, 0, method_standard, NULL},
    {"dropout", "the task loss with units left out", "Srivastava et al. 2014; paper 4",
     USES_DROPOUT, 0, method_standard, NULL},
    {"forward-noise", "the task loss at noisy parameters", "Murray and Edwards 1994; paper 4",
     NOISE, 0, method_forward_noise, NULL},
    {"beta", "task loss + beta-rob * divergence at the adversary's parameters", "paper 3",
     ADVERSARY | USES_ROBUST, 1, method_beta, NULL},
    {"beta-noise", "beta, the task loss at noisy parameters", "paper 3, Algorithm 1",
     ADVERSARY | NOISE | USES_ROBUST, 1, method_beta_noise, NULL},
    {"awp", "the task loss a part of the way to the adversary's parameters",
     "Wu et al. 2020; paper 2, 4", ADVERSARY | USES_GAMMA | USES_INPUTS | USES_AWAY, 1,
     method_awp, NULL},
    {"amp", "the task loss a gradient step uphill, in an l2 ball", "Zheng et al. 2021; paper 2, 4",
     USES_DROPOUT | USES_RADIUS | USES_INNER | USES_AWAY, 0, method_amp, NULL},
    {"abcd", "half of the parameters uphill, then the others downhill",
     "Cicek and Soatto 2019; paper 2, 4", USES_INNER | USES_ZETA | USES_SCOPE | USES_AWAY, 1, NULL,
     method_abcd},
    {"entropy-sgd", "towards the mean of noisy descent paths", "Chaudhari et al. 2017; paper 2, 4",
     USES_INNER | USES_GAMMA | USES_AWAY, 1, method_entropy, NULL},
    {"certified", "the task loss and what keeps a proof on the weight box from succeeding",
     "ours; Gowal et al. 2018 for images",
     USES_CERTIFY | USES_NOISE | USES_SCOPE | USES_ATTACK | USES_ZETA | USES_ROBUST | USES_WARM_UP,
     1, NULL, method_certified},
    {NULL, NULL, NULL, 0, 0, NULL, NULL},
};

const struct method *method_find(const char *name)
{
    for (const struct method *method = method_table; method->name; method++)
        if (strcmp(method->name, name) == 0)
            return method;
    return NULL;
}
