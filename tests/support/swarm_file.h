/* SPDX-License-Identifier: BSD-3-Clause */
/* A checkpoint of a test's own, and an engine that lives on through it. */
#ifndef HPS_TESTS_SWARM_FILE_H
#define HPS_TESTS_SWARM_FILE_H

#include <stdio.h>
#include <unistd.h>

#include "support/swarm_run.h"

static char path[256];

/* A checked fixture with drop_path. Tests save thousands of times and each save waits for the
 * disk: in memory, where there is such a folder. */
static inline void make_path(void)
{
    const char *folder = getenv("TMPDIR");
    const char *memory = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : ".";
    snprintf(path, sizeof path, "%s/hps_swarm_%ld.hpsw", folder != NULL ? folder : memory,
             (long)getpid());
}

static inline void drop_path(void)
{
    unlink(path);
}

/* Save, forget, load. */
static inline hps_swarm *reborn_over(hps_swarm *e, const hps_space *s)
{
    hps_swarm *again;
    CK_OK(hps_swarm_save(e, path));
    hps_swarm_destroy(e);
    CK_OK(hps_swarm_load(&again, NULL, s, path));
    return again;
}

static inline hps_swarm *reborn(hps_swarm *e)
{
    hps_space *s;
    CK_OK(mixed_space(&s, NULL));
    e = reborn_over(e, s);
    hps_space_destroy(s);
    return e;
}

#endif
