import { explain } from './explain.ts'
import type { ReaderTable } from './messages.ts'
import type { Thread } from './thread.ts'

/** The thread that reads, with a gate before it: the write-ahead log can begin anew only while nobody reads. */
export class GatedReader {
  readonly #thread: Thread<ReaderTable>
  readonly #file: string
  readonly #underWay = new Set<Promise<unknown>>()
  #paused: Promise<void> | undefined

  constructor(thread: Thread<ReaderTable>, file: string) {
    this.#thread = thread
    this.#file = file
  }

  async ask<K extends keyof ReaderTable>(
    name: K,
    request: Parameters<ReaderTable[K]>[0],
  ): Promise<Awaited<ReturnType<ReaderTable[K]>>> {
    while (this.#paused) await this.#paused
    const answer = this.#thread.call(name, request)
    this.#underWay.add(answer)
    try {
      return await answer
    } catch (error) {
      throw explain(error, this.#file)
    } finally {
      this.#underWay.delete(answer)
    }
  }

  /** Runs `act` while nobody reads; later calls wait for it. Never rejects. */
  async pauseFor(act: () => Promise<unknown>): Promise<void> {
    if (this.#paused) return
    this.#paused = Promise.allSettled(this.#underWay)
      .then(act)
      .then(
        () => undefined,
        () => undefined,
      )
    await this.#paused
    this.#paused = undefined
  }

  /** Lets calls under way end, then ends the thread. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#underWay)
    await this.#thread.call('close', {}).catch(() => undefined)
    await this.#thread.end()
  }
}
