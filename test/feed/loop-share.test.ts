import { describe, expect, it } from 'vitest'
import { LoopShare } from '../../src/feed/loop-share.ts'

/** An event loop of which only the clock is there. */
class Loop {
  now = 1000
  head = 1
  idle = 0
  readonly share = new LoopShare(
    { now: () => this.now, idle: () => this.idle, pause: async () => undefined },
    () => this.head,
  )
  /** Milliseconds that streams and the rest have had. */
  streams = 0
  rest = 0

  /** A turn of streams that take `cost` each, after one of the rest, partly idle; returns how many were woken. */
  turn({ cost, rest, idle = 0, readings }: { cost: number; rest: number; idle?: number; readings: number }): number {
    this.now += rest
    this.idle += idle
    this.rest += rest
    this.head += readings
    const woken = this.share.begin()
    this.now += woken * cost
    this.streams += woken * cost
    this.share.worked(woken * cost)
    this.share.end(woken)
    return woken
  }
}

describe('how the event loop is shared', () => {
  for (const rest of [0.05, 0.7, 3, 12])
    it(`leaves input four fifths and streams the last one, with ${rest} ms of input in each turn`, () => {
      const loop = new Loop()
      while (loop.now < 20_000) loop.turn({ cost: 0.012, rest, readings: 1 })
      const share = loop.streams / (loop.streams + loop.rest)
      expect(share).toBeLessThan(0.21)
      expect(share).toBeGreaterThan(0.16)
    })

  it('leaves input that waits for the disk half of its time as much as any other', () => {
    const loop = new Loop()
    while (loop.now < 20_000) loop.turn({ cost: 0.012, rest: 0.7, idle: 0.35, readings: 1 })
    expect(loop.streams / (loop.streams + loop.rest)).toBeLessThan(0.21)
  })

  it('gives streams nearly all of a loop that is idle but for them, although readings come in', () => {
    const loop = new Loop()
    while (loop.now < 20_000) loop.turn({ cost: 0.012, rest: 0.1, idle: 0.095, readings: 1 })
    expect(loop.streams / (loop.streams + loop.rest)).toBeGreaterThan(0.7)
  })

  it('lets streams run in every turn once nothing has come in for 5 ms, however long they take', () => {
    const loop = new Loop()
    loop.turn({ cost: 0.012, rest: 6, readings: 1 })
    loop.turn({ cost: 0.012, rest: 6, readings: 0 })
    for (let i = 0; i < 100; i++) expect(loop.turn({ cost: 0.012, rest: 0.5, readings: 0 })).toBeGreaterThan(0)
  })

  it('holds streams up while a sender waits for the disk, and no longer', () => {
    const loop = new Loop()
    while (loop.turn({ cost: 1, rest: 0.1, readings: 1 }) === 0);
    expect(loop.turn({ cost: 1, rest: 2, readings: 1 })).toBe(0)
    expect(loop.turn({ cost: 1, rest: 2, readings: 0 })).toBe(0)
    expect(loop.turn({ cost: 1, rest: 4, readings: 0 })).toBeGreaterThan(0)
  })

  for (const [cost, size] of [
    [0.02, 50],
    [0.0001, 256],
    [5, 8],
  ] as const)
    it(`wakes ${size} at a time when each takes ${cost} ms`, () => {
      const loop = new Loop()
      for (let i = 0; i < 50; i++) loop.turn({ cost, rest: 0, readings: 0 })
      expect(Math.abs(loop.turn({ cost, rest: 0, readings: 0 }) - size)).toBeLessThanOrEqual(1)
    })

  it('counts what streams do between slices as theirs, and within one only once', () => {
    const loop = new Loop()
    while (loop.now < 20_000) {
      loop.share.worked(0.1)
      loop.now += 0.1
      loop.streams += 0.1
      loop.turn({ cost: 0.012, rest: 1, readings: 1 })
    }
    const share = loop.streams / (loop.streams + loop.rest)
    expect(share).toBeGreaterThan(0.16)
    expect(share).toBeLessThan(0.21)
  })
})
