import { expect, it } from 'vitest'
import { ageText } from '../../web/age.ts'

it('says how long ago in the largest whole unit', () => {
  const minute = 60_000
  expect([-5000, 1999, 2000, 59_999, minute, 90 * minute, 47 * 60 * minute].map(ageText)).toEqual([
    'now',
    'now',
    '2 s',
    '59 s',
    '1 min',
    '1 h',
    '1 d',
  ])
})
