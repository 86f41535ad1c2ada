import uPlot from 'uplot'
import type { Millis } from '../src/reading.ts'
import { rightPadding, timeAxis, valueAxis } from './axis.ts'
import { h } from './dom.ts'
import { listenToGestures } from './gestures.ts'
import { type Ink, inkOf } from './ink.ts'
import { panned, scaled } from './span.ts'

/** What a chart shows: D is what it is drawn from. */
export interface Chart<D> {
  readonly element: HTMLElement
  /** Draws the data between two times. */
  draw(data: D, from: Millis, to: Millis): void
  dispose(): void
}

/** What tells one kind of chart from another. */
export interface ChartKind<D> {
  readonly height: number
  readonly series: (ink: () => Ink) => uPlot.Series[]
  readonly bands?: (ink: () => Ink) => uPlot.Band[]
  readonly scaleY: uPlot.Scale
  readonly axisY: uPlot.Axis
  /** Turns the data into what uPlot plots: times, then a column for each series. */
  readonly plot: (data: D) => uPlot.AlignedData
  /** Index of the point that is meant by a time; -1 for none. */
  readonly pointAt: (data: D, time: Millis) => number
  readonly draw?: (u: uPlot, data: D, ink: Ink) => void
  /** Whether a dot shows which point is meant; so unless said. */
  readonly marksPoint?: boolean
  readonly empty: D
}

/** What a person does with a chart. */
export interface ChartListener {
  /** Is at this time, with the pointer or the arrow keys: that of a point, if one is near. Undefined when it has left. */
  hover(time: Millis | undefined): void
  /** What was last asked for. The chart may be a frame behind, and what is asked next goes on from here. */
  times(): readonly [from: Millis, to: Millis]
  /** Wants to see this time instead. */
  look(from: Millis, to: Millis): void
  /** Wants to see all again. */
  unzoom(): void
}

/** Charts of a view share their cursor: the same moment on all of them. */
const cursorGroup = 'view'

/** Of the lines along the extremes, in pixels; thinner than any other line. */
export const edgeWidth = 1

/** Share of the time shown that one key press moves. */
const keyShare = 0.25

/** A chart over time that follows its width, the theme, the pointer, fingers and keys. */
export function createChart<D>(label: string, kind: ChartKind<D>, listener: ChartListener): Chart<D> {
  const { hover, times, look, unzoom } = listener
  const element = h('div', {
    class: 'chart',
    tabindex: '0',
    role: 'group',
    'aria-label': `${label}: chart. The arrow keys read values, with Shift they move in time; plus and minus zoom, 0 shows all.`,
  })
  let data = kind.empty
  /** What is drawn. */
  let range: [from: Millis, to: Millis] = [0, 1]
  /** Time of the point that the arrow keys are on: it stays while the chart moves on below it. */
  let pinned: Millis | undefined
  const { ink, dispose: stopTheme } = inkOf(element, () => u.redraw(false, true))

  const u = new uPlot(
    {
      width: 320,
      height: kind.height,
      ms: 1,
      padding: [8, rightPadding, 0, 0],
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
        points: {
          size: 8,
          width: 2,
          stroke: (self, at) => (isEdge(self, at) ? 'transparent' : ink().surface),
          fill: (self, at) => (isEdge(self, at) || kind.marksPoint === false ? 'transparent' : strokeOf(self, at)),
        },
      },
      scales: { x: { time: true, range: () => range }, y: kind.scaleY },
      axes: [timeAxis(ink), { ...valueAxis(ink), ...kind.axisY }],
      series: [{}, ...kind.series(ink)],
      bands: kind.bands?.(ink) ?? [],
      hooks: {
        setCursor: [() => hover(pointed())],
        setSelect: [lookAtSelection],
        draw: kind.draw ? [(self) => kind.draw!(self, data, ink())] : [],
      },
    },
    kind.plot(kind.empty),
    element,
  )

  /** Time of the point that the pointer is on, or else where the pointer is. */
  function pointed(): Millis | undefined {
    if (pinned !== undefined) return pinned
    const { left } = u.cursor
    if (left === undefined || left < 0) return undefined
    const time = u.posToVal(left, 'x')
    return u.data[0][kind.pointAt(data, time)] ?? time
  }

  function lookAtSelection(self: uPlot): void {
    const { left, width } = self.select
    if (width < 2) return
    deselect()
    look(self.posToVal(left, 'x'), self.posToVal(left + width, 'x'))
  }

  function deselect(): void {
    if (u.select.width > 0) u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
  }

  const resize = new ResizeObserver(() => {
    if (element.clientWidth > 0) u.setSize({ width: element.clientWidth, height: kind.height })
  })
  resize.observe(element)
  const axis = element.querySelector<HTMLElement>('.u-axis')!
  axis.classList.add('time-axis')
  axis.title = 'Drag to move in time'
  listenToGestures({ plot: u.over, axis, times, look })
  u.over.addEventListener('mousemove', () => {
    pinned = undefined
  })
  u.over.addEventListener('dblclick', unzoom)
  element.addEventListener('keydown', onKey)
  element.addEventListener('blur', () => pin(undefined))

  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const { key, shiftKey } = event
    const shown = times()
    const around = pinned ?? pointed() ?? (shown[0] + shown[1]) / 2
    if (key === '+' || key === '=') return look(...scaled(shown, 0.5, around))
    if (key === '-' || key === '_') return look(...scaled(shown, 2, around))
    if (key === '0') return unzoom()
    if (!['ArrowLeft', 'ArrowRight', 'Home', 'End', 'Escape'].includes(key)) return
    event.preventDefault()
    if (shiftKey && key.startsWith('Arrow')) return look(...panned(shown, key === 'ArrowLeft' ? -keyShare : keyShare))
    pin(nextPoint(u, pinned ?? pointed(), key))
  }

  function pin(time: Millis | undefined): void {
    pinned = time
    if (time === undefined) u.setCursor({ left: -10, top: -10 })
    else u.setCursor({ left: u.valToPos(time, 'x'), top: 0 })
  }

  return {
    element,
    draw(next, from, to) {
      data = next
      // What was dragged over the other charts of the view has been zoomed to.
      if (Math.abs(to - from - (range[1] - range[0])) > 1) deselect()
      range = [from, to]
      u.setData(kind.plot(next), true)
      if (pinned !== undefined) pin(pinned)
    },
    dispose() {
      stopTheme()
      resize.disconnect()
      u.destroy()
    },
  }
}

/** A point under the pointer has the colour of its line; extremes are not pointed at. */
function isEdge(u: uPlot, seriesAt: number): boolean {
  return u.series[seriesAt]!.width === edgeWidth
}

function strokeOf(u: uPlot, seriesAt: number): string {
  const { stroke } = u.series[seriesAt]!
  return (typeof stroke === 'function' ? stroke(u, seriesAt) : stroke) as string
}

/** Time of the point to which a key leads; undefined for none. Gaps are stepped over. */
function nextPoint(u: uPlot, from: Millis | undefined, key: string): Millis | undefined {
  if (key === 'Escape') return undefined
  const [times, ...columns] = u.data as [number[], ...(number | null | undefined)[][]]
  const points = times.filter((_, at) => columns.some((column) => column[at] != null))
  if (key === 'Home') return points[0]
  if (key === 'End' || from === undefined) return points.at(-1)
  if (key === 'ArrowRight') return points.find((time) => time > from) ?? points.at(-1)
  return points.findLast((time) => time < from) ?? points[0]
}
