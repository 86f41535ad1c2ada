import { describe, expect, it } from 'vitest'
import { createClock, watchSteps } from '../src/clock.ts'

const today = Date.UTC(2026, 10, 22)
const nothing = () => false

it('trusts a plausible time where nothing else keeps the clock', () => {
  expect(createClock({ now: () => today, exists: nothing }).synced).toBe(true)
})

it('does not trust 1970, nor a time a day behind what the log believes', () => {
  expect(createClock({ now: () => 12_000, exists: nothing }).synced).toBe(false)
  expect(createClock({ now: () => today, exists: nothing, believed: () => today + 2 * 86_400_000 }).synced).toBe(false)
})

it('trusts it when the log has come to believe it, too', () => {
  let [time, believed] = [today, today + 365 * 86_400_000]
  const clock = createClock({ now: () => time, exists: nothing, believed: () => believed })
  expect(clock.synced).toBe(false)
  time += 1_001
  believed = time
  expect(clock.synced).toBe(true)
})

it('waits for systemd-timesyncd to have heard a server, and then stays', () => {
  let time = today
  const files = new Set(['/run/systemd/timesync'])
  const clock = createClock({ now: () => time, exists: (path) => files.has(path) })
  expect(clock.synced).toBe(false)
  files.add('/run/systemd/timesync/synchronized')
  expect(clock.synced).toBe(false)
  time += 1_001
  expect(clock.synced).toBe(true)
  files.clear()
  expect(clock.synced).toBe(true)
})

it('looks again after the clock was set back while it waited', () => {
  let time = today
  const files = new Set(['/run/systemd/timesync'])
  const clock = createClock({ now: () => time, exists: (path) => files.has(path) })
  expect(clock.synced).toBe(false)
  files.add('/run/systemd/timesync/synchronized')
  time -= 3_600_000
  expect(clock.synced).toBe(true)
})

describe('a clock that is put forward or back', () => {
  const hour = 3_600_000
  const day = 24 * hour

  /** Two clocks that the test moves: one that people set, and one that never jumps. */
  function open() {
    const times = { wall: today, steady: 5_000 }
    const clock = createClock({ now: () => times.wall, steady: () => times.steady, exists: nothing })
    expect(clock.steppedMs).toBe(0)
    const pass = (ms: number) => {
      times.wall += ms
      times.steady += ms
    }
    const lines: string[] = []
    return { clock, times, pass, lines, look: watchSteps(clock, (line) => void lines.push(line)) }
  }

  it('is told while it stands elsewhere, and once', () => {
    const { clock, times, pass, lines, look } = open()
    pass(10 * day)
    look()
    times.wall -= day
    pass(hour)
    expect(clock.steppedMs).toBe(-day)
    look()
    look()
    expect(lines).toEqual([expect.stringMatching(/^the clock was put back by 24 hours: .*timedatectl/)])
    times.wall += day
    expect(clock.steppedMs).toBe(0)
    look()
    expect(lines.at(-1)).toBe('the clock is taken for right again')
  })

  it('is believed when it has stood there for a day', () => {
    const { clock, times, pass } = open()
    times.wall += 365 * day
    expect(clock.steppedMs).toBe(365 * day)
    pass(day)
    expect(clock.steppedMs).toBe(0)
    pass(hour)
    expect(clock.steppedMs).toBe(0)
  })

  it('is not one that drifts, nor one that is set for the first time', () => {
    const { clock, times } = open()
    times.wall += 30_000
    expect(clock.steppedMs).toBe(0)
    let time = 12_000
    const booting = createClock({ now: () => time, steady: () => 1_000, exists: nothing })
    expect([booting.synced, booting.steppedMs]).toEqual([false, 0])
    time = today
    expect([booting.synced, booting.steppedMs]).toEqual([true, 0])
  })
})
