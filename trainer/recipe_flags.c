#include "recipe_flags.h"

#include <stdio.h>
#include <string.h>

#include "console/options.h"

#define KEY_FIRST 0x400

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct recipe_words *words = state->input;
    if (key < KEY_FIRST || key >= KEY_FIRST + RECIPE_FLAGS)
        return ARGP_ERR_UNKNOWN;
    words->text[key - KEY_FIRST] = text ? text : "";
    return 0;
}

const struct argp *recipe_argp(void)
{
    static struct argp_option options[RECIPE_FLAGS + 1];
    static const struct argp argp = {options, parse, NULL, NULL, NULL, NULL, NULL};
    for (int i = 0; recipe_options[i].flag; i++) {
        require(i < RECIPE_FLAGS);
        options[i] = (struct argp_option){recipe_options[i].flag, KEY_FIRST + i,
                                          recipe_options[i].argument, 0,
                                          recipe_options[i].help, 0};
    }
    return &argp;
}

static int read_word(const struct recipe_option *option, const char *flag, const char *text,
                     unsigned *value, struct fault *fault)
{
    for (unsigned i = 0; option->words[i]; i++)
        if (strcmp(option->words[i], text) == 0) {
            *value = i;
            return 0;
        }
    char known[128] = "";
    for (unsigned i = 0; option->words[i]; i++)
        snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s", i ? ", " : "",
                 option->words[i]);
    return fault_set(fault, "%s: '%s' is none of %s", flag, text, known);
}

static int read_option(const struct recipe_option *option, const char *text,
                       struct recipe *recipe, struct fault *fault)
{
    void *value = (char *)recipe + option->offset;
    char flag[64];
    uint64_t count;
    snprintf(flag, sizeof flag, "--%s", option->flag);
    switch (option->kind) {
    case OPTION_NUMBER:
        return options_number(flag, text, option->low, option->high, value, fault);
    case OPTION_COUNT:
        if (options_count(flag, text, (uint64_t)option->low, (uint64_t)option->high, &count,
                          fault))
            return -1;
        *(size_t *)value = count;
        return 0;
    case OPTION_SWITCH:
        *(int *)value = 1;
        return 0;
    case OPTION_WORD:
        return read_word(option, flag, text, value, fault);
    case OPTION_TEXT:
        *(const char **)value = text;
        return 0;
    }
    require(!"a kind of option");
    return -1;
}

int recipe_read(struct recipe *recipe, const struct method *method,
                const struct recipe_words *words, struct fault *fault)
{
    for (int i = 0; recipe_options[i].flag; i++) {
        const struct recipe_option *option = &recipe_options[i];
        if (!words->text[i])
            continue;
        if (!recipe_reads(method, option))
            return fault_set(fault, "--%s: has no effect on method %s; --list shows what has",
                             option->flag, method->name);
        if (read_option(option, words->text[i], recipe, fault))
            return -1;
    }
    if (recipe->adversary.norm == ATTACK_BOX && recipe->adversary.zeta > 1)
        return fault_set(fault, "--zeta-attack: '%g' is not a number from 0 to 1",
                         recipe->adversary.zeta);
    if (recipe->include && recipe->exclude)
        return fault_set(fault, "--include: give it or --exclude, not both");
    return 0;
}
