import { describe, expect, it } from 'vitest'
import { crc16Modbus } from '../../../src/checksum.ts'
import { createDecoder } from '../../../src/decode/engine.ts'
import { parseProfile } from '../../../src/decode/parse-profile.ts'
import { serialSourceOf, takesAddresses } from '../../../src/decode/serial-source.ts'
import { modbusRequest } from '../../../src/modbus.ts'

type Options = Record<string, unknown> & { registers: Record<string, unknown>[] }

function profileOf(options: Options) {
  const framing = { kind: 'modbus-rtu' }
  return parseProfile({ id: 'm', name: 'M', serial: { framing }, messages: [{ protocol: 'modbus-rtu', options }] })
}

function withCrc(bytes: readonly number[]): Buffer {
  const crc = crc16Modbus(Uint8Array.from(bytes))
  return Buffer.from([...bytes, crc & 0xff, crc >> 8])
}

/** What an answer of these bytes says to the first question of the map, or to the given one. */
function ask(options: Options, answer: readonly number[], request?: Uint8Array) {
  const { profile, issues } = profileOf(options)
  expect(issues).toBeUndefined()
  const asked = request ?? serialSourceOf(profile!)!.polls![0]!.request
  const { readings, rejected } = createDecoder([profile!]).decode(
    { transport: 'serial', source: '/dev/x', profile: 'm', payload: withCrc(answer), receivedAt: 0, request: asked },
    new Map(),
    { synced: true },
  )
  return [
    ...readings.map(({ metric, channel, value, unit }) =>
      [metric, channel, value, unit].filter((x) => x != null).join(' '),
    ),
    ...rejected.map(({ reason, where }) => `${reason} ${where}`),
  ]
}

const one = (more: Record<string, unknown>): Options => ({ registers: [{ register: 0, metric: 'power', ...more }] })

describe('a register', () => {
  it.each([
    ['int16', undefined, [0xff, 0x38], -200],
    ['uint16', undefined, [0xff, 0x38], 65_336],
    ['int32', 'ABCD', [0xff, 0xff, 0xfb, 0x2e], -1234],
    ['uint32', 'CDAB', [0x86, 0xa0, 0x00, 0x01], 100_000],
    ['float32', 'ABCD', [0x43, 0x66, 0x33, 0x33], 230.2],
    ['float32', 'CDAB', [0x33, 0x33, 0x43, 0x66], 230.2],
    ['float32', 'BADC', [0x66, 0x43, 0x33, 0x33], 230.2],
    ['float32', 'DCBA', [0x33, 0x33, 0x66, 0x43], 230.2],
    ['int64', 'ABCD', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe], -2],
    ['float64', 'CDAB', [0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x40, 0x24], 10],
  ])('of type %s, order %s, holds its number', (type, order, data, value) => {
    const options = one({ type, ...(order && { order }) })
    expect(ask(options, [1, 3, data.length, ...data])).toEqual([`power ${value} W`])
  })

  it('may depend on another, which gives no reading itself', () => {
    const options = {
      registers: [
        { register: 0, metric: 'power', when: { at: '$.1', is: 7 }, reject: 'suppressed' },
        { register: 0, metric: 'power' },
        { register: 1, type: 'uint16', internal: true },
      ],
    }
    expect(ask(options, [1, 3, 4, 0, 5, 0, 0])).toEqual(['power 5 W'])
    expect(ask(options, [1, 3, 4, 0, 5, 0, 7])).toEqual(['suppressed 0'])
    expect(ask(options, [1, 3, 2, 0, 5], modbusRequest({ address: 1, function: 3, register: 0, count: 1 }))).toEqual([
      'power 5 W',
    ])
  })

  it('is scaled, converted and judged like any other value', () => {
    expect(ask(one({ unit: 'kW', scale: 0.1 }), [1, 3, 2, 0, 25])).toEqual(['power 2500 W'])
    expect(ask(one({ sentinels: [32_767] }), [1, 3, 2, 0x7f, 0xff])).toEqual(['sentinel 0'])
    expect(ask(one({ range: [0, 100] }), [1, 3, 2, 1, 0])).toEqual(['out_of_range 0'])
    expect(ask(one({ type: 'float32' }), [1, 3, 4, 0x7f, 0xc0, 0, 0])).toEqual(['not_finite 0'])
  })

  it('may hold flags, as bits or as coils', () => {
    const bits = { metric: 'running', type: 'uint16', bits: [3, 1] }
    expect(ask({ registers: [{ register: 9, ...bits }] }, [1, 3, 2, 0, 8])).toEqual(['running true'])
    const coils = { function: 1, registers: [{ register: 2, type: 'bit', metric: 'running' }] }
    expect(ask(coils, [1, 1, 1, 1])).toEqual(['running true'])
  })
})

it('asks for registers near each other together, and reads what it asked for', () => {
  const options: Options = {
    address: 5,
    function: 4,
    registers: [
      { register: 10, metric: 'voltage', scale: 0.1, type: 'uint16' },
      { register: 12, metric: 'current', type: 'float32' },
      { register: 500, metric: 'temperature' },
    ],
  }
  const { profile } = profileOf(options)
  expect(
    serialSourceOf(profile!)!.polls!.map(({ request }) => Buffer.from(request).toString('hex').slice(0, 12)),
  ).toEqual(['0504000a0004', '050401f40001'])
  expect(ask(options, [5, 4, 8, 8, 0xfc, 0, 0, 0x3f, 0xc0, 0, 0])).toEqual(['voltage 230 V', 'current 1.5 A'])
  // Only part of the map was asked for.
  const request = modbusRequest({ address: 5, function: 4, register: 12, count: 2 })
  expect(ask(options, [5, 4, 4, 0x3f, 0xc0, 0, 0], request)).toEqual(['current 1.5 A'])
})

it('asks every meter of a line by its address, and keeps what they say apart', () => {
  const { profile } = profileOf(one({ type: 'float32' }))
  const source = serialSourceOf(profile!, [3, 7])!
  const request = (address: number) => modbusRequest({ address, function: 3, register: 0, count: 2 })
  expect(source.polls!.map(({ request }) => Buffer.from(request))).toEqual(
    [3, 7].map((address) => Buffer.from(request(address))),
  )
  const decoder = createDecoder([profile!])
  const heard = (address: number, asked: number) =>
    decoder.decode(
      {
        transport: 'serial',
        source: '/dev/ttyUSB0',
        profile: 'm',
        payload: withCrc([address, 3, 4, 0x43, 0x66, 0x33, 0x33]),
        receivedAt: 0,
        request: request(asked),
      },
      new Map(),
      { synced: true },
    )
  expect([3, 7].map((address) => heard(address, address).readings.map(({ device, value }) => [device, value]))).toEqual(
    [[['m:ttyUSB0:3', 230.2]], [['m:ttyUSB0:7', 230.2]]],
  )
  expect(heard(3, 7).rejected).toMatchObject([{ reason: 'unexpected_slave' }])
})

it('leaves the slaves that a map names as they are', () => {
  const options = {
    registers: [
      { register: 0, metric: 'power' },
      { register: 0, metric: 'power', address: 2 },
    ],
  }
  const { profile } = profileOf(options)
  expect(serialSourceOf(profile!, [3, 7])!.polls!.map(({ request }) => request[0])).toEqual([1, 2])
  expect([takesAddresses(profile!), takesAddresses(profileOf(one({})).profile!)]).toEqual([false, true])
  const request = modbusRequest({ address: 2, function: 3, register: 0, count: 1 })
  expect(ask(options, [2, 3, 2, 0, 5], request)).toEqual(['power 5 W'])
})

it('takes no answer for another: of another slave, function or length, or a refusal', () => {
  const options = one({})
  expect(ask(options, [2, 3, 2, 0, 1])).toEqual(['unexpected_slave message'])
  expect(ask(options, [1, 4, 2, 0, 1])).toEqual(['bad_frame message'])
  expect(ask(options, [1, 3, 4, 0, 1, 0, 1])).toEqual(['bad_frame message'])
  expect(ask(options, [1, 0x83, 2])).toEqual(['device_exception illegal register'])
})

it('says what is wrong with a map', () => {
  const issue = (options: Options) =>
    profileOf(options).issues?.map(({ path, message }) => `${path.join('.')}: ${message}`)
  expect(issue({ registers: [{ register: 1 }] })).toEqual(['messages.0.options.registers.0: say which metric it is'])
  expect(issue(one({ unit: 'kPa' }))).toEqual([
    "messages.0.options.registers.0: 'kPa' is not a unit of power, which is kept in W",
  ])
  expect(issue(one({ type: 'float16' }))![0]).toContain('registers.0.type')
})
