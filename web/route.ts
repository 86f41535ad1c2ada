import type { DeviceId } from '../src/reading.ts'
import { type Range, ranges, type Span, type Zoom } from './span.ts'

/** What the address shows. Kept behind `#`, so that the gateway serves one page and a link can be shared. */
export type Route = ListRoute | DeviceRoute | CompareRoute | { readonly view: 'inputs' }

export interface ListRoute {
  readonly view: 'devices'
  readonly search: string
  /** Tag by which devices are grouped; empty for none. */
  readonly group: string
  /** Whether hidden devices are listed as well. */
  readonly hidden: boolean
}

/** The devices as they are listed first: all but hidden ones, ungrouped. */
export const allDevices: ListRoute = { view: 'devices', search: '', group: '', hidden: false }

export interface DeviceRoute extends Span {
  readonly view: 'device'
  readonly id: DeviceId
}

/** Lines of several devices, in the order in which they were chosen. */
export interface CompareRoute extends Span {
  readonly view: 'compare'
  readonly series: readonly SeriesName[]
}

/** A line without its unit: what a person chooses. */
export interface SeriesName {
  readonly device: DeviceId
  readonly metric: string
  readonly channel?: string
}

/** Reads `location.hash`. What is not understood leads to the devices. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const parameters = new URLSearchParams(query)
  const [view, id] = path.split('/')
  if (view === 'inputs') return { view: 'inputs' }
  if (view === 'device' && id) return { view: 'device', id: decode(id), ...spanOf(parameters) }
  if (view === 'compare') {
    const series = parameters.getAll('s').flatMap((text) => parseSeries(text) ?? [])
    return { view: 'compare', series, ...spanOf(parameters) }
  }
  return {
    view: 'devices',
    search: parameters.get('q') ?? '',
    group: parameters.get('by') ?? '',
    hidden: parameters.has('hidden'),
  }
}

/** The hash of a route; `parseRoute` gives the route back. */
export function formatRoute(route: Route): string {
  if (route.view === 'inputs') return '#/inputs'
  const parameters = new URLSearchParams()
  if (route.view === 'devices') {
    if (route.search) parameters.set('q', route.search)
    if (route.group) parameters.set('by', route.group)
    if (route.hidden) parameters.set('hidden', '1')
    return parameters.size > 0 ? `#/?${parameters}` : '#/'
  }
  if (route.view === 'compare') for (const series of route.series) parameters.append('s', formatSeries(series))
  if (route.range !== '1h') parameters.set('range', route.range)
  if (route.zoom && 'lengthMs' in route.zoom) parameters.set('last', `${route.zoom.lengthMs}`)
  else if (route.zoom) {
    parameters.set('from', new Date(route.zoom.from).toISOString())
    parameters.set('to', new Date(route.zoom.to).toISOString())
  }
  // Colons and slashes may stand as they are (RFC 3986 §3.5), and are read more easily so.
  const query = parameters.toString().replaceAll('%3A', ':').replaceAll('%2F', '/')
  const path = route.view === 'device' ? `#/device/${encodeURIComponent(route.id)}` : '#/compare'
  return path + (query && `?${query}`)
}

/** `device/metric` or `device/metric/channel`; neither of the first two has a slash in it. */
export function formatSeries({ device, metric, channel }: SeriesName): string {
  return [device, metric, ...(channel === undefined ? [] : [channel])].join('/')
}

function parseSeries(text: string): SeriesName | undefined {
  const [device, metric, ...rest] = text.split('/')
  if (!device || !metric) return undefined
  return { device, metric, ...(rest.length > 0 && { channel: rest.join('/') }) }
}

function spanOf(parameters: URLSearchParams): Span {
  const range = parameters.get('range')
  const zoom = zoomOf(parameters)
  return { range: range && Object.hasOwn(ranges, range) ? (range as Range) : '1h', ...(zoom && { zoom }) }
}

function zoomOf(parameters: URLSearchParams): Zoom | undefined {
  const lengthMs = Number(parameters.get('last'))
  if (lengthMs > 0 && Number.isFinite(lengthMs)) return { lengthMs }
  const [from, to] = ['from', 'to'].map((name) => Date.parse(parameters.get(name) ?? '')) as [number, number]
  return from < to ? { from, to } : undefined
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
