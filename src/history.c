/* SPDX-License-Identifier: BSD-3-Clause */
/* history.jsonl: one line per evaluation, appended and flushed batch by batch. A kill can
 * leave a torn last line or lines that no checkpoint knows; opening it again drops both. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output.h"
#include "tune.h"

static const char *outcome_name(int32_t outcome)
{
    static const char *const names[] = {"ok", "infeasible", "failed", "timeout"};

    return outcome >= 0 && outcome <= 3 ? names[outcome] : names[2];
}

void outcome_parameters(json *j, const char *key, const hps_space *space, const double *x)
{
    json_open(j, key, '{');
    for (int32_t i = 0; i < hps_space_size(space); i++) {
        hps_param_info info = {.struct_size = sizeof info};

        if (hps_space_describe(space, i, &info) != HPS_OK) {
            continue;
        }
        if (info.kind == HPS_PARAM_CHOICE) {
            json_text(j, info.name, hps_space_label(space, i, (int32_t)x[i]));
        } else if (info.kind == HPS_PARAM_INT) {
            json_int(j, info.name, (int64_t)x[i]);
        } else {
            json_number(j, info.name, x[i]);
        }
    }
    json_close(j, '}');
}

static void write_line(FILE *f, const hps_space *space, const evaluation *e)
{
    json j;

    json_start(&j, f);
    json_open(&j, NULL, '{');
    json_int(&j, "id", e->id);
    json_text(&j, "stage", e->stage);
    json_text(&j, "objective", e->objective);
    if (e->iteration >= 0) {
        json_int(&j, "iteration", e->iteration);
        json_int(&j, "particle", e->particle);
    } else { /* asynchronous, or written again from a checkpoint, which does not tell */
        json_null(&j, "iteration");
        json_null(&j, "particle");
    }
    if (e->order >= 0) {
        json_int(&j, "order", e->order);
    }
    outcome_parameters(&j, "parameters", space, e->x);
    json_open(&j, "objectives", '[');
    for (int k = 0; k < e->n_objectives; k++) {
        json_number(&j, NULL, e->outcome == HPS_EVAL_OK ? e->f[k] : (double)NAN);
    }
    json_close(&j, ']');
    json_text(&j, "outcome", outcome_name(e->outcome));
    if (e->reason[0] != '\0') {
        json_text(&j, "reason", e->reason);
    }
    json_number(&j, "seconds", e->seconds);
    json_close(&j, '}');
    json_end(&j);
}

void past_free(past *p)
{
    hps_space_destroy(p->space);
    free(p->id);
    free(p->x);
    free(p->f);
    free(p->outcome);
    memset(p, 0, sizeof *p);
}

/* As written above. */
int64_t history_line_id(const char *line, size_t n, const char *wanted)
{
    static const char start[] = "{\"id\":";
    int64_t id;
    char name[16], *rest;

    if (n < sizeof start || line[n - 1] != '}' || strncmp(line, start, sizeof start - 1) != 0) {
        return -1;
    }
    id = strtoll(line + sizeof start - 1, &rest, 10);
    return sscanf(rest, ",\"stage\":\"%15[a-z]\"", name) == 1 && strcmp(name, wanted) == 0 ? id
                                                                                           : -1;
}

/* Where a stage has an id, -1: nowhere. Ids are told out of order, so there may be gaps. */
int64_t history_place(const past *p, int64_t id)
{
    int64_t lo = 0, hi = p->n;

    while (lo < hi) {
        int64_t middle = lo + (hi - lo) / 2;

        if (p->id[middle] < id) {
            lo = middle + 1;
        } else {
            hi = middle;
        }
    }
    return lo < p->n && p->id[lo] == id ? lo : -1;
}

/* lines[k] of the evaluations that a stage knows; text is cut at its line ends. */
static void find_lines(char *text, size_t size, const past *p, const char **lines)
{
    for (char *line = text, *end = text; size > 0 && line < text + size; line = end + 1) {
        int64_t id;

        end = memchr(line, '\n', (size_t)(text + size - line));
        if (end == NULL) {
            return; /* torn by a kill */
        }
        *end = '\0';
        id = history_line_id(line, (size_t)(end - line), p->stage);
        *end = '\n';
        id = id >= 0 ? history_place(p, id) : -1;
        if (id >= 0) {
            lines[id] = line;
        }
    }
}

static void write_lost(FILE *f, const past *p, int64_t k)
{
    const evaluation e = {.id = p->id[k],
                          .iteration = -1,
                          .order = -1,
                          .particle = -1,
                          .outcome = p->outcome[k],
                          .stage = p->stage,
                          .objective = p->objective,
                          .x = p->x + k * hps_space_size(p->space),
                          .n_objectives = p->n_objectives,
                          .f = p->f + k * p->n_objectives,
                          .seconds = (double)NAN};

    write_line(f, p->space, &e);
}

static void write_known(FILE *f, char *text, size_t size, const past *p)
{
    const char **lines = new_memory((size_t)p->n, sizeof *lines);

    find_lines(text, size, p, lines);
    for (int64_t k = 0; k < p->n; k++) {
        if (lines[k] != NULL) {
            fwrite(lines[k], 1, strcspn(lines[k], "\n") + 1, f);
        } else {
            write_lost(f, p, k);
        }
    }
    free(lines);
}

int history_open(history *h, const char *directory, int n_stages, const past *stages)
{
    memory_text kept;
    char *text = NULL;
    size_t size = 0;
    int rc = EXIT_DONE;

    h->path = path_join(directory, "history.jsonl");
    if (file_exists(h->path)) {
        rc = file_read(h->path, (size_t)1 << 40, &text, &size, EXIT_INTERNAL);
    }
    if (rc != EXIT_DONE) {
        return rc;
    }
    memory_open(&kept);
    for (int k = 0; k < n_stages; k++) {
        write_known(kept.stream, text, size, &stages[k]);
        recall_collect(h, kept.stream, text, size, &stages[k]);
    }
    h->disordered = h->n_spare > 0;
    free(text);
    rc = memory_save(&kept, directory, "history.jsonl");
    if (rc != EXIT_DONE) {
        return rc;
    }
    h->stream = fopen(h->path, "ab");
    if (h->stream == NULL) {
        return fail(EXIT_INTERNAL, "%s: cannot write: %s", h->path, strerror(errno));
    }
    fseek(h->stream, 0, SEEK_END);
    h->size = ftell(h->stream);
    return EXIT_DONE;
}

int history_add(history *h, const hps_space *space, int n, const evaluation *e)
{
    for (int i = 0; i < n; i++) {
        write_line(h->stream, space, &e[i]);
        h->disordered |= e[i].id > 0 && e[i].id != h->last_id + 1;
        h->last_id = e[i].id;
    }
    errno = 0;
    if (fflush(h->stream) != 0 || ferror(h->stream)) {
        int wrong = errno != 0 ? errno : EIO;

        if (ftruncate(fileno(h->stream), h->size) != 0) { /* no torn line is left behind */
            wrong = errno;
        }
        return fail(EXIT_INTERNAL, "%s: cannot write: %s", h->path, strerror(wrong));
    }
    h->size = ftell(h->stream);
    return EXIT_DONE;
}

/* One line; with its place in the order where that is known by now only. */
static void write_placed(FILE *f, const char *line, int64_t order)
{
    size_t n = strcspn(line, "\n") + 1;
    const char *rest = memmem(line, n, ",\"parameters\":", 14);

    if (order < 0 || rest == NULL || order_of_line(line, n) >= 0) {
        fwrite(line, 1, n, f);
    } else {
        fprintf(f, "%.*s,\"order\":%lld%.*s", (int)(rest - line), line, (long long)order,
                (int)(line + n - rest), rest);
    }
}

/* [n] Place of each id in the order of an asynchronous stage, NULL of any other. */
static int64_t *places(const stage *s, int64_t n)
{
    int64_t told = 0, *order, *turns;

    if (!s->asynchronous || hps_swarm_order(s->swarm, 0, &told, NULL) != HPS_OK) {
        return NULL;
    }
    order = new_memory((size_t)told, sizeof *order);
    turns = new_memory((size_t)n, sizeof *turns);
    memset(turns, 0xff, (size_t)n * sizeof *turns); /* -1 */
    (void)hps_swarm_order(s->swarm, told, &told, order);
    for (int64_t k = 0; k < told; k++) {
        if (order[k] < n) {
            turns[order[k]] = k;
        }
    }
    free(order);
    return turns;
}

/* lines[id] of one stage, the last one of each. */
static const char **lines_by_id(const char *text, size_t size, const char *owner, int64_t *n)
{
    int64_t capacity = 0;
    const char **lines = NULL;

    *n = 0;
    for (const char *line = text, *end; line < text + size; line = end + 1) {
        int64_t id;

        end = memchr(line, '\n', (size_t)(text + size - line));
        if (end == NULL) {
            break;
        }
        id = history_line_id(line, (size_t)(end - line), owner);
        while (id >= capacity) {
            int64_t more = 2 * capacity + 64;

            lines = grow_memory(lines, (size_t)more, sizeof *lines);
            memset(lines + capacity, 0, (size_t)(more - capacity) * sizeof *lines);
            capacity = more;
        }
        if (id >= 0) {
            lines[id] = line;
            *n = id >= *n ? id + 1 : *n;
        }
    }
    return lines;
}

static void write_sorted(FILE *f, const char *text, size_t size, const stage *s)
{
    int64_t n, *turns;
    const char **lines = lines_by_id(text, size, s->name, &n);

    turns = places(s, n);
    for (int64_t id = 0; id < n; id++) {
        if (lines[id] != NULL) {
            write_placed(f, lines[id], turns != NULL ? turns[id] : -1);
        }
    }
    free(turns);
    free(lines);
}

int history_sort(history *h, int n_stages, const stage *stages)
{
    memory_text sorted;
    char *text;
    size_t size;
    int rc;

    if (!h->disordered) {
        return EXIT_DONE;
    }
    rc = file_read(h->path, (size_t)1 << 40, &text, &size, EXIT_INTERNAL);
    if (rc != EXIT_DONE) {
        return rc;
    }
    memory_open(&sorted);
    for (int k = 0; k < n_stages; k++) {
        write_sorted(sorted.stream, text, size, &stages[k]);
    }
    fclose(sorted.stream);
    rc = file_replace(h->path, sorted.text, sorted.size);
    free(sorted.text);
    free(text);
    return rc;
}

void history_close(history *h)
{
    if (h->stream != NULL) {
        fclose(h->stream);
    }
    recall_free(h);
    free(h->path);
    memset(h, 0, sizeof *h);
}
