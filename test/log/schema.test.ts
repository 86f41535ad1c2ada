import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { checkOwner, migrate } from '../../src/log/schema.ts'

it('takes a database of any earlier version to the present one, and once only', () => {
  const steps = ['CREATE TABLE a (x)', 'INSERT INTO a VALUES (1)', 'ALTER TABLE a ADD COLUMN y DEFAULT 7']
  for (let from = 0; from <= steps.length; from++) {
    const db = new Database(':memory:')
    if (from > 0) migrate(db, steps.slice(0, from))
    checkOwner(db, steps)
    migrate(db, steps)
    migrate(db, steps)
    expect(db.prepare('SELECT * FROM a').all()).toEqual([{ x: 1, y: 7 }])
    expect(db.pragma('user_version', { simple: true })).toBe(3)
  }
})

it('leaves the version as it was when a step fails', () => {
  const db = new Database(':memory:')
  migrate(db, ['CREATE TABLE a (x)'])
  expect(() => migrate(db, ['CREATE TABLE a (x)', 'CREATE TABLE b (x)', 'CREATE TABLE a (x)'])).toThrow(
    'already exists',
  )
  expect(db.pragma('user_version', { simple: true })).toBe(1)
  expect(db.prepare("SELECT name FROM sqlite_schema WHERE name = 'b'").get()).toBeUndefined()
})
