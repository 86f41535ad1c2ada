import { setTimeout as sleep } from 'node:timers/promises'
import { GatewayError } from '../../errors.ts'
import type { SerialSource } from '../../framing.ts'
import type { Millis } from '../../reading.ts'
import { backoffMs } from '../backoff.ts'
import {
  type FrameSink,
  type Input,
  type InputState,
  type InputStatus,
  type RejectSink,
  shownTrouble,
  type Trouble,
} from '../input.ts'
import { type Connection, openConnection } from './connection.ts'
import type { FramingRejection } from './framers/framer.ts'
import { findHolder } from './holder.ts'
import { askInTurn } from './polling.ts'
import { byIdFolder, newPortName, stableName } from './port-name.ts'
import { listPorts } from './ports.ts'
import { listen, type Talk } from './talk.ts'
import { busy, explainOpening, fellSilent, noise, unanswered, unplugged } from './trouble.ts'

export interface SerialInputOptions {
  /** As configured; a port that has a by-id name is called by that from its first opening on. */
  readonly port: string
  /** Name of the profile that says what the bytes mean; goes into every frame. */
  readonly profile: string
  /** Native id to use instead of the profile's own; goes into every frame. */
  readonly device?: string | undefined
  /** How the profile, or the configuration over it, drives the port. */
  readonly source: SerialSource
  readonly sink: FrameSink
  /** Takes note of bytes that are no frame. */
  readonly reject: RejectSink
  /** Told of every change of `state` but its counters. */
  readonly changed?: (state: InputState) => void
  /** Elsewhere in tests. */
  readonly byId?: string
}

/** Looking whether a port is there costs nothing, and somebody who plugs it in is waiting. */
const missingWaitMaxMs = 3000
/** A port that lasted so long did work; one that ends sooner counts as a failure to open. */
const steadyMs = 10_000
/** A silent port is opened again after `silentMs`, then after twice that, … up to 64 times: opening resets many boards. */
const silenceDoublingsMax = 6
/** So many stretches of bytes without one frame: something is set wrong. */
const misfitsUntilTold = 3

/** Reads a serial port, and opens it again for as long as it runs: unplugged, in use, silent, or not there yet. */
export class SerialInput implements Input {
  readonly #options: SerialInputOptions
  #name: string
  #status: InputStatus = 'stopped'
  #trouble: Partial<Trouble> = {}
  #since: Millis = Date.now()
  #received = 0
  #dropped = 0
  #paused = false
  #running: AbortController | undefined
  #finished: Promise<void> = Promise.resolve()
  #connection: Connection | undefined
  #watchdog: NodeJS.Timeout | undefined
  /** How often in a row the watchdog has opened the port again. */
  #silences = 0
  #misfits = 0
  /** Who is asked and does not answer. */
  #silence: Partial<Trouble> = {}

  constructor(options: SerialInputOptions) {
    this.#options = options
    this.#name = options.port
  }

  get state(): InputState {
    return {
      name: this.#name,
      kind: 'serial',
      status: this.#paused && this.#status !== 'stopped' ? 'paused' : this.#status,
      ...shownTrouble(this.#trouble),
      since: this.#since,
      received: this.#received,
      dropped: this.#dropped,
    }
  }

  /** Begins to open the port and returns at once. Rejects with GatewayError `config` for settings no port has. */
  async start(): Promise<void> {
    if (this.#running) return
    const { port, source } = this.#options
    if (source.parity === 'mark' || source.parity === 'space')
      throw new GatewayError('config', `${port}: parity "${source.parity}" is not supported`, 'use none, even or odd')
    this.#running = new AbortController()
    this.#finished = this.#run(this.#running.signal)
  }

  async stop(): Promise<void> {
    this.#running?.abort()
    await this.#connection?.close()
    await this.#finished
    this.#running = undefined
    this.#become('stopped')
  }

  /** A sensor cannot be made to wait: frames go on to be cut, so that none is torn, and are counted as dropped. */
  pause(): void {
    this.#paused = true
    this.#report()
  }

  resume(): void {
    this.#paused = false
    this.#report()
  }

  async #run(signal: AbortSignal): Promise<void> {
    this.#become('connecting')
    let missing = false
    for (let failures = 0; !signal.aborted; ) {
      const name = await this.#findName(missing, signal)
      const openedAt = performance.now()
      const trouble = await this.#follow(name, signal)
      if (signal.aborted) return
      missing = trouble.kind === 'missing'
      failures = performance.now() - openedAt > steadyMs ? 1 : failures + 1
      this.#become('waiting', trouble)
      const wait = backoffMs(failures)
      await sleep(missing ? Math.min(wait, missingWaitMaxMs) : wait, undefined, { signal }).catch(() => {})
    }
  }

  /** The stable name. Plugged in again, a device may get another number; its by-id name stays. */
  async #findName(wasMissing: boolean, signal: AbortSignal): Promise<string> {
    const { port, byId = byIdFolder } = this.#options
    if (this.#name !== port) return this.#name
    return wasMissing ? newPortName(port, byId, signal) : stableName(port, byId)
  }

  /** One life of the port, from opening it to its end; gives the reason. */
  async #follow(name: string, signal: AbortSignal): Promise<Trouble> {
    const holder = await findHolder(name)
    if (holder) return busy(name, holder)
    const talk = this.#createTalk()
    let opened: Connection
    try {
      opened = await openConnection(name, this.#options.source, (bytes) => talk.hear(bytes))
    } catch (error) {
      const present = await listPorts({ byId: this.#options.byId ?? byIdFolder })
      return explainOpening(
        name,
        error as Error,
        present.map(({ stableName }) => stableName),
      )
    }
    this.#connection = opened
    this.#name = name
    this.#misfits = 0
    this.#silence = {}
    this.#become('connected')
    this.#watch()
    if (signal.aborted) void opened.close()
    else talk.begin((bytes) => opened.write(bytes))
    const why = await opened.ended
    this.#connection = undefined
    clearTimeout(this.#watchdog)
    talk.end()
    return why === null ? fellSilent(name) : unplugged(name, why)
  }

  #createTalk(): Talk {
    const { framing, polls = [] } = this.#options.source
    const handlers = {
      onFrame: (frame: Uint8Array, request?: Uint8Array) => this.#take(frame, request),
      onReject: (rejection: FramingRejection) => this.#refuse(rejection),
      onSilence: (silent: readonly number[], isEverybody: boolean) => this.#tellSilence(silent, isEverybody),
    }
    return polls.length > 0 ? askInTurn(framing, polls, handlers) : listen(framing, handlers)
  }

  #take(payload: Uint8Array, request?: Uint8Array): void {
    if (this.#silences > 0) {
      this.#silences = 0
      this.#watch()
    } else this.#watchdog?.refresh()
    this.#misfits = -Infinity
    if (this.#trouble.kind === 'noise') this.#become('connected', this.#silence)
    if (this.#paused) {
      this.#dropped++
      return
    }
    const { profile, device, sink } = this.#options
    try {
      sink({
        transport: 'serial',
        source: this.#name,
        profile,
        ...(device !== undefined && { device }),
        payload,
        receivedAt: Date.now(),
        ...(request && { request }),
      })
      this.#received++
    } catch {
      // The log says itself why it takes no more.
      this.#dropped++
    }
  }

  #refuse({ reason, where, bytes }: FramingRejection): void {
    const { profile, source, reject } = this.#options
    reject({ source: this.#name, profile, reason, where, bytes, receivedAt: Date.now() })
    if (++this.#misfits === misfitsUntilTold && this.#connection) this.#become('connected', noise(profile, source.baud))
  }

  #tellSilence(silent: readonly number[], isEverybody: boolean): void {
    this.#silence = silent.length === 0 ? {} : unanswered(silent, isEverybody, this.#options.source.baud)
    if (this.#connection) this.#become('connected', this.#silence)
  }

  /** Opens a port again that fell silent although its profile promises data: USB adapters hang. */
  #watch(): void {
    const { silentMs } = this.#options.source
    if (silentMs === undefined) return
    clearTimeout(this.#watchdog)
    const wait = silentMs * 2 ** Math.min(this.#silences, silenceDoublingsMax)
    this.#watchdog = setTimeout(() => {
      this.#silences++
      void this.#connection?.close()
    }, wait)
  }

  /** A port that is away is looked for every few seconds: that it still is, is no news. */
  #become(status: InputStatus, trouble: Partial<Trouble> = {}): void {
    if (status === this.#status && trouble.detail === this.#trouble.detail) return
    if (status !== this.#status) this.#since = Date.now()
    this.#status = status
    this.#trouble = trouble
    this.#report()
  }

  #report(): void {
    this.#options.changed?.(this.state)
  }
}
