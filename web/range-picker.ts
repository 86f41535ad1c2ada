import { h } from './dom.ts'
import { type Range, ranges } from './span.ts'

/** Buttons for the time that charts show. */
export function createRangePicker(
  initial: Range,
  pick: (range: Range) => void,
): { element: HTMLElement; set(range: Range | undefined): void } {
  const buttons = Object.entries(ranges).map(([range, minutes]) =>
    h('button', { type: 'button', 'data-range': range, onclick: () => pick(range as Range) }, spanText(minutes)),
  )
  const set = (range: Range | undefined) => {
    for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset.range === range))
  }
  set(initial)
  return { element: h('div', { class: 'segments', role: 'group', 'aria-label': 'Time shown' }, ...buttons), set }
}

function spanText(minutes: number): string {
  if (minutes < 60) return `${minutes} min`
  if (minutes <= 1440) return `${minutes / 60} h`
  return minutes < 525_600 ? `${minutes / 1440} d` : '1 y'
}
