import { expect, it } from 'vitest'
import type { Ending } from '../../../src/ingest/mqtt/connection.ts'
import { parseEndpoint } from '../../../src/ingest/mqtt/transport.ts'
import { explain } from '../../../src/ingest/mqtt/trouble.ts'

const endpoint = parseEndpoint('mqtt://broker.lan')
const coded = (code: string) => Object.assign(new Error(`it said ${code}`), { code })

const cases: [string, Ending, RegExp][] = [
  ['a wrong password', { reason: 5 }, /user "gateway": wrong user name or password; check/],
  ['a wrong password in MQTT 5', { reason: 134 }, /wrong user name or password/],
  ['a client id refused', { reason: 2 }, /does not accept the client id "rivulet-pi"/],
  ['a session taken over', { upMs: 5, reason: 142 }, /^another client uses the client id "rivulet-pi"; give/],
  ['no broker', { error: coded('ECONNREFUSED') }, /nothing listens on broker.lan:1883; is the broker running/],
  ['an unknown host', { error: coded('ENOTFOUND') }, /no address is known/],
  ['a certificate of its own making', { error: coded('DEPTH_ZERO_SELF_SIGNED_CERT') }, /PEM file as caFile/],
  ['a port without TLS', { error: coded('EPROTO') }, /does not speak TLS/],
  ['silence', { error: new Error('connack timeout') }, /does not answer as an MQTT broker does/],
  ['another protocol', { error: new Error('Invalid header flag bits') }, /not answer as an MQTT broker does \(Invalid/],
  ['a hang-up', {}, /closed the connection without an answer/],
  ['a restart', { upMs: 60_000 }, /^the broker closed the connection$/],
]

it.each(cases)('explains %s in one line', (_name, ending, line) => {
  const detail = explain(ending, { endpoint, clientId: 'rivulet-pi', username: 'gateway', brief: 0 })
  expect(detail).toMatch(line)
  expect(detail).not.toContain('\n')
})

it('asks for a password where none is set', () => {
  expect(explain({ reason: 5 }, { endpoint, clientId: 'x', brief: 0 })).toMatch(/wants a user name and password; set/)
})

it('suspects another gateway with the same client id after three brief connections', () => {
  const after = (brief: number) => explain({ upMs: 20 }, { endpoint, clientId: 'x', brief })
  expect(after(2)).not.toMatch('client id')
  expect(after(3)).toMatch(/perhaps another client uses the client id "x"/)
})

it('reads broker URLs, and keeps secrets out of what it shows', () => {
  expect(parseEndpoint('wss://u:p%40ss@[::1]/mqtt?x=1')).toEqual({
    protocol: 'wss',
    host: '::1',
    port: 443,
    path: '/mqtt?x=1',
    username: 'u',
    password: 'p@ss',
  })
  expect(() => parseEndpoint('http://user:secret@host')).toThrow(/^"http:\/\/host" is not the URL of an MQTT broker$/)
})
