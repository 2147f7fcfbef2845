/* SPDX-License-Identifier: BSD-3-Clause */
/* A YAML (or JSON) document as a small tree whose nodes know where they were written. */
#ifndef HPSWARM_YAML_TREE_H
#define HPSWARM_YAML_TREE_H

#include "program.h"

enum { NODE_SCALAR, NODE_SEQUENCE, NODE_MAPPING };
enum { LINE_NODES = 5000 }; /* that a line of a history or of trials may have */

typedef struct node {
    int kind;
    int quoted; /* of a scalar: written in quotes, so it is text */
    place at;
    place key_at;
    char *key;  /* inside a mapping, else NULL */
    char *text; /* of a scalar */
    int n, capacity;
    struct node **items;
} node;

/* The document in memory; source is what messages call it and must outlive the tree.
 * Anchors, aliases, tags, second documents, double keys and more than max_nodes nodes are
 * refused, depth is bounded: no input can make it large. EXIT_USAGE. */
int tree_parse(node **out, const char *source, const char *data, size_t size, int max_nodes);
/* A file read whole; `code` is returned if it cannot be read. */
int tree_read(node **out, const char *path, int max_nodes, int code);
void tree_free(node *n);

/* Item of a mapping; NULL if there is none (or n is not a mapping). */
node *tree_item(const node *n, const char *key);
/* Text of a mapping's scalar; `otherwise` if there is none. */
const char *tree_text(const node *n, const char *key, const char *otherwise);
/* "a number", "text in quotes", "a list", ... for messages. */
const char *tree_kind_text(const node *n);
/* Put the value of "a.b.c=value" into the tree, where messages call it "--set". */
int tree_set(node *root, const char *assignment);

#endif
