import { expect, it } from 'vitest'
import type { TroubleKind } from '../../../src/ingest/input.ts'
import type { Ending } from '../../../src/ingest/mqtt/connection.ts'
import { parseEndpoint } from '../../../src/ingest/mqtt/transport.ts'
import { explain } from '../../../src/ingest/mqtt/trouble.ts'

const endpoint = parseEndpoint('mqtt://broker.lan')
const coded = (code: string) => Object.assign(new Error(`it said ${code}`), { code })

const cases: [string, Ending, TroubleKind, RegExp][] = [
  ['a wrong password', { reason: 5 }, 'refused', /user "gateway": wrong user name or password; check/],
  ['a wrong password in MQTT 5', { reason: 134 }, 'refused', /wrong user name or password/],
  ['a client id refused', { reason: 2 }, 'refused', /does not accept the client id "rivulet-pi"/],
  [
    'a session taken over',
    { upMs: 5, reason: 142 },
    'taken_over',
    /^another client uses the client id "rivulet-pi"; give/,
  ],
  [
    'no broker',
    { error: coded('ECONNREFUSED') },
    'unreachable',
    /nothing listens on broker.lan:1883; is the broker running/,
  ],
  ['an unknown host', { error: coded('ENOTFOUND') }, 'unreachable', /no address is known/],
  ['a certificate of its own making', { error: coded('DEPTH_ZERO_SELF_SIGNED_CERT') }, 'tls', /PEM file as caFile/],
  ['a port without TLS', { error: coded('EPROTO') }, 'tls', /does not speak TLS/],
  ['silence', { error: new Error('connack timeout') }, 'protocol', /does not answer as an MQTT broker does/],
  [
    'another protocol',
    { error: new Error('Invalid header flag bits') },
    'protocol',
    /not answer as an MQTT broker does \(Invalid/,
  ],
  ['a hang-up', {}, 'protocol', /closed the connection without an answer/],
  ['a restart', { upMs: 60_000 }, 'lost', /^the broker closed the connection$/],
]

it.each(cases)('explains %s in one line', (_name, ending, kind, line) => {
  const trouble = explain(ending, { endpoint, clientId: 'rivulet-pi', username: 'gateway', brief: 0 })
  expect(trouble).toEqual({ kind, detail: expect.stringMatching(line) })
  expect(trouble.detail).not.toContain('\n')
})

it('asks for a password where none is set', () => {
  expect(explain({ reason: 5 }, { endpoint, clientId: 'x', brief: 0 }).detail).toMatch(
    /wants a user name and password; set/,
  )
})

it('suspects another gateway with the same client id after three brief connections', () => {
  const after = (brief: number) => explain({ upMs: 20 }, { endpoint, clientId: 'x', brief }).detail
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
