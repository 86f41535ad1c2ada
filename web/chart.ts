import uPlot from 'uplot'
import type { Millis, Value } from '../src/reading.ts'
import { h } from './dom.ts'
import type { Columns } from './points.ts'
import { onTheme } from './theme.ts'

/** What the pointer or the arrow keys are on; undefined where on nothing. */
export type Hover =
  | { readonly time: Millis; readonly value: Value; readonly low?: number; readonly high?: number }
  | undefined

export interface Chart {
  readonly element: HTMLElement
  /** Draws the points between two times. */
  draw(columns: Columns, from: Millis, to: Millis): void
  dispose(): void
}

/** Colours of the theme, read when something is drawn: a canvas does not follow CSS. */
export interface Ink {
  readonly line: string
  readonly text: string
  readonly grid: string
  readonly surface: string
  readonly strong: string
}

/** The page's font, for canvases. */
export const chartFont = '12px system-ui, -apple-system, "Segoe UI", sans-serif'

/** What tells one kind of chart from another. */
export interface ChartKind {
  readonly height: number
  readonly series: (ink: () => Ink) => uPlot.Series[]
  readonly bands?: (ink: () => Ink) => uPlot.Band[]
  readonly scaleY: uPlot.Scale
  readonly axisY: uPlot.Axis
  /** Turns the points into what uPlot plots. */
  readonly plot: (columns: Columns) => (number | null)[][]
  readonly draw?: (u: uPlot, columns: Columns, ink: Ink) => void
}

/** What a person does with a chart. */
export interface ChartListener {
  hover(at: Hover): void
  /** Wants to see this time only. */
  zoom(from: Millis, to: Millis): void
  unzoom(): void
}

/** A time closer to the right edge than this, in pixels, would be cut off. */
const edgeRoom = 14

/** Charts of a view share their cursor: the same moment on all of them. */
const cursorGroup = 'device'

/** A chart over time that follows its width, the theme, the pointer and the arrow keys. */
export function createChart(label: string, kind: ChartKind, { hover, zoom, unzoom }: ChartListener): Chart {
  const element = h('div', {
    class: 'chart',
    tabindex: '0',
    role: 'group',
    'aria-label': `${label}: chart. The arrow keys read values, plus and minus zoom, 0 shows all.`,
  })
  let columns: Columns = { times: [], values: [] }
  let range: [from: Millis, to: Millis] = [0, 1]
  /** Time of the point that the arrow keys are on: it stays while the chart moves on below it. */
  let pinned: Millis | undefined
  let cached: Ink | undefined
  const ink = () => {
    // An element that is not in the page yet has no colours.
    if (!element.isConnected) return readInk(element)
    cached ??= readInk(element)
    return cached
  }

  const u = new uPlot(
    {
      width: 320,
      height: kind.height,
      ms: 1,
      padding: [8, 8, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false, dist: 6 },
        sync: {
          key: cursorGroup,
          scales: ['x', null],
          // What is dragged over one chart is told once, by that one.
          filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' },
        },
        points: { size: 8, width: 2, stroke: () => ink().surface, fill: () => ink().line },
      },
      scales: { x: { time: true, range: () => range }, y: kind.scaleY },
      axes: [timeAxis(ink), { ...axisLook(ink), size: roomForTexts, ...kind.axisY }],
      series: [{}, ...kind.series(ink)],
      bands: kind.bands?.(ink) ?? [],
      hooks: {
        setCursor: [() => hover(pointed())],
        setSelect: [zoomToSelection],
        draw: kind.draw ? [(self) => kind.draw!(self, columns, ink())] : [],
      },
    },
    [[], ...kind.plot(columns)],
    element,
  )

  function pointed(): Hover {
    const at = u.cursor.idx
    const value = at == null ? undefined : columns.values[at]
    if (value == null) return undefined
    const [low, high] = [columns.low?.[at!], columns.high?.[at!]]
    return { time: columns.times[at!]!, value, ...(low != null && high != null && { low, high }) }
  }

  function zoomToSelection(self: uPlot): void {
    const { left, width } = self.select
    if (width < 2) return
    deselect()
    zoom(self.posToVal(left, 'x'), self.posToVal(left + width, 'x'))
  }

  function deselect(): void {
    if (u.select.width > 0) u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
  }

  /** Zooms around the point that the keys or the pointer are on. */
  function zoomBy(factor: number): void {
    const [from, to] = range
    const middle = pinned ?? pointed()?.time ?? (from + to) / 2
    zoom(middle - (middle - from) * factor, middle + (to - middle) * factor)
  }

  const resize = new ResizeObserver(() => {
    if (element.clientWidth > 0) u.setSize({ width: element.clientWidth, height: kind.height })
  })
  resize.observe(element)
  const stopTheme = onTheme(() => {
    cached = undefined
    u.redraw(false, true)
  })
  u.over.addEventListener('dblclick', unzoom)
  element.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === '+' || event.key === '=') return zoomBy(0.5)
    if (event.key === '-') return zoomBy(2)
    if (event.key === '0') return unzoom()
    if (!['ArrowLeft', 'ArrowRight', 'Home', 'End', 'Escape'].includes(event.key)) return
    event.preventDefault()
    pin(nextPoint(columns, pinned ?? pointed()?.time, event.key))
  })
  element.addEventListener('blur', () => pin(undefined))

  function pin(time: Millis | undefined): void {
    pinned = time
    if (time === undefined) u.setCursor({ left: -10, top: -10 })
    else u.setCursor({ left: u.valToPos(time, 'x'), top: 0 })
  }

  return {
    element,
    draw(next, from, to) {
      columns = next
      // What was dragged over the other charts of the view has been zoomed to.
      if (Math.abs(to - from - (range[1] - range[0])) > 1) deselect()
      range = [from, to]
      u.setData([next.times, ...kind.plot(next)], true)
      if (pinned !== undefined) pin(pinned)
    },
    dispose() {
      stopTheme()
      resize.disconnect()
      u.destroy()
    },
  }
}

/** The same width for all charts of a view, so that their times stand below each other; more only for long numbers. */
function roomForTexts(_: uPlot, texts: string[] | null): number {
  const longest = Math.max(0, ...(texts ?? []).map((text) => text.length))
  return Math.max(52, 16 + 7.5 * longest)
}

function axisLook(ink: () => Ink): uPlot.Axis {
  return {
    stroke: () => ink().text,
    font: chartFont,
    gap: 6,
    grid: { stroke: () => ink().grid, width: 1 },
    ticks: { show: false },
  }
}

function timeAxis(ink: () => Ink): uPlot.Axis {
  const formats = timeFormats.map((options) => new Intl.DateTimeFormat(undefined, options))
  return {
    ...axisLook(ink),
    size: 28,
    space: 72,
    values: (u, splits, _axis, _space, stepMs) => {
      const right = u.bbox.width / devicePixelRatio - edgeRoom
      const textOf = (time: Millis) => formats[timeFormatAt(new Date(time), stepMs)]!.format(time)
      return splits.map((time) => (u.valToPos(time, 'x') > right ? '' : textOf(time)))
    },
  }
}

const timeFormats: readonly Intl.DateTimeFormatOptions[] = [
  { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  { hour: '2-digit', minute: '2-digit' },
  { day: 'numeric', month: 'short' },
  { month: 'short', year: 'numeric' },
]

/** Seconds, minutes, days or months; at midnight the day is named. */
function timeFormatAt(time: Date, stepMs: Millis): number {
  const dayMs = 86_400_000
  if (stepMs >= 28 * dayMs) return 3
  if (stepMs >= dayMs || time.getHours() * 60 + time.getMinutes() + time.getSeconds() === 0) return 2
  return stepMs < 60_000 ? 0 : 1
}

/** Time of the point to which a key leads; undefined for none. Gaps are stepped over. */
function nextPoint({ times, values }: Columns, from: Millis | undefined, key: string): Millis | undefined {
  if (key === 'Escape') return undefined
  const points = times.filter((_, at) => values[at] !== null)
  if (key === 'Home') return points[0]
  if (key === 'End' || from === undefined) return points.at(-1)
  if (key === 'ArrowRight') return points.find((time) => time > from) ?? points.at(-1)
  return points.findLast((time) => time < from) ?? points[0]
}

function readInk(element: HTMLElement): Ink {
  const style = getComputedStyle(element)
  const colour = (name: string) => style.getPropertyValue(name).trim() || '#888888'
  return {
    line: colour('--line'),
    text: colour('--muted'),
    grid: colour('--grid'),
    surface: colour('--surface'),
    strong: colour('--text'),
  }
}
