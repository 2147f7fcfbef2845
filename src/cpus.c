/* SPDX-License-Identifier: BSD-3-Clause */
/* How many processors there really are for this process. */
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ranks.h"

/* First number of a file, and the second one if there is one; 0: none. */
static double number_in(const char *path, double *second)
{
    FILE *f = fopen(path, "r");
    char line[80] = "", *rest;
    double first;

    if (f == NULL) {
        return 0;
    }
    if (fgets(line, sizeof line, f) == NULL) {
        line[0] = '\0';
    }
    fclose(f);
    first = strtod(line, &rest);
    if (second != NULL) {
        *second = rest != line ? strtod(rest, NULL) : 0;
    }
    return rest != line ? first : 0;
}

static double ratio(double quota, double period)
{
    return quota > 0 && period > 0 ? quota / period : 0;
}

/* Version 2: "max 100000" or "150000 100000", quota and period. */
static double quota_2(const char *folder)
{
    char path[900];
    double period = 0, quota;

    snprintf(path, sizeof path, "%s/cpu.max", folder);
    quota = number_in(path, &period);
    return ratio(quota, period);
}

/* Version 1: a file each; -1 is none. */
static double quota_1(const char *folder)
{
    char path[900];
    double quota;

    snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", folder);
    quota = number_in(path, NULL);
    snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
    return ratio(quota, number_in(path, NULL));
}

static double smaller(double limit, double found)
{
    return found > 0 && (limit <= 0 || found < limit) ? found : limit;
}

/* From a group up to the root of its tree, which is all that a container may see of it. */
static double least_up(const char *tree, const char *group, double (*quota)(const char *folder))
{
    char own[500], folder[800];
    double limit = 0;

    snprintf(own, sizeof own, "%s", group);
    for (;;) {
        char *slash = strrchr(own, '/');

        snprintf(folder, sizeof folder, "%s%s", tree, own);
        limit = smaller(limit, quota(folder));
        if (slash == NULL) {
            return limit;
        }
        *slash = '\0';
    }
}

/* A line of /proc/self/cgroup, "NUMBER:CONTROLLERS:GROUP"; no controllers: version 2. */
static double limit_of_line(const char *mount, char *line)
{
    char tree[300];
    char *controllers = strchr(line, ':');
    char *group = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
    int index;

    if (group == NULL) {
        return 0;
    }
    *group++ = '\0';
    controllers++;
    group[strcspn(group, "\n")] = '\0';
    if (controllers[0] == '\0') {
        return least_up(mount, group, quota_2);
    }
    for (char *c = controllers; *c != '\0'; c++) {
        *c = *c == ',' ? '|' : *c;
    }
    if (!word_in(controllers, "cpu", &index)) {
        return 0;
    }
    snprintf(tree, sizeof tree, "%s/cpu", mount); /* a link where it is mounted with others */
    return least_up(tree, group, quota_1);
}

double cpus_group_limit(const char *mount, const char *membership)
{
    FILE *f = fopen(membership, "r");
    char line[600];
    double limit = 0;

    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        limit = smaller(limit, limit_of_line(mount, line));
    }
    if (f != NULL) {
        fclose(f);
    }
    return limit;
}

int cpus_available(void)
{
    cpu_set_t set;
    double limit = cpus_group_limit("/sys/fs/cgroup", "/proc/self/cgroup");
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set)
                                                        : (int)sysconf(_SC_NPROCESSORS_ONLN);

    if (limit > 0 && ceil(limit) < n) {
        n = (int)ceil(limit);
    }
    return n > 1 ? n : 1;
}
