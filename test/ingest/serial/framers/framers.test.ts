import { describe, expect, it } from 'vitest'
import { createFramer } from '../../../../src/ingest/serial/framers/create-framer.ts'
import fc from '../../../setup/properties.ts'
import { cut, families, hear } from './streams.ts'

const noise = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes))
const places = fc.array(fc.nat(), { maxLength: 40 })

describe.each(families)('$name', ({ framing, request, wire, frameOf }) => {
  const options = request ? { request } : {}
  const broken = fc.tuple(wire, fc.nat()).map(([frame, at]) => frame.subarray(0, at % frame.length))
  const flipped = fc.tuple(wire, fc.nat(), fc.integer({ min: 1, max: 255 })).map(([frame, at, bits]) => {
    const copy = Buffer.from(frame)
    copy[at % copy.length]! ^= bits
    return copy
  })

  it('gives every frame of a clean stream', () => {
    fc.assert(
      fc.property(fc.array(wire, { maxLength: 8 }), places, (frames, at) => {
        const heard = hear(framing, cut(Buffer.concat(frames), at), options)
        expect(heard).toEqual({ frames: frames.map(frameOf), rejected: [] })
      }),
    )
  })

  it('gives the same however the bytes are split', () => {
    const stream = fc
      .array(fc.oneof(wire, broken, flipped, noise), { maxLength: 10 })
      .map((parts) => Buffer.concat(parts))
    fc.assert(
      fc.property(stream, places, (bytes, at) => {
        const whole = hear(framing, [bytes], options)
        expect(hear(framing, cut(bytes, at), options)).toEqual(whole)
        expect(hear(framing, cut(bytes, [...bytes.keys()]), options)).toEqual(whole)
      }),
    )
  })

  it('says nothing about a stream that was opened amid a frame', () => {
    fc.assert(
      fc.property(wire, fc.nat(), (frame, at) => {
        const tail = frame.subarray(1 + (at % (frame.length - 1)))
        const heard = hear(framing, [tail, frame, frame], { ...options, openedMidStream: true })
        expect(heard.rejected).toEqual([])
        expect(heard.frames.at(-1)).toEqual(frameOf(frame))
      }),
    )
  })

  it.each([
    ['zeros', () => 0],
    ['the beginning of a frame, over and over', (i: number, begin: Buffer) => begin[i % begin.length]!],
    ['the first byte of a frame, over and over', (_: number, begin: Buffer) => begin[0]!],
    ['everything but line ends', (i: number) => 32 + ((i * 7919) % 223)],
  ])('holds little during a flood of %s', (_, byte) => {
    const [good] = fc.sample(wire, { numRuns: 1, seed: 7 })
    const flood = Buffer.from(Array.from({ length: 65_536 }, (_, i) => byte(i, good!.subarray(0, 4))))
    const frames: Buffer[] = []
    let rejected = 0
    const framer = createFramer(
      framing,
      { onFrame: (frame) => frames.push(Buffer.from(frame)), onReject: () => rejected++ },
      options,
    )
    const floodBytes = framing.kind === 'lines' ? 20e6 : 3e6
    for (let pushed = 0; pushed < floodBytes; pushed += flood.length) {
      framer.push(flood)
      if (framer.buffered > 16_384) throw new Error(`holds ${framer.buffered} bytes`)
    }
    framer.push(Buffer.from('\r\n'))
    framer.push(good!)
    framer.push(good!)
    framer.close()
    expect(frames.at(-1)).toEqual(frameOf(good!))
    expect(rejected).toBeGreaterThan(0)
  })
})
