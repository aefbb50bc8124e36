/* network.c -- see network.h. */
#include "network.h"

#include <gmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decimal.h"
#include "network_read.h"

#define MOST_SIDE ((size_t)1 << 20)

int network_whole(const json_t *object, const char *key, size_t low, size_t *value,
                  const char *where, struct fault *fault)
{
    const json_t *found = json_object_get(object, key);
    if (!json_is_integer(found) || json_integer_value(found) < (json_int_t)low ||
        json_integer_value(found) > (json_int_t)MOST_SIDE)
        return fault_set(fault, "%s: \"%s\" must be a whole number from %zu to %zu", where, key,
                         low, MOST_SIDE);
    *value = (size_t)json_integer_value(found);
    return 0;
}

int network_word(const json_t *object, const char *key, const char **value, const char *where,
                 struct fault *fault)
{
    const json_t *found = json_object_get(object, key);
    if (!json_is_string(found) || !*json_string_value(found) ||
        json_string_length(found) >= sizeof ((struct tensor *)0)->name)
        return fault_set(fault, "%s: \"%s\" must be a name of 1 to 63 characters", where, key);
    *value = json_string_value(found);
    return 0;
}

int network_only(const json_t *object, const char *const *allowed, const char *where,
                 struct fault *fault)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value) {
        const char *const *known = allowed;
        while (*known && strcmp(*known, key))
            known++;
        if (!*known)
            return fault_set(fault, "%s: unknown key \"%.60s\"; remove it", where, key);
    }
    return 0;
}

int network_add_tensor(struct network *n, const char *name, enum role role, int rank,
                       const size_t *shape, const char *where, struct fault *fault)
{
    require(n->tensor_count < NETWORK_TENSORS);
    for (int i = 0; i < n->tensor_count; i++)
        if (!strcmp(n->tensors[i].name, name))
            return fault_set(fault, "%s: tensor \"%s\" is used twice", where, name);
    struct tensor *t = &n->tensors[n->tensor_count];
    snprintf(t->name, sizeof t->name, "%s", name);
    t->role = role;
    t->rank = rank;
    t->count = 1;
    for (int i = 0; i < NETWORK_RANK; i++) {
        t->shape[i] = i < rank ? shape[i] : 1;
        if (t->shape[i] > NETWORK_PARAMETERS / t->count)
            return fault_set(fault, "%s: tensor \"%s\" is larger than %zu values", where, name,
                             NETWORK_PARAMETERS);
        t->count *= t->shape[i];
    }
    n->parameter_count += t->count;
    if (n->parameter_count > NETWORK_PARAMETERS)
        return fault_set(fault, "%s: more than %zu parameters", where, NETWORK_PARAMETERS);
    return n->tensor_count++;
}

int network_numbers(const json_t *object, const char *key, size_t count, size_t low,
                   size_t *values, const char *where, struct fault *fault)
{
    const json_t *list = json_object_get(object, key);
    int bad = !json_is_array(list) || json_array_size(list) != count;
    for (size_t i = 0; !bad && i < count; i++) {
        const json_t *item = json_array_get(list, i);
        bad = !json_is_integer(item) || json_integer_value(item) < (json_int_t)low ||
              json_integer_value(item) > (json_int_t)MOST_SIDE;
        if (!bad)
            values[i] = (size_t)json_integer_value(item);
    }
    if (bad)
        return fault_set(fault, "%s: \"%s\" must be a list of %zu whole numbers from %zu", where,
                         key, count, low);
    return 0;
}

/* A decimal kept as typed, at least (or above) zero. */
static int constant(const json_t *object, const char *key, int zero_too, char text[32],
                    struct fault *fault)
{
    const char *found = json_string_value(json_object_get(object, key));
    if (!found || strlen(found) >= 32)
        return fault_set(fault, "network: \"%s\" must be a decimal in quotes, of at most 31 "
                         "characters", key);
    mpq_t value;
    mpq_init(value);
    int bad = decimal_parse(found, value, fault);
    if (!bad && (mpq_sgn(value) < 0 || (!zero_too && mpq_sgn(value) == 0)))
        bad = fault_set(fault, "network: \"%s\" is %s; it must be %s 0", key, found,
                        zero_too ? "at least" : "greater than");
    mpq_clear(value);
    snprintf(text, 32, "%s", found);
    return bad;
}

static int parse_constants(struct lsnn *l, const json_t *object, struct fault *fault)
{
    size_t refractory;
    const char *reset = json_string_value(json_object_get(object, "reset"));
    if (constant(object, "tau", 0, l->tau, fault) ||
        constant(object, "tau_ada", 0, l->tau_ada, fault) ||
        constant(object, "beta", 1, l->beta, fault) || constant(object, "b0", 0, l->b0, fault) ||
        network_whole(object, "refractory", 0, &refractory, "network", fault))
        return -1;
    l->refractory = (int)refractory;
    if (!reset || (strcmp(reset, "spike") && strcmp(reset, "adapted")))
        return fault_set(fault, "network: \"reset\" must be \"spike\" or \"adapted\"");
    l->reset = strcmp(reset, "spike") ? RESET_ADAPTED : RESET_SPIKE;
    return 0;
}

static int parse_lsnn(struct network *n, const json_t *object, struct fault *fault)
{
    static const char *const keys[] = {
        "kind", "steps", "inputs", "units", "classes", "tau", "tau_ada", "beta", "b0",
        "refractory", "reset", "w_in", "w_rec", "w_out", "b_out", NULL};
    struct lsnn *l = &n->lsnn;
    const char *names[4];
    if (network_only(object, keys, "network", fault) ||
        network_whole(object, "steps", 1, &l->steps, "network", fault) ||
        network_whole(object, "inputs", 1, &l->inputs, "network", fault) ||
        network_whole(object, "units", 1, &l->units, "network", fault) ||
        network_whole(object, "classes", 1, &l->classes, "network", fault) ||
        parse_constants(l, object, fault) || network_word(object, "w_in", &names[0], "network", fault) ||
        network_word(object, "w_rec", &names[1], "network", fault) ||
        network_word(object, "w_out", &names[2], "network", fault) ||
        network_word(object, "b_out", &names[3], "network", fault))
        return -1;
    if (l->units > 32768)
        return fault_set(fault, "network: %zu units; at most 32768 are possible", l->units);
    size_t shapes[4][2] = {{l->inputs, l->units}, {l->units, l->units}, {l->units, l->classes},
                           {l->classes, 1}};
    int *indices[4] = {&l->w_in, &l->w_rec, &l->w_out, &l->b_out};
    for (int i = 0; i < 4; i++) {
        *indices[i] = network_add_tensor(n, names[i], i < 3 ? ROLE_WEIGHT : ROLE_BIAS,
                                         i < 3 ? 2 : 1, shapes[i], "network", fault);
        if (*indices[i] < 0)
            return -1;
    }
    n->input_shape = (struct shape){1, l->steps, l->inputs};
    n->input_count = l->steps * l->inputs;
    n->class_count = l->classes;
    return 0;
}

static int is_statistic(const struct tensor *tensor)
{
    return tensor->role == ROLE_NORM_MEAN || tensor->role == ROLE_NORM_VARIANCE;
}

/* Tensors lie in their order, but running statistics last. */
static void place_tensors(struct network *n)
{
    size_t at = 0;
    for (int statistics = 0; statistics < 2; statistics++) {
        for (int i = 0; i < n->tensor_count; i++) {
            if (is_statistic(&n->tensors[i]) != statistics)
                continue;
            n->tensors[i].offset = at;
            at += n->tensors[i].count;
        }
        if (!statistics)
            n->trainable_count = at;
    }
}

int network_parse(struct network *network, const char *text, struct fault *fault)
{
    memset(network, 0, sizeof *network);
    json_error_t error;
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (!object)
        return fault_set(fault, "network: not valid JSON at line %d column %d: %s", error.line,
                         error.column, error.text);
    const char *kind = json_string_value(json_object_get(object, "kind"));
    int bad;
    if (kind && !strcmp(kind, "feedforward")) {
        network->kind = NETWORK_FEEDFORWARD;
        bad = network_read_layers(network, object, fault);
    } else if (kind && !strcmp(kind, "lsnn")) {
        network->kind = NETWORK_LSNN;
        bad = parse_lsnn(network, object, fault);
    } else {
        bad = fault_set(fault, "network: \"kind\" must be \"feedforward\" or \"lsnn\"");
    }
    json_decref(object);
    if (bad)
        return bad;
    place_tensors(network);
    network->theta = fault_alloc_aligned(network->parameter_count, sizeof(float));
    return 0;
}

void network_clear(struct network *network)
{
    free(network->theta);
    network->theta = NULL;
}
