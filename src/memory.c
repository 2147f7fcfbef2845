/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of the process: what is resident when it starts, what the library counts, and what comes
 * with any work: pages of code, buffers of BLAS and threads. */
#include "memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "json.h"

#define MIB ((int64_t)1048576)
/* Pages of program and libraries that any work meets, whatever its size: measured 1.6 to 1.9 MiB
 * beyond those of the start. The least that a process takes is this with the start, 7 MiB. */
#define CODE (7 * MIB / 4)
/* Packed panels of OpenBLAS and what the heap keeps of blocks that were freed: up to 1.7 MiB
 * with one thread, 1.1 MiB more with each other one. A panel is a copy of part of one operand. */
#define PANELS (3 * MIB / 2)
#define PANELS_EACH (9 * MIB / 8)
#define PANEL_SHARE 4 /* of all that is held, at most */
/* The pages of a start differ from run to run, by 0.3 MiB in 150 runs: announced on top, so that
 * the announced memory is a limit that the next run keeps. */
#define SPREAD (3 * MIB / 8)
/* Blocks of at least so many bytes go back to the system when they are freed, and the top of
 * the heap beyond it. */
#define BLOCK (MIB / 4)
#define UNKNOWN (6 * MIB) /* of a program whose system does not tell */

static int64_t at_start, after_reading;

/* A line of /proc/self/status in bytes; 0 where there is none. */
static int64_t status_line(const char *name)
{
    FILE *f = fopen("/proc/self/status", "r");
    char line[256];
    int64_t bytes = 0;

    while (f != NULL && bytes == 0 && fgets(line, sizeof line, f) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0) {
            bytes = 1024 * strtoll(line + strlen(name), NULL, 10);
        }
    }
    if (f != NULL) {
        fclose(f);
    }
    return bytes;
}

void memory_begin(void)
{
#ifdef __GLIBC__
    /* both would grow with the blocks that are freed, and keep the next ones */
    mallopt(M_MMAP_THRESHOLD, (int)BLOCK);
    mallopt(M_TRIM_THRESHOLD, (int)BLOCK);
#endif
    at_start = status_line("VmRSS:");
    at_start = at_start > 0 ? at_start : UNKNOWN;
}

static int64_t panels(int threads)
{
    return PANELS + (threads - 1) * PANELS_EACH;
}

/* What comes with a work that holds so many bytes. */
static int64_t around(int64_t bytes, int threads)
{
    int64_t most = panels(threads);

    return CODE + (bytes / PANEL_SHARE < most ? bytes / PANEL_SHARE : most);
}

/* The work that with what is around it takes just that. */
int64_t memory_left(int64_t limit, int threads)
{
    int64_t left = limit - at_start - CODE;
    int64_t share = left / (PANEL_SHARE + 1); /* a part of the work as large as this */

    return left - (share < panels(threads) ? share : panels(threads));
}

int64_t memory_process(const hps_context *c, int64_t bytes)
{
    int64_t held = 0, all;

    hps_context_memory(c, &held, NULL);
    if (after_reading == 0) {
        after_reading = status_line("VmHWM:");
    }
    all = at_start + held + bytes + around(held + bytes, hps_context_threads(c));
    return SPREAD + (all > after_reading ? all : after_reading);
}

int64_t memory_peak(const hps_context *c)
{
    int64_t peak = 0, process = status_line("VmHWM:");

    hps_context_memory(c, NULL, &peak);
    return process > 0 ? process : peak;
}

void memory_json(const hps_dataset *d, int32_t n_components, int64_t bytes)
{
    json j;

    json_start(&j, stdout);
    json_open(&j, NULL, '{');
    json_int(&j, "n_structures", hps_dataset_n_frames(d));
    json_int(&j, "n_atoms", hps_dataset_n_atoms(d));
    json_int(&j, "n_components", n_components);
    json_int(&j, "memory_bytes", bytes);
    json_close(&j, '}');
    json_end(&j);
}

int memory_check(const args *a, const char *what, int64_t bytes)
{
    char need[48], limit[48];

    if (a->memory_limit == 0 || bytes - SPREAD <= a->memory_limit) {
        return EXIT_DONE;
    }
    return fail(EXIT_LIMIT, "%s needs about %s, --max-memory allows %s", what,
                bytes_text((double)bytes, need), bytes_text((double)a->memory_limit, limit));
}
