import { describe, expect, it } from 'vitest'
import type { Framing } from '../../../../src/framing.ts'
import fc from '../../../setup/properties.ts'
import { hear, pms5003, pmsFrame, readTwoInputs, sds011, sds011Frame, withCrc } from './streams.ts'

const good = pmsFrame(Buffer.alloc(26, 9))

/** Looks at every place for a whole frame: slow and plainly right. */
function everyFrame(bytes: Buffer, frameAt: (rest: Buffer) => number): Buffer[] {
  const frames: Buffer[] = []
  for (let place = 0; place < bytes.length; ) {
    const length = frameAt(bytes.subarray(place))
    if (length > 0) frames.push(bytes.subarray(place, place + length))
    place += length || 1
  }
  return frames
}

const rules: {
  name: string
  framing: Framing
  wire: fc.Arbitrary<Buffer>
  frameAt(rest: Buffer): number
  request?: Buffer
}[] = [
  {
    name: 'fixed',
    framing: sds011,
    wire: fc.uint8Array({ minLength: 6, maxLength: 6 }).map(sds011Frame),
    frameAt: (rest) =>
      rest.length >= 10 && sds011Frame(rest.subarray(2, 8)).fill(rest[1]!, 1, 2).equals(rest.subarray(0, 10)) ? 10 : 0,
  },
  {
    name: 'counted',
    framing: pms5003,
    wire: fc.uint8Array({ minLength: 2, maxLength: 26 }).map(pmsFrame),
    frameAt(rest) {
      const length = rest.length < 4 ? 0 : 4 + rest.readUInt16BE(2)
      return length > 5 && length <= 32 && pmsFrame(rest.subarray(4, length - 2)).equals(rest.subarray(0, length))
        ? length
        : 0
    },
  },
  {
    name: 'modbus-rtu',
    framing: { kind: 'modbus-rtu' },
    request: readTwoInputs,
    wire: fc.uint8Array({ minLength: 4, maxLength: 4 }).map((data) => withCrc(Buffer.from([1, 4, 4, ...data]))),
    frameAt(rest) {
      const length = rest[1] === 0x84 && rest[2]! > 0 && rest[2]! < 12 ? 5 : rest[1] === 4 && rest[2] === 4 ? 9 : 0
      return length > 0 && rest[0] === 1 && withCrc(rest.subarray(0, length - 2)).equals(rest.subarray(0, length))
        ? length
        : 0
    },
  },
]

it.each(rules)(
  'finds every frame in noise and broken frames, and no other: $name',
  ({ framing, wire, frameAt, request }) => {
    const begin = wire.chain((frame) => fc.nat({ max: frame.length }).map((length) => frame.subarray(0, length)))
    const noise = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes))
    fc.assert(
      fc.property(fc.array(fc.oneof(wire, begin, noise), { maxLength: 12 }), (parts) => {
        const bytes = Buffer.concat(parts)
        expect(hear(framing, [bytes], request ? { request } : {}).frames).toEqual(everyFrame(bytes, frameAt))
      }),
      { numRuns: 500 },
    )
  },
)

describe('after a frame that lost bytes', () => {
  it('finds the next one, whose head lies where the tail was expected', () => {
    expect(hear(pms5003, [good.subarray(0, 30), good])).toEqual({
      frames: [good],
      rejected: ['checksum_mismatch message'],
    })
  })

  it('finds a frame that is whole when the stream ends, though a false head waits for more', () => {
    expect(hear(pms5003, [Buffer.from([0x42, 0x4d, 0]), good])).toEqual({
      frames: [good],
      rejected: ['bad_frame length'],
    })
    expect(hear(pms5003, [Buffer.from([0x42, 0x4d, 0, 0x1c]), good.subarray(0, 20)]).rejected).toEqual([
      'truncated message',
    ])
  })
})

describe('what is wrong is told once', () => {
  it('with the part that is wrong', () => {
    const frame = sds011Frame(Buffer.alloc(6, 1))
    const badTail = Buffer.from(frame).fill(0xac, 9)
    const badSum = Buffer.from(frame).fill(0, 8, 9)
    expect(hear(sds011, [badTail, badSum, frame.subarray(0, 4)])).toEqual({
      frames: [],
      rejected: ['bad_frame tail', 'checksum_mismatch message', 'truncated message'],
    })
  })

  it('also for a flood of false heads: each byte is blamed once', () => {
    expect(hear(sds011, [Buffer.alloc(10_000, 0xaa)]).rejected.length).toBe(1000)
  })

  it('for endless noise every 4 KiB', () => {
    expect(hear(sds011, [Buffer.alloc(10_000)]).rejected).toEqual([
      'bad_frame message',
      'bad_frame message',
      'bad_frame message',
    ])
  })
})

it('a port that has no frame in 2 KiB has a fault, though it was opened amid one', () => {
  const noise = (length: number) =>
    hear(sds011, [Buffer.alloc(1000), Buffer.alloc(length - 1000)], { openedMidStream: true })
  expect(noise(2000).rejected).toEqual([])
  expect(noise(5000).rejected).toEqual(['bad_frame message', 'bad_frame message'])
})

it('a count beyond the longest frame is no frame to wait for', () => {
  const greedy = Buffer.from([0x42, 0x4d, 0xff, 0xff])
  expect(hear(pms5003, [greedy, good])).toEqual({ frames: [good], rejected: ['bad_frame length'] })
})

describe('an answer of Modbus RTU', () => {
  const whole = withCrc(Buffer.from('01040401310222', 'hex'))
  const modbus = { kind: 'modbus-rtu' } as const
  const ask = (...chunks: Buffer[]) => hear(modbus, chunks, { request: readTwoInputs })

  it('is one to the request', () => {
    expect(ask(whole)).toEqual({ frames: [whole], rejected: [] })
  })

  it('may be an exception', () => {
    const exception = withCrc(Buffer.from('018402', 'hex'))
    expect(ask(exception)).toEqual({ frames: [exception], rejected: [] })
  })

  it('comes from the slave that was asked', () => {
    expect(ask(withCrc(Buffer.from('02040401310222', 'hex')))).toEqual({
      frames: [],
      rejected: ['unexpected_slave message'],
    })
  })

  it('has the length that was asked for', () => {
    expect(ask(withCrc(Buffer.from('0104020131', 'hex')))).toEqual({ frames: [], rejected: ['bad_frame message'] })
  })

  it('is found behind the echo of the request, which is not worth telling', () => {
    expect(ask(readTwoInputs, whole)).toEqual({ frames: [whole], rejected: [] })
  })

  it('is found behind noise that looks like the start of a longer one', () => {
    expect(ask(Buffer.from('0104ff', 'hex'), whole).frames).toEqual([whole])
  })

  it('with a wrong CRC is none', () => {
    const wrong = Buffer.from(whole)
    wrong[8]! ^= 1
    expect(ask(wrong)).toEqual({ frames: [], rejected: ['checksum_mismatch message'] })
  })
})
