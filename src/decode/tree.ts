import { findMetric } from '../metrics.ts'
import { compileLeaf, type Leaf } from './leaf.ts'
import { endingMeaning, isVague, meaningOf, nameLengthMax, snakeCase } from './names.ts'
import { parseNumber } from './number.ts'
import { parsePath, type Step } from './path.ts'
import type { Message, ReadingRule, Target } from './profile.ts'
import type { Scope } from './template.ts'

/**
 * The paths of a profile's readings as a tree of names: a document is walked once, whatever the number of rules, and a
 * member without a rule costs one look-up.
 */
export class Node {
  leaf: Leaf | null = null
  readonly exact = new Map<string, Node>()
  readonly prefixes: { readonly prefix: string; readonly node: Node }[] = []
  any: Node | null = null
  others: Others = 'ignore'
  #memo: Map<string, Node | null> | null = null

  /** The node for a member, or null. The most telling rule wins: its name, then a prefix, then the wildcard. */
  child(name: string): Node | null {
    const exact = this.exact.get(name)
    if (exact !== undefined) return exact
    if (this.any === null && this.prefixes.length === 0 && this.others === 'ignore') return null
    this.#memo ??= new Map()
    const memoized = this.#memo.get(name)
    if (memoized !== undefined) return memoized
    const found =
      this.prefixes.find(({ prefix }) => name.startsWith(prefix))?.node ?? this.any ?? this.#otherChild(name)
    // Names come from the network.
    if (this.#memo.size < memoMax) this.#memo.set(name, found)
    return found
  }

  get hasChildren(): boolean {
    return this.exact.size > 0 || this.any !== null || this.prefixes.length > 0
  }

  /** Whether members can have rules: those of the tree, or those of common names. */
  get hasMembers(): boolean {
    return this.others !== 'ignore' || this.hasChildren
  }

  #otherChild(name: string): Node | null {
    if (this.others === 'ignore') return null
    const meaning = (this.others === 'known' ? meaningOf : endingMeaning)(name)
    if (meaning && !meaning.weak && (this.others === 'known' || !isVague(meaning.metric))) {
      const { metric, unit, channel } = meaning
      const node = leafNode({ metric, ...(unit !== undefined && { unit }) })
      node.leaf = { ...node.leaf!, nameChannel: channel }
      return node
    }
    const metric = this.others === 'all' ? snakeCase(name).slice(0, nameLengthMax) : ''
    if (metric === '') return null
    const node = leafNode({ metric, unit: null, type: 'number', range: [-Infinity, Infinity] })
    node.leaf = { ...node.leaf!, test: mayBeNumber }
    return node
  }
}

/** What becomes of members without a rule. */
export type Others = NonNullable<Message['others']>

/** Of members with unknown names, words are passed over: nobody said that they should be numbers. */
function mayBeNumber(_scope: Scope, _wildcards: readonly number[], value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && parseNumber(value) !== 'type_mismatch')
}

function leafNode(target: Target & { metric: string }): Node {
  const node = new Node()
  node.leaf = compileLeaf([target], target.metric, [])
  return node
}

/** Names remembered per node: enough for every device of a household, and a bound. */
const memoMax = 1024

/** Builds the tree; `fail` is told what is wrong with which path. */
export function buildTree(
  readings: Readonly<Record<string, ReadingRule>>,
  others: Others,
  fail: (path: string, message: string) => void,
): Node {
  const root = new Node()
  root.others = others
  for (const [path, rule] of Object.entries(readings)) {
    try {
      const steps = parsePath(path)
      const node = descend(root, steps)
      if (rule !== null && typeof rule === 'object' && 'others' in rule) node.others = rule.others
      else node.leaf = leafOf(rule, steps)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      fail(path, error.message)
    }
  }
  inherit(root)
  return root
}

/** The same tree with some members of the document defined anew, as a device has declared them. */
export function withMembers(root: Node, members: Readonly<Record<string, Target | null>>): Node {
  const copy = new Node()
  copy.leaf = root.leaf
  copy.any = root.any
  copy.others = root.others
  copy.prefixes.push(...root.prefixes)
  for (const [name, node] of root.exact) copy.exact.set(name, node)
  for (const [name, target] of Object.entries(members)) {
    const node = new Node()
    node.leaf = target ? compileLeaf([target], name, []) : ignoredLeaf
    copy.exact.set(name, node)
  }
  return copy
}

/** Stands for a path that is to be passed over; never applied. */
export const ignoredLeaf: Leaf = compileLeaf([{ metric: 'ignored' }], 'ignored', [])

function leafOf(rule: Exclude<ReadingRule, { others: Others }>, steps: readonly Step[]): Leaf {
  if (rule === null) return ignoredLeaf
  const targets: readonly Target[] = typeof rule === 'string' ? [{ metric: rule }] : Array.isArray(rule) ? rule : [rule]
  const last = steps.at(-1)
  const name = last && last.kind === 'name' ? last.name : ''
  for (const { metric, reject } of targets) {
    if (metric === undefined && reject === undefined && !findMetric(name))
      throw new SyntaxError(`'${name}' is not a metric; say which it is`)
  }
  const wildcards = steps.flatMap((step, index) => (step.kind === 'name' ? [] : [index]))
  return compileLeaf(targets, name, wildcards)
}

function descend(root: Node, steps: readonly Step[]): Node {
  let node = root
  for (const step of steps) {
    if (step.kind === 'name') node = child(node.exact, step.name)
    else if (step.kind === 'any') node = node.any ??= new Node()
    else {
      let entry = node.prefixes.find(({ prefix }) => prefix === step.name)
      if (!entry) {
        entry = { prefix: step.name, node: new Node() }
        node.prefixes.push(entry)
      }
      node = entry.node
    }
  }
  return node
}

function child(children: Map<string, Node>, name: string): Node {
  let node = children.get(name)
  if (!node) {
    node = new Node()
    children.set(name, node)
  }
  return node
}

/** Lets more telling branches inherit what the less telling ones say, so that `DS18B20*.Temperature` does not hide `*.Id`. */
function inherit(node: Node): void {
  node.prefixes.sort((a, b) => b.prefix.length - a.prefix.length)
  for (const [name, exact] of node.exact) {
    for (const { prefix, node: other } of node.prefixes) if (name.startsWith(prefix)) merge(exact, other)
    if (node.any) merge(exact, node.any)
  }
  for (const { prefix, node: longer } of node.prefixes) {
    for (const other of node.prefixes)
      if (other.prefix !== prefix && prefix.startsWith(other.prefix)) merge(longer, other.node)
    if (node.any) merge(longer, node.any)
  }
  for (const exact of node.exact.values()) inherit(exact)
  for (const { node: other } of node.prefixes) inherit(other)
  if (node.any) inherit(node.any)
}

function merge(into: Node, from: Node): void {
  if (into.others === 'ignore') into.others = from.others
  into.leaf ??= from.leaf
  for (const [name, node] of from.exact) merge(child(into.exact, name), node)
  for (const { prefix, node } of from.prefixes) {
    let entry = into.prefixes.find((other) => other.prefix === prefix)
    if (!entry) {
      entry = { prefix, node: new Node() }
      into.prefixes.push(entry)
    }
    merge(entry.node, node)
  }
  if (from.any) {
    into.any ??= new Node()
    merge(into.any, from.any)
  }
}
