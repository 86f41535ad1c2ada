import type { LoggedReading, Millis, Seq } from '../src/reading.ts'
import { type KnownSeries, seriesKey } from './catalog.ts'
import { h, place } from './dom.ts'
import { frameJob } from './frame.ts'
import { createPanel, type Panel } from './panel.ts'

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
  setSpan(spanMs: Millis): void
  drawAll(): void
  dispose(): void
}

/** The charts of a device: those that are seen are drawn, some times a second, a few a frame. */
export function createPanelGrid(initialSpanMs: Millis): PanelGrid {
  let spanMs = initialSpanMs
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
      panel.draw(spanMs)
    }
  }

  function drawAll(): void {
    for (const key of panels.keys()) dirty.add(key)
    draw.request()
  }

  function panelOf(series: KnownSeries): Panel {
    const known = panels.get(series.key)
    if (known?.series === series) return known
    known?.dispose()
    const panel = createPanel(series)
    panels.set(series.key, panel)
    seen.observe(panel.element)
    return panel
  }

  return {
    element: h('div', {}, lines, states),
    arrange(series) {
      const shown = series.map(panelOf)
      const elementsWhere = (isState: boolean) =>
        shown.filter((panel) => panel.isState === isState).map(({ element }) => element)
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
    setSpan(next) {
      spanMs = next
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
