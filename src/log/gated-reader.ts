import { GatewayError } from '../errors.ts'
import { explain, lineOf } from './explain.ts'
import type { ReaderTable } from './messages.ts'
import type { StoreHealth } from './store.ts'
import type { Thread } from './thread.ts'

/** Calls given to the thread at a time: one that it works on and one that is ready, so that a pause is never far. */
const underWayMax = 2

/**
 * The thread that reads, with a gate before it: the write-ahead log can begin anew only while nobody reads. Calls wait
 * in their order; there are no more of them than there are readers.
 */
export class GatedReader {
  readonly #thread: Pick<Thread<ReaderTable>, 'call' | 'end'>
  readonly #file: string
  readonly #disk: (error: Error | null) => void
  readonly #waiting: (() => void)[] = []
  #underWay = 0
  #pause: Promise<void> | undefined
  #quiet: (() => void) | undefined
  #closed = false
  #error: Error | null = null
  #errors = 0

  /** `disk` hears that nothing can be read, the first time of a row, and that it can again (null). */
  constructor(
    thread: Pick<Thread<ReaderTable>, 'call' | 'end'>,
    file: string,
    disk: (error: Error | null) => void = () => undefined,
  ) {
    this.#thread = thread
    this.#file = file
    this.#disk = disk
  }

  get health(): Pick<StoreHealth, 'readErrors' | 'unreadable'> {
    return { readErrors: this.#errors, ...(this.#error && { unreadable: lineOf(this.#error) }) }
  }

  /** Rejects with a GatewayError when the database is damaged or the log closed. */
  async ask<K extends keyof ReaderTable>(
    name: K,
    request: Parameters<ReaderTable[K]>[0],
  ): Promise<Awaited<ReturnType<ReaderTable[K]>>> {
    await this.#enter()
    try {
      if (this.#closed) throw new GatewayError('unavailable', 'the log is closed')
      const answer = await this.#thread.call(name, request)
      this.#note(null)
      return answer
    } catch (error) {
      const explained = explain(error, this.#file)
      // What the other side says in our own words is no fault of the disk's.
      if (!this.#closed && !(error instanceof GatewayError)) this.#note(explained as Error)
      throw explained
    } finally {
      this.#leave()
    }
  }

  /** Runs `act` while nobody reads; calls wait until it has ended. Never rejects; does nothing during another pause. */
  async pauseFor(act: () => Promise<unknown>): Promise<void> {
    if (this.#pause) return
    this.#pause = (this.#underWay === 0 ? Promise.resolve() : new Promise<void>(this.#whenQuiet))
      .then(act)
      .catch(() => undefined)
      .then(() => {
        this.#pause = undefined
        while (this.#underWay < underWayMax && this.#waiting.length > 0) this.#admit()
      })
    await this.#pause
  }

  /** Lets the calls under way end, refuses those that wait, and ends the thread. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#pause
    await this.pauseFor(() => this.#thread.call('close', {}))
    await this.#thread.end()
  }

  #note(error: Error | null): void {
    if (error) this.#errors++
    if (error?.message !== this.#error?.message) this.#disk(error)
    this.#error = error
  }

  readonly #whenQuiet = (resolve: () => void) => {
    this.#quiet = resolve
  }

  #enter(): Promise<void> | undefined {
    if (!this.#pause && this.#underWay < underWayMax) {
      this.#underWay++
      return undefined
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  #leave(): void {
    this.#underWay--
    if (!this.#pause && this.#waiting.length > 0) this.#admit()
    if (this.#underWay === 0) this.#quiet?.()
  }

  /** Takes the place for the next call before it knows, so that nobody comes in between. */
  #admit(): void {
    this.#underWay++
    this.#waiting.shift()!()
  }
}
