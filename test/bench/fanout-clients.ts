import { connect, type Socket } from 'node:net'

/**
 * The clients of the fan-out bench, in a process of their own: sockets that count bytes and look at one event in each
 * chunk of some of them. Anything more would measure the clients.
 */

export interface ClientOrder {
  readonly port: number
  readonly count: number
  /** Sent on every connection; empty for a server that speaks first. */
  readonly request: string
  /** They read nothing until `resume`. */
  readonly paused?: boolean
}

export interface ClientReport {
  readonly bytes: number
  /** Readings in them, as those of every 16th client are counted and the bytes of the others are like them. */
  readonly frames: number
  /** Age of the oldest event of a chunk, in ms, for every 16th client. */
  readonly latencies: readonly number[]
}

/** Opening all at once would overflow the listen queue. */
const openedAtOnce = 200

const sockets: Socket[] = []
let bytes = 0
let sampledBytes = 0
let sampledFrames = 0
let latencies: number[] = []

process.on('message', async (message: ClientOrder | 'report' | 'pause' | 'resume') => {
  if (message === 'report') {
    const frames = sampledBytes === 0 ? 0 : (bytes * sampledFrames) / sampledBytes
    process.send!({ bytes, frames, latencies } satisfies ClientReport)
    bytes = sampledBytes = sampledFrames = 0
    latencies = []
  } else if (message === 'pause') for (const socket of sockets) socket.pause()
  else if (message === 'resume') for (const socket of sockets) socket.resume()
  else {
    for (let opened = 0; opened < message.count; opened += openedAtOnce)
      await Promise.all(
        Array.from({ length: Math.min(openedAtOnce, message.count - opened) }, (_, i) => open(message, opened + i)),
      )
    process.send!('open')
  }
})
process.on('disconnect', () => process.exit())

function open({ port, request, paused = false }: ClientOrder, index: number): Promise<void> {
  const buffer = Buffer.allocUnsafe(65_536)
  const sampled = index % 16 === 0
  return new Promise((resolve, reject) => {
    const onread = {
      buffer: sampled ? buffer : shared,
      callback: (length: number) => {
        bytes += length
        if (sampled) sample(buffer, length)
        resolve()
        return true
      },
    }
    const socket = connect({ port, host: '127.0.0.1', onread }, () => {
      socket.write(request)
      if (!paused) return
      socket.pause()
      resolve()
    })
    socket.once('error', reject)
    sockets.push(socket)
  })
}

/** Nobody looks at what clients that are not sampled read. */
const shared = Buffer.allocUnsafe(65_536)

/** Once in every reading. One that is cut in two by the end of a chunk is missed, which few are. */
const seqField = Buffer.from('"seq":')

/** Events carry the moment of their publication as value, in ms of Unix time with a fraction. */
function sample(buffer: Buffer, length: number): void {
  sampledBytes += length
  const end = length - seqField.length
  for (let at = buffer.indexOf(seqField); at >= 0 && at <= end; at = buffer.indexOf(seqField, at + 1)) sampledFrames++
  const at = buffer.indexOf('"value":')
  if (at < 0 || at > length - 40) return
  const published = Number.parseFloat(buffer.toString('latin1', at + 8, at + 32))
  if (published > 1e12) latencies.push(performance.timeOrigin + performance.now() - published)
}
