/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands of the user as child processes: several at a time, each in a session of its own,
 * with a time limit, and with a bounded part of what they print kept in files. */
#ifndef HPSWARM_JOB_H
#define HPSWARM_JOB_H

#include <sys/types.h>

#include "program.h"

/* ------------------------------------------------------- job_capture.c */

enum { LINE_BYTES = 65536, WORDS_BYTES = 160 };

/* One stream of a command. The beginning goes to the file as it comes, of the rest the end is
 * kept in a ring; the file is made with the first byte. */
typedef struct capture {
    int in, out; /* read end of the pipe and the file; -1: closed, none */
    char *path;
    int64_t total, keep;     /* bytes seen, bytes that may be kept */
    char *ring;              /* [keep - keep / 2] */
    char *line;              /* the first line, cut at LINE_BYTES */
    int line_size, line_end; /* bytes of it; 1: it is complete */
    char words[WORDS_BYTES]; /* the last line that is not blank, its beginning */
    int words_size, words_open;
} capture;

void capture_open(capture *c, int in, const char *path, int64_t keep);
/* Read what is there; 1 while the stream is open, 0 at its end. */
int capture_read(capture *c);
/* Write the end to the file. The first and last line can be asked for until capture_free. */
void capture_close(capture *c);
void capture_free(capture *c);

/* ---------------------------------------------------------- job_kill.c */

/* To every process of the session, and to the descendants of its leader while it lives. */
void session_signal(pid_t leader, int number);

/* --------------------------------------------------------- job_guard.c */

#define GUARD_WORD "--guard-of-commands" /* what main is called with to be the guard */
/* Path of this program; without it there is no guard. */
void guard_program(const char *path);
void guard_start(void);
void guard_add(pid_t leader);
void guard_remove(pid_t leader);
/* A variable for the environment of commands, by which the guard knows them. */
#define GUARD_MARK "HPSWARM_RUN="
const char *guard_mark(void);
int guard_main(const char *wanted); /* the mark; an exit code */

/* --------------------------------------------------------------- job.c */

typedef struct job {
    pid_t pid; /* leader of the session; 0: none */
    capture output, errors;
    double start, deadline, kill_at; /* s; 0: none */
    int item;                        /* the caller's */
    int status, ended, timed_out;    /* as waitpid has it */
} job;

typedef struct job_order {
    const char *command;     /* for /bin/sh */
    const char *folder;      /* NULL: the present one */
    char **environment;      /* as execve wants it */
    const char *output_path; /* of standard output */
    const char *errors_path; /* of standard error */
    int64_t keep;            /* bytes of each */
    double timeout;          /* s, 0: none */
    int item;
} job_order;

/* Signals and orphans are this process's to handle from now on. */
void jobs_prepare(void);
/* 0, or errno of what went wrong. */
int job_start(job *j, const job_order *o);
/* Look after all running jobs until one has ended or `seconds` are over. The index of the one
 * that ended, which stays to be read until job_clear; -1 if there is none. */
int jobs_wait(job *jobs, int n, double seconds);
/* End all that run, with everything that they started: politely first. */
void jobs_end(job *jobs, int n);
void job_clear(job *j);

#endif
