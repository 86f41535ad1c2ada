import { expect, it } from 'vitest'
import { createCatalog } from '../../web/catalog.ts'
import { chosenOf, groupsOfUnit, offered } from '../../web/compared.ts'

const catalog = createCatalog({ listed() {}, changed() {}, unknown() {} })
let seq = 0
for (const [device, metric, unit, value] of [
  ['a:kitchen', 'temperature', 'Cel', 21],
  ['a:kitchen', 'humidity', '%RH', 40],
  ['a:attic', 'temperature', 'Cel', 12],
  ['a:attic', 'dew_point', 'Cel', 4],
  ['a:attic', 'window', null, true],
  ['a:attic', 'steps', null, 7],
  ['a:attic', 'speed', 'm/s', 1],
  ['a:attic', 'speed', 'km/h', 3.6],
] as const)
  catalog.take({ seq: ++seq, device, metric, unit, value, time: seq })

const refs = (...names: string[]) =>
  names.map((name) => {
    const [device, metric] = name.split('/') as [string, string]
    return { device: `a:${device}`, metric }
  })

it('puts lines of one unit on one chart, and states and numbers without a unit on their own', () => {
  const chosen = chosenOf(
    catalog,
    refs(
      'attic/window',
      'kitchen/temperature',
      'attic/steps',
      'attic/temperature',
      'kitchen/humidity',
      'nobody/nothing',
    ),
  )
  expect(
    groupsOfUnit(chosen).map(({ name, isState, chosen }) => [name, isState, chosen.map(({ place }) => place)]),
  ).toEqual([
    ['attic · Window', true, [0]],
    ['Temperature', false, [1, 3]],
    ['Steps', false, [2]],
    ['Humidity', false, [4]],
  ])
  expect(groupsOfUnit(chosenOf(catalog, refs('kitchen/temperature', 'attic/dew_point')))[0]!.name).toBe(
    'Temperature, Dew point (°C)',
  )
})

it('takes the newer of two units', () => {
  expect(chosenOf(catalog, refs('attic/speed'))[0]!.series.unit).toBe('km/h')
})

it('offers what is not chosen yet, first what could share a chart', () => {
  const names = (search: string) => offered(catalog, refs('kitchen/temperature'), search).map(({ name }) => name)
  expect(names('').slice(0, 3)).toEqual(['attic · Dew point', 'attic · Temperature', 'attic · Speed'])
  expect(names('')).not.toContain('kitchen · Temperature')
  expect(names('KITCH hum')).toEqual(['kitchen · Humidity'])
})
