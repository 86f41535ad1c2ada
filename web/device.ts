import type { DeviceId, LoggedReading } from '../src/reading.ts'
import { ageText } from './age.ts'
import { backfill } from './backfill.ts'
import { isSimulated, type KnownDevice, seriesKey, shownName } from './catalog.ts'
import { gatewayNow } from './clock.ts'
import { h, setText } from './dom.ts'
import { frameJob } from './frame.ts'
import { icon } from './icon.ts'
import { createPanel, keptMs, type Panel } from './panel.ts'
import { type Range, ranges } from './route.ts'
import { createStatusMark } from './status.ts'
import type { View, ViewContext } from './view.ts'

/** A chart of an hour moves one pixel in four seconds; what is new is still seen at once. */
const drawEveryMs = 500
const valuesEveryMs = 200

/** Drawing gives way to the next frame after this: a chart of a busy sensor takes some milliseconds. */
const drawBudgetMs = 6

/** One device: every series with its chart, filled with the last hour and following what comes. */
export function createDeviceView({ catalog, go, head }: ViewContext, id: DeviceId, initialRange: Range): View {
  let range = initialRange
  const panels = new Map<string, Panel>()
  const visible = new Set<Element>()
  const dirty = new Set<string>()
  let loading = new AbortController()

  const name = h('h1')
  const badge = h('span', { class: 'badge', hidden: true }, 'simulated')
  const mark = createStatusMark()
  const age = h('span', { class: 'age' })
  const status = h('p', { class: 'device-status' }, mark.element, age)
  const facts = h('p', { class: 'facts' })
  const problem = h('p', { class: 'problem', role: 'status' })
  const nothing = h(
    'p',
    { class: 'empty', hidden: true },
    'This device has not been heard yet. Its charts begin with its first reading.',
  )
  const grid = h('div', { class: 'panels' })
  const states = h('div', { class: 'panels states' })
  const picker = createRangePicker(range, (next) => go({ view: 'device', id, range: next }, 'replace'))
  const element = h(
    'div',
    { class: 'device-view' },
    h('a', { class: 'back', href: '#/' }, icon('back'), 'Devices'),
    h('div', { class: 'toolbar' }, h('div', { class: 'device-name' }, name, badge), status, picker.element),
    facts,
    problem,
    nothing,
    grid,
    states,
  )

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) entry.isIntersecting ? visible.add(entry.target) : visible.delete(entry.target)
    draw.request()
  })
  const draw = frameJob(drawSome, drawEveryMs)
  const showValues = frameJob(() => {
    for (const key of dirty) panels.get(key)?.showValue()
  }, valuesEveryMs)
  const drawRest = frameJob(drawSome)
  const describeSoon = frameJob(describe, valuesEveryMs)

  function drawSome(): void {
    const until = performance.now() + drawBudgetMs
    for (const key of dirty) {
      const panel = panels.get(key)
      if (!panel || !visible.has(panel.element)) continue
      if (performance.now() > until) {
        drawRest.request()
        return
      }
      dirty.delete(key)
      panel.draw(ranges[range] * 60_000)
    }
  }

  function drawAll(): void {
    for (const key of panels.keys()) dirty.add(key)
    draw.request()
  }

  function describe(): void {
    const device = catalog.devices.get(id)
    nothing.hidden = device !== undefined
    picker.element.hidden = !device
    status.hidden = !device
    setText(name, device ? shownName(device) : id)
    if (!device) return
    badge.hidden = !isSimulated(device)
    mark.set(device)
    setText(age, device.lastSeen === undefined ? '' : ageText(gatewayNow() - device.lastSeen))
    setText(facts, factsOf(device))
  }

  /** A panel for every series, in the catalog's order. */
  function arrange(): void {
    const series = catalog.devices.get(id)?.series ?? []
    for (const one of series) {
      const known = panels.get(one.key)
      if (known?.series === one) continue
      known?.dispose()
      const panel = createPanel(one)
      panels.set(one.key, panel)
      seen.observe(panel.element)
    }
    const shown = series.map(({ key }) => panels.get(key)!)
    place(
      grid,
      shown.filter(({ isState }) => !isState),
    )
    place(
      states,
      shown.filter(({ isState }) => isState),
    )
    describe()
    drawAll()
  }

  function put(readings: readonly LoggedReading[]): void {
    for (const [key, panel] of panels) {
      const own = readings.filter((reading) => seriesKey(reading) === key)
      if (own.length === 0) continue
      panel.points.addAll(own)
      dirty.add(key)
    }
    draw.request()
  }

  async function load(): Promise<void> {
    loading.abort()
    loading = new AbortController()
    const now = gatewayNow()
    const failed = await backfill(id, now - keptMs, now, head(), loading.signal, put)
    setText(problem, failed ? `The last hour could not be loaded: ${failed.message}.` : '')
  }

  arrange()
  void load()
  return {
    element,
    title: () => catalog.devices.get(id)?.name ?? id,
    route(route) {
      if (route.view !== 'device') return
      range = route.range
      picker.set(range)
      drawAll()
    },
    reading(reading) {
      if (reading.device !== id) return
      const key = seriesKey(reading)
      if (!panels.has(key)) arrange()
      panels.get(key)?.points.add(reading)
      dirty.add(key)
      showValues.request()
      draw.request()
    },
    gap({ to }) {
      for (const panel of panels.values()) panel.points.cut(to)
      drawAll()
    },
    fresh() {
      for (const panel of panels.values()) panel.points.clear()
      void load()
    },
    listed: arrange,
    changed: (changed) => changed === id && describeSoon.request(),
    tick() {
      describe()
      drawAll()
    },
    dispose() {
      loading.abort()
      seen.disconnect()
      for (const job of [draw, drawRest, showValues, describeSoon]) job.cancel()
      for (const panel of panels.values()) panel.dispose()
    },
  }
}

function place(container: HTMLElement, panels: readonly Panel[]): void {
  const elements = panels.map(({ element }) => element)
  if (elements.some((element, at) => container.children[at] !== element)) container.replaceChildren(...elements)
}

function factsOf(device: KnownDevice): string {
  const tags = Object.entries(device.tags)
    .filter(([key]) => key !== 'simulated')
    .map(([key, value]) => (value === true ? key : `${key}: ${value}`))
  return [device.id, device.profile, device.source && `from ${device.source}`, ...tags].filter(Boolean).join(' · ')
}

function createRangePicker(initial: Range, pick: (range: Range) => void) {
  const buttons = Object.entries(ranges).map(([range, minutes]) =>
    h(
      'button',
      { type: 'button', 'data-range': range, onclick: () => pick(range as Range) },
      minutes < 60 ? `${minutes} min` : `${minutes / 60} h`,
    ),
  )
  const set = (range: Range) => {
    for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset.range === range))
  }
  set(initial)
  return { element: h('div', { class: 'segments', role: 'group', 'aria-label': 'Time shown' }, ...buttons), set }
}
