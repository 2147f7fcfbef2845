/* SPDX-License-Identifier: BSD-3-Clause */
/* Whole files: read at once, replaced atomically. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/internal.h"

static hps_status io_error(const char *path, const char *what)
{
    return hpsi_fail(HPS_E_IO, "%s: cannot %s: %s", path, what, strerror(errno));
}

/* Pipes and /proc files have no size to ask for: read until the end. */
static hps_status read_all(hps_context *c, int fd, const char *path, char **data, int64_t *size)
{
    int64_t capacity = 0;
    void *buffer = NULL;
    struct stat info;

    *size = 0;
    if (fstat(fd, &info) != 0) {
        return io_error(path, "read");
    }
    if (S_ISDIR(info.st_mode)) {
        return hpsi_fail(HPS_E_IO, "%s: is a folder, not a file", path);
    }
    for (;;) {
        int64_t wanted = *size + 65536 > info.st_size + 1 ? *size + 65536 : info.st_size + 1;
        ssize_t got;

        if (hpsi_grow(c, &buffer, &capacity, wanted, 1) != HPS_OK) {
            hpsi_free(buffer);
            return HPS_E_MEMORY;
        }
        got = read(fd, (char *)buffer + *size, (size_t)(capacity - *size - 1));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            hpsi_free(buffer);
            return io_error(path, "read");
        }
        if (got == 0) {
            break;
        }
        *size += got;
    }
    ((char *)buffer)[*size] = '\0';
    *data = buffer;
    return HPS_OK;
}

hps_status hpsi_file_read(hps_context *c, const char *path, char **data, int64_t *size)
{
    hps_status s;
    int fd;

    if (path == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "file: path is NULL");
    }
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return io_error(path, "open");
    }
    s = read_all(c, fd, path, data, size);
    close(fd);
    return s;
}

static int write_all(int fd, const char *data, int64_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, data, (size_t)size);

        if (n < 0 && errno != EINTR) {
            return 0;
        }
        if (n > 0) {
            data += n;
            size -= n;
        }
    }
    return 1;
}

/* The rename itself has to reach the disk too; a folder that cannot be opened is no
 * reason to fail, the file is complete. */
static void sync_folder(const char *path, char *scratch)
{
    char *slash;
    int fd;

    memcpy(scratch, path, strlen(path) + 1);
    slash = strrchr(scratch, '/');
    if (slash == NULL) {
        memcpy(scratch, ".", 2);
    } else {
        slash[slash == scratch ? 1 : 0] = '\0';
    }
    fd = open(scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
}

/* A device or a pipe: there is nothing to replace, and renaming would put a file there. */
static int is_special(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

hps_status hpsi_output_open(hpsi_output *o, hps_context *c, const char *path)
{
    int64_t length;

    memset(o, 0, sizeof *o);
    o->fd = -1;
    if (path == NULL || path[0] == '\0') {
        return hpsi_fail(HPS_E_ARGUMENT, "file: path is empty");
    }
    length = (int64_t)strlen(path) + 32;
    o->path = hpsi_strdup(c, path);
    o->temporary = hpsi_new(c, length, 1);
    if (o->path == NULL || o->temporary == NULL) {
        hpsi_output_close(o, 0);
        return HPS_E_MEMORY;
    }
    o->special = is_special(path);
    snprintf(o->temporary, (size_t)length, "%s.tmp.%ld", path, (long)getpid());
    o->fd = o->special ? open(path, O_WRONLY | O_CLOEXEC)
                       : open(o->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (o->fd < 0) {
        hps_status s = io_error(path, "write");

        hpsi_output_close(o, 0);
        return s;
    }
    return HPS_OK;
}

hps_status hpsi_output_write(hpsi_output *o, const void *data, int64_t size)
{
    return write_all(o->fd, data, size) ? HPS_OK : io_error(o->path, "write");
}

static hps_status finish(hpsi_output *o)
{
    int fd = o->fd;

    o->fd = -1;
    if (!o->unsynced && fsync(fd) != 0 &&
        errno != EINVAL) { /* EINVAL: a kind of file without fsync */
        hps_status s = io_error(o->path, "write");

        close(fd);
        return s;
    }
    if (close(fd) != 0 || (!o->special && rename(o->temporary, o->path) != 0)) {
        return io_error(o->path, "write");
    }
    if (!o->special && !o->unsynced) {
        sync_folder(o->path, o->temporary);
    }
    return HPS_OK;
}

hps_status hpsi_output_close(hpsi_output *o, int32_t keep)
{
    int32_t opened = o->fd >= 0;
    hps_status s = opened && keep ? finish(o) : HPS_OK;

    if (o->fd >= 0) {
        close(o->fd);
    }
    if (opened && !o->special && (!keep || s != HPS_OK)) {
        unlink(o->temporary);
    }
    hpsi_free(o->temporary);
    hpsi_free(o->path);
    memset(o, 0, sizeof *o);
    o->fd = -1;
    return s;
}

hps_status hpsi_file_replace(hps_context *c, const char *path, const void *data, int64_t size,
                             int32_t sync)
{
    hpsi_output o;
    hps_status s = hpsi_output_open(&o, c, path);
    hps_status last;

    if (s != HPS_OK) {
        return s;
    }
    o.unsynced = !sync;
    s = hpsi_output_write(&o, data, size);
    last = hpsi_output_close(&o, s == HPS_OK);
    return s == HPS_OK ? last : s;
}

hps_status hpsi_file_keep(hps_context *c, const char *path)
{
    int64_t length = (int64_t)strlen(path) + 16;
    char *previous;

    if (is_special(path) || access(path, F_OK) != 0) {
        return HPS_OK;
    }
    previous = hpsi_new(c, length, 1);
    if (previous == NULL) {
        return HPS_E_MEMORY;
    }
    snprintf(previous, (size_t)length, "%s.previous", path);
    unlink(previous);
    (void)!link(path, previous);
    hpsi_free(previous);
    return HPS_OK;
}
