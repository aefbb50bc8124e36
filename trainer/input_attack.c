#include "input_attack.h"

#include <jansson.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "loss.h"
#include "network/net.h"
#include "specs/random.h"

/* One thread's net and parameters, and what it finds. */
struct probe {
    struct net *net;
    float *theta, *gradient, *logits, *dlogits;
};

struct input_attack {
    const struct network *network; /* borrowed */
    struct network probed;         /* with the sample as its first tensor */
    float *input;                  /* of `probed` */
    float *slope;                  /* of a whole batch; grows */
    size_t slopes;
    int threads;
    struct probe *probes; /* one per thread */
};

int input_attack_fits(const struct network *network)
{
    if (network->kind == NETWORK_LSNN)
        return 1;
    for (size_t l = 0; l < network->layer_count; l++)
        if (network->layers[l].kind == LAYER_BATCHNORM)
            return 0;
    return network_is_chain(network);
}

/* The description with the sample as a layer. */
static void describe(const struct network *network, struct network *probed)
{
    struct fault fault;
    char *text = network_print(network);
    json_t *object = json_loads(text, 0, NULL);
    struct shape in = network->input_shape;
    size_t places = in.height * in.width;
    free(text);
    require(object);
    if (network->kind == NETWORK_LSNN) {
        json_object_set_new(object, "inputs", json_integer((json_int_t)network->lsnn.steps));
    } else {
        json_object_set_new(object, "input",
                            json_pack("[I,I,I]", (json_int_t)places, (json_int_t)in.height,
                                      (json_int_t)in.width));
        json_t *layer = json_pack("{s:s, s:s, s:I, s:[i,i], s:i, s:[i,i,i,i]}", "type", "conv2d",
                                  "weight", "the sample", "out", (json_int_t)in.channels,
                                  "kernel", 1, 1, "stride", 1, "padding", 0, 0, 0, 0);
        json_array_insert_new(json_object_get(object, "layers"), 0, layer);
    }
    text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    int bad = network_parse(probed, text, &fault);
    free(text);
    require(!bad && probed->tensors[0].offset == 0);
}

struct input_attack *input_attack_new(const struct network *network)
{
    struct input_attack *attack = fault_alloc(1, sizeof *attack);
    require(input_attack_fits(network));
    attack->network = network;
    describe(network, &attack->probed);
    size_t side = network->kind == NETWORK_LSNN
                      ? network->lsnn.steps
                      : network->input_shape.height * network->input_shape.width;
    attack->input = fault_alloc_aligned(side * side, sizeof(float));
    for (size_t i = 0; i < side; i++)
        attack->input[i * side + i] = 1;
    attack->threads = omp_get_max_threads();
    attack->probes = fault_alloc((size_t)attack->threads, sizeof *attack->probes);
    for (int t = 0; t < attack->threads; t++) {
        struct probe *probe = &attack->probes[t];
        probe->net = net_new(&attack->probed, 1);
        probe->theta = fault_alloc_aligned(attack->probed.parameter_count, sizeof(float));
        probe->gradient = fault_alloc_aligned(attack->probed.parameter_count, sizeof(float));
        probe->logits = fault_alloc_aligned(network->class_count, sizeof(float));
        probe->dlogits = fault_alloc_aligned(network->class_count, sizeof(float));
    }
    return attack;
}

void input_attack_free(struct input_attack *attack)
{
    if (!attack)
        return;
    for (int t = 0; t < attack->threads; t++) {
        struct probe *probe = &attack->probes[t];
        net_free(probe->net);
        free(probe->theta);
        free(probe->gradient);
        free(probe->logits);
        free(probe->dlogits);
    }
    free(attack->probes);
    free(attack->input);
    free(attack->slope);
    network_clear(&attack->probed);
    free(attack);
}

/* W_in of a spiking network, or NULL. */
static const float *input_weights(const struct network *network, const float *theta)
{
    return network->kind == NETWORK_LSNN ? theta + network->tensors[network->lsnn.w_in].offset
                                         : NULL;
}

/* The sample as the first tensor: itself, or x_t W_in. */
static void put_sample(const struct network *network, const float *w_in, const float *x,
                       float *theta)
{
    size_t inputs = network->lsnn.inputs, units = network->lsnn.units;
    if (!w_in) {
        memcpy(theta, x, network->input_count * sizeof *theta);
        return;
    }
    memset(theta, 0, network->lsnn.steps * units * sizeof *theta);
    for (size_t t = 0; t < network->lsnn.steps; t++)
        for (size_t i = 0; i < inputs; i++)
            for (size_t k = 0; k < units; k++)
                theta[t * units + k] += x[t * inputs + i] * w_in[i * units + k];
}

/* The gradient of the sample from that of the first tensor. */
static void take_slope(const struct network *network, const float *w_in, const float *gradient,
                       float *slope)
{
    size_t inputs = network->lsnn.inputs, units = network->lsnn.units;
    if (!w_in) {
        memcpy(slope, gradient, network->input_count * sizeof *slope);
        return;
    }
    for (size_t t = 0; t < network->lsnn.steps; t++)
        for (size_t i = 0; i < inputs; i++) {
            float sum = 0;
            for (size_t k = 0; k < units; k++)
                sum += gradient[t * units + k] * w_in[i * units + k];
            slope[t * inputs + i] = sum;
        }
}

void input_attack_slope(struct input_attack *attack, const float *theta, const float *inputs,
                        const uint8_t *labels, size_t count, float *slope)
{
    const struct network *network = attack->network;
    const float *w_in = input_weights(network, theta);
    size_t first = attack->probed.tensors[0].count, features = network->input_count;
    size_t rest = attack->probed.parameter_count - first;
    const float *others = theta + network->parameter_count - rest;
#pragma omp parallel num_threads(attack->threads)
    {
        struct probe *probe = &attack->probes[omp_get_thread_num()];
        memcpy(probe->theta + first, others, rest * sizeof *theta);
#pragma omp for schedule(static)
        for (size_t s = 0; s < count; s++) {
            put_sample(network, w_in, inputs + s * features, probe->theta);
            net_forward(probe->net, probe->theta, attack->input, 1, probe->logits, NULL);
            loss_cross_entropy(probe->logits, labels + s, 1, network->class_count,
                               probe->dlogits);
            net_backward(probe->net, probe->theta, attack->input, 1, probe->dlogits, NULL,
                         probe->gradient);
            take_slope(network, w_in, probe->gradient, slope + s * features);
        }
    }
}

void input_attack_run(struct input_attack *attack, const float *theta, double size,
                      const float *inputs, const uint8_t *labels, size_t count, uint64_t seed,
                      uint64_t step, float *moved)
{
    size_t values = count * attack->network->input_count;
    const float most = (float)size, stride = (float)(2.5 * size / INPUT_ATTACK_STEPS);
    if (attack->slopes < values) {
        free(attack->slope);
        attack->slope = fault_alloc_aligned(values, sizeof(float));
        attack->slopes = values;
    }
    for (size_t i = 0; i < values; i++) {
        double u = random_uniform(seed, RANDOM_INPUT_ATTACK + (step << 8), i);
        moved[i] = inputs[i] + most * (float)(2 * u - 1);
    }
    for (int t = 0; t < INPUT_ATTACK_STEPS; t++) {
        input_attack_slope(attack, theta, moved, labels, count, attack->slope);
        for (size_t i = 0; i < values; i++) {
            float sign = (float)(attack->slope[i] > 0) - (float)(attack->slope[i] < 0);
            float value = moved[i] + stride * sign, low = inputs[i] - most, high = inputs[i] + most;
            moved[i] = value < low ? low : value > high ? high : value;
        }
    }
}
