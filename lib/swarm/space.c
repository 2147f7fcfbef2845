/* SPDX-License-Identifier: BSD-3-Clause */
/* The search space: named real, integer and choice parameters, some of them fixed. */
#include "swarm/internal.h"

#include <math.h>
#include <string.h>

#define INT_LIMIT 2147483648.0 /* 2^31 */
enum { NAME_MAX_LENGTH = 63 };

hps_status hps_space_create(hps_space **out, hps_context *c)
{
    if (out == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "space: out is NULL");
    }
    *out = NULL;
    hps_space *s = hpsi_new(c, 1, sizeof *s);
    if (s == NULL) {
        return HPS_E_MEMORY;
    }
    s->context = hpsi_context_retain(c);
    *out = s;
    return HPS_OK;
}

static void param_free(hpsi_param *p)
{
    for (int32_t i = 0; p->labels != NULL && i < p->n_labels; i++) {
        hpsi_free(p->labels[i]);
    }
    hpsi_free(p->labels);
    hpsi_free(p->name);
    memset(p, 0, sizeof *p);
}

void hps_space_destroy(hps_space *s)
{
    if (s == NULL) {
        return;
    }
    hps_context *c = s->context;
    for (int32_t i = 0; i < s->n; i++) {
        param_free(&s->params[i]);
    }
    hpsi_free(s->params);
    hpsi_free(s);
    hpsi_context_release(c);
}

int32_t hps_space_size(const hps_space *s)
{
    return s == NULL ? 0 : s->n;
}

int32_t hps_space_index(const hps_space *s, const char *name)
{
    if (s == NULL || name == NULL) {
        return -1;
    }
    for (int32_t i = 0; i < s->n; i++) {
        if (strcmp(s->params[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

static const char *name_of(int32_t i, const void *arg)
{
    return ((const hps_space *)arg)->params[i].name;
}

static hps_status find(const hps_space *s, const char *name, int32_t *index)
{
    if (s == NULL || name == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "space: %s is NULL", s == NULL ? "the space" : "the name");
    }
    *index = hps_space_index(s, name);
    if (*index >= 0) {
        return HPS_OK;
    }
    int32_t near = hpsi_nearest(name, s->n, name_of, s);
    if (near >= 0) {
        return hpsi_fail(HPS_E_ARGUMENT, "space: no parameter \"%s\", did you mean \"%s\"?", name,
                         s->params[near].name);
    }
    return hpsi_fail(HPS_E_ARGUMENT, "space: no parameter \"%s\"", name);
}

/* ------------------------------------------------------------- adding */

static hps_status check_name(const hps_space *s, const char *name)
{
    if (s == NULL || name == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "space: %s is NULL", s == NULL ? "the space" : "the name");
    }
    size_t n = strlen(name);
    if (n < 1 || n > NAME_MAX_LENGTH) {
        return hpsi_fail(HPS_E_ARGUMENT,
                         "space: name \"%.80s\" has %zu characters, must have 1..%d", name, n,
                         NAME_MAX_LENGTH);
    }
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)name[i] <= ' ' || name[i] == 127) {
            return hpsi_fail(HPS_E_ARGUMENT, "space: name of parameter %d holds a blank at %zu",
                             s->n, i);
        }
    }
    if (hps_space_index(s, name) >= 0) {
        return hpsi_fail(HPS_E_ARGUMENT, "space: parameter \"%s\" is there already", name);
    }
    if (s->n >= HPSI_SPACE_MAX) {
        return hpsi_fail(HPS_E_ARGUMENT, "space: parameter \"%s\" is one above the limit of %d",
                         name, HPSI_SPACE_MAX);
    }
    return HPS_OK;
}

static hps_status check_scale(const char *name, double lo, int32_t scale)
{
    if (scale != HPS_SCALE_LINEAR && scale != HPS_SCALE_LOG) {
        return hpsi_fail(HPS_E_ARGUMENT, "space: %s: scale = %d must be 0 (linear) or 1 (log)",
                         name, scale);
    }
    if (scale == HPS_SCALE_LOG && !(lo > 0.0)) {
        return hpsi_fail(HPS_E_ARGUMENT, "space: %s: lo = %g must be > 0 on a log scale", name, lo);
    }
    return HPS_OK;
}

static hps_status copy_labels(hps_context *c, hpsi_param *p, const char *const *labels)
{
    p->labels = hpsi_new(c, p->n_labels, sizeof *p->labels);
    if (p->labels == NULL) {
        return HPS_E_MEMORY;
    }
    for (int32_t i = 0; i < p->n_labels; i++) {
        p->labels[i] = hpsi_strdup(c, labels[i]);
        if (p->labels[i] == NULL) {
            return HPS_E_MEMORY;
        }
    }
    return HPS_OK;
}

/* Append a copy of *p; its name and labels are the caller's. */
static hps_status append(hps_space *s, const hpsi_param *p, const char *const *labels)
{
    void *items = s->params;
    hps_status st = hpsi_grow(s->context, &items, &s->capacity, s->n + 1, sizeof *s->params);
    s->params = items;
    if (st != HPS_OK) {
        return st;
    }
    hpsi_param *q = &s->params[s->n];
    *q = *p;
    q->labels = NULL;
    q->name = hpsi_strdup(s->context, p->name);
    st = q->name == NULL ? HPS_E_MEMORY : HPS_OK;
    if (st == HPS_OK && p->kind == HPS_PARAM_CHOICE) {
        st = copy_labels(s->context, q, labels);
    }
    if (st != HPS_OK) {
        param_free(q);
        return st;
    }
    s->n++;
    return HPS_OK;
}

static hpsi_param made(const char *name, int32_t kind, int32_t scale, double lo, double hi)
{
    hpsi_param p = {.kind = kind, .scale = scale, .lo = lo, .hi = hi, .value = (double)NAN};
    p.name = (char *)name; /* copied by append, never written */
    return p;
}

hps_status hps_space_add_real(hps_space *s, const char *name, double lo, double hi, int32_t scale)
{
    hps_status st = check_name(s, name);
    if (st != HPS_OK) {
        return st;
    }
    if (!(isfinite(lo) && isfinite(hi) && lo < hi && isfinite(hi - lo))) {
        return hpsi_fail(HPS_E_ARGUMENT, "space: %s: bounds %g .. %g must be finite with lo < hi",
                         name, lo, hi);
    }
    st = check_scale(name, lo, scale);
    if (st != HPS_OK) {
        return st;
    }
    if (scale == HPS_SCALE_LOG && !isfinite(hi / lo)) {
        return hpsi_fail(HPS_E_ARGUMENT, "space: %s: hi / lo of %g .. %g must be finite", name, lo,
                         hi);
    }
    hpsi_param p = made(name, HPS_PARAM_REAL, scale, lo, hi);
    return append(s, &p, NULL);
}

hps_status hps_space_add_int(hps_space *s, const char *name, int64_t lo, int64_t hi, int32_t scale)
{
    hps_status st = check_name(s, name);
    if (st != HPS_OK) {
        return st;
    }
    double a = (double)lo, b = (double)hi;
    if (!(fabs(a) <= INT_LIMIT && fabs(b) <= INT_LIMIT && lo <= hi)) {
        return hpsi_fail(HPS_E_ARGUMENT,
                         "space: %s: bounds %lld .. %lld must be ordered and within 2^31", name,
                         (long long)lo, (long long)hi);
    }
    st = check_scale(name, a, scale);
    if (st != HPS_OK) {
        return st;
    }
    hpsi_param p = made(name, HPS_PARAM_INT, scale, a, b);
    return append(s, &p, NULL);
}

hps_status hps_space_add_choice(hps_space *s, const char *name, int32_t n,
                                const char *const *labels)
{
    hps_status st = check_name(s, name);
    if (st != HPS_OK) {
        return st;
    }
    if (n < 1 || labels == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "space: %s: %d labels, must have at least 1", name,
                         labels == NULL ? 0 : n);
    }
    for (int32_t i = 0; i < n; i++) {
        if (labels[i] == NULL) {
            return hpsi_fail(HPS_E_ARGUMENT, "space: %s: label %d is NULL", name, i);
        }
        for (int32_t j = 0; j < i; j++) {
            if (strcmp(labels[i], labels[j]) == 0) {
                return hpsi_fail(HPS_E_ARGUMENT, "space: %s: label \"%s\" is there twice", name,
                                 labels[i]);
            }
        }
    }
    hpsi_param p = made(name, HPS_PARAM_CHOICE, HPS_SCALE_LINEAR, 0.0, n - 1.0);
    p.n_labels = n;
    return append(s, &p, labels);
}

/* ------------------------------------------------------------- fixing */

int hpsi_param_accepts(const hpsi_param *p, double v)
{
    if (!(v >= p->lo && v <= p->hi)) {
        return 0;
    }
    return p->kind == HPS_PARAM_REAL || floor(v) == v;
}

hps_status hps_space_fix(hps_space *s, const char *name, double value)
{
    int32_t i = 0;
    hps_status st = find(s, name, &i);
    if (st != HPS_OK) {
        return st;
    }
    hpsi_param *p = &s->params[i];
    if (!hpsi_param_accepts(p, value)) {
        return hpsi_fail(HPS_E_ARGUMENT, "space: %s fixed at %g, must be %sin %g .. %g", name,
                         value, p->kind == HPS_PARAM_REAL ? "" : "a whole number ", p->lo, p->hi);
    }
    p->fixed = 1;
    p->value = value;
    return HPS_OK;
}

hps_status hps_space_unfix(hps_space *s, const char *name)
{
    int32_t i = 0;
    hps_status st = find(s, name, &i);
    if (st != HPS_OK) {
        return st;
    }
    s->params[i].fixed = 0;
    s->params[i].value = (double)NAN;
    return HPS_OK;
}

/* ------------------------------------------------------------- asking */

hps_status hps_space_describe(const hps_space *s, int32_t i, hps_param_info *info)
{
    if (s == NULL || info == NULL || i < 0 || i >= s->n) {
        return hpsi_fail(HPS_E_ARGUMENT, "space: parameter %d of %d cannot be described", i,
                         hps_space_size(s));
    }
    const hpsi_param *p = &s->params[i];
    hps_param_info full = {0};
    if (info->struct_size < (int32_t)sizeof full) {
        return hpsi_fail(HPS_E_ARGUMENT, "space: struct_size = %d of hps_param_info, must be >= %d",
                         info->struct_size, (int32_t)sizeof full);
    }
    full.struct_size = info->struct_size;
    full.kind = p->kind;
    full.scale = p->scale;
    full.n_labels = p->n_labels;
    full.fixed = p->fixed;
    full.lo = p->lo;
    full.hi = p->hi;
    full.value = p->value;
    full.name = p->name;
    *info = full;
    return HPS_OK;
}

const char *hps_space_label(const hps_space *s, int32_t i, int32_t level)
{
    if (s == NULL || i < 0 || i >= s->n || level < 0 || level >= s->params[i].n_labels) {
        return NULL;
    }
    return s->params[i].labels[level];
}

hps_status hpsi_space_copy(hps_space **out, hps_context *c, const hps_space *s)
{
    hps_status st = hps_space_create(out, c);
    for (int32_t i = 0; st == HPS_OK && i < s->n; i++) {
        st = append(*out, &s->params[i], (const char *const *)s->params[i].labels);
    }
    if (st != HPS_OK) {
        hps_space_destroy(*out);
        *out = NULL;
    }
    return st;
}
