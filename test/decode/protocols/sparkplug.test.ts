import { beforeEach, describe, expect, it } from 'vitest'
import { bytesField, FieldReader, varintField } from '../../../src/decode/protobuf.ts'
import { describe as describeMetric } from '../../../src/decode/protocols/sparkplug-metric.ts'
import { readPayload } from '../../../src/decode/protocols/sparkplug-payload.ts'
import fc from '../../setup/properties.ts'
import { brief, now, Played, reasons } from './play.ts'
import { encode, encodeMetric, type GivenMetric } from './sparkplug-encode.ts'

let played = new Played()
beforeEach(() => {
  played = new Played()
})

const send = (message: string, device: string, metrics: GivenMetric[], seq?: number, time = now) =>
  played.send(`spBv1.0/G/${message}/E${device}`, encode({ time, metrics, ...(seq !== undefined && { seq }) }))
const asks = (decoded: ReturnType<typeof send>) =>
  decoded.events.flatMap((event) => (event.type === 'publish' ? [event.topic] : []))
const availability = (decoded: ReturnType<typeof send>) =>
  decoded.events.flatMap((event) => (event.type === 'availability' ? [`${event.device} ${event.online}`] : []))

describe('a Sparkplug metric', () => {
  it.each([
    ['Int8', 1, { int: 0xffff_fffb }, -5],
    ['Int8 of eight bits', 1, { int: 0xfb }, -5],
    ['Int16', 2, { int: 0xffff_8000 }, -32_768],
    ['Int32', 3, { int: 0x8000_0000 }, -2_147_483_648],
    ['Int64', 4, { long: -3n }, -3],
    ['Int64 in the wider member', 3, { long: -3n }, -3],
    ['UInt8', 5, { int: 200 }, 200],
    ['UInt32', 7, { int: 4_294_967_295 }, 4_294_967_295],
    ['UInt64', 8, { long: 9_007_199_254_740_991n }, 9_007_199_254_740_991],
    ['Float', 9, { float: 21.1 }, 21.1],
    ['Double', 10, { double: -0.125 }, -0.125],
  ] as const)('of type %s keeps its sign and digits', (_, type, value, expected) => {
    const decoded = send('NBIRTH', '', [{ name: 'x y', type, ...value }], 0)
    expect(brief(decoded)).toEqual([`x y ${expected} null`])
  })

  it('is a word, a flag or a date, too', () => {
    const decoded = send('NDATA', '', [
      { name: 'Motor/Recipe', type: 12, text: 'Milk' },
      { name: 'Inputs/Running', type: 11, boolean: true },
      { name: 'Last Service', type: 13, long: BigInt(now) },
      { name: 'Motor/Door', type: 11, int: 1 },
    ])
    expect(brief(decoded)).toEqual([
      'Motor/Recipe Milk null',
      'running true null',
      'Last Service 2026-06-01T12:00:00.000Z null',
      'door@Motor true null',
    ])
  })

  it('that a number cannot hold, that is null, bad, opaque or of no type is refused, its neighbours are not', () => {
    const decoded = send('NDATA', '', [
      { name: 'a', type: 8, long: 2n ** 63n },
      { name: 'b', type: 10, double: Number.NaN },
      { name: 'c', type: 10, isNull: true },
      { name: 'd', type: 3, int: 1, properties: { Quality: 0 } },
      { name: 'e', type: 17, bytes: [1, 2] },
      { name: 'f', int: 0xffff_ffff },
      { name: 'g', type: 3 },
      { name: 'Humidity', type: 3, int: 40, properties: { Quality: 192 } },
    ])
    expect(brief(decoded)).toEqual(['humidity 40 %RH'])
    expect(reasons(decoded)).toEqual([
      'precision_loss a',
      'not_finite b',
      'null_value c',
      'suppressed d',
      'unsupported_feature e',
      'type_mismatch f',
      'no_value g',
    ])
  })

  it.each([
    ['Inputs/Temperature', undefined, { metric: 'temperature' }],
    ['Temperature', '°F', { metric: 'temperature', unit: '°F' }],
    ['Boiler/Inputs/Temperature', undefined, { metric: 'temperature', channel: 'Boiler' }],
    ['Motor 1/Supply Voltage', 'mV', { metric: 'voltage', unit: 'mV', channel: 'Motor 1/Supply' }],
    ['Line/Torque', 'furlong', { metric: 'Line/Torque', unit: null }],
    ['Line/Feed', 'kW', { metric: 'power', unit: 'kW', channel: 'Line/Feed' }],
    ['Drum/Length', 'm', { metric: 'Drum/Length', unit: 'm' }],
  ])('%s in %s is described by its last level', (name, unit, target) => {
    expect(describeMetric({ name, type: 10, unit })).toEqual(expect.objectContaining(target))
  })

  it('of a template instance is read with the name of its parts', () => {
    const part = bytesField(2, encodeMetric({ name: 'Temperature', type: 10, double: 60 }))
    const decoded = send('NBIRTH', '', [
      { name: 'Pump 3', type: 19, template: [...bytesField(4, Buffer.from('Pump')), ...part] },
      { name: 'Pump', type: 19, template: [...part, ...varintField(5, 1)] },
    ])
    expect(brief(decoded)).toEqual(['temperature@Pump 3 60 Cel'])
  })

  it('is dated by itself, or by its message, and may be history', () => {
    const decoded = send('NDATA', '', [
      { name: 'Humidity', type: 3, int: 40, time: now - 3_600_000, historical: true },
      { name: 'Humidity', type: 3, int: 41 },
    ])
    expect(decoded.readings.map(({ time }) => now - time)).toEqual([3_600_000, 0])
  })
})

describe('aliases', () => {
  const birth = [
    { name: 'Motor/Temperature', alias: 7, type: 2, int: 20, properties: { engUnit: '°F' } },
    { name: 'Node Control/Rebirth', alias: 8, type: 11, boolean: false },
  ]

  it('mean what the birth said, with its type and unit, after a restart too', () => {
    expect(brief(send('DBIRTH', '/D', birth, 1))).toEqual(['temperature@Motor -6.666666667 Cel'])
    played.restart()
    expect(brief(send('DDATA', '/D', [{ alias: 7, int: 0xffff_ffd8 }]))).toEqual(['temperature@Motor -40 Cel'])
    expect(brief(send('DDATA', '/D', [{ name: 'Motor/Temperature', int: 50 }]))).toEqual(['temperature@Motor 10 Cel'])
  })

  it('of one device mean nothing for another, and nothing after its node was born anew', () => {
    send('NBIRTH', '', [], 0)
    send('DBIRTH', '/D', birth, 1)
    expect(reasons(send('DDATA', '/D2', [{ alias: 7, int: 1 }], 2))).toEqual(['unknown_alias 7'])
    send('NBIRTH', '', [], 0)
    expect(reasons(send('DDATA', '/D', [{ alias: 7, int: 1 }], 1))).toEqual(['unknown_alias 7'])
  })

  it('that are not known ask the node to be born again, once in a while', () => {
    expect(asks(send('DDATA', '/D', [{ alias: 9, int: 1 }]))).toEqual(['spBv1.0/G/NCMD/E'])
    played.at += 1000
    expect(asks(send('DDATA', '/D', [{ alias: 9, int: 1 }]))).toEqual([])
    played.at += 30_000
    const { events } = send('DDATA', '/D', [{ alias: 9, int: 1 }])
    const command = events.find((event) => event.type === 'publish')!
    expect(readPayload(command.payload)).toMatchObject({
      time: played.at,
      metrics: [{ name: 'Node Control/Rebirth', type: 11, value: { kind: 'boolean', value: true } }],
    })
  })
})

describe('a Sparkplug session', () => {
  it('asks for a rebirth when a message is missing, not when numbers go round', () => {
    send('NBIRTH', '', [], 0)
    send('DBIRTH', '/D', [], 1)
    expect(asks(send('DDATA', '/D', [], 2))).toEqual([])
    expect(asks(send('DDATA', '/D', [], 4))).toEqual(['spBv1.0/G/NCMD/E'])
    send('NBIRTH', '', [], 255)
    expect(asks(send('NDATA', '', [], 0))).toEqual([])
  })

  const session = (number: number) => [{ name: 'bdSeq', type: 4, long: BigInt(number) }]

  it('ends with its own death alone, for the node and all its devices', () => {
    expect(availability(send('NBIRTH', '', session(3), 0))).toEqual(['sparkplug:G_E-321a5d true'])
    send('DBIRTH', '/A', [], 1)
    send('DBIRTH', '/B', [], 2)
    expect(availability(send('NDEATH', '', session(2)))).toEqual([])
    played.restart()
    const gone = availability(send('NDEATH', '', session(3)))
    expect(gone.map((one) => one.replace(/-\w+ /, ' '))).toEqual([
      'sparkplug:G_E false',
      'sparkplug:G_E_A false',
      'sparkplug:G_E_B false',
    ])
    expect(availability(send('DDEATH', '/A', [], 3))).toHaveLength(1)
  })

  it('keeps aliases of a large birth, whose values are too many to be stored', () => {
    const metrics = Array.from({ length: 600 }, (_, i) => ({ name: `m/${i}`, alias: i, type: 3, int: i }))
    expect(reasons(send('NBIRTH', '', metrics, 0))).toEqual(['too_many_fields message'])
    expect(brief(send('NDATA', '', [{ alias: 599, int: 5 }], 1))).toEqual(['m/599 5 null'])
  })
})

describe('hostile bytes', () => {
  it.each([
    ['a length beyond the end', '12ffffffff0f'],
    ['a length of 2^63', '12ffffffffffffffff7f'],
    ['a varint without end', '08ffffffffffffffffffffffff'],
    ['a group', '0b0c'],
    ['field zero', '0001'],
    ['a metric that is cut', '1203 0a05 61'],
  ])('%s is a bad frame', (_, hex) => {
    expect(reasons(played.send('spBv1.0/G/NDATA/E', Buffer.from(hex.replaceAll(' ', ''), 'hex')))).toEqual([
      'bad_frame message',
    ])
  })

  it('nested in each other a hundred times are read to a bounded depth', () => {
    let template = encodeMetric({ name: 'x', type: 3, int: 1 })
    for (let i = 0; i < 100; i++) template = encodeMetric({ name: 'x', type: 19, template: bytesField(2, template) })
    expect(send('NDATA', '', [{ name: 'x', type: 19, template: bytesField(2, template) }]).readings).toEqual([])
  })

  it('that compress are refused, not unpacked', () => {
    const packed = Uint8Array.from([...bytesField(4, Buffer.from('SPBV1.0_COMPRESSED')), ...bytesField(5, [1, 2, 3])])
    expect(reasons(played.send('spBv1.0/G/NDATA/E', packed))).toEqual(['unsupported_feature body'])
  })

  it('may name a metric after the parts of an object', () => {
    send('NBIRTH', '', [{ name: '__proto__', alias: 1, type: 3, int: 1 }], 0)
    expect(brief(send('NDATA', '', [{ alias: 1, int: 2 }], 1))).toEqual(['__proto__ 2 null'])
    expect(({} as Record<string, unknown>).name).toBeUndefined()
  })

  it('of any kind never throw', () => {
    const good = encode({ time: now, seq: 1, metrics: [{ name: 'Temperature', alias: 1, type: 9, float: 20 }] })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
        fc.uint8Array({ maxLength: 20 }),
        (changes, tail) => {
          const bytes = Uint8Array.from([...good, ...tail])
          for (const [at, value] of changes) bytes[at] = value
          const { readings } = played.send('spBv1.0/G/NDATA/E', bytes)
          for (const { value } of readings) if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe('varints', () => {
  it('are read as they were written, in all 64 bits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
        const bytes = encodeMetric({ long: value })
        const reader = new FieldReader(Uint8Array.from(bytes))
        expect(reader.next()).toBe(true)
        expect((BigInt(reader.high) << 32n) | BigInt(reader.low)).toBe(value)
        expect(reader.signed).toBe(Number(BigInt.asIntN(64, value)))
        expect(reader.next() || reader.broken).toBe(false)
      }),
    )
  })
})
