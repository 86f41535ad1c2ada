import { quantity } from '../src/notation/quantity.ts'
import type { LoggedReading } from '../src/reading.ts'
import { ageText } from './age.ts'
import { readPage } from './backfill.ts'
import { isSimulated, type KnownDevice, type KnownSeries, seriesKey, shownName } from './catalog.ts'
import { gatewayNow } from './clock.ts'
import { h, setAttribute, setText, svg } from './dom.ts'
import { hueOf, metricName } from './metric.ts'
import { doubtMark, doubtText } from './quality.ts'
import { formatRoute } from './route.ts'
import { createStatusMark } from './status.ts'
import { traceMs } from './trace.ts'
import { parseReading } from './wire.ts'

/** Series on a card besides the leading one; the device's own view has all. */
const restMax = 6

/** A sparkline is loaded with one request of this size; of a faster sensor it fills by itself. */
const traceReadingsMax = 2000

const sparkWidth = 120
const sparkHeight = 36

export interface Card {
  readonly device: KnownDevice
  readonly element: HTMLElement
  /** Shows values, status and age as they are now. */
  update(): void
  /** Whether its heading stands below one of a group. */
  nest(isNested: boolean): void
  /** Draws the sparkline, loading what came before when it is drawn for the first time. */
  drawTrace(signal: AbortSignal): void
}

/** A device on the overview: its leading value large with its last half hour, the others below. */
export function createCard(device: KnownDevice): Card {
  const name = h('a', { class: 'card-name', href: formatRoute({ view: 'device', id: device.id, range: '1h' }) })
  const badge = h('span', { class: 'badge', hidden: true }, 'simulated')
  const mark = createStatusMark()
  const age = h('span', { class: 'age' })
  const lead = createLead()
  const heading = h('h2', {}, name)
  const rest = h('dl', { class: 'card-rest' })
  const more = h('span', { class: 'card-more' })
  const element = h(
    'li',
    { class: 'card' },
    h('div', { class: 'card-head' }, heading, badge),
    lead.element,
    rest,
    h('div', { class: 'card-foot' }, mark.element, age, more),
  )
  const values = new Map<string, Shown>()
  let shown: readonly KnownSeries[] = []

  function layOut(): void {
    shown = device.series
    values.clear()
    rest.replaceChildren()
    for (const series of shown.slice(1, 1 + restMax)) {
      const text = h('span')
      const unit = h('span', { class: 'unit' })
      const doubt = h('abbr', { class: 'doubt' })
      values.set(series.key, { text, unit, doubt })
      rest.append(h('div', {}, h('dt', {}, seriesName(series)), h('dd', {}, text, unit, doubt)))
    }
    rest.hidden = shown.length < 2
    setText(more, shown.length > 1 + restMax ? `${shown.length - 1 - restMax} more` : '')
  }

  return {
    device,
    element,
    update() {
      if (shown !== device.series) layOut()
      setText(name, shownName(device))
      badge.hidden = !isSimulated(device)
      mark.set(device)
      element.dataset.status = device.status
      setText(age, device.lastSeen === undefined ? 'never heard' : ageText(gatewayNow() - device.lastSeen))
      lead.update(shown[0])
      for (const series of shown.slice(1, 1 + restMax)) showValue(values.get(series.key)!, series)
    },
    nest: (isNested) => setAttribute(heading, 'aria-level', isNested ? '3' : undefined),
    drawTrace(signal) {
      const series = device.series[0]
      if (!series || typeof series.last?.value !== 'number') return
      if (!series.traced) {
        series.traced = true
        void loadTrace(device, series, signal).then(() => lead.draw(series))
      }
      lead.draw(series)
    },
  }
}

/** `Temperature`, or `Temperature · probe 1` where a device has several. */
export function seriesName(series: { metric: string; channel?: string | undefined }): string {
  const name = metricName(series.metric)
  return series.channel === undefined ? name : `${name} · ${series.channel}`
}

function createLead() {
  const label = h('span')
  const text = h('span', { class: 'lead-text' })
  const unit = h('span', { class: 'unit' })
  const doubt = h('span', { class: 'doubt' })
  const path = svg('path')
  const spark = svg(
    'svg',
    {
      class: 'spark',
      viewBox: `0 -3 ${sparkWidth} ${sparkHeight + 6}`,
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
    },
    path,
  )
  const element = h(
    'div',
    { class: 'lead' },
    h('p', { class: 'lead-label' }, label, doubt),
    h('div', { class: 'lead-row' }, h('p', { class: 'lead-value' }, text, unit), spark),
  )
  return {
    element,
    update(series: KnownSeries | undefined) {
      if (!series) return setText(text, '–')
      element.dataset.hue = hueOf(series.metric)
      setText(label, seriesName(series))
      showValue({ text, unit }, series)
      setText(doubt, doubtText(series.last?.quality))
    },
    draw(series: KnownSeries) {
      setAttribute(path, 'd', series.trace.path(gatewayNow(), sparkWidth, sparkHeight))
    },
  }
}

interface Shown {
  readonly text: HTMLElement
  readonly unit: HTMLElement
  /** A mark with its reason as a title, where there is no room for words. */
  readonly doubt?: HTMLElement
}

function showValue(to: Shown, series: KnownSeries): void {
  if (!series.last) return
  const shown = quantity(series.last.value, series.unit, series.metric)
  setText(to.text, shown.text)
  setText(to.unit, shown.unit)
  if (!to.doubt) return
  setText(to.doubt, series.last.quality ? doubtMark : '')
  setAttribute(to.doubt, 'title', doubtText(series.last.quality) || undefined)
}

async function loadTrace(device: KnownDevice, series: KnownSeries, signal: AbortSignal): Promise<void> {
  try {
    const query = { device: device.id, metric: [series.metric], from: gatewayNow() - traceMs, limit: traceReadingsMax }
    const page = await readPage(query, signal)
    const readings = page.readings.map(parseReading).filter((reading) => seriesKey(reading) === series.key)
    if (page.readings.length < traceReadingsMax) fill(series, readings)
  } catch {
    // A sparkline is a hint; without its past it grows from now on.
    series.traced = !signal.aborted
  }
}

function fill(series: KnownSeries, readings: readonly LoggedReading[]): void {
  for (const { time, value } of readings) if (typeof value === 'number') series.trace.add(time, value)
}
