/* double_forms_conv.c -- rows of linear forms of the double engine go back through
 * convolutions (B4, B5). */
#include <string.h>

#include "double_forms.h"
#include "double_store.h"
#include "specs/fault.h"

/* Rows whose share of the input stays in the caches while kernels go by. */
#define BLOCK 8

/* Where a coefficient's window begins. */
static struct item item_of(const struct conv_rule *rule, size_t site, size_t o, double value)
{
    const struct layer *l = rule->weights->layer;
    size_t place = rule->place ? rule->place[value < 0][site * rule->sites.stride + o] : site;
    if (rule->weights->point)
        return (struct item){value, (int32_t)place, 0};
    size_t row = place / rule->output_width, column = place % rule->output_width;
    return (struct item){value, (int32_t)(row * l->stride) - (int32_t)l->top,
                         (int32_t)(column * l->stride) - (int32_t)l->left};
}

/* One row's items sorted by output; returns how many there are. */
static uint32_t sort_row(const struct conv_rule *rule, const double *from, uint32_t first,
                         uint32_t *begin, struct item *items)
{
    const struct window *window = &rule->site_window;
    size_t places = window->height * window->width, outputs = rule->weights->outputs;
    size_t stride = rule->sites.stride;
    memset(begin, 0, (outputs + 1) * sizeof *begin);
    for (size_t p = 0; p < places; p++)
        for (size_t o = 0; o < outputs; o++)
            begin[o + 1] += !(from[p * stride + o] == 0);
    begin[0] = first;
    for (size_t o = 0; o < outputs; o++)
        begin[o + 1] += begin[o];
    uint32_t total = begin[outputs];
    for (size_t p = places; p-- > 0;) {
        size_t site = (window->top + p / window->width) * rule->sites.width + window->left +
                      p % window->width;
        for (size_t o = 0; o < outputs; o++)
            if (!(from[p * stride + o] == 0))
                items[--begin[o + 1]] = item_of(rule, site, o, from[p * stride + o]);
    }
    /* Each begin[o + 1] has come down to where output o begins. */
    memmove(begin, begin + 1, outputs * sizeof *begin);
    begin[outputs] = total;
    return total;
}

static struct items conv_items(const struct conv_rule *rule, const struct forms *from,
                               size_t first, size_t rows)
{
    size_t outputs = rule->weights->outputs;
    struct item *items = (struct item *)double_scratch(SCRATCH_FIRST, 2 * rows * from->count);
    uint32_t *begin = (uint32_t *)double_scratch(SCRATCH_SECOND, rows * (outputs + 1) + 1);
    uint32_t listed = 0;
    for (size_t r = 0; r < rows; r++)
        listed = sort_row(rule, from->lo + (first + r) * from->count, listed,
                          begin + r * (outputs + 1), items);
    return (struct items){rows, outputs, items, begin};
}

/* min over the box of b B, with B the sum of an output's coefficients. */
static double bias_of(const struct item *begin, const struct item *end, double lo, double hi)
{
    double low = 0, neg_high = 0;
    for (const struct item *item = begin; item < end; item++) {
        low += item->value;
        neg_high += -item->value;
    }
    double ends[4] = {lo * low, hi * low, lo * -neg_high, hi * -neg_high}, least = ends[0];
    for (int i = 1; i < 4; i++)
        least = ends[i] < least ? ends[i] : least;
    return least + 0 * low + 0 * neg_high;
}

static void add_biases(const struct form_weights *w, const struct items *items, double *constants)
{
    for (size_t r = 0; r < items->rows; r++)
        for (size_t o = 0; o < items->outputs; o++) {
            const uint32_t *begin = items->begin + r * (items->outputs + 1) + o;
            if (begin[0] < begin[1])
                constants[r] += bias_of(items->items + begin[0], items->items + begin[1],
                                        w->bias_lo[o], w->bias_hi[o]);
        }
}

static void check_rule(const struct conv_rule *rule, const struct forms *from,
                       const struct forms *constants)
{
    require(from->count == window_count(rule->site_window, rule->sites));
    require(rule->sites.stride >= rule->weights->outputs && from->rows == constants->rows);
}

void double_forms_conv(const struct conv_rule *rule, const struct forms *from, struct forms *to,
                 struct forms *constants)
{
    struct rounding_scope scope;
    rounding_enter_downward(&scope);
    check_rule(rule, from, constants);
    require(to->count == window_count(rule->input_window, rule->input) && !rule->weights->point);
    for (size_t first = 0; first < from->rows; first += BLOCK) {
        size_t rows = from->rows - first < BLOCK ? from->rows - first : BLOCK;
        struct items items = conv_items(rule, from, first, rows);
        double_form_loops()->conv(rule, &items, to, first, constants->lo + first);
        add_biases(rule->weights, &items, constants->lo + first);
    }
    double_forms_give_up(rule->weights, constants);
    rounding_leave(&scope);
}

void double_forms_conv_point(const struct conv_rule *rule, const struct forms *from,
                       struct forms *constants)
{
    struct rounding_scope scope;
    rounding_enter_downward(&scope);
    check_rule(rule, from, constants);
    require(rule->weights->point);
    for (size_t first = 0; first < from->rows; first += BLOCK) {
        size_t rows = from->rows - first < BLOCK ? from->rows - first : BLOCK;
        struct items items = conv_items(rule, from, first, rows);
        double_form_loops()->conv_point(rule, &items, constants->lo + first);
    }
    double_forms_give_up(rule->weights, constants);
    rounding_leave(&scope);
}
