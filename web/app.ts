import { createBar } from './bar.ts'
import { createCatalog } from './catalog.ts'
import { createCompareView } from './compare.ts'
import { createDeviceView } from './device.ts'
import { h } from './dom.ts'
import { createInputs } from './inputs.ts'
import { createOverview } from './overview.ts'
import { allDevices, formatRoute, parseRoute, type Route } from './route.ts'
import { followSharedStream } from './shared-stream.ts'
import { createSignIn } from './sign-in.ts'
import { createSnapshots } from './snapshots.ts'
import { createStage } from './stage.ts'
import type { View, ViewContext } from './view.ts'

/** A device that the snapshot did not have gets its name with the next one; many at once with the same one. */
const snapshotDelayMs = 500

/**
 * The beginning of the stream takes the first snapshot. Where that has to wait (browsers allow six connections to one
 * HTTP/1.1 origin), the page does not.
 */
const firstSnapshotMs = 1500

/** Puts the page together: one catalog, one stream, one view at a time. */
export function startApp(body: HTMLElement): void {
  const bar = createBar()
  const main = h('main', { id: 'main', tabindex: '-1' })
  const skip = h('a', { class: 'skip', href: '#main', onclick: skipToMain }, 'Skip to the content')
  body.replaceChildren(skip, bar.element, main)

  const catalog = createCatalog({
    listed() {
      stage.view?.listed?.()
      stage.showTitle()
    },
    changed: (id) => stage.view?.changed?.(id),
    unknown: () => snapshots.soon(snapshotDelayMs),
  })
  let list: Route = allDevices
  const stage = createStage(main, open, (route) => {
    if (route.view === 'devices') list = route
    bar.route(route)
  })
  const snapshots = createSnapshots((devices) => {
    catalog.load(devices)
    stage.reopen()
  }, askForToken)
  const stream = followSharedStream({
    fresh() {
      catalog.restart()
      snapshots.ensure()
      stage.view?.fresh?.()
    },
    resumed: snapshots.ensure,
    reading(reading) {
      catalog.take(reading)
      stage.view?.reading?.(reading)
    },
    gap: (gap) => stage.view?.gap?.(gap),
    device: catalog.change,
    state: bar.state,
    // The stream cannot say why it was refused; a request can.
    refused: snapshots.ensure,
  })
  const context: ViewContext = { catalog, go, head: () => stream.head, list: () => list }
  snapshots.soon(firstSnapshotMs)
  setInterval(() => stage.view?.tick?.(), 1000)
  addEventListener('hashchange', () => stage.show(parseRoute(location.hash)))
  const check = () => document.hidden || stream.check()
  addEventListener('online', check)
  addEventListener('pageshow', check)
  document.addEventListener('visibilitychange', check)

  function open(route: Route): View {
    if (route.view === 'device') return createDeviceView(context, route)
    if (route.view === 'compare') return createCompareView(context, route)
    return route.view === 'inputs' ? createInputs() : createOverview(context, route)
  }

  function go(route: Route, how: 'push' | 'replace' = 'push'): void {
    if (how === 'push') history.pushState(null, '', formatRoute(route))
    else history.replaceState(null, '', formatRoute(route))
    stage.show(route)
  }

  function askForToken(): void {
    const signIn = createSignIn(async () => {
      await snapshots.take()
      stream.check()
    })
    stage.cover(signIn, 'Sign in')
    signIn.querySelector('input')?.focus()
  }

  function skipToMain(event: Event): void {
    event.preventDefault()
    main.focus()
  }
}
