import { quantity } from '../src/notation/quantity.ts'
import type { Millis } from '../src/reading.ts'
import type { Chart } from './chart.ts'
import { gatewayNow } from './clock.ts'
import { createCompareChart } from './compare-chart.ts'
import type { Chosen } from './compared.ts'
import { h, setText, svg } from './dom.ts'
import { icon } from './icon.ts'
import { dashOf, joinLines, type Lines } from './lines.ts'
import { clockText, keptMs, type Navigation, type Panel } from './panel.ts'
import { type Columns, createPoints, nearestPoint, nothing } from './points.ts'
import { doubtText } from './quality.ts'

/** A point further from the one pointed at than this share of the time shown says nothing about it. */
const nearShare = 0.02

/** Lines of one unit on one chart, each with its name, its newest value (or the one pointed at) and how it is drawn. */
export function createComparePanel(
  name: string,
  chosen: readonly Chosen[],
  navigation: Navigation,
  remove: (chosen: Chosen) => void,
): Panel {
  const points = new Map(chosen.map(({ key }) => [key, createPoints()]))
  const when = h('p', { class: 'panel-when' })
  const rows = chosen.map((one) => createRow(one, () => remove(one)))
  const legend = h('ul', { class: 'legend' }, ...rows.map(({ element }) => element))
  const body = h('div', { class: 'panel-body' })
  const element = h(
    'section',
    { class: 'panel compared', 'aria-label': name },
    h('header', {}, h('h2', {}, name), when),
    legend,
    body,
  )
  let drawn: readonly Columns[] = []
  let spanMs: Millis = 0
  let hovered: Millis | undefined
  const unit = chosen[0]!.series.unit
  const places = chosen.map(({ place }) => place)
  const chart: Chart<Lines> = createCompareChart(name, unit, places, {
    ...navigation,
    hover(time) {
      hovered = time
      showValue()
    },
  })
  body.append(chart.element)

  function showValue(): void {
    setText(when, hovered === undefined ? '' : clockText(hovered))
    for (const [i, row] of rows.entries()) row.show(hovered === undefined ? undefined : valueAt(drawn[i]!, hovered))
  }

  function valueAt(columns: Columns, time: Millis): { value: number | undefined; doubt: string } {
    const at = nearestPoint(columns, time)
    const isNear = at >= 0 && Math.abs(columns.times[at]! - time) <= Math.max(spanMs * nearShare, 1000)
    const value = isNear ? columns.values[at] : undefined
    return {
      value: typeof value === 'number' ? value : undefined,
      doubt: isNear ? doubtText(columns.doubts?.[at]) : '',
    }
  }

  return {
    element,
    lines: points,
    isState: false,
    showValue,
    draw(from, to, history) {
      spanMs = to - from
      drawn = chosen.map(({ key }) => {
        const own = points.get(key)!
        own.forget(gatewayNow() - keptMs)
        return history ? (history.get(key) ?? nothing) : own.columns(from, to)
      })
      chart.draw(joinLines(drawn), from, to)
      showValue()
    },
    dispose: chart.dispose,
  }
}

function createRow({ series, name, label: shown, place, href }: Chosen, remove: () => void) {
  const text = h('span', { class: 'legend-value' })
  const unit = h('span', { class: 'unit' })
  const doubt = h('span', { class: 'doubt' })
  const label = `Remove ${name}`
  const element = h(
    'li',
    {},
    lineSample(place),
    h('a', { class: 'legend-name', href }, shown),
    doubt,
    h('span', { class: 'legend-amount' }, text, unit),
    h(
      'button',
      { type: 'button', class: 'icon-button', 'aria-label': label, title: label, onclick: remove },
      icon('remove'),
    ),
  )
  return {
    element,
    /** The value pointed at; the newest where nothing is. */
    show(at: { value: number | undefined; doubt: string } | undefined) {
      const value = at ? at.value : series.last?.value
      const amount = value === undefined ? { text: '–', unit: '' } : quantity(value, series.unit, series.metric)
      setText(text, amount.text)
      setText(unit, amount.unit)
      setText(doubt, at ? at.doubt : doubtText(series.last?.quality))
    },
  }
}

/** A piece of the line as it is drawn: its colour and its dashes. */
function lineSample(place: number): SVGElement {
  const dash = dashOf(place).join(' ')
  const path = svg('path', { d: 'M1 6h38', ...(dash && { 'stroke-dasharray': dash }) })
  return svg(
    'svg',
    { class: 'line-sample', 'data-place': place + 1, viewBox: '0 0 40 12', 'aria-hidden': 'true' },
    path,
  )
}
