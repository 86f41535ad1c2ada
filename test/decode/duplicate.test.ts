import { beforeEach, expect, it } from 'vitest'
import { families } from '../../devices/index.ts'
import type { Decoded, Decoder } from '../../src/decode/decoder.ts'
import { createDecoder } from '../../src/decode/engine.ts'
import { parseProfile } from '../../src/decode/parse-profile.ts'
import fc from '../setup/properties.ts'

const noon = Date.parse('2026-06-01T12:00:00Z')
let decoder: Decoder
let state: Map<string, unknown>

beforeEach(() => {
  const { profile, issues } = parseProfile({
    id: 'numbered',
    name: 'Numbers its messages',
    messages: [{ topic: 'n/{device}', sequence: '{$.seq}', readings: { t: 'temperature' } }],
  })
  expect(issues).toBeUndefined()
  decoder = createDecoder([profile!, ...families])
  state = new Map()
})

function take(topic: string, payload: string, at = noon, flags = { retain: false, dup: false }): Decoded {
  const frame = { transport: 'mqtt', source: 't', topic, payload: Buffer.from(payload), receivedAt: at } as const
  return decoder.decode({ ...frame, ...flags }, state, { synced: true })
}

const told = ({ readings, rejected }: Decoded) => [readings.length, ...rejected.map(({ reason }) => reason)]

const dated = '{"temperature":20,"time":"2026-06-01T11:59:58Z"}'

it('drops a message that was taken with the same time of the device, whatever its flags', () => {
  expect(told(take('sensors/a', dated))).toEqual([1])
  expect(told(take('sensors/a', dated, noon + 3_600_000, { retain: false, dup: true }))).toEqual([0, 'duplicate'])
  expect(told(take('sensors/a', dated, noon + 1))).toEqual([0, 'duplicate'])
  expect(told(take('sensors/b', dated))).toEqual([1])
  expect(told(take('sensors/a', dated.replace(':58', ':59')))).toEqual([1])
})

it('takes equal measurements without a time or number for two, with and without the DUP flag', () => {
  const plain = '{"temperature":20}'
  expect(told(take('sensors/a', plain))).toEqual([1])
  expect(told(take('sensors/a', plain))).toEqual([1])
  expect(told(take('sensors/a', plain, noon, { retain: false, dup: true }))).toEqual([1])
})

it('goes by the number of a message for some minutes, since numbers begin anew', () => {
  const numbered = '{"t":20,"seq":7}'
  expect(told(take('n/1', numbered))).toEqual([1])
  expect(told(take('n/1', numbered, noon + 60_000))).toEqual([0, 'duplicate'])
  expect(told(take('n/1', numbered, noon + 3_600_000))).toEqual([1])
})

it('takes the repetition of a message that was not stored', () => {
  expect(told(take('sensors/a', dated))).toEqual([1])
  decoder.unstored()
  expect(told(take('sensors/a', dated))).toEqual([1])
  expect(told(take('sensors/a', dated))).toEqual([0, 'duplicate'])
})

it('counts what a Shelly tells twice once, in whatever order, and takes a value that comes again later', () => {
  const status = (watts: number, at: number) => take('shelly1/status/switch:0', `{"id":0,"apower":${watts}}`, at)
  const notify = (watts: number, at: number) => {
    const params = `{"ts":${at / 1000},"switch:0":{"id":0,"apower":${watts}}}`
    return take('shelly1/events/rpc', `{"src":"shelly1","method":"NotifyStatus","params":${params}}`, at)
  }
  expect(told(status(5, noon))).toEqual([1])
  expect(told(notify(5, noon + 80))).toEqual([0, 'duplicate'])
  expect(told(notify(6, noon + 1000))).toEqual([1])
  expect(told(status(6, noon + 1050))).toEqual([0, 'duplicate'])
  expect(told(status(6, noon + 60_000))).toEqual([1])
})

it('never holds more than its bound, and drops nothing that differs', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 100_000 }), { minLength: 2, maxLength: 50 }), (offsets) => {
      state = new Map()
      for (const ms of offsets) {
        const time = new Date(noon - ms).toISOString()
        expect(told(take('sensors/a', `{"temperature":20,"time":"${time}"}`))).toEqual([1])
      }
    }),
  )
})
