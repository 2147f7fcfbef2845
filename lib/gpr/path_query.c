/* SPDX-License-Identifier: BSD-3-Clause */
/* What a path answers for one (delta, sigma_energy): test errors, leave-one-out, evidence. */
#include "gpr/path.h"

#include <math.h>

/* lambda = (sigma_energy/delta)^2 of a query. */
static hps_status find_lambda(const hps_path *p, double delta, double sigma, double *lambda)
{
    if (p == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "path: NULL");
    }
    if (!(delta > 0) || !isfinite(delta)) {
        return hpsi_fail(HPS_E_ARGUMENT, "path: delta = %g must be > 0 eV", delta);
    }
    if (!(sigma > 0) || !isfinite(sigma)) {
        return hpsi_fail(HPS_E_ARGUMENT, "path: sigma_energy = %g must be > 0 eV", sigma);
    }
    *lambda = sigma / delta * (sigma / delta);
    if (!(*lambda > 0) || !isfinite(*lambda)) {
        return hpsi_fail(HPS_E_ARGUMENT, "path: (sigma_energy/delta)^2 = %g is out of range",
                         *lambda);
    }
    return HPS_OK;
}

static hps_status check_errors(const hps_errors *out)
{
    return out != NULL && out->struct_size >= (int32_t)sizeof *out
               ? HPS_OK
               : hpsi_fail(HPS_E_ARGUMENT, "path: out is NULL or its struct_size is not set");
}

/* Energy errors from the residuals e->left; what is not known is NaN. */
static void fill_errors(const hpsi_energies *e, hps_errors *out)
{
    double square = 0, per_atom = 0, per_structure = 0;

    for (int64_t i = 0; i < e->n; i++) {
        const double v = fabs(e->left[i]), a = v / e->atoms[i];
        square += a * a;
        per_atom += a;
        per_structure += v;
    }
    out->n_structures = e->n;
    out->n_atoms = e->n_atoms;
    out->n_force_components = out->n_virials = 0;
    out->rmse_energy_per_atom = e->n > 0 ? sqrt(square / (double)e->n) : (double)NAN;
    out->mae_energy_per_atom = e->n > 0 ? per_atom / (double)e->n : (double)NAN;
    out->mae_energy_per_structure = e->n > 0 ? per_structure / (double)e->n : (double)NAN;
    out->rmse_force = out->mae_force = out->rmse_virial_per_atom = (double)NAN;
}

static hps_status take_forces(const hpsi_rows *rows, void *arg)
{
    hps_path *p = arg;

    return hpsi_gram_append(p->forces, p->family, rows->m, rows->a, rows->ld, rows->y);
}

static hps_status need_forces(hps_path *p)
{
    hps_status st;

    if (p->forces != NULL) {
        return HPS_OK;
    }
    st = hpsi_gram_create(&p->forces, p->family);
    if (st == HPS_OK) {
        st = hpsi_path_stream_test(p, HPSI_ROWS_FORCE, take_forces, p);
    }
    if (st != HPS_OK) {
        hpsi_gram_destroy(p->forces); /* half of the rows would be a wrong answer */
        p->forces = NULL;
    }
    return st;
}

hps_status hps_path_errors(hps_path *p, double delta, double sigma_energy, int32_t with_forces,
                           hps_errors *out)
{
    double lambda = 0;
    hps_status st = find_lambda(p, delta, sigma_energy, &lambda);

    if (st == HPS_OK) {
        st = check_errors(out);
    }
    if (st == HPS_OK && p->frames == NULL) {
        st = hpsi_fail(HPS_E_STATE, "path: made without test frames");
    }
    if (st == HPS_OK && with_forces != 0) {
        st = need_forces(p);
    }
    if (st != HPS_OK) {
        return st;
    }
    hpsi_family_coefficients(p->family, lambda, p->g);
    hpsi_family_residuals(p->family, p->test.n, p->rows, p->test.y, p->g, p->test.left);
    fill_errors(&p->test, out);
    if (with_forces != 0 && p->forces->n > 0) {
        out->n_force_components = p->forces->n;
        out->rmse_force = sqrt(hpsi_gram_residual(p->forces, p->family->r, p->g, p->scratch) /
                               (double)p->forces->n);
    }
    return HPS_OK;
}

hps_status hps_path_loo(const hps_path *p, double delta, double sigma_energy, hps_errors *out)
{
    double lambda = 0;
    hps_status st = find_lambda(p, delta, sigma_energy, &lambda);

    if (st == HPS_OK) {
        st = check_errors(out);
    }
    if (st == HPS_OK) {
        hpsi_family_leave_out(p->family, lambda, p->train.left);
        fill_errors(&p->train, out);
    }
    return st;
}

hps_status hps_path_evidence(const hps_path *p, double delta, double sigma_energy,
                             double *minus_log_evidence, double *best_delta)
{
    double lambda = 0, value, best;
    hps_status st = find_lambda(p, delta, sigma_energy, &lambda);

    if (st != HPS_OK) {
        return st;
    }
    hpsi_family_evidence(p->family, delta, lambda, &value, &best);
    if (minus_log_evidence != NULL) {
        *minus_log_evidence = value;
    }
    if (best_delta != NULL) {
        *best_delta = best;
    }
    return HPS_OK;
}
