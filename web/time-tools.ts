import { h } from './dom.ts'
import { icon } from './icon.ts'
import { createRangePicker } from './range-picker.ts'
import { isLive, type Range, type Span } from './span.ts'

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
  const set = (span: Span) => {
    reset.hidden = !span.zoom
    later.disabled = isLive(span)
    picker.set(span.zoom ? undefined : span.range)
  }
  set(initial)
  return { element: h('div', { class: 'time-tools' }, reset, steps, picker.element), set }
}

function step(name: Parameters<typeof icon>[0], label: string, onclick: () => void): HTMLButtonElement {
  return h('button', { type: 'button', class: 'icon-button', 'aria-label': label, title: label, onclick }, icon(name))
}
