import { expect, it } from 'vitest'
import { allows, compileFilter } from '../../src/feed/filter.ts'
import { reading } from '../http/harness.ts'
import fc from '../setup/properties.ts'

const nothing = { devices: [], metrics: [], channels: [] }
const matching = (glob: string, device: string) =>
  compileFilter({ ...nothing, devices: [glob] })?.matches(reading({ device })) ?? true

it('takes a star for any characters, none included', () => {
  const cases: [glob: string, text: string, matches: boolean][] = [
    ['z2m:*', 'z2m:lamp', true],
    ['z2m:*', 'z2m:', true],
    ['z2m:*', 'xz2m:lamp', false],
    ['*lamp*', 'z2m:lamp_1', true],
    ['*:lamp', 'z2m:lamp_1', false],
    ['*a*b*', 'xaxxbx', true],
    ['*a*b*', 'xbxxax', false],
    ['a**b', 'ab', true],
    ['a.c', 'abc', false],
    ['z2m:lamp', 'z2m:lamp', true],
    ['z2m:lamp', 'z2m:Lamp', false],
  ]
  for (const [glob, text, matches] of cases) expect(matching(glob, text), `${glob} ${text}`).toBe(matches)
})

it('agrees with a regular expression, and stays fast where that would not', () => {
  const letters = (max: number, unit: string[]) =>
    fc.array(fc.constantFrom(...unit), { maxLength: max }).map((all) => all.join(''))
  fc.assert(
    fc.property(letters(8, ['a', 'b', '*']), letters(12, ['a', 'b']), (glob, text) => {
      expect(matching(glob, text)).toBe(new RegExp(`^${glob.replaceAll('*', '.*')}$`).test(text))
    }),
    { numRuns: 2000 },
  )
  expect(matching(`${'*a'.repeat(60)}b`, 'a'.repeat(128))).toBe(false)
})

it('is null when nothing is left out, and has one key for one choice', () => {
  expect(compileFilter(nothing)).toBeNull()
  expect(compileFilter({ ...nothing, devices: ['*', 'a:1'] }, ['b', '*'])).toBeNull()
  const one = compileFilter({ devices: ['a:1', 'b:*'], metrics: ['x'], channels: [] })
  const same = compileFilter({ devices: ['b:*', 'a:1', 'a:1'], metrics: ['x'], channels: ['*'] })
  const other = compileFilter({ devices: ['a:1', 'b:*'], metrics: [], channels: ['x'] })
  expect(one!.key).toBe(same!.key)
  expect(one!.key).not.toBe(other!.key)
})

it('never shows more than the token allows, whatever is asked for', () => {
  const name = fc.constantFrom('a:1', 'a:2', 'b:1', 'ab:1')
  const glob = fc.constantFrom('*', 'a:*', 'a*', '*1', 'b:1', 'c')
  fc.assert(
    fc.property(fc.array(glob, { maxLength: 3 }), fc.array(glob, { maxLength: 3 }), name, (devices, scope, device) => {
      const filter = compileFilter({ ...nothing, devices }, scope)
      const shown = filter ? filter.matches(reading({ device })) : true
      const asked = devices.length === 0 || allows(devices, device)
      expect(shown).toBe(asked && allows(scope, device))
      expect(filter ? filter.matchesDevice(device) : true).toBe(shown)
    }),
  )
})

it('tells a missing channel from any other', () => {
  const matches = (channels: string[], channel?: string) =>
    compileFilter({ ...nothing, channels })?.matches(reading(channel === undefined ? {} : { channel })) ?? true
  expect([matches(['']), matches([''], 'a'), matches(['a'], 'a'), matches(['a']), matches(['', 'a'], 'a')]).toEqual([
    true,
    false,
    true,
    false,
    true,
  ])
})

it('chooses by tag, and heeds a change of tags at once', () => {
  const tags = new Map<string, Record<string, string | number | boolean>>([
    ['a:1', { floor: 1, room: 'attic' }],
    ['a:2', { floor: 2, room: 'attic' }],
    ['a:3', { room: 'hall' }],
  ])
  const source = { tagRevision: 1, tagsOf: (id: string) => tags.get(id) ?? {} }
  const matched = (...wanted: [string, string[]][]) => {
    const filter = compileFilter({ ...nothing, tags: new Map(wanted) }, ['*'], source)!
    return [...tags.keys(), 'a:4'].filter((device) => filter.matches(reading({ device })))
  }
  expect(matched(['floor', ['1']])).toEqual(['a:1'])
  expect(matched(['floor', ['*']])).toEqual(['a:1', 'a:2'])
  expect(matched(['floor', ['1', '2']], ['room', ['at*']])).toEqual(['a:1', 'a:2'])
  expect(matched(['floor', ['2']], ['room', ['hall']])).toEqual([])
  expect(matched(['toString', ['*']])).toEqual([])
  const filter = compileFilter({ ...nothing, tags: new Map([['floor', ['1']]]) }, ['*'], source)!
  const key = filter.key
  tags.set('a:4', { floor: 1 })
  source.tagRevision++
  expect(filter.matchesDevice('a:4')).toBe(true)
  expect(filter.key).not.toBe(key)
})
