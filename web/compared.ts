import { unitSign } from '../src/notation/unit.ts'
import { seriesName } from './card.ts'
import { type Catalog, type KnownDevice, type KnownSeries, lineKey, shownName } from './catalog.ts'
import { metricName } from './metric.ts'
import { formatRoute, formatSeries, type SeriesName } from './route.ts'

/** A line that was chosen for comparison and is known. */
export interface Chosen {
  /** Of its line, among those of all devices. */
  readonly key: string
  readonly ref: SeriesName
  readonly series: KnownSeries
  /** `Living room · Temperature`. */
  readonly name: string
  /** The same without what the name of its chart says already: `Living room`. */
  readonly label: string
  /** Which colour and dash it takes. */
  readonly place: number
  /** Its device. */
  readonly href: string
}

/** Those of the chosen lines that are known. One that changed its unit is taken with the newer. */
export function chosenOf({ devices }: Catalog, refs: readonly SeriesName[]): Chosen[] {
  return refs.flatMap((ref, place) => {
    const device = devices.get(ref.device)
    const series =
      device && newestOf(device.series.filter((one) => one.metric === ref.metric && one.channel === ref.channel))
    if (!device || !series) return []
    return [
      {
        key: lineKey({ device: device.id, ...series }),
        ref,
        series,
        name: nameOf(device, series),
        label: [shownName(device), series.channel].filter(Boolean).join(' · '),
        place,
        href: formatRoute({ view: 'device', id: device.id, range: '1h' }),
      },
    ]
  })
}

/** A chart's lines: those of one unit; of numbers without one, of one metric. */
export interface Group {
  readonly name: string
  readonly isState: boolean
  readonly chosen: readonly Chosen[]
}

/** Which lines share a chart, in the order in which they were chosen. States have one each. */
export function groupsOfUnit(chosen: readonly Chosen[]): Group[] {
  const groups = new Map<string, Chosen[]>()
  for (const one of chosen) {
    const { unit, metric, last } = one.series
    const isState = last !== undefined && typeof last.value !== 'number'
    const key = isState ? `state ${one.key}` : unit === null ? `metric ${metric}` : `unit ${unit}`
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups].map(([key, members]) => {
    const isState = key.startsWith('state ')
    const isOneMetric = members.every(({ series }) => series.metric === members[0]!.series.metric)
    const chosen = isOneMetric ? members : members.map((one) => ({ ...one, label: one.name }))
    return { name: isState ? members[0]!.name : groupName(members), isState, chosen }
  })
}

/** Every line that is not chosen yet, as a person may choose it; those that could share a chart with others come first. */
export function offered(
  catalog: Catalog,
  refs: readonly SeriesName[],
  search: string,
): { ref: SeriesName; name: string }[] {
  const taken = new Set(refs.map(formatSeries))
  const units = new Set(chosenOf(catalog, refs).map(({ series }) => series.unit))
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const all = [...catalog.devices.values()]
    .filter(({ hidden }) => !hidden)
    .flatMap((device) =>
      device.series.map((series) => {
        const { metric, channel, unit } = series
        const ref = { device: device.id, metric, ...(channel !== undefined && { channel }) }
        return { ref, name: nameOf(device, series), fits: unit !== null && units.has(unit) }
      }),
    )
    .filter(({ ref }) => !taken.has(formatSeries(ref)))
    .filter(({ ref, name }) =>
      words.every((word) => `${name} ${ref.device} ${ref.metric}`.toLowerCase().includes(word)),
    )
  return all.sort((a, b) => Number(b.fits) - Number(a.fits) || collator.compare(a.name, b.name))
}

const collator = new Intl.Collator(undefined, { numeric: true })

function nameOf(device: KnownDevice, series: KnownSeries): string {
  return `${shownName(device)} · ${seriesName(series)}`
}

function newestOf(series: readonly KnownSeries[]): KnownSeries | undefined {
  return [...series].sort((a, b) => (b.last?.seq ?? 0) - (a.last?.seq ?? 0))[0]
}

/** `Temperature`, or where several metrics share a unit `Temperature, Dew point (°C)`. */
function groupName(members: readonly Chosen[]): string {
  const metrics = [...new Set(members.map(({ series }) => metricName(series.metric)))]
  const sign = unitSign(members[0]!.series.unit)
  return metrics.length === 1 || sign === '' ? metrics.join(', ') : `${metrics.join(', ')} (${sign})`
}
