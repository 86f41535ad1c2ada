import { expect, it } from 'vitest'
import { Deadband, DeadbandPages } from '../../src/feed/deadband.ts'
import { MemoryStore, reading } from '../http/harness.ts'

it('lets pass what moved at least so far from what was told last, however slowly', () => {
  const deadband = new Deadband(0.5)
  const passed = [20, 20.2, 20.4, 20.5, 20.9, 20, 20.49, 19.5].filter((value) => deadband.passes('a', value))
  expect(passed).toEqual([20, 20.5, 20, 19.5])
})

it('means the numbers as they are written', () => {
  const deadband = new Deadband(0.1)
  expect([0.2, 0.3, 0.4, 0.35].map((value) => deadband.passes('a', value))).toEqual([true, true, true, false])
})

it('passes words and switches when they change, and knows each series by itself', () => {
  const deadband = new Deadband(10)
  expect([true, true, false].map((value) => deadband.passes('a', value))).toEqual([true, false, true])
  expect(['on', 'on', 'off', 5].map((value) => deadband.passes('b', value))).toEqual([true, false, true, true])
})

it('tells a series once more rather than remember more than it may', () => {
  const deadband = new Deadband(1)
  for (let i = 0; i <= 10_000; i++) deadband.passes(String(i), 1)
  expect(deadband.passes('10000', 1)).toBe(false)
  expect(deadband.passes('0', 1)).toBe(true)
})

it('moves on over what it leaves out, and keeps the ids of what it sends', async () => {
  const store = new MemoryStore()
  store.append([1, 1, 1, 2].map((value) => reading({ value })))
  const page = await new DeadbandPages(store, 1).read(0, null)
  expect(page.next).toBe(4)
  expect(page.count).toBe(2)
  expect([...page.bytes!.toString().matchAll(/^id: \w+\.(\d+)$/gm)].map(([, seq]) => seq)).toEqual(['1', '4'])
})
