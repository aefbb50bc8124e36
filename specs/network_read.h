/* network_read.h -- what network.c and network_layers.c share: reading a description's
 * JSON.  `where` begins every message. */
#ifndef SPECS_NETWORK_READ_H
#define SPECS_NETWORK_READ_H

#include <jansson.h>

#include "network.h"

#define NETWORK_PARAMETERS ((size_t)100000000) /* the most */

/* A whole number from `low`; a name; a list of `count` whole numbers from `low`. */
int network_whole(const json_t *object, const char *key, size_t low, size_t *value,
                  const char *where, struct fault *fault);
int network_word(const json_t *object, const char *key, const char **value, const char *where,
                 struct fault *fault);
int network_numbers(const json_t *object, const char *key, size_t count, size_t low,
                    size_t *values, const char *where, struct fault *fault);

/* Refuse keys that nobody asked for: a misspelt one must not be ignored. */
int network_only(const json_t *object, const char *const *allowed, const char *where,
                 struct fault *fault);

/* The "type" of each kind of layer. */
extern const char *const network_layer_types[];

/* The new tensor's index, or -1.  Offsets are given at the end. */
int network_add_tensor(struct network *n, const char *name, enum role role, int rank,
                       const size_t *shape, const char *where, struct fault *fault);

/* The layers, input and classes of a feed-forward network. */
int network_read_layers(struct network *n, const json_t *object, struct fault *fault);

#endif
