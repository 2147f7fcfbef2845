/* SPDX-License-Identifier: BSD-3-Clause */
/* Starting commands, waiting for any of them, and ending them. */
#include "job.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define GRACE 2.0 /* s between the polite signal and the last one */
#define NAP 0.25  /* s that a wait may miss a signal of ours */

static void on_child(int number)
{
    (void)number; /* it only has to end the wait */
}

void jobs_prepare(void)
{
    struct sigaction action;
    sigset_t child;

    memset(&action, 0, sizeof action);
    action.sa_handler = on_child;
    action.sa_flags = SA_RESTART;
    sigaction(SIGCHLD, &action, NULL);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); /* orphans of commands are reaped here */
    guard_start();
}

/* ------------------------------------------------------------------- start */

static int make_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return errno;
    }
    return fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 ? 0 : errno;
}

static int set_attributes(posix_spawnattr_t *a)
{
    sigset_t none, all;

    sigemptyset(&none);
    sigfillset(&all);
    (void)posix_spawnattr_setsigmask(a, &none);
    (void)posix_spawnattr_setsigdefault(a, &all);
    return posix_spawnattr_setflags(a, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK |
                                           POSIX_SPAWN_SETSIGDEF);
}

static int set_files(posix_spawn_file_actions_t *f, const char *folder, int output, int errors)
{
    int wrong = posix_spawn_file_actions_addopen(f, 0, "/dev/null", O_RDONLY, 0);

    wrong = wrong == 0 ? posix_spawn_file_actions_adddup2(f, output, 1) : wrong;
    wrong = wrong == 0 ? posix_spawn_file_actions_adddup2(f, errors, 2) : wrong;
    if (wrong == 0 && folder != NULL) {
        wrong = posix_spawn_file_actions_addchdir_np(f, folder);
    }
    return wrong;
}

static int spawn(pid_t *pid, const job_order *o, int output, int errors)
{
    char *command = new_text(o->command);
    char *const words[] = {(char[]){"sh"}, (char[]){"-c"}, command, NULL};
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t files;
    int wrong;

    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_init(&files);
    wrong = set_attributes(&attributes);
    wrong = wrong == 0 ? set_files(&files, o->folder, output, errors) : wrong;
    if (wrong == 0) {
        wrong = posix_spawn(pid, "/bin/sh", &files, &attributes, words, o->environment);
    }
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    free(command);
    return wrong;
}

int job_start(job *j, const job_order *o)
{
    int output[2] = {-1, -1}, errors[2] = {-1, -1}, wrong;

    memset(j, 0, sizeof *j);
    wrong = make_pipe(output);
    wrong = wrong == 0 ? make_pipe(errors) : wrong;
    wrong = wrong == 0 ? spawn(&j->pid, o, output[1], errors[1]) : wrong;
    if (wrong == 0) {
        guard_add(j->pid);
    }
    if (output[1] >= 0) {
        close(output[1]);
    }
    if (errors[1] >= 0) {
        close(errors[1]);
    }
    capture_open(&j->output, output[0], o->output_path, o->keep);
    capture_open(&j->errors, errors[0], o->errors_path, o->keep);
    j->item = o->item;
    j->start = seconds_now();
    j->deadline = o->timeout > 0 ? j->start + o->timeout : 0;
    if (wrong != 0) {
        j->pid = 0;
        job_clear(j);
    }
    return wrong;
}

/* -------------------------------------------------------------------- wait */

static int runs(const job *j)
{
    return j->pid != 0 && !j->ended;
}

/* Read both streams; what cannot end by itself any more is cut off. */
static void finish(job *j)
{
    int open = capture_read(&j->output);

    open |= capture_read(&j->errors);
    if (kill(-j->pid, SIGKILL) == 0 || open) { /* it left something behind */
        session_signal(j->pid, SIGKILL);
    }
    capture_close(&j->output);
    capture_close(&j->errors);
}

/* Every child that has ended: leaders of jobs, and orphans that came to us. */
static void reap(job *jobs, int n)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (int i = 0; i < n; i++) {
            if (runs(&jobs[i]) && jobs[i].pid == pid) {
                jobs[i].status = status;
                jobs[i].ended = 1;
                finish(&jobs[i]);
            }
        }
    }
}

static void enforce(job *j, double now)
{
    if (j->kill_at > 0 && now >= j->kill_at) {
        session_signal(j->pid, SIGKILL);
        j->kill_at = now + GRACE;
    } else if (j->kill_at <= 0 && j->deadline > 0 && now >= j->deadline) {
        session_signal(j->pid, SIGTERM);
        j->timed_out = 1;
        j->kill_at = now + GRACE;
    }
}

/* Seconds until a job has to be looked at again. */
static double patience(const job *jobs, int n, double seconds)
{
    double now = seconds_now();

    seconds = seconds < NAP ? seconds : NAP;
    for (int i = 0; i < n; i++) {
        double due = jobs[i].kill_at > 0 ? jobs[i].kill_at : jobs[i].deadline;

        if (runs(&jobs[i]) && due > 0 && due - now < seconds) {
            seconds = due - now;
        }
    }
    return seconds > 0 ? seconds : 0;
}

/* Sleep until something can be read, a child ends, or the time is over. */
static void doze(job *jobs, int n, double seconds)
{
    struct pollfd *files = new_memory(2 * (size_t)n, sizeof *files);
    struct timespec time = {.tv_sec = (time_t)seconds};
    sigset_t mask;

    time.tv_nsec = (long)(1e9 * (seconds - (double)time.tv_sec));
    for (int i = 0; i < n; i++) {
        files[2 * i].fd = runs(&jobs[i]) ? jobs[i].output.in : -1;
        files[2 * i + 1].fd = runs(&jobs[i]) ? jobs[i].errors.in : -1;
        files[2 * i].events = files[2 * i + 1].events = POLLIN;
    }
    sigprocmask(SIG_BLOCK, NULL, &mask);
    sigdelset(&mask, SIGCHLD);
    if (ppoll(files, 2 * (nfds_t)n, &time, &mask) > 0) {
        for (int i = 0; i < n; i++) {
            if (files[2 * i].revents != 0) {
                capture_read(&jobs[i].output);
            }
            if (files[2 * i + 1].revents != 0) {
                capture_read(&jobs[i].errors);
            }
        }
    }
    free(files);
}

int jobs_wait(job *jobs, int n, double seconds)
{
    double until = seconds_now() + seconds;

    for (;;) {
        double now = seconds_now();

        reap(jobs, n);
        for (int i = 0; i < n; i++) {
            if (jobs[i].pid != 0 && jobs[i].ended) {
                return i;
            }
            if (runs(&jobs[i])) {
                enforce(&jobs[i], now);
            }
        }
        if (now >= until) {
            return -1;
        }
        doze(jobs, n, patience(jobs, n, until - now));
    }
}

/* --------------------------------------------------------------------- end */

static int count(const job *jobs, int n)
{
    int running = 0;

    for (int i = 0; i < n; i++) {
        running += runs(&jobs[i]);
    }
    return running;
}

void jobs_end(job *jobs, int n)
{
    double last = seconds_now() + 2 * GRACE;

    for (int i = 0; i < n; i++) {
        if (runs(&jobs[i]) && jobs[i].kill_at <= 0) {
            session_signal(jobs[i].pid, SIGTERM);
            jobs[i].kill_at = seconds_now() + GRACE;
        }
    }
    while (count(jobs, n) > 0 && seconds_now() < last) {
        int k = jobs_wait(jobs, n, 0.1);

        if (k >= 0) {
            job_clear(&jobs[k]);
        }
    }
    for (int i = 0; i < n; i++) {
        if (jobs[i].pid != 0) {
            job_clear(&jobs[i]);
        }
    }
}

void job_clear(job *j)
{
    capture_close(&j->output);
    capture_close(&j->errors);
    capture_free(&j->output);
    capture_free(&j->errors);
    if (j->pid != 0) {
        guard_remove(j->pid);
    }
    j->pid = 0;
}
