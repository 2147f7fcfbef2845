/* SPDX-License-Identifier: BSD-3-Clause */
/* Noisy objectives: values are means over repeats, the best is the point whose mean is least
 * with a doubt added, and a part of every iteration measures again what looks best.
 *
 * The least of many noisy values is more luck than merit (the optimiser's curse: Smith and
 * Winkler, Management Science 52, 311 (2006)). So a point counts with mean + doubt s / sqrt(n),
 * s the noise pooled over all repeats: a single lucky value does not beat a mean of several.
 * The repeats go where they decide most, as in LUCB (Kalyanakrishnan et al., ICML 2012): to the
 * present best and to the points whose mean less the doubt is least. */
#include "swarm/internal.h"

#include <math.h>
#include <string.h>

#define DOUBT 1.0

int32_t hpsi_noisy_repeats(const hps_swarm *e)
{
    int32_t n = e->n_particles / 4;
    return e->noisy ? (n > 1 ? n : 1) : 0;
}

hps_status hpsi_noisy_begin(hps_swarm *e)
{
    int noisy = e->options[HPSI_SWARM_NOISY] == 1.0;
    if (noisy && (e->n_objectives > 1 || e->options[HPSI_SWARM_ASYNCHRONOUS] == 1.0)) {
        return hpsi_fail(HPS_E_UNSUPPORTED, "swarm: noisy: not for %s",
                         e->n_objectives > 1 ? "several objectives" : "the asynchronous mode");
    }
    e->noisy = noisy;
    return HPS_OK;
}

static int counts(const hpsi_row *row)
{
    return row->state == HPSI_ROW_TOLD && row->outcome == HPS_EVAL_OK;
}

/* Means of all points, from scratch in the order of rows: it does not depend on when they were
 * told. Every row of a point has its mean, the first one how many values that is of. */
static void average(hps_swarm *e)
{
    hpsi_row *rows = e->archive.rows;
    for (int64_t r = 0; r < e->archive.n; r++) {
        rows[r].sum = 0.0;
        rows[r].n_values = 0;
    }
    for (int64_t r = 0; r < e->archive.n; r++) {
        if (counts(&rows[r])) {
            rows[rows[r].first].sum += rows[r].observed;
            rows[rows[r].first].n_values++;
        }
    }
    for (int64_t r = 0; r < e->archive.n; r++) {
        if (counts(&rows[r])) {
            rows[r].f = rows[rows[r].first].sum / (double)rows[rows[r].first].n_values;
        }
    }
}

/* Standard deviation of one value, pooled over the points with repeats; 0 without any. */
static double noise(const hps_swarm *e)
{
    const hpsi_row *rows = e->archive.rows;
    double square = 0.0, freedom = 0.0;
    for (int64_t r = 0; r < e->archive.n; r++) {
        if (counts(&rows[r]) && rows[rows[r].first].n_values > 1) {
            double away = rows[r].observed - rows[r].f;
            square += away * away;
            freedom += rows[r].first == r ? -1.0 : 0.0;
            freedom += 1.0;
        }
    }
    return freedom > 0.0 ? sqrt(square / freedom) : 0.0;
}

/* Standard error of the mean of a point. */
static double doubt(const hps_swarm *e, int64_t r)
{
    const hpsi_row *rows = e->archive.rows;
    return e->noise / sqrt((double)rows[rows[r].first].n_values);
}

/* What a personal best counts as. */
static double score(const hps_swarm *e, int64_t r)
{
    return r >= 0 ? e->archive.rows[r].f + DOUBT * doubt(e, r) : (double)INFINITY;
}

/* What a point counts as that is to be reported: the luckiest of n values is about
 * sqrt(2 ln n) standard deviations below its truth. */
static double safe_score(const hps_swarm *e, int64_t r)
{
    double luck = sqrt(2.0 * log((double)e->archive.n + 1.0));
    return r >= 0 ? e->archive.rows[r].f + luck * doubt(e, r) : (double)INFINITY;
}

void hpsi_noisy_refresh(hps_swarm *e)
{
    average(e);
    e->noise = noise(e);
    e->best = -1;
    for (int64_t r = 0; r < e->archive.n; r++) {
        int first = e->archive.rows[r].first == r ||
                    e->archive.rows[e->archive.rows[r].first].f == (double)INFINITY;
        if (counts(&e->archive.rows[r]) && first && safe_score(e, r) < safe_score(e, e->best)) {
            e->best = r;
        }
    }
}

void hpsi_noisy_absorb(hps_swarm *e)
{
    hpsi_noisy_refresh(e);
    for (int32_t i = 0; i < e->n_slots; i++) {
        e->p_f[i] = e->p_row[i] >= 0 ? e->archive.rows[e->p_row[i]].f : (double)INFINITY;
    }
}

int hpsi_noisy_beats(const hps_swarm *e, int64_t r, int64_t other)
{
    return e->archive.rows[r].f < (double)INFINITY && score(e, r) < score(e, other);
}

/* The personal best with the least score draws the swarm. */
void hpsi_noisy_choose(hps_swarm *e)
{
    int32_t best = -1;
    for (int32_t i = 0; i < e->n_slots; i++) {
        e->p_f[i] = e->p_row[i] >= 0 ? e->archive.rows[e->p_row[i]].f : (double)INFINITY;
        if (e->p_row[i] >= 0 && (best < 0 || score(e, e->p_row[i]) < score(e, e->p_row[best]))) {
            best = i;
        }
    }
    if (best >= 0 && e->n_dims > 0) {
        const double *u = e->archive.u + e->p_row[best] * e->n_dims;
        e->g_f = e->p_f[best];
        memcpy(e->g, u, (size_t)e->n_dims * sizeof *e->g);
    }
}

/* --------------------------------------------------------------- repeats */

/* Is a repeat of this point in the open batch already? */
static int planned(const hps_swarm *e, int64_t first)
{
    for (int64_t r = e->batch; r < e->archive.n; r++) {
        if (e->archive.rows[r].first == first) {
            return 1;
        }
    }
    return 0;
}

/* The point that may be the best one and is not repeated in this batch, -1 if there is none. */
static int64_t challenger(const hps_swarm *e)
{
    int64_t found = -1;
    double least = (double)INFINITY;
    for (int64_t r = 0; r < e->batch; r++) {
        const hpsi_row *row = &e->archive.rows[r];
        if (!counts(row) || row->first != r || planned(e, r)) {
            continue;
        }
        double s = row->f - DOUBT * doubt(e, r);
        if (s < least) {
            least = s;
            found = r;
        }
    }
    return found;
}

int64_t hpsi_noisy_again(hps_swarm *e, int64_t known)
{
    const hpsi_archive *a = &e->archive;
    if (a->n_dims > 0) {
        memcpy(e->snapped, a->u + known * a->n_dims, (size_t)a->n_dims * sizeof *a->u);
    }
    memcpy(e->point, a->x + known * a->n_params, (size_t)a->n_params * sizeof *a->x);
    return a->rows[known].first;
}

static void add_repeat(hps_swarm *e, int64_t first)
{
    hpsi_archive *a = &e->archive;
    (void)hpsi_noisy_again(e, first);
    int64_t r = hpsi_archive_add(a, e->snapped, e->point);
    hpsi_archive_number(a, r);
    a->rows[r].iteration = e->iteration;
    a->rows[r].particle = -1;
    a->rows[r].first = first;
}

void hpsi_noisy_plan(hps_swarm *e)
{
    int64_t best = e->best >= 0 ? e->archive.rows[e->best].first : -1;
    int32_t left = hpsi_noisy_repeats(e);
    if (best >= 0 && best < e->batch && !planned(e, best)) {
        add_repeat(e, best);
        left--;
    }
    for (; left > 0; left--) {
        int64_t next = challenger(e);
        if (next < 0) {
            return;
        }
        add_repeat(e, next);
    }
}
