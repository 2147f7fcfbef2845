/* SPDX-License-Identifier: BSD-3-Clause */
/* What a path answers for one delta and noise: test errors, leave-one-out, evidence. */
#include "gpr/path.h"

#include <math.h>

#include "base/linalg.h"

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
    hps_status st;

    if (p->normal != NULL) {
        st = hpsi_solve_right(p->context, rows->m, p->width, p->normal->chol, p->width, rows->a,
                              rows->ld);
        return st == HPS_OK ? hpsi_gram_add(p->forces, p->context, p->width, rows->m, rows->a,
                                            rows->ld, rows->y)
                            : st;
    }
    return hpsi_gram_append(p->forces, p->family, rows->m, rows->a, rows->ld, rows->y);
}

static hps_status need_forces(hps_path *p)
{
    hps_status st;

    if (p->forces != NULL) {
        return HPS_OK;
    }
    st = hpsi_gram_new(&p->forces, p->context, p->width);
    if (st == HPS_OK) {
        st = hpsi_path_stream_test(p, HPSI_ROWS_FORCE, take_forces, p);
    }
    if (st != HPS_OK) {
        hpsi_gram_destroy(p->forces); /* half of the rows would be a wrong answer */
        p->forces = NULL;
    }
    return st;
}

/* p->g at one query. */
static hps_status find_coefficients(hps_path *p, double delta, const double sigma[3])
{
    double factor[HPSI_PARTS] = {0}, lambda = 0;
    hps_status st = find_lambda(p, delta, sigma[0], &lambda);

    if (st == HPS_OK && p->family != NULL) {
        hpsi_family_coefficients(p->family, lambda, p->g);
        return HPS_OK;
    }
    for (int32_t k = 0; st == HPS_OK && k < 3; k++) {
        if (!(sigma[k] > 0) || !isfinite(sigma[k])) {
            st = hpsi_fail(HPS_E_ARGUMENT, "path: %s = %g must be > 0",
                           hpsi_gpr_options.rows[HPSI_GPR_SIGMA_ENERGY + k].name, sigma[k]);
        }
        factor[k] = delta / sigma[k] * (delta / sigma[k]);
    }
    factor[HPSI_PART_OWN] = delta * delta;
    return st == HPS_OK ? hpsi_normal_solve(p->normal, delta, factor, p->g) : st;
}

static hps_status find_errors(hps_path *p, double delta, const double sigma[3], int32_t with_forces,
                              hps_errors *out)
{
    hps_status st = check_errors(out);

    if (st == HPS_OK && p->frames == NULL) {
        st = hpsi_fail(HPS_E_STATE, "path: made without test frames");
    }
    if (st == HPS_OK) {
        st = find_coefficients(p, delta, sigma);
    }
    if (st == HPS_OK && with_forces != 0) {
        st = need_forces(p);
    }
    if (st != HPS_OK) {
        return st;
    }
    hpsi_residuals(p->test.n, p->width, p->rows, p->test.y, p->g, p->test.left);
    fill_errors(&p->test, out);
    if (with_forces != 0 && p->forces->n > 0) {
        out->n_force_components = p->forces->n;
        out->rmse_force =
            sqrt(hpsi_gram_residual(p->forces, p->width, p->g, p->scratch) / (double)p->forces->n);
    }
    return HPS_OK;
}

hps_status hps_path_errors(hps_path *p, double delta, double sigma_energy, int32_t with_forces,
                           hps_errors *out)
{
    double sigma[3] = {sigma_energy}, lambda;
    hps_status st = find_lambda(p, delta, sigma_energy, &lambda);

    if (st != HPS_OK) {
        return st;
    }
    sigma[1] = p->gpr->option[HPSI_GPR_SIGMA_FORCE];
    sigma[2] = p->gpr->option[HPSI_GPR_SIGMA_VIRIAL];
    return find_errors(p, delta, sigma, with_forces, out);
}

hps_status hps_path_errors_at(hps_path *p, double delta, double sigma_energy, double sigma_force,
                              double sigma_virial, int32_t with_forces, hps_errors *out)
{
    const double sigma[3] = {sigma_energy, sigma_force, sigma_virial};
    double lambda;
    hps_status st = find_lambda(p, delta, sigma_energy, &lambda);

    return st == HPS_OK ? find_errors(p, delta, sigma, with_forces, out) : st;
}

/* What only a factorisation of the energies knows. */
static hps_status need_family(const hps_path *p)
{
    return p->family != NULL ? HPS_OK
                             : hpsi_fail(HPS_E_STATE, "path: made by hps_path_create_noises, which "
                                                      "knows the errors on the test set alone");
}

hps_status hps_path_loo(const hps_path *p, double delta, double sigma_energy, hps_errors *out)
{
    double lambda = 0;
    hps_status st = find_lambda(p, delta, sigma_energy, &lambda);

    if (st == HPS_OK) {
        st = check_errors(out);
    }
    if (st == HPS_OK) {
        st = need_family(p);
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

    st = st == HPS_OK ? need_family(p) : st;
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
