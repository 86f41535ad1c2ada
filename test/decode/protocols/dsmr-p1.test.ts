import { beforeEach, expect, it } from 'vitest'
import { families } from '../../../devices/index.ts'
import { crc16Arc } from '../../../src/checksum.ts'
import type { DecoderState } from '../../../src/decode/decoder.ts'
import { createDecoder } from '../../../src/decode/engine.ts'
import { localTime } from '../../../src/decode/protocols/dsmr-p1-time.ts'

let decoder = createDecoder(families)
let state: DecoderState = new Map()

beforeEach(() => {
  decoder = createDecoder(families)
  state = new Map()
})

const header = '/XMX5LGBBFG1009394887'
const noon = Date.parse('2026-06-01T12:00:00Z')

/** What a telegram of these lines says, as the framer would hand it over. */
function read(lines: readonly string[], { at = noon, crc = true } = {}) {
  const body = `${[header, '', ...lines, ''].join('\r\n')}!`
  const digits = crc ? crc16Arc(Buffer.from(body)).toString(16).toUpperCase().padStart(4, '0') : ''
  const { readings, rejected } = decoder.decode(
    { transport: 'serial', source: 'port', profile: 'dsmr-p1', payload: Buffer.from(body + digits), receivedAt: at },
    state,
    { synced: true },
  )
  return [
    ...readings.map(({ device, metric, channel, value, unit, time }) =>
      [device, metric, channel, value, unit, new Date(time).toISOString().slice(5, 19)].filter(Boolean).join(' '),
    ),
    ...rejected.map(({ reason, where }) => `${reason} ${where}`),
  ]
}

const clock = '0-0:1.0.0(260601140000S)'
const meter = 'dsmr:XMX5LGBBFG1009394887'

it('knows summer and winter by their letter, and by the calendar where there is none', () => {
  const iso = (text: string) => new Date(localTime(text)!).toISOString()
  expect(iso('260601140000S')).toBe('2026-06-01T12:00:00.000Z')
  expect(iso('260601140000W')).toBe('2026-06-01T13:00:00.000Z')
  expect(iso('260601140000')).toBe('2026-06-01T12:00:00.000Z')
  expect(iso('260329013000')).toBe('2026-03-29T00:30:00.000Z')
  expect(iso('260329033000')).toBe('2026-03-29T01:30:00.000Z')
  expect(iso('261025033000')).toBe('2026-10-25T02:30:00.000Z')
  for (const wrong of ['260230120000W', '260601250000S', '2606011400', 'ERROR', '260601140000X'])
    expect(localTime(wrong), wrong).toBeUndefined()
})

it('keeps tariffs, phases and directions apart', () => {
  expect(
    read([clock, '1-0:1.8.2(000123.456*kWh)', '1-0:62.7.0(01.250*kW)', '1-0:14.7.0(50.01*Hz)', '1-0:13.7.0(0.98)']),
  ).toEqual([
    `${meter} energy t2 123.456 kWh 06-01T12:00:00`,
    `${meter} power_returned L3 1250 W 06-01T12:00:00`,
    `${meter} frequency 50.01 Hz 06-01T12:00:00`,
    `${meter} power_factor 0.98 / 06-01T12:00:00`,
  ])
})

it('takes each meter behind it for a device of its own, by its kind', () => {
  const slots = [
    ['004', '(00012.345*GJ)', 'heat_energy 3429.166666667 kWh'],
    ['007', '(00872.234*m3)', 'water_volume 872.234 m3'],
    ['002', '(00010.500*kWh)', 'energy 10.5 kWh'],
    ['003', '(00100.001*m3)', 'gas_volume 100.001 m3'],
  ] as const
  slots.forEach(([type, value, said], i) => {
    const slot = `0-${i + 1}`
    const lines = [clock, `${slot}:24.1.0(${type})`, `${slot}:96.1.0()`, `${slot}:24.2.1(260601135500S)${value}`]
    const device = `dsmr:XMX5LGBBFG1009394887_${i + 1}-[0-9a-f]{6}`
    expect(read(lines)).toEqual([expect.stringMatching(new RegExp(`^${device} ${said} 06-01T11:55:00$`))])
  })
})

it('counts what a slot repeats once, until it is read anew', () => {
  const slot = (time: string, value: string) => [clock, '0-1:24.1.0(003)', `0-1:24.2.1(${time}S)(${value}*m3)`]
  expect(read(slot('260601135500', '00100.000'))).toHaveLength(1)
  expect(read(slot('260601135500', '00100.000'), { at: noon + 1000 })).toEqual(['duplicate 0-1:24.2.1'])
  expect(read(slot('260601140000', '00100.000'), { at: noon + 2000 })[0]).toContain('gas_volume 100 m3 06-01T12:00:00')
})

it('dates a slot by the telegram where its own clock was never set, or is ahead', () => {
  for (const time of ['700101010000W', '260603120000S', 'ERROR'])
    expect(read([clock, '0-1:24.1.0(003)', `0-1:24.2.1(${time})(00001.000*m3)`])).toEqual([
      expect.stringContaining('gas_volume 1 m3 06-01T12:00:00'),
      'clock_invalid 0-1:24.2.1',
    ])
})

it('reads the gas of old meters, which stands on a line of its own', () => {
  const gas = '0-1:24.3.0(260601130000)(00)(60)(1)(0-1:24.2.1)(m3)\r\n(00042.500)'
  expect(read(['1-0:1.7.0(0001.01*kW)', '0-1:24.1.0(3)', gas], { crc: false })).toEqual([
    `${meter} power 1010 W 06-01T12:00:00`,
    expect.stringContaining('gas_volume 42.5 m3 06-01T11:00:00'),
  ])
})

it('leaves out what has no value or no unit, and keeps the rest', () => {
  expect(read([clock, '1-0:1.7.0()', '1-0:2.7.0(00.100)', '1-0:32.7.0(ERR*V)', '1-0:52.7.0(231.0*V)'])).toEqual([
    `${meter} voltage L2 231 V 06-01T12:00:00`,
    'no_value 1-0:1.7.0',
    'type_mismatch 1-0:2.7.0',
    'no_value 1-0:32.7.0',
  ])
})

it('leaves the value of a meter that fell silent at the time it was read', () => {
  const slot = (time: string) => ['0-1:24.1.0(003)', `0-1:24.2.1(${time})(00100.000*m3)`]
  const gas = expect.stringMatching(/ gas_volume 100 m3 11-01T13:00:00$/)
  expect(read([clock, ...slot('251101140000W')])).toEqual([gas])
  expect(read([clock, ...slot('251101140000W')])).toEqual(['duplicate 0-1:24.2.1'])
  const now = expect.stringMatching(/ gas_volume 100 m3 06-01T12:00:00$/)
  for (const wrong of ['700101010000W', '000101000000W', '260801000000S'])
    expect(read([clock, ...slot(wrong)])).toEqual([now, 'clock_invalid 0-1:24.2.1'])
  const unset = '0-0:1.0.0(250101140000W)'
  expect(read([unset, ...slot('260601135500S')])).toEqual([now, 'clock_invalid 0-0:1.0.0', 'clock_invalid 0-1:24.2.1'])
})

it('names a meter by its number, whichever code tells it', () => {
  expect(read(['1-0:0.0.0*255(1EMH0012345678)', '1-0:1.8.0*255(000123.4567*kWh)'])).toEqual([
    'dsmr:1EMH0012345678 energy 123.4567 kWh 06-01T12:00:00',
  ])
})
