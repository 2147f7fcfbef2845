/* SPDX-License-Identifier: BSD-3-Clause */
/* How many ranks share an evaluation, where nobody has set it: particles side by side first; ranks
 * that would have no point of their own join those that have, as long as what evaluations take
 * together, and would take alone, says that this helps. No result depends on it. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "output.h"
#include "ranks.h"
#include "stage.h"

/* Every rank of a group holds what one alone would hold. */
static int fits(const stage *s)
{
    const double all = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGE_SIZE);

    return s == NULL || s->bytes == 0 || (double)s->bytes * ranks_here() < 0.8 * all;
}

int groups_first(const tuning *t, const stage *s, int *open)
{
    const double wanted = runfile_number(t->r, "swarm", "ranks_per_evaluation");
    const double particles = runfile_number(t->r, "swarm", "particles");
    const int ranks = ranks_count();

    *open = 0;
    if (wanted > 0) { /* not auto */
        return wanted < ranks ? (int)wanted : ranks;
    }
    /* a command takes nothing from ranks that wait beside its own */
    if (runfile_is_search(t->r) || !(particles >= 1) || ranks < 2 * particles || !fits(s)) {
        return 1;
    }
    *open = 1;
    return (int)(ranks / particles);
}

/* One alone takes serial + shared, j of them serial + shared / j and an exchange that grows with
 * the others. */
int groups_best(int size, double seconds, double alone, double exchange)
{
    const double others = size - 1;
    const double shared = fmax(0, (alone - (seconds - exchange)) * size / others);
    const double serial = fmax(0, alone - shared);
    double least = alone;
    int best = 1;

    for (int j = 2; j <= size; j++) {
        double each = serial + shared / j + exchange * (j - 1) / others;

        if (each < 0.98 * least) { /* ranks that help little had better sleep */
            least = each;
            best = j;
        }
    }
    return best;
}

void groups_begin(groups *g, const tuning *t, const stage *s)
{
    memset(g, 0, sizeof *g);
    g->size = groups_first(t, s, &g->open);
    g->most = ranks_groups(g->size);
    if (g->open) {
        g->most = (int)fmin(g->most, runfile_number(t->r, "swarm", "particles"));
    }
}

/* The first evaluation of a process has no neighbour lists, and the second makes them. */
void groups_note(groups *g, int32_t outcome, const note_costs *costs)
{
    if (g->open && outcome == HPS_EVAL_OK && ++g->seen > 2 * g->most) {
        g->n++;
        g->sum.seconds += costs->seconds;
        g->sum.alone += costs->alone;
        g->sum.exchange += costs->exchange;
    }
}

int groups_full(const groups *g)
{
    return g->open && g->begun >= 3 * g->most;
}

void groups_tell(FILE *f, int size, const note_costs *costs, int best)
{
    char one[48], all[48], wait[48];

    fprintf(f,
            " one takes %s on %d ranks, %s of it waiting for each other, about %s on one rank: "
            "%d rank%s for each\n",
            duration_text(costs->seconds, all), size, duration_text(costs->exchange, wait),
            duration_text(costs->alone, one), best, best > 1 ? "s" : "");
}

void groups_settle(batch_job *job)
{
    groups *g = &job->groups;
    int best;

    if (!g->open || g->n == 0) {
        return;
    }
    best = groups_best(g->size, g->sum.seconds, g->sum.alone, g->sum.exchange);
    if (!job->t->a->quiet) {
        const note_costs mean = {g->sum.seconds / g->n, g->sum.alone / g->n,
                                 g->sum.exchange / g->n};

        fprintf(stderr, "hpswarm: stage %s:", job->s->name);
        groups_tell(stderr, g->size, &mean, best);
    }
    if (best != g->size) {
        ranks_regroup(best);
    }
    g->size = best;
    g->open = 0;
}
