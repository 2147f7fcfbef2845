/* SPDX-License-Identifier: BSD-3-Clause */
/* hpswarm: reads the command line, runs one command, turns its result into an exit code. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "job.h"
#include "ranks.h"

static int run(const args *a)
{
    const command *c = a->command != NULL ? command_find(a->command) : NULL;

    if (a->version) {
        help_version();
        return EXIT_DONE;
    }
    if (a->citation) {
        help_citation();
        return EXIT_DONE;
    }
    if (a->help) {
        if (c != NULL) {
            help_command(stdout, c);
        } else {
            help_general(stdout);
        }
        return EXIT_DONE;
    }
    return c != NULL ? c->run(a) : EXIT_USAGE; /* the parser has asked for one */
}

int main(int argc, char **argv)
{
    args a;
    int rc;

    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a write error like any other, */
    signal(SIGXFSZ, SIG_IGN); /* and so is a file larger than the shell allows */
    if (argc == 3 && strcmp(argv[1], GUARD_WORD) == 0) {
        return guard_main(argv[2]);
    }
    guard_program("/proc/self/exe");
    ranks_begin(&argc, &argv);
    rc = args_parse(&a, argc, argv);
    if (ranks_rank() > 0) { /* only tune has work for it */
        a.quiet = 1;
        if (rc == EXIT_DONE && !a.help && !a.version && !a.citation &&
            strcmp(a.command, "tune") == 0) {
            rc = run(&a);
        }
        args_free(&a);
        return ranks_finish(rc);
    }
    if (rc == EXIT_DONE) {
        rc = run(&a);
    }
    rc = ranks_finish(rc);
    args_free(&a);
    if (rc != EXIT_DONE && error_text()[0] != '\0') {
        error_print();
    }
    errno = 0;
    if ((fflush(stdout) != 0 || ferror(stdout)) && rc == EXIT_DONE) {
        fail(EXIT_INTERNAL, "standard output: cannot write%s%s", errno != 0 ? ": " : "",
             errno != 0 ? strerror(errno) : "");
        error_print();
        rc = EXIT_INTERNAL;
    }
    return rc;
}
