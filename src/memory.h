/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of the process as a whole: what the library counts, and what it does not. */
#ifndef HPSWARM_MEMORY_H
#define HPSWARM_MEMORY_H

#include "args.h"

/* Program and libraries as they are now, before the first data. Blocks go back to the system
 * when they are freed, so that what the process takes is what it holds. */
void memory_begin(void);
/* What is left for the library's own count of `limit` bytes of the whole process; <= 0: nothing. */
int64_t memory_left(int64_t limit, int threads);
/* Bytes of the process at the peak of a work that holds so many beside what the context holds
 * now; at least what reading the data has taken. */
int64_t memory_process(const hps_context *c, int64_t bytes);
/* The most that the process has held so far; what the context counted where that is unknown. */
int64_t memory_peak(const hps_context *c);
/* "memory_bytes" of a plan: an object of its own with the sizes of the data. */
void memory_json(const hps_dataset *d, int32_t n_components, int64_t bytes);
/* EXIT_LIMIT if a work of the process would exceed --max-memory. */
int memory_check(const args *a, const char *what, int64_t bytes);

#endif
