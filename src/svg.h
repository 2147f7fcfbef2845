/* SPDX-License-Identifier: BSD-3-Clause */
/* Small charts as inline SVG, and text made safe for HTML. */
#ifndef HPSWARM_SVG_H
#define HPSWARM_SVG_H

#include "program.h"

void html_text(FILE *f, const char *s);
/* A falling staircase: y over x, n points. */
void svg_steps(FILE *f, const char *title, const char *x_label, const char *y_label, int n,
               const double *x, const double *y);
/* Points; the one numbered `mark` (-1: none) stands out. */
void svg_points(FILE *f, const char *title, const char *x_label, const char *y_label, int n,
                const double *x, const double *y, int mark);
/* Bars of n equal bins over [lo, hi]. */
void svg_bars(FILE *f, const char *title, const char *x_label, double lo, double hi, int n,
              const double *counts);
/* Where a value lies between its bounds. */
void svg_position(FILE *f, double lo, double hi, int log_scale, double v);

#endif
