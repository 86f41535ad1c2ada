import { answerOf, ClientError, reasonOf } from '../client/request.ts'
import { selectionQuery } from '../client/selection.ts'
import { connectionTo, type GatewayOptions } from './connect.ts'
import { note, write } from './terminal.ts'
import { noteUnheard } from './unheard.ts'

export interface ExportOptions extends GatewayOptions {
  readonly metric?: readonly string[]
  readonly channel?: readonly string[]
  readonly tag?: readonly string[]
  readonly from?: string
  readonly to?: string
  readonly format: 'csv' | 'ndjson'
}

/** How often the line that counts is drawn again. */
const redrawMs = 250

/** `rivulet export`: stored readings on standard output as they come, progress on standard error. */
export async function exportReadings(device: readonly string[], options: ExportOptions): Promise<void> {
  const { metric = [], channel = [], tag = [], from, to, format } = options
  const query = selectionQuery({ device, metric, channel, tag })
  query.set('format', format)
  query.set('limit', 'all')
  if (from !== undefined) query.set('from', from)
  if (to !== undefined) query.set('to', to)
  const connection = connectionTo(options)
  const answer = await answerOf(connection, '/api/readings', { query })
  const progress = new Progress(format)
  const decoder = new TextDecoder()
  for await (const chunk of chunksOf(answer)) {
    progress.add(decoder.decode(chunk, { stream: true }))
    await write(chunk)
  }
  progress.end()
  await noteUnheard(connection, { device, metric })
}

/** @throws ClientError when the answer ends before its end: what was written until then is not everything */
async function* chunksOf(answer: Response): AsyncGenerator<Uint8Array> {
  try {
    yield* answer.body!
  } catch (error) {
    throw new ClientError(
      `the gateway went away (${reasonOf(error)}), and the export is not complete`,
      0,
      'run it again',
    )
  }
}

/** On a terminal a line that counts and says how far in time it is; else only the sum at the end. */
class Progress {
  readonly #started = Date.now()
  readonly #csv: boolean
  #count: number
  #shown = this.#started
  #quoted = false

  constructor(format: ExportOptions['format']) {
    this.#csv = format === 'csv'
    // The first line of CSV is no reading.
    this.#count = this.#csv ? -1 : 0
  }

  add(text: string): void {
    // A line break between quotes belongs to a value in CSV (RFC 4180 §2.6), and is escaped in JSON.
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code === 0x22 && this.#csv) this.#quoted = !this.#quoted
      else if (code === 0x0a && !this.#quoted) this.#count++
    }
    if (!process.stderr.isTTY || Date.now() - this.#shown < redrawMs) return
    this.#shown = Date.now()
    const time = /\d{4}-\d\d-\d\dT\d\d:\d\d/.exec(text.slice(-400))?.[0]
    process.stderr.write(`\r${this.#sum}${time ? `, at ${time.replace('T', ' ')} UTC` : ''}   `)
  }

  end(): void {
    const seconds = ((Date.now() - this.#started) / 1000).toFixed(1)
    note(`${process.stderr.isTTY ? '\r\x1b[K' : ''}${this.#sum} in ${seconds} s`)
  }

  get #sum(): string {
    return `${this.#count.toLocaleString('en')} readings`
  }
}
