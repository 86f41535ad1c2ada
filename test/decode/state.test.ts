import { expect, it } from 'vitest'
import type { DecoderState } from '../../src/decode/decoder.ts'
import { putState, removeState } from '../../src/decode/state.ts'

const large = 'x'.repeat(1_000_000)

function fill(state: DecoderState): number {
  let kept = 0
  for (let i = 0; i < 40; i++) if (putState(state, `k${i}`, large, () => {})) kept++
  return kept
}

it('what a source has remembered has an end, and room comes back', () => {
  const state: DecoderState = new Map()
  expect(fill(state)).toBe(31)
  expect(putState(state, 'k0', 'small', () => {})).toBe(true)
  expect(putState(state, 'new', large, () => {})).toBe(true)
  expect(putState(state, 'newer', large, () => {})).toBe(false)
  expect(removeState(state, 'k1')).toBe(true)
  expect(removeState(state, 'k1')).toBe(false)
  expect(putState(state, 'newer', large, () => {})).toBe(true)
})

it('what was stored before a restart counts too', () => {
  const state: DecoderState = new Map()
  fill(state)
  expect(fill(new Map(state))).toBe(31)
  expect(putState(new Map(state), 'new', large, () => {})).toBe(false)
})

it('a value is only news when it differs', () => {
  const state: DecoderState = new Map()
  let changes = 0
  for (const value of [{ a: 1 }, { a: 1 }, { a: 2 }]) putState(state, 'k', value, () => changes++)
  expect(changes).toBe(2)
})
