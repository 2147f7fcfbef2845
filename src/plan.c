/* SPDX-License-Identifier: BSD-3-Clause */
/* --dry-run of a tuning run: everything is read and checked, one point of each stage is
 * evaluated to see what it costs, nothing is written. */
#include <math.h>
#include <stdlib.h>

#include "memory.h"
#include "output.h"
#include "plan.h"
#include "ranks.h"
#include "tune.h"

static double total(const estimate *e, int64_t evaluations)
{
    return e->first + e->next * (double)(evaluations > 0 ? evaluations - 1 : 0);
}

static void print_space(const hps_space *space)
{
    for (int32_t i = 0; i < hps_space_size(space); i++) {
        hps_param_info p = {.struct_size = sizeof p};

        if (hps_space_describe(space, i, &p) != HPS_OK) {
            continue;
        }
        if (p.kind == HPS_PARAM_CHOICE) {
            printf("  %-32s", p.name);
            for (int32_t k = 0; k < p.n_labels; k++) {
                printf("%s%s", k > 0 ? ", " : " ", hps_space_label(space, i, k));
            }
            putchar('\n');
        } else {
            printf("  %-32s %g .. %g%s%s\n", p.name, p.lo, p.hi,
                   p.scale == HPS_SCALE_LOG ? ", log" : "",
                   p.kind == HPS_PARAM_INT ? ", whole numbers" : "");
        }
    }
}

static void plan_json(json *j, const stage *s, const estimate *e, int64_t evaluations)
{
    json_open(j, NULL, '{');
    json_text(j, "name", s->name);
    json_text(j, "objective", s->objective);
    json_int(j, "parameters", hps_space_size(s->space));
    json_int(j, "evaluations", evaluations);
    json_number(j, "seconds_first_evaluation", e->first);
    json_number(j, "seconds_per_evaluation", e->next);
    if (e->each[0] > 0) {
        json_number(j, "seconds_side_by_side", e->each[0]);
        json_number(j, "seconds_all_threads", e->each[1]);
    }
    if (e->ranks > 1) {
        json_int(j, "ranks_measured", e->ranks);
        json_number(j, "seconds_together", e->group.seconds);
        json_number(j, "seconds_exchange", e->group.exchange);
        json_number(j, "seconds_alone", e->group.alone);
        json_int(j, "ranks_each", e->ranks_best);
    }
    json_int(j, "threads_parallel", e->at_a_time);
    json_number(j, "seconds", total(e, evaluations));
    json_int(j, "memory_bytes", e->bytes);
    json_close(j, '}');
}

static void print_shares(const tuning *t, const estimate *e)
{
    char one[48], all[48];
    int threads = hps_context_threads(t->context);

    if (e->ranks > 1) {
        putchar(' ');
        groups_tell(stdout, e->ranks, &e->group, e->ranks_best);
    }
    if (ranks_count() == 1 && e->each[0] > 0 && e->each[1] > 0) {
        printf(
            "  one takes %s beside others and %s with %d threads: %d of an iteration at a time\n",
            duration_text(e->each[0], one), duration_text(e->each[1], all), threads, e->at_a_time);
    }
}

static void plan_text(const stage *s, const estimate *e, int64_t evaluations)
{
    char first[48], next[48], all[48], size[48];

    printf("stage %s: up to %lld evaluations of %s over %d parameters\n", s->name,
           (long long)evaluations, s->objective, hps_space_size(s->space));
    print_space(s->space);
    printf("  the first takes about %s, the others %s each, %s in all; %s of memory\n",
           duration_text(e->first, first), duration_text(e->next, next),
           duration_text(total(e, evaluations), all), bytes_text((double)e->bytes, size));
}

static void print_data(const tuning *t)
{
    printf("plan: %s, %lld training and %lld test structures, %lld and %lld atoms\n",
           runfile_text(t->r, "", "strategy"), (long long)hps_dataset_n_frames(t->data.train),
           t->data.test != NULL ? (long long)hps_dataset_n_frames(t->data.test) : 0,
           (long long)hps_dataset_n_atoms(t->data.train),
           t->data.test != NULL ? (long long)hps_dataset_n_atoms(t->data.test) : 0);
}

/* As a study has it before it has measured anything. */
static int may_share(const tuning *t)
{
    enum { SIDE_BY_SIDE_ATOMS = 5000 }; /* of the option threads_for */

    return runfile_is(t->r, "swarm", "threads_for", "points") ||
           (runfile_is(t->r, "swarm", "threads_for", "auto") &&
            hps_dataset_n_atoms(t->data.train) +
                    (t->data.test != NULL ? hps_dataset_n_atoms(t->data.test) : 0) <
                SIDE_BY_SIDE_ATOMS);
}

static int ranks_each(const tuning *t)
{
    int open;

    return groups_first(t, NULL, &open);
}

/* Evaluations side by side first, what is left of the threads inside each. */
static void share_out(const tuning *t, int *at_a_time, int *inside)
{
    int threads = hps_context_threads(t->context);

    *at_a_time = ranks_groups(ranks_each(t));
    *inside = threads;
    if (ranks_count() > 1) {
        return;
    }
    if (runfile_is_search(t->r)) {
        *at_a_time = search_parallel(t->r);
        *inside = search_threads_each(t->r, threads);
    } else if (may_share(t)) {
        *at_a_time = threads;
        *inside = 1;
    }
}

void plan_shares(const tuning *t, FILE *f)
{
    int at_a_time, inside, open, ranks = groups_first(t, NULL, &open);
    char each[40] = "";

    share_out(t, &at_a_time, &inside);
    if (ranks > 1) {
        snprintf(each, sizeof each, "%d ranks of ", ranks);
    }
    fprintf(
        f,
        "%d rank%s, %d here with %d processor%s: %d evaluation%s at a time, %s%d thread%s each%s\n",
        ranks_count(), ranks_count() > 1 ? "s" : "", ranks_here(), cpus_available(),
        cpus_available() > 1 ? "s" : "", at_a_time, at_a_time > 1 ? "s" : "", each, inside,
        inside > 1 ? "s" : "",
        open ? ", as there are more ranks than particles; what one costs decides" : "");
}

static void shares_json(const tuning *t, json *j)
{
    int at_a_time, inside;

    share_out(t, &at_a_time, &inside);
    json_int(j, "threads_ranks", ranks_count());
    json_int(j, "threads_parallel", at_a_time);
    json_int(j, "threads_ranks_each", ranks_each(t));
    json_int(j, "threads_each", inside);
}

static void begin_json(json *j, const tuning *t, FILE *stream)
{
    json_start(j, stream);
    json_open(j, NULL, '{');
    json_text(j, "strategy", runfile_text(t->r, "", "strategy"));
    json_int(j, "n_train", hps_dataset_n_frames(t->data.train));
    json_int(j, "n_test", t->data.test != NULL ? hps_dataset_n_frames(t->data.test) : 0);
    shares_json(t, j);
    json_open(j, "stages", '[');
}

/* Of a list everything is known. */
static int plan_list(tuning *t, stage *s)
{
    int rc = list_read(t, s);
    json j;

    if (rc == EXIT_DONE && t->a->json) {
        json_start(&j, stdout);
        json_open(&j, NULL, '{');
        json_text(&j, "strategy", "search");
        json_int(&j, "parameters", hps_space_size(s->space));
        json_int(&j, "trials", s->counts.n_evaluated);
        json_int(&j, "evaluations", 0);
        json_close(&j, '}');
        json_end(&j);
    } else if (rc == EXIT_DONE) {
        printf("plan: search, a list of %lld trials over %d parameters; nothing is evaluated\n",
               (long long)s->counts.n_evaluated, hps_space_size(s->space));
        print_space(s->space);
    }
    return rc;
}

/* A search is not tried out: its commands may take hours and leave things behind. */
static int plan_search(tuning *t)
{
    const char *line = runfile_text(t->r, "objective", "command");
    stage *s = &t->stages[0];
    int rc = runfile_space(t->r, t->context, s->sections, &s->space);
    json j;

    if (rc != EXIT_DONE) {
        return rc;
    }
    if (runfile_is_list(t->r)) {
        return plan_list(t, s);
    }
    if (t->a->json) {
        json_start(&j, stdout);
        json_open(&j, NULL, '{');
        json_text(&j, "strategy", "search");
        json_text(&j, "command", line);
        json_int(&j, "parameters", hps_space_size(s->space));
        json_int(&j, "evaluations", stage_evaluations(t->r));
        shares_json(t, &j);
        json_close(&j, '}');
        json_end(&j);
        return EXIT_DONE;
    }
    printf("plan: search, up to %lld evaluations over %d parameters\n",
           (long long)stage_evaluations(t->r), hps_space_size(s->space));
    print_space(s->space);
    printf("  by %s\n", line);
    plan_shares(t, stdout);
    return EXIT_DONE;
}

/* The kernel, the final fit and the errors of its model, at the values that the stages were tried
 * with. */
static int final_memory(const tuning *t, int64_t *bytes)
{
    const hps_dataset *const sets[] = {t->data.train, t->data.test};
    hps_gpr *g = NULL;
    int64_t kernel = 0;
    int rc = runfile_gpr(t->r, t->context, &g);
    hps_status st;

    if (rc != EXIT_DONE) {
        return rc;
    }
    st = hps_gpr_memory(g, t->data.train, bytes);
    if (st == HPS_OK) {
        st = hps_kernel_memory(hps_gpr_soap(g), t->data.train,
                               (int64_t)runfile_number(t->r, "objective", "references"), &kernel);
        *bytes = kernel > *bytes ? kernel : *bytes;
    }
    for (int i = 0; i < 2 && sets[i] != NULL && st == HPS_OK; i++) {
        int64_t predict = 0;

        st = predictions_memory(g, sets[i], data_has(sets[i], "forces"),
                                data_has(sets[i], "virial"), &predict);
        *bytes = predict > *bytes ? predict : *bytes;
    }
    hps_gpr_destroy(g);
    *bytes = memory_process(t->context, *bytes + stage_swarms(t, NULL));
    return st == HPS_OK ? EXIT_DONE : fail_library(st, EXIT_USAGE);
}

static void end_plan(const tuning *t, json *j, int64_t bytes)
{
    char size[48];

    if (t->a->json) {
        json_close(j, ']');
        json_int(j, "memory_bytes", bytes);
        json_close(j, '}');
        json_end(j);
    } else {
        printf("the whole run: about %s of memory\n", bytes_text((double)bytes, size));
    }
}

int plan_print(tuning *t)
{
    int64_t evaluations = stage_evaluations(t->r);
    int64_t all = 0, last = 0;
    int rc = EXIT_DONE;
    memory_text m; /* JSON is printed whole or not at all */
    json j;

    tuning_stages(t);
    if (runfile_is_search(t->r)) {
        return plan_search(t);
    }
    memory_open(&m);
    if (t->a->json) {
        begin_json(&j, t, m.stream);
    } else {
        print_data(t);
        plan_shares(t, stdout);
    }
    for (int k = 0; k < t->n_stages && rc == EXIT_DONE; k++) {
        stage *s = &t->stages[k];
        estimate e = {.first = (double)NAN, .next = (double)NAN};

        rc = stage_prepare(t, s);
        rc = rc == EXIT_DONE ? plan_measure(t, s, &e) : rc;
        if (rc == EXIT_DONE && t->a->json) {
            plan_json(&j, s, &e, evaluations);
        } else if (rc == EXIT_DONE) {
            plan_text(s, &e, evaluations);
            print_shares(t, &e);
        }
        all = e.bytes > all ? e.bytes : all;
        stage_forget(s);
    }
    rc = rc == EXIT_DONE ? final_memory(t, &last) : rc;
    if (rc == EXIT_DONE || t->a->json) {
        end_plan(t, &j, last > all ? last : all);
    }
    fclose(m.stream);
    if (rc == EXIT_DONE) {
        fputs(m.text, stdout);
    }
    free(m.text);
    return rc;
}
