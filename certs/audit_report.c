/* audit_report.c -- what came of an audit, in words and drawings; see audit_verdict.h. */
#include <stdio.h>
#include <stdlib.h>

#include "audit_verdict.h"
#include "console/page.h"

#define SENTENCE 400 /* characters, more than enough */

static const char scope[] =
    "Proved: for every parameter vector in the box, in real arithmetic, the answers on the samples "
    "counted as certified and checked are right.  Not proved: anything about the rounding of a "
    "float32 execution, about other inputs, or about how likely a chip is in the box.";

static const char *word(const struct audit *a)
{
    return a->rejected ? "REJECTED" : a->open ? "INCONCLUSIVE" : a->part ? "ACCEPTED IN PART"
                                                                         : "ACCEPTED";
}

/* What is claimed of each verdict, and how much of that holds. */
static void put_counts(struct page *page, const struct audit *a)
{
    const struct certificate *c = &a->statement.certificate;
    struct page_bar bars[CERTIFICATE_VERDICTS];
    char text[SENTENCE];
    for (enum certificate_verdict v = 0; v < CERTIFICATE_VERDICTS; v++)
        bars[v] = (struct page_bar){certificate_verdict_name(v), c->counts[v],
                                    certificate_claims(v) ? a->checked[v] : 0};
    page_bars(page, "verdict", "claimed", "checked", bars, CERTIFICATE_VERDICTS, c->count);
    snprintf(text, sizeof text, "certified accuracy claimed %.2f %%, proved here %.2f %%",
             100.0 * (double)certificate_certified(c->counts) / (double)c->count,
             100.0 * (double)certificate_certified(a->checked) / (double)c->count);
    page_paragraph(page, NULL, text);
}

/* Of the samples up to each, the share that is claimed to be certified. */
static void put_curve(struct page *page, const struct audit *a)
{
    const struct certificate *c = &a->statement.certificate;
    double *shares = fault_alloc(c->count, sizeof *shares);
    char first[32], last[32];
    size_t certified = 0;
    for (size_t i = 0; i < c->count; i++) {
        certified += (size_t)certificate_certifies(c->samples[i].verdict);
        shares[i] = (double)certified / (double)(i + 1);
    }
    snprintf(first, sizeof first, "sample %zu", c->first);
    snprintf(last, sizeof last, "sample %zu", c->first + c->count - 1);
    page_curve(page, "curve", "Certified share of the samples so far (claimed)", shares, c->count,
               first, last);
    free(shares);
}

int audit_report(const struct audit *a, const char *path, struct fault *fault)
{
    const struct statement *s = &a->statement;
    const struct certificate *c = &s->certificate;
    char data[SENTENCE], box[SENTENCE], text[SENTENCE];
    snprintf(data, sizeof data, "%s, samples %zu to %zu of %zu", s->set.name, c->first,
             c->first + c->count - 1, s->set.count);
    snprintf(box, sizeof box, "%s, zeta %s%s", c->box_typed, c->zeta,
             c->form.exact_bias ? ", biases exact" : "");
    const char *const facts[][2] = {
        {"certificate", s->name}, {"  its text", c->digest}, {"model", s->model_name},
        {"  SHA-256", s->model.sha256}, {"data", data}, {"  SHA-256", s->set.sha256},
        {"box", box}, {"criterion", "margin"}, {"semantics", CERTIFICATE_SEMANTICS},
    };
    struct page page;
    if (page_open(&page, path, "Audit", word(a), fault))
        return -1;
    page_table(&page, facts, sizeof facts / sizeof *facts);
    put_counts(&page, a);
    put_curve(&page, a);
    page_paragraph(&page, NULL, scope);
    snprintf(text, sizeof text, "Only %zu of %zu samples were looked at.  If %zu or more of all "
             "were false, this would have been noticed with a probability of at least 1 - %g, "
             "provided that --seed was chosen after the certificate was made.", a->looked, c->count,
             audit_part_false(a->looked, c->count), PART_DOUBT);
    if (a->part && !a->rejected)
        page_paragraph(&page, NULL, text);
    if (a->rejected)
        page_paragraph(&page, "First defect:", a->why.text);
    return page_close(&page, fault);
}
