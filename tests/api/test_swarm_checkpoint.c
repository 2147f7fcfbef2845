/* SPDX-License-Identifier: BSD-3-Clause */
/* Checkpoint files: damaged, truncated, foreign, forged, unwritable; autosave; and every
 * allocation failing in turn. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/failing_allocator.h"
#include "support/swarm_file.h"

static const char *const variants[] = {"paper", "swarm", "guided"};

static hps_space *space;

static void make(void)
{
    make_path();
    CK_OK(mixed_space(&space, NULL));
}

static void drop(void)
{
    drop_path();
    hps_space_destroy(space);
}

/* The whole file, to be freed. */
static unsigned char *read_file(long *size)
{
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    fseek(file, 0, SEEK_END);
    *size = ftell(file);
    rewind(file);
    unsigned char *data = malloc((size_t)*size);
    ck_assert_int_eq((long)fread(data, 1, (size_t)*size, file), *size);
    fclose(file);
    return data;
}

static void write_file(const unsigned char *data, long size)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq((long)fwrite(data, 1, (size_t)size, file), size);
    fclose(file);
}

/* The checksum of the format, so that forged content gets past it. */
static void seal(unsigned char *data, long size)
{
    uint32_t crc = 0xffffffffu;
    for (long i = 0; i < size - 4; i++) {
        crc ^= data[i];
        for (int k = 0; k < 8; k++) {
            crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1u)));
        }
    }
    crc = ~crc;
    for (int k = 0; k < 4; k++) {
        data[size - 4 + k] = (unsigned char)(crc >> (8 * k));
    }
}

/* A small run in the middle of a batch; mode 1: in a replay, with a value that waits; 2: with
 * repeats. */
static void save_mode(const char *variant, int mode)
{
    const int64_t order[] = {2, 1, 0, 3, 4, 5, 8, 7, 6};
    hps_swarm *e = mixed_swarm(NULL, variant, 100);
    if (mode == 2) {
        CK_OK(hps_swarm_set_int(e, "noisy", 1));
    } else if (mode == 1) {
        CK_OK(hps_swarm_set_int(e, "asynchronous", 1));
        CK_OK(hps_swarm_set_replay(e, 9, order));
    }
    double start[MIXED_PARAMS] = {0.5, 1e-2, 3.0, 20.0, 1.0, 1.25};
    CK_OK(hps_swarm_set_int(e, "particles", 3));
    CK_OK(hps_swarm_set_start(e, 1, start));
    one_round(e, 3);
    one_round(e, 3);
    one_round(e, 2);
    CK_OK(hps_swarm_save(e, path));
    hps_swarm_destroy(e);
}

static void save_small(const char *variant)
{
    save_mode(variant, 0);
}

static void refused(hps_status expected)
{
    hps_swarm *e = (hps_swarm *)(uintptr_t)8;
    ck_assert_int_eq(hps_swarm_load(&e, NULL, space, path), expected);
    ck_assert_ptr_null(e);
    ck_assert_msg(strstr(hps_last_error(), path) != NULL, "message: %s", hps_last_error());
}

START_TEST(test_every_flipped_byte_is_noticed)
{
    long size;
    save_small("guided");
    unsigned char *data = read_file(&size);
    for (long i = 0; i < size; i++) {
        data[i] ^= 0x41;
        write_file(data, size);
        refused(HPS_E_FORMAT);
        data[i] ^= 0x41;
    }
    write_file(data, size);
    hps_swarm *e;
    CK_OK(hps_swarm_load(&e, NULL, space, path));
    hps_swarm_destroy(e);
    free(data);
}
END_TEST

START_TEST(test_every_truncation_is_noticed)
{
    long size;
    save_small("paper");
    unsigned char *data = read_file(&size);
    for (long n = 0; n < size; n += n < 64 ? 1 : 7) {
        write_file(data, n);
        refused(HPS_E_FORMAT);
    }
    free(data);
}
END_TEST

/* Use whatever a forged file made: nothing may crash, no point may leave the space. */
static void exercise(hps_swarm *e)
{
    int64_t id[64], n_history;
    double x[64 * MIXED_PARAMS], f[64] = {0};
    int32_t n = 1;
    for (int round = 0; round < 3 && n > 0; round++) {
        if (hps_swarm_ask(e, 64, &n, id, x) != HPS_OK) {
            return;
        }
        for (int32_t i = 0; i < n; i++) {
            ck_assert(x[i * MIXED_PARAMS] >= -1.0 && x[i * MIXED_PARAMS] <= 2.0);
            ck_assert(x[i * MIXED_PARAMS + 5] == 1.25);
        }
        CK_OK(hps_swarm_tell(e, n, id, f, NULL));
    }
    hps_progress p = {.struct_size = (int32_t)sizeof p};
    CK_OK(hps_swarm_get_progress(e, &p));
    CK_OK(hps_swarm_history(e, 0, &n_history, NULL, NULL, NULL, NULL));
}

/* The same with a correct checksum: refused by its content, or harmless. */
START_TEST(test_forged_bytes_are_refused_or_harmless)
{
    static const unsigned char masks[] = {0x01, 0x80, 0xff};
    hps_context *c;
    long size;
    int accepted = 0, denied = 0;
    CK_OK(hps_context_create(&c, NULL));
    CK_OK(hps_context_set_memory_limit(c, INT64_C(1) << 28));
    save_mode(variants[_i % 3], _i / 3);
    unsigned char *data = read_file(&size);
    for (long i = 0; i < size - 4; i += _i >= 3 ? 5 : 1) { /* coprime to the 8 of an item */
        for (int k = 0; k < 3; k++) {
            hps_swarm *e;
            data[i] ^= masks[k];
            seal(data, size);
            write_file(data, size);
            hps_status s = hps_swarm_load(&e, c, space, path);
            ck_assert(s == HPS_OK || s == HPS_E_FORMAT || s == HPS_E_MEMORY);
            accepted += s == HPS_OK;
            denied += s != HPS_OK;
            if (s == HPS_OK) {
                exercise(e);
                hps_swarm_destroy(e);
            }
            data[i] ^= masks[k];
        }
    }
    ck_assert_int_gt(accepted, _i >= 3 ? 20 : 100); /* low digits of coordinates */
    ck_assert_int_gt(denied, _i >= 3 ? 200 : 1000);
    free(data);
    hps_context_destroy(c);
}
END_TEST

START_TEST(test_other_files_are_refused)
{
    write_file((const unsigned char *)"", 0);
    refused(HPS_E_FORMAT);
    write_file((const unsigned char *)"swarm:\n  particles: 16\n and some more text\n", 43);
    refused(HPS_E_FORMAT);
    unlink(path);
    refused(HPS_E_IO);
}
END_TEST

static void foreign(hps_status (*change)(hps_space *))
{
    hps_space *other;
    hps_swarm *e;
    CK_OK(mixed_space(&other, NULL));
    CK_OK(change(other));
    ck_assert_int_eq(hps_swarm_load(&e, NULL, other, path), HPS_E_FORMAT);
    ck_assert_ptr_null(e);
    ck_assert_msg(strstr(hps_last_error(), "another space") != NULL, "message: %s",
                  hps_last_error());
    hps_space_destroy(other);
}

static hps_status one_more(hps_space *s)
{
    return hps_space_add_real(s, "more", 0.0, 1.0, 0);
}

static hps_status freed(hps_space *s)
{
    return hps_space_unfix(s, "pinned");
}

static hps_status pinned_elsewhere(hps_space *s)
{
    return hps_space_fix(s, "pinned", 1.5);
}

static hps_status pinned_more(hps_space *s)
{
    return hps_space_fix(s, "length", 0.0);
}

START_TEST(test_another_space_is_refused)
{
    static const char *const labels[] = {"red", "green", "white"};
    save_small("swarm");
    foreign(one_more);
    foreign(freed);
    foreign(pinned_elsewhere);
    foreign(pinned_more);
    hps_space *s;
    hps_swarm *e;
    for (int k = 0; k < 3; k++) { /* another upper bound, scale, label */
        CK_OK(hps_space_create(&s, NULL));
        CK_OK(hps_space_add_real(s, "length", -1.0, k == 0 ? 2.5 : 2.0, 0));
        CK_OK(hps_space_add_real(s, "noise", 1e-4, 10.0, k == 1 ? 0 : 1));
        CK_OK(hps_space_add_int(s, "order", -3, 8, 0));
        CK_OK(hps_space_add_int(s, "points", 1, 500, 1));
        CK_OK(hps_space_add_choice(s, "colour", 3, labels));
        CK_OK(hps_space_add_real(s, "pinned", 0.0, 5.0, 0));
        CK_OK(hps_space_fix(s, "pinned", 1.25));
        ck_assert_int_eq(hps_swarm_load(&e, NULL, s, path), HPS_E_FORMAT);
        const char *name = k == 0 ? "\"length\"" : k == 1 ? "\"noise\"" : "\"colour\"";
        ck_assert_msg(strstr(hps_last_error(), name) != NULL, "message: %s", hps_last_error());
        hps_space_destroy(s);
    }
}
END_TEST

/* Nothing is searched where everything is fixed; models then have no extent. */
START_TEST(test_a_space_without_freedom_is_saved_too)
{
    hps_space *s;
    CK_OK(hps_space_create(&s, NULL));
    CK_OK(hps_space_add_real(s, "x", 0.0, 1.0, 0));
    CK_OK(hps_space_fix(s, "x", 0.25));
    for (int32_t objectives = 1; objectives <= 2; objectives++) {
        hps_swarm *e, *again;
        double x, f[2] = {1.0, 2.0};
        int64_t id;
        int32_t n;
        CK_OK(hps_swarm_create(&e, NULL, s, objectives));
        CK_OK(hps_swarm_set_int(e, "max_evaluations", 30));
        CK_OK(hps_swarm_ask(e, 1, &n, &id, &x));
        CK_OK(hps_swarm_tell(e, n, &id, f, NULL));
        CK_OK(hps_swarm_ask(e, 1, &n, &id, &x));
        ck_assert_int_eq(n, 0);
        CK_OK(hps_swarm_save(e, path));
        CK_OK(hps_swarm_load(&again, NULL, s, path));
        ck_assert_str_eq(hps_swarm_stop_reason(again), "exhausted");
        CK_OK(hps_swarm_best(again, &x, f));
        ck_assert(x == 0.25 && f[0] == 1.0);
        hps_swarm_destroy(again);
        hps_swarm_destroy(e);
    }
    hps_space_destroy(s);
}
END_TEST

START_TEST(test_a_run_without_time_for_a_point_is_saved_too)
{
    for (int32_t objectives = 1; objectives <= 2; objectives++) {
        hps_swarm *e, *again;
        double x[MIXED_PARAMS];
        int64_t id;
        int32_t n;
        CK_OK(hps_swarm_create(&e, NULL, space, objectives));
        CK_OK(hps_swarm_set_real(e, "time_limit", 1e-230));
        CK_OK(hps_swarm_ask(e, 1, &n, &id, x));
        ck_assert_int_eq(n, 0);
        ck_assert_str_eq(hps_swarm_stop_reason(e), "time");
        CK_OK(hps_swarm_save(e, path));
        CK_OK(hps_swarm_load(&again, NULL, space, path));
        CK_OK(hps_swarm_set_real(again, "time_limit", 1e6));
        CK_OK(hps_swarm_ask(again, 1, &n, &id, x));
        ck_assert_int_eq(n, 1);
        hps_swarm_destroy(again);
        hps_swarm_destroy(e);
    }
}
END_TEST

START_TEST(test_arguments_and_places_are_checked)
{
    hps_swarm *e = mixed_swarm(NULL, "paper", 30), *other;
    ck_assert_int_eq(hps_swarm_save(NULL, path), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_swarm_save(e, NULL), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_swarm_save(e, "/nowhere/at/all.hpsw"), HPS_E_IO);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "/nowhere/at/all.hpsw"));
    ck_assert_int_eq(hps_swarm_load(NULL, NULL, space, path), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_swarm_load(&other, NULL, space, NULL), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_swarm_load(&other, NULL, NULL, path), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_swarm_set_autosave(e, path, -1), HPS_E_ARGUMENT);
    CK_OK(hps_swarm_set_autosave(e, "/nowhere/at/all.hpsw", 1));
    ck_assert_int_eq(hps_swarm_run(e, mixed_evaluate, NULL), HPS_E_IO);
    CK_OK(hps_swarm_set_autosave(e, NULL, 0));
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
    trace *t = trace_of(e), *expected = reference_trace("paper", 30);
    trace_assert_equal(expected, t); /* the values of the failed save are not lost */
    free(t);
    free(expected);
    hps_swarm_destroy(e);
}
END_TEST

/* ------------------------------------------------------------- autosave */

typedef struct saves {
    int calls, files;
    int64_t evaluated;
} saves;

static int32_t look_for_file(const hps_progress *p, void *user)
{
    saves *s = user;
    s->calls++;
    if (access(path, F_OK) == 0) { /* written after an earlier iteration */
        hps_swarm *e;
        hps_progress saved = {.struct_size = (int32_t)sizeof saved};
        CK_OK(hps_swarm_load(&e, NULL, space, path));
        CK_OK(hps_swarm_get_progress(e, &saved));
        ck_assert_int_eq(saved.iteration % 3, 0);
        ck_assert_int_lt(saved.n_evaluated, p->n_evaluated);
        s->files++;
        hps_swarm_destroy(e);
    }
    return 0;
}

START_TEST(test_autosave_every_third_iteration)
{
    hps_swarm *e = mixed_swarm(NULL, "swarm", 100);
    saves s = {0};
    CK_OK(hps_swarm_set_autosave(e, path, 3));
    CK_OK(hps_swarm_set_progress(e, look_for_file, &s));
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
    ck_assert_int_eq(s.calls, 9); /* 8 whole iterations and 4 evaluations */
    ck_assert_int_eq(s.files, 6);
    hps_swarm *last;
    CK_OK(hps_swarm_load(&last, NULL, space, path)); /* the end is saved as well */
    trace *a = trace_of(e), *b = trace_of(last);
    trace_assert_equal(a, b);
    ck_assert_int_eq(hps_swarm_done(last), 1);
    free(a);
    free(b);
    hps_swarm_destroy(last);
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_autosave_at_the_end_only)
{
    hps_swarm *e = mixed_swarm(NULL, "paper", 0);
    CK_OK(hps_swarm_set_int(e, "max_iterations", 4));
    CK_OK(hps_swarm_set_autosave(e, path, 0));
    for (int k = 0; k < 3; k++) {
        one_round(e, 64);
        ck_assert_int_ne(access(path, F_OK), 0);
    }
    one_round(e, 64);
    ck_assert_int_eq(access(path, F_OK), 0);
    hps_swarm_destroy(e);
}
END_TEST

/* Limits come from the file and may be set again. */
START_TEST(test_options_come_from_the_file)
{
    hps_swarm *e = mixed_swarm(NULL, "swarm", 40), *again;
    CK_OK(hps_swarm_set_int(e, "seed", 99));
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
    CK_OK(hps_swarm_save(e, path));
    CK_OK(hps_swarm_load(&again, NULL, space, path));
    ck_assert_str_eq(hps_swarm_stop_reason(again), "evaluations");
    ck_assert_int_eq(hps_swarm_set_int(again, "seed", 1), HPS_E_STATE);
    hps_swarm *both[] = {e, again};
    trace *t[2];
    for (int k = 0; k < 2; k++) {
        CK_OK(hps_swarm_set_int(both[k], "max_evaluations", 90));
        CK_OK(hps_swarm_set_real(both[k], "target", -5.0));
        CK_OK(hps_swarm_run(both[k], mixed_evaluate, NULL));
        t[k] = trace_of(both[k]);
        hps_swarm_destroy(both[k]);
    }
    trace_assert_equal(t[0], t[1]);
    free(t[0]);
    free(t[1]);
}
END_TEST

/* One evaluation a point with the same value or none at all, reloaded after every iteration. */
static hps_progress reloaded_run(hps_swarm *e, int works, const char *reason)
{
    hps_progress p = {.struct_size = (int32_t)sizeof p};
    while (!hps_swarm_done(e)) {
        int64_t id[64];
        double x[64 * MIXED_PARAMS], f[64];
        int32_t n;
        CK_OK(hps_swarm_ask(e, 64, &n, id, x));
        for (int32_t i = 0; i < n; i++) {
            f[i] = works ? 2.0 : (double)NAN;
        }
        CK_OK(hps_swarm_tell(e, n, id, f, NULL));
        CK_OK(hps_swarm_get_progress(e, &p));
        double seconds = p.seconds;
        CK_OK(hps_swarm_save(e, path));
        hps_swarm_destroy(e);
        CK_OK(hps_swarm_load(&e, NULL, space, path));
        CK_OK(hps_swarm_get_progress(e, &p));
        ck_assert(p.seconds >= seconds);
    }
    ck_assert_str_eq(hps_swarm_stop_reason(e), reason);
    hps_swarm_destroy(e);
    return p;
}

START_TEST(test_counters_of_the_stops_survive)
{
    hps_swarm *e = mixed_swarm(NULL, "swarm", 500);
    CK_OK(hps_swarm_set_int(e, "stagnation", 60));
    ck_assert_int_eq(reloaded_run(e, 1, "stagnation").n_evaluated, 72); /* 61, whole iterations */
    e = mixed_swarm(NULL, "paper", 500);
    ck_assert_int_eq(reloaded_run(e, 0, "all_failed").iteration, 6);
}
END_TEST

START_TEST(test_an_exhausted_run_is_loaded_as_such)
{
    hps_space *s;
    hps_swarm *e;
    CK_OK(hps_space_create(&s, NULL));
    CK_OK(hps_space_add_int(s, "i", 0, 400, HPS_SCALE_LINEAR));
    CK_OK(hps_swarm_create(&e, NULL, s, 1));
    CK_OK(hps_swarm_set_int(e, "max_iterations", 1000000));
    while (!hps_swarm_done(e)) {
        int64_t id[16];
        double x[16], f[16];
        int32_t n;
        CK_OK(hps_swarm_ask(e, 16, &n, id, x));
        for (int32_t i = 0; i < n; i++) {
            f[i] = fabs(x[i] - 100.0);
        }
        CK_OK(hps_swarm_tell(e, n, id, f, NULL));
    }
    CK_OK(hps_swarm_save(e, path));
    hps_swarm_destroy(e);
    CK_OK(hps_swarm_load(&e, NULL, s, path));
    ck_assert_str_eq(hps_swarm_stop_reason(e), "exhausted");
    hps_swarm_destroy(e);
    hps_space_destroy(s);
}
END_TEST

/* --------------------------------------------------- failing allocations */

static hps_status use_everything(hps_context *c, void *user)
{
    const char *variant = user;
    double start[MIXED_PARAMS] = {0.5, 1e-2, 3.0, 20.0, 1.0, 1.25};
    hps_space *s = NULL;
    hps_swarm *e = NULL, *again = NULL;
    hps_status st = mixed_space(&s, c);
    st = st == HPS_OK ? hps_swarm_create(&e, c, s, 1) : st;
    st = st == HPS_OK ? hps_swarm_set_text(e, "variant", variant) : st;
    st = st == HPS_OK ? hps_swarm_set_int(e, "max_evaluations", 200) : st;
    st = st == HPS_OK ? hps_swarm_set_start(e, 1, start) : st;
    st = st == HPS_OK ? hps_swarm_set_autosave(e, path, 5) : st;
    st = st == HPS_OK ? hps_swarm_run(e, mixed_evaluate, NULL) : st;
    st = st == HPS_OK ? hps_swarm_save(e, path) : st;
    st = st == HPS_OK ? hps_swarm_load(&again, c, s, path) : st;
    st = st == HPS_OK ? hps_swarm_set_int(again, "max_evaluations", 230) : st;
    st = st == HPS_OK ? hps_swarm_run(again, mixed_evaluate, NULL) : st;
    hps_swarm_destroy(again);
    hps_swarm_destroy(e);
    hps_space_destroy(s);
    return st;
}

START_TEST(test_every_allocation_may_fail)
{
    int64_t calls = fail_everywhere(use_everything, (void *)(uintptr_t)variants[_i]);
    ck_assert_int_gt(calls, 60);
}
END_TEST

/* A run that met the memory limit goes on when there is room again, on the same trajectory. */
START_TEST(test_a_run_out_of_memory_goes_on)
{
    hps_context *c;
    int64_t held;
    CK_OK(hps_context_create(&c, NULL));
    hps_swarm *e = mixed_swarm(c, "swarm", 331);
    hps_status st = HPS_E_MEMORY;
    int refusals = 0;
    while (st == HPS_E_MEMORY) {
        CK_OK(hps_context_memory(c, &held, NULL));
        CK_OK(hps_context_set_memory_limit(c, held + 700 * (refusals + 1)));
        st = hps_swarm_run(e, mixed_evaluate, NULL);
        refusals += st == HPS_E_MEMORY;
    }
    ck_assert_int_eq(st, HPS_OK);
    ck_assert_int_gt(refusals, 5);
    trace *t = trace_of(e), *expected = reference_trace("swarm", 331);
    trace_assert_equal(expected, t);
    free(t);
    free(expected);
    hps_swarm_destroy(e);
    hps_context_destroy(c);
}
END_TEST

static void add(TCase *t)
{
    tcase_add_checked_fixture(t, make, drop);
    tcase_add_test(t, test_every_flipped_byte_is_noticed);
    tcase_add_test(t, test_every_truncation_is_noticed);
    tcase_add_loop_test(t, test_forged_bytes_are_refused_or_harmless, 0, 9);
    tcase_add_test(t, test_other_files_are_refused);
    tcase_add_test(t, test_another_space_is_refused);
    tcase_add_test(t, test_a_space_without_freedom_is_saved_too);
    tcase_add_test(t, test_a_run_without_time_for_a_point_is_saved_too);
    tcase_add_test(t, test_arguments_and_places_are_checked);
    tcase_add_test(t, test_autosave_every_third_iteration);
    tcase_add_test(t, test_autosave_at_the_end_only);
    tcase_add_test(t, test_options_come_from_the_file);
    tcase_add_test(t, test_counters_of_the_stops_survive);
    tcase_add_test(t, test_an_exhausted_run_is_loaded_as_such);
    tcase_add_loop_test(t, test_every_allocation_may_fail, 0, 3);
    tcase_add_test(t, test_a_run_out_of_memory_goes_on);
}

int main(void)
{
    return run_tests("swarm_checkpoint", add);
}
