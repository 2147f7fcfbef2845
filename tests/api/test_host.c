/* SPDX-License-Identifier: BSD-3-Clause */
/* A host is left in peace: whatever is called, and whatever fails, nothing is printed, and signals,
 * locale, floating-point settings, environment, umask and folder stay what they were. */
#include <check.h>
#include <fenv.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/atoms.h"
#include "support/suite.h"

#define N_SIGNALS 32
#define TEXT 4096

extern char **environ;

typedef struct host {
    void (*handlers[N_SIGNALS])(int);
    int blocked[N_SIGNALS];
    char locale[TEXT], folder[TEXT];
    locale_t of_thread;
    int rounding;
    unsigned int control; /* of the vector unit: masks, rounding, denormals */
    mode_t mask;
    uint64_t environment;
} host;

static void own_handler(int number)
{
    (void)number;
}

static void look_at_signals(host *h)
{
    sigset_t mask;

    sigprocmask(SIG_BLOCK, NULL, &mask);
    for (int i = 1; i < N_SIGNALS; i++) {
        struct sigaction now = {.sa_flags = 0};

        h->handlers[i] = sigaction(i, NULL, &now) == 0 ? now.sa_handler : NULL;
        h->blocked[i] = sigismember(&mask, i);
    }
}

static uint64_t hash_of_environment(void)
{
    uint64_t hash = 14695981039346656037u;

    for (char **e = environ; *e != NULL; e++) {
        for (const char *p = *e; *p != '\0'; p++) {
            hash = (hash ^ (uint64_t)(unsigned char)*p) * 1099511628211u;
        }
    }
    return hash;
}

static host look_at_host(void)
{
    host h = {.rounding = fegetround(), .of_thread = uselocale((locale_t)0)};

    look_at_signals(&h);
    snprintf(h.locale, sizeof h.locale, "%s", setlocale(LC_ALL, NULL));
    ck_assert_ptr_nonnull(getcwd(h.folder, sizeof h.folder));
    h.mask = umask(0);
    umask(h.mask);
    h.environment = hash_of_environment();
#ifdef __x86_64__
    h.control = __builtin_ia32_stmxcsr() & ~0x3fu; /* without the flags that arithmetic raises */
#endif
    return h;
}

static void compare_hosts(const host *a, const host *b)
{
    for (int i = 1; i < N_SIGNALS; i++) {
        ck_assert_msg(a->handlers[i] == b->handlers[i], "the handler of signal %d was changed", i);
        ck_assert_msg(a->blocked[i] == b->blocked[i], "the mask of signal %d was changed", i);
    }
    ck_assert_str_eq(a->locale, b->locale);
    ck_assert_msg(a->of_thread == b->of_thread, "the locale of the thread was changed");
    ck_assert_str_eq(a->folder, b->folder);
    ck_assert_int_eq(a->rounding, b->rounding);
    ck_assert_uint_eq(a->control, b->control);
    ck_assert_uint_eq(a->mask, b->mask);
    ck_assert_msg(a->environment == b->environment, "the environment was changed");
}

/* ------------------------------------------------------------- what is called */

static int32_t bowl(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    for (int32_t i = 0; i < b->n; i++) {
        f[i] = b->x[i] < -4 ? (double)NAN : b->x[i] * b->x[i];
        outcome[i] = b->x[i] > 4 ? HPS_EVAL_FAILED : HPS_EVAL_OK;
    }
    return user != NULL && b->iteration == 3 ? 7 : 0;
}

static void search(hps_context *c, const char *variant)
{
    hps_space *space;
    hps_swarm *swarm;
    int64_t id[64];
    double x[64], f;
    int32_t n, user = 1;

    ck_assert_int_eq(hps_space_create(&space, c), HPS_OK);
    ck_assert_int_eq(hps_space_add_real(space, "x", -5, 5, HPS_SCALE_LINEAR), HPS_OK);
    ck_assert_int_eq(hps_swarm_create(&swarm, c, space, 1), HPS_OK);
    ck_assert_int_eq(hps_swarm_set_text(swarm, "variant", variant), HPS_OK);
    ck_assert_int_eq(hps_swarm_set_int(swarm, "max_evaluations", 120), HPS_OK);
    ck_assert_int_eq(hps_swarm_run(swarm, bowl, &user), HPS_E_CALLBACK);
    ck_assert_int_eq(hps_swarm_run(swarm, bowl, NULL), HPS_OK);
    ck_assert_int_eq(hps_swarm_best(swarm, x, &f), HPS_OK);
    ck_assert_int_ne(hps_swarm_save(swarm, "/nowhere/at/all"), HPS_OK);
    ck_assert_int_ne(hps_swarm_ask(swarm, -1, &n, id, x), HPS_OK);
    ck_assert_int_ne(hps_swarm_set_real(swarm, "nonsense", 1), HPS_OK);
    hps_swarm_destroy(swarm);
    hps_space_destroy(space);
}

static void potential(hps_context *c)
{
    char path[] = "hpswarm-host-XXXXXX";
    hps_dataset *d = atoms_dataset(c), *copy;
    hps_soap *s = atoms_soap(c, 3, 2);
    hps_gpr *g, *loaded;
    double energy[4];

    close(mkstemp(path));
    for (uint64_t i = 0; i < 4; i++) {
        atoms a = atoms_grid(2, 2, 1, i % 2 == 0, 0, i);

        atoms_add(d, &a, ATOMS_ALL, "all");
    }
    ck_assert_int_eq(hps_dataset_write_extxyz(d, path, NULL, NULL, NULL), HPS_OK);
    ck_assert_int_eq(hps_dataset_create(&copy, c), HPS_OK);
    ck_assert_int_eq(hps_dataset_read_extxyz(copy, path, NULL, NULL, NULL), HPS_OK);
    ck_assert_int_ne(hps_dataset_read_extxyz(copy, "/nowhere", NULL, NULL, NULL), HPS_OK);
    ck_assert_int_eq(hps_gpr_create(&g, c, s), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_int(g, "n_sparse", 8), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_int(g, "fit_forces", 1), HPS_OK);
    ck_assert_int_ne(hps_gpr_save(g, path), HPS_OK);
    ck_assert_int_eq(hps_gpr_fit(g, copy), HPS_OK);
    ck_assert_int_eq(hps_gpr_predict(g, d, energy, NULL, NULL), HPS_OK);
    ck_assert_int_eq(hps_gpr_save(g, path), HPS_OK);
    ck_assert_int_eq(hps_gpr_load(&loaded, c, path), HPS_OK);
    ck_assert_int_eq(truncate(path, 40), 0);
    hps_gpr_destroy(loaded);
    ck_assert_int_ne(hps_gpr_load(&loaded, c, path), HPS_OK);
    hps_gpr_destroy(g);
    hps_soap_destroy(s);
    hps_dataset_destroy(copy);
    hps_dataset_destroy(d);
    unlink(path);
}

static void call_much(void)
{
    hps_context *c = atoms_context(2);

    search(c, "paper");
    search(c, "swarm");
    search(c, "guided");
    potential(c);
    ck_assert_int_eq(hps_context_set_memory_limit(c, 1), HPS_OK);
    ck_assert_int_ne(hps_soap_create(&(hps_soap *){NULL}, c, 1, &(int32_t){6}), HPS_OK);
    hps_context_destroy(c);
}

/* Bytes that a call leaves on one of the standard streams. */
static long quietly(int stream, void (*call)(void))
{
    FILE *file = tmpfile();
    int kept = dup(stream);
    long size;

    ck_assert_ptr_nonnull(file);
    fflush(NULL);
    dup2(fileno(file), stream);
    call();
    fflush(NULL);
    dup2(kept, stream);
    close(kept);
    size = (long)lseek(fileno(file), 0, SEEK_END);
    fclose(file);
    return size;
}

START_TEST(test_the_host_stays_as_it_was)
{
    const int roundings[] = {FE_TONEAREST, FE_UPWARD};
    sigset_t some;

    signal(SIGUSR1, own_handler);
    sigemptyset(&some);
    sigaddset(&some, SIGUSR2);
    sigprocmask(SIG_BLOCK, &some, NULL);
    umask(027);
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL) { /* a decimal comma, where it is installed */
        setlocale(LC_ALL, "C.UTF-8");
    }
    for (int i = 0; i < 2; i++) {
        host before, after;

        fesetround(roundings[i]);
        before = look_at_host();
        call_much();
        after = look_at_host();
        compare_hosts(&before, &after);
        fesetround(FE_TONEAREST);
    }
}
END_TEST

START_TEST(test_nothing_is_printed)
{
    ck_assert_int_eq(quietly(STDOUT_FILENO, call_much), 0);
    ck_assert_int_eq(quietly(STDERR_FILENO, call_much), 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("host");
    TCase *t = tcase_create("host");

    tcase_set_timeout(t, 300);
    tcase_add_test(t, test_the_host_stays_as_it_was);
    tcase_add_test(t, test_nothing_is_printed);
    suite_add_tcase(s, t);
    return suite_end(s);
}
