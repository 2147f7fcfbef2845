/* SPDX-License-Identifier: BSD-3-Clause */
/* What makes a structure unfit to be stored. */
#include <math.h>
#include <stdio.h>

#include "dataset/private.h"

/* Every item finite and at most `limit` in size. */
static hps_status check_reals(const char *what, int64_t n, const double *v, double limit)
{
    for (int64_t i = 0; v != NULL && i < n; i++) {
        char place[32] = "";

        if (fabs(v[i]) <= limit) {
            continue;
        }
        if (n > 1) {
            snprintf(place, sizeof place, "[%lld][%lld]", (long long)(i / 3), (long long)(i % 3));
        }
        return hpsi_fail(HPS_E_ARGUMENT, "dataset: %s%s = %g must be finite and at most %g", what,
                         place, v[i], limit);
    }
    return HPS_OK;
}

static hps_status check_integers(const hps_frame *f)
{
    for (int32_t i = 0; i < f->n_atoms; i++) {
        if (f->numbers[i] < 1 || f->numbers[i] > HPSI_N_ELEMENTS) {
            return hpsi_fail(HPS_E_ARGUMENT, "dataset: numbers[%d] = %d must be in 1..%d", i,
                             f->numbers[i], HPSI_N_ELEMENTS);
        }
    }
    for (int32_t k = 0; k < 3; k++) {
        if (f->periodic[k] != 0 && f->periodic[k] != 1) {
            return hpsi_fail(HPS_E_ARGUMENT, "dataset: periodic[%d] = %d must be 0 or 1", k,
                             f->periodic[k]);
        }
    }
    return HPS_OK;
}

static hps_status check_values(const hps_frame *f)
{
    const int64_t n = 3 * (int64_t)f->n_atoms;
    hps_status s = check_integers(f);

    if (s == HPS_OK) {
        s = check_reals("positions", n, f->positions, HPSI_MAX_COORDINATE);
    }
    if (s == HPS_OK) {
        s = check_reals("cell", 9, f->cell, HPSI_MAX_COORDINATE);
    }
    if (s == HPS_OK && f->has_energy) {
        s = check_reals("energy", 1, &f->energy, 1e300);
    }
    if (s == HPS_OK) {
        s = check_reals("forces", n, f->forces, 1e300);
    }
    if (s == HPS_OK) {
        s = check_reals("virial", 9, f->virial, 1e300);
    }
    return s;
}

hps_status hpsi_frame_check_noise(const hps_frame *f)
{
    static const char *const names[] = {"energy_sigma", "force_sigma", "virial_sigma"};
    const double sigma[] = {f->energy_sigma, f->force_sigma, f->virial_sigma};

    for (int32_t k = 0; k < 3; k++) {
        if (!isnan(sigma[k]) && !(sigma[k] >= HPSI_MIN_SIGMA && sigma[k] <= HPSI_MAX_SIGMA)) {
            return hpsi_fail(HPS_E_ARGUMENT, "dataset: %s = %g must be in %g..%g", names[k],
                             sigma[k], HPSI_MIN_SIGMA, HPSI_MAX_SIGMA);
        }
    }
    for (int32_t i = 0; f->force_mask != NULL && i < f->n_atoms; i++) {
        if (f->force_mask[i] != 0 && f->force_mask[i] != 1) {
            return hpsi_fail(HPS_E_ARGUMENT, "dataset: force_mask[%d] = %d must be 0 or 1", i,
                             f->force_mask[i]);
        }
    }
    return HPS_OK;
}

hps_status hpsi_frame_check_cell(const hps_frame *f)
{
    hpsi_cell cell;

    if (!f->periodic[0] && !f->periodic[1] && !f->periodic[2]) {
        return HPS_OK;
    }
    if (f->cell == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "periodic directions need a cell, none is given");
    }
    if (!hpsi_cell_make(&cell, f->cell, f->periodic)) {
        const double *a = f->cell;

        return hpsi_fail(HPS_E_ARGUMENT,
                         "singular cell \"%g %g %g %g %g %g %g %g %g\": the vectors of its "
                         "periodic directions must be independent",
                         a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8]);
    }
    return HPS_OK;
}

hps_status hpsi_frame_contact(hpsi_neighbours *nb, hps_context *c, const hps_frame *f,
                              int32_t pair[2], double *distance)
{
    hps_status s = hpsi_neighbours_build(nb, c, f, HPSI_MIN_DISTANCE, 0, f->n_atoms);

    *distance = -1;
    if (s != HPS_OK || nb->n_pairs == 0) {
        return s;
    }
    for (int32_t i = 0; i < f->n_atoms; i++) {
        for (int64_t p = nb->start[i]; p < nb->start[i + 1]; p++) {
            if (*distance < 0 || nb->r[p] < *distance) {
                *distance = nb->r[p];
                pair[0] = i < nb->atom[p] ? i : nb->atom[p];
                pair[1] = i < nb->atom[p] ? nb->atom[p] : i;
            }
        }
    }
    return HPS_OK;
}

hps_status hpsi_frame_check(hpsi_neighbours *nb, hps_context *c, const hps_frame *f)
{
    int32_t pair[2] = {0, 0};
    double distance = -1;
    hps_status s = check_values(f);

    if (s != HPS_OK) {
        return s;
    }
    s = hpsi_frame_check_cell(f);
    if (s != HPS_OK) {
        return hpsi_prefix(s, "dataset");
    }
    s = hpsi_frame_contact(nb, c, f, pair, &distance);
    if (s == HPS_OK && distance >= 0) {
        s = hpsi_fail(HPS_E_ARGUMENT,
                      "dataset: atoms %d and %d are %g angstrom apart, at least %g is needed",
                      pair[0], pair[1], distance, HPSI_MIN_DISTANCE);
    }
    return s;
}
