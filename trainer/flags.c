#include "flags.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/exits.h"
#include "recipe_flags.h"

enum {
    KEY_EPOCHS = 0x100,
    KEY_BATCH,
    KEY_UNITS,
    KEY_LIMIT,
    KEY_LR,
    KEY_LR_FINAL,
    KEY_SCHEDULE,
    KEY_MILESTONES,
    KEY_OPTIMIZER,
    KEY_MOMENTUM,
    KEY_DECAY,
    KEY_AUGMENT,
    KEY_SPLIT,
    KEY_ENCODER,
    KEY_RESUME,
    KEY_CHECKPOINT,
    KEY_FROM,
    KEY_LIST,
    KEY_LOG,
    KEY_PLOT,
    KEY_SELECT,
    KEY_TASK,
    KEY_METHOD,
    KEYS_END
};

static const struct argp_option options[] = {
    {NULL, 0, NULL, 0, "What to train:", 1},
    {"task", KEY_TASK, "TASK", 0, "synth-ecg, ecg, fmnist, cifar10 or speech", 0},
    {"method", KEY_METHOD, "METHOD", 0, "standard, beta, ...; --list shows all", 0},
    {"output", 'o', "FILE", 0, "Write the model to FILE", 0},
    {"from", KEY_FROM, "MODEL", 0, "Start from the parameters of MODEL", 0},
    {"units", KEY_UNITS, "N", 0, "Neurons of an LSNN (default: 256)", 0},
    {"split-by", KEY_SPLIT, "patient", 0, "ecg: no patient in two parts (default: by beat)", 0},
    {"encoder", KEY_ENCODER, "KIND", 0,
     "ecg, synth-ecg: raw (two leads) or causal6 (with differences and high-passes)", 0},
    {"limit", KEY_LIMIT, "N", 0, "Use the first N training samples only", 0},
    {"list", KEY_LIST, NULL, 0, "Show tasks and methods with their defaults, and stop", 0},
    {NULL, 0, NULL, 0, "How:", 2},
    {"epochs", KEY_EPOCHS, "N", 0, "Passes over the training samples", 0},
    {"batch", KEY_BATCH, "N", 0, "Samples per step", 0},
    {"lr", KEY_LR, "X", 0, "Learning rate", 0},
    {"lr-final", KEY_LR_FINAL, "X", 0, "The same at the end", 0},
    {"schedule", KEY_SCHEDULE, "KIND", 0,
     "step (lr-final for the last quarter), cosine or milestones (times 0.2 at each)", 0},
    {"milestones", KEY_MILESTONES, "X[,X...]", 0,
     "Shares of the training at which they lie (default: 0.5,0.75,0.9)", 0},
    {"optimizer", KEY_OPTIMIZER, "KIND", 0, "adam or sgd (with Nesterov's momentum)", 0},
    {"momentum", KEY_MOMENTUM, "X", 0, "Of sgd (default: 0.9)", 0},
    {"weight-decay", KEY_DECAY, "X", 0, "Times the parameters, added to the gradient", 0},
    {"augment", KEY_AUGMENT, "KIND", 0,
     "Images: none, flip (mirrored at random), shift (and moved by a pixel), crop (by up to 4), "
     "cutout (and a square of 16 x 16 taken out).  Speech: none, waveform (shifted, with "
     "background noise)", 0},
    {"select", KEY_SELECT, "clean|noisy[:X]", 0,
     "Keep the epoch with the best validation accuracy: as it is (default), or the mean of three "
     "chips with noise X (default: --noise)", 0},
    {NULL, 0, NULL, 0, "Records:", 4},
    {"checkpoint", KEY_CHECKPOINT, "FILE", 0,
     "Keep the state after every epoch in FILE (default: OUTPUT.ckpt)", 0},
    {"resume", KEY_RESUME, NULL, 0, "Go on from the checkpoint", 0},
    {"log", KEY_LOG, "FILE", 0, "Write the epochs as CSV", 0},
    {"plot", KEY_PLOT, "FILE", 0, "Draw the training curves (.svg, .png or .pdf)", 0},
    {0},
};

static const char manual[] =
    "Train a network and write it with its history to one file.\v"
    "The parameters of the epoch with the best validation accuracy are kept.  The same seed "
    "gives the same bytes for any number of threads on one kind of CPU.  Ctrl-C writes a "
    "checkpoint first.\n\n"
    "Examples:\n"
    "  train --task synth-ecg --method standard -o model.bin\n"
    "  train --task fmnist --method beta --from plain.bin -o robust.bin --seed 1\n"
    "  train --task ecg --method beta -o ecg.bin --resume\n\n"
    "Exit status: 0 done, 2 wrong flags, 3 unreadable or unwritable files, "
    "4 stopped early or diverged.";

/* The words as given; they are read when all are known, task and method first. */
struct words {
    struct flags *flags;
    const char *text[KEYS_END - KEY_EPOCHS];
    struct recipe_words recipe;
};

static const char *word(const struct words *words, int key)
{
    return words->text[key - KEY_EPOCHS];
}

static int read_size(const struct words *words, int key, const char *flag, size_t low,
                     size_t high, size_t *value, struct fault *fault)
{
    uint64_t read;
    if (!word(words, key))
        return 0;
    if (options_count(flag, word(words, key), low, high, &read, fault))
        return -1;
    *value = read;
    return 0;
}

static int read_number(const struct words *words, int key, const char *flag, double high,
                       double *value, struct fault *fault)
{
    return word(words, key) ? options_number(flag, word(words, key), 0, high, value, fault) : 0;
}

static int read_data(const struct words *words, struct settings *s, struct fault *fault)
{
    const char *split = word(words, KEY_SPLIT), *encoder = word(words, KEY_ENCODER);
    if (split && strcmp(split, "patient") != 0 && strcmp(split, "beat") != 0)
        return fault_set(fault, "--split-by: '%s' is neither patient nor beat", split);
    s->by_patient = split && strcmp(split, "patient") == 0;
    if (s->by_patient && strcmp(s->task, "ecg") != 0)
        return fault_set(fault, "--split-by patient: task %s knows no patients", s->task);
    if (encoder && encoder_from_name(encoder) < 0)
        return fault_set(fault, "--encoder: '%s' is neither raw nor causal6", encoder);
    if (encoder && strcmp(s->task, "ecg") != 0 && strcmp(s->task, "synth-ecg") != 0)
        return fault_set(fault, "--encoder: task %s has no heart beats", s->task);
    if (encoder)
        s->encoder = (enum encoder_kind)encoder_from_name(encoder);
    return 0;
}

static int read_kinds(const struct words *words, struct settings *s, struct fault *fault)
{
    const char *schedule = word(words, KEY_SCHEDULE), *augment = word(words, KEY_AUGMENT);
    int image = strcmp(s->task, "fmnist") == 0 || strcmp(s->task, "cifar10") == 0;
    if (schedule && schedule_from_name(schedule) < 0)
        return fault_set(fault, "--schedule: '%s' is none of step, cosine, milestones", schedule);
    if (augment && augment_from_name(augment) < 0)
        return fault_set(fault, "--augment: '%s' is none of none, flip, shift, crop, cutout, "
                         "waveform", augment);
    if (schedule)
        s->schedule = (enum schedule)schedule_from_name(schedule);
    if (augment)
        s->augment = (enum augment)augment_from_name(augment);
    int sound = strcmp(s->task, "speech") == 0;
    if (augment && s->augment == AUGMENT_WAVEFORM && !sound)
        return fault_set(fault, "--augment waveform: task %s has no sound", s->task);
    if (s->augment != AUGMENT_NONE && s->augment != AUGMENT_WAVEFORM && !image)
        return fault_set(fault, "--augment: task %s has no images", s->task);
    if (image && word(words, KEY_UNITS))
        return fault_set(fault, "--units: task %s trains no LSNN", s->task);
    return 0;
}

/* Rising shares of the training, each above 0 and below 1. */
static int read_milestones(const struct words *words, struct settings *s, struct fault *fault)
{
    const char *text = word(words, KEY_MILESTONES);
    if (!text)
        return 0;
    if (s->schedule != SCHEDULE_MILESTONES)
        return fault_set(fault, "--milestones: needs --schedule milestones");
    s->milestone_count = 0;
    for (double before = 0;; text++) {
        char *end;
        double share = strtod(text, &end);
        if (end == text || !(share > before && share < 1) ||
            s->milestone_count == SETTINGS_MILESTONES)
            return fault_set(fault, "--milestones: give at most %d rising numbers between 0 and 1, "
                             "like 0.5,0.75", SETTINGS_MILESTONES);
        s->milestones[s->milestone_count++] = before = share;
        text = end;
        if (*text != ',')
            break;
    }
    return *text ? fault_set(fault, "--milestones: '%s' is no number", text) : 0;
}

static int read_optimiser(const struct words *words, struct settings *s, struct fault *fault)
{
    const char *kind = word(words, KEY_OPTIMIZER);
    if (kind && optimiser_from_name(kind) < 0)
        return fault_set(fault, "--optimizer: '%s' is neither adam nor sgd", kind);
    if (kind)
        s->optimiser = (enum optimiser_kind)optimiser_from_name(kind);
    if (word(words, KEY_MOMENTUM) && s->optimiser != OPTIMISER_SGD)
        return fault_set(fault, "--momentum: only --optimizer sgd has one");
    if (word(words, KEY_LR_FINAL) && s->schedule == SCHEDULE_MILESTONES)
        return fault_set(fault, "--lr-final: the milestones set it; choose --milestones");
    return read_milestones(words, s, fault) ||
           read_number(words, KEY_MOMENTUM, "--momentum", 1, &s->momentum, fault) ||
           read_number(words, KEY_DECAY, "--weight-decay", 1, &s->weight_decay, fault);
}

static int read_select(const struct words *words, struct settings *s, struct fault *fault)
{
    const char *select = word(words, KEY_SELECT);
    if (!select || strcmp(select, "clean") == 0)
        return 0;
    s->select_noise = s->recipe.noise;
    if (strcmp(select, "noisy") == 0)
        return 0;
    if (strncmp(select, "noisy:", 6) != 0)
        return fault_set(fault, "--select: '%s' is none of clean, noisy, noisy:X", select);
    if (options_number("--select noisy", select + 6, 0, 10, &s->select_noise, fault))
        return -1;
    if (s->select_noise == 0)
        return fault_set(fault, "--select noisy:0 is --select clean");
    return 0;
}

static int read_settings(const struct words *words, struct settings *s, struct fault *fault)
{
    const char *task = word(words, KEY_TASK), *name = word(words, KEY_METHOD);
    if (!task || !name || !words->flags->output)
        return fault_set(fault, "--task, --method and -o are needed; --list shows the choices");
    const struct method *method = method_find(name);
    if (!method)
        return fault_set(fault, "--method: '%s' is unknown; --list shows the methods", name);
    if (strcmp(words->flags->output, "-") == 0)
        return fault_set(fault, "-o: a model is a file, not standard output");
    if (settings_default(s, task, method, fault) || read_kinds(words, s, fault) ||
        read_data(words, s, fault) || read_optimiser(words, s, fault) ||
        read_size(words, KEY_EPOCHS, "--epochs", 1, 100000, &s->epochs, fault) ||
        read_size(words, KEY_BATCH, "--batch", 1, 4096, &s->batch, fault) ||
        read_size(words, KEY_UNITS, "--units", 1, 4096, &s->units, fault) ||
        read_size(words, KEY_LIMIT, "--limit", 1, 1u << 31, &s->limit, fault) ||
        recipe_read(&s->recipe, method, &words->recipe, fault) ||
        read_number(words, KEY_LR, "--lr", 1e38, &s->lr, fault))
        return -1;
    if (word(words, KEY_LR))
        s->lr_final = s->lr / (s->schedule == SCHEDULE_STEP ? 10 : 100);
    return read_number(words, KEY_LR_FINAL, "--lr-final", 1e38, &s->lr_final, fault) ||
           read_select(words, s, fault);
}

static void finish(struct words *words, struct argp_state *state)
{
    struct flags *flags = words->flags;
    struct fault fault;
    if (read_settings(words, &flags->settings, &fault))
        argp_error(state, "%s", fault.text);
    flags->settings.seed = flags->common.seed;
    flags->log = word(words, KEY_LOG);
    flags->plot = word(words, KEY_PLOT);
    flags->from = word(words, KEY_FROM);
    flags->resume = word(words, KEY_RESUME) != NULL;
    const char *given = word(words, KEY_CHECKPOINT), *base = given ? given : flags->output;
    size_t length = strlen(base) + sizeof ".ckpt";
    flags->checkpoint = fault_alloc(length, 1);
    snprintf(flags->checkpoint, length, "%s%s", base, given ? "" : ".ckpt");
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct words *words = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &words->flags->common;
        state->child_inputs[1] = &words->recipe;
        return 0;
    case KEY_LIST:
        settings_list(stdout);
        exit(EXIT_DONE);
    case 'o':
        words->flags->output = text;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "'%s' is not a flag", text);
        return 0;
    case ARGP_KEY_SUCCESS:
        finish(words, state);
        return 0;
    default:
        if (key < KEY_EPOCHS || key >= KEYS_END)
            return ARGP_ERR_UNKNOWN;
        words->text[key - KEY_EPOCHS] = text ? text : "";
        return 0;
    }
}

void flags_parse(struct flags *flags, int argc, char **argv)
{
    struct argp_child children[] = {
        {&options_argp, 0, NULL, 0},
        {recipe_argp(), 0, "Of some methods; --list shows which, with their defaults:", 3},
        {0},
    };
    struct argp argp = {options, parse, NULL, manual, children, NULL, NULL};
    struct words words = {.flags = flags};
    memset(flags, 0, sizeof *flags);
    options_begin(&flags->common);
    argp_parse(&argp, argc, argv, 0, NULL, &words);
}

void flags_clear(struct flags *flags)
{
    free(flags->checkpoint);
    flags->checkpoint = NULL;
}
