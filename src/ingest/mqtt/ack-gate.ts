import { Duplex } from 'node:stream'
import type { Seq } from '../../reading.ts'
import type { Durability } from '../input.ts'
import { PacketWalker, packetType } from './packets.ts'

/**
 * More acknowledgements than a peer can wait for: 65,535 packet ids of at most 6 bytes each are under 400 kB, and the
 * largest message of 1 MiB may stand before them in the socket. A peer beyond that does not read what it is owed.
 */
const owedBytesMax = 2 * 1024 * 1024

/** A sender that answers a release within this time had been waiting for it. */
const windowMs = 20

export interface AckGateOptions {
  /** So many unacknowledged messages, come right after a release, mean that the sender's window is full. */
  readonly unacked?: number
  /** Sees the incoming bytes and returns those that go on; throws when they are no MQTT. */
  readonly admit?: (chunk: Buffer) => Buffer | undefined
}

/**
 * Stands around an MQTT socket and holds PUBACK, PUBREC and PUBCOMP back until everything that was in the log when they
 * were written is on disk; all other packets pass at once. So the library above may acknowledge a message as soon as it
 * was appended, and go on to the next one, while its sender is told only what a power cut cannot take back.
 */
export class AckGate extends Duplex {
  readonly #socket: Duplex
  readonly #durability: Durability
  readonly #unacked: number
  readonly #walker = new PacketWalker()
  /** Held packets, one after the other; `#marks` says which of them wait for what. */
  #held = Buffer.allocUnsafe(1024)
  #heldBytes = 0
  #heldAcks = 0
  #marks: Mark[] = []
  #waiting = false
  #emptied: (() => void)[] = []
  #window: Window

  constructor(socket: Duplex, durability: Durability, { unacked = 10, admit }: AckGateOptions = {}) {
    super()
    this.#socket = socket
    this.#durability = durability
    this.#unacked = unacked
    this.#window = { from: undefined, arrived: 0, enough: unacked }
    socket.on('data', (chunk: Buffer) => this.#receive(admit, chunk))
    socket.on('end', () => this.push(null))
    socket.on('error', (error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  /** Asks for a commit and resolves when no acknowledgement is held any more, or the connection is gone. */
  flush(): Promise<void> {
    if (this.#heldAcks === 0 || this.destroyed) return Promise.resolve()
    this.#durability.commitSoon()
    return new Promise((resolve) => this.#emptied.push(resolve))
  }

  override _read(): void {
    this.#socket.resume()
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
    this.#socket.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy()
    this.#marks = []
    this.#heldAcks = 0
    this.#heldBytes = 0
    this.#settleFlush()
    done(error)
  }

  #receive(admit: AckGateOptions['admit'], chunk: Buffer): void {
    try {
      const admitted = admit ? admit(chunk) : chunk
      if (admitted && !this.push(admitted)) this.#socket.pause()
    } catch (error) {
      this.destroy(error as Error)
    }
  }

  /** Keeps the acknowledgements in `chunk` and adds the rest to `passing`. */
  #sort(chunk: Buffer, passing: Buffer[]): void {
    const walker = this.#walker
    for (let at = 0; at < chunk.length; ) {
      const end = walker.step(chunk, at)
      if (isAck(walker.type)) this.#hold(chunk, at, end)
      else passing.push(at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end))
      at = end
    }
  }

  /** One write for all of it: the libraries above write a packet field by field. */
  #pass(bytes: Buffer[], done: () => void): void {
    if (bytes.length === 0 || this.#socket.write(bytes.length === 1 ? bytes[0] : Buffer.concat(bytes))) done()
    else this.#socket.once('drain', done)
  }

  #hold(chunk: Buffer, from: number, to: number): void {
    const bytes = this.#heldBytes + to - from
    if (bytes > this.#held.length) {
      const longer = Buffer.allocUnsafe(2 * this.#held.length)
      this.#held.copy(longer, 0, 0, this.#heldBytes)
      this.#held = longer
    }
    for (let i = from; i < to; i++) this.#held[this.#heldBytes++] = chunk[i]!
    if (this.#walker.ended) this.#mark()
  }

  /** A whole acknowledgement stands in `#held`: it goes out when the log as it is now is on disk. */
  #mark(): void {
    const seq = this.#durability.head
    const last = this.#marks.at(-1)
    this.#heldAcks++
    // Not joined to a mark that is being waited for: what came without a reading may not be in that commit any more.
    if (last?.seq === seq && !(this.#waiting && this.#marks.length === 1)) {
      last.end = this.#heldBytes
      last.acks++
    } else this.#marks.push({ seq, end: this.#heldBytes, acks: 1 })
    if (this.#heldBytes + this.#socket.writableLength > owedBytesMax)
      this.destroy(new Error('the peer sends on without reading its acknowledgements'))
    this.#watchWindow()
    this.#wait()
  }

  /**
   * A commit costs the card a few pages, so it is asked for early only when the sender stands still without it: it has
   * answered the last release at once, with as many messages as that had let go (or `unacked` of them), and at least
   * `unacked` are open again. A trickle never does that.
   */
  #watchWindow(): void {
    const window = this.#window
    if (window.arrived >= window.enough) return
    const now = performance.now()
    window.from ??= now
    if (now - window.from > windowMs) {
      window.arrived = Number.POSITIVE_INFINITY
      return
    }
    if (++window.arrived < window.enough) return
    if (this.#heldAcks < this.#unacked) window.arrived = window.enough - 1
    else this.#durability.commitSoon()
  }

  #wait(): void {
    const first = this.#marks[0]
    if (this.#waiting || !first || this.destroyed) return
    this.#waiting = true
    this.#durability.durable(first.seq).then(
      () => {
        this.#waiting = false
        this.#release(first)
        this.#wait()
      },
      // The log was closed first. What is held was not stored for certain, so its sender has to send it again.
      () => this.destroy(),
    )
  }

  /** Lets go what waited for `durable`, and whatever is older than the durable head: commits are made in order. */
  #release(durable: Mark): void {
    if (this.destroyed) return
    const { durableHead } = this.#durability
    let count = 0
    let end = 0
    let acks = 0
    for (const mark of this.#marks) {
      if (mark !== durable && mark.seq >= durableHead) break
      count++
      end = mark.end
      acks += mark.acks
    }
    this.#socket.write(Buffer.from(this.#held.subarray(0, end)))
    this.#held.copyWithin(0, end, this.#heldBytes)
    this.#heldBytes -= end
    this.#heldAcks -= acks
    this.#marks.splice(0, count)
    for (const mark of this.#marks) mark.end -= end
    this.#window = { from: performance.now(), arrived: 0, enough: Math.min(this.#unacked, acks) }
    if (this.#heldAcks === 0) this.#settleFlush()
  }

  #settleFlush(): void {
    for (const resolve of this.#emptied.splice(0)) resolve()
  }
}

/** Acknowledgements in `#held` up to byte `end` that were written while `seq` was the head. */
interface Mark {
  readonly seq: Seq
  end: number
  acks: number
}

/** Messages that came since the last release, and how many of them show that their sender had waited for it. */
interface Window {
  from: number | undefined
  arrived: number
  readonly enough: number
}

function isAck(type: number): boolean {
  return type === packetType.puback || type === packetType.pubrec || type === packetType.pubcomp
}
