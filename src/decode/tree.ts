import { findMetric } from '../metrics.ts'
import { compileLeaf, type Leaf } from './leaf.ts'
import { endingMeaning, isVague, meaningOf, nameLengthMax, snakeCase } from './names.ts'
import { parseNumber } from './number.ts'
import { parsePath, type Step } from './path.ts'
import type { Message, MetricTarget, ReadingRule, Target } from './profile.ts'
import type { Scope } from './template.ts'
import type { Meaning } from './vocabulary.ts'

let nodesMade = 0

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
  readonly #id = nodesMade++
  /** Nodes of the tree that all stand for this place, the most telling first; null for a node of the tree itself. */
  #branches: readonly Node[] | null = null
  /** Members defined anew, of which the tree says nothing. */
  #declared: ReadonlyMap<string, Node> | null = null
  #memo: Map<string, Node | null> | null = null
  #joins: Map<string, Node> | null = null

  /**
   * The node for a member, or null. The most telling rule wins: its name, then a prefix, then the wildcard. What it does
   * not say is taken from the others, so that `DS18B20*.Temperature` does not hide `*.Id`.
   */
  child(name: string): Node | null {
    const declared = this.#declared?.get(name)
    if (declared !== undefined) return declared
    if (this.#branches === null && this.any === null && this.prefixes.length === 0) {
      const exact = this.exact.get(name)
      if (exact !== undefined || this.others === 'ignore') return exact ?? null
    }
    this.#memo ??= new Map()
    const memoized = this.#memo.get(name)
    if (memoized !== undefined) return memoized
    const found = join(this.#matches(name)) ?? this.#otherChild(name)
    // Names come from the network.
    if (this.#memo.size < memoMax) this.#memo.set(name, found)
    return found
  }

  get hasChildren(): boolean {
    if (this.#declared !== null) return true
    return this.branches.some(({ exact, any, prefixes }) => exact.size > 0 || any !== null || prefixes.length > 0)
  }

  /** Whether members can have rules: those of the tree, or those of common names. */
  get hasMembers(): boolean {
    return this.others !== 'ignore' || this.hasChildren
  }

  get branches(): readonly Node[] {
    return this.#branches ?? [this]
  }

  /** The same place, with some members defined anew. */
  declaring(members: ReadonlyMap<string, Node>): Node {
    const node = Node.of(this.branches)
    node.#declared = members
    return node
  }

  /**
   * One node for several that stand for the same place. It is made when a document first gets there, since wildcards at
   * every depth would make hundreds of thousands beforehand; and once for the same ones, since names from the network
   * may lead there in endless ways.
   */
  join(less: readonly Node[]): Node {
    this.#joins ??= new Map()
    const key = less.map((node) => node.#id).join()
    let node = this.#joins.get(key)
    if (node === undefined) {
      node = Node.of([this, ...less])
      this.#joins.set(key, node)
    }
    return node
  }

  static of(branches: readonly Node[]): Node {
    const node = new Node()
    node.#branches = branches
    node.leaf = branches.find(({ leaf }) => leaf !== null)?.leaf ?? null
    node.others = branches.find(({ others }) => others !== 'ignore')?.others ?? 'ignore'
    return node
  }

  #matches(name: string): Node[] {
    const { branches } = this
    const prefixes = branches.flatMap((branch) => branch.prefixes.filter(({ prefix }) => name.startsWith(prefix)))
    prefixes.sort((a, b) => b.prefix.length - a.prefix.length)
    return [
      ...branches.flatMap(({ exact }) => exact.get(name) ?? []),
      ...prefixes.map(({ node }) => node),
      ...branches.flatMap(({ any }) => any ?? []),
    ]
  }

  /** Where every number is taken, a name that stands for words elsewhere is one of a number all the same. */
  #suits(meaning: Meaning): boolean {
    if (this.others === 'known') return true
    return !isVague(meaning) && (this.others !== 'all' || findMetric(meaning.metric)?.type === 'number')
  }

  #otherChild(name: string): Node | null {
    if (this.others === 'ignore') return null
    const meaning = (this.others === 'known' ? meaningOf : endingMeaning)(name)
    if (meaning && !meaning.weak && this.#suits(meaning)) {
      const { metric, unit, channel } = meaning
      const node = leafNode({ metric, ...(unit !== undefined && { unit }), ...(sums.test(name) && { kind: 'gauge' }) })
      node.leaf = { ...node.leaf!, byName: true, nameChannel: channel }
      return node
    }
    const metric = this.others === 'all' ? snakeCase(name).slice(0, nameLengthMax) : ''
    if (metric === '') return null
    const node = leafNode({ metric, unit: null, type: 'number', range: [-Infinity, Infinity] })
    node.leaf = { ...node.leaf!, test: mayBeNumber }
    return node
  }
}

/** Begins anew every day or month, so that its drop is none: `total_daily_energy`. */
const sums = /(^|_)(daily|today|yesterday|hourly|weekly|monthly|yearly)(_|$)/i

function join([most, ...less]: readonly Node[]): Node | null {
  return most === undefined || less.length === 0 ? (most ?? null) : most.join(less)
}

/** What becomes of members without a rule. */
export type Others = NonNullable<Message['others']>

/** Of members with unknown names, words are passed over: nobody said that they should be numbers. */
function mayBeNumber(_scope: Scope, _wildcards: readonly number[], value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && parseNumber(value) !== 'type_mismatch')
}

function leafNode(target: MetricTarget): Node {
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
  return root
}

/** The same tree with some members of the document defined anew, as a device has declared them. */
export function withMembers(root: Node, members: Readonly<Record<string, Target | null>>): Node {
  const declared = new Map<string, Node>()
  for (const [name, target] of Object.entries(members)) {
    const node = new Node()
    node.leaf = target ? { ...compileLeaf([target], name, []), byName: true } : ignoredLeaf
    declared.set(name, node)
  }
  return root.declaring(declared)
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
