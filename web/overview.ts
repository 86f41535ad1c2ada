import { createCardGrid } from './card-grid.ts'
import type { KnownDevice } from './catalog.ts'
import { h, setText } from './dom.ts'
import { createFirstRun } from './first-run.ts'
import { frameJob } from './frame.ts'
import { createGrouping, groupsOf } from './group.ts'
import { icon } from './icon.ts'
import { metricName } from './metric.ts'
import { formatRoute, type ListRoute } from './route.ts'
import type { View, ViewContext } from './view.ts'

const arrangeEveryMs = 200

/** All devices as cards, to be searched, grouped by a tag, and without those that are hidden; help where there is none yet. */
export function createOverview({ catalog, go }: ViewContext, initial: ListRoute): View {
  let route = initial
  const input = h('input', {
    type: 'search',
    placeholder: 'Search devices',
    'aria-label': 'Search devices',
    value: route.search,
    oninput: () => change({ search: input.value }),
  })
  const grouping = createGrouping((group) => change({ group }))
  const hidden = h('button', {
    type: 'button',
    class: 'button',
    onclick: () => change({ hidden: !route.hidden }),
  })
  const summary = h('p', { class: 'summary', role: 'status' })
  const nothing = h('p', { class: 'empty', hidden: true })
  const cards = createCardGrid()
  const searchBox = h('label', { class: 'search' }, icon('search'), input)
  const toolbar = h('div', { class: 'toolbar' }, h('h1', {}, 'Devices'), summary, grouping.element, hidden, searchBox)
  const found = h('div', {}, toolbar, nothing, cards.element)
  const firstRun = createFirstRun()
  const arrangeSoon = frameJob(arrange, arrangeEveryMs)

  function arrange(): void {
    const all = [...catalog.devices.values()]
    const known = all.filter((device) => route.hidden || !device.hidden)
    const matching = known.filter((device) => matches(device, route.search)).sort(byName)
    cards.arrange(groupsOf(matching, route.group))
    grouping.show(known, route.group)
    showToggle(all.filter((device) => device.hidden).length)
    found.hidden = all.length === 0
    firstRun.show(all.length === 0)
    nothing.hidden = matching.length > 0
    setText(nothing, known.length === 0 ? 'All devices are hidden.' : `No device matches “${route.search}”.`)
    setText(summary, summaryOf(known, route.search === '' ? undefined : matching.length))
  }

  function change(to: Partial<ListRoute>): void {
    route = { ...route, ...to }
    go(route, 'replace')
    arrange()
  }

  function showToggle(count: number): void {
    hidden.hidden = count === 0
    setText(hidden, `${count} hidden`)
    hidden.setAttribute('aria-pressed', String(route.hidden))
  }

  arrange()
  return {
    element: h('div', { class: 'overview' }, firstRun.element, found),
    title: () => 'Devices',
    route(next) {
      if (next.view !== 'devices' || formatRoute(next) === formatRoute(route)) return
      route = next
      input.value = route.search
      arrange()
    },
    listed: () => arrangeSoon.request(),
    fresh: cards.tick,
    changed: cards.changed,
    tick: cards.tick,
    dispose() {
      arrangeSoon.cancel()
      cards.dispose()
      firstRun.dispose()
    },
  }
}

const collator = new Intl.Collator(undefined, { numeric: true })

function byName(a: KnownDevice, b: KnownDevice): number {
  return collator.compare(a.name, b.name) || (a.id < b.id ? -1 : 1)
}

function summaryOf(known: readonly KnownDevice[], matching: number | undefined): string {
  const offline = known.filter(({ status }) => status === 'offline').length
  const all = known.length === 1 ? '1 device' : `${known.length} devices`
  const found = matching === undefined ? all : `${matching} of ${all}`
  return offline === 0 ? found : `${found}, ${offline} offline`
}

/** Every word of the search must occur in the name, the id, a tag or a metric. */
function matches(device: KnownDevice, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return true
  const tags = Object.entries(device.tags).flat()
  const metrics = device.series.flatMap(({ metric }) => [metric, metricName(metric)])
  const text = [device.name, device.id, device.status, ...tags, ...metrics].join(' ').toLowerCase()
  return words.every((word) => text.includes(word))
}
