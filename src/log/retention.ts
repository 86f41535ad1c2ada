import type { Millis, Seq } from '../reading.ts'
import type { AgeClock } from './age-clock.ts'
import type { Retained, Size, WriterTable } from './messages.ts'
import type { Thread } from './thread.ts'

/** How often the age is looked at; the size is looked at with every commit. */
const everyMs = 60_000

/** Vacuuming moves the newest pages, which are written again: only worth it above this share of free pages. */
const freeShareMax = 0.1

/** Set aside for the write-ahead log, which dropping readings does not make smaller. */
const walBytes = 4 * 1024 * 1024

export interface Keep {
  /** How long readings are kept; what charts are drawn from, minutes and hours, is kept for longer. */
  readonly ageMs: Millis
  readonly minutesMs: Millis
  /** Infinite: for ever. */
  readonly hoursMs: Millis
  /** Bytes of everything together on disk. */
  readonly bytes: number
}

export interface RetentionOptions {
  readonly keep: Keep
  readonly clock: AgeClock
  /** Hears after each step how large the database is now, and where the log begins. */
  moved(size: Size, floor: Seq): void
  /** Hears why a step was not possible, once of each reason; it is tried again. */
  failed(error: Error): void
}

/** Sums up what is new, drops what is too old or too much, in small steps between the commits, and gives the space back. */
export class Retention {
  readonly #writer: Thread<WriterTable>
  readonly #options: RetentionOptions
  readonly #timer: NodeJS.Timeout
  #running: Promise<void> | undefined
  #floor: Seq = 0
  #error: Error | null = null
  #closed = false

  constructor(writer: Thread<WriterTable>, options: RetentionOptions) {
    this.#writer = writer
    this.#options = options
    this.#timer = setInterval(() => void this.run(), everyMs)
    void this.run()
  }

  get #bytes(): number {
    return this.#options.keep.bytes - walBytes
  }

  /** Why the last turn could not do what was due; null when it could. */
  get trouble(): Error | null {
    return this.#error
  }

  /** Called with the size after each commit. */
  committed(size: Size): void {
    if (size.databaseBytes - size.freeBytes > this.#bytes) void this.run()
  }

  /** Drops everything below `floor`, whatever its age. */
  async dropBelow(floor: Seq): Promise<void> {
    this.#floor = Math.max(this.#floor, floor)
    await this.#running
    await this.run()
  }

  /** Resolves when nothing more is to be dropped, or the disk does not let us; the next turn tries again. */
  run(): Promise<void> {
    this.#running ??= this.#drop()
      .then(
        () => this.#report(null),
        (error: Error) => this.#report(error),
      )
      .finally(() => {
        this.#running = undefined
      })
    return this.#running
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    await this.#running
  }

  #report(error: Error | null): void {
    if (error && error.message !== this.#error?.message) this.#options.failed(error)
    this.#error = error
  }

  async #roll(all: boolean): Promise<void> {
    while (!this.#closed && (await this.#writer.call('roll', { now: this.#options.clock.now, all })));
  }

  async #drop(): Promise<void> {
    const { clock } = this.#options
    const shift = clock.due
    if (shift) {
      await this.#writer.call('shift', { by: shift.by, from: shift.from })
      clock.follow(shift)
    }
    // On a full disk there may be no room to sum up, and dropping what is old is what makes room.
    const failure = await this.#roll(false).then(
      () => null,
      (error: Error) => error,
    )
    let retained: Retained
    do {
      const { now } = clock
      retained = await this.#writer.call('retain', {
        now,
        before: now - this.#options.keep.ageMs,
        bytes: this.#bytes,
        floor: this.#floor,
        minutesBefore: now - this.#options.keep.minutesMs,
        hoursBefore: now - this.#options.keep.hoursMs,
      })
      if (retained.unrolled) await this.#roll(true)
      this.#options.moved(retained, retained.floor)
    } while (retained.more && !this.#closed)
    let size: Size = retained
    while (size.freeBytes > freeShareMax * size.databaseBytes && !this.#closed) {
      const before = size.databaseBytes
      size = await this.#writer.call('vacuum', {})
      this.#options.moved(size, retained.floor)
      if (size.databaseBytes >= before) break
    }
    if (failure) throw failure
  }
}
