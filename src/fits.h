/* SPDX-License-Identifier: BSD-3-Clause */
/* Response surfaces of trials, side by side: how well each describes them, and where it is least.
 */
#ifndef HPSWARM_FITS_H
#define HPSWARM_FITS_H

#include "json.h"
#include "trials.h"

enum { SURFACE_KINDS = 4 };

typedef struct surface_fit {
    int32_t kind; /* HPS_SURFACE_* */
    int fitted;   /* 0: why it could not be */
    char why[240];
    hps_surface_quality quality;
    double *x, value; /* of the minimum, in units of the values */
    double deviation; /* of a GP as it was fitted, else NaN */
    double *effect;   /* by parameter: how far its values move the mean prediction */
    double *length;   /* of a GP by parameter, in parts of its range; else NULL */
} surface_fit;

typedef struct surface_fits {
    const trial_set *set;
    int log;     /* the surfaces are of the values' natural logarithms */
    int n, best; /* best: predicts values left out best, -1: none can be judged */
    surface_fit kinds[SURFACE_KINDS];
} surface_fits;

/* Index of a word, linear|quadratic|rbf|gp; 0 if it is none. */
int surface_kind(const char *word, int32_t *kind);
const char *surface_word(int32_t kind);
/* What to fit to: value number `value` (from 0) of the trials of a set, or its logarithm. */
typedef struct fits_order {
    const trial_set *set;
    const char *path; /* of the trials, for messages */
    int value, log;
    int32_t kind; /* -1: all kinds, and one that cannot be fitted is no error */
} fits_order;
/* EXIT_DATA: fewer than two values, or one without a logarithm; EXIT_NUMERIC: none could be
 * fitted. */
int fits_make(surface_fits *out, hps_context *c, const fits_order *o);
void fits_free(surface_fits *f);

/* -------------------------------------------------------- fits_print.c */

/* The keys of an object: surfaces, best. */
void fits_json(json *j, const surface_fits *f);
/* A table of the kinds, and the minimum of the best one beside the best trial. */
void fits_print(FILE *out, const surface_fits *f, int value);

#endif
