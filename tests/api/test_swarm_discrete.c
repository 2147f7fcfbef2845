/* SPDX-License-Identifier: BSD-3-Clause */
/* A space of integers and choices alone, with many more points than evaluations: members that
 * meet only known points do not end the run, and its end is in the checkpoint. */
#include "support/swarm_file.h"

enum { N_PARAMS = 3, MOST = 1000, EVALUATIONS = 260, LEVELS = 40, LABELS = 4, MORE = 9 };

static const struct {
    const char *variant;
    int32_t asynchronous, n_objectives, restarts;
} cases[] = {{"swarm", 0, 1, 1},  {"swarm", 1, 1, 1},  {"guided", 0, 1, 1}, {"guided", 1, 1, 1},
             {"pareto", 0, 2, 1}, {"pareto", 1, 2, 1}, {"paper", 0, 1, 0},  {"paper", 1, 1, 0}};
enum { N_CASES = sizeof cases / sizeof cases[0] };

static hps_space *space(void)
{
    static const char *const labels[LABELS] = {"a", "b", "c", "d"};
    hps_space *s;
    CK_OK(hps_space_create(&s, NULL));
    CK_OK(hps_space_add_int(s, "many", 1, LEVELS, HPS_SCALE_LINEAR));
    CK_OK(hps_space_add_choice(s, "choice", LABELS, labels));
    CK_OK(hps_space_add_int(s, "few", 1, MORE, HPS_SCALE_LINEAR));
    return s;
}

static void values(const double *x, double *f)
{
    double a = x[0] - 0.3, b = x[1] - 0.6, c = x[2] - 0.9;
    f[0] = a * a + 2.0 * b * b + 3.0 * c * c + 0.3 * cos(5.0 * a);
    f[1] = x[0] + x[1] + x[2]; /* the front is a point or two, nobody moves for long */
}

static hps_swarm *reborn_here(hps_swarm *e)
{
    hps_space *s = space();
    e = reborn_over(e, s);
    hps_space_destroy(s);
    return e;
}

/* Ask for up to three points and tell them, last one first. */
static void step(hps_swarm *e)
{
    int64_t id[3];
    double x[3 * N_PARAMS], f[2];
    int32_t n;
    CK_OK(hps_swarm_ask(e, 3, &n, id, x));
    while (n-- > 0) {
        values(x + (int64_t)n * N_PARAMS, f);
        CK_OK(hps_swarm_tell(e, 1, &id[n], f, NULL));
    }
}

static hps_swarm *run(int k, int saved)
{
    hps_space *s = space();
    hps_swarm *e;
    CK_OK(hps_swarm_create(&e, NULL, s, cases[k].n_objectives));
    hps_space_destroy(s);
    CK_OK(hps_swarm_set_text(e, "variant", cases[k].variant));
    CK_OK(hps_swarm_set_int(e, "seed", 15));
    CK_OK(hps_swarm_set_int(e, "max_evaluations", cases[k].restarts ? EVALUATIONS : MOST));
    CK_OK(hps_swarm_set_int(e, "asynchronous", cases[k].asynchronous));
    while (!hps_swarm_done(e)) {
        step(e);
        e = saved ? reborn_here(e) : e;
    }
    return e;
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, N_PARAMS * sizeof(double));
}

START_TEST(test_known_points_do_not_end_a_run)
{
    hps_swarm *e = run(_i, 0);
    double x[MOST * N_PARAMS];
    int64_t n;
    CK_OK(hps_swarm_history(e, MOST, &n, NULL, x, NULL, NULL));
    if (cases[_i].restarts) {
        ck_assert_str_eq(hps_swarm_stop_reason(e), "evaluations");
        ck_assert_int_eq(n, EVALUATIONS);
    } else { /* by its equations the best particle rests, and in the end all do */
        ck_assert_str_eq(hps_swarm_stop_reason(e), "exhausted");
    }
    qsort(x, (size_t)n, N_PARAMS * sizeof *x, compare);
    for (int64_t i = 1; i < n; i++) {
        ck_assert_int_ne(compare(x + (i - 1) * N_PARAMS, x + i * N_PARAMS), 0);
    }
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_saved_after_every_call_to_the_end)
{
    double x[2][MOST * N_PARAMS] = {{0}}, f[2][MOST * 2] = {{0}};
    hps_progress p[2] = {{.struct_size = sizeof p[0]}, {.struct_size = sizeof p[0]}};
    int64_t n;
    for (int saved = 0; saved < 2; saved++) {
        hps_swarm *e = run(_i, saved);
        CK_OK(hps_swarm_history(e, MOST, &n, NULL, x[saved], f[saved], NULL));
        CK_OK(hps_swarm_get_progress(e, &p[saved]));
        p[saved].seconds = 0.0;
        hps_swarm_destroy(e);
    }
    ck_assert_mem_eq(x[0], x[1], sizeof x[0]);
    ck_assert_mem_eq(f[0], f[1], sizeof f[0]);
    ck_assert_mem_eq(&p[0], &p[1], sizeof p[0]); /* also where the members are */
}
END_TEST

static void add(TCase *t)
{
    tcase_add_checked_fixture(t, make_path, drop_path);
    tcase_add_loop_test(t, test_known_points_do_not_end_a_run, 0, N_CASES);
    tcase_add_loop_test(t, test_saved_after_every_call_to_the_end, 0, N_CASES);
}

int main(void)
{
    return run_tests("swarm_discrete", add);
}
