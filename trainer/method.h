/* method.h -- ways to train: each turns a batch into a gradient, or takes the step itself.
 *
 * methods.md defines each, with its source and what the paper's code did. */
#ifndef TRAINER_METHOD_H
#define TRAINER_METHOD_H

#include "optimiser.h"
#include "lesson.h"
#include "recipe.h"

/* What a method reads of its recipe, and needs of a lesson. */
enum uses {
    USES_ATTACK = 1,   /* adversary, attack_loss: has nets and buffers at Theta* */
    USES_ROBUST = 2,   /* beta_rob, constant */
    USES_WARM_UP = 4,
    USES_NOISE = 8,    /* noise, noise_kind */
    USES_DROPOUT = 16,
    USES_GAMMA = 32,
    USES_INPUTS = 64,  /* input_attack */
    USES_RADIUS = 128,
    USES_INNER = 256,  /* inner_rate, inner_steps */
    USES_ZETA = 512,   /* the adversary's zeta */
    USES_SCOPE = 1024, /* include, exclude */
    USES_AWAY = 2048,  /* a second set of parameters */
    USES_CERTIFY = 4096 /* certify_... */
};

struct method {
    const char *name, *summary, *source;
    unsigned uses; /* of enum uses */
    int costly;    /* several passes per step: gets fewer epochs */
    /* Fill gradient, loss, robust and correct from theta, inputs, labels. */
    void (*gradient)(struct lesson *lesson);
    /* Instead, for methods that move parameters in more than one way: change theta with the
     * optimiser and this rate, fill loss, robust, correct and the last gradient; else NULL. */
    void (*step)(struct lesson *lesson, struct optimiser *optimiser, float *theta, double rate);
};

/* The table, ended by a name of NULL; and one by its name, or NULL. */
extern const struct method method_table[];
const struct method *method_find(const char *name);

/* The table's functions, one file per family. */
void method_standard(struct lesson *lesson);      /* method_noise.c */
void method_forward_noise(struct lesson *lesson);
void method_beta(struct lesson *lesson);          /* method_robust.c */
void method_beta_noise(struct lesson *lesson);
void method_awp(struct lesson *lesson);           /* method_perturbed.c */
void method_amp(struct lesson *lesson);
void method_abcd(struct lesson *lesson, struct optimiser *optimiser, float *theta, double rate);
void method_entropy(struct lesson *lesson);       /* method_entropy.c */
void method_certified(struct lesson *lesson, struct optimiser *optimiser, float *theta,
                      double rate);               /* method_certified.c */

/* Add beta_rob times the robustness loss at Theta to what a pass elsewhere left in gradient. */
void method_add_robust(struct lesson *lesson);

#endif
