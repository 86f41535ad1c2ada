import type { DeviceId, LoggedReading, Millis, Quality, Seq, Value } from '../src/reading.ts'
import { compareMetrics } from './metric.ts'
import { simulatedTag } from './tags.ts'
import { createTrace, type Trace } from './trace.ts'
import type { DeviceStatus, WireDevice, WireDeviceChange } from './wire.ts'

export interface LastValue {
  readonly seq: Seq
  readonly time: Millis
  readonly value: Value
  readonly quality?: Quality
}

export interface KnownSeries {
  readonly key: string
  readonly metric: string
  readonly channel: string | undefined
  readonly unit: string | null
  last: LastValue | undefined
  readonly trace: Trace
  /** Whether the trace has been filled with what came before the page was opened. */
  traced: boolean
}

export interface KnownDevice {
  readonly id: DeviceId
  name: string
  /** What tells it from others of its name: its family, or its id where that is the same; empty where no other has it. */
  distinction: string
  profile: string | null
  source: string | null
  status: DeviceStatus
  tags: Readonly<Record<string, string | number | boolean>>
  hidden: boolean
  lastSeen: Millis | undefined
  /** Whether a snapshot had it; until then only its readings are known. */
  isListed: boolean
  /** By key, in the order they are shown. */
  series: readonly KnownSeries[]
}

export interface CatalogListener {
  /** Devices came or went, or one got a name, a status or a further series. */
  listed(): void
  /** A value or the status of this device changed; many times a second. */
  changed(id: DeviceId): void
  /** A reading of a device that the snapshot did not have: its name is not known yet. */
  unknown(id: DeviceId): void
}

/** What is known of every device: its names and, of every series, the newest value. Bounded by the gateway's limit on devices. */
export interface Catalog {
  readonly devices: ReadonlyMap<DeviceId, KnownDevice>
  /** A snapshot of GET /api/devices. A value that the stream has overtaken meanwhile stays. */
  load(devices: readonly WireDevice[]): void
  /** One device as it is after a change of its name or tags. */
  replace(device: WireDevice): void
  take(reading: LoggedReading): void
  change(change: WireDeviceChange): void
  /** The stream begins anew, perhaps of another log: traces have holes, and any value is newer than those known. */
  restart(): void
}

export function createCatalog(listener: CatalogListener): Catalog {
  const devices = new Map<DeviceId, KnownDevice>()

  function loadOne(wire: WireDevice): void {
    const device = devices.get(wire.id) ?? provisional(wire.id)
    devices.set(wire.id, device)
    device.isListed = true
    device.name = wire.name
    device.profile = wire.profile
    device.source = wire.source
    device.status = wire.status
    device.tags = wire.tags
    device.hidden = wire.hidden
    const seen = wire.lastSeen ? Date.parse(wire.lastSeen) : undefined
    if (seen !== undefined && seen > (device.lastSeen ?? 0)) device.lastSeen = seen
    for (const metric of wire.metrics) {
      const series = seriesOf(device, metric)
      if (metric.last.seq > (series.last?.seq ?? 0))
        series.last = { ...metric.last, time: Date.parse(metric.last.time) }
    }
  }

  return {
    devices,
    load(list) {
      const listed = new Set(list.map(({ id }) => id))
      // One that no snapshot had yet may have spoken after this one was taken.
      for (const [id, { isListed }] of devices) if (isListed && !listed.has(id)) devices.delete(id)
      for (const wire of list) loadOne(wire)
      tellApart(devices.values())
      listener.listed()
    },
    replace(wire) {
      loadOne(wire)
      tellApart(devices.values())
      listener.listed()
    },
    take(reading) {
      let device = devices.get(reading.device)
      const isNew = !device
      if (!device) {
        device = provisional(reading.device)
        devices.set(reading.device, device)
        tellApart(devices.values())
      }
      const count = device.series.length
      const series = seriesOf(device, reading)
      if (reading.seq > (series.last?.seq ?? 0)) series.last = reading
      if (typeof reading.value === 'number') series.trace.add(reading.time, reading.value)
      if (reading.time > (device.lastSeen ?? 0)) device.lastSeen = reading.time
      if (isNew) listener.unknown(device.id)
      if (isNew || device.series.length > count) listener.listed()
      listener.changed(device.id)
    },
    change({ id, ...change }) {
      const device = devices.get(id)
      if (!device) return listener.unknown(id)
      const { status, name, tags, hidden } = change
      const isRenamed = name !== device.name
      Object.assign(device, { status, name, tags, hidden })
      if (isRenamed) tellApart(devices.values())
      listener.listed()
      listener.changed(id)
    },
    restart() {
      for (const device of devices.values()) {
        for (const series of device.series) {
          series.trace.clear()
          series.traced = false
          if (series.last) series.last = { ...series.last, seq: 0 }
        }
      }
    },
  }
}

/** Names a line: another unit is another line. */
export function seriesKey(series: { metric: string; channel?: string | undefined; unit: string | null }): string {
  return `${series.metric} ${series.channel ?? ''} ${series.unit ?? ''}`
}

/** Names a line among those of all devices. */
export function lineKey(line: { device: DeviceId; metric: string; channel?: string | undefined; unit: string | null }) {
  return `${line.device} ${seriesKey(line)}`
}

/** Simulated devices say so everywhere, so that nobody takes their values for real ones. */
export function isSimulated(device: KnownDevice): boolean {
  return device.id.startsWith('demo:') || simulatedTag in device.tags
}

/** The device's name, without a word that stands beside it, and with what tells it from others of that name. */
export function shownName(device: KnownDevice): string {
  const name = isSimulated(device) ? device.name.replace(/ \(simulated\)$/, '') : device.name
  return device.distinction === '' ? name : `${name} (${device.distinction})`
}

/** An attic that is heard over Zigbee and over plain MQTT is two devices of one name. */
function tellApart(devices: Iterable<KnownDevice>): void {
  const namesakes = new Map<string, KnownDevice[]>()
  for (const device of devices) {
    const group = namesakes.get(device.name)
    if (group) group.push(device)
    else namesakes.set(device.name, [device])
  }
  for (const group of namesakes.values()) {
    const families = new Set(group.map(({ id }) => familyOf(id)))
    for (const device of group)
      device.distinction = group.length === 1 ? '' : families.size === group.length ? familyOf(device.id) : device.id
  }
}

function familyOf(id: DeviceId): string {
  return id.slice(0, Math.max(0, id.indexOf(':'))) || id
}

function provisional(id: DeviceId): KnownDevice {
  return {
    id,
    name: nativeId(id),
    distinction: '',
    profile: null,
    source: null,
    status: 'unknown',
    tags: {},
    hidden: false,
    lastSeen: undefined,
    isListed: false,
    series: [],
  }
}

function nativeId(id: DeviceId): string {
  return id.slice(id.indexOf(':') + 1) || id
}

function seriesOf(
  device: KnownDevice,
  of: { metric: string; channel?: string | undefined; unit: string | null },
): KnownSeries {
  const key = seriesKey(of)
  const known = device.series.find((series) => series.key === key)
  if (known) return known
  const series: KnownSeries = {
    key,
    metric: of.metric,
    channel: of.channel,
    unit: of.unit,
    last: undefined,
    trace: createTrace(),
    traced: false,
  }
  device.series = [...device.series, series].sort(
    (a, b) =>
      compareMetrics(a.metric, b.metric) ||
      (a.channel ?? '').localeCompare(b.channel ?? '', undefined, { numeric: true }),
  )
  return series
}
