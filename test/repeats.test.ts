import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { limitRepeats } from '../src/repeats.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

function open() {
  const lines: string[] = []
  const write = (level: string) => (_details: object, message: string) => void lines.push(`${level} ${message}`)
  const logger = limitRepeats({ info: write('info'), warn: write('warn'), error: write('error') })
  return { lines, logger }
}

it('leaves out what repeats too often, and says at the end of the minute how much that was', () => {
  const { lines, logger } = open()
  for (let i = 0; i < 1000; i++) logger.error({ err: i }, 'the disk is gone')
  expect(lines).toEqual(Array(20).fill('error the disk is gone'))
  vi.advanceTimersByTime(61_000)
  expect(lines.slice(20)).toEqual(['error the disk is gone (and 979 such lines before, left out)'])
  expect(vi.getTimerCount()).toBe(0)
  logger.error({}, 'the disk is gone')
  expect(lines).toHaveLength(22)
})

it('tells of a flapping input how it stands in the end, whatever it said last', () => {
  const { lines, logger } = open()
  for (let i = 0; i < 50; i++) {
    logger.warn({ input: 'serial' }, `serial: waiting: try ${i}`)
    logger.info({ input: 'serial' }, 'serial: connected')
  }
  logger.info({ input: 'broker' }, 'broker: connected')
  expect(lines.at(-1)).toBe('info broker: connected')
  vi.advanceTimersByTime(61_000)
  expect(lines.at(-1)).toBe('info serial: connected (and 79 such lines before, left out)')
  expect(lines).toHaveLength(22)
})

it('holds nothing back when it is flushed, and no more kinds than it may', () => {
  const { lines, logger } = open()
  for (let i = 0; i < 22; i++) logger.warn({}, 'again')
  logger.flush()
  expect(lines.at(-1)).toBe('warn again (and 1 such lines before, left out)')
  for (let i = 0; i < 21; i++) logger.warn({}, 'once more')
  for (let i = 0; i < 500; i++) logger.info({}, `reading ${i}`)
  expect(lines.filter((line) => line === 'warn once more')).toHaveLength(21)
  expect(vi.getTimerCount()).toBe(1)
  logger.flush()
  expect(vi.getTimerCount()).toBe(0)
})
