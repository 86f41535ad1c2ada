import type { LoggedReading, Millis, Seq } from '../src/reading.ts'
import { lineKey } from './catalog.ts'
import { gatewayNow } from './clock.ts'
import { h, place } from './dom.ts'
import { frameJob } from './frame.ts'
import type { Panel } from './panel.ts'
import type { Columns } from './points.ts'

/** A chart of an hour moves one pixel in four seconds; what is new is still seen at once. */
const drawEveryMs = 500
const valuesEveryMs = 200

/** Drawing gives way to the next frame after this: a chart of a busy sensor takes some milliseconds. */
const drawBudgetMs = 6

export interface PanelGrid {
  readonly element: HTMLElement
  /** Shows these panels, in this order; those left out are disposed of. */
  arrange(panels: readonly Panel[]): void
  /** A live reading. False when there is no line for it. */
  add(reading: LoggedReading): boolean
  addHistory(readings: readonly LoggedReading[]): void
  /** The log lost readings up to here. */
  cut(to: Seq): void
  /** Forgets all points: their history is loaded anew. */
  clear(): void
  /** Shows this time from now on, at once. */
  show(shown: Shown): void
  drawAll(): void
  dispose(): void
}

/** What charts show: a time, from the readings of the last hour or from what the gateway summed up. */
export interface Shown {
  readonly times: (now: Millis) => readonly [from: Millis, to: Millis]
  readonly history?: ReadonlyMap<string, Columns> | undefined
}

/** The charts of a view: those that are seen are drawn, some times a second, a few a frame. */
export function createPanelGrid(initial: Shown): PanelGrid {
  let shown = initial
  let panels: readonly Panel[] = []
  /** Which panel has the line of a key. */
  const owners = new Map<string, Panel>()
  const visible = new Set<Element>()
  /** Panels that are not up to date; those out of sight stay here. */
  const dirty = new Set<Panel>()
  const lines = h('div', { class: 'panels' })
  const states = h('div', { class: 'panels states' })
  const seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) isIntersecting ? visible.add(target) : visible.delete(target)
    draw.request()
  })
  const draw = frameJob(drawSome, drawEveryMs)
  const drawRest = frameJob(drawSome)
  const showValues = frameJob(() => {
    for (const panel of dirty) panel.showValue()
  }, valuesEveryMs)

  function drawSome(): void {
    const until = performance.now() + drawBudgetMs
    for (const panel of dirty) {
      if (!visible.has(panel.element)) continue
      if (performance.now() > until) {
        drawRest.request()
        return
      }
      dirty.delete(panel)
      panel.draw(...shown.times(gatewayNow()), shown.history)
    }
  }

  /** Paper shows what is out of sight as well. */
  function drawForPrint(): void {
    for (const panel of dirty) panel.draw(...shown.times(gatewayNow()), shown.history)
    dirty.clear()
  }

  function drawAll(): void {
    for (const panel of panels) dirty.add(panel)
    draw.request()
  }

  function drop(panel: Panel): void {
    seen.unobserve(panel.element)
    visible.delete(panel.element)
    dirty.delete(panel)
    panel.dispose()
  }

  addEventListener('beforeprint', drawForPrint)

  return {
    element: h('div', {}, lines, states),
    arrange(next) {
      for (const panel of panels) if (!next.includes(panel)) drop(panel)
      for (const panel of next) if (!panels.includes(panel)) seen.observe(panel.element)
      panels = next
      owners.clear()
      for (const panel of panels) for (const key of panel.lines.keys()) owners.set(key, panel)
      const elementsWhere = (isState: boolean) =>
        panels.filter((panel) => panel.isState === isState).map(({ element }) => element)
      place(lines, elementsWhere(false))
      place(states, elementsWhere(true))
      drawAll()
    },
    add(reading) {
      const key = lineKey(reading)
      const panel = owners.get(key)
      if (!panel) return false
      panel.lines.get(key)!.add(reading)
      dirty.add(panel)
      showValues.request()
      draw.request()
      return true
    },
    addHistory(readings) {
      for (const [key, panel] of owners) {
        const own = readings.filter((reading) => lineKey(reading) === key)
        if (own.length === 0) continue
        panel.lines.get(key)!.addAll(own)
        dirty.add(panel)
      }
      draw.request()
    },
    cut(to) {
      for (const { lines } of panels) for (const points of lines.values()) points.cut(to)
      drawAll()
    },
    clear() {
      for (const { lines } of panels) for (const points of lines.values()) points.clear()
    },
    show(next) {
      shown = next
      for (const panel of panels) dirty.add(panel)
      drawRest.request()
    },
    drawAll,
    dispose() {
      removeEventListener('beforeprint', drawForPrint)
      seen.disconnect()
      for (const job of [draw, drawRest, showValues]) job.cancel()
      for (const panel of panels) panel.dispose()
    },
  }
}
