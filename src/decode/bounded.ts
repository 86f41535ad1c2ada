/**
 * A map that keeps what was used lately: when it is full, everything not used since it was last full is forgotten. Two
 * plain maps instead of a list of uses, so that a hit costs one look-up.
 */
export class BoundedMap<K, V> {
  readonly #max: number
  #recent = new Map<K, V>()
  #older = new Map<K, V>()

  /** Holds at most `max` entries. */
  constructor(max: number) {
    this.#max = Math.ceil(max / 2)
  }

  get(key: K): V | undefined {
    const recent = this.#recent.get(key)
    if (recent !== undefined) return recent
    const older = this.#older.get(key)
    if (older !== undefined) this.set(key, older)
    return older
  }

  set(key: K, value: V): void {
    if (this.#recent.size >= this.#max && !this.#recent.has(key)) {
      this.#older = this.#recent
      this.#recent = new Map()
    }
    this.#recent.set(key, value)
  }

  clear(): void {
    this.#recent.clear()
    this.#older.clear()
  }
}
