/* resume.c -- see resume.h. */
#include "resume.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "console/ranks.h"
#include "console/version.h"
#include "specs/digest.h"

/* The box as asked for, and the bytes of its file. */
static json_t *box_statement(const struct box_form *form)
{
    char file[DIGEST_HEX];
    digest_file(form->path, file);
    return json_pack("{s:i, s:s?, s:s, s:b, s:b, s:s?, s:b}", "kind", (int)form->kind, "typed",
                     form->typed, "file", file, "exact_bias", form->exact_bias, "folded_bias",
                     form->folded_bias, "neuron", form->neuron, "digital", form->digital);
}

static char *statement(const struct arguments *a, const struct report *r)
{
    const struct prover_settings *s = &a->settings;
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, s->seed);
    json_t *root = json_pack(
        "{s:s, s:s, s:s, s:s, s:I, s:I, s:o, s:[i, i, I, I, i, i, i], s:[f, f], s:[I, I, I, I], s:s}",
        "build", version_commit, "model", r->model->sha256, "data", r->set->sha256, "split",
        r->split, "first", (json_int_t)r->first, "count", (json_int_t)r->count, "box",
        box_statement(&s->box), "proof", (int)s->domain, s->disjuncts, (json_int_t)s->splits,
        (json_int_t)s->refine, (int)s->engine, s->bits, (int)s->criterion, "limits", s->budget, s->seconds, "attack",
        (json_int_t)a->attack.undecided, (json_int_t)a->attack.certified,
        (json_int_t)a->attack.budget.steps, (json_int_t)a->attack.budget.restarts, "seed", seed);
    require(root);
    char *text = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(17));
    json_decref(root);
    require(text);
    return text;
}

struct journal *resume_open(const struct arguments *a, const struct report *r,
                            struct fault *fault)
{
    char *text = statement(a, r);
    struct journal *journal = journal_open(a->journal, text, a->resume, fault);
    free(text);
    return journal;
}

int resume_agree(const struct arguments *a, const struct report *r, struct fault *fault)
{
    char *own = statement(a, r), *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    require(stream);
    fprintf(stream, "%s %d %d %d %.17g", own, a->radius, a->journal != NULL,
            (int)a->settings.referee, a->settings.referee_percent);
    for (size_t i = 0; i < a->zeta_count; i++)
        fprintf(stream, " %s", a->zetas[i]);
    require(fclose(stream) == 0);
    int differ = ranks_differ(text);
    free(text);
    free(own);
    return differ ? fault_set(fault, "MPI's ranks have different flags, files or builds; start all "
                              "alike") : 0;
}
