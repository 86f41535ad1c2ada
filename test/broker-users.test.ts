import { expect, it } from 'vitest'
import { BrokerUsers } from '../src/broker-users.ts'
import { hashPassword } from '../src/password.ts'
import { MemoryStore } from './http/harness.ts'

const verify = (users: BrokerUsers, name: string, password: string, address = '127.0.0.1') =>
  users.verify(name, password, address)

it('lets users in by their passwords, those of the configuration and those made by command', async () => {
  const users = new BrokerUsers(new MemoryStore().records, [
    { name: 'kitchen', passwordHash: await hashPassword('salt') },
  ])
  await users.add('attic', 'dust')
  for (let i = 0; i < 2; i++) {
    expect(await verify(users, 'kitchen', 'salt')).toBe(true)
    expect(await verify(users, 'attic', 'dust')).toBe(true)
  }
  for (const [name, password] of [
    ['kitchen', 'dust'],
    ['attic', ''],
    ['cellar', 'nobody'],
    ['', ''],
  ] as const)
    expect(await verify(users, name, password), name).toBe(false)
})

it('forgets a password that was changed, removed or taken out of the configuration, also while it is being checked', async () => {
  const users = new BrokerUsers(new MemoryStore().records, [{ name: 'kitchen', passwordHash: await hashPassword('a') }])
  await users.add('attic', 'a')
  expect([await verify(users, 'kitchen', 'a'), await verify(users, 'attic', 'a')]).toEqual([true, true])
  await users.setPassword('attic', 'b')
  expect([await verify(users, 'attic', 'a'), await verify(users, 'attic', 'b')]).toEqual([false, true])
  users.remove('attic')
  users.configure([])
  expect([await verify(users, 'kitchen', 'a'), await verify(users, 'attic', 'b')]).toEqual([false, false])
  await users.add('attic', 'c')
  const check = verify(users, 'attic', 'c')
  users.remove('attic')
  expect(await check).toBe(false)
})

it('turns away whoever comes while many are being looked at, but nobody whose password is known', async () => {
  const users = new BrokerUsers(new MemoryStore().records, [])
  await users.add('attic', 'dust')
  expect(await verify(users, 'attic', 'dust')).toBe(true)
  const guesses = Array.from({ length: 80 }, (_, i) => verify(users, `guest${i}`, String(i)))
  expect(await verify(users, 'attic', 'dust')).toBe(true)
  const outcomes = await Promise.allSettled(guesses)
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(80 - 64)
})

it('lets nobody who guesses keep out the others', async () => {
  const users = new BrokerUsers(new MemoryStore().records, [])
  await users.add('attic', 'dust')
  const guesses = Array.from({ length: 80 }, (_, i) => verify(users, 'attic', String(i), '192.0.2.1'))
  const honest = verify(users, 'attic', 'dust', '192.0.2.2')
  const outcomes = await Promise.allSettled(guesses)
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(16)
  expect(await honest).toBe(true)
})
