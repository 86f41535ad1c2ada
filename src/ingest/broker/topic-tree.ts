interface Node<V> {
  readonly children: Map<string, Node<V>>
  readonly values: Map<string, V>
}

/** Subscriptions by filter, one value per filter and owner, found by topic without looking at every filter. */
export class TopicTree<V> {
  readonly #root: Node<V> = { children: new Map(), values: new Map() }

  get isEmpty(): boolean {
    return this.#root.children.size === 0
  }

  set(filter: string, owner: string, value: V): void {
    let node = this.#root
    for (const level of filter.split('/')) {
      let child = node.children.get(level)
      if (!child) {
        child = { children: new Map(), values: new Map() }
        node.children.set(level, child)
      }
      node = child
    }
    node.values.set(owner, value)
  }

  delete(filter: string, owner: string): void {
    const path = [this.#root]
    const levels = filter.split('/')
    for (const level of levels) {
      const child = path.at(-1)!.children.get(level)
      if (!child) return
      path.push(child)
    }
    path.at(-1)!.values.delete(owner)
    // Branches that lead nowhere any more go, or every filter ever seen would stay.
    for (let i = path.length - 1; i > 0 && path[i]!.values.size === 0 && path[i]!.children.size === 0; i--)
      path[i - 1]!.children.delete(levels[i - 1]!)
  }

  /** One value for each owner with a filter that takes the topic. `a/#` takes `a` too, a leading wildcard takes no `$SYS` (MQTT 3.1.1 §4.7). */
  match(topic: string): ReadonlyMap<string, V> {
    const found = new Map<string, V>()
    collect(this.#root, topic.split('/'), 0, found)
    return found
  }
}

function collect<V>(node: Node<V>, levels: string[], depth: number, found: Map<string, V>): void {
  const wildcards = depth > 0 || !levels[0]!.startsWith('$')
  const rest = wildcards ? node.children.get('#') : undefined
  if (rest) for (const [owner, value] of rest.values) found.set(owner, value)
  if (depth === levels.length) {
    for (const [owner, value] of node.values) found.set(owner, value)
    return
  }
  const exact = node.children.get(levels[depth]!)
  if (exact) collect(exact, levels, depth + 1, found)
  const any = wildcards ? node.children.get('+') : undefined
  // A topic may not contain wildcards, but a client that sends one must not count twice.
  if (any && any !== exact) collect(any, levels, depth + 1, found)
}
