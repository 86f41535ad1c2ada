import { h } from './dom.ts'

export interface Menu {
  readonly element: HTMLDetailsElement
  /** Gives the focus to the button that opens it. */
  focus(): void
}

/**
 * A button that opens a box below it. Escape closes it, a press elsewhere does, and so does another menu.
 * @param opened called each time it has been opened
 */
export function createMenu(summary: HTMLElement, body: HTMLElement, opened = () => {}): Menu {
  const element = h(
    'details',
    { class: 'menu', name: 'menu', onkeydown: closeOnEscape, ontoggle: toggled },
    summary,
    body,
  )

  function toggled(): void {
    if (!element.open) return document.removeEventListener('pointerdown', closeElsewhere)
    document.addEventListener('pointerdown', closeElsewhere)
    opened()
  }

  function closeOnEscape(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !element.open) return
    element.open = false
    summary.focus()
  }

  function closeElsewhere(event: PointerEvent): void {
    if (element.contains(event.target as Node)) return
    element.open = false
    // A view that is gone is told of no toggle.
    document.removeEventListener('pointerdown', closeElsewhere)
  }

  return { element, focus: () => summary.focus() }
}
