import type { Frame } from '../frame.ts'
import type { Millis } from '../reading.ts'

/**
 * Takes a frame; when it returns, what the frame held is appended to the log (not yet durable).
 * @throws GatewayError `unavailable` when nothing of it was: it must not be acknowledged then
 */
export type FrameSink = (frame: Frame) => void

/** Bytes of a serial port that never became a frame: for the quarantine, beside what decoding rejects. */
export interface RejectedBytes {
  readonly source: string
  readonly profile: string
  readonly reason: string
  readonly where: string
  /** The first of them, at most 256; a copy. */
  readonly bytes: Uint8Array
  readonly receivedAt: Millis
}

/** Takes note of bytes given up. Never throws. */
export type RejectSink = (rejected: RejectedBytes) => void

/**
 * How an input learns that what it handed over is on disk. The numbers count everything that was given to the store, also
 * what brought no reading, and commits are made in order.
 */
export interface Durability {
  /** How much was given. */
  readonly head: number
  /** How much of it is on disk. */
  readonly durableHead: number
  /** Resolves when that much is on disk; rejects only when the store is closed first. */
  durable(head: number): Promise<void>
  /** Asks for a commit now instead of when a batch is full or old: somebody waits. */
  commitSoon(): void
  /** Asks for a commit within a tenth of a second, and no more of them than ten a second: somebody waits for little. */
  commitShortly(): void
}

export type InputStatus = 'connecting' | 'connected' | 'waiting' | 'paused' | 'stopped'

/** Why an input does not do what it should, for programs; `detail` says it to people. */
export const troubleKinds = [
  'unreachable', // no broker at that address, or no way to it
  'lost', // the connection was, or is soon after it was made
  'refused', // the broker does not want this client
  'taken_over', // another client has the session
  'tls', // a certificate, or no TLS
  'protocol', // no MQTT, or no version that both speak
  'missing', // the serial port is not there
  'denied', // this user may not open it
  'busy', // another program has it open
  'silent', // nothing comes, or nothing answers
  'noise', // what comes makes no frames
  'other',
] as const

export type TroubleKind = (typeof troubleKinds)[number]

export interface Trouble {
  readonly kind: TroubleKind
  /** One line: what is wrong and what to do. */
  readonly detail: string
}

/** What health, metrics and the page show of an input. */
export interface InputState {
  readonly name: string
  readonly kind: 'mqtt' | 'broker' | 'serial'
  readonly status: InputStatus
  /** One line for a person: why it waits, and what to do. */
  readonly detail?: string
  readonly trouble?: TroubleKind
  readonly since: Millis
  readonly received: number
  /** Frames given up because nobody could take them (serial only: MQTT senders are made to wait). */
  readonly dropped: number
}

/** How an input shows what troubles it, if anything does. */
export function shownTrouble({ kind, detail }: Partial<Trouble>): Pick<InputState, 'trouble' | 'detail'> {
  return { ...(kind && { trouble: kind }), ...(detail !== undefined && { detail }) }
}

/** A source of frames. It keeps trying for as long as it runs; only wrong configuration makes `start` reject. */
export interface Input {
  readonly state: InputState
  start(): Promise<void>
  stop(): Promise<void>
  /** Stops taking frames while the disk is full; an MQTT broker keeps them meanwhile. */
  pause(): void
  resume(): void
}
