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
  let isOpen = false
  summary.addEventListener('click', (event) => {
    event.preventDefault()
    set(!element.open)
  })

  /** The browser tells of it a moment later: keys that are pressed until then would miss what opens. */
  function set(open: boolean): void {
    element.open = open
    toggled()
  }

  function toggled(): void {
    if (element.open === isOpen) return
    isOpen = element.open
    if (!isOpen) return document.removeEventListener('pointerdown', closeElsewhere)
    document.addEventListener('pointerdown', closeElsewhere)
    opened()
  }

  function closeOnEscape(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !element.open) return
    set(false)
    summary.focus()
  }

  function closeElsewhere(event: PointerEvent): void {
    if (!element.contains(event.target as Node)) set(false)
  }

  return { element, focus: () => summary.focus() }
}
