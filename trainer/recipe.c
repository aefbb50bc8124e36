#include "recipe.h"

#include <stdlib.h>
#include <string.h>

#include "input_attack.h"
#include "method.h"

#define AT(member) offsetof(struct recipe, member)

static const char *const losses[] = {"kl", "reverse-kl", "js", "cross-entropy", NULL};
static const char *const norms[] = {"inf", "2", NULL};

const struct recipe_option recipe_options[] = {
    {"beta-rob", "X", "Weight of the robustness loss", USES_ROBUST, OPTION_NUMBER,
     AT(beta_rob), 0, 1e6, NULL},
    {"zeta-attack", "X", "Size of the attacked set, relative to each parameter", USES_ZETA,
     OPTION_NUMBER, AT(adversary.zeta), 0, 1e6, NULL},
    {"attack-constant", "X", "Add X to that size of every parameter", USES_ATTACK,
     OPTION_NUMBER, AT(adversary.constant), 0, 1e6, NULL},
    {"attack-norm", "P", "inf: a box; 2: the ellipsoid inside it", USES_ATTACK, OPTION_WORD,
     AT(adversary.norm), 0, 0, norms},
    {"attack-loss", "LOSS", "kl, reverse-kl, js or cross-entropy", USES_ATTACK, OPTION_WORD,
     AT(attack_loss), 0, 0, losses},
    {"attack-steps", "N", "Steps of the adversary", USES_ATTACK, OPTION_COUNT,
     AT(adversary.steps), 1, 1000, NULL},
    {"attack-step-scale", "X", "Length of a step, over size / N", USES_ATTACK, OPTION_NUMBER,
     AT(adversary.scale), 1e-6, 1e6, NULL},
    {"attack-start", "X", "Relative deviation of the adversary's start", USES_ATTACK,
     OPTION_NUMBER, AT(adversary.start), 0, 1e6, NULL},
    {"treat-as-constant", NULL, "No gradient through the adversary's parameters", USES_ROBUST,
     OPTION_SWITCH, AT(constant), 0, 0, NULL},
    {"warm-up", "EPOCHS", "Let the adversary's part grow from 0 over the first EPOCHS",
     USES_WARM_UP, OPTION_NUMBER, AT(warm_up), 0, 1e5, NULL},
    {"noise", "X", "Deviation of the forward noise", USES_NOISE, OPTION_NUMBER, AT(noise), 0, 10,
     NULL},
    {"noise-range", NULL, "Forward noise relative to the largest weight of its tensor",
     USES_NOISE, OPTION_SWITCH, AT(noise_kind), 0, 0, NULL},
    {"dropout", "P", "Leave out each unit with probability P", USES_DROPOUT, OPTION_NUMBER,
     AT(dropout), 0, 0.99, NULL},
    {"include", "TENSOR,...", "Attack and disturb these tensors only", USES_SCOPE, OPTION_TEXT,
     AT(include), 0, 0, NULL},
    {"exclude", "TENSOR,...", "Attack and disturb all but these", USES_SCOPE, OPTION_TEXT,
     AT(exclude), 0, 0, NULL},
    {"gamma", "X", "awp: share of the way to the adversary; entropy-sgd: first scope", USES_GAMMA,
     OPTION_NUMBER, AT(gamma), 0, 1e6, NULL},
    {"input-attack", "X", "awp: attack the inputs too, each value by up to X", USES_INPUTS,
     OPTION_NUMBER, AT(input_attack), 0, 1e6, NULL},
    {"radius", "X", "amp: of the ball of perturbations", USES_RADIUS, OPTION_NUMBER, AT(radius),
     0, 1e6, NULL},
    {"inner-rate", "X", "amp, abcd, entropy-sgd: rate of the inner steps", USES_INNER,
     OPTION_NUMBER, AT(inner_rate), 0, 1e6, NULL},
    {"inner-steps", "N", "The same: their number in a step", USES_INNER, OPTION_COUNT,
     AT(inner_steps), 1, 1000, NULL},
    {"certify-zeta", "X", "Size of the weight box that training looks at: more certifies larger "
     "boxes, and costs accuracy", USES_CERTIFY, OPTION_NUMBER, AT(certify_zeta), 0, 1, NULL},
    {"certify-weight", "X", "LSNN: weight of the spikes' doubt; images: share (0 to 1) of the "
     "worst-case loss: more certifies more samples, and costs accuracy", USES_CERTIFY,
     OPTION_NUMBER, AT(certify_weight), 0, 1e6, NULL},
    {"certify-margin", "X", "LSNN: lead that the label's logit must learn; buys back accuracy",
     USES_CERTIFY, OPTION_NUMBER, AT(certify_margin), 0, 1e6, NULL},
    {"certify-ramp", "X", "Share of the run in which size and weight grow from 0: less "
     "certifies more, too little ends in silence", USES_CERTIFY, OPTION_NUMBER, AT(certify_ramp),
     0, 1, NULL},
    {"weight-clip", "K", "Keep weights within K standard deviations of their tensor (0: off)", 0,
     OPTION_NUMBER, AT(weight_clip), 0, 1e6, NULL},
    {NULL, NULL, NULL, 0, OPTION_NUMBER, 0, 0, 0, NULL},
};

int recipe_reads(const struct method *method, const struct recipe_option *option)
{
    return option->uses == 0 || (method->uses & option->uses) != 0;
}

static int is(const char *task, const char *name)
{
    return task && strcmp(task, name) == 0;
}

/* What the paper's code sets for one task only. */
static void adapt(struct recipe *recipe, const struct method *method, const char *task)
{
    if (is(task, "speech")) {
        recipe->beta_rob = 0.5;
        recipe->radius = 0.01;
    } else if (is(task, "ecg") || is(task, "synth-ecg")) {
        recipe->radius = 0.02;
    } else if (is(task, "cifar10")) {
        recipe->beta_rob = 0.05;
        recipe->adversary.steps = 3;
        recipe->noise = 0.075;
        recipe->weight_clip = method->uses & (USES_ROBUST | USES_NOISE) ? 2 : 0;
    }
}

/* Ours; methods.md says what was measured. */
static void certify(struct recipe *recipe, const char *task)
{
    int images = is(task, "fmnist") || is(task, "cifar10");
    recipe->beta_rob = 0;
    recipe->noise = images ? 0 : 0.1;
    recipe->weight_clip = 0;
    recipe->certify_zeta = images ? 0.003 : 0.1;
    recipe->certify_weight = images ? 0.5 : 50;
    recipe->certify_margin = images ? 0 : 2;
    recipe->certify_ramp = 0.5;
}

struct recipe recipe_default(const struct method *method, const char *task)
{
    unsigned uses = method->uses;
    int both = (uses & USES_ROBUST) && (uses & USES_NOISE);
    struct recipe recipe = {
        .adversary = {.steps = 10, .zeta = 0.1, .start = 0.001, .scale = 1},
        .beta_rob = both ? 0.1 : 0.25, .noise = 0.3,
    };
    if (method->gradient == method_awp) {
        recipe.adversary.zeta = 0.2;
        recipe.attack_loss = ATTACK_CROSS_ENTROPY;
        recipe.gamma = 0.1;
    } else if (method->gradient == method_amp) {
        recipe.inner_rate = 1;
        recipe.inner_steps = 1;
        recipe.radius = 0.005;
    } else if (method->gradient == method_entropy) {
        recipe.inner_rate = 0.1;
        recipe.inner_steps = 10;
        recipe.gamma = 0.01;
    } else if (method->step == method_abcd) {
        recipe.inner_rate = 0.1;
        recipe.inner_steps = 2;
    } else if (uses == USES_DROPOUT) {
        recipe.dropout = 0.3;
    }
    adapt(&recipe, method, task);
    if (uses & USES_CERTIFY)
        certify(&recipe, task);
    return recipe;
}

static const void *value_of(const struct recipe *recipe, const struct recipe_option *option)
{
    return (const char *)recipe + option->offset;
}

/* The option's value as text; empty for a switch that is off, or no text. */
static void describe(const struct recipe *recipe, const struct recipe_option *option,
                     char *text, size_t size)
{
    const void *value = value_of(recipe, option);
    text[0] = 0;
    switch (option->kind) {
    case OPTION_NUMBER:
        snprintf(text, size, "%.12g", *(const double *)value);
        break;
    case OPTION_COUNT:
        snprintf(text, size, "%zu", *(const size_t *)value);
        break;
    case OPTION_SWITCH:
        snprintf(text, size, "%s", *(const int *)value ? "on" : "");
        break;
    case OPTION_WORD:
        snprintf(text, size, "%s", option->words[*(const unsigned *)value]);
        break;
    case OPTION_TEXT:
        if (*(const char *const *)value)
            snprintf(text, size, "%s", *(const char *const *)value);
    }
}

void recipe_print(const struct recipe *recipe, const struct method *method, json_t *object)
{
    char text[1024];
    for (const struct recipe_option *option = recipe_options; option->flag; option++) {
        if (!recipe_reads(method, option))
            continue;
        describe(recipe, option, text, sizeof text);
        if (option->kind == OPTION_COUNT)
            json_object_set_new(object, option->flag, json_integer(atoll(text)));
        else if (text[0])
            json_object_set_new(object, option->flag, json_string(text));
    }
}

void recipe_list(const struct method *method, const char *const *tasks, FILE *stream)
{
    struct recipe any = recipe_default(method, NULL);
    char usual[64], here[64];
    for (const struct recipe_option *option = recipe_options; option->flag; option++) {
        if (!recipe_reads(method, option))
            continue;
        const char *unset = option->kind == OPTION_SWITCH ? "off" : "none";
        describe(&any, option, usual, sizeof usual);
        fprintf(stream, "    --%-18s %s", option->flag, usual[0] ? usual : unset);
        for (size_t t = 0; tasks[t]; t++) {
            struct recipe recipe = recipe_default(method, tasks[t]);
            describe(&recipe, option, here, sizeof here);
            if (strcmp(here, usual) != 0)
                fprintf(stream, ", %s %s", tasks[t], here);
        }
        fprintf(stream, "\n");
    }
}

/* Mark the tensors named in `list`. */
static int mark(const char *flag, const char *list, const struct network *network,
                unsigned char *marked, struct fault *fault)
{
    while (*list) {
        size_t length = strcspn(list, ",");
        int found = -1;
        for (int i = 0; i < network->tensor_count; i++)
            if (strlen(network->tensors[i].name) == length &&
                strncmp(network->tensors[i].name, list, length) == 0)
                found = i;
        if (found < 0)
            return fault_set(fault, "%s: the network has no tensor '%.*s'; it has %s to %s", flag,
                             (int)length, list, network->tensors[0].name,
                             network->tensors[network->tensor_count - 1].name);
        if (network->tensors[found].role >= ROLE_NORM_SCALE)
            return fault_set(fault, "%s: '%.*s' belongs to a batch normalisation; those are never "
                             "attacked or noisy", flag, (int)length, list);
        marked[found] = 1;
        list += length + (list[length] == ',');
    }
    return 0;
}

int recipe_scope(const struct recipe *recipe, const struct network *network,
                 unsigned char out[NETWORK_TENSORS], struct fault *fault)
{
    unsigned char only[NETWORK_TENSORS] = {0};
    if (recipe->input_attack > 0 && !input_attack_fits(network))
        return fault_set(fault, "--input-attack: not for networks with batch normalisation");
    memset(out, 0, NETWORK_TENSORS);
    if (recipe->exclude && mark("--exclude", recipe->exclude, network, out, fault))
        return -1;
    if (!recipe->include)
        return 0;
    if (mark("--include", recipe->include, network, only, fault))
        return -1;
    for (int i = 0; i < network->tensor_count; i++)
        out[i] = !only[i];
    return 0;
}
