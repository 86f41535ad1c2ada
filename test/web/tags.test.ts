import { expect, it } from 'vitest'
import { formatTags, parseTags } from '../../web/tags.ts'
import fc from '../setup/properties.ts'

it('reads tags as people write them', () => {
  expect(parseTags('floor: 1, garden, room: living room')).toEqual({ floor: 1, garden: true, room: 'living room' })
  expect(parseTags(' door:"1" ,heated : false,')).toEqual({ door: '1', heated: false })
  expect(parseTags('  ')).toEqual({})
})

it('refuses what it cannot read, rather than half of it', () => {
  for (const line of [': 1', 'a,,b', 'floor: "1', '"": 1', 'a "b"']) expect(parseTags(line), line).toBeUndefined()
})

it('reads back every tag that it writes', () => {
  const value = fc.oneof(
    fc.string(),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.constantFrom('1', 'true', '-0', 'a:b', 'a,"b"', ' x ', '"'),
  )
  const tags = fc.dictionary(fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('1', 'a:b', ' ', 'true')), value)
  fc.assert(
    fc.property(tags, (given) => {
      expect(parseTags(formatTags(given))).toEqual({ ...given })
    }),
  )
})
