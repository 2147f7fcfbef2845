/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts with {id}, {x} and {NAME} in them. A brace behind a dollar sign is the shell's, two
 * braces stand for one, and braces around anything but a name are left alone. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "search.h"

static const char name_letters[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

/* Length of the name in "{name}..." at s, 0 if it is not that. */
static size_t name_at(const char *s)
{
    size_t n = s[0] == '{' ? strspn(s + 1, name_letters) : 0;

    return n > 0 && s[n + 1] == '}' ? n : 0;
}

static const setting *find_parameter(const runfile *r, const char *name, size_t n)
{
    for (int i = 0; i < r->n; i++) {
        const setting *s = &r->items[i];

        if (s->order > 0 && strlen(s->rule->key) == n && strncmp(s->rule->key, name, n) == 0) {
            return s;
        }
    }
    return NULL;
}

static int is_word(const char *name, size_t n, const char *word)
{
    return strlen(word) == n && strncmp(name, word, n) == 0;
}

int template_check(const runfile *r, const setting *s)
{
    char key[80];

    for (const char *c = s->text; *c != '\0'; c++) {
        size_t n = name_at(c);

        if (c[0] == '{' && c[1] == '{') {
            c++;
        } else if (n > 0 && (c == s->text || c[-1] != '$') && !is_word(c + 1, n, "id") &&
                   !is_word(c + 1, n, "x") && find_parameter(r, c + 1, n) == NULL) {
            return fail_at(s->at, setting_name(s, key),
                           "{%.*s} is not id, x or one of parameters; for a brace write {{",
                           (int)(n < 70 ? n : 70), c + 1);
        }
    }
    return EXIT_DONE;
}

/* ------------------------------------------------------------------ values */

static void put_text(FILE *f, const char *text, int shell)
{
    if (!shell || (text[0] != '\0' && text[strspn(text, name_letters)] == '\0')) {
        fputs(text, f);
        return;
    }
    fputc('\'', f);
    for (const char *c = text; *c != '\0'; c++) {
        fputs(*c == '\'' ? "'\\''" : (char[]){*c, '\0'}, f);
    }
    fputc('\'', f);
}

static void put_number(FILE *f, double v)
{
    char buffer[32];

    if (v == floor(v) && fabs(v) < 1e15) {
        fprintf(f, "%.0f", v + 0.0); /* no minus sign at 0 */
    } else {
        fputs(number_text(v, buffer), f);
    }
}

static void put_value(FILE *f, const setting *s, const hps_space *space, const double *x, int shell)
{
    int32_t k = hps_space_index(space, s->rule->key);

    if (k < 0 && s->form == FORM_TEXT) {
        put_text(f, s->text, shell);
    } else if (k < 0) {
        put_number(f, s->value);
    } else if (s->form == FORM_CHOICE) {
        put_text(f, hps_space_label(space, k, (int32_t)x[k]), shell);
    } else {
        put_number(f, x[k]);
    }
}

static void put_all(FILE *f, const runfile *r, const hps_space *space, const double *x, int shell)
{
    int first = 1;

    for (int i = 0; i < r->n; i++) {
        if (r->items[i].order > 0) {
            fputs(first ? "" : " ", f);
            put_value(f, &r->items[i], space, x, shell);
            first = 0;
        }
    }
}

char *template_expand(const runfile *r, const hps_space *space, const char *text, int64_t id,
                      const double *x, int shell)
{
    char *out = NULL;
    size_t size = 0, n;
    FILE *f = open_memstream(&out, &size);

    if (f == NULL) {
        fputs("hpswarm: out of memory\n", stderr);
        exit(EXIT_LIMIT);
    }
    for (const char *c = text; *c != '\0'; c++) {
        n = c > text && c[-1] == '$' ? 0 : name_at(c);
        if ((c[0] == '{' && c[1] == '{') || (c[0] == '}' && c[1] == '}')) {
            fputc(*c++, f);
        } else if (n == 0) {
            fputc(*c, f);
        } else {
            const setting *s = find_parameter(r, c + 1, n);

            if (s != NULL) {
                put_value(f, s, space, x, shell);
            } else if (is_word(c + 1, n, "x")) {
                put_all(f, r, space, x, shell);
            } else {
                fprintf(f, "%lld", (long long)id);
            }
            c += n + 1;
        }
    }
    fclose(f);
    return out;
}
