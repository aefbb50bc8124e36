/* recipe_flags.h -- the flags of `train` that go into a recipe. */
#ifndef TRAINER_RECIPE_FLAGS_H
#define TRAINER_RECIPE_FLAGS_H

#include <argp.h>

#include "method.h"
#include "recipe.h"

#define RECIPE_FLAGS 32

/* The words as given, by number of the option. */
struct recipe_words {
    const char *text[RECIPE_FLAGS];
};

/* For argp's children; its input is a zeroed struct recipe_words. */
const struct argp *recipe_argp(void);

/* Put the words into `recipe`, which holds the method's defaults.  Returns 0, or -1 with the
 * reason; a flag that the method does not read is refused. */
int recipe_read(struct recipe *recipe, const struct method *method,
                const struct recipe_words *words, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
