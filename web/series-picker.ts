import type { Catalog } from './catalog.ts'
import { offered } from './compared.ts'
import { h, setText } from './dom.ts'
import { icon } from './icon.ts'
import { linesMax } from './lines.ts'
import { createMenu } from './menu.ts'
import type { SeriesName } from './route.ts'

/** Lines listed at once; further ones are found by searching. */
const listedMax = 40

export interface SeriesPicker {
  readonly element: HTMLElement
  /** Offers what the catalog has besides those chosen. */
  show(chosen: readonly SeriesName[]): void
  focus(): void
}

/** A menu that finds a line of any device and adds it. */
export function createSeriesPicker(catalog: Catalog, add: (ref: SeriesName) => void): SeriesPicker {
  let chosen: readonly SeriesName[] = []
  let listed = ''
  const input = h('input', {
    type: 'search',
    placeholder: 'Search devices and metrics',
    'aria-label': 'Search devices and metrics',
    oninput: list,
  })
  const options = h('ul', { class: 'options', 'aria-label': 'Lines to add' })
  const more = h('p', { class: 'hint', role: 'status' })
  const { element, focus } = createMenu(
    h('summary', { class: 'button primary' }, icon('more'), 'Add a line'),
    h('div', { class: 'menu-body wide' }, h('label', { class: 'search' }, icon('search'), input), options, more),
    opened,
  )

  function opened(): void {
    list()
    input.focus()
  }

  function list(): void {
    if (!element.open) return
    const isFull = chosen.length >= linesMax
    const found = isFull ? [] : offered(catalog, chosen, input.value)
    const next = found.slice(0, listedMax)
    // Whoever is on one of them by keyboard stays there while nothing changes.
    const names = JSON.stringify(next)
    if (names !== listed) options.replaceChildren(...next.map(option))
    listed = names
    setText(more, isFull ? `${linesMax} lines are as many as can be told apart.` : countText(found.length))
  }

  function option({ ref, name }: { ref: SeriesName; name: string }): HTMLElement {
    return h('li', {}, h('button', { type: 'button', class: 'option', onclick: () => take(ref) }, name))
  }

  function take(ref: SeriesName): void {
    add(ref)
    input.focus()
  }

  return {
    element,
    show(next) {
      chosen = next
      list()
    },
    focus,
  }
}

function countText(count: number): string {
  if (count === 0) return 'Nothing else matches.'
  return count > listedMax ? `${count - listedMax} more: search to find them.` : ''
}
