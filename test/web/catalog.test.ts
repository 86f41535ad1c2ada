import { expect, it } from 'vitest'
import { createCatalog, shownName } from '../../web/catalog.ts'

it('tells devices of one name apart, for as long as there are several', () => {
  const catalog = createCatalog({ listed() {}, changed() {}, unknown() {} })
  let seq = 0
  const hear = (device: string) =>
    catalog.take({ seq: ++seq, device, metric: 'temperature', value: 20, unit: 'Cel', time: seq })
  const names = () => [...catalog.devices.values()].map(shownName)
  for (const device of ['mqtt:attic', 'z2m:attic', 'mqtt:cellar']) hear(device)
  expect(names()).toEqual(['attic (mqtt)', 'attic (z2m)', 'cellar'])
  const rename = (id: string, name: string) => catalog.change({ id, status: 'online', name, tags: {}, hidden: false })
  rename('mqtt:cellar', 'attic')
  expect(names()).toEqual(['attic (mqtt:attic)', 'attic (z2m:attic)', 'attic (mqtt:cellar)'])
  rename('mqtt:cellar', 'Cellar')
  rename('mqtt:attic', 'Loft')
  expect(names()).toEqual(['Loft', 'attic', 'Cellar'])
})
