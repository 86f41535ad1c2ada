import type { Draft } from './draft.ts'
import { ignoredLeaf, type Node } from './tree.ts'

/** Objects nested deeper than this are passed over: no rule reaches there. */
const depthMax = 24

/** Hands every member of an object or array that has a rule to the draft; `depth` is that of its members. */
export function walk(node: Node, holder: object, depth: number, draft: Draft): void {
  draft.holders[depth] = holder
  // for-in over what JSON.parse made: own members only, in order, without a list of keys.
  for (const name in holder) {
    if (++draft.fields > draft.fieldsMax) return
    const child = node.child(name)
    if (child === null) continue
    draft.names[depth] = name
    visit(child, (holder as Record<string, unknown>)[name], depth, draft)
  }
}

/** One value that a node is about. */
export function visit(node: Node, value: unknown, depth: number, draft: Draft): void {
  const { leaf } = node
  if (typeof value === 'object' && value !== null && node.hasMembers) {
    if (depth < depthMax) walk(node, value, depth + 1, draft)
  } else if (leaf !== null && leaf !== ignoredLeaf) {
    draft.depth = depth
    draft.take(leaf, value)
  }
}
