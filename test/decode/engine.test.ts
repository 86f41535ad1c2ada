import { beforeEach, describe, expect, it } from 'vitest'
import { families } from '../../devices/index.ts'
import type { Decoded, DecoderState } from '../../src/decode/decoder.ts'
import { createDecoder } from '../../src/decode/engine.ts'
import { parseProfile } from '../../src/decode/parse-profile.ts'
import { findMetric } from '../../src/metrics.ts'
import fc from '../setup/properties.ts'

const now = Date.parse('2026-01-15T12:00:00Z')
let decoder = createDecoder(families)
let state: DecoderState = new Map()

beforeEach(() => {
  decoder = createDecoder(families)
  state = new Map()
})

function mqtt(topic: string, payload: string | Uint8Array, { retain = false, synced = true, at = now } = {}): Decoded {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
  const frame = { transport: 'mqtt', source: 't', topic, payload: bytes, receivedAt: at, retain, dup: false } as const
  return decoder.decode(frame, state, { synced })
}

const brief = ({ readings }: Decoded) => readings.map(({ metric, value, unit }) => `${metric} ${value} ${unit}`)
const reasons = ({ rejected }: Decoded) => rejected.map(({ reason, where }) => `${reason} ${where}`)

function withProfile(messages: unknown[]): void {
  const { profile, issues } = parseProfile({ id: 'mine', name: 'Mine', messages })
  expect(issues).toBeUndefined()
  decoder = createDecoder([profile!, ...families])
}

describe('a value', () => {
  it('that is bad never takes its neighbours along', () => {
    const decoded = mqtt(
      'sensors/a',
      '{"temperature":1e999,"humidity":null,"pressure":"unavailable","battery":255,"co2":"812","illuminance":"12abc"}',
    )
    expect(brief(decoded)).toEqual(['co2 812 ppm'])
    expect(reasons(decoded)).toEqual([
      'not_finite temperature',
      'null_value humidity',
      'no_value pressure',
      'out_of_range battery',
      'type_mismatch illuminance',
    ])
  })

  it('of minus zero is zero', () => {
    expect(Object.is(mqtt('sensors/a/temperature', '-0').readings[0]!.value, 0)).toBe(true)
  })

  it('that a double cannot hold is not stored as another one', () => {
    expect(reasons(mqtt('sensors/a', '{"counter":9007199254740993}'))).toEqual(['precision_loss counter'])
  })

  it('of a counter that dropped is suspect, unless it is an older one', () => {
    const energy = (kWh: number, at: number) => mqtt('sensors/a', `{"energy":${kWh}}`, { at }).readings[0]!.quality
    expect([energy(5, now), energy(6, now + 1), energy(2, now + 2), energy(3, now + 3)]).toEqual([
      undefined,
      undefined,
      'suspect',
      undefined,
    ])
    expect(energy(1, now - 1000)).toBeUndefined()
  })

  it('of a counter is compared with the last one also after the clock had been a year ahead', () => {
    const energy = (kWh: number, at: number) => mqtt('sensors/a', `{"energy":${kWh}}`, { at }).readings[0]!.quality
    const ahead = now + 365 * 86_400_000
    expect([energy(5, ahead), energy(6, now), energy(2, now + 1)]).toEqual([undefined, undefined, 'suspect'])
  })

  it('of a counter is compared with the one stored before a restart', () => {
    decoder.recall({ device: 'mqtt:a', metric: 'energy', unit: 'kWh', value: 10, time: now - 1000 })
    expect(mqtt('sensors/a', '{"energy":4}').readings[0]!.quality).toBe('suspect')
  })
})

describe('a message', () => {
  it('without a known name on a topic of no family is an unknown topic', () => {
    expect(reasons(mqtt('foo/bar', '{"x":1}'))).toEqual(['unknown_topic message'])
    expect(reasons(mqtt('foo/bar', '17'))).toEqual(['unknown_topic message'])
  })

  it.each([
    ['{"temperature": 21.5}\0', 'json_syntax message'],
    ["{'temperature': 21.5}", 'json_syntax message'],
    ['{"temperature": -Infinity}', 'json_syntax message'],
    ['['.repeat(100_000), 'json_syntax message'],
    ['', 'empty message'],
  ])('%j is rejected as a whole', (payload, reason) => {
    const decoded = mqtt('sensors/a', payload)
    expect(decoded.readings).toEqual([])
    expect(reasons(decoded)).toEqual([reason])
  })

  it('that is not UTF-8 is rejected, a byte order mark is not minded', () => {
    expect(reasons(mqtt('sensors/a', Buffer.from('{"temperature":21}', 'utf16le')))).toEqual(['json_syntax message'])
    expect(reasons(mqtt('sensors/a', Buffer.from('fffe7b00', 'hex')))).toEqual(['not_utf8 message'])
    expect(brief(mqtt('sensors/a', '\ufeff{"temperature":21}'))).toEqual(['temperature 21 Cel'])
  })

  it('of more than 500 members or 1 MiB is somebody’s database', () => {
    const members = Array.from({ length: 501 }, (_, i) => `"k${i}":1`)
    expect(reasons(mqtt('sensors/a', `{${members.join()}}`))).toEqual(['too_many_fields message'])
    expect(reasons(mqtt('zigbee2mqtt/a', `{${members.join()}}`))).toEqual(['too_many_fields message'])
    expect(mqtt('sensors/a', `{${members.slice(1).join()}}`).readings).toHaveLength(500)
    expect(reasons(mqtt('sensors/a', '1'.padStart((1 << 20) + 1)))).toEqual(['too_large message'])
  })

  it('takes its time from the first of several places that is there', () => {
    withProfile([{ topic: 'n/{device}', time: { at: 'sent|seen', format: 's' }, readings: { t: 'temperature' } }])
    expect(mqtt('n/a', '{"seen":1768478390,"t":1}').readings[0]!.time).toBe(now - 10_000)
    expect(mqtt('n/a', '{"seen":1768478390,"sent":1768478395,"t":2}').readings[0]!.time).toBe(now - 5000)
    expect(mqtt('n/a', '{"t":3}').readings[0]!.time).toBe(now)
  })

  it('kept by the broker is current in families that keep all of theirs, whoever else was asked before', () => {
    const decoded = mqtt('valetudo/robot/BatteryStateAttribute/level', '42', { retain: true })
    expect(brief(decoded)).toEqual(['battery 42 %EL'])
    expect(decoded.readings[0]).not.toHaveProperty('quality')
  })

  it('kept by the broker is stale, and keeps the time that the device gave', () => {
    const decoded = mqtt('zigbee2mqtt/a', '{"humidity":56,"last_seen":"2026-01-14T02:00:00.000Z"}', { retain: true })
    expect(decoded.readings[0]).toMatchObject({ quality: 'stale', time: Date.parse('2026-01-14T02:00:00Z') })
  })

  it('that arrives before the clock is set is unsynced', () => {
    expect(mqtt('sensors/a/temperature', '20', { synced: false }).readings[0]!.quality).toBe('unsynced')
    expect(mqtt('sensors/a/temperature', '20').readings[0]!.quality).toBeUndefined()
  })

  it('with a clock that is wrong takes the time of arrival and says so', () => {
    const decoded = mqtt('sensors/a', '{"ts":42,"temperature":21}')
    expect(decoded.readings[0]!.time).toBe(now)
    expect(reasons(decoded)).toEqual(['clock_invalid ts'])
  })

  it('with several samples dates each', () => {
    const decoded = mqtt('sensors/a', '[{"ts":1768478390000,"temperature":21},{"ts":1768478395000,"temperature":22}]')
    expect(decoded.readings.map(({ time }) => now - time)).toEqual([10_000, 5000])
  })

  it('is told to come from the device it names, which is announced once', () => {
    expect(mqtt('sensors/a/temperature', '20').events).toEqual([{ type: 'seen', device: 'mqtt:a', profile: 'sensors' }])
    expect(mqtt('sensors/a/temperature', '21').events).toEqual([])
  })

  it('of one source says nothing about another', () => {
    const inventory =
      '[{"friendly_name":"a","definition":{"exposes":[{"type":"numeric","property":"dose","unit":"µSv/h"}]}}]'
    mqtt('zigbee2mqtt/bridge/devices', inventory)
    expect(brief(mqtt('zigbee2mqtt/a', '{"dose":0.1}'))).toEqual(['dose 0.1 uSv/h'])
    state = new Map()
    expect(brief(mqtt('zigbee2mqtt/a', '{"dose":0.1}'))).toEqual([])
  })

  it('can change what the next one means, and names the state that changed', () => {
    expect(brief(mqtt('zigbee2mqtt/plug', '{"voltage":230}'))).toEqual(['voltage 230 V'])
    const inventory =
      '[{"friendly_name":"plug","definition":{"exposes":[{"type":"numeric","property":"voltage","unit":"mV"}]}}]'
    expect(mqtt('zigbee2mqtt/bridge/devices', inventory).changed).toEqual(['declared/z2m:plug', 'zigbee2mqtt/'])
    expect(mqtt('zigbee2mqtt/bridge/devices', inventory).changed).toEqual([])
    expect(brief(mqtt('zigbee2mqtt/plug', '{"voltage":2300}'))).toEqual(['battery_voltage 2.3 V'])
    expect(mqtt('zigbee2mqtt/bridge/devices', '[]').events).toEqual([{ type: 'removed', device: 'z2m:plug' }])
    expect(state.has('declared/z2m:plug')).toBe(false)
  })
})

describe("a user's profile", () => {
  it('comes before the families', () => {
    withProfile([{ topic: 'zigbee2mqtt/{device}', readings: { t: 'temperature' } }])
    expect(mqtt('zigbee2mqtt/a', '{"t":20,"humidity":40}')).toMatchObject({
      profile: 'mine',
      readings: [{ device: 'mine:a', metric: 'temperature', value: 20 }],
    })
  })

  it('reads numbers out of bytes', () => {
    withProfile([
      {
        topic: 'node/{device}/raw',
        bytes: {
          length: 5,
          fields: {
            temperature: { at: 0, type: 'i16be', scale: 0.1 },
            humidity: { at: 2, type: 'u16be', scale: 0.01 },
            battery: { at: -1, type: 'u8', bits: [0, 7] },
          },
        },
      },
    ])
    const decoded = mqtt('node/a/raw', Buffer.from('ff2911d0dd', 'hex'))
    expect(brief(decoded)).toEqual(['temperature -21.5 Cel', 'humidity 45.6 %RH', 'battery 93 %EL'])
  })

  it('takes what a part of the message holds by its names, without a word about words', () => {
    withProfile([{ topic: 'up/{device}', readings: { 'a.decoded': { others: 'all' }, 'a.rssi': 'rssi' } }])
    const decoded = mqtt('up/a', '{"a":{"decoded":{"temp":20,"luminosity":0.5,"event":"setup"},"rssi":-60},"b":1}')
    expect(brief(decoded)).toEqual(['temperature 20 Cel', 'luminosity 0.5 null', 'rssi -60 dBm'])
    expect(reasons(decoded)).toEqual([])
  })

  it('makes a device of each member where it says so', () => {
    withProfile([{ topic: 'hub', each: 'nodes', device: '{each}', name: '{@.label}', readings: { t: 'temperature' } }])
    const decoded = mqtt('hub', '{"nodes":{"n1":{"t":20,"label":"Attic"},"n2":{"t":500000}}}')
    expect(decoded.readings).toMatchObject([{ device: 'mine:n1', value: 20 }])
    expect(reasons(decoded)).toEqual(['out_of_range nodes.n2.t'])
    expect(decoded.events).toEqual([{ type: 'seen', device: 'mine:n1', name: 'Attic', profile: 'mine' }])
  })

  it('takes the first alternative whose conditions hold', () => {
    withProfile([
      {
        topic: 'x/{device}',
        readings: {
          v: [
            { when: [{ at: '$.kind', is: 'battery' }, { max: 10_000 }], metric: 'battery_voltage', unit: 'mV' },
            { when: { at: '@.kind', exists: false }, reject: 'ambiguous_metric' },
            { metric: 'voltage' },
          ],
        },
      },
    ])
    expect(brief(mqtt('x/a', '{"kind":"battery","v":3000}'))).toEqual(['battery_voltage 3 V'])
    expect(brief(mqtt('x/a', '{"kind":"mains","v":230}'))).toEqual(['voltage 230 V'])
    expect(reasons(mqtt('x/a', '{"v":230}'))).toEqual(['ambiguous_metric v'])
  })

  it('reads bytes that stand as text inside of a message', () => {
    withProfile([
      {
        topic: 'up/{device}',
        bytes: { from: 'data', encoding: 'base64', fields: { temperature: { at: 0, type: 'i16le', scale: 0.01 } } },
        readings: { 'meta.rssi': 'rssi' },
      },
    ])
    expect(brief(mqtt('up/a', '{"meta":{"rssi":-70},"data":"YAk="}'))).toEqual(['rssi -70 dBm', 'temperature 24 Cel'])
  })

  it('reads values between text, pairs and columns', () => {
    withProfile([
      { topic: 'p/{device}', pattern: 'T{temperature}C H{humidity}%', others: 'known' },
      { topic: 'q/{device}', pairs: { separator: ';', equals: '=' }, readings: { TE: 'temperature' } },
      { topic: 'c/{device}', columns: ['temperature', null, 'humidity'], delimiter: ' ' },
    ])
    expect(brief(mqtt('p/a', 'T 21.5 C H40%'))).toEqual(['temperature 21.5 Cel', 'humidity 40 %RH'])
    expect(reasons(mqtt('p/a', 'T 21.5 C'))).toEqual(['text_syntax message'])
    expect(brief(mqtt('q/a', 'ID=5;TE=21.5;'))).toEqual(['temperature 21.5 Cel'])
    expect(brief(mqtt('c/a', '21.5 x 40'))).toEqual(['temperature 21.5 Cel', 'humidity 40 %RH'])
    expect(reasons(mqtt('c/a', '21.5 40'))).toEqual(['column_count message'])
  })

  it('lets one table serve objects and single values', () => {
    const readings = { 'em.*.w': { metric: 'power', unit: 'kW', channel: '{*}' } }
    withProfile([
      { topic: 'm/{device}/{phase}/w', under: 'em/{phase}/w', readings },
      { topic: 'm/{device}', readings },
    ])
    expect(mqtt('m/a/L1/w', '0.25').readings).toMatchObject([{ metric: 'power', channel: 'L1', value: 250 }])
    expect(mqtt('m/a', '{"em":{"L1":{"w":0.25}}}').readings).toMatchObject([{ channel: 'L1', value: 250 }])
    expect(reasons(mqtt('m/a/L1/w', 'x'))).toEqual(['type_mismatch message'])
  })
})

describe('whatever arrives', () => {
  const names = fc.constantFrom(
    'temperature',
    'Temperature',
    'BME280',
    'ENERGY',
    'Total',
    'voltage',
    'value',
    'ts',
    '__proto__',
  )
  const json = fc.letrec((tie) => ({
    any: fc.oneof({ depthSize: 'small' }, tie('leaf'), tie('object'), fc.array(tie('any'), { maxLength: 4 })),
    leaf: fc.oneof(
      fc.double(),
      fc.integer(),
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom('nan', '1e400'),
    ),
    object: fc.dictionary(fc.oneof(names, fc.string()), tie('any'), { maxKeys: 6 }),
  })).any
  const payload = fc.oneof(
    json.map((value) => Buffer.from(JSON.stringify(value))),
    fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
  )
  const topic = fc.oneof(
    fc.constantFrom(
      ...['tele/a/SENSOR', 'tele/a/STATE', 'tele/a/LWT', 'zigbee2mqtt/a', 'zigbee2mqtt/bridge/devices', 'sensors/a'],
      ...['sensors/a/temperature', 'x/status/switch:0', 'x/events/rpc', 'x/sensor/y/state', 'foo/bar', 'x/status'],
    ),
    fc.string({ maxLength: 30 }),
  )

  it('never throws, and gives only values that their metric can have', () => {
    fc.assert(
      fc.property(topic, payload, (any, bytes) => {
        for (const { metric, value, unit } of mqtt(any, bytes).readings) {
          const known = findMetric(metric)
          if (typeof value !== 'number') expect(unit).toBeNull()
          else {
            expect(Number.isFinite(value)).toBe(true)
            if (known && known.unit === unit && known.type === 'number') {
              expect(value).toBeGreaterThanOrEqual(known.min)
              expect(value).toBeLessThanOrEqual(known.max)
            }
          }
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('never throws on a serial line of any profile', () => {
    const serial = families.filter((family) => family.serial).map(({ id }) => id)
    const text = fc.string({ unit: fc.constantFrom(...'$GPRMC,*0123456789.ANE{}":=;temphum \t'), maxLength: 80 })
    const bytes = fc.oneof(
      text.map((line) => Buffer.from(line)),
      payload,
    )
    fc.assert(
      fc.property(fc.constantFrom(...serial), bytes, (profile, any) => {
        decoder.decode({ transport: 'serial', source: '/dev/x', profile, payload: any, receivedAt: now }, state, {
          synced: true,
        })
      }),
      { numRuns: 2000 },
    )
  })
})

it('keeps to the limits it is given', () => {
  decoder = createDecoder(families, { payloadBytes: 40, fields: 2 })
  expect(brief(mqtt('sensors/a', '{"temperature":1,"humidity":2}'))).toHaveLength(2)
  expect(reasons(mqtt('sensors/a', '{"temperature":1,"humidity":2,"t":3}'))).toEqual(['too_many_fields message'])
  const payload = Buffer.from('\r\nV\t9000\r\nI\t500\r\nSOC\t950\r\n')
  const frame = { transport: 'serial', source: '/dev/x', profile: 'vedirect', payload, receivedAt: now } as const
  const crowded = decoder.decode(frame, new Map(), { synced: true })
  expect([brief(crowded), reasons(crowded)]).toEqual([['voltage 9 V', 'current 0.5 A'], ['too_many_fields message']])
  expect(reasons(mqtt('sensors/a', `{"temperature":1${' '.repeat(40)}}`))).toEqual(['too_large message'])
})

describe('a bridge', () => {
  const told = ({ events }: Decoded) => events.map((event) => event.type === 'availability' && event.online)

  it('that goes takes its devices along, unless another one still hears them', () => {
    expect(told(mqtt('home/TheengsGateway/LWT', 'online'))).toEqual([true])
    expect(told(mqtt('home/OMG_attic/LWT', 'online'))).toEqual([true])
    expect(told(mqtt('home/TheengsGateway/LWT', 'offline'))).toEqual([true])
    expect(told(mqtt('home/OMG_attic/LWT', 'offline'))).toEqual([false])
    expect(told(mqtt('home/TheengsGateway/LWT', 'online'))).toEqual([true])
  })

  it('says nothing about those of other families', () => {
    mqtt('home/TheengsGateway/LWT', 'online')
    expect(told(mqtt('zigbee2mqtt/bridge/state', '{"state":"offline"}'))).toEqual([false])
  })
})

it('keeps no more of one source than its bound, whoever declares without end', () => {
  const say = (i: number) =>
    decoder.decode(
      {
        transport: 'serial',
        source: 'port',
        profile: 'mysensors',
        payload: Buffer.from(`${1 + (Math.floor(i / 254) % 254)};${i % 254};0;0;6;`),
        receivedAt: now,
        device: `gateway${Math.floor(i / 64_516)}`,
      },
      state,
      { synced: true },
    )
  let refused = 0
  for (let i = 0; i < 21_000; i++) refused += say(i).rejected.filter(({ reason }) => reason === 'state_full').length
  expect([state.size, refused]).toEqual([20_000, 1000])
})
