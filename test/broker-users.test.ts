import { expect, it } from 'vitest'
import { BrokerUsers } from '../src/broker-users.ts'
import { hashPassword } from '../src/password.ts'
import { MemoryStore } from './http/harness.ts'

it('lets users in by their passwords, those of the configuration and those made by command', async () => {
  const users = new BrokerUsers(new MemoryStore().records, [
    { name: 'kitchen', passwordHash: await hashPassword('salt') },
  ])
  await users.add('attic', 'dust')
  for (let i = 0; i < 2; i++) {
    expect(await users.verify('kitchen', 'salt')).toBe(true)
    expect(await users.verify('attic', 'dust')).toBe(true)
  }
  for (const [name, password] of [
    ['kitchen', 'dust'],
    ['attic', ''],
    ['cellar', 'nobody'],
    ['', ''],
  ] as const)
    expect(await users.verify(name, password), name).toBe(false)
})

it('forgets a password that was changed, removed or taken out of the configuration, also while it is being checked', async () => {
  const users = new BrokerUsers(new MemoryStore().records, [{ name: 'kitchen', passwordHash: await hashPassword('a') }])
  await users.add('attic', 'a')
  expect([await users.verify('kitchen', 'a'), await users.verify('attic', 'a')]).toEqual([true, true])
  await users.setPassword('attic', 'b')
  expect([await users.verify('attic', 'a'), await users.verify('attic', 'b')]).toEqual([false, true])
  users.remove('attic')
  users.configure([])
  expect([await users.verify('kitchen', 'a'), await users.verify('attic', 'b')]).toEqual([false, false])
  await users.add('attic', 'c')
  const check = users.verify('attic', 'c')
  users.remove('attic')
  expect(await check).toBe(false)
})

it('turns away whoever comes while many are being looked at, but nobody whose password is known', async () => {
  const users = new BrokerUsers(new MemoryStore().records, [])
  await users.add('attic', 'dust')
  expect(await users.verify('attic', 'dust')).toBe(true)
  const guesses = Array.from({ length: 80 }, (_, i) => users.verify(`guest${i}`, String(i)))
  expect(await users.verify('attic', 'dust')).toBe(true)
  const outcomes = await Promise.allSettled(guesses)
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(80 - 64)
})
