import { expect, it } from 'vitest'
import { positionId, resumeAfter, startAfter } from '../../src/feed/position.ts'
import type { ReadingLog } from '../../src/log/log.ts'

const log = {
  head: 2500,
  floor: 40,
  runs: [
    { id: 'aaaa', first: 1 },
    { id: 'bbbb', first: 101 },
    { id: 'cccc', first: 2001 },
  ],
} as unknown as ReadingLog

it('names a place by the run that gave its number', () => {
  const names = [0, 1, 100, 101, 2000, 2001, 2500].map((seq) => positionId(log.runs, seq))
  expect(names).toEqual(['aaaa.0', 'aaaa.1', 'aaaa.100', 'bbbb.101', 'bbbb.2000', 'cccc.2001', 'cccc.2500'])
})

it('goes on where the client stood, also when that is in a run long past', () => {
  for (const [id, after] of [
    ['aaaa.0', 0],
    ['aaaa.77', 77],
    ['aaaa.100', 100],
    ['bbbb.2000', 2000],
    ['cccc.2500', 2500],
  ] as const)
    expect(resumeAfter(log, id), id).toEqual({ after })
  // Numbers of a run that were reserved and never used lie before the next run.
  expect(resumeAfter(log, 'bbbb.1999')).toEqual({ after: 1999 })
  expect(startAfter(log, '77', 'after')).toEqual({ after: 77 })
})

it('begins at the oldest for another log, and for what is no position', () => {
  const anew = { after: 39, gap: { from: 1, to: 39, reason: 'epoch' } }
  for (const id of [
    'zzzz.50',
    'AAAA.50',
    'aaaa',
    'aaaa.',
    '.5',
    'aaaa.-1',
    'aaaa.1e3',
    'aaaa.99999999999999999',
    ' aaaa.5',
    'aaaa.5\n',
  ])
    expect(resumeAfter(log, id), id).toEqual(anew)
  expect(startAfter(log, 'zzzz.50', 'after')).toEqual(anew)
})

it('begins at the next run for a number that its run never reached, since it belongs to other readings now', () => {
  expect(resumeAfter(log, 'aaaa.101')).toEqual({ after: 100, gap: { from: 101, to: 100, reason: 'epoch' } })
  expect(resumeAfter(log, 'aaaa.2400')).toEqual({ after: 100, gap: { from: 101, to: 100, reason: 'epoch' } })
})

it('says in the same gap what retention took of that run, since an answer has room for one', () => {
  const later = { ...log, floor: 400 } as ReadingLog
  expect(resumeAfter(later, 'aaaa.101')).toEqual({ after: 399, gap: { from: 101, to: 399, reason: 'epoch' } })
})

it('goes on with the next reading for a place beyond the head', () => {
  const ahead = { after: 2500, gap: { from: 2501, to: 2600, reason: 'future' } }
  expect(resumeAfter(log, 'cccc.2600')).toEqual(ahead)
  expect(startAfter(log, '2600', 'after')).toEqual(ahead)
})

it('refuses a parameter that is no position, and says what one looks like', () => {
  for (const text of ['', 'x', '-1', '1.5.2', '0x10'])
    expect(() => startAfter(log, text, 'after'), text).toThrow(
      expect.objectContaining({ code: 'usage', message: `after=${text} is not a position` }),
    )
})
