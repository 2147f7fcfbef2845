/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading numbers without the locale: exact and quick for the short ones that fill files,
 * through the C library in its own "C" locale for the rest. */
#include "dataset/number.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Longest number handed to the C library; further digits of its mantissa cannot matter
 * beyond the last bit and a real file does not have them. */
#define MAX_TEXT 128

typedef struct decimal {
    uint64_t mantissa; /* first 19 digits */
    int32_t digits;    /* counted without leading zeros */
    int32_t any;       /* a digit was seen */
    int64_t exponent;  /* value = mantissa * 10^exponent if digits <= 19 */
} decimal;

static int32_t is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits and at most one point. */
static const char *scan_mantissa(const char *at, const char *end, decimal *d)
{
    int32_t point = 0;

    for (; at < end && (is_digit(*at) || (*at == '.' && !point)); at++) {
        if (*at == '.') {
            point = 1;
            continue;
        }
        d->any = 1;
        d->digits += d->digits > 0 || *at != '0';
        if (d->digits <= 19) {
            d->mantissa = 10 * d->mantissa + (uint64_t)(*at - '0');
            d->exponent -= point;
        } else {
            d->exponent += !point;
        }
    }
    return at;
}

/* An exponent, if a whole one is there. */
static const char *scan_exponent(const char *at, const char *end, decimal *d)
{
    const char *p = at + 1;
    int64_t e = 0;
    int32_t negative = 0;

    if (at >= end || (*at != 'e' && *at != 'E' && *at != 'd' && *at != 'D')) {
        return at;
    }
    if (p < end && (*p == '-' || *p == '+')) {
        negative = *p++ == '-';
    }
    if (p >= end || !is_digit(*p)) {
        return at;
    }
    for (; p < end && is_digit(*p); p++) {
        e = e < 100000 ? 10 * e + (*p - '0') : e;
    }
    d->exponent += negative ? -e : e;
    return p;
}

/* The text through strtod_l, D exponents as E. */
static int32_t slow(const char *text, int64_t size, double *value)
{
    char copy[MAX_TEXT + 1];
    char *stop;
    locale_t c;

    if (size > MAX_TEXT) {
        return HPSI_NUMBER_BAD;
    }
    memcpy(copy, text, (size_t)size);
    copy[size] = '\0';
    for (char *p = copy; *p != '\0'; p++) {
        *p = *p == 'd' || *p == 'D' ? 'e' : *p;
    }
    c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (c == (locale_t)0) {
        return HPSI_NUMBER_BAD;
    }
    *value = strtod_l(copy, &stop, c);
    freelocale(c);
    if (*stop != '\0') {
        return HPSI_NUMBER_BAD;
    }
    return isfinite(*value) ? HPSI_NUMBER_OK : HPSI_NUMBER_NOT_FINITE;
}

/* nan, inf, infinity at *at? */
static int32_t scan_word(const char **at, const char *end)
{
    static const char *const words[] = {"infinity", "inf", "nan"};

    for (int32_t i = 0; i < 3; i++) {
        const size_t n = strlen(words[i]);

        if ((size_t)(end - *at) >= n && strncasecmp(*at, words[i], n) == 0) {
            *at += n;
            return HPSI_NUMBER_NOT_FINITE;
        }
    }
    return HPSI_NUMBER_BAD;
}

int32_t hpsi_number_real(const char **at, const char *end, double *value)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const char *start = *at;
    const char *p = start;
    decimal d = {0};
    int32_t negative = 0;
    double v;

    if (p < end && (*p == '-' || *p == '+')) {
        negative = *p++ == '-';
    }
    *at = p;
    p = scan_mantissa(p, end, &d);
    if (!d.any) {
        return scan_word(at, end);
    }
    *at = p = scan_exponent(p, end, &d);
    /* both factors are exact, so one rounding gives the nearest double (W. D. Clinger, PLDI
     * 1990) */
    if (d.mantissa <= (UINT64_C(1) << 53) && d.digits <= 19 && d.exponent >= -22 &&
        d.exponent <= 22) {
        v = (double)d.mantissa;
        v = d.exponent < 0 ? v / power[-d.exponent] : v * power[d.exponent];
        *value = negative ? -v : v;
        return HPSI_NUMBER_OK;
    }
    return slow(start, p - start, value);
}

int32_t hpsi_number_whole(const char *at, const char *end, int64_t *value)
{
    int32_t negative = 0;
    int64_t v = 0;

    if (at < end && (*at == '-' || *at == '+')) {
        negative = *at++ == '-';
    }
    if (at >= end) {
        return 0;
    }
    for (; at < end; at++) {
        if (!is_digit(*at) || v > (INT64_MAX - 9) / 10) {
            return 0;
        }
        v = 10 * v + (*at - '0');
    }
    *value = negative ? -v : v;
    return 1;
}
