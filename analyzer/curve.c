/* curve.c -- see curve.h. */
#include "curve.h"

#include "console/figure.h"

#define SCRIPT "certification-curve.gp"
#define RADII_SCRIPT "radii.gp"

int curve_check(const char *path, struct fault *fault)
{
    return figure_check(path, SCRIPT, fault);
}

/* The curve's points: zeta, nominal, certified, in percent. */
static void write_points(const void *context, FILE *points)
{
    const struct report *report = context;
    for (size_t i = 0; i < report->run_count; i++) {
        const struct prover_run *run = &report->runs[i];
        fprintf(points, "%s %.4f %.4f\n", run->zeta,
                report_percent(run->nominal, run->samples),
                report_percent(run->certified, run->samples));
    }
}

/* The radii's points: zeta, share with a larger certified radius, share of the attacked
 * not yet broken, in percent of all and of the attacked samples. */
static void write_radii(const void *context, FILE *points)
{
    const struct report *report = context;
    const struct radius_run *radii = report->radii;
    for (int rung = 0; rung < RADIUS_RUNGS; rung++) {
        size_t proven = 0, whole = 0;
        char text[RADIUS_TEXT];
        for (size_t i = 0; i < radii->samples; i++) {
            int broken = radii->falsified_rung[i];
            proven += radii->rung[i] >= rung;
            whole += radii->results[i].attacked && (broken == RADIUS_NONE || broken > rung);
        }
        radius_text(rung, text);
        fprintf(points, "%s %.4f ", text, report_percent(proven, radii->samples));
        if (radii->attacked)
            fprintf(points, "%.4f\n", report_percent(whole, radii->attacked));
        else
            fprintf(points, "NaN\n");
    }
}

int curve_draw(const struct report *report, const char *path, struct fault *fault)
{
    char title[256];
    snprintf(title, sizeof title, "%s, %zu parameters, %zu samples", report->model->task,
             report->model->network.parameter_count, report->count);
    if (!report->run_count && report->radii)
        return figure_draw(path, RADII_SCRIPT, title, write_radii, report, fault);
    return figure_draw(path, SCRIPT, title, write_points, report, fault);
}
