/* SPDX-License-Identifier: BSD-3-Clause */
/* Variant guided: which points of the epoch a model is made of, and their coordinates. */
#include <math.h>
#include <string.h>

#include "base/linalg.h"
#include "swarm/guided.h"

#define REPEATED 1e-10
#define LEVEL 0.7071067811865476 /* two levels of a choice are at distance 1 */

int64_t hpsi_guided_rows(const hps_swarm *e)
{
    return e->archive.n - e->guided->epoch;
}

static int64_t points(int32_t n, int64_t least)
{
    int64_t most = 6 * (int64_t)n;
    return most < least ? least : most > HPSI_MODEL_POINTS ? HPSI_MODEL_POINTS : most;
}

int64_t hpsi_guided_global_points(const hpsi_guided *g)
{
    return points(g->n_features, 80);
}

int64_t hpsi_guided_local_points(const hpsi_guided *g)
{
    return points(g->n_ordered, 60);
}

hps_status hpsi_guided_reserve(hps_swarm *e, int64_t more)
{
    hpsi_guided *g = e->guided;
    int64_t n = e->archive.n + more; /* a return takes all */
    int64_t size = g->n_ordered * (int64_t)sizeof(double);
    void *p = g->order;
    hps_status st = hpsi_grow(e->context, &p, &g->order_capacity, n, sizeof *g->order);
    g->order = p;
    if (st == HPS_OK) {
        p = g->offset;
        st = hpsi_grow(e->context, &p, &g->offset_capacity, n, size);
        g->offset = p;
    }
    if (st == HPS_OK) {
        p = g->image;
        st = hpsi_grow(e->context, &p, &g->image_capacity, n, size);
        g->image = p;
    }
    return st;
}

/* Is the value of a row known, at the time that counts? */
static int visible(const hps_swarm *e, int64_t r)
{
    const hpsi_row *row = &e->archive.rows[r];
    int late = e->guided != NULL && e->guided->as_of >= 0 && row->rank >= e->guided->as_of;
    return row->state == HPSI_ROW_TOLD && !late;
}

/* Is something expected of a row that is under way, and does that count? */
static int believed(const hps_swarm *e, int64_t r)
{
    const hpsi_row *row = &e->archive.rows[r];
    int away = e->guided->believes && row->state != HPSI_ROW_TOLD && e->row[row->particle] == r;
    return away && e->guided->foretold[row->particle];
}

static double value_of(const hps_swarm *e, int64_t r)
{
    return visible(e, r) ? e->archive.rows[r].f : e->guided->expected[e->archive.rows[r].particle];
}

static int failed(const hps_swarm *e, int64_t r)
{
    return visible(e, r) && e->archive.rows[r].f == (double)INFINITY;
}

/* ---------------------------------------------------------------- order */

static inline int precedes(hpsi_ranked a, hpsi_ranked b)
{
    return a.key != b.key ? a.key < b.key : a.row < b.row;
}

static void insert_all(int64_t lo, int64_t hi, hpsi_ranked *order)
{
    for (int64_t i = lo + 1; i <= hi; i++) {
        hpsi_ranked t = order[i];
        int64_t k = i;
        for (; k > lo && precedes(t, order[k - 1]); k--) {
            order[k] = order[k - 1];
        }
        order[k] = t;
    }
}

/* Hoare's partition of lo..hi about the middle: the last place of the lower part. */
static int64_t partition(int64_t lo, int64_t hi, hpsi_ranked *order)
{
    hpsi_ranked middle = order[lo + (hi - lo) / 2];
    int64_t i = lo - 1, j = hi + 1;
    for (;;) {
        do {
            i++;
        } while (precedes(order[i], middle));
        do {
            j--;
        } while (precedes(middle, order[j]));
        if (i >= j) {
            return j;
        }
        hpsi_ranked t = order[i];
        order[i] = order[j];
        order[j] = t;
    }
}

/* The first `most` of n in order. */
static void sort_first(int64_t n, int64_t most, hpsi_ranked *order)
{
    enum { FEW = 16, DEEPEST = 64 };
    int64_t left[DEEPEST], right[DEEPEST];
    int32_t open = 0;
    left[open] = 0;
    right[open++] = n - 1;
    while (open > 0) {
        int64_t lo = left[--open], hi = right[open];
        while (hi - lo >= FEW && lo < most) {
            int64_t cut = partition(lo, hi, order);
            int low = cut - lo < hi - cut; /* the shorter part at once: at most 63 wait */
            left[open] = low ? cut + 1 : lo;
            right[open++] = low ? hi : cut;
            lo = low ? lo : cut + 1;
            hi = low ? cut : hi;
        }
        if (lo < most) {
            insert_all(lo, hi, order);
        }
    }
}

int64_t hpsi_guided_by_value(hps_swarm *e)
{
    hpsi_guided *g = e->guided;
    int64_t n = hpsi_guided_rows(e);
    int64_t finite = 0;
    g->n_visible = 0;
    for (int64_t r = g->epoch; r < g->epoch + n; r++) {
        if (visible(e, r)) {
            hpsi_ranked *to = &g->order[g->n_visible++];
            to->row = r;
            to->key = e->archive.rows[r].f;
            finite += to->key < (double)INFINITY;
        }
    }
    sort_first(g->n_visible, g->n_visible, g->order);
    return finite;
}

static int same_choices(const hps_swarm *e, const double *u)
{
    if (e->guided->n_ordered == e->n_dims) { /* there are none */
        return 1;
    }
    for (int32_t d = 0; d < e->n_dims; d++) {
        int choice = e->space->params[e->dims[d]].kind == HPS_PARAM_CHOICE;
        if (choice && u[d] != e->g[d]) { /* both are centres of a level */
            return 0;
        }
    }
    return 1;
}

/* Coordinates of all rows relative to the best point. */
static void fill_image(hps_swarm *e, int shaped)
{
    hpsi_guided *g = e->guided;
    int64_t n = hpsi_guided_rows(e);
    int32_t m = g->n_ordered;
    double *to = shaped ? g->offset : g->image;
    for (int64_t i = 0; i < n; i++) {
        const double *u = e->archive.u + (g->epoch + i) * e->n_dims;
        for (int32_t k = 0; k < m; k++) {
            int32_t d = g->ordered[k];
            to[i * m + k] = u[d] - e->g[d];
        }
    }
    if (shaped) { /* the metric is symmetric */
        hpsi_gemm(0, 0, n, m, m, 1.0, g->offset, m, g->metric, m, 0.0, g->image, m);
    }
}

static int seen(const hps_swarm *e, int64_t r)
{
    return visible(e, r) ? e->guided->avoids || !failed(e, r) : believed(e, r);
}

int64_t hpsi_guided_by_distance(hps_swarm *e, int shaped, int64_t most)
{
    hpsi_guided *g = e->guided;
    int64_t n = hpsi_guided_rows(e);
    int64_t same = 0;
    fill_image(e, shaped);
    for (int64_t i = 0; i < n; i++) {
        int counts = seen(e, g->epoch + i);
        same += counts && same_choices(e, e->archive.u + (g->epoch + i) * e->n_dims);
    }
    int only = same >= 2 * (int64_t)g->n_ordered + 2;
    int64_t taken = 0;
    for (int64_t i = 0; i < n; i++) {
        if (only && !same_choices(e, e->archive.u + (g->epoch + i) * e->n_dims)) {
            continue;
        }
        if (!seen(e, g->epoch + i)) {
            continue;
        }
        const double *z = g->image + i * g->n_ordered;
        double square = 0.0;
        for (int32_t k = 0; k < g->n_ordered; k++) {
            square += z[k] * z[k];
        }
        g->order[taken].key = square;
        g->order[taken++].row = g->epoch + i;
    }
    sort_first(taken, most, g->order);
    return taken;
}

static int repeats(const hps_swarm *e, int64_t a, int64_t b)
{
    const double *u = e->archive.u + a * e->n_dims;
    const double *v = e->archive.u + b * e->n_dims;
    for (int32_t d = 0; d < e->n_dims; d++) {
        if (!(fabs(u[d] - v[d]) < REPEATED)) {
            return 0;
        }
    }
    return 1;
}

/* Is one of the first n of x as near to `at`? */
static int any_near(int32_t n, const double *x, double at)
{
    int near = 0;
#pragma omp simd reduction(| : near)
    for (int32_t j = 0; j < n; j++) {
        near |= fabs(x[j] - at) < REPEATED;
    }
    return near;
}

/* One coordinate tells most points apart; it is kept beside the rows. */
int32_t hpsi_guided_distinct(hps_swarm *e, int64_t n)
{
    hpsi_guided *g = e->guided;
    hpsi_ranked *order = g->order;
    double *x = g->sorted;
    int32_t d = g->n_ordered > 0 ? g->ordered[0] : 0;
    int32_t kept = 0;
    for (int64_t i = 0; i < n; i++) {
        double at = e->archive.u[order[i].row * e->n_dims + d];
        int known = 0;
        int near = any_near(kept, x, at);
        for (int32_t j = 0; near && j < kept && !known; j++) {
            known = repeats(e, order[i].row, order[j].row);
        }
        if (!known) {
            x[kept] = at;
            order[kept++] = order[i];
        }
    }
    return kept;
}

int32_t hpsi_guided_choose(hps_swarm *e, int64_t most)
{
    hpsi_guided *g = e->guided;
    int64_t finite = hpsi_guided_by_value(e);
    int64_t n = g->avoids ? g->n_visible : finite;
    if (n <= most) {
        return hpsi_guided_distinct(e, n);
    }
    int64_t best = most / 2;
    hpsi_ranked *order = g->order;
    for (int64_t k = best; k < most; k++) { /* the latest of the rest to position k */
        int64_t latest = k;
        for (int64_t i = k + 1; i < n; i++) {
            latest = order[i].row > order[latest].row ? i : latest;
        }
        hpsi_ranked t = order[k];
        order[k] = order[latest];
        order[latest] = t;
    }
    return hpsi_guided_distinct(e, most);
}

/* ------------------------------------------------------------- failures */

/* The row nearest to row r among those from `first` on. */
static int64_t nearest(const hps_swarm *e, int64_t r, int64_t first)
{
    const double *u = e->archive.u + r * e->n_dims;
    int64_t found = -1;
    double least = (double)INFINITY;
    for (int64_t i = first; i < e->archive.n; i++) {
        const double *v = e->archive.u + i * e->n_dims;
        double square = 0.0;
        for (int32_t d = 0; d < e->n_dims && square < least; d++) {
            square += (u[d] - v[d]) * (u[d] - v[d]);
        }
        if (i != r && square < least && visible(e, i)) {
            least = square;
            found = i;
        }
    }
    return found;
}

/* Failures that depend on the place have failures beside them more often than by chance (two
 * standard deviations); those of a flaky machine do not, and would only spoil the models. */
int hpsi_swarm_failures_meet(const hps_swarm *e, int64_t epoch)
{
    int64_t first = e->archive.n - 240 > epoch ? e->archive.n - 240 : epoch;
    double n = 0.0;
    double count = 0.0, beside = 0.0;
    for (int64_t r = first; r < e->archive.n; r++) {
        n += visible(e, r);
        if (failed(e, r)) {
            int64_t next = nearest(e, r, first);
            count += 1.0;
            beside += next >= 0 && failed(e, next);
        }
    }
    double chance = n > 1.0 ? (count - 1.0) / (n - 1.0) : 0.0;
    double noise = 2.0 * sqrt(fmax(count * chance * (1.0 - chance), 0.0));
    return count > 0.0 && beside > count * chance + noise;
}

/* --------------------------------------------------------------- values */

int hpsi_guided_values(hps_swarm *e, int32_t n)
{
    hpsi_guided *g = e->guided;
    double least = (double)INFINITY, most = -(double)INFINITY;
    for (int32_t i = 0; i < n; i++) {
        g->values[i] = value_of(e, g->order[i].row);
        if (isfinite(g->values[i])) {
            least = fmin(least, g->values[i]);
            most = fmax(most, g->values[i]);
        }
    }
    if (!(least < most)) {
        return 0;
    }
    double scale = fmax(fabs(least), fabs(most)); /* sums of squares stay finite */
    g->scale = scale;
    g->least = least;
    g->most = most;
    for (int32_t i = 0; i < n; i++) {
        g->values[i] = fmin(fmax(g->values[i], least), most) / scale;
    }
    return 1;
}

void hpsi_guided_features(const hps_swarm *e, const double *u, double *z)
{
    const hpsi_guided *g = e->guided;
    for (int32_t k = 0; k < g->n_ordered; k++) {
        z[k] = u[g->ordered[k]];
    }
    double *level = z + g->n_ordered;
    for (int32_t d = 0; d < e->n_dims; d++) {
        const hpsi_param *p = &e->space->params[e->dims[d]];
        if (p->kind == HPS_PARAM_CHOICE) {
            int64_t n = hpsi_param_levels(p);
            memset(level, 0, (size_t)n * sizeof *level);
            level[hpsi_param_level(p, u[d])] = LEVEL;
            level += n;
        }
    }
}

void hpsi_guided_gather(hps_swarm *e, int32_t n)
{
    const hpsi_guided *g = e->guided;
    for (int32_t i = 0; i < n; i++) {
        const double *u = e->archive.u + g->order[i].row * e->n_dims;
        hpsi_guided_features(e, u, g->points + (int64_t)i * g->n_features);
    }
}
