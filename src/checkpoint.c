/* SPDX-License-Identifier: BSD-3-Clause */
/* Checkpoints of stages: their names, the one to go on from, and what is kept. */
#include <stdlib.h>
#include <unistd.h>

#include "output.h"
#include "tune.h"

char *checkpoint_path(const tuning *t, const stage *s, int finished)
{
    char *name = finished ? new_textf("checkpoint.%s.hpsw", s->name) : new_text("checkpoint.hpsw");
    char *path = path_join(t->directory, name);

    free(name);
    return path;
}

/* The newest checkpoint, or the one before it if a crash of the machine has damaged that. */
hps_status checkpoint_load(tuning *t, const hps_space *space, const char *path, hps_swarm **e)
{
    char *previous = new_textf("%s.previous", path);
    hps_status st = hps_swarm_load(e, t->context, space, path);

    if ((st == HPS_E_FORMAT || st == HPS_E_IO) && file_exists(previous)) {
        char *message = new_text(hps_last_error());

        st = hps_swarm_load(e, t->context, space, previous);
        if (st == HPS_OK && !t->a->quiet) {
            fprintf(stderr, "hpswarm: warning: %s; going on from %s\n", message, previous);
        }
        free(message);
    }
    free(previous);
    return st;
}

/* A finished stage keeps its checkpoint under its own name until the run is over. */
int checkpoint_keep(const tuning *t, const stage *s)
{
    char *done = checkpoint_path(t, s, 1), *open = checkpoint_path(t, s, 0);
    char *previous = new_textf("%s.previous", open);
    int rc = EXIT_DONE;

    if (!file_exists(done) && rename(open, done) != 0) {
        rc = fail(EXIT_INTERNAL, "%s: cannot write", done);
    }
    unlink(previous);
    free(previous);
    free(done);
    free(open);
    return rc;
}
