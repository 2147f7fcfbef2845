/* SPDX-License-Identifier: BSD-3-Clause */
/* Variant guided: memory, and what a checkpoint keeps of it (models are made again). */
#include <math.h>
#include <string.h>

#include "swarm/guided.h"

enum { LEADER_POINTS = 200 };

void hpsi_guided_destroy(hpsi_guided *g)
{
    if (g == NULL) {
        return;
    }
    hpsi_rbf_destroy(g->global);
    hpsi_rbf_destroy(g->local);
    hpsi_ard_destroy(g->ard);
    hpsi_seekers_destroy(g->sought);
    hpsi_quadratic_destroy(g->full);
    hpsi_quadratic_destroy(g->separable);
    hpsi_free(g->ordered);
    hpsi_free(g->role);
    hpsi_free(g->foretold);
    hpsi_free(g->arena);
    hpsi_free(g->order);
    hpsi_free(g->offset);
    hpsi_free(g->image);
    hpsi_free(g);
}

static hps_status count_coordinates(hps_swarm *e, hpsi_guided *g)
{
    int64_t features = 0;
    g->ordered = hpsi_new(e->context, e->n_dims, sizeof *g->ordered);
    if (g->ordered == NULL) {
        return HPS_E_MEMORY;
    }
    for (int32_t d = 0; d < e->n_dims; d++) {
        const hpsi_param *p = &e->space->params[e->dims[d]];
        int choice = p->kind == HPS_PARAM_CHOICE;
        features += choice ? hpsi_param_levels(p) : 1;
        if (!choice) {
            g->ordered[g->n_ordered++] = d;
        }
    }
    if (features > INT32_MAX / 2) {
        return hpsi_fail(HPS_E_UNSUPPORTED, "swarm: guided: %lld levels of choices are too many",
                         (long long)features);
    }
    g->n_features = (int32_t)features;
    return HPS_OK;
}

/* One block for all arrays whose size is known now. */
static hps_status cut_arena(hps_swarm *e, hpsi_guided *g, int32_t slots)
{
    int64_t m = g->n_ordered;
    int64_t d = e->n_dims;
    int64_t n = g->max_points;
    int64_t wide = n * g->n_features;
    struct {
        double **array;
        int64_t size;
    } const cuts[] = {{&g->prediction, (int64_t)slots * HPSI_FORECASTS},
                      {&g->judged, (int64_t)slots * HPSI_FORECASTS},
                      {&g->judged_f, slots},
                      {&g->expected, slots},
                      {&g->metric, m * m},
                      {&g->inverse, m * m},
                      {&g->vectors, m * m},
                      {&g->eigenvalues, m},
                      {&g->proposal, HPSI_ROLES * d},
                      {&g->points, wide},
                      {&g->values, n},
                      {&g->mapped, n * HPSI_MAPS},
                      {&g->sorted, n},
                      {&g->weights, n},
                      {&g->lo, m},
                      {&g->hi, m},
                      {&g->start, m},
                      {&g->step, m},
                      {&g->work, 4 * m},
                      {&g->trial, d},
                      {&g->speed, d},
                      {&g->best_trial, d},
                      {&g->best_speed, d},
                      {&g->feature, g->n_features}};
    int64_t total = 0;
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        total += cuts[i].size;
    }
    g->arena = hpsi_new(e->context, total, sizeof *g->arena);
    if (g->arena == NULL) {
        return HPS_E_MEMORY;
    }
    double *at = g->arena;
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        *cuts[i].array = at;
        at += cuts[i].size;
    }
    return HPS_OK;
}

static hps_status create_surfaces(hps_swarm *e, hpsi_guided *g)
{
    int32_t m = g->n_ordered;
    int32_t full = 2 * m + 2 > LEADER_POINTS ? 2 * m + 2 : LEADER_POINTS;
    int32_t separable = 3 * (1 + 2 * m);
    g->max_points = separable > HPSI_MODEL_POINTS ? separable : HPSI_MODEL_POINTS;
    int32_t global = (int32_t)hpsi_guided_global_points(g);
    hps_status st = hpsi_rbf_create(&g->global, e->context, global, g->n_features);
    if (st == HPS_OK) {
        st = hpsi_rbf_create(&g->local, e->context, (int32_t)hpsi_guided_local_points(g), m);
    }
    if (st == HPS_OK) {
        st = hpsi_ard_create(&g->ard, e->context, global, g->n_features);
    }
    if (st == HPS_OK) {
        st = hpsi_quadratic_create(&g->full, e->context, full, m, 0);
    }
    return st != HPS_OK ? st : hpsi_quadratic_create(&g->separable, e->context, separable, m, 1);
}

hps_status hpsi_guided_create(hps_swarm *e, int32_t slots)
{
    hpsi_guided *g = hpsi_new(e->context, 1, sizeof *g);
    if (g == NULL) {
        return HPS_E_MEMORY;
    }
    e->guided = g;
    hps_status st = count_coordinates(e, g);
    if (st == HPS_OK) {
        st = create_surfaces(e, g);
    }
    if (st == HPS_OK) {
        st = cut_arena(e, g, slots);
    }
    g->fitted = g->as_of = -1;
    hpsi_guided_make_plan(e);
    g->n_seekers = hpsi_seekers_wanted(e);
    if (st == HPS_OK && g->n_seekers > 0) {
        st = hpsi_seekers_create(&g->sought, e, slots, g->n_features);
    }
    g->role = hpsi_new(e->context, slots, sizeof *g->role);
    g->foretold = hpsi_new(e->context, slots, sizeof *g->foretold);
    if (st == HPS_OK && (g->role == NULL || g->foretold == NULL)) {
        st = HPS_E_MEMORY;
    }
    return st; /* hpsi_swarm_release frees what there is */
}

/* ----------------------------------------------------------- checkpoint */

void hpsi_guided_pack(const hps_swarm *e, hpsi_pack *p)
{
    const hpsi_guided *g = e->guided;
    hpsi_pack_int(p, g->epoch);
    hpsi_pack_real(p, g->reference);
    hpsi_pack_reals(p, HPSI_ROLES, g->radius);
    hpsi_pack_reals(p, HPSI_MAPS, g->credit);
    hpsi_pack_int(p, g->map);
    hpsi_pack_real(p, g->ranked);
    hpsi_pack_real(p, g->judgements);
    hpsi_pack_int(p, g->predicted);
    hpsi_pack_ints(p, e->n_slots, g->role);
    hpsi_pack_reals(p, (int64_t)e->n_slots * HPSI_FORECASTS, g->prediction);
    hpsi_pack_int(p, g->model);
    hpsi_pack_reals(p, HPSI_MODELS, g->trust);
    hpsi_pack_reals(p, (int64_t)g->n_features + 1, g->ard->theta);
    hpsi_pack_reals(p, (int64_t)g->n_features + 1, g->ard->move);
    hpsi_pack_int(p, g->returned);
    hpsi_pack_int(p, g->polished);
    hpsi_pack_int(p, g->budget);
    hpsi_pack_int(p, g->ending);
    hpsi_pack_int(p, g->n_seekers);
    if (g->n_seekers > 0) {
        hpsi_seekers_pack(g->sought, p);
    }
    if (e->asynchronous) {
        hpsi_guided_pack_async(e, p);
    }
}

static int sound(const hps_swarm *e)
{
    const hpsi_guided *g = e->guided;
    int good = !isnan(g->reference);
    good = good && g->judgements >= 0.0 && g->judgements <= 1e3; /* 20 at the most */
    good = good && fabs(g->ranked) <= g->judgements;
    for (int32_t i = 0; i < HPSI_ROLES; i++) {
        good = good && g->radius[i] >= 0.0 && isfinite(g->radius[i]);
    }
    for (int32_t i = 1; i < HPSI_ROLES; i++) {
        good = good && (g->radius[i] > 0.0 || e->designs == 0 || e->n_dims == 0);
    }
    for (int32_t i = 0; i < HPSI_MODELS; i++) {
        good = good && fabs(g->trust[i]) <= 1.0;
    }
    good = good && hpsi_ard_sound(g->ard);
    for (int32_t i = 0; i < HPSI_MAPS; i++) {
        good = good && fabs(g->credit[i]) <= 1.0;
    }
    for (int32_t i = 0; i < e->n_slots; i++) {
        good = good && g->role[i] >= 0 && g->role[i] < HPSI_ROLES + (g->n_seekers > 0);
    }
    for (int64_t i = 0; i < (int64_t)e->n_slots * HPSI_FORECASTS; i++) {
        good = good && !isnan(g->prediction[i]);
    }
    return good;
}

/* Before version 6 only the credit was kept: it counts as the one judgement there was. */
static void unpack_ranking(hpsi_guided *g, hpsi_pack *p)
{
    if (p->version > 5) {
        g->ranked = hpsi_unpack_real(p);
        g->judgements = hpsi_unpack_real(p);
    } else {
        g->ranked = g->credit[g->map];
        g->judgements = g->ranked != 0.0;
    }
}

/* Before version 7 there was one model: the other is taken to have foretold the same. */
void hpsi_guided_unpack_forecasts(hpsi_pack *p, int64_t n, double *forecasts)
{
    for (int64_t i = 0; i < n && p->version < 7; i++) {
        double *to = forecasts + i * HPSI_FORECASTS;
        hpsi_unpack_reals(p, HPSI_MAPS, to);
        memcpy(to + HPSI_MAPS, to, HPSI_MAPS * sizeof *to);
    }
    if (p->version > 6) {
        hpsi_unpack_reals(p, n * HPSI_FORECASTS, forecasts);
    }
}

/* Before version 11 there were none, and there are none now. How many are automatic may have
 * changed since the file was written: it goes on with its own number. */
static void unpack_seekers(hpsi_guided *g, hpsi_pack *p)
{
    int32_t most = g->sought != NULL ? INT32_MAX : 0;
    g->n_seekers = p->version > 10 ? (int32_t)hpsi_unpack_int_in(p, 0, most) : 0;
    if (p->status == HPS_OK && g->n_seekers > 0) {
        hpsi_seekers_unpack(g->sought, p);
    } else {
        hpsi_seekers_destroy(g->sought);
        g->sought = NULL;
    }
}

static void unpack_models(hpsi_guided *g, int64_t rows, hpsi_pack *p)
{
    if (p->version > 6) {
        g->model = (int32_t)hpsi_unpack_int_in(p, 0, HPSI_MODELS - 1);
        hpsi_unpack_reals(p, HPSI_MODELS, g->trust);
        hpsi_unpack_reals(p, (int64_t)g->n_features + 1, g->ard->theta);
    }
    if (p->version > 7) {
        hpsi_unpack_reals(p, (int64_t)g->n_features + 1, g->ard->move);
    }
    if (p->version > 8) {
        g->returned = (int32_t)hpsi_unpack_int_in(p, 0, g->epoch == 0);
        g->polished = hpsi_unpack_int_in(p, 0, rows);
    }
    /* Before version 10 there was no plan, and none is made now. */
    g->budget = p->version > 9 ? hpsi_unpack_int_in(p, 0, HPSI_RETURN_ROWS) : 0;
    g->ending = p->version > 9 ? (int32_t)hpsi_unpack_int_in(p, 0, g->budget > 0) : 0;
    unpack_seekers(g, p);
}

void hpsi_guided_unpack(hps_swarm *e, hpsi_pack *p)
{
    hpsi_guided *g = e->guided;
    g->epoch = hpsi_unpack_int_in(p, 0, e->archive.n);
    if (p->status == HPS_OK) {
        p->status = hpsi_guided_reserve(
            e, e->n_slots +
                   hpsi_noisy_repeats(e)); /* an open batch may be completed before the next */
    }
    g->reference = hpsi_unpack_real(p);
    hpsi_unpack_reals(p, HPSI_ROLES, g->radius);
    hpsi_unpack_reals(p, HPSI_MAPS, g->credit);
    g->map = (int32_t)hpsi_unpack_int_in(p, 0, HPSI_MAPS - 1);
    unpack_ranking(g, p);
    g->predicted = (int32_t)hpsi_unpack_int_in(p, 0, 1);
    hpsi_unpack_ints(p, e->n_slots, g->role);
    hpsi_guided_unpack_forecasts(p, e->n_slots, g->prediction);
    unpack_models(g, e->archive.n, p);
    if (p->status == HPS_OK && !sound(e)) {
        p->status = hpsi_fail(HPS_E_FORMAT, "holds a model's state that is no number in range");
    }
    if (e->asynchronous && p->status == HPS_OK) {
        hpsi_guided_unpack_async(e, p);
    }
}
