/* SPDX-License-Identifier: BSD-3-Clause */
/* Charts for report.html: axes, a staircase, bars; nothing outside the file is needed. */
#include "svg.h"

#include <math.h>

enum { WIDTH = 560, HEIGHT = 260, LEFT = 78, RIGHT = 14, TOP = 26, BOTTOM = 42 };

typedef struct axis {
    double lo, hi;
    int log_scale;
    double from, to; /* in pixels */
} axis;

void html_text(FILE *f, const char *s)
{
    for (; *s != '\0'; s++) {
        switch (*s) {
        case '<':
            fputs("&lt;", f);
            break;
        case '>':
            fputs("&gt;", f);
            break;
        case '&':
            fputs("&amp;", f);
            break;
        case '"':
            fputs("&quot;", f);
            break;
        default:
            fputc((unsigned char)*s < 0x20 ? ' ' : *s, f);
        }
    }
}

static double at(const axis *a, double v)
{
    double t = a->log_scale ? log(v / a->lo) / log(a->hi / a->lo) : (v - a->lo) / (a->hi - a->lo);

    return a->from + t * (a->to - a->from);
}

static axis make_axis(int n, const double *v, double from, double to)
{
    axis a = {(double)INFINITY, -(double)INFINITY, 0, from, to};

    for (int i = 0; i < n; i++) {
        a.lo = v[i] < a.lo ? v[i] : a.lo;
        a.hi = v[i] > a.hi ? v[i] : a.hi;
    }
    if (!(a.hi > a.lo)) {
        double pad = fabs(a.lo) > 0 ? 0.1 * fabs(a.lo) : 1;

        a.hi = a.lo + pad;
        a.lo -= pad;
    }
    a.log_scale = a.lo > 0 && a.hi / a.lo > 50;
    return a;
}

static void begin(FILE *f, const char *title)
{
    fprintf(f, "<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n", WIDTH,
            HEIGHT, WIDTH, HEIGHT);
    fprintf(f, "<text x=\"%d\" y=\"16\" class=\"t\">", LEFT);
    html_text(f, title);
    fputs("</text>\n", f);
}

/* Frame, five ticks on either axis, labels. */
static void draw_axes(FILE *f, const axis *x, const axis *y, const char *x_label,
                      const char *y_label)
{
    fprintf(f, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" class=\"f\"/>\n", LEFT, TOP,
            WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
    for (int i = 0; i <= 4; i++) {
        double t = i / 4.0;
        double vx = x->lo + t * (x->hi - x->lo);
        double vy = y->log_scale ? y->lo * pow(y->hi / y->lo, t) : y->lo + t * (y->hi - y->lo);

        fprintf(f, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.4g</text>\n", at(x, vx),
                HEIGHT - BOTTOM + 15, vx);
        fprintf(f, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.4g</text>\n", LEFT - 5,
                at(y, vy) + 4, vy);
        fprintf(f, "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" class=\"g\"/>\n", LEFT,
                WIDTH - RIGHT, at(y, vy), at(y, vy));
    }
    fprintf(f, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">", (LEFT + WIDTH - RIGHT) / 2,
            HEIGHT - 8);
    html_text(f, x_label);
    fprintf(f, "</text>\n<text transform=\"translate(13 %d) rotate(-90)\" text-anchor=\"middle\">",
            (TOP + HEIGHT - BOTTOM) / 2);
    html_text(f, y_label);
    fputs("</text>\n", f);
}

/* Frame, axes and labels of n points, x linear; 0: there is nothing to draw. */
static int begin_plot(FILE *f, const char *title, const char *x_label, const char *y_label, int n,
                      const double *x, const double *y, axis *ax, axis *ay)
{
    if (n == 0) {
        return 0;
    }
    *ax = make_axis(n, x, LEFT, WIDTH - RIGHT);
    *ay = make_axis(n, y, HEIGHT - BOTTOM, TOP);
    ax->log_scale = 0;
    begin(f, title);
    draw_axes(f, ax, ay, x_label, y_label);
    return 1;
}

void svg_steps(FILE *f, const char *title, const char *x_label, const char *y_label, int n,
               const double *x, const double *y)
{
    axis ax, ay;

    if (!begin_plot(f, title, x_label, y_label, n, x, y, &ax, &ay)) {
        return;
    }
    fprintf(f, "<path class=\"l\" d=\"M%.1f %.1f", at(&ax, x[0]), at(&ay, y[0]));
    for (int i = 1; i < n; i++) {
        fprintf(f, "H%.1fV%.1f", at(&ax, x[i]), at(&ay, y[i]));
    }
    fputs("\"/>\n</svg>\n", f);
}

void svg_points(FILE *f, const char *title, const char *x_label, const char *y_label, int n,
                const double *x, const double *y, int mark)
{
    axis ax, ay;

    if (!begin_plot(f, title, x_label, y_label, n, x, y, &ax, &ay)) {
        return;
    }
    for (int i = 0; i < n; i++) {
        fprintf(f, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%d\" class=\"%s\"/>\n", at(&ax, x[i]),
                at(&ay, y[i]), i == mark ? 6 : 3, i == mark ? "l" : "b");
    }
    fputs("</svg>\n", f);
}

void svg_bars(FILE *f, const char *title, const char *x_label, double lo, double hi, int n,
              const double *counts)
{
    axis ax = {lo, hi, 0, LEFT, WIDTH - RIGHT}, ay;

    ay = make_axis(n, counts, HEIGHT - BOTTOM, TOP);
    ay.lo = 0;
    ay.log_scale = 0;
    begin(f, title);
    draw_axes(f, &ax, &ay, x_label, "pairs");
    for (int i = 0; i < n; i++) {
        double a = at(&ax, lo + (hi - lo) * i / n), b = at(&ax, lo + (hi - lo) * (i + 1) / n);
        double top = at(&ay, counts[i]);

        fprintf(f, "<rect class=\"b\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"/>\n", a,
                top, b - a - 0.5, HEIGHT - BOTTOM - top);
    }
    fputs("</svg>\n", f);
}

void svg_position(FILE *f, double lo, double hi, int log_scale, double v)
{
    axis a = {lo, hi, log_scale, 4, 156};

    if (!(hi > lo)) {
        return;
    }
    fprintf(f,
            "<svg width=\"160\" height=\"14\"><line x1=\"4\" x2=\"156\" y1=\"7\" y2=\"7\" "
            "class=\"g\"/><circle cx=\"%.1f\" cy=\"7\" r=\"4\" class=\"b\"/></svg>",
            at(&a, v));
}
