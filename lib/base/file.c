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
    return fsync(fd) == 0 || errno == EINVAL; /* EINVAL: a kind of file without fsync */
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

static hps_status write_and_rename(const char *path, char *temporary, const void *data,
                                   int64_t size)
{
    hps_status s;
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

    if (fd < 0) {
        return io_error(path, "write");
    }
    if (!write_all(fd, data, size)) {
        s = io_error(path, "write");
        close(fd);
        unlink(temporary);
        return s;
    }
    if (close(fd) != 0 || rename(temporary, path) != 0) {
        s = io_error(path, "write");
        unlink(temporary);
        return s;
    }
    sync_folder(path, temporary);
    return HPS_OK;
}

/* A device or a pipe: there is nothing to replace, and renaming would put a file there. */
static int is_special(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

static hps_status write_special(const char *path, const void *data, int64_t size)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int written = fd >= 0 && write_all(fd, data, size);
    hps_status s = written ? HPS_OK : io_error(path, "write");

    if (fd >= 0) {
        close(fd);
    }
    return s;
}

hps_status hpsi_file_replace(hps_context *c, const char *path, const void *data, int64_t size)
{
    char *temporary;
    int64_t length;
    hps_status s;

    if (path == NULL || path[0] == '\0') {
        return hpsi_fail(HPS_E_ARGUMENT, "file: path is empty");
    }
    if (is_special(path)) {
        return write_special(path, data, size);
    }
    length = (int64_t)strlen(path) + 32;
    temporary = hpsi_new(c, length, 1);
    if (temporary == NULL) {
        return HPS_E_MEMORY;
    }
    snprintf(temporary, (size_t)length, "%s.tmp.%ld", path, (long)getpid());
    s = write_and_rename(path, temporary, data, size);
    hpsi_free(temporary);
    return s;
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
