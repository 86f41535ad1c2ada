import type { LoggedReading, Millis, Seq } from '../src/reading.ts'
import { type KnownSeries, seriesKey } from './catalog.ts'
import type { ChartListener } from './chart.ts'
import { gatewayNow } from './clock.ts'
import { h, place } from './dom.ts'
import { frameJob } from './frame.ts'
import { createPanel, type Panel } from './panel.ts'
import type { Columns } from './points.ts'

/** A chart of an hour moves one pixel in four seconds; what is new is still seen at once. */
const drawEveryMs = 500
const valuesEveryMs = 200

/** Drawing gives way to the next frame after this: a chart of a busy sensor takes some milliseconds. */
const drawBudgetMs = 6

export interface PanelGrid {
  readonly element: HTMLElement
  /** A panel for every series, in their order. */
  arrange(series: readonly KnownSeries[]): void
  /** A live reading. False when there is no panel for its series. */
  add(reading: LoggedReading): boolean
  addHistory(readings: readonly LoggedReading[]): void
  /** The log lost readings up to here. */
  cut(to: Seq): void
  /** Forgets all points: their history is loaded anew. */
  clear(): void
  /** Shows this time from now on. */
  show(shown: Shown): void
  drawAll(): void
  dispose(): void
}

/** The time that charts show: up to now from the readings, or a stretch that the gateway summed up. */
export type Shown =
  | { readonly kind: 'live'; readonly spanMs: Millis }
  | {
      readonly kind: 'history'
      readonly from: Millis
      readonly to: Millis
      readonly series: ReadonlyMap<string, Columns>
    }

const nothing: Columns = { times: [], values: [] }

/** The charts of a device: those that are seen are drawn, some times a second, a few a frame. */
export function createPanelGrid(initial: Shown, zooming: Pick<ChartListener, 'zoom' | 'unzoom'>): PanelGrid {
  let shown = initial
  const panels = new Map<string, Panel>()
  const visible = new Set<Element>()
  /** Series whose panel is not up to date; those out of sight stay here. */
  const dirty = new Set<string>()
  const lines = h('div', { class: 'panels' })
  const states = h('div', { class: 'panels states' })
  const seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) isIntersecting ? visible.add(target) : visible.delete(target)
    draw.request()
  })
  const draw = frameJob(drawSome, drawEveryMs)
  const drawRest = frameJob(drawSome)
  const showValues = frameJob(() => {
    for (const key of dirty) panels.get(key)?.showValue()
  }, valuesEveryMs)

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
      drawPanel(key, panel)
    }
  }

  function drawPanel(key: string, panel: Panel): void {
    if (shown.kind === 'history') return panel.draw(shown.from, shown.to, shown.series.get(key) ?? nothing)
    const now = gatewayNow()
    panel.draw(now - shown.spanMs, now)
  }

  function drawAll(): void {
    for (const key of panels.keys()) dirty.add(key)
    draw.request()
  }

  function panelOf(series: KnownSeries): Panel {
    const known = panels.get(series.key)
    if (known?.series === series) return known
    known?.dispose()
    const panel = createPanel(series, zooming)
    panels.set(series.key, panel)
    seen.observe(panel.element)
    return panel
  }

  return {
    element: h('div', {}, lines, states),
    arrange(series) {
      const all = series.map(panelOf)
      const elementsWhere = (isState: boolean) =>
        all.filter((panel) => panel.isState === isState).map(({ element }) => element)
      place(lines, elementsWhere(false))
      place(states, elementsWhere(true))
      drawAll()
    },
    add(reading) {
      const key = seriesKey(reading)
      const panel = panels.get(key)
      panel?.points.add(reading)
      dirty.add(key)
      showValues.request()
      draw.request()
      return panel !== undefined
    },
    addHistory(readings) {
      for (const [key, panel] of panels) {
        const own = readings.filter((reading) => seriesKey(reading) === key)
        if (own.length === 0) continue
        panel.points.addAll(own)
        dirty.add(key)
      }
      draw.request()
    },
    cut(to) {
      for (const { points } of panels.values()) points.cut(to)
      drawAll()
    },
    clear() {
      for (const { points } of panels.values()) points.clear()
    },
    show(next) {
      shown = next
      drawAll()
    },
    drawAll,
    dispose() {
      seen.disconnect()
      for (const job of [draw, drawRest, showValues]) job.cancel()
      for (const panel of panels.values()) panel.dispose()
    },
  }
}
