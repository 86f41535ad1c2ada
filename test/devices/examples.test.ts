import { describe, expect, it } from 'vitest'
import { families } from '../../devices/index.ts'
import type { DecoderState } from '../../src/decode/decoder.ts'
import { createDecoder } from '../../src/decode/engine.ts'
import type { Profile } from '../../src/decode/profile.ts'
import { serialSourceOf } from '../../src/decode/serial-source.ts'
import type { Frame } from '../../src/frame.ts'
import { createFramer } from '../../src/ingest/serial/framers/create-framer.ts'

const decoder = createDecoder(families)

for (const family of families) {
  describe(family.name, () => {
    family.examples.forEach((example, index) => {
      it(`understands example ${index + 1} as it says`, () => {
        const state = new Map()
        for (const earlier of example.after ?? []) play(family, earlier, state)
        const { profiles, readings, rejected, online } = play(family, example, state)
        expect(profiles.filter((profile) => profile !== family.id)).toEqual([])
        expect(readings.map((reading, i) => comparable(reading, example.readings?.[i]))).toEqual(
          (example.readings ?? []).map((reading) => comparable(reading, reading)),
        )
        expect(rejected).toEqual(example.rejected ?? [])
        if (example.online !== undefined) expect(online).toEqual([example.online])
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

/** What the gateway makes of an example: serial bytes go through the framer of the family first. */
function play(family: Profile, given: Given, state: DecoderState) {
  const rejected: string[] = []
  const frames = framesOf(family, given, (reason) => rejected.push(reason))
  const decoded = frames.map((frame) => decoder.decode(frame, state, { synced: true }))
  const events = decoded.flatMap((one) => one.events)
  return {
    profiles: decoded.map(({ profile }) => profile),
    readings: decoded.flatMap((one) => one.readings),
    rejected: [...rejected, ...decoded.flatMap((one) => one.rejected.map(({ reason }) => reason))],
    online: events.flatMap((event) => (event.type === 'availability' ? event.online : [])),
  }
}

function framesOf(
  family: Profile,
  { topic, payload = '', hex, retain = false, request, receivedAt = '2026-06-01T12:00:00Z' }: Given,
  onReject: (reason: string) => void,
): Frame[] {
  const bytes = hex === undefined ? Buffer.from(payload) : toBytes(hex)
  const at = Date.parse(receivedAt)
  if (topic !== undefined)
    return [{ transport: 'mqtt', source: 'test', topic, payload: bytes, receivedAt: at, retain, dup: false }]
  const frames: Frame[] = []
  const asked = request === undefined ? {} : { request: toBytes(request) }
  const frameOf = (frame: Uint8Array): Frame => ({
    transport: 'serial',
    source: '/dev/serial/by-id/usb-test',
    profile: family.id,
    payload: frame,
    receivedAt: at,
    ...asked,
  })
  const { framing } = serialSourceOf(family)!
  const framer = createFramer(
    framing,
    { onFrame: (frame) => frames.push(frameOf(frame)), onReject: ({ reason }) => onReject(reason) },
    asked,
  )
  framer.push(framing.kind === 'lines' ? Buffer.concat([bytes, Buffer.from('\r\n')]) : bytes)
  framer.close()
  return frames
}

function toBytes(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex')
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
