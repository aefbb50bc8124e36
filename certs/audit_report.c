/* audit_report.c -- see audit_report.h. */
#include "audit_report.h"

#include <stdlib.h>

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

/* What looking at a part says of the whole. */
static const char *confidence(const struct audit *a, char text[SENTENCE])
{
    size_t count = a->certificate.count;
    snprintf(text, SENTENCE,
             "Only %zu of %zu samples were looked at.  If %zu or more of all were false, this "
             "would\nhave been noticed with a probability of at least 1 - %g, provided that --seed "
             "was\nchosen after the certificate was made.",
             a->looked, count, audit_part_false(a->looked, count), PART_DOUBT);
    return text;
}

static double percent(size_t part, size_t whole)
{
    return 100.0 * (double)part / (double)whole;
}

void audit_print(FILE *stream, const struct audit *a, const char *certificate, const char *model)
{
    const struct certificate *c = &a->certificate;
    char text[SENTENCE];
    fprintf(stream, "certificate  %s\n", certificate);
    fprintf(stream, "model        %s\n             sha256 %s\n", model, a->model.sha256);
    fprintf(stream, "data         %s, samples %zu to %zu of %zu\n             sha256 %s\n",
            a->set.name, c->first, c->first + c->count - 1, a->set.count, a->set.sha256);
    fprintf(stream, "box          %s, zeta %s%s\n", c->box_typed, c->zeta,
            c->form.exact_bias ? ", biases exact" : "");
    fprintf(stream, "\n%-16s %8s %8s\n", "verdict", "claimed", "checked");
    for (enum certificate_verdict v = 0; v < CERTIFICATE_VERDICTS; v++) {
        fprintf(stream, "%-16s %8zu", certificate_verdict_name(v), c->counts[v]);
        if (certificate_claims(v))
            fprintf(stream, " %8zu\n", a->checked[v]);
        else
            fprintf(stream, " %8s\n", "-");
    }
    fprintf(stream, "\ncertified accuracy claimed %.2f %%, proved here %.2f %%\n",
            percent(certificate_certified(c->counts), c->count),
            percent(certificate_certified(a->checked), c->count));
    fprintf(stream, "\n%s\n", scope);
    if (a->part && !a->rejected)
        fprintf(stream, "\n%s\n", confidence(a, text));
    fprintf(stream, "\n%s\n", word(a));
}

/* What is claimed of each verdict, the part of it that was checked filled. */
static void draw_verdicts(struct page *page, const struct audit *a)
{
    struct page_bar bars[CERTIFICATE_VERDICTS];
    for (enum certificate_verdict v = 0; v < CERTIFICATE_VERDICTS; v++)
        bars[v] = (struct page_bar){certificate_verdict_name(v), a->certificate.counts[v],
                                    certificate_claims(v) ? a->checked[v] : 0};
    page_heading(page, 2, "Claimed (outlined) and checked (filled)");
    page_bars(page, "verdicts claimed and checked", bars, CERTIFICATE_VERDICTS,
              a->certificate.count);
}

/* Of the samples up to each, the share that is claimed to be certified. */
static void draw_shares(struct page *page, const struct audit *a)
{
    const struct certificate *c = &a->certificate;
    double *shares = fault_alloc(c->count, sizeof *shares);
    char first[32], last[32];
    size_t certified = 0;
    for (size_t i = 0; i < c->count; i++) {
        certified += (size_t)certificate_certifies(c->samples[i].verdict);
        shares[i] = (double)certified / (double)(i + 1);
    }
    snprintf(first, sizeof first, "sample %zu", c->first);
    snprintf(last, sizeof last, "sample %zu", c->first + c->count - 1);
    page_heading(page, 2, "Certified share of the samples so far (claimed)");
    page_curve(page, "curve", "certified share of the samples so far", shares, c->count, first,
               last);
    free(shares);
}

int audit_page(const struct audit *a, const char *path, struct fault *fault)
{
    const struct certificate *c = &a->certificate;
    char samples[96], text[SENTENCE];
    snprintf(samples, sizeof samples, "%zu to %zu of %zu", c->first, c->first + c->count - 1,
             a->set.count);
    const char *const facts[][2] = {
        {"model", a->model.sha256},
        {"data", a->set.sha256},
        {"set", a->set.name},
        {"samples", samples},
        {"box", c->box_typed},
        {"zeta", c->zeta},
        {"criterion", "margin"},
        {"semantics", CERTIFICATE_SEMANTICS},
        {"certificate's text", c->digest},
    };
    struct page page;
    if (page_open(&page, path, "Audit", fault))
        return -1;
    page_heading(&page, 1, word(a));
    page_table(&page, facts, sizeof facts / sizeof *facts);
    draw_verdicts(&page, a);
    draw_shares(&page, a);
    if (a->rejected)
        page_paragraph(&page, "First defect:", a->why.text);
    page_heading(&page, 2, "What this says");
    page_paragraph(&page, NULL, scope);
    if (a->part && !a->rejected)
        page_paragraph(&page, NULL, confidence(a, text));
    return page_close(&page, fault);
}
