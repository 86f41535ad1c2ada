import { createDecoder } from '../decode/engine.ts'
import type { Profile } from '../decode/profile.ts'
import type { MqttFrame } from '../frame.ts'
import { createFramer } from '../ingest/serial/framers/create-framer.ts'
import type { Reading } from '../reading.ts'

/** What came out of some bytes. Reasons of a framer and of the decoder are told alike. */
export interface Outcome {
  readonly profile?: string
  readonly readings: readonly Reading[]
  readonly rejected: readonly { readonly reason: string; readonly where: string }[]
}

/** A serial line without a port. */
export interface Line {
  push(bytes: Uint8Array): void
  /** The port is closed: what is unfinished is dropped. */
  close(): void
}

export interface LineOptions {
  readonly profile: Profile
  readonly device?: string
  readonly request?: Uint8Array
  readonly receivedAt: () => number
  readonly onOutcome: (outcome: Outcome) => void
}

/** A decoder with the state that messages build up, to try payloads on. */
export interface Bench {
  decode(message: Omit<MqttFrame, 'transport' | 'source'>): Outcome
  /** Bytes begin with a frame: nothing is excused as the rest of one that was cut by opening a port. */
  openLine(options: LineOptions): Line
  /** Tells the last stored value of a series. */
  recall(reading: Reading): void
}

export function createBench(profiles: readonly Profile[], clockSynced = true): Bench {
  const decoder = createDecoder(profiles)
  const states = { mqtt: new Map<string, unknown>(), serial: new Map<string, unknown>() }
  const clock = { synced: clockSynced }
  return {
    decode: (message) => decoder.decode({ ...message, transport: 'mqtt', source: 'bench' }, states.mqtt, clock),
    openLine: ({ profile, device, request, receivedAt, onOutcome }) =>
      createFramer(
        profile.serial!.framing,
        {
          onFrame: (payload) => {
            const frame = {
              profile: profile.id,
              payload,
              receivedAt: receivedAt(),
              ...(device !== undefined && { device }),
            }
            const wire = { transport: 'serial', source: 'port', ...(request && { request }) } as const
            onOutcome(decoder.decode({ ...wire, ...frame }, states.serial, clock))
          },
          onReject: ({ reason, where }) => onOutcome({ readings: [], rejected: [{ reason, where }] }),
        },
        request ? { request } : {},
      ),
    recall: (reading) => decoder.recall(reading),
  }
}
