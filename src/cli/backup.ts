import { createWriteStream, existsSync } from 'node:fs'
import { link, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { answerOf } from '../client/request.ts'
import { GatewayError } from '../errors.ts'
import { connectionTo, type GatewayOptions } from './connect.ts'
import { note } from './terminal.ts'

/** `rivulet backup`: a consistent copy, whole or not at all; an existing file is never replaced. */
export async function backup(file: string, options: GatewayOptions): Promise<void> {
  const target = resolve(file)
  const taken = new GatewayError('conflict', `${target} is already there`, 'choose another name')
  if (existsSync(target)) throw taken
  const response = await answerOf(connectionTo(options), '/api/backup', { method: 'POST' })
  const total = Number(response.headers.get('content-length') ?? Number.NaN)
  const part = `${target}.part`
  try {
    const bytes = await save(response.body as ReadableStream<Uint8Array>, part, total)
    if (bytes !== (Number.isNaN(total) ? bytes : total))
      throw new GatewayError('unavailable', `the gateway sent ${bytes} of ${total} bytes`, 'try again')
    // Unlike a rename, a link does not replace a file that has appeared meanwhile.
    await link(part, target).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST' ? taken : error
    })
    note(`${target}: ${sizeText(bytes)}`)
  } finally {
    await rm(part, { force: true })
  }
}

async function save(body: ReadableStream<Uint8Array>, part: string, total: number): Promise<number> {
  let bytes = 0
  let shown = Date.now()
  const counter = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.length
      if (process.stderr.isTTY && Date.now() - shown > 250) {
        shown = Date.now()
        process.stderr.write(`\r${sizeText(bytes)}${Number.isNaN(total) ? '' : ` of ${sizeText(total)}`} `)
      }
      done(null, chunk)
    },
  })
  // The database holds hashes of tokens and passwords: it is for its owner alone.
  await pipeline(Readable.fromWeb(body), counter, createWriteStream(part, { mode: 0o600, flush: true }))
  if (process.stderr.isTTY) process.stderr.write('\r')
  return bytes
}

function sizeText(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}
