/* SPDX-License-Identifier: BSD-3-Clause */
/* The reader of trials, lines and tables: what it accepts lies inside the bounds and has values. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "trials.h"

static const char *const files[] = {
    "strategy: search\n"
    "objective: {command: x}\n"
    "parameters: {cutoff: [3, 6], n: {range: [1, 8], type: int}, mode: {choice: [fast, 'a;b']}}\n",
    "strategy: search\n"
    "objective: {command: x, values: 2}\n"
    "parameters: {cutoff: {range: [3, 6], scale: log}, n: [1, 8]}\n",
    "data: {file: x.xyz}\n"
    "soap: {rcut_hard: 5, rcut_soft: [4, 5], atom_sigma_r: {C: [0.1, 1]}}\n"
    "gap: {delta: [0.1, 5], sigma_energy: [0.001, 0.1]}\n"};
enum { N_FILES = sizeof files / sizeof files[0] };

static void check_point(const trial_set *s, const double *x)
{
    for (int32_t i = 0; i < hps_space_size(s->space); i++) {
        hps_param_info p = {.struct_size = sizeof p};
        double lo, hi;

        if (hps_space_describe(s->space, i, &p) != HPS_OK) {
            abort();
        }
        lo = p.kind == HPS_PARAM_CHOICE ? 0 : p.lo;
        hi = p.kind == HPS_PARAM_CHOICE ? p.n_labels - 1 : p.hi;
        if (!(x[i] >= lo && x[i] <= hi) || (p.kind != HPS_PARAM_REAL && floor(x[i]) != x[i])) {
            abort();
        }
    }
}

static void check_set(const trial_set *s)
{
    for (int64_t i = 0; i < s->n; i++) {
        check_point(s, s->x + i * hps_space_size(s->space));
        for (int k = 0; k < s->n_values && s->items[i].outcome == HPS_EVAL_OK; k++) {
            if (!isfinite(s->f[i * s->n_values + k])) {
                abort();
            }
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_path(data, size);

    for (int i = 0; i < N_FILES && path != NULL; i++) {
        runfile *r = NULL;
        trials *t = NULL;

        if (runfile_parse(&r, "run.yaml", files[i], strlen(files[i]), 0, NULL, RUNFILE_RANGES) !=
            EXIT_DONE) {
            abort();
        }
        if (trials_read(&t, r, NULL, path) == EXIT_DONE) {
            for (int k = 0; k < t->n_sets; k++) {
                check_set(&t->sets[k]);
            }
        }
        trials_free(t);
        runfile_free(r);
    }
    return 0;
}
