import { hash } from 'node:crypto'

/** Where the fingerprints are kept over restarts; values are short texts. */
export interface RetainedRecords {
  all(): ReadonlyMap<string, string>
  put(topic: string, fingerprint: string): void
  delete(topic: string): void
}

/**
 * Knows the retained messages of one source that were taken before. A broker sends all it has kept at every
 * subscription; those that have not changed since are no news, and would be stored again at each start.
 */
export class RetainedSeen {
  readonly #records: RetainedRecords
  readonly #generation: string
  readonly #topicsMax: number
  readonly #seen: Map<string, string>
  readonly #unsaved = new Set<string>()

  /**
   * @param generation changes when the same message may mean more than before (a new version, another profile): then
   *   nothing counts as seen
   * @param topicsMax beyond it the topic learnt first is forgotten, and taken once more at the next start; 10,000 topics
   *   of 50 bytes are about 1.5 MB
   */
  constructor(records: RetainedRecords, generation = '', topicsMax = 10_000) {
    this.#records = records
    this.#generation = generation
    this.#topicsMax = topicsMax
    this.#seen = new Map(records.all())
  }

  /** Whether this retained message was the last one seen on its topic. */
  has(topic: string, payload: Uint8Array): boolean {
    const seen = this.#seen.get(topic)
    return seen !== undefined && seen === this.#fingerprint(payload)
  }

  /** Remembers a retained message; called after it was handed over, so that no commit holds this without its readings. */
  add(topic: string, payload: Uint8Array): void {
    const fingerprint = this.#fingerprint(payload)
    if (this.#seen.get(topic) === fingerprint) return
    this.#seen.set(topic, fingerprint)
    this.#records.put(topic, fingerprint)
    if (this.#seen.size <= this.#topicsMax) return
    const [oldest] = this.#seen.keys()
    this.#seen.delete(oldest!)
    this.#unsaved.delete(oldest!)
    this.#records.delete(oldest!)
  }

  /**
   * Notes a live message: where the topic has a retained one, the broker has most likely kept this instead. A broker
   * does not say so, and the next subscription brings it again. Written down by `save` only, not with every message.
   */
  pass(topic: string, payload: Uint8Array): void {
    if (!this.#seen.has(topic)) return
    this.#seen.set(topic, this.#fingerprint(payload))
    this.#unsaved.add(topic)
  }

  /** Records what `pass` has noted. */
  save(): void {
    for (const topic of this.#unsaved) this.#records.put(topic, this.#seen.get(topic)!)
    this.#unsaved.clear()
  }

  /** 64 bits of SHA-256: two payloads of one topic that share them do not happen by accident. */
  #fingerprint(payload: Uint8Array): string {
    const digest = hash('sha256', payload, 'hex').slice(0, 16)
    return this.#generation ? `${this.#generation}:${digest}` : digest
  }
}
