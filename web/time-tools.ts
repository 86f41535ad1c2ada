import type { Millis } from '../src/reading.ts'
import { h, setText } from './dom.ts'
import { icon } from './icon.ts'
import { createRangePicker } from './range-picker.ts'
import { isLive, type Range, type Span, timesOf } from './span.ts'

export interface TimeTools {
  readonly element: HTMLElement
  set(span: Span): void
}

/** What a person may want of the time shown, without dragging anything (WCAG 2.2 §2.5.7). */
export interface TimeWishes {
  pick(range: Range): void
  /** Earlier (negative) or later, by a share of the time shown. */
  pan(share: number): void
  /** More time for a factor above 1, less below. */
  scale(factor: number): void
  /** Back to the range that was picked. */
  unzoom(): void
}

/** Buttons for the time that charts show: ranges, a step back and forth, closer and wider. */
export function createTimeTools(initial: Span, { pick, pan, scale, unzoom }: TimeWishes): TimeTools {
  const picker = createRangePicker(initial.range, pick)
  const reset = h('button', { type: 'button', class: 'button', onclick: unzoom }, 'Reset zoom')
  const later = step('later', 'Later', () => pan(0.5))
  const steps = h(
    'div',
    { class: 'steps', role: 'group', 'aria-label': 'Move in time' },
    step('earlier', 'Earlier', () => pan(-0.5)),
    later,
    step('less', 'Zoom out', () => scale(2)),
    step('more', 'Zoom in', () => scale(0.5)),
  )
  const shown = h('p', { class: 'shown-time', role: 'status' })
  const set = (span: Span) => {
    reset.hidden = !span.zoom
    shown.hidden = isLive(span)
    setText(shown, isLive(span) ? '' : rangeText(timesOf(span, 0)))
    later.disabled = isLive(span)
    picker.set(span.zoom ? undefined : span.range)
  }
  set(initial)
  return { element: h('div', { class: 'time-tools' }, shown, reset, steps, picker.element), set }
}

/** `24 Nov, 15:10 – 21:12`: a day in the past is not told by the axis alone. */
function rangeText([from, to]: readonly [Millis, Millis]): string {
  const year = new Date(from).getFullYear() === new Date().getFullYear() ? undefined : 'numeric'
  const seconds = to - from < 10 * 60_000 ? '2-digit' : undefined
  const format = new Intl.DateTimeFormat(undefined, {
    day: 'numeric',
    month: 'short',
    year,
    hour: '2-digit',
    minute: '2-digit',
    second: seconds,
  })
  return format.formatRange(from, to)
}

function step(name: Parameters<typeof icon>[0], label: string, onclick: () => void): HTMLButtonElement {
  return h('button', { type: 'button', class: 'icon-button', 'aria-label': label, title: label, onclick }, icon(name))
}
