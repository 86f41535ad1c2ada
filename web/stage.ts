import { parseRoute, type Route } from './route.ts'
import type { View } from './view.ts'

/** Shows one view at a time: the one that the address names. */
export interface Stage {
  readonly element: HTMLElement
  readonly view: View | undefined
  /** Goes to another view, or tells the one that is open about another search or range. */
  show(route: Route): void
  /** Shows something else until `reopen`, such as a form. */
  cover(element: HTMLElement, title: string): void
  /** Opens the view of the address, unless one is open. */
  reopen(): void
  showTitle(): void
}

export function createStage(element: HTMLElement, open: (route: Route) => View, moved: (route: Route) => void): Stage {
  let route = parseRoute(location.hash)
  let view: View | undefined
  let isCovered = false
  /** Where the list of devices was left: whoever comes back goes on there. */
  let listScroll = 0
  moved(route)

  function change(): void {
    const isFirst = view === undefined
    view?.dispose()
    view = open(route)
    element.replaceChildren(view.element)
    scrollTo(0, route.view === 'devices' ? listScroll : 0)
    // A new view is announced and read from its top; the first one leaves the focus to the browser.
    if (!isFirst) element.focus({ preventScroll: true })
  }

  function showTitle(): void {
    if (view) document.title = `${view.title()} · Rivulet`
  }

  return {
    element,
    get view() {
      return view
    },
    show(next) {
      const isSame = route.view === next.view && idOf(route) === idOf(next)
      if (view && route.view === 'devices' && !isSame) listScroll = scrollY
      route = next
      moved(route)
      if (isCovered || !view) return
      if (isSame) view.route?.(route)
      else change()
      showTitle()
    },
    cover(cover, title) {
      if (isCovered) return
      isCovered = true
      view?.dispose()
      view = undefined
      document.title = `${title} · Rivulet`
      element.replaceChildren(cover)
    },
    reopen() {
      if (view) return
      isCovered = false
      change()
      showTitle()
    },
    showTitle,
  }
}

function idOf(route: Route): string {
  return route.view === 'device' ? route.id : ''
}
