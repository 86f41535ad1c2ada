/** What the address shows. Kept behind `#`, so that the gateway serves one page and a link can be shared. */
export type Route =
  | { readonly view: 'devices'; readonly search: string }
  | { readonly view: 'device'; readonly id: string; readonly range: Range }
  | { readonly view: 'inputs' }

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
  return { view: 'devices', search: parameters.get('q') ?? '' }
}

/** The hash of a route; `parseRoute` gives the route back. */
export function formatRoute(route: Route): string {
  if (route.view === 'inputs') return '#/inputs'
  if (route.view === 'device')
    return `#/device/${encodeURIComponent(route.id)}${route.range === '1h' ? '' : `?range=${route.range}`}`
  return route.search ? `#/?${new URLSearchParams({ q: route.search })}` : '#/'
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
