/** A reading by what it says; `device` and `metric` with a value that its sensor sends once only. */
export interface Content {
  readonly device: string
  readonly metric: string
  readonly value: number | string | boolean
}

/** A reading as the gateway tells it. */
export interface Numbered extends Content {
  readonly seq: number
}

/** What is wrong, in the words of PROTOCOL.md's promises. */
export type ViolationKind =
  | 'lost' // acknowledged to its sender, and not stored
  | 'invented' // stored or shown, and never published
  | 'reused' // one number with two contents
  | 'disordered' // a number not above the one before it on the same stream
  | 'missed' // stored, wanted and passed over on a stream
  | 'stray' // shown to somebody who did not ask for it
  | 'vanished' // shown, not stored, and no crash to blame for it

export interface Violation {
  readonly kind: ViolationKind
  readonly text: string
}

interface Shown extends Numbered {
  readonly at: number
}

/**
 * Commits are a second apart (`log.commit.age`), so a crash takes what was shown in the second before it, and what a commit was
 * writing; the rest is for a machine that is busy with other tests.
 */
const takenByCrashMs = 10_000

/** Violations of one kind and client that are told; the first ones say it all. */
const toldMax = 5

/** What one client was shown, over all of its connections. */
export class Witness {
  readonly name: string
  readonly shown: Shown[] = []
  readonly #wants: (content: Content) => boolean
  readonly #now: () => number

  constructor(name: string, wants: (content: Content) => boolean, now: () => number) {
    this.name = name
    this.#wants = wants
    this.#now = now
  }

  saw({ seq, device, metric, value }: Numbered): void {
    this.shown.push({ seq, device, metric, value, at: this.#now() })
  }

  wants(content: Content): boolean {
    return this.#wants(content)
  }
}

/**
 * The checker outside the gateway: knows what was published and what was acknowledged, what each client was shown and when the
 * gateway was made to crash, and judges by that what the gateway says it has stored.
 */
export class Ledger {
  readonly #published = new Set<string>()
  readonly #acknowledged = new Set<string>()
  readonly #witnesses: Witness[] = []
  readonly #crashes: { at: number; takenMs: number }[] = []
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Somebody begins to send it. */
  published(content: Content): void {
    this.#published.add(keyOf(content))
  }

  /** Its sender was told that it is stored. */
  acknowledged(content: Content): void {
    this.#acknowledged.add(keyOf(content))
  }

  get publishedCount(): number {
    return this.#published.size
  }

  get acknowledgedCount(): number {
    return this.#acknowledged.size
  }

  /** The gateway is about to end without warning; `takenMs` is how long before it what was shown may not be on disk. */
  crashed(takenMs = takenByCrashMs): void {
    this.#crashes.push({ at: this.#now(), takenMs })
  }

  /** A client that follows the log from its beginning, and is to see what it `wants`. */
  witness(name: string, wants: (content: Content) => boolean = () => true): Witness {
    const witness = new Witness(name, wants, this.#now)
    this.#witnesses.push(witness)
    return witness
  }

  /**
   * Every broken promise, given all that is stored, in order. Clients have to have caught up before: what is stored beyond the last
   * they were shown counts as missed.
   */
  judge(stored: readonly Numbered[]): Violation[] {
    const bySeq = new Map(stored.map((reading) => [reading.seq, keyOf(reading)]))
    const keys = new Set(bySeq.values())
    const lost = [...this.#acknowledged].filter((key) => !keys.has(key))
    const invented = stored.filter((reading) => !this.#published.has(keyOf(reading)))
    return [
      ...told('lost', lost),
      ...told('invented', invented.map(textOf)),
      ...told('reused', this.#reused(stored)),
      ...this.#witnesses.flatMap((witness) => this.#judge(witness, stored, bySeq)),
    ]
  }

  #judge(witness: Witness, stored: readonly Numbered[], bySeq: ReadonlyMap<number, string>): Violation[] {
    const { name, shown } = witness
    const seqs = new Set(shown.map(({ seq }) => seq))
    const of = (readings: readonly Numbered[]) => readings.map((reading) => `${textOf(reading)} to ${name}`)
    return [
      ...told('invented', of(shown.filter((reading) => !this.#published.has(keyOf(reading))))),
      ...told('disordered', of(shown.filter(({ seq }, i) => i > 0 && seq <= shown[i - 1]!.seq))),
      ...told('missed', of(stored.filter((reading) => witness.wants(reading) && !seqs.has(reading.seq)))),
      ...told('stray', of(shown.filter((reading) => !witness.wants(reading)))),
      ...told('vanished', of(shown.filter((reading) => !bySeq.has(reading.seq) && !this.#wasTaken(reading)))),
    ]
  }

  #reused(stored: readonly Numbered[]): string[] {
    const first = new Map<number, Numbered>()
    const reused: string[] = []
    for (const reading of [...stored, ...this.#witnesses.flatMap(({ shown }) => shown)]) {
      const before = first.get(reading.seq)
      if (!before) first.set(reading.seq, reading)
      else if (keyOf(before) !== keyOf(reading)) reused.push(`${textOf(before)}, then ${textOf(reading)}`)
    }
    return reused
  }

  /** What the gateway had sent when it ended may be read a little later. */
  #wasTaken({ at }: Shown): boolean {
    return this.#crashes.some((crash) => at >= crash.at - crash.takenMs && at <= crash.at + takenByCrashMs)
  }
}

function keyOf({ device, metric, value }: Content): string {
  return `${device} ${metric} ${value}`
}

function textOf(reading: Numbered): string {
  return `${reading.seq}: ${keyOf(reading)}`
}

function told(kind: ViolationKind, texts: readonly string[]): Violation[] {
  const rest = texts.length - toldMax
  const some = rest > 0 ? [...texts.slice(0, toldMax), `and ${rest} more`] : texts
  return some.map((text) => ({ kind, text }))
}
