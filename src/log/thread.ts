import { parentPort, Worker } from 'node:worker_threads'
import { type ErrorCode, GatewayError } from '../errors.ts'

/** Functions by name, each of one plain value; the same table types both ends. */
// biome-ignore lint/suspicious/noExplicitAny: a table's own type says what each function takes and gives
type Table = Record<string, (request: any) => unknown>
type Request<T extends Table, K extends keyof T> = Parameters<T[K]>[0]
type Answer<T extends Table, K extends keyof T> = Awaited<ReturnType<T[K]>>

/** An error as it crosses between threads. */
interface Failure {
  readonly message: string
  /** SQLite's code, or a GatewayError's. */
  readonly code: string
  readonly hint?: string
}

interface Asked {
  readonly id: number
  readonly name: string
  readonly request: unknown
}

type Answered = { readonly id: number; readonly answer: unknown } | { readonly id: number; readonly failure: Failure }

/** An error of SQLite's, met in a worker. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  /** Such as `SQLITE_FULL` (https://sqlite.org/rescode.html). */
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** A worker that answers calls of the functions in `T`, in the order of their being asked unless one of them awaits. */
export class Thread<T extends Table> {
  readonly #worker: Worker
  readonly #pending = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>()
  #lastId = 0
  #died: Error | undefined

  /** `name` is the file's, without `.ts`; `workerData` is what `serve` gets. */
  constructor(name: string, workerData: unknown) {
    this.#worker = new Worker(compiled(name), {
      workerData,
      name,
      // Flags given to the program, such as those of an inspector or of `node -e`, are not meant for its threads.
      execArgv: [],
      // A thread that handles flat batches needs no large nursery, and each semi-space is paid for three times.
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    })
    this.#worker.on('message', (message: Answered) => this.#settle(message))
    this.#worker.on('error', (error) => this.#die(error))
    this.#worker.on('exit', () => this.#die(new Error(`the thread ${name} has ended`)))
  }

  /** Rejects with a DatabaseError or GatewayError of the other side's, or an Error when the thread is gone. */
  call<K extends keyof T & string>(
    name: K,
    request: Request<T, K>,
    transfer: ArrayBuffer[] = [],
  ): Promise<Answer<T, K>> {
    if (this.#died) return Promise.reject(this.#died)
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId
      this.#pending.set(id, { resolve, reject })
      this.#worker.postMessage({ id, name, request } satisfies Asked, transfer)
    })
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }

  #settle(message: Answered): void {
    const call = this.#pending.get(message.id)
    this.#pending.delete(message.id)
    if ('failure' in message) call?.reject(errorOf(message.failure))
    else call?.resolve(message.answer as never)
  }

  #die(error: Error): void {
    this.#died ??= error
    for (const { reject } of this.#pending.values()) reject(this.#died)
    this.#pending.clear()
  }
}

/** Inside a worker: answers the calls of the other side. `buffers` names what to transfer with an answer. */
export function serve<T extends Table>(table: T, buffers: (answer: unknown) => ArrayBuffer[] = () => []): void {
  const port = parentPort!
  port.on('message', async ({ id, name, request }: Asked) => {
    try {
      const result = table[name]!(request)
      // Awaiting what is no promise would let a later call overtake this answer.
      const answer = result instanceof Promise ? await result : result
      port.postMessage({ id, answer } satisfies Answered, buffers(answer))
    } catch (error) {
      port.postMessage({ id, failure: failureOf(error) } satisfies Answered)
    }
  })
}

/** Threads run compiled files: beside this one in the build, below dist/ while tests load the source itself. */
function compiled(name: string): URL {
  const here = import.meta.url
  return here.endsWith('.ts') ? new URL(`../../dist/src/log/${name}.js`, here) : new URL(`./${name}.js`, here)
}

function failureOf(error: unknown): Failure {
  if (error instanceof GatewayError) return { code: error.code, message: error.message, hint: error.hint }
  const { message, code } = error as Error & { code?: unknown }
  return { code: typeof code === 'string' ? code : 'internal', message: String(message) }
}

function errorOf({ code, message, hint }: Failure): Error {
  return hint === undefined ? new DatabaseError(code, message) : new GatewayError(code as ErrorCode, message, hint)
}
