import { Duplex } from 'node:stream'
import type { Millis } from '../../reading.ts'
import type { Durability } from '../input.ts'
import { HeldAcks } from './held-acks.ts'
import { PacketWalker, packetType } from './packets.ts'
import { SenderWindow } from './sender-window.ts'
import { WaitingSender } from './waiting-sender.ts'

/**
 * More acknowledgements than a peer can wait for: 65,535 packet ids of at most 6 bytes each are under 400 kB, and the
 * largest message of 1 MiB may stand before them in the socket. A peer beyond that does not read what it is owed.
 */
const owedBytesMax = 2 * 1024 * 1024

/** See `#send`. A quarter of what was released, so that a small window is not kept much smaller, and less than TCP's 40 ms. */
const tailAcksMax = 8
const tailMs = 30

export interface AckGateOptions {
  /** So many unacknowledged messages that came together mean that the sender's window is full. */
  readonly unacked?: number | undefined
  /** Sees the incoming bytes and returns those that go on; throws when they are no MQTT. */
  readonly admit?: (chunk: Buffer) => Buffer | undefined
  /** How much of what comes in may go on; all of it unless said. */
  readonly allowance?: Allowance | undefined
}

/** How fast the peer may send. */
export interface Allowance {
  /** Looks at the next bytes of the stream. */
  allow(chunk: Buffer): Allowed
  /** A packet was sent that the peer has to answer with one of this type, see `packetType`. */
  asked(answer: number): void
}

/** So many bytes go on now, and nothing more for so long. */
export interface Allowed {
  readonly bytes: number
  readonly restMs: Millis
}

/**
 * Stands around an MQTT socket and holds PUBACK, PUBREC and PUBCOMP back until everything that was in the log when they
 * were written is on disk; all other packets pass at once. So the library above may acknowledge a message as soon as it
 * was appended, and go on to the next one, while its sender is told only what a power cut cannot take back.
 */
export class AckGate extends Duplex {
  readonly #socket: Duplex
  readonly #durability: Durability
  readonly #window: SenderWindow
  readonly #waitingSender = new WaitingSender()
  readonly #walker = new PacketWalker()
  readonly #admit: AckGateOptions['admit']
  readonly #allowance: Allowance | undefined
  readonly #held = new HeldAcks()
  #waiting = false
  #holding = false
  #tail: Buffer = Buffer.alloc(0)
  #tailTimer: NodeJS.Timeout | undefined
  #restTimer: NodeJS.Timeout | undefined
  #emptied: (() => void)[] = []

  constructor(socket: Duplex, durability: Durability, { unacked = 10, admit, allowance }: AckGateOptions = {}) {
    super()
    this.#socket = socket
    this.#durability = durability
    this.#window = new SenderWindow(unacked)
    this.#admit = admit
    this.#allowance = allowance
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('end', () => this.push(null))
    socket.on('error', (error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  /** Asks for a commit and resolves when no acknowledgement is held any more, or the connection is gone. */
  flush(): Promise<void> {
    this.#sendTail()
    if (this.#held.count === 0 || this.destroyed) return Promise.resolve()
    this.#durability.commitSoon()
    return new Promise((resolve) => this.#emptied.push(resolve))
  }

  /** Acknowledges a message in the name of the library above, which did not see it. */
  acknowledge(type: number, id: number): void {
    this.#held.addPlain(type, id)
    this.#mark()
  }

  /** Reads nothing more from the socket, until `goOn`. */
  hold(): void {
    this.#holding = true
    this.#socket.pause()
  }

  goOn(): void {
    this.#holding = false
    this._read()
  }

  override _read(): void {
    if (!this.#holding && !this.#restTimer) this.#socket.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    const passing: Buffer[] = []
    this.#sort(chunk, passing)
    this.#pass(passing, done)
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error) => void): void {
    const passing: Buffer[] = []
    for (const { chunk } of chunks) this.#sort(chunk, passing)
    this.#pass(passing, done)
  }

  override _final(done: () => void): void {
    this.#sendTail()
    this.#socket.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#tailTimer)
    clearTimeout(this.#restTimer)
    this.#socket.destroy()
    this.#held.clear()
    this.#settleFlush()
    done(error)
  }

  #receive(chunk: Buffer): void {
    try {
      if (this.#tail.length > 0) this.#sendTail(lengthAt(this.#tail, 0))
      const allowed = this.#allowance?.allow(chunk)
      const now = allowed ? chunk.subarray(0, allowed.bytes) : chunk
      const admitted = this.#admit ? this.#admit(now) : now
      if (admitted && admitted.length > 0 && !this.push(admitted)) this.#socket.pause()
      if (allowed && allowed.restMs > 0) this.#rest(allowed.restMs, chunk.subarray(allowed.bytes))
    } catch (error) {
      this.destroy(error as Error)
    }
  }

  /** Reads nothing more for so long, and then goes on with what is left of the last chunk. */
  #rest(ms: Millis, left: Buffer): void {
    if (this.destroyed) return
    this.#socket.pause()
    this.#restTimer = setTimeout(() => {
      this.#restTimer = undefined
      if (left.length > 0) this.#receive(left)
      this._read()
    }, ms)
  }

  /** Keeps the acknowledgements in `chunk` and adds the rest to `passing`. */
  #sort(chunk: Buffer, passing: Buffer[]): void {
    const walker = this.#walker
    for (let at = 0; at < chunk.length; ) {
      const end = walker.step(chunk, at)
      if (walker.ended && this.#allowance) this.#ask(this.#allowance)
      if (isAck(walker.type)) {
        this.#held.addPiece(chunk, at, end)
        if (walker.ended) this.#mark()
      } else passing.push(at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end))
      at = end
    }
  }

  #ask(allowance: Allowance): void {
    const answer = answerTo(this.#walker)
    if (answer !== undefined) allowance.asked(answer)
  }

  /** One write for all of it: the libraries above write a packet field by field. */
  #pass(bytes: Buffer[], done: () => void): void {
    if (bytes.length === 0 || this.#socket.write(bytes.length === 1 ? bytes[0] : Buffer.concat(bytes))) done()
    else this.#socket.once('drain', done)
  }

  /** A whole acknowledgement is held: it goes out when what was given to the log until now is on disk. */
  #mark(): void {
    const held = this.#held
    held.mark(this.#durability.head)
    if (held.byteLength + this.#socket.writableLength > owedBytesMax)
      this.destroy(new Error('the peer sends on without reading its acknowledgements'))
    // At the end of the turn: a commit then holds all that came in one read, not the first few messages of it.
    const now = performance.now()
    if (this.#window.arrived(now, held.count)) setImmediate(() => this.#durability.commitSoon())
    if (this.#waitingSender.arrived(now, held.count)) this.#durability.commitShortly()
    this.#wait()
  }

  #wait(): void {
    const { first } = this.#held
    if (this.#waiting || first === undefined || this.destroyed) return
    this.#waiting = true
    this.#durability.durable(first).then(
      () => {
        this.#waiting = false
        this.#release(Math.max(first, this.#durability.durableHead))
        this.#wait()
      },
      // The log was closed first. What is held was not stored for certain, so its sender has to send it again.
      () => this.destroy(),
    )
  }

  #release(durableHead: number): void {
    if (this.destroyed) return
    const { bytes, count } = this.#held.take(durableHead)
    this.#send(bytes, count)
    this.#window.released(count)
    this.#waitingSender.released(performance.now(), count)
    if (this.#held.count === 0) this.#settleFlush()
  }

  /**
   * A sender with Nagle's algorithm on sends one message of its new window, and the others when TCP has acknowledged it;
   * while we have nothing to send that takes 40 ms. So the last few acknowledgements of a release are kept, and one sent
   * with each read that brings something, to carry TCP's.
   */
  #send(acks: Buffer, count: number): void {
    let tail = 0
    for (let left = count - Math.min(tailAcksMax, count >> 2); left > 0; left--) tail += lengthAt(acks, tail)
    this.#sendTail()
    this.#socket.write(acks.subarray(0, tail))
    if (tail === acks.length) return
    this.#tail = acks.subarray(tail)
    this.#tailTimer = setTimeout(() => this.#sendTail(), tailMs)
  }

  #sendTail(bytes = this.#tail.length): void {
    if (bytes === 0 || this.destroyed) return
    this.#socket.write(this.#tail.subarray(0, bytes))
    this.#tail = this.#tail.subarray(bytes)
    if (this.#tail.length === 0) clearTimeout(this.#tailTimer)
  }

  #settleFlush(): void {
    if (this.#emptied.length > 0) this.#sendTail()
    for (const resolve of this.#emptied.splice(0)) resolve()
  }
}

/** Acknowledgements are all shorter than 128 bytes, so their length is one byte (MQTT 5 §3.4). */
function lengthAt(acks: Buffer, at: number): number {
  return 2 + acks[at + 1]!
}

/** Which packet answers that one (MQTT 3.1.1 §4.3). */
function answerTo({ type, flags }: PacketWalker): number | undefined {
  const qos = (flags >> 1) & 3
  if (type === packetType.publish) return [undefined, packetType.puback, packetType.pubrec][qos]
  if (type === packetType.pubrec) return packetType.pubrel
  return type === packetType.pubrel ? packetType.pubcomp : undefined
}

function isAck(type: number): boolean {
  return type === packetType.puback || type === packetType.pubrec || type === packetType.pubcomp
}
