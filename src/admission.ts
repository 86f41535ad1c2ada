import type { DeviceId, Millis, Series } from './reading.ts'

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

/** Metrics and channels of one device: several times what the largest meters and controllers have. */
const seriesPerDeviceMax = 2000

interface SeriesOf {
  count: number
  /** By metric. */
  readonly channels: Map<string, Set<string | undefined>>
}

/**
 * Lets new metrics and channels of a device in, so many: a sketch that prints its noise as names, or somebody who invents them, makes
 * a line on a chart of each. Units are not counted; they are few, by the table of those there are.
 * @param known series that are in already
 */
export function createSeriesAdmission(known: Iterable<Series>): (series: Series) => boolean {
  const devices = new Map<DeviceId, SeriesOf>()
  const admit = ({ device, metric, channel }: Series): boolean => {
    const of = devices.get(device) ?? { count: 0, channels: new Map() }
    const channels = of.channels.get(metric)
    if (channels?.has(channel)) return true
    if (of.count === seriesPerDeviceMax) return false
    of.channels.set(metric, (channels ?? new Set()).add(channel))
    of.count++
    devices.set(device, of)
    return true
  }
  for (const series of known) admit(series)
  return admit
}
