/* SPDX-License-Identifier: BSD-3-Clause */
/* Sets that share the frames of another: subsets and splits. */
#include <math.h>
#include <string.h>

#include "dataset/private.h"

hps_status hpsi_dataset_share(hps_dataset **out, const hps_dataset *d, int64_t n,
                              const int64_t *frames)
{
    hpsi_record **records = NULL;
    hps_status s = hps_dataset_create(out, d->context);

    if (s != HPS_OK) {
        return s;
    }
    records = hpsi_new(d->context, n, sizeof *records);
    s = records != NULL ? HPS_OK : HPS_E_MEMORY;
    for (int64_t i = 0; s == HPS_OK && i < n; i++) {
        records[i] = d->frames[frames[i]];
    }
    if (s == HPS_OK) {
        s = hpsi_dataset_append(*out, n, records);
    }
    for (int64_t i = 0; s == HPS_OK && i < n; i++) {
        hpsi_record_retain(records[i]);
    }
    for (int32_t q = 0; s == HPS_OK && q < HPSI_N_LABELS; q++) {
        if (d->key[q] != NULL) {
            (*out)->key[q] = hpsi_strdup(d->context, d->key[q]);
            s = (*out)->key[q] != NULL ? HPS_OK : HPS_E_MEMORY;
        }
    }
    hpsi_free(records);
    if (s != HPS_OK) {
        hps_dataset_destroy(*out);
        *out = NULL;
    }
    return s;
}

hps_status hps_dataset_subset(hps_dataset **out, const hps_dataset *d, int64_t n,
                              const int64_t *frames)
{
    if (out == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "subset: out is NULL");
    }
    *out = NULL;
    if (d == NULL || n < 0 || (n > 0 && frames == NULL)) {
        return hpsi_fail(HPS_E_ARGUMENT,
                         "subset: a set and frames [n] with n = %lld >= 0 are needed",
                         (long long)n);
    }
    for (int64_t i = 0; i < n; i++) {
        if (frames[i] < 0 || frames[i] >= d->n_frames) {
            return hpsi_fail(HPS_E_ARGUMENT, "subset: frames[%lld] = %lld must be in 0..%lld",
                             (long long)i, (long long)frames[i], (long long)d->n_frames - 1);
        }
    }
    return hpsi_dataset_share(out, d, n, frames);
}

/* Make both sets; is_test[i] says where frame i goes. */
static hps_status divide(const hps_dataset *d, const int64_t *is_test, hps_dataset **train,
                         hps_dataset **test)
{
    int64_t *frames = hpsi_new(d->context, d->n_frames, sizeof *frames);
    int64_t n_train = 0;
    int64_t n_test = 0;
    hps_status s;

    if (frames == NULL) {
        return HPS_E_MEMORY;
    }
    for (int64_t i = 0; i < d->n_frames; i++) {
        n_train += !is_test[i];
    }
    for (int64_t i = 0, t = 0; i < d->n_frames; i++) {
        frames[is_test[i] ? n_train + n_test++ : t++] = i;
    }
    if (n_train == 0) {
        s = hpsi_fail(HPS_E_ARGUMENT,
                      "split: all %lld frames would be test data, none is left to "
                      "train on",
                      (long long)d->n_frames);
    } else {
        s = hpsi_dataset_share(train, d, n_train, frames);
    }
    if (s == HPS_OK) {
        s = hpsi_dataset_share(test, d, n_test, frames + n_train);
        if (s != HPS_OK) {
            hps_dataset_destroy(*train);
            *train = NULL;
        }
    }
    hpsi_free(frames);
    return s;
}

static int32_t config_before(int64_t a, int64_t b, const void *arg)
{
    const hps_dataset *d = arg;

    return strcmp(d->frames[a]->frame.config_type, d->frames[b]->frame.config_type) < 0;
}

/* FNV-1a: the split of one config_type does not depend on which others are in the set. */
static uint32_t stratum_id(const char *name)
{
    uint32_t h = 2166136261u;

    for (; *name != '\0'; name++) {
        h = (h ^ (unsigned char)*name) * 16777619u;
    }
    return h;
}

/* Mark round(fraction n) of the n frames of one config_type. */
static void mark_stratum(const hps_dataset *d, double fraction, int64_t seed, int64_t n,
                         const int64_t *frames, int64_t *order, int64_t *is_test)
{
    const char *name = d->frames[frames[0]]->frame.config_type;
    const int64_t n_test = (int64_t)floor(fraction * (double)n + 0.5);

    hpsi_permutation(seed, HPSI_STREAM_SPLIT, stratum_id(name), n, order);
    for (int64_t i = 0; i < n_test && i < n; i++) {
        is_test[frames[order[i]]] = 1;
    }
}

static hps_status split(const hps_dataset *d, double fraction, int64_t seed, hps_dataset **train,
                        hps_dataset **test)
{
    const int64_t n = d->n_frames;
    int64_t *sorted = hpsi_new(d->context, 3 * n, sizeof *sorted);
    int64_t *order;
    int64_t *is_test;
    hps_status s;

    if (sorted == NULL) {
        return HPS_E_MEMORY;
    }
    order = sorted + n;
    is_test = order + n;
    for (int64_t i = 0; i < n; i++) {
        sorted[i] = i;
    }
    hpsi_sort(n, sorted, order, config_before, d);
    for (int64_t first = 0, last; first < n; first = last) {
        for (last = first + 1; last < n && !config_before(sorted[first], sorted[last], d); last++) {
        }
        mark_stratum(d, fraction, seed, last - first, sorted + first, order, is_test);
    }
    s = divide(d, is_test, train, test);
    hpsi_free(sorted);
    return s;
}

/* NULL into the outputs, and the arguments that both splits have. */
static hps_status check_split(const hps_dataset *d, hps_dataset **train, hps_dataset **test)
{
    if (train != NULL) {
        *train = NULL;
    }
    if (test != NULL) {
        *test = NULL;
    }
    if (d == NULL || train == NULL || test == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "split: %s is NULL",
                         d == NULL       ? "the set"
                         : train == NULL ? "train"
                                         : "test");
    }
    return HPS_OK;
}

hps_status hps_dataset_split(const hps_dataset *d, double test_fraction, int64_t seed,
                             hps_dataset **train, hps_dataset **test)
{
    hps_status s = check_split(d, train, test);

    if (s != HPS_OK) {
        return s;
    }
    if (!(test_fraction >= 0 && test_fraction <= 1)) {
        return hpsi_fail(HPS_E_ARGUMENT, "split: test_fraction = %g must be in 0..1",
                         test_fraction);
    }
    return split(d, test_fraction, seed, train, test);
}

hps_status hps_dataset_split_every(const hps_dataset *d, int64_t every, hps_dataset **train,
                                   hps_dataset **test)
{
    int64_t *is_test;
    hps_status s = check_split(d, train, test);

    if (s != HPS_OK) {
        return s;
    }
    if (every < 2) {
        return hpsi_fail(HPS_E_ARGUMENT, "split_every: every = %lld must be at least 2",
                         (long long)every);
    }
    is_test = hpsi_new(d->context, d->n_frames, sizeof *is_test);
    if (is_test == NULL) {
        return HPS_E_MEMORY;
    }
    for (int64_t i = 0; i < d->n_frames; i += every) {
        is_test[i] = 1;
        if (d->n_frames - i <= every) {
            break; /* i + every could overflow */
        }
    }
    s = divide(d, is_test, train, test);
    hpsi_free(is_test);
    return s;
}
