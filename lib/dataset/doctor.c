/* SPDX-License-Identifier: BSD-3-Clause */
/* The data doctor: frames that look wrong. */
#include <math.h>

#include "dataset/private.h"

/* Thresholds of dataset.h. */
#define CLOSE_FRACTION 0.5    /* of the sum of the covalent radii */
#define ENERGY_DEVIATION 10.0 /* robust standard deviations */
#define LARGE_FORCE 50.0      /* eV/angstrom */
#define NET_FORCE 0.01        /* eV/angstrom per atom */

static hps_finding finding(int32_t kind, int64_t frame, double value)
{
    const hps_finding f = {(int32_t)sizeof f, kind, frame, -1, {-1, -1}, value};

    return f;
}

static void add(hpsi_findings *list, hps_finding f)
{
    if (list->n < list->capacity) {
        list->item[list->n] = f;
    }
    list->n++;
}

/* The pair that is nearest in units of its covalent radii, if that is too near. */
static hps_status close_contact(hpsi_neighbours *nb, const hps_dataset *d, int64_t frame,
                                hpsi_findings *list)
{
    const hps_frame *f = &d->frames[frame]->frame;
    hps_finding found = finding(HPS_FINDING_CLOSE_CONTACT, frame, 0);
    double widest = 0;
    double smallest = CLOSE_FRACTION;
    hps_status s;

    for (int32_t i = 0; i < f->n_atoms; i++) {
        widest = fmax(widest, hpsi_element_radius(f->numbers[i]));
    }
    s = hpsi_neighbours_build(nb, d->context, f, 2 * CLOSE_FRACTION * widest, 0, f->n_atoms);
    for (int32_t i = 0; s == HPS_OK && i < f->n_atoms; i++) {
        for (int64_t p = nb->start[i]; p < nb->start[i + 1]; p++) {
            const double sum =
                hpsi_element_radius(f->numbers[i]) + hpsi_element_radius(f->numbers[nb->atom[p]]);

            if (nb->r[p] < smallest * sum) {
                smallest = nb->r[p] / sum;
                found.atom[0] = i;
                found.atom[1] = nb->atom[p];
                found.value = nb->r[p];
            }
        }
    }
    if (s == HPS_OK && found.atom[0] >= 0) {
        add(list, found);
    }
    return s;
}

static void force_findings(const hps_dataset *d, int64_t frame, hpsi_findings *list)
{
    const hps_frame *f = &d->frames[frame]->frame;
    hps_finding large = finding(HPS_FINDING_LARGE_FORCE, frame, 0);
    double sum[3] = {0};
    double net;

    if (f->forces == NULL) {
        return;
    }
    for (int64_t i = 0; i < 3 * (int64_t)f->n_atoms; i++) {
        sum[i % 3] += f->forces[i];
        if (fabs(f->forces[i]) > large.value) {
            large.value = fabs(f->forces[i]);
            large.atom[0] = (int32_t)(i / 3);
        }
    }
    if (large.value > LARGE_FORCE) {
        add(list, large);
    }
    net = sqrt(sum[0] * sum[0] + sum[1] * sum[1] + sum[2] * sum[2]) / f->n_atoms;
    if (net > NET_FORCE) {
        add(list, finding(HPS_FINDING_NET_FORCE, frame, net));
    }
}

/* All findings of one frame, by kind. */
static hps_status judge(hpsi_neighbours *nb, const hps_dataset *d, int64_t frame, int64_t duplicate,
                        double deviation, hpsi_findings *list)
{
    hps_status s = close_contact(nb, d, frame, list);

    if (duplicate >= 0) {
        hps_finding f = finding(HPS_FINDING_DUPLICATE, frame, 0);

        f.other = duplicate;
        add(list, f);
    }
    if (fabs(deviation) > ENERGY_DEVIATION) {
        add(list, finding(HPS_FINDING_ENERGY_OUTLIER, frame, deviation));
    }
    force_findings(d, frame, list);
    if (!d->frames[frame]->frame.has_energy) {
        add(list, finding(HPS_FINDING_NO_ENERGY, frame, 0));
    }
    return s;
}

static hps_status judge_all(const hps_dataset *d, hpsi_findings *list)
{
    const int64_t n = d->n_frames;
    int64_t *duplicate = hpsi_new(d->context, n, sizeof *duplicate);
    double *deviation = hpsi_new(d->context, n, sizeof *deviation);
    hpsi_neighbours nb = {0};
    hps_status s = duplicate != NULL && deviation != NULL ? HPS_OK : HPS_E_MEMORY;

    if (s == HPS_OK) {
        s = hpsi_find_duplicates(d, duplicate);
    }
    if (s == HPS_OK) {
        s = hpsi_energy_deviations(d, deviation);
    }
    for (int64_t i = 0; s == HPS_OK && i < n; i++) {
        s = judge(&nb, d, i, duplicate[i], deviation[i], list);
    }
    hpsi_neighbours_free(&nb);
    hpsi_free(duplicate);
    hpsi_free(deviation);
    return s;
}

hps_status hps_dataset_check(const hps_dataset *d, int64_t capacity, int64_t *n,
                             hps_finding *findings)
{
    hpsi_findings list = {0, capacity, findings};
    hps_status s;

    if (d == NULL || n == NULL || capacity < 0 || (capacity > 0 && findings == NULL)) {
        return hpsi_fail(HPS_E_ARGUMENT, "check: a set, n and findings [capacity] are needed");
    }
    if (capacity > 0 && findings[0].struct_size != (int32_t)sizeof *findings) {
        return hpsi_fail(HPS_E_ARGUMENT, "check: struct_size = %d of findings[0] must be %d",
                         findings[0].struct_size, (int32_t)sizeof *findings);
    }
    s = judge_all(d, &list);
    if (s != HPS_OK) {
        return s;
    }
    *n = list.n;
    if (capacity > 0 && list.n > capacity) {
        return hpsi_fail(HPS_E_CAPACITY, "check: %lld findings, room for %lld", (long long)list.n,
                         (long long)capacity);
    }
    return HPS_OK;
}
