/* SPDX-License-Identifier: BSD-3-Clause */
/* What response surfaces say, for programs and for people. */
#include <math.h>
#include <string.h>

#include "fits.h"
#include "tune.h"

static void by_name(json *j, const char *key, const hps_space *space, const double *v)
{
    json_open(j, key, '{');
    for (int32_t i = 0; i < hps_space_size(space); i++) {
        hps_param_info p = {.struct_size = sizeof p};

        (void)hps_space_describe(space, i, &p);
        json_number(j, p.name, v[i]);
    }
    json_close(j, '}');
}

static void kind_json(json *j, const surface_fit *k, const hps_space *space)
{
    json_open(j, NULL, '{');
    json_text(j, "kind", surface_word(k->kind));
    if (!k->fitted) {
        json_text(j, "reason", k->why);
        json_close(j, '}');
        return;
    }
    json_int(j, "terms", k->quality.n_terms);
    json_number(j, "r2", k->quality.r2);
    json_number(j, "r2_loo", k->quality.r2_loo);
    json_number(j, "rmse", k->quality.rmse);
    json_number(j, "rmse_loo", k->quality.rmse_loo);
    json_open(j, "minimum", '{');
    outcome_parameters(j, "parameters", space, k->x);
    json_number(j, "value", k->value);
    if (k->length != NULL) {
        json_number(j, "deviation", k->deviation);
    }
    json_close(j, '}');
    by_name(j, "effects", space, k->effect);
    if (k->length != NULL) {
        json_number(j, "noise", k->quality.noise);
        by_name(j, "lengths", space, k->length);
    }
    json_close(j, '}');
}

void fits_json(json *j, const surface_fits *f)
{
    json_bool(j, "log", f->log);
    json_open(j, "surfaces", '[');
    for (int i = 0; i < f->n; i++) {
        kind_json(j, &f->kinds[i], f->set->space);
    }
    json_close(j, ']');
    if (f->best >= 0) {
        json_text(j, "best", surface_word(f->kinds[f->best].kind));
    } else {
        json_null(j, "best");
    }
}

/* -------------------------------------------------------------- for people */

static void print_kind(FILE *out, const surface_fit *k)
{
    const hps_surface_quality *q = &k->quality;

    if (!k->fitted) {
        fprintf(out, "  %-10s not fitted: %s\n", surface_word(k->kind), k->why);
    } else if (isfinite(q->r2_loo)) {
        fprintf(out, "  %-10s %5d %9.4f %9.4f %11.4g %11.4g %12.6g\n", surface_word(k->kind),
                (int)q->n_terms, q->r2, q->r2_loo, q->rmse, q->rmse_loo, k->value);
    } else {
        fprintf(out, "  %-10s %5d %9.4f %9s %11.4g %11s %12.6g\n", surface_word(k->kind),
                (int)q->n_terms, q->r2, "-", q->rmse, "-", k->value);
    }
}

static void print_value(FILE *out, const hps_space *space, int32_t i, const hps_param_info *p,
                        double v)
{
    if (p->kind == HPS_PARAM_CHOICE) {
        fprintf(out, " %12s", hps_space_label(space, i, (int32_t)v));
    } else {
        fprintf(out, " %12.6g", v);
    }
}

static const surface_fit *find_process(const surface_fits *f)
{
    for (int i = 0; i < f->n; i++) {
        if (f->kinds[i].length != NULL) {
            return &f->kinds[i];
        }
    }
    return NULL;
}

static void print_minimum(FILE *out, const surface_fits *f, int64_t least)
{
    const surface_fit *k = &f->kinds[f->best], *gp = find_process(f);
    const hps_space *space = f->set->space;

    fprintf(out, "  %-32s %12s %12s %11s%s\n", "", "its minimum", "best trial", "effect",
            gp != NULL ? "  length (gp)" : "");
    for (int32_t i = 0; i < hps_space_size(space); i++) {
        hps_param_info p = {.struct_size = sizeof p};

        (void)hps_space_describe(space, i, &p);
        fprintf(out, "  %-32s", p.name);
        print_value(out, space, i, &p, k->x[i]);
        print_value(out, space, i, &p, f->set->x[least * hps_space_size(space) + i]);
        fprintf(out, " %11.3g", k->effect[i]);
        if (gp != NULL) {
            fprintf(out, " %12.3g", gp->length[i]);
        }
        fputs(p.kind == HPS_PARAM_CHOICE ? ""
              : k->x[i] <= p.lo          ? "  (at the lower bound)"
              : k->x[i] >= p.hi          ? "  (at the upper bound)"
                                         : "",
              out);
        fputc('\n', out);
    }
}

void fits_print(FILE *out, const surface_fits *f, int value)
{
    const trial_set *s = f->set;
    int64_t least = trials_best(s, value);
    long long lost = (long long)(s->n - trials_count(s, HPS_EVAL_OK));
    const surface_fit *k = f->best >= 0 ? &f->kinds[f->best] : NULL;

    fprintf(out,
            "stage %s: %lld trials over %d parameters, %lld without a value; the best is %.6g in "
            "line %d\n",
            s->name, (long long)s->n, (int)hps_space_size(s->space), lost,
            s->f[least * s->n_values + value], s->items[least].line);
    fprintf(out, "%s", f->log ? "surfaces of ln(value):\n" : "");
    fprintf(out, "  %-10s %5s %9s %9s %11s %11s %12s\n", "surface", "terms", "R2", "R2 loo", "rmse",
            "rmse loo", "minimum");
    for (int i = 0; i < f->n; i++) {
        print_kind(out, &f->kinds[i]);
    }
    if (k == NULL) {
        fputs("  none can be judged: too few trials, or their values do not differ\n", out);
        return;
    }
    fprintf(out, "%s%s%s; its minimum %.6g", surface_word(k->kind),
            f->n > 1 ? " predicts values left out best" : "",
            k->quality.r2_loo <= 0 ? " (no better than their mean)" : "", k->value);
    if (isfinite(k->deviation)) {
        fprintf(out, f->log ? " (times or over %.3g)" : " +- %.2g",
                f->log ? exp(k->deviation) : k->deviation);
    }
    fputs(" is a prediction: evaluate it\n", out);
    print_minimum(out, f, least);
}
