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
    static const char *const names[] = {"ok", "infeasible", "failed"};

    return outcome >= 0 && outcome <= 2 ? names[outcome] : names[2];
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
    json_int(&j, "iteration", e->iteration);
    json_int(&j, "particle", e->particle);
    outcome_parameters(&j, "parameters", space, e->x);
    json_open(&j, "objectives", '[');
    json_number(&j, NULL, e->outcome == HPS_EVAL_OK ? e->f : (double)NAN);
    json_close(&j, ']');
    json_text(&j, "outcome", outcome_name(e->outcome));
    if (e->reason[0] != '\0') {
        json_text(&j, "reason", e->reason);
    }
    json_number(&j, "seconds", e->seconds);
    json_close(&j, '}');
    json_end(&j);
}

/* Is this line, as written above, one of the known evaluations? */
static int is_known(const char *line, size_t n, int n_stages, const char *const *names,
                    const int64_t *known)
{
    static const char start[] = "{\"id\":";
    long long id;
    char name[16], *rest;

    if (n < sizeof start || line[n - 1] != '}' || strncmp(line, start, sizeof start - 1) != 0) {
        return 0;
    }
    id = strtoll(line + sizeof start - 1, &rest, 10);
    if (sscanf(rest, ",\"stage\":\"%15[a-z]\"", name) != 1) {
        return 0;
    }
    for (int k = 0; k < n_stages; k++) {
        if (strcmp(names[k], name) == 0) {
            return id < known[k];
        }
    }
    return 0;
}

/* The lines to keep of an old file. */
static int keep_known(const char *path, memory_text *kept, int n_stages, const char *const *names,
                      const int64_t *known)
{
    char *data, *end;
    size_t size;
    int rc = file_read(path, (size_t)1 << 40, &data, &size, EXIT_INTERNAL);

    if (rc != EXIT_DONE) {
        return rc;
    }
    for (char *line = data; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        if (is_known(line, (size_t)(end - line), n_stages, names, known)) {
            fprintf(kept->stream, "%s\n", line);
        }
    }
    free(data);
    return EXIT_DONE;
}

int history_open(history *h, const char *directory, int n_stages, const char *const *names,
                 const int64_t *known)
{
    memory_text kept;
    int rc = EXIT_DONE;

    h->path = path_join(directory, "history.jsonl");
    memory_open(&kept);
    if (file_exists(h->path)) {
        rc = keep_known(h->path, &kept, n_stages, names, known);
    }
    if (rc != EXIT_DONE) {
        fclose(kept.stream);
        free(kept.text);
        return rc;
    }
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

void history_close(history *h)
{
    if (h->stream != NULL) {
        fclose(h->stream);
    }
    free(h->path);
    memset(h, 0, sizeof *h);
}
