import { families } from '../../../devices/index.ts'
import type { Decoded, Decoder, DecoderState } from '../../../src/decode/decoder.ts'
import { createDecoder } from '../../../src/decode/engine.ts'

export const now = Date.parse('2026-06-01T12:00:00Z')

/** Compiling all families takes a while; what a decoder works out it keeps by the state. */
const decoder: Decoder = createDecoder(families)

/** A gateway's decoder with all families, fed by hand. */
export class Played {
  state: DecoderState = new Map()
  at = now

  send(topic: string, payload: string | Uint8Array, retain = false): Decoded {
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
    const frame = {
      transport: 'mqtt',
      source: 't',
      topic,
      payload: bytes,
      receivedAt: this.at,
      retain,
      dup: false,
    } as const
    return decoder.decode(frame, this.state, { synced: true })
  }

  /** A new process with what the old one had written down. */
  restart(): void {
    const stored = [...this.state].map(([key, value]) => [key, JSON.stringify(value)] as const)
    this.state = new Map(stored.map(([key, text]) => [key, JSON.parse(text)]))
  }
}

/** `metric@channel value unit`, one a reading. */
export function brief({ readings }: Decoded): string[] {
  return readings.map(
    ({ metric, channel, value, unit }) => `${metric}${channel === undefined ? '' : `@${channel}`} ${value} ${unit}`,
  )
}

export function reasons({ rejected }: Decoded): string[] {
  return rejected.map(({ reason, where }) => `${reason} ${where}`)
}
