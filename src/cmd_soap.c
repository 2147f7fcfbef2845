/* SPDX-License-Identifier: BSD-3-Clause */
/* hpswarm soap: descriptors of the atoms of a file, streamed in blocks of frames. */
#include <math.h>
#include <stdlib.h>

#include "data.h"
#include "memory.h"
#include "output.h"

enum { BLOCK_ATOMS = 2048 };
enum { GROUP = 256 }; /* environments that the sweep of a kernel treats together */

typedef struct soap_job {
    const args *a;
    hps_dataset *data;
    hps_soap *soap;
    int32_t size; /* components */
    int64_t from, to;
    output out;
    json j;
    double *values; /* of a block */
} soap_job;

/* ---------------------------------------------------------------- gradients */

typedef struct pair_list {
    int64_t n;
    int32_t *centre, *moved;
    double *grad;
} pair_list;

static void pairs_free(pair_list *p)
{
    free(p->centre);
    free(p->moved);
    free(p->grad);
}

static int pairs_of_frame(const soap_job *job, int64_t frame, pair_list *p)
{
    size_t row = 3 * (size_t)job->size;
    hps_status st = hps_soap_gradient(job->soap, job->data, frame, 0, &p->n, NULL, NULL, NULL);

    p->centre = p->moved = NULL;
    p->grad = NULL;
    if (job->a->memory_limit > 0 && p->n > job->a->memory_limit / (int64_t)(8 * row)) {
        fail(EXIT_LIMIT, "frame %lld: %lld gradients would exceed --max-memory", (long long)frame,
             (long long)p->n);
        p->n = 0;
        return EXIT_LIMIT;
    }
    if (st == HPS_OK || st == HPS_E_CAPACITY) {
        p->centre = new_memory((size_t)p->n, sizeof *p->centre);
        p->moved = new_memory((size_t)p->n, sizeof *p->moved);
        p->grad = new_memory((size_t)p->n, row * sizeof *p->grad);
        st = hps_soap_gradient(job->soap, job->data, frame, p->n, &p->n, p->centre, p->moved,
                               p->grad);
    }
    p->n = st == HPS_OK ? p->n : 0;
    return st == HPS_OK ? EXIT_DONE : fail_library(st, EXIT_USAGE);
}

static void write_pairs_json(soap_job *job, const pair_list *p)
{
    json *j = &job->j;

    json_open(j, "gradients", '[');
    for (int64_t k = 0; k < p->n; k++) {
        json_open(j, NULL, '{');
        json_int(j, "centre", p->centre[k]);
        json_int(j, "moved", p->moved[k]);
        json_open(j, "d", '[');
        for (int64_t c = 0; c < 3; c++) {
            json_numbers(j, NULL, job->size, p->grad + (3 * k + c) * job->size);
        }
        json_close(j, ']');
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void write_pairs_text(soap_job *job, int64_t frame, const pair_list *p)
{
    for (int64_t k = 0; k < 3 * p->n; k++) {
        fprintf(job->out.stream, "d %lld %d %d %c", (long long)frame, p->centre[k / 3],
                p->moved[k / 3], "xyz"[k % 3]);
        for (int32_t i = 0; i < job->size; i++) {
            fprintf(job->out.stream, " %.17g", p->grad[k * job->size + i]);
        }
        fputc('\n', job->out.stream);
    }
}

static int write_gradients(soap_job *job, int64_t frame)
{
    pair_list p;
    int rc = pairs_of_frame(job, frame, &p);

    if (p.grad != NULL && rc == EXIT_DONE && job->a->json) {
        write_pairs_json(job, &p);
    } else if (p.grad != NULL && rc == EXIT_DONE) {
        write_pairs_text(job, frame, &p);
    }
    pairs_free(&p);
    return rc;
}

/* ------------------------------------------------------------------- frames */

static void write_rows(soap_job *job, int64_t frame, const hps_frame *f, const double *rows)
{
    if (job->a->json) {
        json_open(&job->j, "descriptors", '[');
    }
    for (int32_t i = 0; i < f->n_atoms; i++) {
        const double *row = rows + (int64_t)i * job->size;

        if (job->a->json) {
            json_numbers(&job->j, NULL, job->size, row);
            continue;
        }
        fprintf(job->out.stream, "%lld %d %s", (long long)frame, i,
                hps_element_symbol(f->numbers[i]));
        for (int32_t k = 0; k < job->size; k++) {
            fprintf(job->out.stream, " %.17g", row[k]);
        }
        fputc('\n', job->out.stream);
    }
    if (job->a->json) {
        json_close(&job->j, ']');
    }
}

static int write_frame(soap_job *job, int64_t frame, const double *rows)
{
    hps_frame f;
    int rc = data_frame(job->data, frame, &f);

    if (rc != EXIT_DONE) {
        return rc;
    }
    if (job->a->json) {
        json_open(&job->j, NULL, '{');
        json_int(&job->j, "frame", frame);
    }
    write_rows(job, frame, &f, rows);
    if (job->a->gradients) {
        rc = write_gradients(job, frame);
    }
    if (job->a->json) {
        json_close(&job->j, '}');
    }
    return rc;
}

/* Frames from..: as many as fit into a block; descriptors of all of them at once. */
static int compute_block(soap_job *job, int64_t from, int64_t *to)
{
    hps_dataset *block;
    hps_frame f;
    int64_t *frames, atoms = 0, n = 0;
    hps_status st;

    for (*to = from; *to < job->to && atoms < BLOCK_ATOMS; ++*to) {
        if (data_frame(job->data, *to, &f) != EXIT_DONE) {
            return EXIT_INTERNAL;
        }
        atoms += f.n_atoms;
    }
    frames = new_memory((size_t)(*to - from), sizeof *frames);
    for (int64_t i = from; i < *to; i++) {
        frames[n++] = i;
    }
    job->values = grow_memory(job->values, (size_t)atoms * (size_t)job->size, sizeof(double));
    st = hps_dataset_subset(&block, job->data, n, frames);
    if (st == HPS_OK) {
        st = hps_soap_compute(job->soap, block, job->values, job->size);
        hps_dataset_destroy(block);
    }
    free(frames);
    return st == HPS_OK ? EXIT_DONE : fail_library(st, EXIT_USAGE);
}

static int write_frames(soap_job *job)
{
    int rc = EXIT_DONE;

    for (int64_t from = job->from, to; from < job->to && rc == EXIT_DONE; from = to) {
        const double *rows;

        rc = compute_block(job, from, &to);
        rows = job->values;
        for (int64_t i = from; i < to && rc == EXIT_DONE; i++) {
            hps_frame f;

            rc = write_frame(job, i, rows);
            if (rc == EXIT_DONE && data_frame(job->data, i, &f) == EXIT_DONE) {
                rows += (int64_t)f.n_atoms * job->size;
            }
        }
    }
    return rc;
}

static void begin(soap_job *job)
{
    int32_t n = 0, species[118];

    if (!job->a->json) {
        fprintf(job->out.stream, "# frame atom element, %d components\n", job->size);
        return;
    }
    json_start(&job->j, job->out.stream);
    json_open(&job->j, NULL, '{');
    json_open(&job->j, "species", '[');
    if (hps_soap_species(job->soap, 118, &n, species) == HPS_OK) {
        for (int32_t i = 0; i < n; i++) {
            json_text(&job->j, NULL, hps_element_symbol(species[i]));
        }
    }
    json_close(&job->j, ']');
    json_int(&job->j, "n_components", job->size);
    json_open(&job->j, "frames", '[');
}

static int write_all(soap_job *job)
{
    int rc = output_open(&job->out, job->a->output);

    if (rc != EXIT_DONE) {
        return rc;
    }
    begin(job);
    rc = write_frames(job);
    if (job->a->json) {
        json_close(&job->j, ']');
        json_close(&job->j, '}');
        json_end(&job->j);
    }
    if (rc != EXIT_DONE) {
        output_close(&job->out, 0);
        return rc;
    }
    return output_close(&job->out, 1);
}

static int choose_frames(soap_job *job)
{
    int64_t n = hps_dataset_n_frames(job->data);

    job->from = job->a->frame_from;
    job->to = job->a->frame_to < 0 ? n : job->a->frame_to;
    if (job->from >= n || job->to > n) {
        return fail(EXIT_USAGE, "--frames: the file has frames 0 to %lld", (long long)n - 1);
    }
    return EXIT_DONE;
}

/* A block of rows and, frame by frame, what the library holds for it; its gradients. */
static int estimate(const soap_job *job, hps_context *c, int64_t largest, int64_t atoms,
                    int64_t *bytes)
{
    hps_dataset *one;
    hps_frame f = {.struct_size = sizeof f};
    int64_t pairs = 0, block;
    hps_status st;

    if (data_frame(job->data, largest, &f) != EXIT_DONE) {
        return EXIT_INTERNAL;
    }
    block = atoms < BLOCK_ATOMS + f.n_atoms ? atoms : BLOCK_ATOMS + f.n_atoms;
    st = hps_dataset_subset(&one, job->data, 1, &largest);
    if (st == HPS_OK) {
        st = hps_kernel_memory(job->soap, one, 1, bytes);
        hps_dataset_destroy(one);
    }
    if (st == HPS_OK && job->a->gradients) {
        st = hps_soap_gradient(job->soap, job->data, largest, 0, &pairs, NULL, NULL, NULL);
        st = st == HPS_E_CAPACITY ? HPS_OK : st;
    }
    if (st != HPS_OK) {
        return fail_library(st, EXIT_USAGE);
    }
    /* less the rows of a group for each thread, which only a kernel holds */
    *bytes -= 8 * job->size * hps_context_threads(c) * (f.n_atoms < GROUP ? f.n_atoms : GROUP);
    *bytes += 8 * job->size * (block + 3 * pairs);
    *bytes = memory_process(c, *bytes);
    return memory_check(job->a, "a block of descriptors", *bytes);
}

/* What is asked for, and the memory that it takes. */
static int plan(const soap_job *job, hps_context *c)
{
    hps_frame f;
    int64_t atoms = 0, bytes = 0, largest = job->from;
    int32_t most = 0;
    char size[48], memory[48];
    int rc;

    for (int64_t i = job->from; i < job->to; i++) {
        if (data_frame(job->data, i, &f) == EXIT_DONE) {
            atoms += f.n_atoms;
            largest = f.n_atoms > most ? i : largest;
            most = f.n_atoms > most ? f.n_atoms : most;
        }
    }
    rc = estimate(job, c, largest, atoms, &bytes);
    if (rc == EXIT_DONE && job->a->dry_run && job->a->json) {
        memory_json(job->data, job->size, bytes);
    } else if (rc == EXIT_DONE && job->a->dry_run) {
        printf("plan: %lld frames, %lld rows of %d components, about %s of text; about %s of "
               "memory\n",
               (long long)(job->to - job->from), (long long)atoms, job->size,
               bytes_text(21.0 * (double)atoms * job->size, size),
               bytes_text((double)bytes, memory));
    }
    return rc;
}

static int run(soap_job *job, runfile *r, hps_context *c)
{
    int rc = data_read_structures(c, job->a->words[0], &job->data);

    if (rc == EXIT_DONE) {
        rc = data_species(r, job->data);
    }
    if (rc == EXIT_DONE) {
        rc = choose_frames(job);
    }
    if (rc == EXIT_DONE) {
        rc = runfile_soap(r, c, &job->soap);
    }
    if (rc != EXIT_DONE) {
        return rc;
    }
    job->size = hps_soap_size(job->soap);
    rc = plan(job, c);
    return rc != EXIT_DONE || job->a->dry_run ? rc : write_all(job);
}

int command_soap(const args *a)
{
    soap_job job = {.a = a};
    hps_context *c = NULL;
    runfile *r = NULL;
    int rc = args_context(a, &c);

    if (rc == EXIT_DONE) {
        rc = hp_read(a, 0, &r);
    }
    if (rc == EXIT_DONE) {
        rc = run(&job, r, c);
    }
    free(job.values);
    hps_soap_destroy(job.soap);
    hps_dataset_destroy(job.data);
    runfile_free(r);
    hps_context_destroy(c);
    return rc;
}
