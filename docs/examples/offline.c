/* SPDX-License-Identifier: BSD-3-Clause */
/* Offline optimisation: evaluate a design, describe the values by a surface, ask for its minimum.
 */
#include <hpswarm.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { PARAMS = 3 };

/* What may take hours elsewhere: any program that turns points into values will do. */
static double experiment(const double *x)
{
    double a = x[0] - 4.2, b = log10(x[1] / 0.3);

    return 1.0 + a * a + 0.8 * b * b + 0.4 * a * b + (x[2] == 1.0 ? 0.0 : 0.3);
}

static hps_status describe(hps_space **space)
{
    static const char *const bases[] = {"poly3", "poly3gauss"};
    hps_status s = hps_space_create(space, NULL);

    s = s != HPS_OK ? s : hps_space_add_real(*space, "cutoff", 3.0, 6.0, HPS_SCALE_LINEAR);
    s = s != HPS_OK ? s : hps_space_add_real(*space, "width", 0.05, 2.0, HPS_SCALE_LOG);
    s = s != HPS_OK ? s : hps_space_add_choice(*space, "basis", 2, bases);
    return s;
}

/* Fit one kind of surface; its minimum into x. */
static hps_status study(const hps_space *space, int32_t kind, int64_t n, const double *points,
                        const double *values, double *x)
{
    static const char *const names[] = {"linear", "quadratic", "radial basis", "Gaussian process"};
    hps_surface *r = NULL;
    hps_surface_quality q = {.struct_size = (int32_t)sizeof q};
    double f = 0.0;
    hps_status s = hps_surface_create(&r, NULL, space, kind);

    s = s != HPS_OK ? s : hps_surface_fit(r, n, points, values);
    s = s != HPS_OK ? s : hps_surface_get_quality(r, &q);
    s = s != HPS_OK ? s : hps_surface_minimum(r, x, &f);
    if (s == HPS_OK) {
        printf("%-16s  R2 %.4f, leaving one out %.4f; least %.4f at cutoff %.3f, width %.3f, "
               "basis %.0f: really %.4f\n",
               names[kind], q.r2, q.r2_loo, f, x[0], x[1], x[2], experiment(x));
    }
    hps_surface_destroy(r);
    return s;
}

int main(void)
{
    hps_space *space = NULL;
    int64_t n = 1;
    double *points = NULL, *values = NULL, x[PARAMS] = {0};
    hps_status s = describe(&space);

    /* at least 40 points: 49, as 7 is the next prime */
    s = s != HPS_OK ? s : hps_design_size(space, HPS_DESIGN_ORTHOGONAL, 40, &n);
    points = malloc((size_t)n * PARAMS * sizeof *points);
    values = malloc((size_t)n * sizeof *values);
    if (points == NULL || values == NULL) {
        s = HPS_E_MEMORY;
    }
    s = s != HPS_OK ? s : hps_design_points(space, HPS_DESIGN_ORTHOGONAL, 1, n, points);
    for (int64_t i = 0; s == HPS_OK && i < n; i++) {
        values[i] = experiment(points + i * PARAMS);
    }
    for (int32_t kind = HPS_SURFACE_LINEAR; s == HPS_OK && kind <= HPS_SURFACE_GP; kind++) {
        s = study(space, kind, n, points, values, x);
    }
    if (s != HPS_OK) {
        fprintf(stderr, "offline: %s\n", hps_last_error());
    }
    free(points);
    free(values);
    hps_space_destroy(space);
    return s == HPS_OK && experiment(x) < 1.01 ? 0 : 1;
}
