import type { Millis } from '../src/reading.ts'
import { backfill } from './backfill.ts'
import { seriesName } from './card.ts'
import type { KnownSeries } from './catalog.ts'
import { createDeviceEdit } from './device-edit.ts'
import { createDeviceHead } from './device-head.ts'
import { h, setText } from './dom.ts'
import { createExportMenu } from './export-menu.ts'
import { frameJob } from './frame.ts'
import { heldBefore } from './held.ts'
import { loadHistory } from './history.ts'
import { compareLink, createPanel, type Panel } from './panel.ts'
import { createPanelGrid } from './panel-grid.ts'
import { type DeviceRoute, formatRoute } from './route.ts'
import { createTimeline } from './timeline.ts'
import type { View, ViewContext } from './view.ts'

const headEveryMs: Millis = 200

/** One device: every series with its chart. */
export function createDeviceView({ catalog, go, head, list }: ViewContext, initial: DeviceRoute): View {
  const { id } = initial
  const problem = h('p', { class: 'problem', role: 'status' })
  const timeline = createTimeline(initial, {
    show: (shown) => grid.show(shown),
    async backfill(from, now, signal) {
      const failed = await backfill({ device: id }, from, now, head(), signal, grid.addHistory)
      if (!failed) grid.addHistory(await heldBefore(catalog, [id], from, signal))
      return failed
    },
    history: (from, to, signal) => loadHistory({ device: [id], from, to }, signal),
    problem: (text) => setText(problem, text),
    go: ({ range, zoom }, how) => go({ view: 'device', id, range, ...(zoom && { zoom }) }, how),
  })
  const grid = createPanelGrid(timeline.shown())
  const panels = new Map<KnownSeries, Panel>()
  const edit = createDeviceEdit(catalog, id)
  const exporting = createExportMenu(id, () => [{ device: id }], timeline.times, head)
  const tools = h('div', { class: 'device-tools' }, timeline.tools, exporting.element, edit.element)
  const top = createDeviceHead(id, tools, formatRoute(list()))
  const showTop = () => top.show(catalog.devices.get(id))
  const showTopSoon = frameJob(showTop, headEveryMs)

  function arrange(): void {
    showTop()
    edit.offer()
    const series = catalog.devices.get(id)?.series ?? []
    for (const known of panels.keys()) if (!series.includes(known)) panels.delete(known)
    grid.arrange(series.map(panelOf))
  }

  function panelOf(series: KnownSeries): Panel {
    const known = panels.get(series)
    if (known) return known
    const text = seriesName(series)
    const panel = createPanel(id, series, { text, link: compareLink(id, series, text) }, timeline.navigation)
    panels.set(series, panel)
    return panel
  }

  arrange()
  timeline.reload()
  return {
    element: h('div', { class: 'device-view' }, top.element, problem, grid.element),
    title: () => catalog.devices.get(id)?.name ?? id,
    route: (next) => next.view === 'device' && timeline.set(next),
    reading(reading) {
      if (reading.device !== id || grid.add(reading)) return
      arrange()
      grid.add(reading)
    },
    gap: ({ to }) => grid.cut(to),
    fresh() {
      grid.clear()
      timeline.reload()
    },
    listed: arrange,
    changed: (changed) => changed === id && showTopSoon.request(),
    tick() {
      showTop()
      timeline.tick()
    },
    dispose() {
      timeline.dispose()
      edit.dispose()
      exporting.dispose()
      showTopSoon.cancel()
      grid.dispose()
    },
  }
}
