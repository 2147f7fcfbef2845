/* SPDX-License-Identifier: BSD-3-Clause */
/* Why evaluations of a stage have no value, and how often each reason was given. */
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "tune.h"

/* NULL: a value, or a failure that nothing was said of. */
static char *reason_of(const char *path, const char *line, size_t n)
{
    const char *text;
    char *found;
    node *tree;

    if (memmem(line, n, "\"reason\":", 9) == NULL ||
        tree_parse(&tree, path, line, n, LINE_NODES) != EXIT_DONE) {
        return NULL;
    }
    text = tree_text(tree, "reason", "");
    found = text[0] != '\0' ? new_text(text) : NULL;
    tree_free(tree);
    return found;
}

/* The text with # for each number that has a decimal point or an exponent. */
static char *kind_of(const char *text)
{
    static const char digits[] = "0123456789";
    char *kind = new_text(text), *to = kind;

    for (const char *from = text; *from != '\0';) {
        size_t n = strspn(from, digits), whole = n;

        if (n > 0 && from[n] == '.') {
            n += 1 + strspn(from + n + 1, digits);
        }
        if (n > 0 && from[n] == 'e') {
            size_t sign = from[n + 1] == '-' || from[n + 1] == '+';
            size_t exponent = strspn(from + n + 1 + sign, digits);

            n += exponent > 0 ? 1 + sign + exponent : 0;
        }
        if (n > whole) {
            *to++ = '#';
        } else {
            n = n > 0 ? n : 1;
            memmove(to, from, n);
            to += n;
        }
        from += n;
    }
    *to = '\0';
    return kind;
}

/* The lines of text are cut at their ends. */
static void collect(reason_list *l, const history *h, const char *owner, char *text, size_t size)
{
    for (char *line = text, *end; line < text + size; line = end + 1) {
        char *found;

        end = memchr(line, '\n', (size_t)(text + size - line));
        if (end == NULL) {
            break;
        }
        *end = '\0';
        if (history_line_id(line, (size_t)(end - line), owner) < 0 ||
            (found = reason_of(h->path, line, (size_t)(end - line))) == NULL) {
            continue;
        }
        l->items = grow_memory(l->items, (size_t)l->n + 1, sizeof *l->items);
        l->items[l->n++] = (reason_count){kind_of(found), found, 1, 0};
    }
}

static int by_kind(const void *a, const void *b)
{
    const reason_count *p = a, *q = b;
    int order = strcmp(p->kind, q->kind);

    return order != 0 ? order : strcmp(p->text, q->text);
}

/* The same order whichever evaluation was the first to end. */
static int by_number(const void *a, const void *b)
{
    const reason_count *p = a, *q = b;

    return p->n != q->n ? (p->n < q->n) - (p->n > q->n) : by_kind(a, b);
}

static void merge(reason_list *l)
{
    int n = 0;

    qsort(l->items, (size_t)l->n, sizeof *l->items, by_kind);
    for (int i = 0; i < l->n; i++) {
        reason_count *r = &l->items[i], *last = n > 0 ? &l->items[n - 1] : NULL;

        if (last != NULL && strcmp(last->kind, r->kind) == 0) {
            last->n++;
            last->differ |= strcmp(last->text, r->text) != 0;
            free(r->kind);
            free(r->text);
        } else {
            l->items[n++] = *r;
        }
    }
    l->n = n;
    qsort(l->items, (size_t)n, sizeof *l->items, by_number);
}

void reasons_read(reason_list *l, const history *h, const char *owner)
{
    char *text;
    size_t size;

    reasons_free(l);
    if (file_read(h->path, (size_t)1 << 40, &text, &size, EXIT_INTERNAL) != EXIT_DONE) {
        return;
    }
    collect(l, h, owner, text, size);
    free(text);
    if (l->n > 0) {
        l->first = new_text(l->items[0].text);
        merge(l);
    }
}

void reasons_print(FILE *f, const reason_list *l)
{
    long long others = 0;

    for (int i = 0; i < l->n; i++) {
        const reason_count *r = &l->items[i];

        if (i < REASONS_SHOWN) {
            fprintf(f, "  %lld x %s%s\n", (long long)r->n, r->differ ? "such as: " : "", r->text);
        } else {
            others += r->n;
        }
    }
    if (others > 0) {
        fprintf(f, "  %lld x other reasons, in history.jsonl\n", others);
    }
}

void reasons_json(json *j, const reason_list *l)
{
    json_open(j, "reasons", '[');
    for (int i = 0; i < l->n && i < REASONS_KEPT; i++) {
        json_open(j, NULL, '{');
        json_text(j, "reason", l->items[i].text);
        json_int(j, "evaluations", l->items[i].n);
        json_close(j, '}');
    }
    json_close(j, ']');
}

void reasons_free(reason_list *l)
{
    for (int i = 0; i < l->n; i++) {
        free(l->items[i].kind);
        free(l->items[i].text);
    }
    free(l->items);
    free(l->first);
    memset(l, 0, sizeof *l);
}
