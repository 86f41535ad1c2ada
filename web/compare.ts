import { backfill } from './backfill.ts'
import { createComparePanel } from './compare-panel.ts'
import { type Chosen, chosenOf, type Group, groupsOfUnit } from './compared.ts'
import { h, setText } from './dom.ts'
import { createExportMenu } from './export-menu.ts'
import { heldBefore } from './held.ts'
import { loadHistory } from './history.ts'
import { createPanel, type Panel } from './panel.ts'
import { createPanelGrid } from './panel-grid.ts'
import { type CompareRoute, formatSeries, type SeriesName } from './route.ts'
import { createSeriesPicker } from './series-picker.ts'
import type { Span } from './span.ts'
import { createTimeline } from './timeline.ts'
import type { View, ViewContext } from './view.ts'

/** Lines of several devices side by side: those of one unit on one chart, below it the others at the same time. */
export function createCompareView({ catalog, go, head }: ViewContext, initial: CompareRoute): View {
  let route = initial
  let arranged = ''
  const problem = h('p', { class: 'problem', role: 'status' })
  const timeline = createTimeline(initial, {
    show: (shown) => grid.show(shown),
    async backfill(from, now, signal) {
      const devices = devicesOf(route.series)
      for (const [device, metric] of devices) {
        const failed = await backfill({ device, metric }, from, now, head(), signal, grid.addHistory)
        if (failed || signal.aborted) return failed
      }
      grid.addHistory(await heldBefore(catalog, [...devices.keys()], from, signal))
      return undefined
    },
    async history(from, to, signal) {
      const devices = devicesOf(route.series)
      if (devices.size === 0) return new Map()
      const metric = [...new Set([...devices.values()].flat())]
      return loadHistory({ device: [...devices.keys()], metric, from, to }, signal)
    },
    problem: (text) => setText(problem, text),
    go: (span, how) => move(route.series, span, how),
  })
  const grid = createPanelGrid(timeline.shown())
  const picker = createSeriesPicker(catalog, (ref) => choose([...route.series, ref]))
  const exporting = createExportMenu('compare', () => route.series, timeline.times, head)
  const empty = h(
    'p',
    { class: 'empty' },
    'Add lines of any devices: those of one unit share a chart. The address keeps what you choose.',
  )
  const tools = h('div', { class: 'device-tools' }, timeline.tools, exporting.element, picker.element)
  const toolbar = h('div', { class: 'toolbar' }, h('h1', {}, 'Compare'), tools)

  function move(series: readonly SeriesName[], { range, zoom }: Span, how: 'push' | 'replace'): void {
    go({ view: 'compare', series, range, ...(zoom && { zoom }) }, how)
  }

  function choose(series: readonly SeriesName[]): void {
    const { range, zoom } = route
    move(series, { range, ...(zoom && { zoom }) }, 'replace')
  }

  /** Makes the charts anew when other lines are shown; their names may change with any list of devices. */
  function arrange(): void {
    const chosen = chosenOf(catalog, route.series)
    picker.show(route.series)
    empty.hidden = route.series.length > 0
    exporting.element.hidden = route.series.length === 0
    const next = JSON.stringify(chosen.map(({ key, name, place }) => [key, name, place]))
    if (next === arranged) return
    arranged = next
    grid.arrange(groupsOfUnit(chosen).map(panelOf))
    timeline.reload()
  }

  function panelOf(group: Group): Panel {
    const [first] = group.chosen as [Chosen]
    if (!group.isState) return createComparePanel(group.name, group.chosen, timeline.navigation, remove)
    const button = h('button', { type: 'button', class: 'panel-link', onclick: () => remove(first) }, 'Remove')
    button.setAttribute('aria-label', `Remove ${first.name}`)
    return createPanel(first.ref.device, first.series, { text: first.name, link: button }, timeline.navigation)
  }

  function remove({ ref }: Chosen): void {
    choose(route.series.filter((one) => formatSeries(one) !== formatSeries(ref)))
    // The button that had the focus is gone with its line.
    picker.focus()
  }

  arrange()
  return {
    element: h('div', { class: 'compare-view' }, toolbar, problem, empty, grid.element),
    title: () => 'Compare',
    route(next) {
      if (next.view !== 'compare') return
      route = next
      timeline.set(next)
      arrange()
    },
    reading: (reading) => void grid.add(reading),
    gap: ({ to }) => grid.cut(to),
    fresh() {
      grid.clear()
      timeline.reload()
    },
    listed: arrange,
    tick: timeline.tick,
    dispose() {
      timeline.dispose()
      exporting.dispose()
      grid.dispose()
    },
  }
}

/** The metrics wanted of each device. */
function devicesOf(series: readonly SeriesName[]): Map<string, string[]> {
  const metrics = new Map<string, string[]>()
  for (const { device, metric } of series) metrics.set(device, [...new Set([...(metrics.get(device) ?? []), metric])])
  return metrics
}
