/* page.c -- see page.h. */
#include "page.h"

/* Drawings are this wide; names take up what is left of LEFT, bars and curves what is between. */
#define WIDTH 640
#define LEFT 140
#define SPAN 400
#define BAR 30   /* from one bar to the next */
#define HIGH 150 /* a curve's height, of which the upper end is at TOP */
#define TOP 10

static void put(struct page *page, const char *text)
{
    FILE *f = page->file.stream;
    for (; *text; text++)
        switch (*text) {
        case '<': fputs("&lt;", f); break;
        case '>': fputs("&gt;", f); break;
        case '&': fputs("&amp;", f); break;
        case '"': fputs("&quot;", f); break;
        default: fputc(*text, f);
        }
}

/* <before>text</after>, the text escaped. */
static void wrapped(struct page *page, const char *before, const char *text, const char *after)
{
    fputs(before, page->file.stream);
    put(page, text);
    fputs(after, page->file.stream);
}

int page_open(struct page *page, const char *path, const char *title, const char *headline,
              struct fault *fault)
{
    *page = (struct page){.plain = !path, .headline = headline};
    if (outfile_open(&page->file, path ? path : "-", fault))
        return -1;
    if (page->plain)
        return 0;
    wrapped(page, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>", title,
            "</title><style>body{font:16px sans-serif;max-width:46em;margin:2em auto}"
            "th{text-align:left;padding-right:1em}code{font-size:85%}</style></head><body>\n");
    wrapped(page, "<h1>", headline, "</h1>\n");
    return 0;
}

int page_close(struct page *page, struct fault *fault)
{
    if (page->plain)
        fprintf(page->file.stream, "\n%s\n", page->headline);
    else
        fputs("</body></html>\n", page->file.stream);
    return outfile_commit(&page->file, fault);
}

void page_paragraph(struct page *page, const char *lead, const char *text)
{
    if (page->plain) {
        fprintf(page->file.stream, "\n%s%s%s\n", lead ? lead : "", lead ? " " : "", text);
        return;
    }
    fputs("<p>", page->file.stream);
    if (lead)
        wrapped(page, "<b>", lead, "</b> ");
    wrapped(page, "", text, "</p>\n");
}

void page_table(struct page *page, const char *const rows[][2], size_t count)
{
    for (size_t i = 0; page->plain && i < count; i++)
        fprintf(page->file.stream, "%-12s %s\n", rows[i][0], rows[i][1]);
    if (page->plain)
        return;
    fputs("<table>\n", page->file.stream);
    for (size_t i = 0; i < count; i++) {
        wrapped(page, "<tr><th>", rows[i][0], "</th>");
        wrapped(page, "<td><code>", rows[i][1], "</code></td></tr>\n");
    }
    fputs("</table>\n", page->file.stream);
}

static void begin_drawing(struct page *page, int height, const char *label)
{
    fprintf(page->file.stream, "<svg width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"", WIDTH,
            height);
    wrapped(page, "", label, "\">\n");
}

static void put_text(struct page *page, double x, int y, const char *text)
{
    fprintf(page->file.stream, "<text x=\"%.1f\" y=\"%d\">", x, y);
    wrapped(page, "", text, "</text>\n");
}

static void put_box(struct page *page, int y, double width, int height, const char *style)
{
    fprintf(page->file.stream, "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" %s/>\n", LEFT,
            y, width, height, style);
}

static void put_bars(struct page *page, const char *title, const struct page_bar *bars,
                     size_t count, size_t most)
{
    double scale = (double)SPAN / (double)(most ? most : 1);
    begin_drawing(page, BAR * (int)count, title);
    for (size_t i = 0; i < count; i++) {
        int y = BAR * (int)i;
        char number[32];
        double width = scale * (double)bars[i].whole;
        snprintf(number, sizeof number, "%zu", bars[i].whole);
        put_text(page, 0, y + 19, bars[i].name);
        put_box(page, y + 3, width, 22, "fill=\"none\" stroke=\"#357\"");
        put_box(page, y + 3, scale * (double)bars[i].part, 22, "fill=\"#7ac\"");
        put_text(page, LEFT + 8 + width, y + 19, number);
    }
    fputs("</svg>\n", page->file.stream);
}

void page_bars(struct page *page, const char *title, const char *whole, const char *part,
               const struct page_bar *bars, size_t count, size_t most)
{
    FILE *f = page->file.stream;
    if (page->plain) {
        fprintf(f, "\n%-16s %8s %8s\n", title, whole, part);
        for (size_t i = 0; i < count; i++)
            fprintf(f, "%-16s %8zu %8zu\n", bars[i].name, bars[i].whole, bars[i].part);
        return;
    }
    wrapped(page, "<h2>", title, ": ");
    wrapped(page, "", whole, " (outlined), ");
    wrapped(page, "", part, " (filled)</h2>\n");
    put_bars(page, title, bars, count, most);
}

void page_curve(struct page *page, const char *id, const char *title, const double *shares,
                size_t count, const char *first, const char *last)
{
    FILE *f = page->file.stream;
    if (page->plain)
        return;
    wrapped(page, "<h2>", title, "</h2>\n");
    begin_drawing(page, TOP + HIGH + 30, title);
    put_box(page, TOP, SPAN, HIGH, "fill=\"none\" stroke=\"#ccc\"");
    put_text(page, LEFT - 50, TOP + 8, "100 %");
    put_text(page, LEFT - 30, TOP + HIGH + 4, "0 %");
    wrapped(page, "<polyline id=\"", id,
            "\" fill=\"none\" stroke=\"#357\" stroke-width=\"2\" points=\"");
    for (size_t i = 0; i < count; i++)
        fprintf(f, "%.1f,%.1f ", LEFT + SPAN * (double)(i + 1) / (double)count,
                TOP + HIGH - HIGH * shares[i]);
    fputs("\"/>\n", f);
    put_text(page, LEFT, TOP + HIGH + 22, first);
    put_text(page, LEFT + SPAN - 80, TOP + HIGH + 22, last);
    fputs("</svg>\n", f);
}
