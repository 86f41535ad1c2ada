import type { Millis } from '../src/reading.ts'
import { backfill } from './backfill.ts'
import { gatewayNow } from './clock.ts'
import { createDeviceEdit } from './device-edit.ts'
import { createDeviceHead } from './device-head.ts'
import { h, setText } from './dom.ts'
import { createExportMenu } from './export-menu.ts'
import { frameJob } from './frame.ts'
import { loadHistory } from './history.ts'
import { keptMs } from './panel.ts'
import { createPanelGrid } from './panel-grid.ts'
import { createRangePicker } from './range-picker.ts'
import { type DeviceRoute, formatRoute, ranges } from './route.ts'
import type { View, ViewContext } from './view.ts'

const headEveryMs = 200

/** Zooming in further than this shows nothing more. */
const zoomLeastMs: Millis = 2000

/** How often a long range up to now is summed up anew: often enough that its edge is seen to move. */
const followEveryMs: readonly [least: Millis, most: Millis] = [10_000, 60_000]

/** One device: every series with its chart. Up to an hour from the readings themselves, longer from the gateway's sums. */
export function createDeviceView({ catalog, go, head, list }: ViewContext, initial: DeviceRoute): View {
  const { id } = initial
  let route = initial
  /** The last hour's readings, which are loaded once they are shown. */
  let backfilling: AbortController | undefined
  let summing = new AbortController()
  let summedAt = 0
  const picker = createRangePicker(route.range, (range) => go({ view: 'device', id, range }, 'replace'))
  const unzoom = () => route.zoom && go({ view: 'device', id, range: route.range })
  const all = h('button', { type: 'button', class: 'button', onclick: unzoom }, 'Reset zoom')
  const edit = createDeviceEdit(catalog, id)
  const exporting = createExportMenu(id, () => timeOf(route), head)
  const tools = h('div', { class: 'device-tools' }, all, picker.element, exporting.element, edit.element)
  const top = createDeviceHead(id, tools, formatRoute(list()))
  const problem = h('p', { class: 'problem', role: 'status' })
  const grid = createPanelGrid({ kind: 'live', spanMs: spanOf(route) }, { zoom, unzoom })
  const showTop = () => top.show(catalog.devices.get(id))
  const showTopSoon = frameJob(showTop, headEveryMs)

  function arrange(): void {
    showTop()
    edit.offer()
    grid.arrange(catalog.devices.get(id)?.series ?? [])
  }

  function zoom(from: Millis, to: Millis): void {
    const now = gatewayNow()
    const end = Math.min(to, now)
    const start = Math.max(Math.min(from, end - zoomLeastMs), now - 2 * ranges['1y'] * 60_000)
    go({ view: 'device', id, range: route.range, zoom: { from: Math.round(start), to: Math.round(end) } })
  }

  function show(): void {
    all.hidden = !route.zoom
    picker.set(route.zoom ? undefined : route.range)
    summing.abort()
    if (!isLive(route)) return void sum()
    grid.show({ kind: 'live', spanMs: spanOf(route) })
    if (!backfilling) void load()
  }

  async function load(): Promise<void> {
    backfilling?.abort()
    const own = new AbortController()
    backfilling = own
    const now = gatewayNow()
    const failed = await backfill(id, now - keptMs, now, head(), own.signal, grid.addHistory)
    setText(problem, failed ? `The last hour could not be loaded: ${failed.message}.` : '')
  }

  async function sum(): Promise<void> {
    summing.abort()
    const own = new AbortController()
    summing = own
    summedAt = gatewayNow()
    const [from, to] = timeOf(route)
    const series = await loadHistory(id, from, to, own.signal)
    if (own.signal.aborted) return
    const failed = series instanceof Error
    setText(problem, failed ? `The history could not be loaded: ${series.message}.` : '')
    if (!failed) grid.show({ kind: 'history', from, to, series })
  }

  arrange()
  show()
  return {
    element: h('div', { class: 'device-view' }, top.element, problem, grid.element),
    title: () => catalog.devices.get(id)?.name ?? id,
    route(next) {
      if (next.view !== 'device') return
      route = next
      show()
    },
    reading(reading) {
      if (reading.device !== id || grid.add(reading)) return
      arrange()
      grid.add(reading)
    },
    gap: ({ to }) => grid.cut(to),
    fresh() {
      grid.clear()
      backfilling?.abort()
      backfilling = undefined
      show()
    },
    listed: arrange,
    changed: (changed) => changed === id && showTopSoon.request(),
    tick() {
      showTop()
      if (isLive(route)) grid.drawAll()
      else if (!route.zoom && gatewayNow() - summedAt >= followMs(route)) void sum()
    },
    dispose() {
      backfilling?.abort()
      summing.abort()
      edit.dispose()
      exporting.dispose()
      showTopSoon.cancel()
      grid.dispose()
    },
  }
}

function isLive(route: DeviceRoute): boolean {
  return !route.zoom && spanOf(route) <= keptMs
}

function spanOf({ range }: DeviceRoute): Millis {
  return ranges[range] * 60_000
}

function followMs(route: DeviceRoute): Millis {
  const [least, most] = followEveryMs
  return Math.min(most, Math.max(least, spanOf(route) / 2000))
}

function timeOf(route: DeviceRoute): readonly [from: Millis, to: Millis] {
  const now = gatewayNow()
  return route.zoom ? [route.zoom.from, route.zoom.to] : [now - spanOf(route), now]
}
