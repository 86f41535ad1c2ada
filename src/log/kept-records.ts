import type { Records } from './store.ts'

export type RecordChange = readonly [kind: string, key: string, value: string | null]

/** All records in memory, and which of them the next commit has to write. */
export class KeptRecords implements Records {
  readonly #kinds = new Map<string, Map<string, string>>()
  /** Kind → key → value to write, `null` to delete: one change a key, however often it was put. */
  #changes = new Map<string, Map<string, string | null>>()
  readonly #changed: () => void

  constructor(stored: readonly (readonly [string, string, string])[], changed: () => void) {
    for (const [kind, key, value] of stored) this.#of(kind).set(key, value)
    this.#changed = changed
  }

  get(kind: string, key: string): string | undefined {
    return this.#kinds.get(kind)?.get(key)
  }

  all(kind: string): ReadonlyMap<string, string> {
    return this.#kinds.get(kind) ?? new Map()
  }

  put(kind: string, key: string, value: string): void {
    if (this.get(kind, key) === value) return
    this.#of(kind).set(key, value)
    this.#change(kind, key, value)
  }

  delete(kind: string, key: string): void {
    if (this.#kinds.get(kind)?.delete(key)) this.#change(kind, key, null)
  }

  /** Takes out what a commit has to write. */
  take(): RecordChange[] {
    const changes = this.#changes
    this.#changes = new Map()
    return [...changes].flatMap(([kind, keys]) => [...keys].map(([key, value]) => [kind, key, value] as const))
  }

  /** Gives back what a commit could not write; what was put since is newer. */
  giveBack(changes: readonly RecordChange[]): void {
    for (const [kind, key, value] of changes) {
      const keys = changesOf(this.#changes, kind)
      if (!keys.has(key)) keys.set(key, value)
    }
  }

  #of(kind: string): Map<string, string> {
    const keys = this.#kinds.get(kind) ?? new Map<string, string>()
    this.#kinds.set(kind, keys)
    return keys
  }

  #change(kind: string, key: string, value: string | null): void {
    changesOf(this.#changes, kind).set(key, value)
    this.#changed()
  }
}

function changesOf(changes: Map<string, Map<string, string | null>>, kind: string): Map<string, string | null> {
  const keys = changes.get(kind) ?? new Map<string, string | null>()
  changes.set(kind, keys)
  return keys
}
