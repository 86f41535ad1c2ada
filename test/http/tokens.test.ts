import { scryptSync } from 'node:crypto'
import { expect, it } from 'vitest'
import { TokenStore } from '../../src/http/tokens.ts'
import { MemoryStore } from './harness.ts'

it('knows a token again after a restart, and keeps nothing from which it could be told', async () => {
  const { records } = new MemoryStore()
  const { token, id } = await new TokenStore(records).create({ name: 'panel', read: ['z2m:*'] })
  expect(token).toMatch(/^rvl_[0-9a-f]{10}_[A-Za-z0-9_-]{43}$/)
  const kept = [...records.all('token').values()].join()
  expect(kept).not.toContain(token)
  expect(kept).not.toContain(token.slice(-43))
  const tokens = new TokenStore(records)
  expect(tokens.isEmpty).toBe(false)
  expect(tokens.list()).toEqual([{ id, name: 'panel', admin: false, read: ['z2m:*'], created: expect.any(Number) }])
  for (let i = 0; i < 3; i++)
    expect(await tokens.verify(token)).toEqual({ id, byToken: true, admin: false, read: ['z2m:*'] })
})

it('keeps a token as earlier versions did, and knows theirs', async () => {
  const { records } = new MemoryStore()
  const token = `rvl_0123456789_${'A'.repeat(43)}`
  const salt = Buffer.alloc(16, 7)
  const hash = scryptSync(token, salt, 32, { N: 16_384, r: 8, p: 1 })
  const kept = { id: '0123456789', admin: false, read: ['*'], created: 0 }
  const texts = { salt: salt.toString('base64'), hash: hash.toString('base64') }
  records.put('token', kept.id, JSON.stringify({ ...kept, ...texts }))
  const tokens = new TokenStore(records)
  expect(await tokens.verify(token)).toMatchObject({ id: kept.id })
  const made = await tokens.create({})
  const written = JSON.parse(records.get('token', made.id)!) as typeof kept & typeof texts
  expect(Object.keys(written).sort()).toEqual(['admin', 'created', 'hash', 'id', 'read', 'salt'])
  const again = scryptSync(made.token, Buffer.from(written.salt, 'base64'), 32, { N: 16_384, r: 8, p: 1 })
  expect(written.hash).toBe(again.toString('base64'))
})

it('refuses what is revoked, expired, of another token, or no token', async () => {
  const { records } = new MemoryStore()
  const tokens = new TokenStore(records)
  const one = await tokens.create({})
  const two = await tokens.create({ admin: true })
  const past = await tokens.create({ expires: Date.now() - 1 })
  expect(await tokens.verify(one.token)).not.toBeNull()
  const wrong = [
    past.token,
    `rvl_${two.id}_${one.token.slice(-43)}`,
    one.token.slice(0, -1),
    `${one.token}x`,
    '',
    'rvl__',
  ]
  for (const token of wrong) expect(await tokens.verify(token), token).toBeNull()
  expect([tokens.revoke(one.id), tokens.revoke(one.id)]).toEqual([true, false])
  expect(await tokens.verify(one.token)).toBeNull()
  expect([one, two, past].map(({ id }) => tokens.holds(id))).toEqual([false, true, false])
  expect(await tokens.verify(two.token)).toMatchObject({ admin: true })
})

it('refuses a token that is revoked while it is being checked', async () => {
  const { records } = new MemoryStore()
  const { token, id } = await new TokenStore(records).create({})
  const tokens = new TokenStore(records)
  const check = tokens.verify(token)
  tokens.revoke(id)
  expect(await check).toBeNull()
})

it('checks a few at a time, so that guesses cannot take memory and all cores', async () => {
  const { records } = new MemoryStore()
  const { id } = await new TokenStore(records).create({})
  const tokens = new TokenStore(records)
  const guesses = Array.from({ length: 40 }, (_, i) => tokens.verify(`rvl_${id}_${String(i).padStart(43, 'x')}`))
  const outcomes = await Promise.allSettled(guesses)
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(16)
  const refused = outcomes.find((outcome) => outcome.status === 'rejected')
  expect(refused).toMatchObject({ reason: { code: 'unavailable', message: 'too many secrets are being checked' } })
})

it('checks a token once for all who come with it at the same time, as all tabs do after a restart', async () => {
  const { records } = new MemoryStore()
  const { token, id } = await new TokenStore(records).create({})
  const tokens = new TokenStore(records)
  const found = await Promise.all(Array.from({ length: 500 }, () => tokens.verify(token)))
  expect(found.every((identity) => identity?.id === id)).toBe(true)
})
