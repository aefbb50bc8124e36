/* linear_store.h -- the parts of domain `linear`; private to linear*.c. */
#ifndef DOMAINS_LINEAR_STORE_H
#define DOMAINS_LINEAR_STORE_H

#include "analyzer/domains/linear.h"
#include "analyzer/numbers/relaxation.h"

#define LINEAR_NODES (NETWORK_LAYERS + 1)

/* How the values of a node come about. */
enum rule {
    RULE_NONE,  /* nobody reads it: merged into its reader or the same as its source */
    RULE_INPUT,
    RULE_DENSE,
    RULE_CONV,
    RULE_POINT, /* a convolution of the input */
    RULE_RELU,
    RULE_POOL,  /* maximum pooling, with ReLU where `floor` */
    RULE_CARRY, /* flatten, average, slice, pad: sums of inputs over a divisor */
    RULE_ADD
};

/* Node 0 is the input, node i + 1 layer i. */
struct node {
    enum rule rule;
    struct layer layer; /* cropped to what is used */
    int from, with;     /* nodes, -1 where none */
    int reader, readers; /* the only reader, and how many there are */
    struct grid grid;
    int floor;
    int nonnegative; /* by construction */
    int rounded;     /* coefficients on it may come from rounded sums */
    struct form_weights *weights;
    struct weights *intervals; /* the engine's layer; NULL for the last one */
};

struct linear {
    const struct engine *engine;
    const struct network *network;
    int count;
    struct node nodes[LINEAR_NODES];
    struct weights *readout;
    size_t widest; /* values of the widest node */
    double budget;
};

/* What is known of one sample; plain numbers, the same for every engine. */
struct linear_state {
    double *low[LINEAR_NODES], *high[LINEAR_NODES], *guess[LINEAR_NODES];
    struct relaxation *table[LINEAR_NODES];
    double *differences[LINEAR_NODES]; /* of a pooling's windows */
    double *patches[LINEAR_NODES];
    enum linear_depth depth; /* differences: at LINEAR_MARGINS only after the first layer */
};

/* Rows on their way back. */
struct walk {
    int start;
    int local; /* one layer back only: what it reads is taken within its bounds */
    size_t rows;
    double cost; /* multiply-adds of a row, at most */
    int active[LINEAR_NODES];
    int pulled[LINEAR_NODES]; /* terms of the rows begin there */
    int sites[LINEAR_NODES]; /* the pooling whose places a layer's coefficients are at, or -1 */
    struct window window[LINEAR_NODES];
    struct forms *forms[LINEAR_NODES], *constants;
};

/* A row of a batch: sign times the value at `at` of the window, less that at `less`
 * (where not `at`). */
struct wish {
    size_t at, less;
    int sign;
};

#define WALK_ROWS 256

/* A term of a row: coefficient times the value at a flat node's place. */
struct term {
    size_t row, at;
    int node;
    double coefficient;
};

struct linear_work {
    const struct linear *linear;
    struct linear_state state;
    struct walk walk;
    struct forms *aside;
    struct intervals *x, *y;
    double *planes[2];           /* values in the order of layers: [channel][row][column] */
    uint32_t *from_at, *to_at;   /* lists of carry */
    struct wish wishes[WALK_ROWS]; /* a batch, and its bounds */
    double lower[WALK_ROWS];
    double spent, allowed; /* multiply-adds of this sample, and how many there may be */
    double deadline;       /* of this sample's substitutions between layers */
    struct claims *claims; /* being written; NULL: none */
};

/* linear_graph.c */
int linear_graph(struct linear *linear, struct fault *fault) __attribute__((warn_unused_result));

/* linear_carry.c: pairs of places in two windows, and how many inputs an output sums. */
size_t carry_divisor(const struct node *node);
size_t carry_list(const struct node *node, struct grid input, struct window out,
                  struct window in, uint32_t *from_at, uint32_t *to_at);
struct window carry_window(const struct node *node, struct grid input, struct window out);

/* linear_readings.c: what the ReLU or pooling `window` reads, values of a layer, in the order in
 * which certificates list them: place by place, without the rows and columns that pooling
 * drops. */
struct reading {
    int node, layer;      /* which has the values, and which they are of in the network's list */
    int flat;             /* the node has them flattened */
    struct grid grid;     /* of the layer */
    size_t rows, columns; /* read */
    size_t size;          /* of windows */
};
struct reading linear_reading(const struct linear *linear, int window);

/* Where in the node's state a value is. */
size_t reading_at(const struct reading *reading, size_t place, size_t channel);

/* Does a node read the input alone?  The certificate's reader then has its bounds. */
int linear_is_first(const struct linear *linear, int node);

/* linear_claims.c, where the work has claims: make the bounds of what a ReLU or pooling reads short
 * and write them; leave no difference in a pooling's windows so near 0 that others might not see
 * which side it is on; make short what the pooling's upper lines rest on, and write it; one of a
 * node's bounds is no longer that of interval propagation, or has not been looked for. */
void claims_values(struct linear_work *work, int window);
void claims_differences(struct linear_work *work, int pool);
void claims_windows(struct linear_work *work, int pool, const double *differences);
void claims_moved(struct linear_work *work, int node);
void claims_left_out(struct linear_work *work, int node);

/* linear_guess.c: the nominal values, roughly, into the state's guess. */
void linear_guess(const struct linear *linear, struct linear_work *work);

/* linear.c: logits and margins by intervals from a state's last layer but one. */
void linear_readout(struct linear_work *work, const struct linear_state *state, int label,
                    struct margins *result);

/* linear.c: a grid's values from and to [channel][row][column]. */
void linear_to_planes(struct grid grid, const double *values, double *planes);
void linear_from_planes(struct grid grid, const double *planes, double *values);

/* linear_walk.c: begin a batch in a window of a node, to go back to the input or
 * (`local`) one layer only, and say how many rows it may have; then get lower bounds of
 * up to so many wishes, by what the state knows of the layers before. */
size_t walk_begin(struct linear_work *work, int start, struct window window, int local);
void walk_run(struct linear_work *work, const struct linear_state *state,
              const struct wish *wishes, size_t rows, double *lower);

/* The same for rows that are sums of terms, which may begin at several nodes, the window's
 * among them; coefficients there are powers of two. */
void walk_run_terms(struct linear_work *work, const struct linear_state *state,
                    const struct term *terms, size_t count, size_t rows, double *lower);

/* linear_refine.c: substituted bounds of what ReLUs and poolings read, where they can
 * matter, intersected with the state's; and of the differences in a pooling's windows. */
void linear_refine(struct linear_work *work, int node);
void linear_allow(struct linear_work *work, int node);
void linear_differences(struct linear_work *work, int pool);

#endif
