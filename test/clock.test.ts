import { expect, it } from 'vitest'
import { createClock } from '../src/clock.ts'

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
