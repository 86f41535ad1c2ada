import { expect, it } from 'vitest'
import { allDevices, formatRoute, parseRoute, type Route } from '../../web/route.ts'

it('gives every view an address that leads back to it', () => {
  const routes: Route[] = [
    allDevices,
    { ...allDevices, search: 'living & attic' },
    { view: 'devices', search: 'attic', group: 'floor #1', hidden: true },
    { view: 'device', id: 'z2m:living_room', range: '1h' },
    { view: 'device', id: 'a.b:c-d_1', range: '5m' },
    { view: 'device', id: 'a:b', range: '7d', zoom: { from: 1_800_000_000_123, to: 1_800_000_900_000 } },
    { view: 'device', id: 'a:b', range: '1h', zoom: { lengthMs: 5_400_000 } },
    { view: 'compare', series: [], range: '1h' },
    {
      view: 'compare',
      series: [
        { device: 'z2m:attic', metric: 'temperature' },
        { device: 'modbus:meter_1', metric: 'voltage', channel: 'phase 1/2 & more' },
        { device: 'a:b', metric: 'level', channel: '' },
      ],
      range: '24h',
      zoom: { from: 1_800_000_000_123, to: 1_800_000_900_000 },
    },
    { view: 'inputs' },
  ]
  for (const route of routes) expect(parseRoute(formatRoute(route))).toEqual(route)
})

it('leads to the devices from an address that it does not understand', () => {
  for (const hash of ['', '#', '#/nowhere', '#/device/', '#?']) expect(parseRoute(hash)).toEqual(allDevices)
  expect(parseRoute('#/device/%E0%A4%A?range=7y&from=x&to=2026-01-01')).toEqual({
    view: 'device',
    id: '%E0%A4%A',
    range: '1h',
  })
})
