import { h } from './dom.ts'
import { type Range, ranges } from './route.ts'

/** Buttons for the time that charts show. */
export function createRangePicker(
  initial: Range,
  pick: (range: Range) => void,
): { element: HTMLElement; set(range: Range): void } {
  const buttons = Object.entries(ranges).map(([range, minutes]) =>
    h(
      'button',
      { type: 'button', 'data-range': range, onclick: () => pick(range as Range) },
      minutes < 60 ? `${minutes} min` : `${minutes / 60} h`,
    ),
  )
  const set = (range: Range) => {
    for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset.range === range))
  }
  set(initial)
  return { element: h('div', { class: 'segments', role: 'group', 'aria-label': 'Time shown' }, ...buttons), set }
}
