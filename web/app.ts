import { ApiError, getJson } from './api.ts'
import { createBar } from './bar.ts'
import { createCatalog } from './catalog.ts'
import { createDeviceView } from './device.ts'
import { h } from './dom.ts'
import { createInputs } from './inputs.ts'
import { createOverview } from './overview.ts'
import { formatRoute, parseRoute, type Route } from './route.ts'
import { followSharedStream } from './shared-stream.ts'
import { createSignIn } from './sign-in.ts'
import type { Stream } from './stream.ts'
import type { View, ViewContext } from './view.ts'
import type { WireDevice } from './wire.ts'

/** A device that the snapshot did not have gets its name with the next one; many at once with the same one. */
const snapshotDelayMs = 500
const firstSnapshotMs = 1500
const snapshotRetryMs = 3000

/** Puts the page together: one catalog, one stream, one view at a time. */
export function startApp(body: HTMLElement): void {
  const bar = createBar()
  const main = h('main', { id: 'main', tabindex: '-1' })
  const skip = h('a', { class: 'skip', href: '#main', onclick: skipToMain }, 'Skip to the content')
  body.replaceChildren(skip, bar.element, main)

  let view: View | undefined
  let route = parseRoute(location.hash)
  let snapshotTimer: ReturnType<typeof setTimeout> | undefined
  let overviewScroll = 0
  const catalog = createCatalog({
    listed() {
      view?.listed?.()
      showTitle()
    },
    changed: (id) => view?.changed?.(id),
    unknown: () => snapshotSoon(snapshotDelayMs),
  })
  const stream = follow()
  const context: ViewContext = { catalog, go, head: () => stream.head }
  addEventListener('hashchange', () => show(parseRoute(location.hash)))
  for (const [target, event] of [
    [window, 'online'],
    [window, 'pageshow'],
    [document, 'visibilitychange'],
  ] as const)
    target.addEventListener(event, () => document.hidden || stream.check())
  setInterval(() => view?.tick?.(), 1000)
  bar.route(route)
  // The stream's beginning takes the first snapshot; where it has to wait (browsers allow six connections to one
  // HTTP/1.1 origin), the page does not.
  snapshotSoon(firstSnapshotMs)

  function follow(): Stream {
    return followSharedStream({
      fresh() {
        catalog.restart()
        void snapshot()
        view?.fresh?.()
      },
      resumed: () => void snapshot(),
      reading(reading) {
        catalog.take(reading)
        view?.reading?.(reading)
      },
      gap: (gap) => view?.gap?.(gap),
      device: (change) => catalog.change(change),
      state: (state) => bar.state(state),
      // The stream cannot say why it was refused; a request can.
      refused: () => void snapshot(),
    })
  }

  async function snapshot(): Promise<void> {
    clearTimeout(snapshotTimer)
    snapshotTimer = undefined
    try {
      await load()
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return askForToken()
      snapshotSoon(snapshotRetryMs)
    }
  }

  async function load(): Promise<void> {
    catalog.load(await getJson<WireDevice[]>('/api/devices'))
    if (view) return
    main.replaceChildren()
    show(route)
  }

  function snapshotSoon(delayMs: number): void {
    snapshotTimer ??= setTimeout(() => void snapshot(), delayMs)
  }

  function askForToken(): void {
    if (isSigningIn()) return
    view?.dispose()
    view = undefined
    document.title = 'Sign in · Rivulet'
    main.replaceChildren(
      createSignIn(async () => {
        await load()
        stream.check()
      }),
    )
    main.querySelector('input')?.focus()
  }

  function isSigningIn(): boolean {
    return main.querySelector('.sign-in') !== null
  }

  function go(to: Route, how: 'push' | 'replace' = 'push'): void {
    if (how === 'push') history.pushState(null, '', formatRoute(to))
    else history.replaceState(null, '', formatRoute(to))
    show(to)
  }

  function show(to: Route): void {
    const same = view !== undefined && route.view === to.view && idOf(route) === idOf(to)
    const isFirst = view === undefined
    if (view && route.view === 'devices' && !same) overviewScroll = scrollY
    route = to
    bar.route(to)
    if (isSigningIn()) return
    if (same) view?.route?.(to)
    else {
      view?.dispose()
      view = open(to)
      main.replaceChildren(view.element)
      scrollTo(0, to.view === 'devices' ? overviewScroll : 0)
      // A new view is announced and read from its top; the first one leaves the focus to the browser.
      if (!isFirst) main.focus({ preventScroll: true })
    }
    showTitle()
  }

  function showTitle(): void {
    if (view) document.title = `${view.title()} · Rivulet`
  }

  function open(to: Route): View {
    if (to.view === 'device') return createDeviceView(context, to.id, to.range)
    return to.view === 'inputs' ? createInputs() : createOverview(context, to.search)
  }

  function skipToMain(event: Event): void {
    event.preventDefault()
    main.focus()
  }
}

function idOf(route: Route): string {
  return route.view === 'device' ? route.id : ''
}
