/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of an export share: the set of files that one export writes, and the words of
 * the descriptor that QUIP and gap_fit have in common. */
#ifndef HPSI_GPR_EXPORT_H
#define HPSI_GPR_EXPORT_H

#include "gpr/internal.h"

/* ------------------------------------------------------ export_files.c */

/* The files of one export, the one that names the others first. Text goes to the file begun
 * last; nothing has its final name before all of them are complete. The first failure sticks
 * in `status` and later calls do nothing. */
typedef struct hpsi_export {
    const hps_gpr *g;
    hps_context *context;
    const char *path;
    int32_t format;     /* row of the table of formats */
    int32_t only_names; /* 1: no file is written, names are collected */
    hps_status status;
    hpsi_output *file; /* [n_files] */
    int64_t n_files, capacity;
    char *text; /* [used] of the last file, not written yet */
    int64_t used;
    char *names; /* a line for each file, NUL at the end */
    int64_t names_used, names_capacity;
} hpsi_export;

/* Begin the file path + suffix (printf form). */
void hpsi_export_file(hpsi_export *x, const char *suffix, ...)
    __attribute__((format(printf, 2, 3)));
void hpsi_export_print(hpsi_export *x, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The shortest digits that read back the same. */
void hpsi_export_number(hpsi_export *x, double v);
/* Give all files their names, or drop them if something failed; frees everything. */
hps_status hpsi_export_close(hpsi_export *x);

/* ------------------------------------------------------- export_soap.c */

/* What a format cannot hold of a descriptor. */
typedef struct hpsi_export_limits {
    const char *format;
    int32_t one_cutoff;     /* rcut_hard, rcut_soft and nf have to be the same for all species */
    int32_t global_scaling; /* it has that option */
    int32_t reductions;     /* nu_R_nu_S compression */
} hpsi_export_limits;
/* HPS_E_OPTION names the option that cannot be expressed. */
hps_status hpsi_export_check_soap(const hps_gpr *g, const hpsi_export_limits *limits);
/* Say where the other code's predictions are going to differ. */
void hpsi_export_warn(const hps_gpr *g, const char *format);
/* Atomic numbers of the descriptor; their number. */
int32_t hpsi_export_species(const hps_gpr *g, int32_t numbers[HPSI_ELEMENTS]);
/* Option of a species, or the first species' one with number 0. */
double hpsi_export_value(const hps_gpr *g, const char *name, int32_t number);
const char *hpsi_export_basis(const hps_gpr *g);
int32_t hpsi_export_trivial(const hps_gpr *g); /* 1: trivial compression */
/* One value a species with blanks between. */
void hpsi_export_values(hpsi_export *x, const char *name);
/* 1: QUIP gets a second element that no structure has. The GAP of October 2023 to January 2026,
 * that of quippy-ase 0.10.3, takes central_weight as 1 where there is one element alone. */
int32_t hpsi_export_padded(const hps_gpr *g);
/* "soap_turbo l_max=4 ..." of a central species (0-based), padded if need be; braces around
 * lists. */
void hpsi_export_words(hpsi_export *x, int32_t centre, const char *open, const char *close);

/* ------------------------------------------------------ export_points.c */

/* Components of a sparse point, with those of the second element of hpsi_export_padded. */
int32_t hpsi_export_size(const hps_gpr *g, int32_t padded);
/* Descriptors of the sparse points of an element, a number a line. */
void hpsi_export_points(hpsi_export *x, int32_t number, int32_t padded);

/* ------------------------------------------- a file for each format */

hps_status hpsi_export_quip_check(const hps_gpr *g, const char *path);
void hpsi_export_quip(hpsi_export *x);
hps_status hpsi_export_turbogap_check(const hps_gpr *g, const char *path);
void hpsi_export_turbogap(hpsi_export *x);
hps_status hpsi_export_gap_fit_check(const hps_gpr *g, const char *path);
void hpsi_export_gap_fit(hpsi_export *x);

/* ------------------------------------------------------ export_masses.c */

/* Standard atomic mass in u; of elements without a stable isotope that of a long-lived one. */
double hpsi_export_mass(int32_t number);

#endif
