/* SPDX-License-Identifier: BSD-3-Clause */
/* Noise that a frame has of its own in a fit: of the frame, of single components. */
#include "dataset/private.h"

static int32_t has(const hps_dataset *d, int64_t i)
{
    return d != NULL && i >= 0 && i < d->n_frames;
}

static hps_status check_index(const hps_dataset *d, int64_t i)
{
    return has(d, i)
               ? HPS_OK
               : hpsi_fail(HPS_E_ARGUMENT, "dataset: the set is NULL, or frame %lld not in 0..%lld",
                           (long long)i, (long long)hps_dataset_n_frames(d) - 1);
}

/* Other sets may share the record. */
static hps_status replace(hps_dataset *d, int64_t i, const hps_frame *f, const hpsi_sigmas *sigmas)
{
    hpsi_record *r = hpsi_record_create(d->context, f, sigmas);

    if (r == NULL) {
        return HPS_E_MEMORY;
    }
    hpsi_record_release(d->frames[i]);
    d->frames[i] = r;
    return HPS_OK;
}

hps_status hps_dataset_set_noise(hps_dataset *d, int64_t i, double energy_sigma, double force_sigma,
                                 double virial_sigma, const int32_t *force_mask)
{
    hps_frame f;
    hps_status s = check_index(d, i);

    if (s != HPS_OK) {
        return s;
    }
    f = d->frames[i]->frame;
    f.energy_sigma = energy_sigma;
    f.force_sigma = force_sigma;
    f.virial_sigma = virial_sigma;
    f.force_mask = force_mask;
    s = hpsi_frame_check_noise(&f);
    return s == HPS_OK ? replace(d, i, &f, &d->frames[i]->sigmas) : s;
}

static hps_status check_sigmas(int64_t n, const double *sigma)
{
    for (int64_t k = 0; sigma != NULL && k < n; k++) {
        if (!(sigma[k] >= HPSI_MIN_SIGMA && sigma[k] <= HPSI_MAX_SIGMA)) {
            return hpsi_fail(HPS_E_ARGUMENT, "dataset: sigma[%lld] = %g must be in %g..%g",
                             (long long)k, sigma[k], HPSI_MIN_SIGMA, HPSI_MAX_SIGMA);
        }
    }
    return HPS_OK;
}

hps_status hps_dataset_set_force_sigmas(hps_dataset *d, int64_t i, const double *sigma)
{
    hpsi_sigmas own;
    hps_status s = check_index(d, i);

    if (s == HPS_OK) {
        s = check_sigmas(3 * (int64_t)d->frames[i]->frame.n_atoms, sigma);
    }
    if (s != HPS_OK) {
        return s;
    }
    own = d->frames[i]->sigmas;
    own.force = sigma;
    return replace(d, i, &d->frames[i]->frame, &own);
}

hps_status hps_dataset_set_virial_sigmas(hps_dataset *d, int64_t i, const double *sigma)
{
    hpsi_sigmas own;
    hps_status s = check_index(d, i);

    if (s == HPS_OK) {
        s = check_sigmas(9, sigma);
    }
    if (s != HPS_OK) {
        return s;
    }
    own = d->frames[i]->sigmas;
    own.virial = sigma;
    return replace(d, i, &d->frames[i]->frame, &own);
}

const double *hpsi_dataset_force_sigmas(const hps_dataset *d, int64_t i)
{
    return d->frames[i]->sigmas.force;
}

const double *hpsi_dataset_virial_sigmas(const hps_dataset *d, int64_t i)
{
    return d->frames[i]->sigmas.virial;
}

const double *hps_dataset_force_sigmas(const hps_dataset *d, int64_t i)
{
    return has(d, i) ? hpsi_dataset_force_sigmas(d, i) : NULL;
}

const double *hps_dataset_virial_sigmas(const hps_dataset *d, int64_t i)
{
    return has(d, i) ? hpsi_dataset_virial_sigmas(d, i) : NULL;
}
