import type { KnownDevice } from './catalog.ts'
import { gatewayNow } from './clock.ts'
import { h, setText } from './dom.ts'

/** Most devices never say whether they are there; one that was heard this recently is. */
const activeMs = 10 * 60_000

const words = { online: 'Online', offline: 'Offline', active: 'Active', quiet: 'Quiet' }

export interface StatusMark {
  readonly element: HTMLElement
  set(device: KnownDevice): void
}

/** A dot and a word: the colour alone would say nothing to many. */
export function createStatusMark(): StatusMark {
  const word = h('span')
  const element = h('span', { class: 'status' }, h('span', { class: 'dot' }), word)
  return {
    element,
    set(device) {
      const shown = shownStatus(device)
      element.dataset.status = shown
      setText(word, words[shown])
    },
  }
}

/** What a device said of itself, or what its silence says. */
function shownStatus({ status, lastSeen }: KnownDevice): keyof typeof words {
  if (status !== 'unknown') return status
  return lastSeen !== undefined && gatewayNow() - lastSeen < activeMs ? 'active' : 'quiet'
}
