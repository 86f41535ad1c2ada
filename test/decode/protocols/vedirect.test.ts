import { beforeEach, expect, it } from 'vitest'
import { families } from '../../../devices/index.ts'
import type { DecoderState } from '../../../src/decode/decoder.ts'
import { createDecoder } from '../../../src/decode/engine.ts'

let state: DecoderState
beforeEach(() => {
  state = new Map()
})

const decoder = createDecoder(families)

/** What a block of these fields says, as the framer would hand it over. */
function read(fields: Record<string, string>, device?: string) {
  const text = Object.entries({ ...fields, Checksum: '\u00ff' }).map(([label, value]) => `\r\n${label}\t${value}`)
  const payload = Buffer.from(text.join(''), 'latin1')
  const frame = { transport: 'serial', source: '/dev/ve', profile: 'vedirect', payload, receivedAt: 0 } as const
  const { readings, rejected } = decoder.decode({ ...frame, ...(device && { device }) }, state, { synced: true })
  return [
    ...readings.map((one) =>
      [one.device, one.metric, one.channel, one.value, one.unit].filter((x) => x != null).join(' '),
    ),
    ...rejected.map(({ reason, where }) => `${reason} ${where}`),
  ]
}

it('takes a block without a number for one of the product that gave it last', () => {
  expect(read({ PID: '0xA060', 'SER#': 'HQ1', V: '12800', VPV: '30000' })[0]).toBe(
    'vedirect:HQ1 voltage battery 12.8 V',
  )
  expect(read({ H7: '11000' })).toEqual(['vedirect:HQ1 min_voltage 11 V'])
  expect(read({ PID: '0x203', V: '12500' })).toEqual(['vedirect:ve voltage 12.5 V'])
  expect(read({ H7: '11000' })).toEqual(['vedirect:ve min_voltage 11 V'])
  expect(read({ V: '12500' }, 'boat')).toEqual(['vedirect:boat voltage 12.5 V'])
})

it('reads what chargers with several outputs and monitors with a midpoint say', () => {
  expect(read({ V: '13200', V2: '13100', I2: '900', VM: '6610', DM: '-12', T: '21' })).toEqual([
    'vedirect:ve voltage 13.2 V',
    'vedirect:ve voltage battery_2 13.1 V',
    'vedirect:ve current battery_2 0.9 A',
    'vedirect:ve voltage midpoint 6.61 V',
    'vedirect:ve midpoint_deviation -12 /1000',
    'vedirect:ve temperature 21 Cel',
  ])
})

it('does not take the yield of a new day for a fault', () => {
  const today = (steps: string) => {
    const frame = Buffer.from(`\r\nPPV\t10\r\nH20\t${steps}\r\nChecksum\tx`)
    const given = {
      transport: 'serial',
      source: '/dev/ve',
      profile: 'vedirect',
      payload: frame,
      receivedAt: 0,
    } as const
    return decoder.decode(given, state, { synced: true }).readings.at(-1)!
  }
  expect([today('120'), today('0')].map(({ value, quality }) => [value, quality])).toEqual([
    [1.2, undefined],
    [0, undefined],
  ])
})

it('says what a state is called, and keeps the number of one it does not know', () => {
  expect(read({ CS: '247', MODE: '5' })).toEqual(['vedirect:ve charge_state auto_equalize', 'vedirect:ve mode eco'])
  expect(read({ CS: '99' })).toEqual(['vedirect:ve charge_state 99'])
})
