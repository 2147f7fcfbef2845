/* SPDX-License-Identifier: BSD-3-Clause */
/* One point of a stage on whatever rank, and the life of the ranks above 0. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ranks.h"
#include "tune.h"

/* The one point of a batch, once. */
static int32_t only_one(void *user)
{
    int *given = user;

    return (*given)++ == 0 ? 0 : -1;
}

static int nothing(void *user, int i)
{
    (void)user;
    (void)i;
    return EXIT_DONE;
}

/* The first rank of a group runs the command; the processors of the others are for it. */
static int evaluate_command(const stage *s, const rank_group *g, const hps_batch *b, double *f,
                            int32_t *outcome)
{
    int given = g->rank > 0;
    const search_calls calls = {only_one, nothing, &given};

    return search_evaluate(s->search, b, f, outcome, &calls);
}

/* The ranks of a group share the structures out. */
static int evaluate_study(const stage *s, const rank_group *g, const hps_batch *b, double *f,
                          int32_t *outcome, note_costs *costs)
{
    double own, shared;

    hps_status st = hps_context_set_team(s->context, g->rank, g->size, g->gather, g->user);
    int code = st == HPS_OK ? hps_study_evaluate(b, f, outcome, s->study)
                            : fail_library(st, EXIT_INTERNAL);

    hps_context_team_seconds(s->context, &own, &shared, &costs->exchange);
    costs->seconds = hps_study_seconds(s->study, 0);
    costs->alone = costs->seconds - own - costs->exchange + shared;
    if (hps_context_settle_team(s->context) != HPS_OK) {
        code = fail_library(HPS_E_INTERNAL, EXIT_INTERNAL);
    }
    (void)hps_context_set_team(s->context, 0, 1, NULL, NULL);
    return code;
}

/* A note is the costs and the reason: they must be those of the rank that was there. */
int32_t stage_evaluate_one(const hps_batch *b, const rank_group *g, double *f, int32_t *outcome,
                           char note[NOTE_BYTES], void *data)
{
    const stage *s = data;
    note_costs costs = {.seconds = 0};
    int code = s->search != NULL ? evaluate_command(s, g, b, f, outcome)
                                 : evaluate_study(s, g, b, f, outcome, &costs);

    if (s->search != NULL) {
        costs.seconds = costs.alone = search_seconds(s->search, 0);
    }
    if (code == EXIT_DONE) {
        snprintf(note, NOTE_BYTES, "%.9g %.4g %.4g %.280s", costs.seconds, costs.alone,
                 costs.exchange,
                 s->search != NULL ? search_reason(s->search, 0) : hps_study_reason(s->study, 0));
    }
    return code;
}

const char *note_split(const char *note, note_costs *costs)
{
    char *rest;

    costs->seconds = strtod(note, &rest);
    costs->alone = strtod(rest, &rest);
    costs->exchange = strtod(rest, &rest);
    return *rest == ' ' ? rest + 1 : rest;
}

/* ------------------------------------------------------------ ranks above 0 */

/* The settings and the data, when there is a first stage to serve. */
static int read_all(tuning *t)
{
    int rc = tuning_read(t);

    if (rc == EXIT_DONE) {
        tuning_stages(t);
    }
    return rc;
}

static int serve(tuning *t, stage *s)
{
    int n = hps_space_size(s->space), rc = ranks_serve(s);
    double *x = new_memory((size_t)n, sizeof *x);

    if (rc == EXIT_DONE && ranks_values(n, x) == n) {
        runfile_fix(t->r, s->space, x);
    }
    free(x);
    return rc;
}

int worker_run(tuning *t)
{
    int k, rc = EXIT_DONE;

    stop_install("");
    stop_deadline(t->a->time_limit);
    while (rc == EXIT_DONE && (k = ranks_next()) != RANKS_END) {
        if (t->r == NULL) {
            rc = read_all(t);
        }
        if (rc == EXIT_DONE && k >= t->n_stages) {
            rc = fail(EXIT_INTERNAL, "stage %d of another run file", k);
        }
        rc = rc == EXIT_DONE ? stage_objective(t, &t->stages[k]) : rc;
        rc = ranks_agree(rc);
        if (rc == EXIT_DONE) {
            rc = serve(t, &t->stages[k]);
        }
    }
    return rc;
}
