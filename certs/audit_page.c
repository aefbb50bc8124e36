/* audit_page.c -- see audit_page.h. */
#include "audit_page.h"

#include "specs/outfile.h"

/* Text from files, with nothing in it that a browser would take for markup. */
static void put(FILE *f, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '<': fputs("&lt;", f); break;
        case '>': fputs("&gt;", f); break;
        case '&': fputs("&amp;", f); break;
        case '"': fputs("&quot;", f); break;
        default: fputc(*text, f);
        }
}

static void row(FILE *f, const char *name, const char *value)
{
    fprintf(f, "<tr><th>%s</th><td><code>", name);
    put(f, value);
    fputs("</code></td></tr>\n", f);
}

/* Bars of what is claimed, the part of it that was checked filled. */
static void bars(FILE *f, const struct audit *a)
{
    const struct certificate *c = &a->certificate;
    double scale = 400.0 / (double)c->count;
    fprintf(f, "<svg width=\"640\" height=\"%d\" role=\"img\" aria-label=\"verdicts claimed and "
            "checked\">\n", 30 * CERTIFICATE_VERDICTS);
    for (int v = 0; v < CERTIFICATE_VERDICTS; v++) {
        int y = 30 * v;
        fprintf(f, "<text x=\"0\" y=\"%d\">%s</text>", y + 19,
                certificate_verdict_name((enum certificate_verdict)v));
        fprintf(f, "<rect x=\"140\" y=\"%d\" width=\"%.1f\" height=\"22\" fill=\"none\" "
                "stroke=\"#357\"/>", y + 3, scale * (double)c->counts[v]);
        if (v != UNKNOWN && v != UNCLAIMED)
            fprintf(f, "<rect x=\"140\" y=\"%d\" width=\"%.1f\" height=\"22\" fill=\"#7ac\"/>", y + 3,
                    scale * (double)a->checked[v]);
        fprintf(f, "<text x=\"%.1f\" y=\"%d\">%zu</text>\n", 148 + scale * (double)c->counts[v],
                y + 19, c->counts[v]);
    }
    fputs("</svg>\n", f);
}

/* Of the samples up to each, the share that is claimed to be certified. */
static void curve(FILE *f, const struct audit *a)
{
    const struct certificate *c = &a->certificate;
    size_t certified = 0;
    fputs("<svg width=\"640\" height=\"190\" role=\"img\" aria-label=\"certified share of the "
          "samples so far\">\n<rect x=\"140\" y=\"10\" width=\"400\" height=\"150\" "
          "fill=\"none\" stroke=\"#ccc\"/><text x=\"90\" y=\"18\">100 %</text>"
          "<text x=\"110\" y=\"164\">0 %</text>\n<polyline id=\"curve\" fill=\"none\" "
          "stroke=\"#357\" stroke-width=\"2\" points=\"", f);
    for (size_t i = 0; i < c->count; i++) {
        enum certificate_verdict v = c->samples[i].verdict;
        certified += v == CERTIFIED_BOX || v == CERTIFIED_TRACE || v == CERTIFIED_LINEAR;
        fprintf(f, "%.1f,%.1f ", 140 + 400.0 * (double)(i + 1) / (double)c->count,
                160 - 150.0 * (double)certified / (double)(i + 1));
    }
    fprintf(f, "\"/>\n<text x=\"140\" y=\"182\">sample %zu</text><text x=\"460\" y=\"182\">"
            "sample %zu</text></svg>\n", c->first, c->first + c->count - 1);
}

int audit_page_write(const struct audit *a, const char *path, struct fault *fault)
{
    const struct certificate *c = &a->certificate;
    struct outfile file;
    char samples[96];
    if (outfile_open(&file, path, fault))
        return -1;
    FILE *f = file.stream;
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Audit</title>"
          "<style>body{font:16px sans-serif;max-width:46em;margin:2em auto}th{text-align:left;"
          "padding-right:1em}code{font-size:85%}</style></head><body>\n", f);
    fprintf(f, "<h1>%s</h1>\n<table>\n", audit_word(a));
    row(f, "model", a->model.sha256);
    row(f, "data", a->set.sha256);
    row(f, "set", a->set.name);
    snprintf(samples, sizeof samples, "%zu to %zu of %zu", c->first, c->first + c->count - 1,
             a->set.count);
    row(f, "samples", samples);
    row(f, "box", c->box_typed);
    row(f, "zeta", c->zeta);
    row(f, "criterion", "margin");
    row(f, "semantics", CERTIFICATE_SEMANTICS);
    row(f, "certificate's text", c->digest);
    fputs("</table>\n<h2>Claimed (outlined) and checked (filled)</h2>\n", f);
    bars(f, a);
    fputs("<h2>Certified share of the samples so far (claimed)</h2>\n", f);
    curve(f, a);
    if (a->rejected) {
        fputs("<p><b>First defect:</b> ", f);
        put(f, a->why.text);
        fputs("</p>\n", f);
    }
    fputs("<h2>What this says</h2>\n<p>", f);
    put(f, audit_scope);
    fputs("</p>\n", f);
    if (a->part)
        fprintf(f, "<p>Only %zu of %zu samples were checked, chosen by a hash: if %zu or more of "
                "all were false, this would have been seen with a probability of at least 1 - %g."
                "</p>\n", a->looked, c->count, audit_most_false(a), audit_doubt);
    fputs("</body></html>\n", f);
    return outfile_commit(&file, fault);
}
