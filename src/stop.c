/* SPDX-License-Identifier: BSD-3-Clause */
/* Stopping a run: signals and the time limit. */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "tune.h"

enum { PATIENCE = 4 }; /* s until a run that does not stop is ended where it stands */
#define TWICE 1.0      /* s in which a signal is the one before: launchers pass on what all get */

/* A signal may be handled by any thread, one of OpenBLAS's too. */
static hps_swarm *_Atomic target;
static atomic_int requested;
static _Atomic double came[65]; /* when a signal came first, by number */
static double deadline;
static char last_words[300];

/* The second of a kind kills; of SIGUSR1, which nobody sends by hand, none. */
static void on_signal(int number)
{
    const int error = errno;
    const double now = seconds_now();

    if (came[number] > 0 && number != SIGUSR1 && now - came[number] > TWICE) {
        signal(number, SIG_DFL);
        raise(number);
        return;
    }
    came[number] = came[number] > 0 ? came[number] : now;
    if (!requested) {
        alarm(PATIENCE);
    }
    requested = 1;
    hps_swarm_cancel(target); /* nothing to do without one */
    errno = error;
}

/* Inside a long evaluation. Files are replaced in one step, and a torn line of the history is
 * dropped when it is read again. */
static void on_alarm(int number)
{
    ssize_t written = write(2, last_words, strlen(last_words));

    (void)number;
    (void)written;
    _exit(EXIT_STOPPED);
}

void stop_install(const char *directory)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGUSR1};
    struct sigaction action;

    if (directory[0] != '\0') {
        snprintf(
            last_words, sizeof last_words,
            "hpswarm: stopped inside an evaluation; the checkpoint is in %.200s, --resume goes "
            "on\n",
            directory);
    }
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = on_alarm;
    sigaction(SIGALRM, &action, NULL);
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        sigaction(numbers[i], &action, NULL);
    }
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

int stop_would_overrun(double seconds)
{
    return deadline > 0 && seconds_now() + seconds > deadline;
}
