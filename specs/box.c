/* box.c -- see box.h. */
#include "box.h"

#include <math.h>
#include <string.h>

#include "decimal.h"

static const char *const names[] = {"relative", "absolute"};

int box_init(struct box *box, enum box_kind kind, const char *zeta, struct fault *fault)
{
    box->kind = kind;
    mpq_init(box->zeta);
    int bad = decimal_parse(zeta, box->zeta, fault);
    if (!bad && mpq_sgn(box->zeta) < 0)
        bad = fault_set(fault, "'%s' is negative; a box has a size of 0 or more", zeta);
    if (bad) {
        mpq_clear(box->zeta);
        return -1;
    }
    strncpy(box->typed, zeta, sizeof box->typed - 1);
    box->typed[sizeof box->typed - 1] = '\0';
    return 0;
}

void box_clear(struct box *box)
{
    mpq_clear(box->zeta);
}

int box_contains(const struct box *box, float nominal, double value)
{
    if (!isfinite(nominal) || !isfinite(value))
        return 0;
    mpq_t centre, distance, reach;
    mpq_inits(centre, distance, reach, NULL);
    mpq_set_d(centre, nominal);
    mpq_set_d(distance, value);
    mpq_sub(distance, distance, centre);
    mpq_abs(distance, distance);
    mpq_set(reach, box->zeta);
    if (box->kind == BOX_RELATIVE) {
        mpq_abs(centre, centre);
        mpq_mul(reach, reach, centre);
    }
    int inside = mpq_cmp(distance, reach) <= 0;
    mpq_clears(centre, distance, reach, NULL);
    return inside;
}

int box_kind_from_name(const char *name)
{
    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++)
        if (!strcmp(name, names[i]))
            return i;
    return -1;
}

const char *box_kind_name(enum box_kind kind)
{
    return names[kind];
}
