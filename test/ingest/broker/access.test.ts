import { afterEach, expect, it, vi } from 'vitest'
import { AddressCount } from '../../../src/address-count.ts'
import { refusalOf, shown } from '../../../src/ingest/broker/access.ts'
import { limitLines } from '../../../src/ingest/broker/line-limit.ts'

const verify = async (user: string, password: string) => user === 'sensor' && password === 'right'
const right = Buffer.from('right')

afterEach(() => void vi.useRealTimers())

it.each([
  ['the right password', { anonymous: false, verify }, 'sensor', right, undefined],
  ['a wrong password', { anonymous: true, verify }, 'sensor', Buffer.from('wrong'), 4],
  ['no password', { anonymous: false, verify }, 'sensor', undefined, 4],
  ['nobody, where that is allowed', { anonymous: true, verify }, undefined, undefined, undefined],
  ['nobody, where it is not', { anonymous: false, verify }, undefined, undefined, 5],
  ['a left-over user name where nobody has one', { anonymous: true }, 'sensor', right, undefined],
  ['a user where there are none yet', { anonymous: false }, 'sensor', right, 5],
] as const)('answers %s', async (_name, options, user, password, returnCode) => {
  expect((await refusalOf(options, 'id', user, password, '192.0.2.1'))?.returnCode).toBe(returnCode)
})

it('asks to come back later when passwords cannot be checked', async () => {
  const broken = async () => Promise.reject(new Error('no memory'))
  expect(await refusalOf({ anonymous: false, verify: broken }, 'id', 'a', right, '192.0.2.1')).toMatchObject({
    returnCode: 3,
  })
})

it.each(['a\nb', 'a/#', '+', '\u001b[31m', 'x'.repeat(257)])('refuses the client id %j', async (id) => {
  expect(await refusalOf({ anonymous: true }, id, undefined, undefined, '192.0.2.1')).toMatchObject({ returnCode: 2 })
})

it('shows names from the network quoted and short', () => {
  expect(shown('a\n"b"')).toBe('"a\\n\\"b\\""')
  expect(shown('x'.repeat(1000)).length).toBeLessThan(70)
})

it('counts connections by address, and not those from this machine', () => {
  const count = new AddressCount(2)
  expect([1, 2, 3].map(() => count.add('192.168.1.5'))).toEqual([true, true, false])
  expect(count.add('192.168.1.6')).toBe(true)
  count.remove('192.168.1.5')
  expect(count.add('192.168.1.5')).toBe(true)
  for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1'])
    expect([1, 2, 3].map(() => count.add(address))).toEqual([true, true, true])
})

it('logs a few lines a minute, and how many it left out', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const written: string[] = []
  const write = limitLines((line) => written.push(line))
  for (let i = 0; i < 50; i++) write(`line ${i}`)
  expect(written).toHaveLength(20)
  vi.advanceTimersByTime(61_000)
  write('next')
  expect(written.slice(20)).toEqual(['and 30 more such lines left out', 'next'])
})
