/* train.c -- the program `train`: data and flags in, model file out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console/exits.h"
#include "console/interrupt.h"
#include "console/version.h"
#include "certified_lsnn.h"
#include "course.h"
#include "evaluate.h"
#include "flags.h"
#include "history.h"
#include "initial.h"
#include "specs/fold.h"
#include "specs/outfile.h"

/* All that one run owns. */
struct train {
    struct flags flags;
    struct network network; /* as it is trained, batch normalisations and all */
    struct model model;     /* task and input of the model to be; the folded network */
    struct dataset parts[SPLIT_TEST + 1];
    unsigned char out[NETWORK_TENSORS]; /* tensors left out of attack and noise */
    struct state state;
};

/* Hours of training must not end at a folder that does not exist. */
static int check_writable(const char *path, struct fault *fault)
{
    struct outfile file;
    if (!path)
        return 0;
    if (outfile_open(&file, path, fault))
        return -1;
    outfile_abandon(&file);
    return 0;
}

static int check_files(const struct flags *flags, struct fault *fault)
{
    if (check_writable(flags->output, fault) || check_writable(flags->checkpoint, fault) ||
        check_writable(flags->log, fault) ||
        (flags->plot && history_check(flags->plot, fault)))
        return -1;
    if (!flags->resume && access(flags->checkpoint, F_OK) == 0)
        return fault_set(fault, "%s: is there from an earlier run; add --resume to go on from it, "
                         "or remove it to start afresh", flags->checkpoint);
    return 0;
}

/* Proofs are about the network that is written, whose batch normalisations are folded. */
static void drop_norms(struct network *network)
{
    struct model folded = {0};
    fold_network(network, &folded);
    network_clear(network);
    *network = folded.network;
    folded.network = (struct network){0};
    model_clear(&folded);
}

/* The network as `certified` trains it. */
static int prepare_proof(const struct recipe *recipe, struct network *network,
                         struct fault *fault)
{
    if (network->kind == NETWORK_LSNN) {
        certified_lsnn_constants(network);
        return 0;
    }
    drop_norms(network);
    if (!interval_fits(network))
        return fault_set(fault, "--method certified: this network has layers that its bounds in "
                         "training are not for");
    if (recipe->certify_weight > 1)
        return fault_set(fault, "--certify-weight: %g is not a share of the loss, from 0 to 1",
                         recipe->certify_weight);
    return 0;
}

static int describe_model(struct train *train, struct fault *fault)
{
    const struct settings *settings = &train->flags.settings;
    struct model *model = &train->model;
    snprintf(model->task, sizeof model->task, "%s", settings->task);
    char options[64];
    settings_data_options(settings, options);
    model->input = dataset_input(settings->task, options, fault);
    if (!model->input)
        return -1;
    char *text = network_default(settings->task, settings->units,
                                 settings->encoder ? encoder_channels(settings->encoder) : 0);
    require(text);
    int bad = network_parse(&train->network, text, fault);
    free(text);
    if (bad)
        return -1;
    if (settings->method->uses & USES_CERTIFY &&
        prepare_proof(&settings->recipe, &train->network, fault))
        return -1;
    return recipe_scope(&settings->recipe, &train->network, train->out, fault);
}

static int load_data(struct train *train, struct fault *fault)
{
    struct settings *settings = &train->flags.settings;
    for (int part = SPLIT_TRAIN; part <= SPLIT_TEST; part++)
        if (dataset_load(&train->parts[part], settings->task, train->model.input,
                         (enum split)part, train->flags.common.data, fault))
            return -1;
    memcpy(settings->train, train->parts[SPLIT_TRAIN].sha256, DIGEST_HEX);
    memcpy(settings->valid, train->parts[SPLIT_VALID].sha256, DIGEST_HEX);
    return 0;
}

/* theta from another model of the same network. */
static int start_from(struct train *train, struct fault *fault)
{
    const char *path = train->flags.from;
    struct model other = {0};
    struct fault reason;
    if (model_read(&other, path, fault))
        return -1;
    int bad = fold_undo(&other, &train->network, &reason);
    if (bad)
        fault_set(fault, "%s: %.200s; check --task, --units and --encoder", path, reason.text);
    else {
        memcpy(train->state.theta, train->network.theta,
               train->state.parameters * sizeof(float));
        memcpy(train->flags.settings.from, other.sha256, DIGEST_HEX);
    }
    model_clear(&other);
    return bad;
}

static int prepare_state(struct train *train, struct fault *fault)
{
    const struct settings *settings = &train->flags.settings;
    const struct network *network = &train->network;
    state_init(&train->state, network->parameter_count, network->trainable_count,
               settings->optimiser);
    train->state.optimiser.momentum = settings->momentum;
    train->state.optimiser.weight_decay = settings->weight_decay;
    if (train->flags.from) {
        if (start_from(train, fault))
            return -1;
    } else if (settings->method->uses & USES_CERTIFY && network->kind == NETWORK_LSNN) {
        certified_lsnn_initial(network, settings->seed, train->state.theta);
    } else {
        initial_parameters(network, settings->seed, train->state.theta);
    }
    if (!train->flags.resume)
        return 0;
    json_t *text = settings_print(settings);
    int bad = state_read(&train->state, text, train->flags.checkpoint, fault);
    json_decref(text);
    return bad;
}

static json_t *accuracy(size_t correct, const struct dataset *set)
{
    return json_pack("{s:I, s:I}", "correct", (json_int_t)correct, "samples",
                     (json_int_t)set->count);
}

/* Fold and test the best parameters, put them and their history into the model, write it. */
static int finish(struct train *train, struct fault *fault)
{
    const struct settings *settings = &train->flags.settings;
    const struct state *state = &train->state;
    const struct dataset *test = &train->parts[SPLIT_TEST], *valid = &train->parts[SPLIT_VALID];
    struct model *model = &train->model;
    memcpy(train->network.theta, state->best, state->parameters * sizeof(float));
    fold_network(&train->network, model);
    struct net *net = net_new(&model->network, settings->batch);
    size_t correct = evaluate_correct(net, settings->batch, model->network.theta, test);
    net_free(net);

    json_t *history = settings_print(settings);
    json_object_set_new(json_object_get(history, "data"), "test", json_string(test->sha256));
    json_object_set_new(history, "accuracy",
                        json_pack("{s:o, s:o}", "valid", accuracy(state->best_correct, valid),
                                  "test", accuracy(correct, test)));
    json_object_set_new(history, "best-epoch", json_integer((json_int_t)state->best_epoch));
    json_object_set_new(history, "version", json_string(version_release));
    model->provenance = json_dumps(history, JSON_SORT_KEYS | JSON_COMPACT);
    json_decref(history);
    if (model_write(model, train->flags.output, fault))
        return -1;
    printf("epoch %zu: valid %.2f %%, test %.2f %% (%zu of %zu)\n%s  sha256 %s\n",
           (size_t)state->best_epoch,
           100 * (double)state->best_correct / (double)valid->count,
           100 * (double)correct / (double)test->count, correct, test->count,
           train->flags.output, model->sha256);
    unlink(train->flags.checkpoint);
    return 0;
}

/* The curves of the epochs done, also of a run that was stopped. */
static int draw_history(const struct train *train, struct fault *fault)
{
    char title[128];
    const struct settings *settings = &train->flags.settings;
    if (!train->flags.plot)
        return 0;
    snprintf(title, sizeof title, "%s, %s, %zu parameters", settings->task,
             settings->method->name, train->network.trainable_count);
    return history_draw(&train->state, title, train->flags.plot, fault);
}

static int run(struct train *train, struct fault *fault)
{
    if (check_files(&train->flags, fault) || describe_model(train, fault) ||
        load_data(train, fault) || prepare_state(train, fault))
        return EXIT_INPUT;
    struct course course = {
        .settings = &train->flags.settings, .network = &train->network,
        .train = &train->parts[SPLIT_TRAIN], .valid = &train->parts[SPLIT_VALID],
        .checkpoint = train->flags.checkpoint, .log = train->flags.log,
        .out = train->out, .quiet = train->flags.common.quiet,
    };
    if (!course.quiet)
        printf("%s, %s: %zu parameters, %zu samples to train on, %zu to validate\n",
               train->model.task, course.settings->method->name,
               course.network->trainable_count, course_samples(&course), course.valid->count);
    enum outcome outcome = course_run(&course, &train->state, fault);
    if (outcome == OUTCOME_DONE && finish(train, fault))
        return EXIT_INPUT;
    struct fault undrawn;
    if (draw_history(train, &undrawn)) {
        fprintf(stderr, "train: %s\n", undrawn.text);
        return EXIT_INPUT;
    }
    if (outcome == OUTCOME_DONE)
        return EXIT_DONE;
    return outcome == OUTCOME_FAULT ? EXIT_INPUT : EXIT_INCONCLUSIVE;
}

int main(int argc, char **argv)
{
    static struct train train;
    struct fault fault = {""};
    interrupt_catch();
    flags_parse(&train.flags, argc, argv);
    int status = run(&train, &fault);
    if (*fault.text)
        fprintf(stderr, "train: %s\n", fault.text);
    for (int part = SPLIT_TRAIN; part <= SPLIT_TEST; part++)
        dataset_clear(&train.parts[part]);
    state_clear(&train.state);
    network_clear(&train.network);
    model_clear(&train.model);
    flags_clear(&train.flags);
    return status;
}
