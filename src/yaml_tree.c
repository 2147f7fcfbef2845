/* SPDX-License-Identifier: BSD-3-Clause */
/* Builds the tree from libyaml's events, bounded in depth and size. */
#include "yaml_tree.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "output.h"

enum { MAX_DEPTH = 24, MAX_BYTES = 64 << 20 };

typedef struct builder {
    yaml_parser_t parser;
    const char *source;
    int left; /* nodes that may still be made */
} builder;

static place mark_place(const char *source, yaml_mark_t mark)
{
    place at = {source, (int)mark.line + 1, (int)mark.column + 1};

    return at;
}

static int parser_problem(const builder *b)
{
    const yaml_parser_t *p = &b->parser;
    place at = mark_place(b->source, p->problem_mark);

    return fail_at(at, NULL, "not YAML: %s%s%s", p->problem != NULL ? p->problem : "unreadable",
                   p->context != NULL ? ", " : "", p->context != NULL ? p->context : "");
}

static int next_event(builder *b, yaml_event_t *e)
{
    return yaml_parser_parse(&b->parser, e) ? EXIT_DONE : parser_problem(b);
}

static node *new_node(int kind, place at)
{
    node *n = new_memory(1, sizeof *n);

    n->kind = kind;
    n->at = at;
    return n;
}

static void append(node *parent, node *child)
{
    if (parent->n == parent->capacity) {
        parent->capacity = parent->capacity == 0 ? 4 : 2 * parent->capacity;
        parent->items = grow_memory(parent->items, (size_t)parent->capacity, sizeof *parent->items);
    }
    parent->items[parent->n++] = child;
}

/* Things of YAML that a run file has no use for and that can hide its meaning. */
static int check_event(builder *b, const yaml_event_t *e, const char *anchor, const char *tag)
{
    place at = mark_place(b->source, e->start_mark);

    if (e->type == YAML_ALIAS_EVENT) {
        return fail_at(at, NULL, "aliases (*name) are not allowed");
    }
    if (anchor != NULL) {
        return fail_at(at, NULL, "anchors (&name) are not allowed");
    }
    if (tag != NULL) {
        return fail_at(at, NULL, "tags (!name) are not allowed");
    }
    if (b->left-- <= 0) {
        return fail_at(at, NULL, "the file holds too many values");
    }
    return EXIT_DONE;
}

static int build(builder *b, const yaml_event_t *e, int depth, node **out);

static int build_sequence(builder *b, node *n, int depth)
{
    for (;;) {
        yaml_event_t e;
        node *child = NULL;
        int rc = next_event(b, &e);

        if (rc != EXIT_DONE) {
            return rc;
        }
        if (e.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&e);
            return EXIT_DONE;
        }
        rc = build(b, &e, depth + 1, &child);
        yaml_event_delete(&e);
        if (rc != EXIT_DONE) {
            return rc;
        }
        append(n, child);
    }
}

/* The value that follows a key. */
static int build_value(builder *b, node *parent, node *key, int depth)
{
    yaml_event_t e;
    node *child = NULL;
    const node *twin;
    int rc;

    if (key->kind != NODE_SCALAR) {
        return fail_at(key->at, NULL, "a key has to be a word, found %s", tree_kind_text(key));
    }
    twin = tree_item(parent, key->text);
    if (twin != NULL) {
        return fail_at(key->at, key->text, "given twice, first in line %d", twin->key_at.line);
    }
    rc = next_event(b, &e);
    if (rc != EXIT_DONE) {
        return rc;
    }
    rc = build(b, &e, depth + 1, &child);
    yaml_event_delete(&e);
    if (rc != EXIT_DONE) {
        return rc;
    }
    child->key = new_text(key->text);
    child->key_at = key->at;
    append(parent, child);
    return EXIT_DONE;
}

static int build_mapping(builder *b, node *n, int depth)
{
    for (;;) {
        yaml_event_t e;
        node *key = NULL;
        int rc = next_event(b, &e);

        if (rc != EXIT_DONE) {
            return rc;
        }
        if (e.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&e);
            return EXIT_DONE;
        }
        rc = build(b, &e, depth + 1, &key);
        yaml_event_delete(&e);
        if (rc == EXIT_DONE) {
            rc = build_value(b, n, key, depth);
        }
        tree_free(key);
        if (rc != EXIT_DONE) {
            return rc;
        }
    }
}

static int build_scalar(builder *b, const yaml_event_t *e, node **out)
{
    place at = mark_place(b->source, e->start_mark);
    const char *value = (const char *)e->data.scalar.value;
    node *n;

    if (strlen(value) != e->data.scalar.length) {
        return fail_at(at, NULL, "text with a zero byte");
    }
    n = new_node(NODE_SCALAR, at);
    n->text = new_text(value);
    n->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    *out = n;
    return EXIT_DONE;
}

/* The node that begins with event e. */
static int build(builder *b, const yaml_event_t *e, int depth, node **out)
{
    place at = mark_place(b->source, e->start_mark);
    const char *anchor = NULL, *tag = NULL;
    node *n;
    int rc;

    *out = NULL;
    if (e->type == YAML_SCALAR_EVENT) {
        anchor = (const char *)e->data.scalar.anchor;
        tag = (const char *)e->data.scalar.tag;
    } else if (e->type == YAML_SEQUENCE_START_EVENT) {
        anchor = (const char *)e->data.sequence_start.anchor;
        tag = (const char *)e->data.sequence_start.tag;
    } else if (e->type == YAML_MAPPING_START_EVENT) {
        anchor = (const char *)e->data.mapping_start.anchor;
        tag = (const char *)e->data.mapping_start.tag;
    }
    rc = check_event(b, e, anchor, tag);
    if (rc != EXIT_DONE) {
        return rc;
    }
    if (depth > MAX_DEPTH) {
        return fail_at(at, NULL, "nested deeper than %d levels", MAX_DEPTH);
    }
    if (e->type == YAML_SCALAR_EVENT) {
        return build_scalar(b, e, out);
    }
    n = new_node(e->type == YAML_SEQUENCE_START_EVENT ? NODE_SEQUENCE : NODE_MAPPING, at);
    rc = n->kind == NODE_SEQUENCE ? build_sequence(b, n, depth) : build_mapping(b, n, depth);
    if (rc != EXIT_DONE) {
        tree_free(n);
        return rc;
    }
    *out = n;
    return EXIT_DONE;
}

/* Skip to the first node, build it, and see that nothing follows. */
static int build_document(builder *b, node **out)
{
    int seen = 0;

    for (;;) {
        yaml_event_t e;
        place at;
        int rc = next_event(b, &e);
        yaml_event_type_t type;

        if (rc != EXIT_DONE) {
            return rc;
        }
        type = e.type;
        at = mark_place(b->source, e.start_mark);
        if (type == YAML_DOCUMENT_START_EVENT && seen++ > 0) {
            rc = fail_at(at, NULL, "a second document begins; one is allowed");
        } else if (type != YAML_STREAM_START_EVENT && type != YAML_DOCUMENT_START_EVENT &&
                   type != YAML_DOCUMENT_END_EVENT && type != YAML_STREAM_END_EVENT) {
            rc = build(b, &e, 0, out);
        }
        yaml_event_delete(&e);
        if (rc != EXIT_DONE) {
            return rc;
        }
        if (type == YAML_STREAM_END_EVENT) {
            return *out != NULL ? EXIT_DONE : fail_at(at, NULL, "the file is empty");
        }
    }
}

int tree_parse(node **out, const char *source, const char *data, size_t size, int max_nodes)
{
    builder b = {.source = source, .left = max_nodes};
    int rc;

    *out = NULL;
    if (!yaml_parser_initialize(&b.parser)) {
        return fail(EXIT_LIMIT, "out of memory");
    }
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)data, size);
    rc = build_document(&b, out);
    if (rc != EXIT_DONE) {
        tree_free(*out);
        *out = NULL;
    }
    yaml_parser_delete(&b.parser);
    return rc;
}

int tree_read(node **out, const char *path, int max_nodes, int code)
{
    char *data;
    size_t size;
    int rc;

    *out = NULL;
    rc = file_read(path, MAX_BYTES, &data, &size, code);
    if (rc == EXIT_DONE) {
        rc = tree_parse(out, path, data, size, max_nodes);
        rc = rc != EXIT_DONE ? code : rc;
        free(data);
    }
    return rc;
}

void tree_free(node *n)
{
    if (n == NULL) {
        return;
    }
    for (int i = 0; i < n->n; i++) {
        tree_free(n->items[i]);
    }
    free(n->items);
    free(n->key);
    free(n->text);
    free(n);
}

node *tree_item(const node *n, const char *key)
{
    for (int i = 0; n != NULL && n->kind == NODE_MAPPING && i < n->n; i++) {
        if (strcmp(n->items[i]->key, key) == 0) {
            return n->items[i];
        }
    }
    return NULL;
}

const char *tree_text(const node *n, const char *key, const char *otherwise)
{
    const node *item = tree_item(n, key);

    return item != NULL && item->kind == NODE_SCALAR ? item->text : otherwise;
}

const char *tree_kind_text(const node *n)
{
    double v;

    if (n->kind == NODE_SEQUENCE) {
        return "a list";
    }
    if (n->kind == NODE_MAPPING) {
        return "a mapping";
    }
    if (n->quoted) {
        return "text in quotes";
    }
    if (n->text[0] == '\0') {
        return "nothing";
    }
    return parse_number(n->text, &v) ? "a number" : "a word";
}

static void set_places(node *n)
{
    const place at = {"--set", 0, 0};

    n->at = n->key_at = at;
    for (int i = 0; i < n->n; i++) {
        set_places(n->items[i]);
    }
}

/* Hang `value` under `key`, in place of what was there. */
static void put(node *parent, const char *key, node *value)
{
    node *old = tree_item(parent, key);

    value->key = new_text(key);
    for (int i = 0; old != NULL && i < parent->n; i++) {
        if (parent->items[i] == old) {
            parent->items[i] = value;
            tree_free(old);
            return;
        }
    }
    append(parent, value);
}

static void put_path(node *root, char *path, node *value)
{
    node *parent = root;
    char *dot;

    while ((dot = strchr(path, '.')) != NULL) {
        node *child;

        *dot = '\0';
        child = tree_item(parent, path);
        if (child == NULL || child->kind != NODE_MAPPING) {
            const place at = {"--set", 0, 0};

            child = new_node(NODE_MAPPING, at);
            child->key_at = at;
            put(parent, path, child);
        }
        parent = child;
        path = dot + 1;
    }
    put(parent, path, value);
}

int tree_set(node *root, const char *assignment)
{
    const char *equals = strchr(assignment, '=');
    const place at = {"--set", 0, 0};
    char *path;
    node *value = NULL;
    int rc;

    if (equals == NULL || equals == assignment || assignment[0] == '.' || equals[-1] == '.') {
        return fail_at(at, NULL, "'%s' is not key.path=value", assignment);
    }
    if (root->kind != NODE_MAPPING) {
        return fail_at(root->at, NULL, "expected sections (data:, soap:, ...), found %s",
                       tree_kind_text(root));
    }
    rc = tree_parse(&value, "--set", equals + 1, strlen(equals + 1), 1000);
    if (rc != EXIT_DONE || value == NULL) {
        return fail_at(at, NULL, "'%s': the value is not one YAML value", assignment);
    }
    set_places(value);
    path = new_textf("%.*s", (int)(equals - assignment), assignment);
    put_path(root, path, value);
    free(path);
    return EXIT_DONE;
}
