/* SPDX-License-Identifier: Apache-2.0
 *
 * A list is freed by a loop that reads each element's link after its free.
 *
 * CPython: SIGSEGV, and not a word
 * Guard: use after free here drop_all allocated push freed drop
 */
#include "bug.h"

struct node {
  struct node *volatile next;
};

SITE struct node *push(struct node *list) {
  struct node *node = PyMem_Malloc(sizeof *node);
  node->next = list;
  return node;
}

SITE void drop(struct node *node) {
  PyMem_Free(node);
  __asm__("");
}

SITE void drop_all(struct node *list) {
  for (; list != NULL; list = list->next) {
    drop(list);
  }
}

BUG(read_after_free) {
  drop_all(push(push(NULL)));
}
