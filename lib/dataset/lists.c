/* SPDX-License-Identifier: BSD-3-Clause */
/* Neighbour lists of all atoms of a data set, kept with it while somebody wants them: a search
 * evaluates hundreds of descriptors on the same atoms. */
#include <pthread.h>
#include <string.h>

#include "dataset/private.h"

#define BLOCK 512 /* centres listed at a time */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of every kept pointer and count */

/* A pass over all frames. */
typedef struct pass {
    const hps_dataset *data;
    double cutoff;
    hpsi_neighbours *worker; /* [threads] */
    int64_t *start;          /* [n_atoms + 1] while counting: pairs of atom i at i + 1 */
    hpsi_neighbours *all;    /* while filling, or NULL */
} pass;

static void copy_pairs(const hpsi_neighbours *from, int64_t to, hpsi_neighbours *all)
{
    const size_t bytes = (size_t)from->n_pairs * sizeof(double);

    if (from->n_pairs > 0) {
        memcpy(all->atom + to, from->atom, (size_t)from->n_pairs * sizeof *all->atom);
        memcpy(all->x + to, from->x, bytes);
        memcpy(all->y + to, from->y, bytes);
        memcpy(all->z + to, from->z, bytes);
        memcpy(all->r + to, from->r, bytes);
    }
}

static hps_status list_frame(int64_t item, int32_t worker, void *arg)
{
    const pass *p = arg;
    hpsi_neighbours *nb = &p->worker[worker];
    const int64_t atom = hpsi_dataset_first_atom(p->data, item);
    hps_status s = HPS_OK;
    hps_frame f;

    hpsi_dataset_frame(p->data, item, &f);
    for (int32_t i = 0; s == HPS_OK && i < f.n_atoms; i += BLOCK) {
        const int32_t n = f.n_atoms - i < BLOCK ? f.n_atoms - i : BLOCK;

        s = hpsi_neighbours_build(nb, p->data->context, &f, p->cutoff, i, n);
        for (int32_t k = 0; s == HPS_OK && p->all == NULL && k < n; k++) {
            p->start[atom + i + k + 1] = nb->start[k + 1] - nb->start[k];
        }
        if (s == HPS_OK && p->all != NULL) {
            copy_pairs(nb, p->start[atom + i], p->all);
        }
    }
    return s;
}

static hps_status run_pass(pass *p)
{
    hps_context *c = p->data->context;
    const int32_t threads = hps_context_threads(c);
    hps_status s = HPS_E_MEMORY;

    p->worker = hpsi_new(c, threads, sizeof *p->worker);
    if (p->worker != NULL) {
        s = hpsi_parallel_for(c, p->data->n_frames, list_frame, p);
    }
    for (int32_t i = 0; p->worker != NULL && i < threads; i++) {
        hpsi_neighbours_free(&p->worker[i]);
    }
    hpsi_free(p->worker);
    return s;
}

/* Starts of all lists. */
static hps_status count(pass *p, int64_t *n_pairs)
{
    const int64_t n = hps_dataset_n_atoms(p->data);
    hps_status s;

    p->start = hpsi_new(p->data->context, n + 1, sizeof *p->start);
    if (p->start == NULL) {
        return HPS_E_MEMORY;
    }
    s = run_pass(p);
    for (int64_t i = 0; i < n; i++) {
        p->start[i + 1] += p->start[i];
    }
    *n_pairs = p->start[n];
    return s;
}

hps_status hpsi_lists_bytes(const hps_dataset *d, double cutoff, int64_t *bytes)
{
    pass p = {.data = d, .cutoff = cutoff};
    int64_t n_pairs = 0;
    const hps_status s = count(&p, &n_pairs);

    hpsi_free(p.start);
    *bytes = n_pairs * (4 * (int64_t)sizeof(double) + (int64_t)sizeof(int32_t)) +
             (hps_dataset_n_atoms(d) + 1) * (int64_t)sizeof(int64_t);
    return s;
}

static hps_status fill(pass *p, hpsi_neighbours *all, int64_t n_pairs)
{
    hps_context *c = p->data->context;

    all->n_pairs = n_pairs;
    all->start = p->start;
    all->atom = hpsi_new_blank(c, n_pairs, sizeof *all->atom);
    all->x = hpsi_new_blank(c, n_pairs, sizeof *all->x);
    all->y = hpsi_new_blank(c, n_pairs, sizeof *all->y);
    all->z = hpsi_new_blank(c, n_pairs, sizeof *all->z);
    all->r = hpsi_new_blank(c, n_pairs, sizeof *all->r);
    if (all->atom == NULL || all->x == NULL || all->y == NULL || all->z == NULL || all->r == NULL) {
        return HPS_E_MEMORY;
    }
    p->all = all;
    return run_pass(p);
}

static void destroy(hpsi_lists *l)
{
    hpsi_neighbours_free(&l->all);
    hpsi_free(l);
}

static hps_status make(hpsi_lists **out, const hps_dataset *d, double cutoff)
{
    pass p = {.data = d, .cutoff = cutoff};
    hpsi_lists *l = hpsi_new(d->context, 1, sizeof *l);
    int64_t n_pairs = 0;
    hps_status s = l == NULL ? HPS_E_MEMORY : count(&p, &n_pairs);

    if (l == NULL) {
        return s;
    }
    l->all.start = p.start;
    l->cutoff = cutoff;
    l->n_atoms = hps_dataset_n_atoms(d);
    l->holders = 1; /* the data set */
    s = s == HPS_OK ? fill(&p, &l->all, n_pairs) : s;
    if (s != HPS_OK) {
        destroy(l);
        return s;
    }
    *out = l;
    return HPS_OK;
}

/* ------------------------------------------------------------- who has them */

static int32_t serves(const hps_dataset *d, const hpsi_lists *l, double cutoff)
{
    return l != NULL && l->cutoff >= cutoff && l->n_atoms == hps_dataset_n_atoms(d);
}

hps_status hpsi_lists_keep(const hps_dataset *d, double cutoff)
{
    hpsi_lists *l = NULL;
    hps_status s = HPS_OK;
    int32_t there;

    pthread_mutex_lock(&lock);
    there = d->kept->lists != NULL;
    d->kept->users += there;
    pthread_mutex_unlock(&lock);
    if (there) { /* if they reach less far, those who want more do without */
        return HPS_OK;
    }
    s = make(&l, d, cutoff);
    if (s != HPS_OK) {
        return s;
    }
    pthread_mutex_lock(&lock);
    there = d->kept->lists != NULL; /* somebody else was faster */
    d->kept->lists = there ? d->kept->lists : l;
    d->kept->users++;
    pthread_mutex_unlock(&lock);
    if (there) {
        destroy(l);
    }
    return HPS_OK;
}

void hpsi_lists_return(hpsi_lists *l)
{
    int32_t left = 1;

    if (l != NULL) {
        pthread_mutex_lock(&lock);
        left = --l->holders;
        pthread_mutex_unlock(&lock);
    }
    if (left == 0) {
        destroy(l);
    }
}

void hpsi_lists_drop(const hps_dataset *d)
{
    hpsi_lists *l = NULL;

    pthread_mutex_lock(&lock);
    if (--d->kept->users <= 0) {
        l = d->kept->lists;
        d->kept->lists = NULL;
        d->kept->users = 0;
    }
    pthread_mutex_unlock(&lock);
    hpsi_lists_return(l);
}

hpsi_lists *hpsi_lists_take(const hps_dataset *d, double cutoff)
{
    hpsi_lists *l;

    pthread_mutex_lock(&lock);
    l = serves(d, d->kept->lists, cutoff) ? d->kept->lists : NULL;
    if (l != NULL) {
        l->holders++;
    }
    pthread_mutex_unlock(&lock);
    return l;
}
