import type { DeviceId } from '../src/reading.ts'
import { ageText } from './age.ts'
import { isSimulated, type KnownDevice, shownName } from './catalog.ts'
import { gatewayNow } from './clock.ts'
import { h, setText } from './dom.ts'
import { icon } from './icon.ts'
import { createStatusMark } from './status.ts'

export interface DeviceHead {
  readonly element: HTMLElement
  /** Shows the device as it is now; undefined while it has not been heard. */
  show(device: KnownDevice | undefined): void
}

/** The top of a device's view: its name, how it is and where it comes from, beside what chooses the time. */
export function createDeviceHead(id: DeviceId, picker: HTMLElement): DeviceHead {
  const name = h('h1')
  const badge = h('span', { class: 'badge', hidden: true }, 'simulated')
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
    h('a', { class: 'back', href: '#/' }, icon('back'), 'Devices'),
    h('div', { class: 'toolbar' }, h('div', { class: 'device-name' }, name, badge), status, picker),
    facts,
    nothing,
  )
  return {
    element,
    show(device) {
      nothing.hidden = device !== undefined
      picker.hidden = !device
      status.hidden = !device
      setText(name, device ? shownName(device) : id)
      if (!device) return
      badge.hidden = !isSimulated(device)
      mark.set(device)
      setText(age, device.lastSeen === undefined ? '' : ageText(gatewayNow() - device.lastSeen))
      setText(facts, factsOf(device))
    },
  }
}

function factsOf(device: KnownDevice): string {
  const tags = Object.entries(device.tags)
    .filter(([key]) => key !== 'simulated')
    .map(([key, value]) => (value === true ? key : `${key}: ${value}`))
  return [device.id, device.profile, device.source && `from ${device.source}`, ...tags].filter(Boolean).join(' · ')
}
