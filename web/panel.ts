import { quantity } from '../src/notation/quantity.ts'
import type { DeviceId, LoggedReading, Millis } from '../src/reading.ts'
import { ageText } from './age.ts'
import { type KnownSeries, lineKey } from './catalog.ts'
import type { Chart, ChartListener } from './chart.ts'
import { gatewayNow } from './clock.ts'
import { h, setText } from './dom.ts'
import { createLineChart } from './line-chart.ts'
import { hueOf } from './metric.ts'
import { type Columns, createPoints, nothing, type Points } from './points.ts'
import { doubtText } from './quality.ts'
import { formatRoute } from './route.ts'
import { createStateChart } from './state-chart.ts'

/** A chart with what stands around it. */
export interface Panel {
  readonly element: HTMLElement
  /** A state over time instead of a number: drawn flat and wide. */
  readonly isState: boolean
  /** The live points of every line on it, by key. */
  readonly lines: ReadonlyMap<string, Points>
  /** Shows the newest values, or those pointed at. */
  showValue(): void
  /** Draws this time and the values: the points, or instead of them what the gateway summed up. */
  draw(from: Millis, to: Millis, history?: ReadonlyMap<string, Columns>): void
  dispose(): void
}

/** Moving and scaling the time that is shown. */
export type Navigation = Pick<ChartListener, 'times' | 'look' | 'unzoom'>

/** What stands in the head of a panel. */
export interface PanelName {
  readonly text: string
  readonly link?: HTMLElement
}

/** One line of a device: its name, its newest value (or the one pointed at) and its chart. */
export function createPanel(
  device: DeviceId,
  series: KnownSeries,
  { text: name, link }: PanelName,
  navigation: Navigation,
): Panel {
  const points = createPoints()
  const key = lineKey({ device, ...series })
  const text = h('span', { class: 'panel-text' })
  const unit = h('span', { class: 'unit' })
  const when = h('span', { class: 'panel-when' })
  const body = h('div', { class: 'panel-body' })
  const note = h('p', { class: 'panel-note', hidden: true })
  const element = h(
    'section',
    { class: 'panel', 'data-hue': hueOf(series.metric), 'aria-label': name },
    h('header', {}, h('h2', {}, name), link ?? null, h('p', { class: 'panel-value' }, when, text, unit)),
    body,
    note,
  )
  let chart: Chart<Columns> | undefined
  let drawn = nothing
  /** Time of the point that is pointed at. */
  let hovered: Millis | undefined

  function chartFor(reading: Pick<LoggedReading, 'value'>): Chart<Columns> {
    if (chart) return chart
    const listener: ChartListener = {
      ...navigation,
      hover(time) {
        hovered = time
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
    const at = hovered === undefined ? -1 : drawn.times.indexOf(hovered)
    const value = hovered === undefined ? series.last?.value : drawn.values[at]
    const shown = value == null ? { text: '–', unit: '' } : quantity(value, series.unit, series.metric)
    setText(text, shown.text)
    setText(unit, shown.unit)
    const facts =
      hovered === undefined
        ? [doubtText(series.last?.quality), series.last && ageText(gatewayNow() - series.last.time)]
        : [doubtText(drawn.doubts?.[at]), clockText(hovered), bandText(drawn, at, series)]
    setText(when, facts.filter(Boolean).join(' · '))
  }

  return {
    element,
    lines: new Map([[key, points]]),
    isState: series.last !== undefined && typeof series.last.value !== 'number',
    showValue,
    draw(from, to, history) {
      if (!series.last) return
      points.forget(gatewayNow() - keptMs)
      drawn = history ? (history.get(key) ?? nothing) : points.columns(from, to)
      chartFor(series.last).draw(drawn, from, to)
      note.hidden = !drawn.doubts
      setText(note, noteText(drawn))
      showValue()
    },
    dispose() {
      chart?.dispose()
    },
  }
}

/** A link that puts a line beside those of other devices. */
export function compareLink(device: DeviceId, { metric, channel }: KnownSeries, name: string): HTMLElement {
  const series = [{ device, metric, ...(channel !== undefined && { channel }) }]
  const href = formatRoute({ view: 'compare', series, range: '1h' })
  return h('a', { class: 'panel-link', href, 'aria-label': `Compare ${name} with others` }, 'Compare')
}

/** Time whose readings are kept for the charts; longer ranges are summed up by the gateway. */
export const keptMs: Millis = 60 * 60_000

/** What the marks on the chart mean: each reason once. */
function noteText({ doubts = [] }: Columns): string {
  return [...new Set(doubts.map(doubtText))].filter(Boolean).join(', ')
}

export function clockText(time: Millis): string {
  const date = new Date(time)
  if (Math.abs(gatewayNow() - time) < 12 * 3_600_000) return date.toLocaleTimeString()
  return date.toLocaleString(undefined, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
}

/** From least to greatest, where what is pointed at sums up different values. */
function bandText({ low, high }: Columns, at: number, { unit, metric }: KnownSeries): string {
  const [least, greatest] = [low?.[at], high?.[at]]
  if (least == null || greatest == null || least === greatest) return ''
  return `${quantity(least, unit, metric).text} – ${quantity(greatest, unit, metric).text}`
}
