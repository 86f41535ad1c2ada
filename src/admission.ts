import type { DeviceId, Millis } from './reading.ts'

const hourMs = 3_600_000

/**
 * Lets new devices in, so many an hour: a beacon with a random address, or somebody who invents names, would otherwise
 * fill memory and the page for ever.
 * @param known devices that are in already
 * @param perHour new ones admitted in any hour that begins with the first of them
 */
export function createAdmission(
  known: Iterable<DeviceId>,
  perHour: number,
): (device: DeviceId, now: Millis) => boolean {
  const admitted = new Set(known)
  let hourBegan = 0
  let inHour = 0
  return (device, now) => {
    if (admitted.has(device)) return true
    // A clock that was set back begins a new hour too.
    if (now - hourBegan >= hourMs || now < hourBegan) {
      hourBegan = now
      inHour = 0
    }
    if (inHour >= perHour) return false
    inHour++
    admitted.add(device)
    return true
  }
}
