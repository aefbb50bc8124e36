/* curve.c -- see curve.h. */
#include "curve.h"

#include "console/figure.h"

#define SCRIPT "certification-curve.gp"

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

int curve_draw(const struct report *report, const char *path, struct fault *fault)
{
    char title[256];
    snprintf(title, sizeof title, "%s, %zu parameters, %zu samples", report->model->task,
             report->model->network.parameter_count, report->count);
    return figure_draw(path, SCRIPT, title, write_points, report, fault);
}
