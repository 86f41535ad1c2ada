import { beforeEach, describe, expect, it } from 'vitest'
import { brief, Played, reasons } from './play.ts'

let played = new Played()
beforeEach(() => {
  played = new Played()
})

const send = (document: unknown, topic = 'sensors/a') => played.send(topic, JSON.stringify(document))

describe('a unit beside a value', () => {
  it.each([
    [{ temperature: { value: 68, unit: 'F' } }, 'temperature 20 Cel'],
    [{ temperature: 68, temperature_unit: 'F' }, 'temperature 20 Cel'],
    [{ temperature: 68, unit: '°F' }, 'temperature 20 Cel'],
    [{ humidity: 40, unit: '°F' }, 'humidity 40 %RH'],
    [{ temp_c: 20, unit: '°F' }, 'temperature 20 Cel'],
    [{ value: 68, unit: '°F' }, 'temperature 20 Cel'],
    [{ probe: { value: 68, unit: '°F' } }, 'temperature@probe 20 Cel'],
    [{ sensor: 'pressure', value: 98_120, unit: 'Pa' }, 'pressure 981.2 hPa'],
    [{ battery_mv: 2985 }, 'battery_voltage 2.985 V'],
    [{ particles: { value: 12 } }, 'particles 12 null'],
    [{ motion: { value: true, unit: '' } }, 'motion true null'],
  ])('%j is read in that unit', (document, expected) => {
    expect(brief(send(document))).toEqual([expected])
  })

  it('on a topic that names the quantity counts as well', () => {
    expect(brief(send({ value: 68, unit: '°F' }, 'sensors/a/temperature'))).toEqual(['temperature 20 Cel'])
    expect(brief(send({ value: 68, unit: '°F' }, 'cellar/wine/temperature'))).toEqual(['temperature 20 Cel'])
  })

  it('that does not fit, or that nobody knows, refuses the value', () => {
    expect(reasons(send({ temperature: { value: 5, unit: 'furlong' } }))).toEqual(['unknown_unit temperature'])
    expect(reasons(send({ value: 5, unit: 'furlong' }, 'sensors/a/temperature'))).toEqual(['unknown_unit value'])
  })
})

it('a single value may be a JSON string', () => {
  expect(brief(played.send('sensors/a/temperature', '"21.5"'))).toEqual(['temperature 21.5 Cel'])
  expect(reasons(played.send('sensors/a/temperature', '"21.5" "x"'))).toEqual(['type_mismatch message'])
  expect(reasons(played.send('sensors/a/temperature', '""'))).toEqual(['empty message'])
})

describe('several values', () => {
  it('of one quantity in a list are its channels', () => {
    expect(brief(send({ temperature: [21.5, null, 22] }))).toEqual(['temperature@0 21.5 Cel', 'temperature@2 22 Cel'])
    expect(brief(send([21.5, 22], 'sensors/a/loft/temperature'))).toEqual([
      'temperature@loft.0 21.5 Cel',
      'temperature@loft.1 22 Cel',
    ])
    expect(reasons(send({ temperature: Array(600).fill(20) }))).toEqual(['too_many_fields message'])
  })

  it('of an unknown quantity in a list have its name, and a list of bytes is none', () => {
    expect(brief(send({ bytes: [1, 2], levels: [3, 4] }))).toEqual(['levels@0 3 null', 'levels@1 4 null'])
    expect(reasons(send([1, 2]))).toEqual(['nothing_measured message'])
  })

  it.each([
    [
      { temperature: { min: 1, max: 3, current: 2 } },
      ['temperature@min 1 Cel', 'temperature@max 3 Cel', 'temperature 2 Cel'],
    ],
    [{ temperature: { indoor: 20, c: 21 } }, ['temperature@indoor 20 Cel', 'temperature 21 Cel']],
    [{ voltage: { l1: 230, l2: 231 } }, ['voltage@l1 230 V', 'voltage@l2 231 V']],
    [{ power: { current: 1.2, total: 270 } }, ['current@power 1.2 A', 'power 270 W']],
    [{ battery: { percent: 88, voltage: 3.1, id: 4 } }, ['battery 88 %EL', 'battery_voltage 3.1 V']],
    [
      { pressure: { altitude: 12, sensor: { temperature: 20 } } },
      ['altitude@pressure 12 m', 'temperature@pressure.sensor 20 Cel'],
    ],
  ])('%j are parts of what the outer name says', (document, expected) => {
    expect(brief(send(document))).toEqual(expected)
  })

  it('in an object that only wraps them have no channel', () => {
    expect(brief(send({ data: { temperature: 21.5, indoor: { humidity: 40 } } }))).toEqual([
      'temperature 21.5 Cel',
      'humidity@indoor 40 %RH',
    ])
  })

  it('in a list of records are told by their names', () => {
    const records = [
      { name: 'temperature', value: 21.5 },
      { name: 'humidity', value: 40 },
      { name: 'colour', value: 'red' },
    ]
    expect(brief(send(records))).toEqual(['temperature 21.5 Cel', 'humidity 40 %RH'])
    expect(brief(send({ readings: records }, 'lab/bench'))).toEqual([
      'temperature@readings.0 21.5 Cel',
      'humidity@readings.1 40 %RH',
    ])
  })
})

it('what is sent to a device is none of its values, however deep the topic', () => {
  for (const topic of ['a/set', 'a/set/led', 'a/set/led/1', 'a/led/set', 'a/led/1/get', 'a/cmd/x', 'a/b/command'])
    expect(reasons(played.send(`sensors/${topic}`, '25'))).toEqual(['command_topic message'])
})
