import type { Millis } from '../reading.ts'

/** After a failed commit: the first pause, doubled each time up to the longest. */
const retryMinMs = 250
const retryMaxMs = 5000

/** From one commit to the next that `shortly` asks for: ten a second write some 30 KB, which a card can stand while somebody waits. */
const shortlyMs: Millis = 100

export interface GroupCommitOptions {
  /** A commit is due when the oldest thing that waits is this old. */
  readonly ageMs: Millis
  /** Whether so much waits that a commit is due now. */
  full(): boolean
  /** Writes everything that waits. When it rejects, all of that waits again. */
  write(): Promise<void>
}

/**
 * Decides when to commit: one commit at a time, for everything given until then. Counts what was given, so that
 * somebody can wait for one thing without knowing what came before it.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions
  #given = 0
  #taken = 0
  #done = 0
  #waiters: { count: number; resolve: () => void; reject: (error: Error) => void }[] = []
  #flight: Promise<void> | undefined
  #soon = false
  #shortly = false
  /** When the last commit began, by `performance.now()`. */
  #began: Millis = Number.NEGATIVE_INFINITY
  #failures = 0
  /** When the oldest thing that waits was given, by `performance.now()`. */
  #waitingSince: Millis = 0
  #timer: NodeJS.Timeout | undefined
  #closed: Error | undefined

  constructor(options: GroupCommitOptions) {
    this.#options = options
  }

  /** How many things were given. */
  get given(): number {
    return this.#given
  }

  /** How many of them the last commit took that began; it may still be under way. */
  get taken(): number {
    return this.#taken
  }

  /** How many of them are on disk. */
  get done(): number {
    return this.#done
  }

  /** Somebody gave `count` things. */
  add(count: number): void {
    if (this.#given === this.#taken) this.#waitingSince = performance.now()
    this.#given += count
    if (this.#options.full()) this.#start()
    else this.#arm()
  }

  /** Commits now, or as soon as the commit under way has ended. */
  soon(): void {
    if (this.#given === this.#taken) return
    this.#soon = true
    this.#start()
  }

  /** Commits when the last commit is 100 ms old: for those who wait for each message, however many they are. */
  shortly(): void {
    // After a failure the pause decides alone.
    if (this.#given === this.#taken || this.#shortly || this.#failures > 0) return
    this.#shortly = true
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#arm()
  }

  /** Resolves when `count` things are on disk; rejects when it is closed first. */
  reached(count: number): Promise<void> {
    if (this.#done >= count) return Promise.resolve()
    if (this.#closed) return Promise.reject(this.#closed)
    return new Promise((resolve, reject) => {
      this.#waiters.push({ count, resolve, reject })
    })
  }

  /** Commits everything once, at once, also in the pause after a failure. True when it is on disk. */
  async flush(): Promise<boolean> {
    const until = this.#given
    await this.#flight
    // What came while that commit was under way may have started the next one already.
    if (this.#done < until) await (this.#flight ?? this.#write())
    return this.#done >= until
  }

  /** Commits no more; who still waits gets the error. */
  close(error: Error): void {
    this.#closed = error
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const { reject } of this.#waiters) reject(error)
    this.#waiters = []
  }

  #start(): void {
    // After a failure the pause decides alone, however full it gets.
    if (this.#flight || this.#closed || (this.#failures > 0 && this.#timer)) return
    void this.#write()
  }

  #write(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#soon = false
    this.#shortly = false
    this.#began = performance.now()
    this.#taken = this.#given
    this.#flight = this.#options.write().then(
      () => this.#written(),
      () => this.#failed(),
    )
    return this.#flight
  }

  #written(): void {
    this.#flight = undefined
    this.#failures = 0
    this.#done = this.#taken
    const waiters = this.#waiters
    this.#waiters = []
    for (const waiter of waiters)
      if (waiter.count <= this.#done) waiter.resolve()
      else this.#waiters.push(waiter)
    if (this.#given === this.#taken) return
    if (this.#soon || this.#options.full()) this.#start()
    else this.#arm()
  }

  #failed(): void {
    this.#flight = undefined
    this.#failures++
    this.#taken = this.#done
    if (this.#closed) return
    const pause = Math.min(retryMaxMs, retryMinMs * 2 ** (this.#failures - 1))
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#due(), pause)
  }

  #arm(): void {
    if (this.#timer || this.#flight || this.#closed) return
    const aged = this.#waitingSince + this.#options.ageMs
    const due = this.#shortly ? Math.min(aged, this.#began + shortlyMs) : aged
    this.#timer = setTimeout(() => this.#due(), Math.max(0, due - performance.now()))
  }

  #due(): void {
    this.#timer = undefined
    this.#start()
  }
}
