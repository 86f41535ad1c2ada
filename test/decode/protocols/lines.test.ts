import { expect, it } from 'vitest'
import { families } from '../../../devices/index.ts'
import { createDecoder } from '../../../src/decode/engine.ts'
import { parseProfile } from '../../../src/decode/parse-profile.ts'
import { brief, reasons } from './play.ts'

const logger = parseProfile({
  id: 'logger',
  name: 'Data logger',
  serial: { framing: { kind: 'lines' } },
  messages: [{ columns: ['temperature', 'humidity', 'ticks'], others: 'all' }],
})
const sketch = parseProfile({
  id: 'sketch',
  name: 'Sketch',
  serial: { framing: { kind: 'lines' } },
  messages: [{ protocol: 'lines', options: { columns: ['temp_c', null, 'pressure_hpa'] } }],
})
const decoder = createDecoder([...families, logger.profile!, sketch.profile!])

/** What the last of these lines says, after the ones before it. */
function read(lines: readonly string[], profile = 'lines'): string[] {
  const state = new Map()
  const outcomes = lines.map((line) => {
    const frame = { transport: 'serial', source: '/dev/ttyUSB0', profile, payload: Buffer.from(line) } as const
    return decoder.decode({ ...frame, receivedAt: Date.parse('2026-06-01T12:00:00Z') }, state, { synced: true })
  })
  const last = outcomes.at(-1)!
  return [...brief(last), ...reasons(last)]
}

it.each([
  ['temp: 70.2 F', ['temperature 21.222222222 Cel']],
  ['Temp: 70 degrees Fahrenheit', ['temperature 21.111111111 Cel']],
  ['T:21.5 C H:45 %', ['temperature 21.5 Cel', 'humidity 45 %RH']],
  ['Humidity: 40.00 %  Temperature: 22.10 *C', ['humidity 40 %RH', 'temperature 22.1 Cel']],
  ['P=1013.25hPa', ['pressure 1013.25 hPa']],
  ['3.3V', ['voltage 3.3 V']],
  ['45%', ['text_syntax message']],
  ['bat: 3.7V', ['battery_voltage 3.7 V']],
  ['bat=3.7 temp=21', ['battery_voltage 3.7 V', 'temperature 21 Cel']],
  ['{"battery":3.95}', ['battery_voltage 3.95 V']],
  ['batt=3 soc=4.5', ['battery 3 %EL']],
])('takes a number in the unit behind it: %s', (line, expected) => {
  expect(read([line])).toEqual(expected)
})

it.each([
  ['Bus Voltage: 5.02 V', ['voltage@bus 5.02 V']],
  ['Approx. Altitude = 12.34 m', ['altitude 12.34 m']],
  ['DHT22: Temperature: 22.1 C', ['temperature@dht22 22.1 Cel']],
  ['INFO: Temperature: 22.1 C', ['temperature 22.1 Cel']],
  ['Sensor 1: 21.5 C, Sensor 2: 22 C', ['temperature@sensor_1 21.5 Cel', 'temperature@sensor_2 22 Cel']],
  ['state: ON temp: 21.5', ['state ON null', 'temperature 21.5 Cel']],
  ['temp=unavailable hum=45', ['humidity 45 %RH', 'no_value temp']],
])('tells what is measured from where: %s', (line, expected) => {
  expect(read([line])).toEqual(expected)
})

it.each([
  'temp=2 1.5',
  'CO2: 1 200 ppm',
  'CO2: 1,200 ppm',
  'Temperatur: 21,5 °C',
  '21,5',
  '21,5, 45,2',
  'temp=21.5abc',
  'Failed to read temperature: 5',
  'Error code: 5',
  'Lat: 52.1N',
  'Lat: 33.9 S',
  'SPI Speed : 40MHz',
  'Max Value: 80.00*C, Min Value: -40.00*C, Resolution: 0.10*C',
  'Target temperature: 21.5 C',
  'CPU clock: 240 MHz',
  'load 0x4010f000, len 3584, room 16',
  'rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)',
  ' ets Jan  8 2013,rst cause:2, boot mode:(3,6)',
])('believes no number of %s', (line) => {
  expect(read([line])).toEqual([expect.stringMatching(/^(type_mismatch|text_syntax) /)])
})

it('takes one of two values of the same quantity', () => {
  expect(read(['Temp C: 21.50 Temp F: 70.70'])).toEqual(['temperature 21.5 Cel'])
})

it('refuses a line with more values than any sensor has', () => {
  const many = Array.from({ length: 600 }, (_, i) => i)
  expect(read([many.join(';')])).toEqual(['too_many_fields message'])
  expect(read([many.map((i) => `x${i}=1`).join(' ')])).toEqual(['too_many_fields message'])
})

it('takes quoted cells, names with units and a delimiter too many', () => {
  expect(read(['"temperature [F]";"humidity [%]";', '70.7;"45";'])).toEqual(['temperature 21.5 Cel', 'humidity 45 %RH'])
})

it('does not take a sentence for names of columns', () => {
  expect(read(['Hello, world', '1.5,2'])).toEqual(['value@1 1.5 null', 'value@2 2 null'])
})

it('dates a row by its column of times, unless that is a time of day', () => {
  expect(read(['time,temp', '12:30:01,21.5'])).toEqual(['temperature 21.5 Cel'])
  expect(read(['Time: 12345 Temp: 21.5'])).toEqual(['temperature 21.5 Cel'])
  expect(read(['time,temp', '2019-01-01T00:00:00Z,21.5'])).toEqual(['temperature 21.5 Cel', 'clock_invalid time'])
})

it.each([
  ['21.5,7,1013', ['temperature 21.5 Cel', 'pressure 1013 hPa']],
  ['21.5; 7; 1013;', ['temperature 21.5 Cel', 'pressure 1013 hPa']],
  ['21,5;7;1013', ['pressure 1013 hPa', 'type_mismatch temp_c']],
  ['21.5,7', ['column_count message']],
  ['temp,ticks,press', ['header_line message']],
  ['nan,error,-', ['not_finite temp_c', 'no_value pressure_hpa']],
  ['{"temp":21.5}', ['temperature 21.5 Cel']],
])('reads %s by the columns of a profile', (line, expected) => {
  expect(read([line], 'sketch')).toEqual(expected)
})

it('knows the line of names again under columns that a profile gives', () => {
  expect(read(['temp,hum,ticks'], 'logger')).toEqual(['header_line message'])
  expect(read(['21.5,error,17'], 'logger')).toEqual(['temperature 21.5 Cel', 'ticks 17 null', 'no_value humidity'])
})
