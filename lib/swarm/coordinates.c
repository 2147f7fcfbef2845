/* SPDX-License-Identifier: BSD-3-Clause */
/* Between a parameter's values and the unit interval in which the swarm moves (swarm.md 1, 1.2). */
#include "swarm/internal.h"

#include <math.h>

int64_t hpsi_param_levels(const hpsi_param *p)
{
    return p->kind == HPS_PARAM_REAL ? 0 : (int64_t)(p->hi - p->lo) + 1;
}

/* On a log scale the level k owns the stretch of ln x from k - 1/2 to k + 1/2. */
static double log_width(const hpsi_param *p)
{
    return log((p->hi + 0.5) / (p->lo - 0.5));
}

int64_t hpsi_param_level(const hpsi_param *p, double u)
{
    double n = p->hi - p->lo + 1.0;
    double level;
    if (p->scale == HPS_SCALE_LOG) {
        level = floor((p->lo - 0.5) * exp(u * log_width(p)) + 0.5) - p->lo;
    } else {
        level = floor(u * n);
    }
    return (int64_t)fmin(fmax(level, 0.0), n - 1.0);
}

double hpsi_param_centre(const hpsi_param *p, int64_t level)
{
    if (p->scale == HPS_SCALE_LOG) {
        return log((p->lo + (double)level) / (p->lo - 0.5)) / log_width(p);
    }
    return ((double)level + 0.5) / (p->hi - p->lo + 1.0);
}

double hpsi_param_value(const hpsi_param *p, double u)
{
    if (p->kind != HPS_PARAM_REAL) {
        return p->lo + (double)hpsi_param_level(p, u);
    }
    double x;
    if (p->scale == HPS_SCALE_LOG) {
        x = p->lo * pow(p->hi / p->lo, u);
    } else {
        x = p->lo + u * (p->hi - p->lo);
    }
    return fmin(fmax(x, p->lo), p->hi);
}

double hpsi_param_unit(const hpsi_param *p, double x)
{
    if (p->kind != HPS_PARAM_REAL) {
        return hpsi_param_centre(p, (int64_t)(x - p->lo));
    }
    double u;
    if (p->scale == HPS_SCALE_LOG) {
        u = log(x / p->lo) / log(p->hi / p->lo);
    } else {
        u = (x - p->lo) / (p->hi - p->lo);
    }
    return fmin(fmax(u, 0.0), 1.0);
}

double hpsi_param_snap(const hpsi_param *p, double u)
{
    return p->kind == HPS_PARAM_REAL ? u : hpsi_param_centre(p, hpsi_param_level(p, u));
}

double hpsi_reflect(double u)
{
    if (u < 0.0) {
        u = -u;
    } else if (u > 1.0) {
        u = 2.0 - u;
    }
    return fmin(fmax(u, 0.0), 1.0);
}
