/* SPDX-License-Identifier: BSD-3-Clause */
/* A host whose numbers have a comma (de_DE) gets the same files and values as one whose numbers
 * have a point, and reads them. Where that locale is not installed nothing is compared, unless
 * HPSWARM_TEST_COMMA is set: tests/locale/comma.sh makes one. */
#include <check.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/atoms.h"
#include "support/suite.h"

#define OK(call) ck_assert_msg((call) == HPS_OK, "%s", hps_last_error())
enum { FRAMES = 4, MOST = 1 << 16 };

typedef struct results {
    char data[MOST], model[MOST], checkpoint[MOST]; /* of the last the size: it has seconds in it */
    long size[3];
    double energy[FRAMES], choice[2], best;
} results;

static int has_comma(void)
{
    return strcmp(localeconv()->decimal_point, ",") == 0;
}

static long take_file(const char *path, char *bytes)
{
    FILE *f = fopen(path, "rb");
    long n;

    ck_assert_ptr_nonnull(f);
    n = (long)fread(bytes, 1, MOST, f);
    fclose(f);
    ck_assert_int_lt(n, MOST);
    unlink(path);
    return n;
}

/* Numbers with more digits than are read without the C library, exponents, and noise of every kind.
 */
static void read_text(hps_dataset *d)
{
    static const char text[] =
        "2\n"
        "Properties=species:S:1:pos:R:3:forces:R:3:force_atom_sigma:R:1 energy=-1.25 "
        "energy_sigma=0.5 virial_component_sigma=\"1 2.5 3 4 5 6\" virial=\"1.5 0 0 0 2.25e+0 0 0 "
        "0 0.1234567890123456789012345678901\"\n"
        "C 0.5 1.2345678901234567890123 -1e-1 0.1 0.2 0.3 0.75\n"
        "C 1.75d0 .5 2. -0.1 -0.2 -0.3 0.25\n";
    FILE *f = fopen("locale.in", "w");
    hps_frame frame = {.struct_size = sizeof frame};

    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
    OK(hps_dataset_read_extxyz(d, "locale.in", NULL, NULL, NULL));
    unlink("locale.in");
    OK(hps_dataset_frame(d, 0, &frame));
    ck_assert(frame.energy == -1.25 && frame.energy_sigma == 0.5 && frame.virial[4] == 2.25);
    ck_assert(frame.virial[8] == 0.12345678901234568 && frame.positions[2] == -0.1);
    ck_assert(frame.positions[1] == 1.2345678901234568 && frame.positions[3] == 1.75);
    ck_assert(hps_dataset_force_sigmas(d, 0)[2] == 0.75);
    ck_assert(hps_dataset_virial_sigmas(d, 0)[4] == 2.5);
}

/* A choice among numbers is text, which a study has to read. */
static void choose(const hps_gpr *g, const hps_dataset *d, double *value)
{
    const char *const labels[] = {"0.5", "1.25e-1"};
    hps_space *space;
    hps_study *study;

    OK(hps_space_create(&space, NULL));
    OK(hps_space_add_choice(space, "gap.delta", 2, labels));
    OK(hps_study_create(&study, NULL, space, g, d, d));
    for (int i = 0; i < 2; i++) {
        hps_gpr *at;

        OK(hps_study_apply(study, &(double){i}, &at));
        OK(hps_gpr_get(at, "delta", &value[i]));
        hps_gpr_destroy(at);
    }
    ck_assert(value[0] == 0.5 && value[1] == 0.125);
    hps_study_destroy(study);
    hps_space_destroy(space);
}

static int32_t bowl(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    for (int32_t i = 0; i < b->n; i++) {
        f[i] = (b->x[i] - 0.3) * (b->x[i] - 0.3);
    }
    return (void)outcome, (void)user, 0;
}

static void search(results *r)
{
    hps_space *space;
    hps_swarm *swarm, *again;
    double x;

    OK(hps_space_create(&space, NULL));
    OK(hps_space_add_real(space, "x", -0.5, 1.5, HPS_SCALE_LINEAR));
    OK(hps_swarm_create(&swarm, NULL, space, 1));
    OK(hps_swarm_set_int(swarm, "max_evaluations", 60));
    OK(hps_swarm_run(swarm, bowl, NULL));
    OK(hps_swarm_best(swarm, &x, &r->best));
    OK(hps_swarm_save(swarm, "locale.hpsw"));
    OK(hps_swarm_load(&again, NULL, space, "locale.hpsw"));
    r->size[2] = take_file("locale.hpsw", r->checkpoint);
    hps_swarm_destroy(again);
    hps_swarm_destroy(swarm);
    hps_space_destroy(space);
}

static void use_everything(results *r)
{
    hps_dataset *d = atoms_dataset(NULL), *text, *copy;
    hps_soap *s = atoms_soap(NULL, 3, 2);
    hps_gpr *g, *loaded;

    memset(r, 0, sizeof *r);
    OK(hps_dataset_create(&text, NULL));
    read_text(text);
    hps_dataset_destroy(text);
    for (uint64_t i = 0; i < FRAMES; i++) {
        atoms a = atoms_grid(2, 2, 1, 0, 0, i);

        atoms_add(d, &a, ATOMS_ALL, "all");
        OK(hps_dataset_set_noise(d, (int64_t)i, 0.125, 0.0625, 0.5, NULL));
    }
    OK(hps_dataset_write_extxyz(d, "locale.xyz", NULL, NULL, NULL));
    OK(hps_dataset_create(&copy, NULL));
    OK(hps_dataset_read_extxyz(copy, "locale.xyz", NULL, NULL, NULL));
    r->size[0] = take_file("locale.xyz", r->data);
    OK(hps_gpr_create(&g, NULL, s));
    OK(hps_gpr_set_int(g, "n_sparse", 6));
    OK(hps_gpr_fit(g, copy));
    OK(hps_gpr_save(g, "locale.hpsm"));
    OK(hps_gpr_load(&loaded, NULL, "locale.hpsm"));
    OK(hps_gpr_predict(loaded, d, r->energy, NULL, NULL));
    r->size[1] = take_file("locale.hpsm", r->model);
    choose(g, d, r->choice);
    search(r);
    hps_gpr_destroy(loaded);
    hps_gpr_destroy(g);
    hps_soap_destroy(s);
    hps_dataset_destroy(copy);
    hps_dataset_destroy(d);
}

START_TEST(test_a_comma_changes_nothing)
{
    static results point, comma;
    char folder[] = "hpswarm_locale_XXXXXX";

    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    use_everything(&point);
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL) {
        ck_assert_msg(getenv("HPSWARM_TEST_COMMA") == NULL, "there is no locale with a comma");
        puts("no locale with a comma: nothing to compare");
    } else {
        ck_assert(has_comma());
        use_everything(&comma);
        ck_assert_mem_eq(point.size, comma.size, sizeof point.size);
        ck_assert_mem_eq(point.data, comma.data, sizeof point.data);
        ck_assert_mem_eq(point.model, comma.model, sizeof point.model);
        ck_assert_mem_eq(point.energy, comma.energy, sizeof point.energy);
        ck_assert(point.best == comma.best && point.choice[1] == comma.choice[1]);
        ck_assert(has_comma());
    }
    ck_assert_int_eq(chdir(".."), 0);
    ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("locale");
    TCase *t = tcase_create("locale");

    tcase_set_timeout(t, 300);
    tcase_add_test(t, test_a_comma_changes_nothing);
    suite_add_tcase(s, t);
    return suite_end(s);
}
