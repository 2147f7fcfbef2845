/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading structures as the run file or the command line names them. */
#ifndef HPSWARM_DATA_H
#define HPSWARM_DATA_H

#include "args.h"
#include "json.h"
#include "runfile.h"

/* HP file of -p with the --set values; with no -p the --set values alone when optional. */
int hp_read(const args *a, int optional, runfile **out);
/* Read one file with the keys that the settings name. EXIT_DATA. */
/* A path of the run file: as it is, or beside the run file; made absolute, so that the
 * run.yaml which is written works from anywhere. */
void data_find_file(const runfile *r, setting *s);
int data_read(const runfile *r, hps_context *c, const char *path, hps_dataset **out);
/* The same without energies, forces and virials. */
int data_read_structures(hps_context *c, const char *path, hps_dataset **out);
/* A config_type that a setting is for has to be one of the training data. */
int data_check_config_types(const runfile *r, const hps_dataset *d);
/* Let the settings know the elements of the data, unless they list their own. */
int data_species(runfile *r, const hps_dataset *d);
int data_frame(const hps_dataset *d, int64_t i, hps_frame *f);

/* Training and test set of a run file; *test is NULL if there is none. The settings get the
 * keys that were found and the elements. */
typedef struct run_data {
    hps_dataset *train, *test;
} run_data;
int data_load(runfile *r, hps_context *c, run_data *out);
void data_free(run_data *d);

/* Does any frame have it? */
int data_has(const hps_dataset *d, const char *quantity);
/* Labels of the strata in order of appearance; the caller frees the array only. */
const char **data_config_types(const hps_dataset *d, int *n);

/* -------------------------------------------------------------- scores.c */

typedef struct predictions {
    double *energy, *forces, *virial; /* forces and virial may be NULL */
} predictions;
/* Predict with forces if `with_forces`, virials if `with_virials`. */
int predict_all(const hps_gpr *g, const hps_dataset *d, int with_forces, int with_virials,
                predictions *p);
/* Bytes that predict_all holds at its peak, the predictions included. */
hps_status predictions_memory(const hps_gpr *g, const hps_dataset *d, int with_forces,
                              int with_virials, int64_t *bytes);
void predictions_free(predictions *p);
/* "key": {ERRORS} of program.md section 3, strata included. */
int scores_json(json *j, const char *key, const hps_dataset *d, const predictions *p);
/* The same for people. */
int scores_print(FILE *f, const char *title, const hps_dataset *d, const predictions *p);
/* The objective rmse (G_E + weight G_F) or mae (the same of mean absolute errors, with the energy
 * of a structure); forces count if the data have some. NaN if it cannot be. */
double scores_objective(const hps_dataset *d, const predictions *p, int mae, double weight);

#endif
