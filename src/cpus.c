/* SPDX-License-Identifier: BSD-3-Clause */
/* How many processors there really are for this process. */
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ranks.h"

/* "max 100000" or "150000 100000": quota and period of control groups, version 2. */
static double quota_of(const char *path)
{
    FILE *f = fopen(path, "r");
    char line[80] = "", *rest;
    double quota, period;

    if (f == NULL) {
        return 0;
    }
    if (fgets(line, sizeof line, f) == NULL) {
        line[0] = '\0';
    }
    fclose(f);
    quota = strtod(line, &rest);
    period = rest != line ? strtod(rest, NULL) : 0;
    return quota > 0 && period > 0 ? quota / period : 0;
}

static double smaller(double limit, double found)
{
    return found > 0 && (limit <= 0 || found < limit) ? found : limit;
}

/* The tightest limit from the own group up to the root; 0: none. */
static double group_limit(void)
{
    FILE *f = fopen("/proc/self/cgroup", "r");
    char line[600], path[700];
    double limit = quota_of("/sys/fs/cgroup/cpu.max");

    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        if (strncmp(line, "0::", 3) != 0) {
            continue;
        }
        line[strcspn(line, "\n")] = '\0';
        for (char *slash = line + 3; slash != NULL && strlen(line + 3) > 1;
             slash = strrchr(line + 3, '/')) {
            snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.max", line + 3);
            limit = smaller(limit, quota_of(path));
            if (strrchr(line + 3, '/') == NULL) {
                break;
            }
            *strrchr(line + 3, '/') = '\0';
        }
    }
    if (f != NULL) {
        fclose(f);
    }
    return limit;
}

int cpus_available(void)
{
    cpu_set_t set;
    double limit = group_limit();
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set)
                                                        : (int)sysconf(_SC_NPROCESSORS_ONLN);

    if (limit > 0 && ceil(limit) < n) {
        n = (int)ceil(limit);
    }
    return n > 1 ? n : 1;
}
