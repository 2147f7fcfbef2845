/* SPDX-License-Identifier: BSD-3-Clause */
/* Variant paper_mo: the published program's way with several objectives (swarm.md 11.1), an
 * independent swarm of the variant paper for each of them, drawn to the least value of its own
 * objective in the present iteration. Member i is of the swarm i mod n_objectives. */
#include "swarm/pareto.h"

#include <math.h>
#include <string.h>

static void design(hps_swarm *e)
{
    for (int32_t i = 0; i < e->n_slots; i++) {
        hpsi_swarm_redraw(e, i); /* eq. 14, v = 0 */
    }
    hpsi_swarm_place_start(e);
}

static void move(hps_swarm *e)
{
    size_t bytes = (size_t)e->n_dims * sizeof *e->g;
    for (int32_t i = 0; i < e->n_slots; i++) {
        if (!(e->p_f[i] < (double)INFINITY)) {
            hpsi_swarm_redraw(e, i);
            continue;
        }
        memcpy(e->g, e->pareto->guide + (int64_t)(i % e->n_objectives) * e->n_dims, bytes);
        hpsi_paper_move(e, i);
    }
}

static void after(hps_swarm *e)
{
    size_t bytes = (size_t)e->n_dims * sizeof *e->g;
    double least[HPSI_OBJECTIVES_MAX];
    for (int32_t k = 0; k < HPSI_OBJECTIVES_MAX; k++) {
        least[k] = (double)INFINITY;
    }
    for (int32_t i = 0; i < e->n_slots; i++) {
        int32_t k = i % e->n_objectives;
        const double *x = e->x + (int64_t)i * e->n_dims;
        double f = hpsi_archive_values(&e->archive, e->row[i])[k];
        if (f < e->p_f[i]) {
            e->p_f[i] = f;
            e->p_row[i] = e->row[i];
            memcpy(e->p + (int64_t)i * e->n_dims, x, bytes);
        }
        if (f < least[k]) {
            least[k] = f;
            memcpy(e->pareto->guide + (int64_t)k * e->n_dims, x, bytes);
        }
    }
}

/* The swarms are drawn to what their present iteration found. */
static void pass_by(hps_swarm *e, int64_t r)
{
    (void)e;
    (void)r;
}

const hpsi_swarm_variant hpsi_variant_paper_mo = {
    .particles = 16,
    .repair = 0,
    .several = 1,
    .design = design,
    .move = move,
    .after = after,
    .outside = pass_by,
    .create = hpsi_paper_mo_create,
    .pack = hpsi_pareto_pack,
    .unpack = hpsi_pareto_unpack,
};
