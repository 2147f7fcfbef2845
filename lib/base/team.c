/* SPDX-License-Identifier: BSD-3-Clause */
/* Loops whose items are shared out among processes that all do the same: each runs its part, and
 * what the parts have written is exchanged by a function of the host. Before the data go their
 * statuses, so that a process with an error, or one that is through, never leaves others waiting.
 */
#include <stdio.h>
#include <string.h>

#include "base/context.h"
#include "base/internal.h"

enum { DONE = 1, MESSAGE = 1024 };

typedef struct header {
    int64_t status, bytes; /* of the whole exchange */
    double seconds;        /* of the own part */
} header;

struct hpsi_team {
    int32_t rank, size;
    hps_gather_fn gather;
    void *user;
    header *headers; /* [size] */
    int64_t *begin;  /* [size + 1] */
    int64_t *bounds; /* [size + 1] items of the loop under way, by process */
    char *messages;  /* [size][MESSAGE] */
    double begun;    /* when the own part of a loop did, 0: no loop */
    double own, all, exchange;
};

/* ------------------------------------------------------------------- handle */

void hpsi_team_free(hps_context *c)
{
    if (c->team != NULL) {
        hpsi_free(c->team->messages);
        hpsi_free(c->team->begin);
        hpsi_free(c->team->bounds);
        hpsi_free(c->team->headers);
        hpsi_free(c->team);
        c->team = NULL;
    }
}

static hps_status make_team(hps_context *c, int32_t size)
{
    c->team = hpsi_new(c, 1, sizeof *c->team);
    if (c->team == NULL) {
        return HPS_E_MEMORY;
    }
    c->team->size = size;
    c->team->headers = hpsi_new(c, size, sizeof *c->team->headers);
    c->team->begin = hpsi_new(c, (int64_t)size + 1, sizeof *c->team->begin);
    c->team->bounds = hpsi_new(c, (int64_t)size + 1, sizeof *c->team->bounds);
    c->team->messages = hpsi_new(c, hpsi_size_mul(size, MESSAGE), 1);
    if (c->team->headers == NULL || c->team->begin == NULL || c->team->bounds == NULL ||
        c->team->messages == NULL) {
        hpsi_team_free(c);
        return HPS_E_MEMORY;
    }
    return HPS_OK;
}

hps_status hps_context_set_team(hps_context *c, int32_t rank, int32_t size, hps_gather_fn gather,
                                void *user)
{
    hps_status st = HPS_OK;

    if (c == NULL || size < 1 || rank < 0 || rank >= size || (size > 1 && gather == NULL)) {
        return hpsi_fail(HPS_E_ARGUMENT, "context: team: rank %d of %d%s", rank, size,
                         c == NULL        ? " without a context"
                         : gather == NULL ? ", gather NULL"
                                          : "");
    }
    if (c->team != NULL && c->team->size != size) {
        hpsi_team_free(c);
    }
    if (size > 1 && c->team == NULL) {
        st = make_team(c, size);
    }
    if (c->team != NULL) {
        c->team->rank = rank;
        c->team->gather = gather;
        c->team->user = user;
        c->team->begun = c->team->own = c->team->all = c->team->exchange = 0;
    }
    return st;
}

void hps_context_team_seconds(const hps_context *c, double *own, double *all, double *exchange)
{
    const struct hpsi_team *t = c != NULL ? c->team : NULL;

    if (own != NULL) {
        *own = t != NULL ? t->own : 0;
    }
    if (all != NULL) {
        *all = t != NULL ? t->all : 0;
    }
    if (exchange != NULL) {
        *exchange = t != NULL ? t->exchange : 0;
    }
}

/* ------------------------------------------------------------------- exchange */

/* Equal parts of so many bytes from everybody. */
static hps_status gather_equal(const struct hpsi_team *t, void *base, int64_t bytes)
{
    for (int32_t r = 0; r <= t->size; r++) {
        t->begin[r] = r * bytes;
    }
    return t->gather(base, t->begin, t->user) == 0
               ? HPS_OK
               : hpsi_fail(HPS_E_CALLBACK, "context: team: the gather function failed");
}

static hps_status gather_headers(const struct hpsi_team *t, int64_t status, int64_t bytes,
                                 double seconds)
{
    t->headers[t->rank] = (header){.status = status, .bytes = bytes, .seconds = seconds};
    return gather_equal(t, t->headers, (int64_t)sizeof *t->headers);
}

/* Everybody fails as the first that has failed. */
static hps_status agree(const struct hpsi_team *t, hps_status own)
{
    int32_t first = 0;
    char *mine = t->messages + (int64_t)t->rank * MESSAGE;
    hps_status st;

    snprintf(mine, MESSAGE, "%s", own != HPS_OK ? hps_last_error() : "");
    st = gather_equal(t, t->messages, MESSAGE);
    if (st != HPS_OK) {
        return st;
    }
    while (first < t->size - 1 && t->headers[first].status == HPS_OK) {
        first++;
    }
    return hpsi_fail((hps_status)t->headers[first].status, "%s",
                     t->messages + (int64_t)first * MESSAGE);
}

/* The data may go only if everybody is here with the same. */
static hps_status check(struct hpsi_team *t, hps_status own, int64_t bytes, double seconds)
{
    hps_status st = gather_headers(t, own, bytes, seconds);
    int32_t failed = 0, elsewhere = 0;

    if (st != HPS_OK) {
        return st;
    }
    for (int32_t r = 0; r < t->size; r++) {
        t->all += t->headers[r].seconds;
        failed |= t->headers[r].status != HPS_OK;
        elsewhere |= t->headers[r].status == DONE || t->headers[r].bytes != bytes;
    }
    if (elsewhere) {
        return own != HPS_OK
                   ? own
                   : hpsi_fail(HPS_E_INTERNAL,
                               "context: team: another process has stopped or does something else");
    }
    return failed ? agree(t, own) : HPS_OK;
}

/* --------------------------------------------------------------------- loops */

/* In a loop of several threads everybody does all. */
int32_t hpsi_team_size(const hps_context *c)
{
    return c != NULL && c->team != NULL && !hpsi_in_loop() ? c->team->size : 1;
}

static int64_t part(int64_t n, int64_t rank, int64_t size)
{
    return n / size * rank + n % size * rank / size;
}

/* The first item with so much before it. */
static int64_t item_behind(int64_t n, int64_t wanted, hpsi_offset before, const void *arg)
{
    int64_t low = 0;

    for (int64_t high = n; low < high;) {
        int64_t middle = low + (high - low) / 2;

        if (before(middle, arg) < wanted) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void hpsi_team_range_by(const hps_context *c, int64_t n, hpsi_offset before, const void *arg,
                        int64_t *first, int64_t *end)
{
    int32_t size = hpsi_team_size(c), rank = size > 1 ? c->team->rank : 0;
    struct hpsi_team *t = size > 1 ? c->team : NULL;

    *first = 0;
    *end = n;
    if (t == NULL) {
        return;
    }
    for (int32_t r = 0; r <= size; r++) {
        t->bounds[r] = before == NULL || n == 0 || r == size
                           ? part(n, r, size)
                           : item_behind(n, part(before(n, arg), r, size), before, arg);
    }
    *first = t->bounds[rank];
    *end = t->bounds[rank + 1];
    t->begun = hpsi_seconds();
}

void hpsi_team_range(const hps_context *c, int64_t n, int64_t *first, int64_t *end)
{
    hpsi_team_range_by(c, n, NULL, NULL, first, end);
}

typedef struct shifted {
    int64_t first;
    hpsi_body body;
    void *arg;
} shifted;

static hps_status run_shifted(int64_t item, int32_t worker, void *arg)
{
    const shifted *s = arg;

    return s->body(s->first + item, worker, s->arg);
}

hps_status hpsi_team_run(hps_context *c, int64_t first, int64_t end, hpsi_body body, void *arg)
{
    shifted s = {.first = first, .body = body, .arg = arg};

    return hpsi_parallel_for(c, end - first, run_shifted, &s);
}

hps_status hpsi_team_for(hps_context *c, int64_t n, hpsi_body body, void *arg)
{
    int64_t first, end;

    hpsi_team_range(c, n, &first, &end);
    return hpsi_team_run(c, first, end, body, arg);
}

/* Seconds of the own part of the loop that has ended. */
static double end_loop(struct hpsi_team *t, double now)
{
    double seconds = t->begun > 0 ? now - t->begun : 0;

    t->begun = 0;
    t->own += seconds;
    return seconds;
}

hps_status hpsi_team_share(const hps_context *c, hps_status own, int64_t n, void *base,
                           hpsi_offset begin, const void *arg)
{
    int32_t size = hpsi_team_size(c);
    struct hpsi_team *t = size > 1 ? c->team : NULL;
    double start;
    hps_status st;

    if (t == NULL) {
        return own;
    }
    start = hpsi_seconds();
    st = check(t, own, begin(n, arg), end_loop(t, start));
    for (int32_t r = 0; r <= size && st == HPS_OK; r++) {
        t->begin[r] = begin(t->bounds[r], arg);
    }
    if (st == HPS_OK && t->gather(base, t->begin, t->user) != 0) {
        st = hpsi_fail(HPS_E_CALLBACK, "context: team: the gather function failed");
    }
    t->exchange += hpsi_seconds() - start;
    return st;
}

hps_status hps_context_settle_team(hps_context *c)
{
    const struct hpsi_team *t = c != NULL ? c->team : NULL;
    int32_t all = t == NULL;

    while (!all) {
        hps_status st = gather_headers(t, DONE, 0, 0);

        if (st != HPS_OK) {
            return st;
        }
        all = 1;
        for (int32_t r = 0; r < t->size; r++) {
            all = all && t->headers[r].status == DONE;
        }
    }
    return HPS_OK;
}
