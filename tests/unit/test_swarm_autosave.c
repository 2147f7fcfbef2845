/* SPDX-License-Identifier: BSD-3-Clause */
/* Which of the saved files are forced to the disk, and which one becomes PATH.previous. */
#include "support/swarm_run.h"
#include "swarm/internal.h"

#include <stdio.h>
#include <unistd.h>

static char folder[] = "hps_save_XXXXXX";
static char newest[64], previous[64];

static void iterate(hps_swarm *e)
{
    int64_t id[16];
    double x[16 * MIXED_PARAMS], f[16];
    int32_t n;

    CK_OK(hps_swarm_ask(e, 16, &n, id, x));
    for (int32_t i = 0; i < n; i++) {
        f[i] = mixed_objective(x + (int64_t)i * MIXED_PARAMS);
    }
    CK_OK(hps_swarm_tell(e, n, id, f, NULL));
}

static int64_t evaluations_in(const char *path)
{
    hps_space *s;
    hps_swarm *e;
    hps_progress progress = {.struct_size = sizeof progress};

    CK_OK(mixed_space(&s, NULL));
    CK_OK(hps_swarm_load(&e, NULL, s, path));
    CK_OK(hps_swarm_get_progress(e, &progress));
    hps_swarm_destroy(e);
    hps_space_destroy(s);
    return progress.n_evaluated;
}

START_TEST(test_only_a_file_on_the_disk_becomes_the_previous_one)
{
    hps_swarm *e = mixed_swarm(NULL, "swarm", 64);
    CK_OK(hps_swarm_set_int(e, "particles", 8));
    CK_OK(hps_swarm_set_autosave(e, newest, 1));
    iterate(e); /* the first is forced */
    ck_assert_int_eq(e->autosave_on_disk, 1);
    ck_assert_int_ne(access(previous, F_OK), 0);
    e->autosave_synced_at = hpsi_seconds() + 1e6; /* no second goes by in this test */
    for (int k = 2; k <= 4; k++) {
        iterate(e);
        ck_assert_int_eq(e->autosave_on_disk, 0);
        ck_assert_int_eq(evaluations_in(newest), 8 * k);
        ck_assert_int_eq(evaluations_in(previous), 8);
    }
    e->autosave_synced_at = hpsi_seconds() - 2.0 * HPSI_SYNC_SECONDS;
    e->autosave_cost = 0;
    iterate(e);
    ck_assert_int_eq(e->autosave_on_disk, 1);
    ck_assert_double_gt(e->autosave_cost, 0);
    ck_assert_int_eq(evaluations_in(newest), 40);
    ck_assert_int_eq(evaluations_in(previous), 8);
    e->autosave_synced_at = hpsi_seconds() + 1e6;
    iterate(e);
    ck_assert_int_eq(evaluations_in(previous), 40);
    iterate(e);
    iterate(e); /* the last of the run is forced whenever it comes */
    ck_assert_int_eq(e->stop != HPSI_STOP_NONE, 1);
    ck_assert_int_eq(e->autosave_on_disk, 1);
    ck_assert_int_eq(evaluations_in(newest), 64);
    hps_swarm_destroy(e);
}
END_TEST

/* What takes 10 s is not done each second, but once a minute. */
START_TEST(test_a_slow_disk_is_spared)
{
    hps_swarm *e = mixed_swarm(NULL, "swarm", 64);
    CK_OK(hps_swarm_set_int(e, "particles", 8));
    CK_OK(hps_swarm_set_autosave(e, newest, 1));
    iterate(e);
    e->autosave_cost = 10;
    e->autosave_synced_at = hpsi_seconds() - 30 * HPSI_SYNC_SECONDS;
    iterate(e);
    ck_assert_int_eq(e->autosave_on_disk, 0);
    ck_assert_double_eq(e->autosave_cost, 10);
    e->autosave_synced_at = hpsi_seconds() - HPSI_SYNC_MOST - 1;
    iterate(e);
    ck_assert_int_eq(e->autosave_on_disk, 1);
    hps_swarm_destroy(e);
}
END_TEST

static void enter_folder(void)
{
    snprintf(folder, sizeof folder, "hps_save_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(newest, sizeof newest, "%s/state", folder);
    snprintf(previous, sizeof previous, "%s/state.previous", folder);
}

static void leave_folder(void)
{
    unlink(newest);
    unlink(previous);
    ck_assert_int_eq(rmdir(folder), 0); /* fails if a temporary file was left */
}

static void add(TCase *t)
{
    tcase_add_checked_fixture(t, enter_folder, leave_folder);
    tcase_add_test(t, test_only_a_file_on_the_disk_becomes_the_previous_one);
    tcase_add_test(t, test_a_slow_disk_is_spared);
}

int main(void)
{
    return run_tests("swarm_autosave", add);
}
