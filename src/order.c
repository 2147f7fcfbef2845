/* SPDX-License-Identifier: BSD-3-Clause */
/* The order in which the evaluations of an asynchronous run were completed, as its history
 * tells it: the run can be repeated from it. */
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "tune.h"

int64_t order_of_line(const char *line, size_t n)
{
    static const char key[] = "\"order\":", end[] = ",\"parameters\":";
    const char *last = memmem(line, n, end, sizeof end - 1);
    const char *at = last != NULL ? memmem(line, (size_t)(last - line), key, sizeof key - 1) : NULL;

    return at != NULL ? strtoll(at + sizeof key - 1, NULL, 10) : -1;
}

static void put(order_list *o, int64_t at, int64_t id)
{
    if (at >= o->capacity) {
        int64_t more = 2 * at + 64;

        o->id = grow_memory(o->id, (size_t)more, sizeof *o->id);
        for (int64_t k = o->capacity; k < more; k++) {
            o->id[k] = -1;
        }
        o->capacity = more;
    }
    o->id[at] = id;
    o->n = at >= o->n ? at + 1 : o->n;
}

int order_read(order_list *o, const char *path, const char *owner)
{
    enum { MOST = 1 << 30 }; /* a damaged line must not ask for all memory */
    char *text;
    size_t size;
    int rc = file_read(path, (size_t)1 << 40, &text, &size, EXIT_DATA);

    memset(o, 0, sizeof *o);
    if (rc != EXIT_DONE) {
        return rc;
    }
    for (const char *line = text, *end; line < text + size; line = end + 1) {
        int64_t id, at;

        end = memchr(line, '\n', (size_t)(text + size - line));
        if (end == NULL) {
            break; /* torn by a kill */
        }
        id = history_line_id(line, (size_t)(end - line), owner);
        at = order_of_line(line, (size_t)(end - line));
        if (id >= 0 && at >= 0 && at < MOST) {
            put(o, at, id);
        }
    }
    free(text);
    return EXIT_DONE;
}

/* What the swarm knows goes before what the history says. */
static hps_status put_told(order_list *o, const hps_swarm *e)
{
    int64_t n = 0, *told;
    hps_status st = hps_swarm_order(e, 0, &n, NULL);

    if (st != HPS_OK || n == 0) {
        return st;
    }
    told = new_memory((size_t)n, sizeof *told);
    st = hps_swarm_order(e, n, &n, told);
    for (int64_t k = 0; k < n && st == HPS_OK; k++) {
        put(o, k, told[k]);
    }
    free(told);
    return st;
}

/* Up to the first gap. */
static void cut(order_list *o)
{
    for (int64_t k = 0; k < o->n; k++) {
        if (o->id[k] < 0) {
            o->n = k;
        }
    }
}

static int read_wanted(order_list *o, const tuning *t, const stage *s)
{
    const char *path = runfile_text(t->r, "swarm", "replay");
    int rc = path != NULL ? order_read(o, path, s->name) : EXIT_DONE;

    if (rc == EXIT_DONE && path != NULL) {
        cut(o);
        rc = o->n > 0
                 ? EXIT_DONE
                 : fail(EXIT_DATA, "%s: has no order of evaluations of stage %s", path, s->name);
    }
    return rc;
}

/* The longer one of the order of this run so far and the order that the user wants. */
int order_set(order_list *o, const tuning *t, const stage *s)
{
    order_list wanted = {.n = 0};
    hps_status st = HPS_OK;
    int64_t told = 0;
    int rc = order_read(o, t->history.path, s->name);

    rc = rc == EXIT_DONE ? read_wanted(&wanted, t, s) : rc;
    if (rc == EXIT_DONE) {
        st = put_told(o, s->swarm);
        cut(o);
        if (wanted.n > o->n) {
            order_list other = *o;

            *o = wanted;
            wanted = other;
        }
        (void)hps_swarm_order(s->swarm, 0, &told, NULL);
        if (st == HPS_OK && o->n > told) {
            st = hps_swarm_set_replay(s->swarm, o->n, o->id);
        }
    }
    free(wanted.id);
    return st != HPS_OK ? fail_library(st, EXIT_DATA) : rc;
}

void order_free(order_list *o)
{
    free(o->id);
    memset(o, 0, sizeof *o);
}
