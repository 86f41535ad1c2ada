/** What the address shows. Kept behind `#`, so that the gateway serves one page and a link can be shared. */
export type Route =
  | ListRoute
  | { readonly view: 'device'; readonly id: string; readonly range: Range }
  | { readonly view: 'inputs' }

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

/** Time on a chart. */
export const ranges = { '5m': 5, '15m': 15, '1h': 60 } as const
export type Range = keyof typeof ranges

/** Reads `location.hash`. What is not understood leads to the devices. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const parameters = new URLSearchParams(query)
  const [view, id] = path.split('/')
  if (view === 'inputs') return { view: 'inputs' }
  if (view === 'device' && id) {
    const range = parameters.get('range')
    return { view: 'device', id: decode(id), range: range && Object.hasOwn(ranges, range) ? (range as Range) : '1h' }
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
  if (route.view === 'device')
    return `#/device/${encodeURIComponent(route.id)}${route.range === '1h' ? '' : `?range=${route.range}`}`
  const parameters = new URLSearchParams()
  if (route.search) parameters.set('q', route.search)
  if (route.group) parameters.set('by', route.group)
  if (route.hidden) parameters.set('hidden', '1')
  return parameters.size > 0 ? `#/?${parameters}` : '#/'
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
