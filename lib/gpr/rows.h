/* SPDX-License-Identifier: BSD-3-Clause */
/* Inside of the streams of rows: a block of rows shared by energies and derivatives. */
#ifndef HPSI_GPR_ROWS_H
#define HPSI_GPR_ROWS_H

#include "gpr/internal.h"

#define HPSI_ROW_TILE 256 /* sparse points treated at a time */

typedef struct hpsi_stream {
    const hps_gpr *g;
    hpsi_source *source;
    const hpsi_sparse *sparse;
    const double *e0;
    hpsi_power power;
    hpsi_power_slope slope;
    int32_t kinds;
    int64_t capacity; /* rows of a block */
    hpsi_rows rows;   /* the block being filled */
    hpsi_rows_sink sink;
    void *arg;
} hpsi_stream;

/* Rows of a block for M sparse points: enough for few, large products of matrices. */
int64_t hpsi_stream_capacity(int32_t total);
hps_status hpsi_stream_energies(hpsi_stream *t);
/* Forces and virials as t->kinds asks. */
hps_status hpsi_stream_gradients(hpsi_stream *t);
/* Atomic number of a position in the descriptor's list. */
void hpsi_stream_numbers(const hpsi_stream *t, int32_t number[HPSI_ELEMENTS], int32_t *n);

#endif
