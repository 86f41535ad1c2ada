import type { DeviceId } from '../src/reading.ts'
import { ageText } from './age.ts'
import { isSimulated, type KnownDevice, shownName } from './catalog.ts'
import { gatewayNow } from './clock.ts'
import { h, setText } from './dom.ts'
import { icon } from './icon.ts'
import { createStatusMark } from './status.ts'
import { simulatedTag, tagText } from './tags.ts'

export interface DeviceHead {
  readonly element: HTMLElement
  /** Shows the device as it is now; undefined while it has not been heard. */
  show(device: KnownDevice | undefined): void
}

/** The top of a device's view: its name, how it is and where it comes from, beside what can be done with it. */
export function createDeviceHead(id: DeviceId, tools: HTMLElement, list: string): DeviceHead {
  const name = h('h1')
  const badge = h('span', { class: 'badge', hidden: true }, 'simulated')
  const hidden = h('span', { class: 'badge', hidden: true }, 'hidden')
  const mark = createStatusMark()
  const age = h('span', { class: 'age' })
  const status = h('p', { class: 'device-status' }, mark.element, age)
  const facts = h('p', { class: 'facts' })
  const nothing = h(
    'p',
    { class: 'empty', hidden: true },
    'This device has not been heard yet. Its charts begin with its first reading.',
  )
  const element = h(
    'div',
    {},
    h('a', { class: 'back', href: list }, icon('back'), 'Devices'),
    h('div', { class: 'toolbar' }, h('div', { class: 'device-name' }, name, badge, hidden), status, tools),
    facts,
    nothing,
  )
  return {
    element,
    show(device) {
      nothing.hidden = device !== undefined
      tools.hidden = !device
      status.hidden = !device
      setText(name, device ? shownName(device) : id)
      if (!device) return
      hidden.hidden = !device.hidden
      badge.hidden = !isSimulated(device)
      mark.set(device)
      setText(age, device.lastSeen === undefined ? '' : ageText(gatewayNow() - device.lastSeen))
      setText(facts, factsOf(device))
    },
  }
}

function factsOf(device: KnownDevice): string {
  const tags = Object.entries(device.tags)
    .filter(([key]) => key !== simulatedTag)
    .map(([key, value]) => tagText(key, value))
  return [device.id, device.profile, device.source && `from ${device.source}`, ...tags].filter(Boolean).join(' · ')
}
