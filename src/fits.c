/* SPDX-License-Identifier: BSD-3-Clause */
/* Fitting the kinds of response surfaces to a set of trials. */
#include "fits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char words[] = "linear|quadratic|rbf|gp";

int surface_kind(const char *word, int32_t *kind)
{
    int index = 0, found = word_in(words, word, &index);

    *kind = index;
    return found;
}

const char *surface_word(int32_t kind)
{
    static const char *const names[] = {"linear", "quadratic", "rbf", "gp"};

    return names[kind];
}

enum { LEVELS = 9, MOST_AVERAGED = 200 };

/* A level of a parameter: from bound to bound along its scale, or a label. */
static double level(const hps_param_info *p, int k, int n)
{
    double t = n > 1 ? (double)k / (n - 1) : 0, v;

    if (p->kind == HPS_PARAM_CHOICE) {
        return k;
    }
    v = p->scale == HPS_SCALE_LOG ? p->lo * pow(p->hi / p->lo, t) : p->lo + t * (p->hi - p->lo);
    v = p->kind == HPS_PARAM_INT ? floor(v + 0.5) : v;
    return fmin(fmax(v, p->lo), p->hi);
}

/* The main effect of parameter i: between the largest and the least mean of the predictions at
 * the trials, all of them moved to one value of the parameter. */
static hps_status main_effect(const hps_surface *s, const trial_set *set, int32_t i, double *x,
                              double *effect)
{
    int64_t width = hps_space_size(set->space);
    int64_t step = (set->n + MOST_AVERAGED - 1) / MOST_AVERAGED, m = 0;
    hps_param_info p = {.struct_size = sizeof p};
    double f[MOST_AVERAGED], lo = (double)INFINITY, hi = -(double)INFINITY;
    hps_status st = hps_space_describe(set->space, i, &p);
    int n = p.kind == HPS_PARAM_CHOICE ? p.n_labels : LEVELS;

    for (int64_t t = 0; t < set->n; t += step, m++) {
        memcpy(x + m * width, set->x + t * width, (size_t)width * sizeof *x);
    }
    for (int k = 0; k < n && st == HPS_OK; k++) {
        double mean = 0;

        for (int64_t t = 0; t < m; t++) {
            x[t * width + i] = level(&p, k, n);
        }
        st = hps_surface_predict(s, m, x, f, NULL);
        for (int64_t t = 0; t < m; t++) {
            mean += f[t] / (double)m;
        }
        lo = fmin(lo, mean);
        hi = fmax(hi, mean);
    }
    *effect = hi - lo;
    return st != HPS_OK || isfinite(*effect) ? st : HPS_E_NUMERIC;
}

static hps_status find_effects(surface_fit *k, const hps_surface *s, const trial_set *set)
{
    int32_t width = hps_space_size(set->space);
    double *x = new_memory((size_t)MOST_AVERAGED * (size_t)width, sizeof *x);
    hps_status st = HPS_OK;

    k->effect = new_memory((size_t)width, sizeof *k->effect);
    for (int32_t i = 0; i < width && st == HPS_OK; i++) {
        st = main_effect(s, set, i, x, &k->effect[i]);
    }
    free(x);
    return st;
}

/* What a fitted surface says. */
static hps_status ask(surface_fit *k, const hps_surface *s, int32_t width)
{
    hps_status st;

    k->quality.struct_size = sizeof k->quality;
    k->x = new_memory((size_t)width, sizeof *k->x);
    st = hps_surface_get_quality(s, &k->quality);
    st = st == HPS_OK ? hps_surface_minimum(s, k->x, &k->value) : st;
    k->deviation = (double)NAN;
    if (st == HPS_OK && k->kind == HPS_SURFACE_GP) {
        double mean;

        k->length = new_memory((size_t)width, sizeof *k->length);
        st = hps_surface_predict(s, 1, k->x, &mean, &k->deviation);
        st = st == HPS_OK ? hps_surface_lengths(s, k->length) : st;
    }
    return st;
}

static hps_status fit_one(surface_fit *k, hps_context *c, const trial_set *set, const double *f)
{
    hps_surface *s = NULL;
    hps_status st = hps_surface_create(&s, c, set->space, k->kind);

    st = st == HPS_OK ? hps_surface_fit(s, set->n, set->x, f) : st;
    st = st == HPS_OK ? ask(k, s, hps_space_size(set->space)) : st;
    st = st == HPS_OK ? find_effects(k, s, set) : st;
    k->fitted = st == HPS_OK && isfinite(k->value);
    if (st == HPS_E_NUMERIC && k->x != NULL) {
        snprintf(k->why, sizeof k->why, "its predictions are not finite");
    } else if (st != HPS_OK) {
        snprintf(k->why, sizeof k->why, "%s", hps_last_error());
    }
    hps_surface_destroy(s);
    return st;
}

/* The largest R2 of values left out; a surface asked for alone is the best. */
static int find_best(const surface_fits *out)
{
    int best = -1;

    for (int i = 0; i < out->n; i++) {
        const surface_fit *k = &out->kinds[i];

        if (k->fitted && ((isfinite(k->quality.r2_loo) &&
                           (best < 0 || k->quality.r2_loo > out->kinds[best].quality.r2_loo)) ||
                          out->n == 1)) {
            best = i;
        }
    }
    return best;
}

static int fit_kinds(surface_fits *out, hps_context *c, const double *f, int32_t kind,
                     const char *path)
{
    hps_status st = HPS_OK, last = HPS_OK;
    int fitted = 0;

    for (int32_t i = 0; i < SURFACE_KINDS; i++) {
        if (kind < 0 || kind == i) {
            surface_fit *k = &out->kinds[out->n++];

            k->kind = i;
            st = fit_one(k, c, out->set, f);
            fitted += k->fitted;
            last = st != HPS_OK ? st : last;
            if (st == HPS_E_MEMORY) {
                break;
            }
        }
    }
    if (fitted == 0 && last == HPS_E_NUMERIC) {
        const surface_fit *k = &out->kinds[out->n - 1];

        return fail(EXIT_NUMERIC, "%s: %s: %s", path, surface_word(k->kind), k->why);
    }
    return st == HPS_E_MEMORY || fitted == 0 ? fail_library(last, EXIT_DATA) : EXIT_DONE;
}

/* There has to be something to describe. */
static int check_spread(const fits_order *o, const double *f)
{
    double lo = (double)INFINITY, hi = -(double)INFINITY;
    int64_t good = trials_count(o->set, HPS_EVAL_OK);

    for (int64_t i = 0; i < o->set->n; i++) {
        lo = fmin(lo, f[i]);
        hi = fmax(hi, f[i]);
    }
    if (good < 2 || !(lo < hi)) {
        return fail(EXIT_DATA,
                    "%s: stage %s has %lld trial%s with a value%s; a surface needs two that differ",
                    o->path, o->set->name, (long long)good, good == 1 ? "" : "s",
                    good < 2 ? "" : ", all the same");
    }
    return EXIT_DONE;
}

/* [n] What is fitted to, NaN where there is no value. */
static int take_values(const fits_order *o, double *f)
{
    const trial_set *s = o->set;
    char buffer[32];

    for (int64_t i = 0; i < s->n; i++) {
        double v = s->f[i * s->n_values + o->value];

        f[i] = s->items[i].outcome == HPS_EVAL_OK ? v : (double)NAN;
        if (o->log && f[i] <= 0) {
            return fail(EXIT_DATA, "%s:%d: value: %s has no logarithm; --log is for values above 0",
                        o->path, s->items[i].line, number_text(v, buffer));
        }
        f[i] = o->log ? log(f[i]) : f[i];
    }
    return check_spread(o, f);
}

int fits_make(surface_fits *out, hps_context *c, const fits_order *o)
{
    double *f = new_memory((size_t)o->set->n, sizeof *f);
    int rc = take_values(o, f);

    memset(out, 0, sizeof *out);
    out->set = o->set;
    out->log = o->log;
    rc = rc == EXIT_DONE ? fit_kinds(out, c, f, o->kind, o->path) : rc;
    free(f);
    out->best = find_best(out);
    for (int i = 0; i < out->n && o->log; i++) {
        out->kinds[i].value = exp(out->kinds[i].value);
    }
    return rc;
}

void fits_free(surface_fits *f)
{
    for (int i = 0; i < f->n; i++) {
        free(f->kinds[i].x);
        free(f->kinds[i].length);
        free(f->kinds[i].effect);
    }
    memset(f, 0, sizeof *f);
}
