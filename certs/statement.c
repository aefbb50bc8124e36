/* statement.c -- see statement.h. */
#include "statement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "specs/decimal.h"

/* The samples named must exist, with these labels. */
static int check_samples(const struct statement *s, struct fault *fault)
{
    const struct certificate *c = &s->certificate;
    if (s->set.features != s->model.network.input_count ||
        s->set.classes != s->model.network.class_count)
        return fault_set(fault, "the data do not have the network's inputs and classes");
    if (c->first > s->set.count || c->count > s->set.count - c->first)
        return fault_set(fault, "samples %zu to %zu are claimed, the data have %zu", c->first,
                         c->first + c->count - 1, s->set.count);
    for (size_t i = 0; i < c->count; i++)
        if (c->samples[i].label != s->set.labels[c->first + i])
            return fault_set(fault, "line %zu: the label of sample %zu is %d", c->samples[i].line,
                             c->first + i, s->set.labels[c->first + i]);
    return 0;
}

/* The certificate, the model and the data, each bound to the next by its digest. */
static int read_files(struct statement *s, const char *data, struct fault *fault)
{
    const struct certificate *c = &s->certificate;
    if (certificate_read(&s->certificate, s->name, fault) ||
        model_read(&s->model, s->model_name, fault))
        return -1;
    if (strcmp(c->model, s->model.sha256))
        return fault_set(fault, "%s: the certificate speaks of another model, SHA-256 %s",
                         s->model_name, c->model);
    if (dataset_load(&s->set, s->model.task, s->model.input, c->split, data, fault))
        return -1;
    if (strcmp(c->data, s->set.sha256))
        return fault_set(fault, "%s: the certificate speaks of other data, SHA-256 %s",
                         s->set.name, c->data);
    return check_samples(s, fault);
}

/* model.bin in the folder of the certificate; owned. */
static char *model_beside(const char *certificate)
{
    const char *slash = strrchr(certificate, '/');
    int folder = slash ? (int)(slash - certificate + 1) : 0;
    char *path = NULL;
    require(asprintf(&path, "%.*smodel.bin", folder, certificate) >= 0);
    return path;
}

/* The box, whose ends may be in a file of its own. */
static int enclose(struct statement *s, const char *path, struct fault *fault)
{
    struct box_form form = s->certificate.form;
    const char *sha256 = form.kind == BOX_FILE ? form.path : "";
    unsigned char folded[NETWORK_TENSORS];
    if (form.kind != BOX_FILE && path)
        return fault_set(fault, "%s: the certificate speaks of no box from a file", path);
    if (form.kind == BOX_FILE && !path)
        return fault_set(fault, "the certificate speaks of a box from a file with SHA-256 %s; name "
                         "it with --box", sha256);
    form.path = path;
    model_folded(&s->model, folded);
    if (box_make(&s->box, &form, s->certificate.zeta, &s->model.network, folded, fault))
        return -1;
    return strcmp(s->box.sha256, sha256)
               ? fault_set(fault, "%s: the certificate speaks of another box, SHA-256 %s", path,
                           sha256)
               : 0;
}

int statement_open(struct statement *s, const struct statement_files *files, struct fault *fault)
{
    *s = (struct statement){.name = files->certificate};
    s->model_name = files->model ? strdup(files->model) : model_beside(files->certificate);
    require(s->model_name);
    if (!read_files(s, files->data, fault) && !enclose(s, files->box, fault))
        return 0;
    statement_close(s);
    return -1;
}

void statement_close(struct statement *s)
{
    if (s->box.network)
        box_clear(&s->box);
    dataset_clear(&s->set);
    model_clear(&s->model);
    certificate_clear(&s->certificate);
    free(s->model_name);
    *s = (struct statement){.name = NULL};
}

/* Do two texts mean the same decimal? */
static int same_decimal(const char *a, const char *b)
{
    mpq_t x, y;
    mpq_inits(x, y, NULL);
    int same = !decimal_parse(a, x, NULL) && !decimal_parse(b, y, NULL) && mpq_equal(x, y);
    mpq_clears(x, y, NULL);
    return same;
}

int statement_match(const struct statement *s, const struct claim *claim, struct fault *fault)
{
    const struct certificate *c = &s->certificate;
    const char *what = NULL;
    if (strcmp(claim->model_sha256, c->model))
        what = "another model";
    else if (strcmp(claim->data_sha256, c->data) || strcmp(claim->split, split_name(c->split)))
        what = "other data";
    else if (claim->first != c->first || claim->count != c->count)
        what = "other samples";
    else if (strcmp(claim->box, c->box_typed) || claim->exact_bias != c->form.exact_bias ||
             claim->folded_bias != c->form.folded_bias)
        what = "another box";
    else if (!same_decimal(claim->zeta, c->zeta))
        what = "another size of the box";
    else if (strcmp(claim->criterion, "margin"))
        what = "another criterion";
    return what ? fault_set(fault, "the certificate is not about the claim: %s", what) : 0;
}
