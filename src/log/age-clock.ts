import type { Millis, Seq } from '../reading.ts'
import { dayMs, hourMs } from './buckets.ts'
import type { Records } from './store.ts'

/** A jump of less than this share of what is kept is followed at once: it makes little earlier or later. */
const toleratedShare = 0.1

export interface AgeClockOptions {
  /** The time of day, which people, NTP and empty batteries change. */
  readonly wall: () => Millis
  /** Never jumps. */
  readonly steady: () => Millis
  /** How long readings are kept. */
  readonly ageMs: Millis
  /** What an earlier run left; the present time where there was none. */
  readonly kept: KeptAge
  /** First number of this run. */
  readonly first: Seq
}

/** What of an age clock outlives a restart. */
export interface KeptAge {
  readonly time: Millis
  readonly jump: Jump | null
}

export const ageRecord = { kind: 'clock', key: 'age' } as const

/** Of all records, as they are stored. */
export function keptAgeOf(records: readonly (readonly [kind: string, key: string, value: string])[]): KeptAge | null {
  const found = records.find(([kind, key]) => kind === ageRecord.kind && key === ageRecord.key)
  return found ? (JSON.parse(found[2]) as KeptAge) : null
}

/** The wall clock stands elsewhere. */
interface Jump {
  readonly by: Millis
  /** First number of the run in which that was seen. */
  readonly from: Seq
  /** For how much running time. */
  readonly heldMs: Millis
}

/** What was stamped since `from` is as old as before the clock was put forward or back by so much. */
export type Shift = Pick<Jump, 'by' | 'from'>

/**
 * Tells how old readings are. A clock that shows next year for an hour, after a bad answer or an empty battery, must not
 * make everything too old to be kept; so this one runs on through a jump, and follows it when it has held for a day.
 */
export class AgeClock {
  readonly #options: AgeClockOptions
  readonly #toleratedMs: Millis
  readonly #patienceMs: Millis
  #time: Millis
  #at: Millis
  #jump: Jump | null

  constructor(options: AgeClockOptions) {
    this.#options = options
    this.#toleratedMs = Math.min(dayMs, options.ageMs * toleratedShare)
    this.#patienceMs = Math.min(dayMs, options.ageMs)
    this.#time = options.kept.time
    this.#jump = options.kept.jump
    this.#at = options.steady()
  }

  get now(): Millis {
    this.#advance()
    return this.#time
  }

  get kept(): KeptAge {
    this.#advance()
    return { time: this.#time, jump: this.#jump }
  }

  /** The jump to follow, once it has held for long enough: what was stamped since has to be moved with it, before. */
  get due(): Shift | null {
    this.#advance()
    return this.#jump && this.#jump.heldMs >= this.#patienceMs ? this.#jump : null
  }

  follow({ by }: Shift): void {
    this.#time += by
    this.#jump = null
  }

  #advance(): void {
    const { wall, steady, first } = this.#options
    const elapsed = steady() - this.#at
    this.#at += elapsed
    this.#time += elapsed
    const by = wall() - this.#time
    if (Math.abs(by) <= this.#toleratedMs) {
      this.#time += by
      this.#jump = null
    } else if (this.#jump && Math.abs(by - this.#jump.by) <= this.#toleratedMs)
      this.#jump = { ...this.#jump, heldMs: this.#jump.heldMs + elapsed }
    else this.#jump = { by, from: first, heldMs: 0 }
  }
}

/** Keeps how an age clock stands among the records, for the next start. */
export class AgeKeeper {
  readonly #clock: AgeClock
  readonly #records: Records
  #last: KeptAge

  constructor(clock: AgeClock, records: Records) {
    this.#clock = clock
    this.#records = records
    this.#last = clock.kept
  }

  get time(): Millis {
    return this.#clock.now
  }

  /** Once an hour, and when a jump begins or ends: each time is a commit. */
  note(): void {
    const { time, jump } = this.#clock.kept
    const last = this.#last
    if (time - last.time >= hourMs || (jump === null) !== (last.jump === null)) this.keep()
  }

  keep(): void {
    this.#last = this.#clock.kept
    this.#records.put(ageRecord.kind, ageRecord.key, JSON.stringify(this.#last))
  }
}
