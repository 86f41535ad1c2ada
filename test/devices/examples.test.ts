import { describe, expect, it } from 'vitest'
import { families } from '../../devices/index.ts'
import type { Decoded } from '../../src/decode/decoder.ts'
import { createDecoder } from '../../src/decode/engine.ts'
import type { Profile } from '../../src/decode/profile.ts'
import type { Frame } from '../../src/frame.ts'

const decoder = createDecoder(families)

for (const family of families) {
  describe(family.name, () => {
    family.examples.forEach((example, index) => {
      it(`understands example ${index + 1} as it says`, () => {
        const state = new Map()
        for (const earlier of example.after ?? []) decoder.decode(frameOf(family, earlier), state, { synced: true })
        const decoded = decoder.decode(frameOf(family, example), state, { synced: true })
        expect(decoded.profile).toBe(family.id)
        expect(decoded.readings.map((reading, i) => comparable(reading, example.readings?.[i]))).toEqual(
          (example.readings ?? []).map((reading) => comparable(reading, reading)),
        )
        expect(decoded.rejected.map(({ reason }) => reason)).toEqual(example.rejected ?? [])
        if (example.online !== undefined) expect(availability(decoded)).toEqual([example.online])
      })
    })

    it('shows something accepted and something rejected', () => {
      expect(family.examples.some(({ readings = [] }) => readings.length > 0)).toBe(true)
      expect(family.examples.some(({ rejected = [] }) => rejected.length > 0)).toBe(true)
    })
  })
}

type Example = Profile['examples'][number]
type Given = Pick<Example, 'topic' | 'payload' | 'hex'> & Partial<Example>

function frameOf(family: Profile, { topic, payload, hex, retain, request, receivedAt }: Given): Frame {
  const bytes = hex === undefined ? Buffer.from(payload ?? '') : Buffer.from(hex.replaceAll(' ', ''), 'hex')
  const at = Date.parse(receivedAt ?? '2026-06-01T12:00:00Z')
  if (topic !== undefined)
    return {
      transport: 'mqtt',
      source: 'test',
      topic,
      payload: bytes,
      receivedAt: at,
      retain: retain ?? false,
      dup: false,
    }
  return {
    transport: 'serial',
    source: '/dev/serial/by-id/usb-test',
    profile: family.id,
    payload: bytes,
    receivedAt: at,
    ...(request !== undefined && { request: Buffer.from(request.replaceAll(' ', ''), 'hex') }),
  }
}

type Shown = {
  device?: string | undefined
  channel?: string | undefined
  unit?: string | null | undefined
  time?: unknown
}

/** Device, unit and time count where the example gives them; a channel always does. */
function comparable(reading: Shown & { metric: string; value: unknown }, shown: Shown | undefined): unknown {
  const { metric, channel, value } = reading
  return {
    metric,
    channel,
    value,
    ...(shown?.device !== undefined && { device: reading.device }),
    ...(shown?.unit !== undefined && { unit: reading.unit }),
    ...(shown?.time !== undefined && { time: new Date(reading.time as string | number).toISOString() }),
  }
}

function availability({ events }: Decoded): boolean[] {
  return events.flatMap((event) => (event.type === 'availability' ? event.online : []))
}
