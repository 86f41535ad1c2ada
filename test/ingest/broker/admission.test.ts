import { generate } from 'mqtt-packet'
import { expect, it } from 'vitest'
import { admission } from '../../../src/ingest/broker/admission.ts'
import fc from '../../setup/properties.ts'
import { cut, cuts, packet } from '../mqtt/streams.ts'

const max = 1000
const connect = (version = 4, protocolId: 'MQTT' | 'MQIsdp' = 'MQTT') => {
  const bytes = generate({
    cmd: 'connect',
    protocolId,
    protocolVersion: 4,
    clientId: 'sensor',
    clean: true,
    keepalive: 9,
  })
  bytes[4 + protocolId.length] = version
  return bytes
}

it('lets a client through untouched, however its bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 10 }), cuts, (packets, sizes) => {
      const { admit, refusals } = open()
      const stream = Buffer.concat([connect(), ...packets])
      const passed = cut(stream, sizes).map(admit)
      expect(Buffer.concat(passed.filter((bytes) => bytes !== undefined))).toEqual(stream)
      expect(refusals).toEqual([])
    }),
  )
})

it.each([
  ['MQTT 3.1', connect(3, 'MQIsdp')],
  ['a bridge', connect(4 | 0x80)],
])('lets %s in', (_name, bytes) => {
  expect(open().admit(bytes)).toEqual(bytes)
})

it.each([
  [5, [0x20, 3, 0, 0x84, 0]],
  [6, [0x20, 2, 0, 1]],
  [0, [0x20, 2, 0, 1]],
])('refuses version %i with the CONNACK its client reads, and passes nothing on', (version, connack) => {
  const { admit, refusals } = open()
  for (const chunk of cut(connect(version), [3])) expect(admit(chunk)).toBeUndefined()
  expect(admit(generate({ cmd: 'pingreq' }))).toBeUndefined()
  expect(refusals).toEqual([Buffer.from(connack)])
})

it('refuses to keep a session for a client without a name, and lets it in without one', () => {
  const nameless = { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: '', keepalive: 9 } as const
  const clean = generate({ ...nameless, clean: true })
  const kept = Buffer.from(clean)
  kept[9]! &= ~0x02
  expect(open().admit(clean)).toEqual(clean)
  const { admit, refusals } = open()
  for (const chunk of cut(kept, [12])) expect(admit(chunk)).toBeUndefined()
  expect(refusals).toEqual([Buffer.from([0x20, 2, 0, 2])])
})

it.each([
  ['not CONNECT', generate({ cmd: 'pingreq' }), /does not begin with CONNECT/],
  ['another protocol', Buffer.from([0x10, 6, 0, 4, ...Buffer.from('HTTP')]), /does not name MQTT/],
  ['an empty CONNECT', Buffer.from([0x10, 0]), /does not name MQTT/],
  ['a huge CONNECT', Buffer.from([0x10, 0xff, 0xff, 0x7f]), /packet of 2097151 bytes, 65536 are allowed/],
])('turns away what begins with %s', (_name, bytes, message) => {
  expect(() => open().admit(bytes)).toThrow(message)
})

it('judges a packet by its header, before the rest of it comes', () => {
  const { admit } = open()
  admit(connect())
  expect(() => admit(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]))).toThrow('268435455 bytes')
})

it('takes only a message that is as long as a message may be', () => {
  const admit = admission(1024 * 1024, () => {})
  admit(connect())
  const subscribe = Buffer.from([0x82, 0x80, 0x80, 0x08])
  expect(() => admit(subscribe)).toThrow('it sends a packet of 131072 bytes, 65536 are allowed')
})

it('judges a packet that comes in one chunk with CONNECT, too', () => {
  expect(() => open().admit(Buffer.concat([connect(), Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])]))).toThrow(
    '268435455',
  )
})

function open() {
  const refusals: Buffer[] = []
  return { admit: admission(max, (connack) => refusals.push(connack)), refusals }
}
