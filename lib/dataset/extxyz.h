/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of the extended-XYZ reader: text and lines, the header of a frame, its columns,
 * its atoms, its labels. */
#ifndef HPSI_DATASET_EXTXYZ_H
#define HPSI_DATASET_EXTXYZ_H

#include "dataset/private.h"

/* Append the frames of a text, all or none. hps_dataset_read_extxyz is this on a file.
 * @param name of the source, for messages  @param keys [3] energy, forces, virial, or NULL */
hps_status hpsi_dataset_parse(hps_dataset *d, const char *name, const char *text, int64_t size,
                              const char *const keys[HPSI_N_LABELS]);

/* A piece of text that is not terminated. */
typedef struct hpsi_span {
    const char *text;
    int64_t size;
} hpsi_span;

/* key=value of a header; a key alone has the value T. */
typedef struct hpsi_entry {
    hpsi_span key, value;
    int32_t is_bare; /* a word of its own, which is never a label */
} hpsi_entry;

enum {
    HPSI_ROLE_SKIP = 0,
    HPSI_ROLE_SYMBOL = 1,
    HPSI_ROLE_NUMBER = 2,
    HPSI_ROLE_POSITION = 3,
    HPSI_ROLE_MASK = 4,
    HPSI_ROLE_ATOM_SIGMA = 5,      /* of a force, one number, */
    HPSI_ROLE_COMPONENT_SIGMA = 6, /* or three */
    HPSI_ROLE_FORCE = 7            /* + index of the candidate */
};
#define HPSI_MAX_FORCES 8 /* candidates for the forces in one file */

typedef struct hpsi_column {
    hpsi_span name;
    int32_t type, count, role;
} hpsi_column;

/* How often a key was used for a label. */
#define HPSI_MAX_USED 8
typedef struct hpsi_used {
    char key[64]; /* longer ones are cut */
    int64_t count;
} hpsi_used;

typedef struct hpsi_reader {
    hps_context *context;
    const char *name;
    const char *const *wanted; /* [3] keys asked for, or NULL in place of one */
    const char *at, *end;
    int64_t line;  /* number of the line at `at` */
    int64_t first; /* line of the atom count of the present frame */
    hpsi_used used[HPSI_N_LABELS][HPSI_MAX_USED];

    hpsi_entry *entries; /* of the present header */
    int64_t n_entries, entries_capacity;
    char *unescaped; /* values that had a backslash */
    int64_t unescaped_size, unescaped_capacity;

    hpsi_column *columns;
    int64_t n_columns, columns_capacity;
    int32_t masked;     /* 1: a column is the mask of the forces */
    int32_t has_sigmas; /* role of the column that is their noise, 0: none */
    int32_t plain;      /* no Properties: further columns are passed over */
    int32_t n_forces;   /* candidates; number `force` is the one in use */
    int32_t force;
    hpsi_span force_name[HPSI_MAX_FORCES];
    int32_t force_rank[HPSI_MAX_FORCES];

    hps_frame frame; /* being read; its arrays are these */
    int32_t *numbers, *mask;
    double *positions, *forces, *sigmas;
    int64_t numbers_capacity, mask_capacity, positions_capacity, forces_capacity, sigmas_capacity;
    double cell[9], virial[9], virial_sigmas[9];
    int32_t has_virial_sigmas;
    char *config_type;
    int64_t config_capacity;
    hpsi_neighbours nb;
} hpsi_reader;

/* --------------------------------------------------- extxyz_header.c */

/* The next line without its end, *line moves on; 0 at the end of the text. */
int32_t hpsi_reader_line(hpsi_reader *x, hpsi_span *line);
/* HPS_E_FORMAT with "name:line: " in front. */
hps_status hpsi_reader_fail(const hpsi_reader *x, int64_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The start of a span, printable, for a message. */
typedef struct hpsi_quote {
    char text[48];
} hpsi_quote;
hpsi_quote hpsi_span_quote(hpsi_span s);
int32_t hpsi_span_is(hpsi_span s, const char *word);      /* the same letters */
int32_t hpsi_span_is_like(hpsi_span s, const char *word); /* upper and lower case alike */
int32_t hpsi_span_equal(hpsi_span a, hpsi_span b);
hpsi_span hpsi_span_trim(hpsi_span s);
/* The next word, parted by blanks and any of the characters in `also`; empty at the end. */
hpsi_span hpsi_span_word(hpsi_span *rest, const char *also);
/* Split a header line into entries. */
hps_status hpsi_header_split(hpsi_reader *x, hpsi_span line);
/* Value of a key, case aside; NULL if absent. HPS_E_FORMAT if given twice and different. */
hps_status hpsi_header_find(hpsi_reader *x, const char *key, const hpsi_span **value);
/* 1 for T, 0 for F, -1 for neither. */
int32_t hpsi_span_truth(hpsi_span word);
/* Up to `most` numbers of a value, brackets and commas aside; *n is how many. */
hps_status hpsi_header_reals(const hpsi_reader *x, const hpsi_entry *e, int32_t most, int32_t *n,
                             double *values);
hps_status hpsi_header_number(const hpsi_reader *x, const hpsi_entry *e, double *value);
/* Nine numbers, or six in the order xx yy zz yz xz xy (ASE's Voigt form). */
hps_status hpsi_header_matrix(const hpsi_reader *x, const hpsi_entry *e, double m[9]);

/* -------------------------------------------------- extxyz_columns.c */

/* Make the columns from the header's Properties, or those of plain XYZ. */
hps_status hpsi_columns_make(hpsi_reader *x);

/* ---------------------------------------------------- extxyz_atoms.c */

/* Read the atoms of the frame into numbers, positions and forces. */
hps_status hpsi_atoms_read(hpsi_reader *x);

/* --------------------------------------------------- extxyz_labels.c */

/* Rank of a key among the names of a label, 0 the best, -1 if it is none of them; with a
 * key asked for, 0 for that and 1 for the same in another case. */
int32_t hpsi_label_rank(const hpsi_reader *x, int32_t label, hpsi_span key);
void hpsi_label_count(hpsi_reader *x, int32_t label, hpsi_span key);
/* Cell, boundaries, energy, virial and config_type of the frame from its header. */
hps_status hpsi_labels_read(hpsi_reader *x);

/* ---------------------------------------------------- extxyz_noise.c */

/* The frame's own noise from its header. */
hps_status hpsi_noise_read(hpsi_reader *x);

#endif
