/* SPDX-License-Identifier: BSD-3-Clause */
/* The strategy search: any command of the user is the objective. */
#ifndef HPSWARM_SEARCH_H
#define HPSWARM_SEARCH_H

#include "runfile.h"

/* ------------------------------------------------------ search_check.c */

/* Does a list of trials read this setting? */
int search_reads(const setting *s);
/* Relations between the settings of a search, before anything is run. */
int search_check(const runfile *r);

/* --------------------------------------------------- search_template.c */

/* Is every {NAME} of a setting's text id, x or a parameter? */
int template_check(const runfile *r, const setting *s);
/* The text with the values of one point; for a shell if `shell`. The caller frees it. */
char *template_expand(const runfile *r, const hps_space *space, const char *text, int64_t id,
                      const double *x, int shell);

/* --------------------------------------------------- search_response.c */

/* n numbers on a line; 0 and a reason if it is anything else. */
int response_parse(const char *line, int n, double *f, char *reason, size_t size);
/* The same from the first line of a file. */
int response_read(const char *path, int n, double *f, char *reason, size_t size);

/* ------------------------------------------------------------ search.c */

typedef struct search search;
/* Where points come from and go to. */
typedef struct search_calls {
    int32_t (*next)(void *user);    /* index of the next point of the batch, -1: none now */
    int (*done)(void *user, int i); /* it is evaluated; nonzero ends the evaluation */
    void *user;
} search_calls;

/* Directory is where the outputs of the commands are kept. The settings and the space are
 * borrowed. */
search *search_create(const runfile *r, const hps_space *space, const char *directory,
                      int threads_each);
/* Evaluate points, a command each, swarm.parallel at a time, until none is left and none is
 * under way. The batch has their places: one that is done may be filled again. An exit code;
 * EXIT_STOPPED after a signal or at the time limit. */
int search_evaluate(search *q, const hps_batch *b, double *f, int32_t *outcome,
                    const search_calls *calls);
/* Of point i of the last batch: why it failed, "" if it did not; how long it took. */
const char *search_reason(const search *q, int i);
double search_seconds(const search *q, int i);
void search_destroy(search *q);
/* How many at a time; threads for each: side by side first, what is left inside. */
int search_parallel(const runfile *r);
int search_threads_each(const runfile *r, int threads);

#endif
