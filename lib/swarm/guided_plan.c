/* SPDX-License-Identifier: BSD-3-Clause */
/* Variant guided: what is different while it is known how many evaluations there will be. First
 * many basins are looked for: an epoch ends once it gains little in units of what its design was
 * spread over, and is polished only if it came to the best point of the earlier ones again. The
 * last part goes on at the best points of all epochs; it has no new design, which could not be
 * followed to its end, unless it gains nothing any more. */
#include <math.h>

#include "swarm/guided.h"

#define LAST 0.4    /* share of the evaluations that polish the best point: at least this, */
#define LATE 0.2    /* or this where few epochs were begun before, */
#define MOST 0.7    /* at most this, and between them as many as a quadratic has coefficients */
#define COARSE 0.03 /* of the spread of the design: a smaller gain does not count before */
#define NEAR 0.1    /* of each parameter's range: the same basin */
enum { VERY_FEW_EVALUATIONS = 500, FEW_EPOCHS = 3 };

void hpsi_guided_make_plan(hps_swarm *e)
{
    double limit = e->options[HPSI_SWARM_MAX_EVALUATIONS];
    double budget = e->options[HPSI_SWARM_BUDGET];
    budget = budget == 0.0 ? limit : budget;
    int known = budget > 0.0 && budget <= HPSI_RETURN_ROWS;
    e->guided->budget = known ? (int64_t)budget : 0;
}

int hpsi_guided_planned(const hps_swarm *e)
{
    return e->n_told < e->guided->budget;
}

int hpsi_guided_is_short(const hps_swarm *e)
{
    return e->guided->budget > 0 && e->guided->budget <= VERY_FEW_EVALUATIONS;
}

double hpsi_guided_at_wall(const hps_swarm *e, double u)
{
    int stops = e->guided->n_seekers > 0 && hpsi_guided_is_short(e) && hpsi_guided_planned(e);
    return stops ? fmin(fmax(u, 0.0), 1.0) : hpsi_reflect(u);
}

/* Evaluations of a last part of this share, as many as the coefficients if that is more. */
static double last_part(const hps_swarm *e, double share)
{
    double all = (double)e->guided->budget;
    double coefficients = 0.5 * (e->n_dims + 1.0) * (e->n_dims + 2.0);
    return fmax(share * all, fmin(coefficients, MOST * all));
}

/* The best of few epochs is likely to be beaten by one more, and that gains more than polishing;
 * with many parameters polishing gained more (docs/optimiser.md, effdim). */
static int is_last_part(const hps_swarm *e)
{
    const hpsi_guided *g = e->guided;
    double begins = (double)g->budget - last_part(e, LAST);
    int64_t epochs = e->designs - ((double)g->epoch >= begins);
    int may_wait = g->n_seekers > 0 && !hpsi_guided_is_short(e) && e->n_dims < HPSI_MANY_PARAMETERS;
    if (may_wait && epochs <= FEW_EPOCHS) {
        begins = (double)g->budget - last_part(e, LATE);
    }
    return (double)e->n_told >= begins;
}

int hpsi_guided_explores(const hps_swarm *e)
{
    return hpsi_guided_planned(e) && !e->guided->ending;
}

double hpsi_guided_coarse(const hps_swarm *e, int64_t finite)
{
    const hpsi_guided *g = e->guided;
    int64_t end = g->epoch + e->n_slots;
    int64_t n = 0, passed = 0;
    for (int64_t i = 0; i < finite; i++) {
        n += g->order[i].row < end;
    }
    for (int64_t i = 0; i < finite; i++) {
        int designed = g->order[i].row < end;
        if (designed && passed++ == n / 2) {
            return COARSE * (g->order[i].key - e->g_f);
        }
    }
    return 0.0;
}

/* The best of the rows before the epoch, -1 if there is none. */
static int64_t best_before(const hps_swarm *e)
{
    int64_t best = -1;
    double least = (double)INFINITY;
    for (int64_t r = 0; r < e->guided->epoch; r++) {
        const hpsi_row *row = &e->archive.rows[r];
        if (row->state == HPSI_ROW_TOLD && row->f < least) {
            least = row->f;
            best = r;
        }
    }
    return best;
}

int hpsi_guided_met_again(const hps_swarm *e)
{
    int64_t r = best_before(e);
    int near = r >= 0 && e->g_f < (double)INFINITY;
    for (int32_t d = 0; d < e->n_dims && near; d++) {
        int choice = e->space->params[e->dims[d]].kind == HPS_PARAM_CHOICE;
        double way = fabs(e->archive.u[r * e->n_dims + d] - e->g[d]);
        near = choice ? !(way > 0.0) : way < NEAR;
    }
    return near;
}

void hpsi_guided_follow_plan(hps_swarm *e)
{
    hpsi_guided *g = e->guided;
    int begins = hpsi_guided_planned(e) && is_last_part(e) && !g->ending;
    g->ending = hpsi_guided_planned(e) && is_last_part(e);
    if (!begins || e->best < 0) {
        return;
    }
    int here = e->best >= g->epoch && !(e->archive.rows[e->best].f < e->g_f);
    if ((!here || e->fresh) && hpsi_guided_revisit(e)) {
        g->returned = 1;
        e->fresh = 0;
    }
}
