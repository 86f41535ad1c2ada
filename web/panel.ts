import type { LoggedReading, Millis, Quality } from '../src/reading.ts'
import { ageText } from './age.ts'
import { seriesName } from './card.ts'
import type { KnownSeries } from './catalog.ts'
import type { Chart, ChartListener, Hover } from './chart.ts'
import { gatewayNow } from './clock.ts'
import { h, setText } from './dom.ts'
import { createLineChart } from './line-chart.ts'
import { hueOf } from './metric.ts'
import { type Columns, createPoints, type Points } from './points.ts'
import { quantity } from './quantity.ts'
import { createStateChart } from './state-chart.ts'

export interface Panel {
  readonly series: KnownSeries
  readonly element: HTMLElement
  /** A state over time instead of a number: drawn flat and wide. */
  readonly isState: boolean
  readonly points: Points
  /** Shows the newest value, or the one pointed at. */
  showValue(): void
  /** Draws this time and the value: the points, or instead of them what the gateway summed up. */
  draw(from: Millis, to: Millis, history?: Columns): void
  dispose(): void
}

/** One line of a device: its name, its newest value (or the one pointed at) and its chart. */
export function createPanel(series: KnownSeries, zooming: Pick<ChartListener, 'zoom' | 'unzoom'>): Panel {
  const points = createPoints()
  const text = h('span', { class: 'panel-text' })
  const unit = h('span', { class: 'unit' })
  const when = h('span', { class: 'panel-when' })
  const name = seriesName(series)
  const body = h('div', { class: 'panel-body' })
  const element = h(
    'section',
    { class: 'panel', 'data-hue': hueOf(series.metric), 'aria-label': name },
    h('header', {}, h('h2', {}, name), h('p', { class: 'panel-value' }, when, text, unit)),
    body,
  )
  let chart: Chart | undefined
  let hovered: Hover

  function chartFor(reading: Pick<LoggedReading, 'value'>): Chart {
    if (chart) return chart
    const listener: ChartListener = {
      ...zooming,
      hover(at) {
        hovered = at
        showValue()
      },
    }
    chart =
      typeof reading.value === 'number'
        ? createLineChart(name, series.unit, listener)
        : createStateChart(name, series.metric, listener)
    body.append(chart.element)
    return chart
  }

  function showValue(): void {
    const shown = hovered ?? series.last
    if (!shown) return
    const { text: number, unit: sign } = quantity(shown.value, series.unit, series.metric)
    setText(text, number)
    setText(unit, sign)
    setText(
      when,
      hovered
        ? [clockText(hovered.time), bandText(hovered, series)].filter(Boolean).join(' · ')
        : [doubtText(series.last?.quality), ageText(gatewayNow() - shown.time)].filter(Boolean).join(' · '),
    )
  }

  return {
    series,
    element,
    points,
    isState: series.last !== undefined && typeof series.last.value !== 'number',
    showValue,
    draw(from, to, history) {
      showValue()
      if (!series.last) return
      points.forget(gatewayNow() - keptMs)
      chartFor(series.last).draw(history ?? points.columns(from, to), from, to)
    },
    dispose() {
      chart?.dispose()
    },
  }
}

/** Time whose readings are kept for the charts; longer ranges are summed up by the gateway. */
export const keptMs: Millis = 60 * 60_000

const doubts: Record<Quality, string> = {
  stale: 'kept by the broker',
  unsynced: 'clock not set',
  suspect: 'doubtful',
}

function doubtText(quality: Quality | undefined): string {
  return quality ? doubts[quality] : ''
}

function clockText(time: Millis): string {
  const date = new Date(time)
  if (Math.abs(gatewayNow() - time) < 12 * 3_600_000) return date.toLocaleTimeString()
  return date.toLocaleString(undefined, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
}

/** From least to greatest, where what is pointed at sums up different values. */
function bandText(at: NonNullable<Hover>, { unit, metric }: KnownSeries): string {
  if (at.low === undefined || at.high === undefined || at.low === at.high) return ''
  return `${quantity(at.low, unit, metric).text} – ${quantity(at.high, unit, metric).text}`
}
