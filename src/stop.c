/* SPDX-License-Identifier: BSD-3-Clause */
/* Stopping a run: signals and the time limit. */
#include <signal.h>
#include <string.h>

#include "tune.h"

static hps_swarm *volatile target;
static volatile sig_atomic_t requested;
static double deadline;

static void on_signal(int number)
{
    (void)number;
    requested = 1;
    if (target != NULL) {
        hps_swarm_cancel(target);
    }
}

void stop_install(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    /* The second signal of a kind finds the default and kills. */
    action.sa_flags = (int)SA_RESETHAND | SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

void stop_target(hps_swarm *e)
{
    target = e;
}

void stop_deadline(double seconds_from_now)
{
    deadline = seconds_from_now > 0 ? seconds_now() + seconds_from_now : 0;
}

int stop_requested(void)
{
    return requested || (deadline > 0 && seconds_now() >= deadline);
}
