import { expect, it } from 'vitest'
import { publishLine } from '../../web/publish-line.ts'

const line = (inputs: { kind: string; name?: string; detail?: string }[], pageHost = 'pi.local') =>
  publishLine(
    inputs.map((input) => ({ status: 'connected', ...input })),
    pageHost,
  )
const command = (address: string) => `mosquitto_pub ${address} -t sensors/demo/temperature -m 21.5`

it('names the built-in broker as the page is named, with its port', () => {
  expect(line([{ kind: 'broker', name: 'broker', detail: 'listens on 0.0.0.0:1884' }])).toBe(
    command('-h pi.local -p 1884'),
  )
  expect(line([{ kind: 'broker', name: 'broker', detail: 'listens on [::]:1883' }], '[fd00::2]')).toBe(
    command('-h fd00::2 -p 1883'),
  )
})

it('names the broker that the gateway subscribes to', () => {
  const serial = { kind: 'serial', name: '/dev/ttyUSB0' }
  expect(line([serial, { kind: 'mqtt', name: 'mqtt://127.0.0.1:1885' }])).toBe(command('-h pi.local -p 1885'))
  expect(line([{ kind: 'mqtt', name: 'mqtt://hub.lan:1883' }])).toBe(command('-h hub.lan -p 1883'))
  expect(line([{ kind: 'mqtt', name: 'mqtt://hub.lan' }])).toBe(command('-h hub.lan -p 1883'))
  expect(line([{ kind: 'mqtt', name: 'local' }])).toBe(command('-h pi.local -p 1883'))
})

it('has nothing to say where there is no broker', () => {
  expect(line([{ kind: 'serial', name: '/dev/ttyUSB0', detail: 'no such port' }])).toBe(undefined)
})
