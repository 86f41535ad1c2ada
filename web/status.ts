import { h, setText } from './dom.ts'
import type { DeviceStatus } from './wire.ts'

const words: Record<DeviceStatus, string> = { online: 'Online', offline: 'Offline', unknown: 'Unknown' }

export interface StatusMark {
  readonly element: HTMLElement
  set(status: DeviceStatus): void
}

/** A dot and a word: the colour alone would say nothing to many. */
export function createStatusMark(): StatusMark {
  const word = h('span')
  const element = h('span', { class: 'status' }, h('span', { class: 'dot' }), word)
  return {
    element,
    set(status) {
      element.dataset.status = status
      setText(word, words[status])
    },
  }
}
