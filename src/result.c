/* SPDX-License-Identifier: BSD-3-Clause */
/* result.json, and the same for people. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fits.h"
#include "output.h"
#include "tune.h"

/* Of a list of trials nothing was evaluated here, but each of them once. */
static int64_t count(const stage *s, int32_t what)
{
    if (s->trials == NULL) {
        return hps_swarm_count(s->swarm, what);
    }
    return what >= 0 ? list_count(s, what) : 0;
}

/* Every point that no other one beats, with all of its values. */
static void write_front(json *j, const stage *s)
{
    int32_t n = 0, m = s->n_objectives, width = hps_space_size(s->space);
    double *x, *f;
    int64_t *id;

    (void)hps_swarm_front(s->swarm, 0, &n, NULL, NULL, NULL);
    x = new_memory((size_t)n * (size_t)width, sizeof *x);
    f = new_memory((size_t)n * (size_t)m, sizeof *f);
    id = new_memory((size_t)n, sizeof *id);
    if (hps_swarm_front(s->swarm, n, &n, id, x, f) != HPS_OK) {
        n = 0;
    }
    json_open(j, "front", '[');
    for (int32_t i = 0; i < n; i++) {
        json_open(j, NULL, '{');
        json_int(j, "id", s->trials != NULL ? list_id(s, x + i * width, f + i * m) : id[i]);
        json_open(j, "objectives", '[');
        for (int32_t k = 0; k < m; k++) {
            json_number(j, NULL, f[i * m + k]);
        }
        json_close(j, ']');
        outcome_parameters(j, "parameters", s->space, x + i * width);
        json_close(j, '}');
    }
    json_close(j, ']');
    free(id);
    free(f);
    free(x);
}

static void write_refits(json *j, const stage *s)
{
    json_open(j, "refits", '[');
    for (int i = 0; i < s->n_refits; i++) {
        json_open(j, NULL, '{');
        json_int(j, "id", s->refits[i].id);
        json_number(j, "objective", s->refits[i].evaluated);
        json_number(j, "model_objective", s->refits[i].fitted);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void write_stage(json *j, const stage *s)
{
    json_open(j, NULL, '{');
    json_text(j, "name", s->name);
    json_text(j, "objective", s->objective);
    json_text(j, "stopped_by", s->trials != NULL ? "trials" : hps_swarm_stop_reason(s->swarm));
    json_int(j, "evaluations", s->counts.n_evaluated);
    json_int(j, "failed", s->counts.n_failed);
    json_open(j, "outcomes", '{');
    json_int(j, "ok", count(s, HPS_EVAL_OK));
    json_int(j, "infeasible", count(s, HPS_EVAL_INFEASIBLE));
    json_int(j, "failed", count(s, HPS_EVAL_FAILED));
    json_int(j, "timeout", count(s, HPS_EVAL_TIMEOUT));
    json_close(j, '}');
    reasons_json(j, &s->reasons);
    json_int(j, "warm_start", count(s, HPS_COUNT_EXTERNAL));
    json_number(j, "best_objective", s->best);
    outcome_parameters(j, "best", s->space, s->x);
    if (s->n_refits > 0) {
        write_refits(j, s);
    }
    if (s->n_objectives > 1) {
        write_front(j, s);
    }
    if (s->fits != NULL) {
        json_open(j, "surface", '{');
        fits_json(j, s->fits);
        json_close(j, '}');
    }
    if (s->search == NULL && s->trials == NULL) {
        json_open(j, "kernel", '{');
        kernel_report_json(j, &s->kernel);
        json_close(j, '}');
    }
    json_number(j, "seconds", s->counts.seconds);
    json_close(j, '}');
}

/* The value of the model at the point that was taken. */
static double taken(const stage *s)
{
    double best = s->n_refits > 0 ? s->refits[0].fitted : s->best;

    for (int i = 1; i < s->n_refits; i++) {
        best = fmin(best, s->refits[i].fitted);
    }
    return best;
}

/* The objective stage2 of the model that is written. */
static double model_objective(const tuning *t, const predictions *test)
{
    const stage *last = &t->stages[t->n_stages - 1];
    int mae = runfile_is(t->r, "objective", "stage2", "mae");

    if (strcmp(last->objective, "loo") == 0) {
        return taken(last);
    }
    return test != NULL && (mae || runfile_is(t->r, "objective", "stage2", "rmse"))
               ? scores_objective(t->data.test, test, mae,
                                  runfile_number(t->r, "objective", "force_weight"))
               : (double)NAN;
}

static int write_scores(json *j, const char *key, const tuning *t, const hps_dataset *d,
                        int with_objective)
{
    predictions p;
    int rc;

    if (t->model == NULL || d == NULL) {
        if (t->model != NULL && with_objective) {
            json_number(j, "objective", model_objective(t, NULL));
        }
        json_null(j, key);
        return EXIT_DONE;
    }
    rc = predict_all(t->model, d, data_has(d, "forces"), data_has(d, "virial"), &p);
    if (rc == EXIT_DONE) {
        if (with_objective) {
            json_number(j, "objective", model_objective(t, &p));
        }
        rc = scores_json(j, key, d, &p);
        predictions_free(&p);
    }
    return rc;
}

static void write_versions(json *j)
{
    json_open(j, "versions", '{');
    json_text(j, "hpswarm", hps_version_text());
    json_text(j, "blas", hps_build_info("blas"));
    json_text(j, "compiler", hps_build_info("compiler"));
    json_text(j, "openmp", hps_build_info("openmp"));
    json_close(j, '}');
}

int result_make(tuning *t)
{
    memory_text m;
    json j;
    int rc;

    memory_open(&m);
    json_start(&j, m.stream);
    json_open(&j, NULL, '{');
    json_text(&j, "strategy", runfile_text(t->r, "", "strategy"));
    json_int(&j, "seed", (int64_t)runfile_number(t->r, "swarm", "seed"));
    json_open(&j, "stages", '[');
    for (int k = 0; k < t->n_stages; k++) {
        write_stage(&j, &t->stages[k]);
    }
    json_close(&j, ']');
    json_open(&j, "final", '{');
    rc = write_scores(&j, "train", t, t->data.train, 0);
    rc = rc == EXIT_DONE ? write_scores(&j, "test", t, t->data.test, 1) : rc;
    json_close(&j, '}');
    write_versions(&j);
    json_close(&j, '}');
    json_end(&j);
    fclose(m.stream);
    t->result = m.text;
    return rc;
}

int result_save(const tuning *t)
{
    char *path = path_join(t->directory, "result.json");
    int rc = file_replace(path, t->result, strlen(t->result));

    free(path);
    return rc;
}

static void print_outcomes(const stage *s)
{
    long long infeasible = count(s, HPS_EVAL_INFEASIBLE);
    long long late = count(s, HPS_EVAL_TIMEOUT);

    printf("%lld failed", (long long)count(s, HPS_EVAL_FAILED));
    if (infeasible > 0) {
        printf(", %lld infeasible", infeasible);
    }
    if (late > 0) {
        printf(", %lld timed out", late);
    }
}

static int n_front(const stage *s)
{
    int32_t n = 0;

    (void)hps_swarm_front(s->swarm, 0, &n, NULL, NULL, NULL);
    return n;
}

static void print_stage(const stage *s)
{
    char seconds[48];

    if (s->fits != NULL && s->fits->n > 0) {
        fits_print(stdout, s->fits, 0);
        return;
    }
    printf("stage %s: %lld %s (", s->name, (long long)s->counts.n_evaluated,
           s->trials != NULL ? "trials" : "evaluations");
    print_outcomes(s);
    printf("), %s %.6g, %s\n", s->objective, s->best, duration_text(s->counts.seconds, seconds));
    reasons_print(stdout, &s->reasons);
    for (int32_t i = 0; i < hps_space_size(s->space); i++) {
        hps_param_info info = {.struct_size = sizeof info};

        if (hps_space_describe(s->space, i, &info) != HPS_OK) {
            continue;
        }
        if (info.kind == HPS_PARAM_CHOICE) {
            printf("  %-32s %s\n", info.name, hps_space_label(s->space, i, (int32_t)s->x[i]));
        } else {
            printf("  %-32s %-12.6g%s\n", info.name, s->x[i],
                   s->x[i] <= info.lo   ? " (at the lower bound)"
                   : s->x[i] >= info.hi ? " (at the upper bound)"
                                        : "");
        }
    }
    if (s->n_refits > 0) {
        printf("  the best of %d that were fitted: %.6g\n", s->n_refits, taken(s));
    }
    if (s->n_objectives > 1) {
        printf("  the first of %d objectives at the compromise; front: %d points, in result.json\n",
               s->n_objectives, n_front(s));
    }
    if (s->search != NULL || s->trials != NULL) {
        return;
    }
    printf("  kernel: mean %.4f, std %.4f, skew %.4f\n", s->kernel.stats.mean,
           s->kernel.stats.standard_deviation, s->kernel.stats.skewness);
}

static void print_scores(const tuning *t, const char *title, const hps_dataset *d)
{
    predictions p;

    if (d != NULL &&
        predict_all(t->model, d, data_has(d, "forces"), data_has(d, "virial"), &p) == EXIT_DONE) {
        (void)scores_print(stdout, title, d, &p);
        predictions_free(&p);
    }
}

void result_print(const tuning *t)
{
    if (t->a->json || t->stages[0].x == NULL) { /* NULL: the run had ended before */
        fputs(t->a->json ? t->result : "", stdout);
        return;
    }
    for (int k = 0; k < t->n_stages; k++) {
        print_stage(&t->stages[k]);
    }
    if (t->model == NULL) {
        printf("written to %s: best.yaml, result.json, history.jsonl, report.html\n", t->directory);
        return;
    }
    print_scores(t, "training", t->data.train);
    print_scores(t, "test", t->data.test);
    printf("written to %s: best.yaml, model.hpsm, result.json, history.jsonl, report.html\n",
           t->directory);
}
