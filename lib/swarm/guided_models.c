/* SPDX-License-Identifier: BSD-3-Clause */
/* Variant guided: the local metric (swarm.md 4.1), the global models and the choice of their map
 * (4.2) and of the one that screens draws. */
#include <math.h>
#include <string.h>

#include "base/linalg.h"
#include "swarm/guided.h"

#define SHRINKAGE 1e-3
#define FLOOR 1e-10
#define MEMORY 0.7            /* of the credit of a map */
#define STEADY 0.9            /* of the trust in a model */
#define MARGIN 0.01           /* by which a later map or model has to win */
#define LASTING 0.95          /* memory of how well the map in use did */
#define TRUSTED 0.45          /* Kendall's rank correlation of predictions and values */
enum { POINTS_A_LENGTH = 2 }; /* fewer cannot tell the lengths */

/* --------------------------------------------------------------- metric */

static double log_weight(int64_t m, int64_t i)
{
    return log((double)m + 0.5) - log((double)i + 1.0);
}

/* Weighted covariance of the first m of `order` into g->vectors; its trace. */
static double covariance(hps_swarm *e, int64_t m)
{
    hpsi_guided *g = e->guided;
    int32_t n = g->n_ordered;
    double *mean = g->start;
    double sum = 0.0, trace = 0.0;
    memset(mean, 0, (size_t)n * sizeof *mean);
    for (int64_t i = 0; i < m; i++) {
        sum += log_weight(m, i);
    }
    for (int64_t i = 0; i < m; i++) {
        const double *u = e->archive.u + g->order[i].row * e->n_dims;
        for (int32_t k = 0; k < n; k++) {
            mean[k] += log_weight(m, i) / sum * u[g->ordered[k]];
        }
    }
    for (int64_t i = 0; i < m; i++) {
        const double *u = e->archive.u + g->order[i].row * e->n_dims;
        double scale = sqrt(log_weight(m, i) / sum);
        for (int32_t k = 0; k < n; k++) {
            g->points[i * n + k] = scale * (u[g->ordered[k]] - mean[k]);
        }
    }
    hpsi_gemm(1, 0, n, n, m, 1.0, g->points, n, g->points, n, 0.0, g->vectors, n);
    for (int32_t k = 0; k < n; k++) {
        trace += g->vectors[(int64_t)k * n + k];
    }
    return trace;
}

/* root[k][l] = sum_i v_i[k] scale_i v_i[l], rows v_i of g->vectors. */
static void symmetric_root(hpsi_guided *g, int inverse, double *root)
{
    int32_t n = g->n_ordered;
    double most = fmax(g->eigenvalues[n - 1], FLOOR);
    for (int32_t i = 0; i < n; i++) {
        const double *v = g->vectors + (int64_t)i * n;
        double scale = sqrt(sqrt(fmax(g->eigenvalues[i], FLOOR) / most));
        for (int32_t k = 0; k < n; k++) {
            g->points[(int64_t)i * n + k] = inverse ? v[k] / scale : v[k] * scale;
        }
    }
    hpsi_gemm(1, 0, n, n, n, 1.0, g->points, n, g->points, n, 0.0, root, n);
}

hps_status hpsi_guided_metric(hps_swarm *e)
{
    hpsi_guided *g = e->guided;
    int32_t n = g->n_ordered;
    g->has_metric = 0;
    if (n < 1 || hpsi_guided_rows(e) < 2 * (int64_t)n) {
        return HPS_OK;
    }
    int64_t finite = hpsi_guided_by_value(e);
    int64_t most = 4 * (int64_t)n > 24 ? 4 * (int64_t)n : 24;
    double trace = covariance(e, finite < most ? finite : most);
    if (!(trace > 1e-24 * n)) {
        return HPS_OK;
    }
    for (int64_t k = 0; k < (int64_t)n * n; k++) {
        g->vectors[k] *= n / trace;
    }
    for (int32_t k = 0; k < n; k++) {
        g->vectors[(int64_t)k * n + k] += SHRINKAGE;
    }
    hps_status st = hpsi_eigh(e->context, n, g->vectors, g->eigenvalues);
    if (st != HPS_OK) {
        return st;
    }
    symmetric_root(g, 1, g->metric); /* C^-1/2 */
    symmetric_root(g, 0, g->inverse);
    g->has_metric = 1;
    return HPS_OK;
}

/* --------------------------------------------------------- global model */

void hpsi_guided_global(hps_swarm *e)
{
    hpsi_guided *g = e->guided;
    g->has_global = g->has_ard = 0;
    if (g->n_features < 1) {
        return;
    }
    int32_t n = hpsi_guided_choose(e, hpsi_guided_global_points(g));
    if ((n < g->n_features + 2 && n < 8) || !hpsi_guided_values(e, n)) {
        return;
    }
    hpsi_guided_gather(e, n);
    hpsi_surface_maps(n, g->values, g->mapped, g->sorted);
    g->has_global = hpsi_rbf_fit(g->global, n, g->points, NULL, 0.0, HPSI_MAPS, g->mapped);
    int32_t learned = g->as_of >= 0 ? -1 : g->map; /* made anew: its lengths are known */
    int enough = n >= POINTS_A_LENGTH * g->n_features;
    g->has_ard = g->has_global && enough &&
                 hpsi_ard_fit(g->ard, n, g->points, HPSI_MAPS, g->mapped, learned);
}

/* --------------------------------------------------------------- choice */

void hpsi_guided_foretell(hps_swarm *e, const double *u, double *out)
{
    hpsi_guided *g = e->guided;
    hpsi_guided_features(e, u, g->feature);
    hpsi_rbf_predict(g->global, g->feature, out);
    if (g->has_ard) {
        hpsi_ard_predict(g->ard, g->feature, out + HPSI_MAPS);
    } else {
        memcpy(out + HPSI_MAPS, out, HPSI_MAPS * sizeof *out);
    }
}

void hpsi_guided_predict(hps_swarm *e)
{
    hpsi_guided *g = e->guided;
    g->predicted = g->has_global;
    if (!g->has_global) {
        return;
    }
    hpsi_blas_begin();
    for (int32_t i = 0; i < e->n_slots; i++) {
        hpsi_guided_foretell(e, e->archive.u + e->row[i] * e->n_dims,
                             g->prediction + (int64_t)i * HPSI_FORECASTS);
    }
    hpsi_blas_end();
}

static int sign_of(double a, double b)
{
    return (a > b) - (a < b);
}

/* Kendall's rank correlation of a map's predictions with the values of the batch; *pairs: of
 * different values. */
static double agreement(int32_t n, const double *prediction, const double *f, int64_t *pairs)
{
    int64_t sum = 0;
    *pairs = 0;
    for (int32_t i = 0; i < n; i++) {
        for (int32_t j = 0; j < i; j++) {
            int s = sign_of(f[i], f[j]);
            *pairs += s != 0;
            sum += s * sign_of(prediction[(int64_t)i * HPSI_FORECASTS],
                               prediction[(int64_t)j * HPSI_FORECASTS]);
        }
    }
    return *pairs > 0 ? (double)sum / (double)*pairs : 0.0;
}

void hpsi_guided_judge(hps_swarm *e)
{
    if (e->guided->predicted) {
        e->guided->predicted = 0;
        hpsi_guided_judge_values(e->guided, e->n_slots, e->guided->prediction, e->f);
    }
}

/* How the map in use did with the radial basis. Longer remembered than the credit: the correlation
 * of twelve pairs of numbers is uncertain by 0.2, and what is asked is of the problem, not of the
 * moment. */
static void judge_in_use(hpsi_guided *g, int32_t n, const double *prediction, const double *f)
{
    int64_t pairs = 0;
    double tau = agreement(n, prediction + g->map, f, &pairs);
    if (pairs > 0) {
        g->ranked = LASTING * g->ranked + tau;
        g->judgements = LASTING * g->judgements + 1.0;
    }
}

int hpsi_guided_trusted(const hpsi_guided *g)
{
    return g->ranked > TRUSTED * g->judgements;
}

static void judge_models(hpsi_guided *g, int32_t n, const double *prediction, const double *f)
{
    for (int32_t model = 0; model < HPSI_MODELS; model++) {
        int64_t pairs = 0;
        double tau = agreement(n, prediction + model * HPSI_MAPS + g->map, f, &pairs);
        if (pairs > 0) {
            g->trust[model] = STEADY * g->trust[model] + (1.0 - STEADY) * tau;
        }
    }
}

void hpsi_guided_judge_values(hpsi_guided *g, int32_t n, const double *prediction, const double *f)
{
    judge_in_use(g, n, prediction, f);
    judge_models(g, n, prediction, f);
    prediction += g->model * HPSI_MAPS;
    g->map = 0;
    for (int32_t map = 0; map < HPSI_MAPS; map++) {
        int64_t pairs = 0;
        double tau = agreement(n, prediction + map, f, &pairs);
        if (pairs > 0) {
            g->credit[map] = MEMORY * g->credit[map] + (1.0 - MEMORY) * tau;
        }
        if (g->credit[map] > g->credit[g->map] + MARGIN) {
            g->map = map;
        }
    }
    int ard = g->trust[HPSI_MODEL_ARD] > g->trust[HPSI_MODEL_RBF] + MARGIN;
    g->model = ard ? HPSI_MODEL_ARD : HPSI_MODEL_RBF;
}
