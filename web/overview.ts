import type { DeviceId } from '../src/reading.ts'
import { type Card, createCard } from './card.ts'
import type { KnownDevice } from './catalog.ts'
import { h, setText } from './dom.ts'
import { createFirstRun } from './first-run.ts'
import { frameJob } from './frame.ts'
import { icon } from './icon.ts'
import { metricName } from './metric.ts'
import type { View, ViewContext } from './view.ts'

/** Nobody reads values that change faster. */
const valuesEveryMs = 200
const tracesEveryMs = 2000

/** All devices as cards, with a search. */
export function createOverview({ catalog, go }: ViewContext, initialSearch: string): View {
  let search = initialSearch
  const cards = new Map<DeviceId, Card>()
  const dirty = new Set<DeviceId>()
  const visible = new Set<Element>()
  const abort = new AbortController()
  const input = h('input', {
    type: 'search',
    placeholder: 'Search devices',
    'aria-label': 'Search devices',
    value: search,
    oninput: () => {
      search = input.value
      go({ view: 'devices', search }, 'replace')
      arrange()
    },
  })
  const summary = h('p', { class: 'summary', role: 'status' })
  const nothing = h('p', { class: 'empty', hidden: true })
  const list = h('ul', { class: 'cards' })
  const found = h(
    'div',
    {},
    h(
      'div',
      { class: 'toolbar' },
      h('h1', {}, 'Devices'),
      summary,
      h('label', { class: 'search' }, icon('search'), input),
    ),
    nothing,
    list,
  )
  const firstRun = createFirstRun()
  const element = h('div', { class: 'overview' }, firstRun.element, found)

  const seen = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) entry.isIntersecting ? visible.add(entry.target) : visible.delete(entry.target)
      update.request()
      traces.request()
    },
    { rootMargin: '200px' },
  )
  const update = frameJob(() => {
    for (const id of dirty) {
      const card = cards.get(id)
      if (card && !visible.has(card.element)) continue
      dirty.delete(id)
      card?.update()
    }
  }, valuesEveryMs)
  const traces = frameJob(() => {
    for (const card of cards.values()) if (visible.has(card.element)) card.drawTrace(abort.signal)
  }, tracesEveryMs)
  const arrangeSoon = frameJob(arrange, valuesEveryMs)

  function arrange(): void {
    const known = [...catalog.devices.values()].filter((device) => !device.hidden)
    const matching = known.filter((device) => matches(device, search)).sort(byName)
    for (const [id, card] of cards) {
      if (catalog.devices.get(id) === card.device) continue
      seen.unobserve(card.element)
      visible.delete(card.element)
      card.element.remove()
      cards.delete(id)
    }
    const shown = matching.map((device) => cardOf(device).element)
    if (shown.length !== list.children.length || shown.some((card, at) => list.children[at] !== card))
      list.replaceChildren(...shown)
    found.hidden = known.length === 0
    firstRun.show(known.length === 0)
    nothing.hidden = matching.length > 0
    setText(nothing, `No device matches “${search}”.`)
    summarize(known, matching.length)
    for (const { id } of matching) dirty.add(id)
    update.request()
  }

  function cardOf(device: KnownDevice): Card {
    let card = cards.get(device.id)
    if (!card) {
      card = createCard(device)
      card.update()
      cards.set(device.id, card)
      seen.observe(card.element)
    }
    return card
  }

  function summarize(known: readonly KnownDevice[], matching: number): void {
    const offline = known.filter(({ status }) => status === 'offline').length
    const all = known.length === 1 ? '1 device' : `${known.length} devices`
    const found = search === '' ? all : `${matching} of ${all}`
    setText(summary, offline === 0 ? found : `${found}, ${offline} offline`)
  }

  arrange()
  return {
    element,
    title: () => 'Devices',
    route(route) {
      if (route.view !== 'devices' || route.search === search) return
      search = route.search
      input.value = search
      arrange()
    },
    listed: () => arrangeSoon.request(),
    fresh: () => traces.request(),
    changed(id) {
      dirty.add(id)
      update.request()
    },
    tick() {
      for (const id of cards.keys()) dirty.add(id)
      update.request()
      traces.request()
    },
    dispose() {
      abort.abort()
      seen.disconnect()
      firstRun.dispose()
      for (const job of [update, traces, arrangeSoon]) job.cancel()
    },
  }
}

const collator = new Intl.Collator(undefined, { numeric: true })

function byName(a: KnownDevice, b: KnownDevice): number {
  return collator.compare(a.name, b.name) || (a.id < b.id ? -1 : 1)
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
