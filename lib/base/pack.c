/* SPDX-License-Identifier: BSD-3-Clause */
/* Binary documents: magic, version, length, little-endian payload, CRC-32. */
#include <string.h>

#include "base/internal.h"

#define MAGIC_SIZE 8
#define HEAD_SIZE (MAGIC_SIZE + 4 + 8) /* magic, version, payload length */
#define CRC_SIZE 4

/* CRC-32 of ISO 3309 (the one of zip and png), bit by bit: documents are small. */
static uint32_t crc32_of(const unsigned char *data, int64_t n)
{
    uint32_t crc = 0xffffffffu;

    for (int64_t i = 0; i < n; i++) {
        crc ^= data[i];
        for (int k = 0; k < 8; k++) {
            crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1u)));
        }
    }
    return ~crc;
}

static void store(unsigned char *at, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        at[i] = (unsigned char)(v >> (8 * i));
    }
}

static uint64_t fetch(const unsigned char *at, int bytes)
{
    uint64_t v = 0;

    for (int i = 0; i < bytes; i++) {
        v |= (uint64_t)at[i] << (8 * i);
    }
    return v;
}

/* ------------------------------------------------------------ writing */

/* Room for n more bytes, or NULL. */
static unsigned char *extend(hpsi_pack *p, int64_t n)
{
    void *data = p->data;

    if (p->status == HPS_OK) {
        p->status = hpsi_grow(p->context, &data, &p->capacity, p->size + n, 1);
        p->data = data;
    }
    if (p->status != HPS_OK) {
        return NULL;
    }
    p->size += n;
    return p->data + p->size - n;
}

void hpsi_pack_begin(hpsi_pack *p, hps_context *c, const char magic[8], int32_t version)
{
    unsigned char *head;

    memset(p, 0, sizeof *p);
    p->context = c;
    head = extend(p, HEAD_SIZE);
    if (head != NULL) {
        memcpy(head, magic, MAGIC_SIZE);
        store(head + MAGIC_SIZE, (uint32_t)version, 4);
    }
}

void hpsi_pack_int(hpsi_pack *p, int64_t v)
{
    unsigned char *at = extend(p, 8);

    if (at != NULL) {
        store(at, (uint64_t)v, 8);
    }
}

void hpsi_pack_real(hpsi_pack *p, double v)
{
    hpsi_pack_reals(p, 1, &v);
}

void hpsi_pack_reals(hpsi_pack *p, int64_t n, const double *v)
{
    unsigned char *at = extend(p, 8 * n);

    for (int64_t i = 0; at != NULL && i < n; i++) {
        uint64_t bits;

        memcpy(&bits, &v[i], 8);
        store(at + 8 * i, bits, 8);
    }
}

void hpsi_pack_ints(hpsi_pack *p, int64_t n, const int64_t *v)
{
    unsigned char *at = extend(p, 8 * n);

    for (int64_t i = 0; at != NULL && i < n; i++) {
        store(at + 8 * i, (uint64_t)v[i], 8);
    }
}

void hpsi_pack_text(hpsi_pack *p, const char *s)
{
    int64_t n = (int64_t)strlen(s);
    unsigned char *at;

    hpsi_pack_int(p, n);
    at = extend(p, n);
    if (at != NULL) {
        memcpy(at, s, (size_t)n);
    }
}

hps_status hpsi_pack_write(hpsi_pack *p, const char *path, int32_t sync)
{
    unsigned char *tail = extend(p, CRC_SIZE);
    hps_status s = p->status;

    if (tail != NULL) {
        int64_t payload = p->size - HEAD_SIZE - CRC_SIZE;

        store(p->data + MAGIC_SIZE + 4, (uint64_t)payload, 8);
        store(tail, crc32_of(p->data, p->size - CRC_SIZE), 4);
        s = hpsi_file_replace(p->context, path, p->data, p->size, sync);
    }
    hpsi_free(p->data);
    p->data = NULL;
    return s;
}

/* ------------------------------------------------------------ reading */

static hps_status verify(hpsi_pack *p, const char *path, const char magic[8], int32_t newest)
{
    int64_t payload;

    if (p->size < HEAD_SIZE + CRC_SIZE || memcmp(p->data, magic, MAGIC_SIZE) != 0) {
        return hpsi_fail(HPS_E_FORMAT, "%s: is no %.8s file, or is truncated", path, magic);
    }
    p->version = (int32_t)(uint32_t)fetch(p->data + MAGIC_SIZE, 4);
    if (p->version < 1 || p->version > newest) {
        return hpsi_fail(HPS_E_FORMAT, "%s: format %d is not known, this library reads 1 to %d",
                         path, p->version, newest);
    }
    payload = (int64_t)fetch(p->data + MAGIC_SIZE + 4, 8);
    if (payload != p->size - HEAD_SIZE - CRC_SIZE) {
        return hpsi_fail(HPS_E_FORMAT, "%s: is truncated or damaged (%lld bytes, needs %lld)", path,
                         (long long)p->size, (long long)payload + HEAD_SIZE + CRC_SIZE);
    }
    if (fetch(p->data + p->size - CRC_SIZE, 4) != crc32_of(p->data, p->size - CRC_SIZE)) {
        return hpsi_fail(HPS_E_FORMAT, "%s: is damaged (checksum differs)", path);
    }
    return HPS_OK;
}

hps_status hpsi_pack_open(hpsi_pack *p, hps_context *c, const char *path, const char magic[8],
                          int32_t newest)
{
    char *data = NULL;
    hps_status s;

    memset(p, 0, sizeof *p);
    p->context = c;
    s = hpsi_file_read(c, path, &data, &p->size);
    p->data = (unsigned char *)data;
    if (s == HPS_OK) {
        s = verify(p, path, magic, newest);
    }
    if (s != HPS_OK) {
        hpsi_free(p->data);
        p->data = NULL;
        return p->status = s;
    }
    p->position = HEAD_SIZE;
    p->size -= CRC_SIZE;
    return HPS_OK;
}

/* The next n items of 8 or 1 bytes, or NULL once something failed. */
static const unsigned char *take(hpsi_pack *p, int64_t n, int64_t size)
{
    const unsigned char *at;

    if (p->status != HPS_OK) {
        return NULL;
    }
    if (n < 0 || n > (p->size - p->position) / size) {
        p->status = hpsi_fail(HPS_E_FORMAT, "document ends before its content does");
        return NULL;
    }
    at = p->data + p->position;
    p->position += n * size;
    return at;
}

int64_t hpsi_unpack_int(hpsi_pack *p)
{
    const unsigned char *at = take(p, 1, 8);

    return at != NULL ? (int64_t)fetch(at, 8) : 0;
}

int64_t hpsi_unpack_int_in(hpsi_pack *p, int64_t lo, int64_t hi)
{
    int64_t v = hpsi_unpack_int(p);

    if (p->status == HPS_OK && (v < lo || v > hi)) {
        p->status = hpsi_fail(HPS_E_FORMAT, "document has %lld where %lld to %lld is allowed",
                              (long long)v, (long long)lo, (long long)hi);
    }
    return p->status == HPS_OK ? v : lo;
}

double hpsi_unpack_real(hpsi_pack *p)
{
    double v = 0;

    hpsi_unpack_reals(p, 1, &v);
    return v;
}

void hpsi_unpack_reals(hpsi_pack *p, int64_t n, double *v)
{
    const unsigned char *at = take(p, n, 8);

    for (int64_t i = 0; at != NULL && i < n; i++) {
        uint64_t bits = fetch(at + 8 * i, 8);

        memcpy(&v[i], &bits, 8);
    }
}

void hpsi_unpack_ints(hpsi_pack *p, int64_t n, int64_t *v)
{
    const unsigned char *at = take(p, n, 8);

    for (int64_t i = 0; at != NULL && i < n; i++) {
        v[i] = (int64_t)fetch(at + 8 * i, 8);
    }
}

char *hpsi_unpack_text(hpsi_pack *p)
{
    int64_t n = hpsi_unpack_int(p);
    const unsigned char *at = take(p, n, 1);
    char *s;

    if (at == NULL) {
        return NULL;
    }
    s = hpsi_new(p->context, n + 1, 1);
    if (s == NULL) {
        p->status = HPS_E_MEMORY;
        return NULL;
    }
    memcpy(s, at, (size_t)n);
    return s;
}

hps_status hpsi_pack_close(hpsi_pack *p)
{
    if (p->status == HPS_OK && p->position != p->size) {
        p->status = hpsi_fail(HPS_E_FORMAT, "document has %lld bytes too many",
                              (long long)(p->size - p->position));
    }
    hpsi_free(p->data);
    p->data = NULL;
    return p->status;
}
