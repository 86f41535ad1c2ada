import type { Millis } from '../src/reading.ts'

/** What the address shows. Kept behind `#`, so that the gateway serves one page and a link can be shared. */
export type Route = ListRoute | DeviceRoute | { readonly view: 'inputs' }

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

export interface DeviceRoute {
  readonly view: 'device'
  readonly id: string
  readonly range: Range
  readonly zoom?: Zoom
}

/** A part of the past instead of the time up to now. */
export interface Zoom {
  readonly from: Millis
  readonly to: Millis
}

/** Time on a chart, in minutes, up to now. */
export const ranges = {
  '5m': 5,
  '15m': 15,
  '1h': 60,
  '6h': 360,
  '24h': 1440,
  '7d': 10_080,
  '30d': 43_200,
  '1y': 525_600,
} as const
export type Range = keyof typeof ranges

/** Reads `location.hash`. What is not understood leads to the devices. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const parameters = new URLSearchParams(query)
  const [view, id] = path.split('/')
  if (view === 'inputs') return { view: 'inputs' }
  if (view === 'device' && id) {
    const range = parameters.get('range')
    const zoom = zoomOf(parameters.get('from'), parameters.get('to'))
    return {
      view: 'device',
      id: decode(id),
      range: range && Object.hasOwn(ranges, range) ? (range as Range) : '1h',
      ...(zoom && { zoom }),
    }
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
  if (route.view === 'device') {
    if (route.range !== '1h') parameters.set('range', route.range)
    if (route.zoom) {
      parameters.set('from', new Date(route.zoom.from).toISOString())
      parameters.set('to', new Date(route.zoom.to).toISOString())
    }
    // Colons may stand as they are (RFC 3986 §3.5), and are read more easily so.
    const query = parameters.toString().replaceAll('%3A', ':')
    return `#/device/${encodeURIComponent(route.id)}${query && `?${query}`}`
  }
  if (route.search) parameters.set('q', route.search)
  if (route.group) parameters.set('by', route.group)
  if (route.hidden) parameters.set('hidden', '1')
  return parameters.size > 0 ? `#/?${parameters}` : '#/'
}

function zoomOf(from: string | null, to: string | null): Zoom | undefined {
  const zoom = { from: Date.parse(from ?? ''), to: Date.parse(to ?? '') }
  return zoom.from < zoom.to ? zoom : undefined
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
