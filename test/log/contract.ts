import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Page, ReadingLog, SeriesFilter } from '../../src/log/log.ts'
import type { LoggedReading, Reading, Seq } from '../../src/reading.ts'
import { devices, reading, readings } from './sample.ts'

/** A log to test, and what is needed beside the contract to do so. */
export interface TestedLog {
  readonly log: ReadingLog
  /** Lets the log take everything below `floor`, as retention does. */
  retain(floor: Seq): Promise<void>
  close(): Promise<unknown>
}

/** What every log promises. */
export function describeLog(name: string, open: () => Promise<TestedLog>): void {
  describe(name, () => {
    let tested: TestedLog
    let log: ReadingLog
    beforeAll(async () => {
      tested = await open()
      log = tested.log
    })
    // One log for all of them, emptied in between: opening one takes longer than most of what is tested.
    beforeEach(async () => {
      log.commitSoon()
      await log.durable(log.head)
      await tested.retain(log.head + 1)
    })
    afterAll(async () => {
      await tested.close()
    })

    describe('append', () => {
      it('gives the next numbers, in order, and returns the head', async () => {
        const { head } = log
        expect(log.append(readings(3))).toBe(head + 3)
        expect(log.append([])).toBe(head + 3)
        expect(log.append(readings(2))).toBe(head + 5)
        expect(log.head).toBe(head + 5)
      })

      it('shows a reading at once, and later, as it was given', async () => {
        const given: Reading[] = [
          reading(),
          reading({ value: -0.1, channel: 'probe 1', quality: 'stale' }),
          reading({ value: true, unit: null, metric: 'occupancy', quality: 'suspect' }),
          reading({ value: false, unit: null, metric: 'occupancy', channel: 'b' }),
          reading({ value: '12', unit: null, metric: 'state', quality: 'unsynced' }),
          reading({ value: '', unit: null, metric: 'state' }),
          reading({ value: 'größer\0\n"𝄞"', unit: null, metric: 'state', channel: 'ø' }),
          reading({ value: Number.MAX_VALUE, time: -1 }),
          reading({ value: Number.MIN_VALUE, time: 8.64e15 }),
          reading({ value: Number.MAX_SAFE_INTEGER, time: 0 }),
        ]
        const { head } = log
        log.append(given)
        const logged = given.map((one, i) => ({ ...one, seq: head + 1 + i }))
        expect((await log.read(head, null, 100)).readings).toStrictEqual(logged)
        await push(log, 5)
        expect((await log.read(head, null, given.length)).readings).toStrictEqual(logged)
      })

      it('keeps series apart that differ in one field', async () => {
        const given = [{}, { device: 'test:two' }, { metric: 'power' }, { channel: 'a' }, { unit: 'K' }, { unit: null }]
        const { head } = log
        log.append(given.map((fields) => reading(fields)))
        await push(log, 5)
        const page = await log.read(head, null, given.length)
        expect(page.readings.map(({ seq: _, ...rest }) => rest)).toStrictEqual(given.map((fields) => reading(fields)))
      })
    })

    describe('read', () => {
      it('gives pages that follow on each other', async () => {
        const start = log.head
        log.append(readings(25))
        const first = await log.read(start, null, 10)
        expect(numbers(first)).toEqual(range(start + 1, start + 10))
        expect(first.next).toBe(start + 10)
        const last = await log.read(start + 20, null, 10)
        expect(numbers(last)).toEqual(range(start + 21, start + 25))
        expect(last).toMatchObject({ next: start + 25 })
        expect(last).not.toHaveProperty('lost')
      })

      it('has nothing behind the head, and stays there', async () => {
        log.append(readings(5))
        expect(await log.read(log.head, null, 10)).toEqual({ readings: [], next: log.head })
        expect(await log.read(log.head + 7, null, 10)).toEqual({ readings: [], next: log.head + 7 })
      })

      it('goes as far as it searched, not to the last match', async () => {
        const start = log.head
        log.append([...readings(10), reading({ device: 'test:rare' }), ...readings(10)])
        const page = await log.read(start, devices('test:rare'), 10)
        expect(numbers(page)).toEqual([start + 11])
        expect(page.next).toBe(start + 21)
      })

      it('stops at the last match when the page is full', async () => {
        const start = log.head
        log.append(readings(30, 3))
        const page = await log.read(start, devices('test:1'), 2)
        expect(numbers(page)).toEqual([start + 2, start + 5])
        expect(page.next).toBe(start + 5)
      })

      it('keeps to a range of times', async () => {
        const start = log.head
        log.append([1, 5, 3, 9, 5, 4].map((time) => reading({ time, device: `test:${time % 2}` })))
        await push(log, 3, 100)
        const times = { from: 3, to: 5 }
        const page = await log.read(start, null, 10, times)
        expect(numbers(page)).toEqual([start + 3, start + 6])
        expect(page.next).toBe(log.head)
        expect(numbers(await log.read(start, devices('test:1'), 10, times))).toEqual([start + 3])
        const open = { from: 5, to: Number.POSITIVE_INFINITY }
        expect(numbers(await log.read(start, null, 3, open))).toEqual([start + 2, start + 4, start + 5])
      })

      it('reaches the end with a filter that matches nothing', async () => {
        log.append(readings(20))
        const { read, end } = await readAll(log, log.floor - 1, devices('test:none'))
        expect(read).toEqual([])
        expect(end).toBe(log.head)
      })

      it('finds a series that appears after the filter was first used', async () => {
        const filter = devices('test:late')
        log.append(readings(3))
        await readAll(log, 0, filter)
        log.append([reading({ device: 'test:late' })])
        expect((await readAll(log, 0, filter)).read).toHaveLength(1)
      })
    })

    describe('durable', () => {
      it('resolves when the reading is on disk', async () => {
        const seq = log.append(readings(3))
        log.commitSoon()
        await log.durable(seq)
        expect(log.durableHead).toBe(seq)
      })

      it('resolves by itself, without anybody asking for a commit', async () => {
        await log.durable(log.append(readings(1)))
      })

      it('resolves at once for what is on disk already', async () => {
        await log.durable(log.head)
        await log.durable(0)
      })
    })

    describe('wait', () => {
      it('is true at once when the head lies beyond', async () => {
        log.append(readings(2))
        expect(await log.wait(log.head - 1)).toBe(true)
      })

      it('is true as soon as a reading is appended', async () => {
        const waiting = log.wait(log.head)
        log.append(readings(1))
        expect(await waiting).toBe(true)
      })

      it('wakes everybody once a turn, with everything appended in it', async () => {
        const start = log.head
        const waiting = [1, 2].map(() => log.wait(start).then(() => log.head))
        for (let i = 0; i < 5; i++) log.append(readings(1))
        expect(await Promise.all(waiting)).toEqual([start + 5, start + 5])
      })

      it('is false at the time-out', async () => {
        expect(await log.wait(log.head, { timeoutMs: 5 })).toBe(false)
      })

      it('is false when it is aborted, before or meanwhile', async () => {
        const abort = new AbortController()
        const waiting = log.wait(log.head, { signal: abort.signal, timeoutMs: 10_000 })
        abort.abort()
        expect(await waiting).toBe(false)
        expect(await log.wait(log.head, { signal: abort.signal })).toBe(false)
      })

      it('is woken by an append that does not reach its place, and says so', async () => {
        const waiting = log.wait(log.head + 1, { timeoutMs: 10_000 })
        log.append(readings(1))
        expect(await waiting).toBe(false)
      })
    })

    describe('seek', () => {
      it('finds the position before the first reading that is not before a time', async () => {
        const start = log.head
        log.append([100, 200, 200, 150, 300].map((time) => reading({ time })))
        await push(log, 3, 300)
        expect(await log.seek(50)).toBe(start)
        expect(await log.seek(100)).toBe(start)
        expect(await log.seek(101)).toBe(start + 1)
        expect(await log.seek(200)).toBe(start + 1)
        expect(await log.seek(201)).toBe(start + 4)
        expect(await log.seek(2 ** 45)).toBe(log.head)
      })
    })

    describe('seekLast', () => {
      it('finds the position that leaves so many readings of every series', async () => {
        const start = log.head
        log.append(['a', 'b', 'a', 'b', 'b', 'a'].map((device) => reading({ device })))
        expect(await log.seekLast(1, null)).toBe(start + 4)
        expect(await log.seekLast(2, null)).toBe(start + 2)
        expect(await log.seekLast(2, devices('b'))).toBe(start + 3)
        expect(await log.seekLast(100, devices('b'))).toBe(start + 1)
        expect(await log.seekLast(100, null)).toBe(start)
        expect(await log.seekLast(0, null)).toBe(log.head)
        expect(await log.seekLast(3, devices('none'))).toBe(log.head)
      })
    })

    describe('retention', () => {
      it('moves the floor, and says of what was asked for what is lost', async () => {
        const start = log.head
        log.append(readings(20))
        await log.durable(log.head)
        await tested.retain(start + 11)
        expect(log.floor).toBe(start + 11)
        const page = await log.read(start, null, 5)
        expect(page).toMatchObject({ next: start + 15, lost: { from: start + 1, to: start + 10 } })
        expect(numbers(page)).toEqual(range(start + 11, start + 15))
        expect(await log.read(start + 10, null, 5)).not.toHaveProperty('lost')
        expect(await log.read(start + 9, null, 1)).toMatchObject({ lost: { from: start + 10, to: start + 10 } })
      })

      it('may take everything', async () => {
        const start = log.head
        log.append(readings(4))
        await log.durable(log.head)
        await tested.retain(log.head + 1)
        expect(log.floor).toBe(log.head + 1)
        expect(await log.read(start, null, 5)).toEqual({
          readings: [],
          next: log.head,
          lost: { from: start + 1, to: start + 4 },
        })
        expect(await log.seek(0)).toBe(log.head)
        expect(await log.seekLast(1, null)).toBe(log.head)
        log.append(readings(2))
        expect(numbers(await log.read(start + 4, null, 5))).toEqual([start + 5, start + 6])
      })

      it('is told to a filtered reader too', async () => {
        const start = log.head
        log.append(readings(20))
        await log.durable(log.head)
        await tested.retain(start + 6)
        const page = await log.read(start, devices('test:2'), 5)
        expect(page).toMatchObject({ lost: { from: start + 1, to: start + 5 } })
        expect(numbers(page)).toEqual([start + 13])
      })
    })

    it('names the present run last', () => {
      expect(log.runs.at(-1)!.id).toMatch(/^[a-z0-9]+$/)
      expect(log.runs.at(-1)!.first).toBeLessThanOrEqual(log.head + 1)
    })
  })
}

/** Follows the pages of a filter to the head. */
export async function readAll(log: ReadingLog, after: Seq, filter: SeriesFilter | null, limit = 1000) {
  const read: LoggedReading[] = []
  let end = after
  while (end < log.head) {
    const page = await log.read(end, filter, limit)
    if (page.next <= end) throw new Error(`the page after ${end} does not go on: ${JSON.stringify(page)}`)
    read.push(...page.readings)
    end = page.next
    await setImmediate()
  }
  return { read, end }
}

export function numbers({ readings: read }: Page): Seq[] {
  return read.map(({ seq }) => seq)
}

/** Appends so many more and waits until they are on disk, so that a small ring holds none of what came before. */
async function push(log: ReadingLog, count: number, time?: number): Promise<void> {
  await log.durable(log.append(readings(count, 1, time)))
}

function range(first: Seq, last: Seq): Seq[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}
